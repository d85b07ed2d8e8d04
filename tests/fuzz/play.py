"""Playing histories: making them up, replaying their logs, and making a failing one short."""

from __future__ import annotations

import shutil
import tempfile
import time
import traceback
from collections.abc import Iterable, Sequence
from pathlib import Path
from random import Random
from typing import NamedTuple

from tests.fuzz import moves
from tests.fuzz.game import Game, Skip
from tests.fuzz.git import Git, Template
from tests.fuzz.moves import branches, colleagues, commits, edits, rebases, repeats, resets, stashes
from tests.support.forks import Forks

ROOMS = (edits, commits, branches, stashes, rebases, repeats, resets, colleagues)
"""The modules whose moves are played."""


COLLEAGUES = 0.15
"""In so many of the histories that are made up somebody else reads the end of it."""


class Step(NamedTuple):
    """A move as a replay log has it: what kind, its chance, and (for people) what it came to."""

    name: str
    chance: int
    words: str = ""

    def __str__(self) -> str:
        return f"{self.name} {self.chance}" + (f"  # {self.words}" if self.words else "")


class Played(NamedTuple):
    """A history that was played. `problem` is what was wrong after its last step, None where nothing was."""

    steps: list[Step]
    problem: str | None = None
    kind: str | None = None


def parse(log: str) -> list[Step]:
    """The steps of a replay log."""
    rows = (row.partition("#") for row in log.splitlines())
    words = [(left.split(), said.strip()) for left, _, said in rows if left.strip()]
    return [Step(name, int(chance), said) for (name, chance), said in words]


class Player:
    """Plays histories, each in a fresh copy of one repository. `room` is a directory for all of them.

    `quick`: hooks are forks of one Python (`tests.support.forks`), where the system allows.
    """

    def __init__(self, room: Path, quick: bool = False) -> None:
        room.mkdir(exist_ok=True)
        self.room = room
        self._forks = Forks(room / "forks") if quick and Forks.possible() else None
        self.template = Template(room, self._forks)

    def close(self) -> None:
        """End what runs the hooks."""
        if self._forks is not None:
            self._forks.close()

    def random(self, seed: str, length: int) -> Played:
        """A history of `length` moves, made up from a seed."""
        rng = Random(seed)
        names = sorted(moves.KINDS)
        weights = [moves.KINDS[name].weight for name in names]
        last = [Step("colleague", 0)] if rng.random() < COLLEAGUES else []
        drawn = (Step(rng.choices(names, weights)[0], rng.randrange(10**6)) for _ in range(length * 20))
        return self.play(drawn, length, last)

    def play(self, steps: Iterable[Step], length: int | None = None, last: Iterable[Step] = ()) -> Played:
        """Make the moves that can be made, at most `length`, then the `last` ones, and compare after each."""
        place = Path(tempfile.mkdtemp(dir=self.room, prefix="history-"))
        git = Git(place, self.template)
        try:
            return self._play(git, steps, length, last)
        finally:
            git.close()
            shutil.rmtree(place)

    def _play(self, git: Git, steps: Iterable[Step], length: int | None, last: Iterable[Step]) -> Played:
        done: list[Step] = []
        try:
            game = Game(git)
            for step in steps:
                git.tick()
                self._make(game, step, done)
                if len(done) == length:
                    break
            for step in last:
                self._make(game, step, done)
            game.check(thorough=True)
        except Exception as error:  # noqa: BLE001 - whatever went wrong is what we are after
            kind = type(error).__name__
            known = kind in ("Mismatch", "CommandFailedError", "ModelError")
            return Played(done, f"{kind}: {error}" if known else traceback.format_exc(), kind)
        return Played(done)

    def _make(self, game: Game, step: Step, done: list[Step]) -> None:
        done.append(step)
        try:
            words = moves.KINDS[step.name].do(game, Random(step.chance))
        except Skip:
            done.pop()
            game.forget()
            return
        done[-1] = step._replace(words=words)
        game.check()

    def shrink(self, failed: Played, seconds: float) -> Played:
        """The shortest history found in the time that is wrong in the same way."""
        until = time.monotonic() + seconds
        size = max(len(failed.steps) // 2, 1)
        while size:
            at = 0
            while at < len(failed.steps) and time.monotonic() < until:
                steps = failed.steps[:at] + failed.steps[at + size :]
                tried = self.play(steps)
                if tried.kind == failed.kind and len(tried.steps) < len(failed.steps):
                    failed = tried
                else:
                    at += size
            size //= 2
        return failed


def log_of(steps: Sequence[Step]) -> str:
    """A replay log."""
    return "\n".join(map(str, steps))
