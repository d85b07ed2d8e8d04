"""Putting work aside and taking it out again."""

from __future__ import annotations

from random import Random

from tests.fuzz.game import Game, Skip, Stash
from tests.fuzz.moves import move


@move(4)
def stash(game: Game, rng: Random) -> str:
    """`git stash push`, with or without new files."""
    if any(tree == game.git.here for tree, _ in game.renamed):
        raise Skip
    name = game.name("stash")
    words = ["stash", "push", "-q", "-m", name, *rng.choice(([], ["-u"]))]
    paths = set(game.git.disk()) | set(game.git.staged())
    game.git.run(*words)
    if _find(game, name) is None:
        raise Skip
    news = {path: game.news.get((game.git.here, path), 0) for path in paths}
    game.stashes.append(Stash(name, game.git.here, news))
    return f"git {' '.join(words)}"


@move(6)
def unstash(game: Game, rng: Random) -> str:
    """`git stash pop`, or `apply` and then `drop`, onto files that are as they were when the stash was made."""
    mine = [one for one in game.stashes if one.tree == game.git.here and _untouched(game, one)]
    if not mine:
        raise Skip
    one = rng.choice(mine)
    place = _find(game, one.name)
    assert place is not None
    how = rng.choice(("pop", "apply", "pop --index"))
    if not game.git.worked("stash", *how.split(" "), "-q", place):
        game.git.attempt("reset", "-q", "--merge")
        raise Skip
    if how == "apply":
        game.git.run("stash", "drop", "-q", place)
    game.stashes.remove(one)
    return f"git stash {how} ({one.name})"


def _untouched(game: Game, one: Stash) -> bool:
    """Whether neither a commit nor an event speaks of the stash's files since, and HEAD has them as they were."""
    place = _find(game, one.name)
    assert place is not None
    base, head = game.git.listing(f"{place}^1"), game.git.listing(f"{game.git.here}/HEAD")
    same = all(base.get(path) == head.get(path) for path in one.news)
    return same and all(game.news.get((one.tree, path), 0) == count for path, count in one.news.items())


def _find(game: Game, name: str) -> str | None:
    """What git calls a stash now."""
    rows = game.git.run("stash", "list", "--format=%gd %gs").splitlines()
    found = [row.split(" ")[0] for row in rows if row.endswith(f": {name}")]
    return found[0] if found else None
