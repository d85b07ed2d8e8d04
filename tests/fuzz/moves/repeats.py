"""Commits repeated elsewhere, undone, made into one, and sent by mail."""

from __future__ import annotations

from random import Random

from tests.fuzz.game import Game, Skip
from tests.fuzz.moves.rewriting import FruitlessError, rewrites, run

NEWEST = 12


@rewrites(4)
def cherry_pick(game: Game, rng: Random) -> str:
    """One commit of another branch, or a few."""
    oids = _elsewhere(game, rng, rng.choice((1, 1, 2, 3)))
    return run(game, rng, "cherry-pick", *rng.choice(([], ["-x"])), *oids)


@rewrites(2)
def cherry_pick_and_commit(game: Game, rng: Random) -> str:
    """`git cherry-pick -n`: what it brought may be known again only by its hunks."""
    oids = _elsewhere(game, rng, rng.choice((1, 1, 2)))
    words = f"git cherry-pick -n {' '.join(oids)}"
    if not game.git.worked("cherry-pick", "-n", *oids) or game.git.unmerged():
        raise FruitlessError(words)
    if game.git.worked("diff", "--cached", "--quiet"):
        return words
    game.git.run("commit", "-q", "-m", game.name("picked "))
    game.doubtful = True
    return f"{words}, git commit"


@rewrites(4)
def revert(game: Game, rng: Random) -> str:
    """A commit of the last ones is undone; that may be a revert itself."""
    rows = game.git.run("rev-list", "--first-parent", f"-{NEWEST}", "HEAD", "--parents").splitlines()
    oid, *parents = rng.choice(rows[: rng.choice((2, NEWEST))]).split()
    if not parents:
        raise Skip
    main = ["-m", str(rng.randint(1, len(parents)))] if len(parents) > 1 else []
    return run(game, rng, "revert", "--no-edit", *main, oid)


@rewrites(3)
def squash(game: Game, rng: Random) -> str:
    """`git merge --squash` of another branch, with git's message or one of one's own."""
    other = _ahead(game, rng)
    words = f"git merge --squash {other}"
    if not game.git.worked("merge", "-q", "--squash", other) or game.git.unmerged():
        raise FruitlessError(words)
    if game.git.worked("diff", "--cached", "--quiet"):
        return words
    message = rng.choice((["--no-edit"], ["-m", game.name("squash ")]))
    game.git.run("commit", "-q", *message)
    return f"{words}, git commit {' '.join(message)}"


@rewrites(1)
def octopus(game: Game, rng: Random) -> str:
    """A merge of two other branches at once."""
    ahead = game.git.run(
        "for-each-ref", "--format=%(refname:short)", "--no-merged", "HEAD", "refs/heads"
    ).split()
    if len(ahead) < 2:
        raise Skip
    words = ["merge", "-q", "--no-edit", *sorted(rng.sample(ahead, 2))]
    if not game.git.worked(*words):
        raise FruitlessError(f"git {' '.join(words)}")
    return f"git {' '.join(words)}"


@rewrites(2)
def mail(game: Game, rng: Random) -> str:
    """`git format-patch` of another branch, `git am` here."""
    oids = _elsewhere(game, rng, rng.choice((1, 2, 3)))
    box = game.git.note("mailbox", [])
    with open(box, "ab") as file:
        file.writelines(game.git.attempt("format-patch", "-1", "--stdout", oid).stdout for oid in oids)
    how = rng.choice(([], ["-3"]))
    return run(game, rng, "am", "-q", *how, str(box))


def _elsewhere(game: Game, rng: Random, count: int) -> list[str]:
    """Plain commits of another branch that follow each other, the oldest first."""
    other = _ahead(game, rng)
    asked = ("rev-list", "--first-parent", "--no-merges", "--reverse", f"-{NEWEST}", f"HEAD..{other}")
    oids = game.git.run(*asked).split()
    if not oids:
        raise Skip
    at = rng.randrange(len(oids))
    return oids[at : at + count]


def _ahead(game: Game, rng: Random) -> str:
    """A branch with commits that HEAD does not have."""
    asked = ("for-each-ref", "--format=%(refname:short)", "--no-merged", "HEAD", "refs/heads")
    return game.pick(rng, game.git.run(*asked).split())
