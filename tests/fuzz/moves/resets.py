"""HEAD moved back, work thrown away, and commits made by other programs."""

from __future__ import annotations

from random import Random

from tests.fuzz.game import Game, Skip
from tests.fuzz.lines import UNKNOWN, bare
from tests.fuzz.moves import move
from tests.fuzz.moves.rewriting import rewrites

MOST_BACK = 3


@rewrites(4)
def reset_and_commit(game: Game, rng: Random) -> str:
    """`git reset --soft` or `--mixed`, and the same work committed again, whole or in parts."""
    target = _back(game, rng)
    old = game.git.head().oid
    if game.git.files(old) == game.git.files(target):
        raise Skip
    how = rng.choice(("--soft", "--mixed"))
    # Git does not touch ORIG_HEAD where that names the same commit already: then no hook in sh can see the reset.
    unseen = game.git.attempt("rev-parse", "-q", "--verify", "ORIG_HEAD").stdout.decode().strip() == old
    game.git.run("reset", "-q", how, target)
    words = f"git reset {how} {target[:8]}"
    if rng.random() < 0.5:
        parts = _in_parts(game, rng, how)
        if parts:
            words += f", committed first: {parts}"
    game.git.run("add", "-A")
    if not game.git.worked("diff", "--cached", "--quiet"):
        game.git.run("commit", "-q", "-m", game.name("again "))
    if unseen:
        game.git.tell(["gitprov", "heal", "--from", old, f"{target}..HEAD"], allowed=(0, 1))
        words += ", gitprov heal"
    return words


def _in_parts(game: Game, rng: Random, how: str) -> str:
    """One file's changes get a commit of their own, or some hunks do."""
    if how == "--soft" and rng.random() < 0.5:
        # Behind a second reset the first one has to show in a hunk that says enough.
        game.git.run("reset", "-q")
        game.doubtful = True
    elif how == "--soft":
        game.git.run("restore", "--staged", ".")
    paths = [path for path, lines in game.git.staged().items() if lines != game.git.disk().get(path)]
    new = sorted(game.git.disk().keys() - game.git.staged().keys())
    if not paths and not new:
        return ""
    path = rng.choice(sorted([*paths, *new]))
    if path in paths and path in game.git.disk() and rng.random() < 0.5:
        game.git.run("add", "-p", "--", path, stdin="y\nn\ny\nn\nq\n")
    else:
        game.git.run("add", "-A", "--", path)
    if game.git.worked("diff", "--cached", "--quiet") or game.would_copy(game.git.staged()):
        return ""
    game.git.run("commit", "-q", "-m", game.name("part "))
    return path


@move(3)
def reset_hard(game: Game, rng: Random) -> str:
    """`git reset --hard`: commits and work are gone. Somebody may type one line of many again; it is theirs then."""
    game.observe()
    old, target = game.git.head().oid, rng.choice([game.git.head().oid, _back(game, rng)])
    game.git.run("reset", "-q", "--hard", target)
    for tree, path in list(game.renamed):
        if tree == game.git.here:
            del game.renamed[tree, path]
    return f"git reset --hard {target[:8]}{_one_again(game, rng, old, target)}"


def _one_again(game: Game, rng: Random, old: str, target: str) -> str:
    """One line of a model's, from the middle of a hunk that the reset took away, is typed again by somebody."""
    kept = {
        text for oid in game.git.run("rev-list", "--branches").split() for text in game.model.commits[oid]
    }
    found = []
    for path, lines in game.git.disk().items():
        lost = game.git.files(old).get(path, [])
        alone = [n for n in range(1, len(lost) - 1) if not kept & {bare(one) for one in lost[n - 1 : n + 2]}]
        found += [(path, lines, bare(lost[n])) for n in alone]
    found = [one for one in found if one[2] not in game.ledger.root and one[2] not in game.ledger.broken]
    if target == old or not found or any(one.tree == game.git.here for one in game.stashes):
        return ""
    path, lines, text = rng.choice(found)
    again = game.ledger.in_order([*lines, text])
    if game.ledger.overlap(again):
        return ""
    game.type(path, again, UNKNOWN, recorded=False)
    game.model.retyped(text)
    return f", one line of it typed again in {path}"


@rewrites(1)
def by_hand(game: Game, rng: Random) -> str:
    """Another program makes a commit in place of HEAD, or of the last few, and no hook runs; then `gitprov heal`."""
    old, target = game.git.head(), _back(game, rng)
    if len(old.parents) != 1 or game.git.files(old.oid) == game.git.files(target):
        raise Skip
    single = target == old.parents[0]
    new = game.git.run("commit-tree", old.tree, "-p", target, "-m", game.name("by hand ")).strip()
    game.git.run("update-ref", "-m", "program: replace", "HEAD", new)
    # Without being told, heal believes the same patch only where that says enough.
    asked = ["--map", f"{old.oid}:{new}"] if rng.random() < 0.5 or not single else []
    game.doubtful = not asked
    game.git.tell(["gitprov", "heal", *asked], allowed=(0, 1))
    return f"git commit-tree -p {target[:8]}, git update-ref, gitprov heal {' '.join(asked)}".rstrip()


@rewrites(1)
def formatter(game: Game, rng: Random) -> str:
    """A formatter indents some lines and breaks others in two, in a commit of its own; then `gitprov heal`."""
    disk, done = game.git.disk(), []
    if any(map(game.is_popped, disk)):
        raise Skip
    for path in rng.sample(sorted(disk), min(2, len(disk))):
        lines: list[str] = []
        for line in disk[path]:
            parts = game.ledger.wrap(bare(line)) if rng.random() < 0.3 else [bare(line)]
            indent = line[: len(line) - len(bare(line))] + "  " * (rng.random() < 0.3)
            lines += [indent + "  " * n + part for n, part in enumerate(parts)]
        if lines != disk[path]:
            game.git.write(path, lines)
            done.append(path)
    if not done:
        raise Skip
    game.git.run("commit", "-q", "-a", "-m", game.name("format "))
    game.git.tell(["gitprov", "heal"], allowed=(0, 1))
    return f"formatted {', '.join(done)}, gitprov heal"


@move(5)
def retype(game: Game, rng: Random) -> str:
    """`git checkout -- FILE`, and somebody types the very same again: it is not the model's any more."""
    disk, staged = game.git.disk(), game.git.staged()
    path = game.pick(rng, [path for path, lines in staged.items() if path in disk and disk[path] != lines])
    gone = {bare(line) for line in disk[path]} - {bare(line) for line in staged[path]}
    if any(game.stands_elsewhere(text) for text in gone):
        raise Skip
    lines = disk[path]
    game.git.run("checkout", "-q", "--", path)
    game.type(path, lines, UNKNOWN, recorded=False)
    for text in gone:
        game.ledger.author[text] = UNKNOWN
    return f"git checkout -- {path}, {len(gone)} lines typed again"


def _back(game: Game, rng: Random) -> str:
    """A commit a few ones behind HEAD, along first parents."""
    oid = game.git.head()
    if not oid.parents:
        raise Skip
    for _ in range(rng.randint(1, MOST_BACK)):
        if oid.parents:
            oid = game.git.commit(oid.parents[0])
    return oid.oid
