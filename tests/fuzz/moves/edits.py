"""Edits of the work tree: by sessions of a model, by people whose editor reports, by people nobody sees."""

from __future__ import annotations

from random import Random

from tests.fuzz.game import PEOPLE, SESSIONS, Game, Skip
from tests.fuzz.lines import UNKNOWN, Author, ai, bare, person
from tests.fuzz.moves import move

MOST_LINES = 40
FOLDERS = ("", "src/", "src/deep/")


@move(80)
def agent_edits(game: Game, rng: Random) -> str:
    """A session of a model changes a file."""
    return edits(game, rng, ai(rng.choice(SESSIONS)))


@move(22)
def person_edits(game: Game, rng: Random) -> str:
    """A person changes a file in an editor that reports it."""
    return edits(game, rng, person(rng.choice(PEOPLE)))


@move(22)
def someone_edits(game: Game, rng: Random) -> str:
    """Somebody changes a file and nothing says who."""
    return edits(game, rng, UNKNOWN)


def edits(game: Game, rng: Random, author: Author) -> str:
    """An author inserts, replaces and removes lines of one file."""
    disk = game.git.disk()
    path = game.pick(rng, [path for path, lines in disk.items() if len(lines) < MOST_LINES])
    recorded = author != UNKNOWN
    if not recorded and game.is_popped(path):
        raise Skip
    kept = game.protected(path, disk, passed=recorded)
    lines = list(disk[path])
    words = [_one_edit(game, rng, lines, author, kept) for _ in range(rng.choice((1, 1, 2)))]
    game.type(path, lines, author, recorded)
    return f"{author} in {path}: {', '.join(words)}"


def _one_edit(game: Game, rng: Random, lines: list[str], author: Author, kept: set[str]) -> str:
    """Change `lines` in one place; `kept` are texts that have to stay."""
    at = rng.choice((0, len(lines), rng.randint(0, len(lines))))
    gone = rng.choice((0, 0, 1, 2, 3))
    come = rng.randint(0 if gone else 1, 4)
    if any(bare(line) in kept for line in lines[at : at + gone]):
        gone, come = 0, come or 1
    gone = min(gone, len(lines) - at)
    come = come if gone else come or 1
    low = lines[at - 1] if at else None
    high = lines[at + gone] if at + gone < len(lines) else None
    if gone and come:
        # New lines take the place of the old ones among all lines that ever were.
        low = lines[at]
    indent = " " * rng.choice((0, 0, 2, 4))
    lines[at : at + gone] = [indent + text for text in game.ledger.write(author, come, low, high, rng)]
    return f"-{gone} +{come} at {at + 1}"


@move(8)
def new_file(game: Game, rng: Random) -> str:
    """Somebody writes a file that was not there."""
    author = rng.choice([*(ai(one) for one in SESSIONS), person(rng.choice(PEOPLE)), UNKNOWN])
    if len(game.git.disk()) > 6:
        raise Skip
    path = rng.choice(FOLDERS) + game.name("file")
    game.type(path, game.ledger.write(author, rng.randint(3, 8), None, None, rng), author, author != UNKNOWN)
    if rng.random() < 0.7:
        game.git.run("add", "--", path)
    return f"{author} writes {path}"


@move(3)
def delete_file(game: Game, rng: Random) -> str:
    """A file is deleted, in the index too or only on disk."""
    disk, staged = game.git.disk(), game.git.staged()
    path = game.pick(rng, [path for path in disk if path in staged] if len(disk) > 3 else [])
    game.renamed.pop((game.git.here, path), None)
    if rng.random() < 0.5:
        game.git.run("rm", "-q", "-f", "--", path)
        return f"git rm {path}"
    game.git.remove(path)
    return f"rm {path}"


@move(9)
def rename_file(game: Game, rng: Random) -> str:
    """`git mv`; what is committed of the file or its last edit says that it is surely still the same one."""
    head, here = game.git.files(game.git.head().oid), game.git.here
    disk, staged = game.git.disk(), game.git.staged()
    sure = [path for path in disk if path in staged and (here, path) not in game.renamed]
    path = game.pick(rng, [path for path in sure if staged[path] == disk[path] and len(disk[path]) > 3])
    new = rng.choice(FOLDERS) + game.name("renamed")
    # Of a file that no commit has, nothing but its last report tells what it was called: git forgets the index's old name.
    before = head.get(path) or game.told.get((here, path), disk[path])
    game.renamed[here, new] = before
    try:
        game.keeps_its_name(new, disk[path])
    except Skip:
        del game.renamed[here, new]
        raise
    game.git.make_folder(new)
    game.git.run("mv", path, new)
    return f"git mv {path} {new}"


@move(3)
def rename_folder(game: Game, rng: Random) -> str:
    """`git mv` of a whole directory; its files are as HEAD has them, so each is surely still the same one."""
    head, disk, staged = game.git.files(game.git.head().oid), game.git.disk(), game.git.staged()
    folders = {path.rpartition("/")[0] for path in disk} - {""}
    old = game.pick(rng, [one for one in folders if "/" not in one])
    inside = [path for path in disk if path.startswith(f"{old}/")]
    if any(not disk[path] or not disk[path] == staged.get(path) == head.get(path) for path in inside):
        raise Skip
    new = game.name("folder")
    for path in inside:
        game.renamed[game.git.here, new + path.removeprefix(old)] = head[path]
    game.git.run("mv", old, new)
    return f"git mv {old} {new}"


@move(8)
def someone_indents(game: Game, rng: Random) -> str:
    """Somebody changes the indentation of a few lines: nothing is taken over by that."""
    disk = game.git.disk()
    path = game.pick(rng, [path for path, lines in disk.items() if lines and not game.is_popped(path)])
    lines = list(disk[path])
    at, indent = rng.randrange(len(lines)), " " * rng.choice((1, 3, 6))
    for n in range(at, min(at + rng.randint(1, 4), len(lines))):
        lines[n] = indent + lines[n]
    game.type(path, lines, UNKNOWN, recorded=False)
    return f"indented from line {at + 1} of {path}"


@move(11)
def someone_rewords(game: Game, rng: Random) -> str:
    """Somebody changes a word in one or two lines."""
    disk = game.git.disk()
    path = game.pick(rng, [path for path, lines in disk.items() if lines and not game.is_popped(path)])
    kept = game.protected(path, disk, passed=False)
    lines, done = list(disk[path]), []
    for n in sorted(rng.sample(range(len(lines)), min(2, len(lines)))):
        text = bare(lines[n])
        new = None if text in kept else game.ledger.reword(text)
        if new is not None:
            lines[n] = lines[n].replace(text, new)
            done.append(str(n + 1))
    if not done:
        raise Skip
    game.type(path, lines, UNKNOWN, recorded=False)
    return f"reworded line {', '.join(done)} of {path}"


@move(5)
def discard(game: Game, rng: Random) -> str:
    """`git checkout -- FILE`: what was not staged is gone, and lines that were replaced are back."""
    disk, staged = game.git.disk(), game.git.staged()
    path = game.pick(rng, [path for path, lines in staged.items() if path in disk and disk[path] != lines])
    game.git.run("checkout", "-q", "--", path)
    return f"git checkout -- {path}"
