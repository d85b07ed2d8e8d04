"""What somebody else sees, who has the commits and the shared notes, and nothing else of this clone."""

from __future__ import annotations

import shutil
from random import Random

from tests.fuzz import ask
from tests.fuzz.game import Game
from tests.fuzz.moves import move


@move(0)
def colleague(game: Game, _rng: Random) -> str:
    """All branches and `gitprov sync` to a remote, a fresh clone of it, `gitprov sync` there: blame says the same.

    The last move of some histories, never one in the middle: nothing of it stays.
    """
    game.observe()
    git, here = game.git, game.git.here
    origin, clone = str(git.room / "origin.git"), str(git.room / "colleague")
    git.run("init", "-q", "--bare", origin)
    git.run("remote", "add", "origin", origin)
    git.run("push", "-q", "origin", "--all")
    git.tell(["gitprov", "sync", "-q", "origin"])
    git.run("clone", "-q", origin, clone)
    git.trees["colleague"], git.here = clone, "colleague"
    try:
        git.tell(["gitprov", "sync", "-q"])
        for oid in sorted(set(git.branches().values())):
            for path in git.listing(oid):
                ask.check_file(git, game.model, path, oid)
    finally:
        del git.trees["colleague"]
        git.here = here
    git.run("remote", "remove", "origin")
    shutil.rmtree(clone)
    shutil.rmtree(origin)
    return "a colleague's clone"
