"""Putting work aside and taking it out again."""

from __future__ import annotations

from random import Random

from tests.fuzz.game import Game, Skip, Stash
from tests.fuzz.git import CommandFailedError
from tests.fuzz.model import texts_of
from tests.fuzz.moves import move


@move(8)
def stash(game: Game, rng: Random) -> str:
    """`git stash push`, with or without new files, of all or of one file.

    Where the file is staged and its content on disk is HEAD's, git makes the stash, takes the file out of the index, and then
    fails with "No valid patches in input".
    """
    if any(tree == game.git.here for tree, _ in game.renamed):
        raise Skip
    name = game.name("stash")
    words = ["stash", "push", "-q", "-m", name, *rng.choice(([], ["-u"]))]
    if rng.random() < 0.3:
        disk, staged = game.git.disk(), game.git.staged()
        words += [
            "--",
            game.pick(rng, [path for path, lines in staged.items() if disk.get(path, lines) != lines]),
        ]
    done = game.git.attempt(*words)
    if done.returncode and b"No valid patches in input" not in done.stderr:
        raise CommandFailedError(f"git {' '.join(words)}: exit {done.returncode}\n{done.stderr.decode()}")
    if _find(game, name) is None:
        raise Skip
    game.stashes.append(Stash(name, game.git.here))
    return f"git {' '.join(words)}"


@move(10)
def unstash(game: Game, rng: Random) -> str:
    """`git stash pop`, or `apply` and then `drop`, whatever has become of the files since."""
    mine = _waiting(game)
    if not mine or any(tree == game.git.here for tree, _ in game.renamed):
        raise Skip
    one = rng.choice(mine)
    place = _find(game, one.name)
    assert place is not None
    how = rng.choice(("pop", "apply", "pop --index"))
    before = game.git.disk()
    if not game.git.worked("stash", *how.split(" "), "-q", place):
        if game.git.disk() == before and not game.git.unmerged():
            raise Skip
        game.git.run("reset", "-q", "--hard")
        return f"git stash {how} ({one.name}) is in conflict; git reset --hard"
    if how == "apply":
        game.git.run("stash", "drop", "-q", place)
    game.stashes.remove(one)
    after = game.git.disk()
    game.popped |= {(game.git.here, path) for path in after if after[path] != before.get(path)}
    if not _fits(game):
        game.git.run("reset", "-q", "--hard")
        return f"git stash {how} ({one.name}); git reset --hard"
    return f"git stash {how} ({one.name})"


@move(2)
def stash_branch(game: Game, rng: Random) -> str:
    """`git stash branch`: over to where the stash was made, and out with it."""
    mine = _waiting(game)
    if not mine or game.git.run("status", "--porcelain"):
        raise Skip
    one, branch = rng.choice(mine), game.name("branch")
    place = _find(game, one.name)
    assert place is not None
    game.git.run("stash", "branch", branch, place)
    game.stashes.remove(one)
    return f"git stash branch {branch} ({one.name})"


def _waiting(game: Game) -> list[Stash]:
    """The stashes that were made here, but for those with lines that a commit holds since.

    A stash has the whole index in it, and what was staged may have been committed meanwhile. Out of the stash such a line is
    nobody's: evidence is used once. What it was is known when a second commit has it, and by `heal`.
    """
    return [one for one in game.stashes if one.tree == game.git.here and not _is_committed(game, one)]


def _is_committed(game: Game, one: Stash) -> bool:
    place = _find(game, one.name)
    assert place is not None
    base = texts_of(game.git.files(f"{place}^1"))
    parts = [game.git.files(f"{place}{part}") for part in ("", "^2")]
    return any(game.model.held(text) for files in parts for text in texts_of(files) - base)


def _fits(game: Game) -> bool:
    """Whether each line is there once, and in its place."""
    disk = game.git.disk()
    lines = [line for one in disk.values() for line in one]
    ordered = all(game.ledger.in_order(one) == one for one in disk.values())
    return ordered and not game.would_copy(disk) and not game.ledger.overlap(lines)


def _find(game: Game, name: str) -> str | None:
    """What git calls a stash now."""
    rows = game.git.run("stash", "list", "--format=%gd %gs").splitlines()
    found = [row.split(" ")[0] for row in rows if row.endswith(f": {name}")]
    return found[0] if found else None
