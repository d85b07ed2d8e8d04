"""`python -m tests.fuzz`: play many histories, or one again."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from tests.fuzz.play import Played, Player, log_of, parse

PLAIN = 10
"""In one of so many histories each hook starts a Python, as it does for people; in the others that would be most of the
time."""


class Asked(NamedTuple):
    """What a worker is to play: `many` histories of a seed, from number `first` on."""

    seed: str
    first: int
    many: int
    moves: int
    shrink: float


class Failure(NamedTuple):
    """A history that failed, as found and made short."""

    name: str
    found: Played
    short: Played


def room() -> str | None:
    """Where repositories are made: in memory where there is such a place, since they are many and small."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 - a directory of its own is made there


def play(asked: Asked) -> tuple[int, int, Failure | None]:
    """Play until one fails: (histories, moves, the failure)."""
    made = 0
    with (
        tempfile.TemporaryDirectory(dir=room(), prefix="fuzz-") as place,
        closing(Player(Path(place), quick=True)) as quick,
    ):
        for number in range(asked.first, asked.first + asked.many):
            name = f"{asked.seed}/{number}"
            player = quick if number % PLAIN else Player(Path(place, str(number)))
            found = player.random(name, asked.moves)
            made += len(found.steps)
            if found.problem is not None:
                short = player.shrink(found, asked.shrink)
                return number - asked.first + 1, made, Failure(name, found, short)
    return asked.many, made, None


def explain(failure: Failure) -> str:
    """What to show of a failure."""
    short = failure.short
    return f"""\
history {failure.name} failed after {len(failure.found.steps)} moves, and still does with these {len(short.steps)}:

{log_of(short.steps)}

{short.problem}

Replay: save the moves above in a file and run `python -m tests.fuzz --replay FILE`; the whole history again:
        python -m tests.fuzz --history {failure.name}
"""


def _pieces(options: argparse.Namespace) -> Iterator[Asked]:
    size = max(1, min(10, options.histories // options.workers))
    for first in range(options.first, options.first + options.histories, size):
        count = min(size, options.first + options.histories - first)
        yield Asked(options.seed, first, count, options.moves, options.shrink)


def _many(options: argparse.Namespace) -> int:
    began, histories, made, failures = time.monotonic(), 0, 0, 0
    with ProcessPoolExecutor(options.workers) as pool:
        for count, steps, failure in pool.map(play, _pieces(options)):
            histories, made = histories + count, made + steps
            if failure is not None:
                failures += 1
                print(explain(failure), flush=True)
            spent = time.monotonic() - began
            if options.progress:
                print(
                    f"\r{histories} histories, {made} moves, {spent:.0f} s",
                    end="",
                    file=sys.stderr,
                    flush=True,
                )
            if failures >= options.failures:
                pool.shutdown(cancel_futures=True)
                break
    if options.progress:
        print(file=sys.stderr)
    print(
        f"{histories} histories, {made} moves, seed {options.seed}, {failures} failures, {time.monotonic() - began:.0f} s"
    )
    return 1 if failures else 0


def _one(options: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory(dir=room(), prefix="fuzz-") as place:
        player = Player(Path(place))
        if options.history:
            played = player.random(options.history, options.moves)
        else:
            played = player.play(parse(Path(options.replay).read_text(encoding="utf-8")))
        if played.problem and options.shrink:
            played = player.shrink(played, options.shrink)
    print(log_of(played.steps))
    print(played.problem or "as the model says")
    return 1 if played.problem else 0


def main(argv: list[str]) -> int:
    """The command line; exit code 1 where a history failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--histories", type=int, default=200, help="how many are made up")
    parser.add_argument("--moves", type=int, default=30, help="how long each is")
    parser.add_argument("--seed", default="gitprov", help="what they are made up from")
    parser.add_argument("--first", type=int, default=0, help="number of the first one")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--failures", type=int, default=1, help="stop after so many")
    parser.add_argument("--shrink", type=float, default=60, help="seconds to make a failing history short")
    parser.add_argument("--progress", action="store_true")
    parser.add_argument("--history", help="play one again, by its name SEED/NUMBER")
    parser.add_argument("--replay", help="play the moves of a file")
    options = parser.parse_args(argv)
    return _one(options) if options.history or options.replay else _many(options)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
