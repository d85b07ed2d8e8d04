"""What all moves have in common that bring lines of one commit into another: a clean start, conflicts, a way back."""

from __future__ import annotations

import functools
from collections.abc import Callable
from random import Random

from tests.fuzz.game import Game, Skip
from tests.fuzz.moves import Do, move
from tests.fuzz.moves.branches import resolve
from tests.fuzz.moves.commits import commit_everything

#: What may be under way, and the file that says so.
_UNDER_WAY = {
    "rebase": ("rebase-merge", "rebase-apply/rebasing"),
    "am": ("rebase-apply/applying",),
    "cherry-pick": ("CHERRY_PICK_HEAD", "sequencer"),
    "revert": ("REVERT_HEAD", "sequencer"),
    "merge": ("MERGE_HEAD",),
}
_MOST_STOPS = 12


class FruitlessError(Exception):
    """git could not do it, or somebody had enough: all goes back to where it was."""


def rewrites(weight: int, tidy: bool = True) -> Callable[[Do], Do]:
    """Make a function a kind of move that carries lines. It raises FruitlessError once it has begun and cannot end.

    What comes out wrong for the fuzzer (a line twice, lines out of order) is taken back too. `tidy`: it starts from a
    clean work tree; what is there is committed first, as one would.
    """

    def enter(do: Do) -> Do:
        @functools.wraps(do)
        def whole(game: Game, rng: Random) -> str:
            first = commit_everything(game, rng) if tidy else ""
            game.observe()
            before = game.git.head().oid
            game.carrying = True
            try:
                words = do(game, rng)
                if not game.is_sound():
                    _back(game, before)
                    words += ", and taken back"
            except FruitlessError as error:
                _back(game, before)
                words = f"{error}, given up"
            except Skip:
                game.carrying = False
                if not first:
                    raise
                words = "nothing else"
            return "; ".join(filter(None, [first, words]))

        return move(weight)(whole)

    return enter


def under_way(game: Game, what: str) -> bool:
    """Whether a command waits for its end."""
    return any(game.git.has(name) for name in _UNDER_WAY[what])


def _back(game: Game, before: str) -> None:
    for what in _UNDER_WAY:
        if under_way(game, what):
            game.git.attempt(what, "--abort")
    if game.git.head().oid != before or game.git.run("status", "--porcelain", "-uno"):
        game.git.run("reset", "-q", "--hard", before)


def finish(game: Game, rng: Random, what: str) -> str:
    """Bring a command that stopped to its end; FruitlessError where nobody could. What it took, in words."""
    said: list[str] = []
    for _ in range(_MOST_STOPS):
        if not under_way(game, what):
            return ", ".join(said)
        if game.git.unmerged():
            how = resolve(game, rng)
            if how is None:
                chance = rng.random()
                if chance < 0.5 or not game.git.worked(what, "--skip"):
                    raise FruitlessError(f"{what} --abort")
                said.append("--skip")
                continue
            said.append(how)
        if rng.random() < 0.2 and what != "am":
            game.git.attempt("commit", "-q", "--no-edit", env=_QUIET)
        done = game.git.attempt(what, "--continue", env=_QUIET)
        if done.returncode and not game.git.unmerged() and under_way(game, what):
            game.git.attempt(what, "--skip")
    raise FruitlessError(f"{what} that has no end")


_QUIET = {"GIT_EDITOR": "true"}


def run(game: Game, rng: Random, what: str, *words: str, env: dict[str, str] | None = None) -> str:
    """A command that may stop in the middle, up to its end."""
    done = game.git.attempt(what, *words, env={**_QUIET, **(env or {})})
    told = f"git {what} {' '.join(words)}"
    if done.returncode and not under_way(game, what):
        raise FruitlessError(told)
    how = finish(game, rng, what)
    return f"{told} ({how})" if how else told
