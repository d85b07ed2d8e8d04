"""Random histories against the model: the first 60 of 30 moves in `make test`, as many as one likes by `make fuzz`."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.fuzz.play import Player, Step, log_of, parse
from tests.support.repo import run_bytes
from tests.support.sealed import ROOT

HISTORIES = 200
ALWAYS = 60
CHUNK = 10


def fuzz(root: Path, *args: str) -> tuple[int, str]:
    """Exit code and output of the fuzzer of a checkout. In a process of its own, where no coverage slows it down."""
    env = {"PATH": str(Path(sys.executable).parent), "PYTHONPATH": str(root)}
    done = run_bytes([sys.executable, "-m", "tests.fuzz", *args], cwd=root, env=_with_path(env), timeout=900)
    return done.returncode, (done.stdout + done.stderr).decode("utf-8", "replace")


def _with_path(env: dict[str, str]) -> dict[str, str]:
    import os

    return {**env, "PATH": env["PATH"] + os.pathsep + os.environ["PATH"], "HOME": os.environ.get("HOME", "/")}


@pytest.mark.slow
@pytest.mark.parametrize(
    "first",
    [
        pytest.param(first, marks=() if first < ALWAYS else pytest.mark.wide)
        for first in range(0, HISTORIES, CHUNK)
    ],
)
def test_blame_says_what_the_model_says(first: int) -> None:
    """After each move of random histories, blame and the model agree on every line of every file that was touched."""
    status, said = fuzz(ROOT, "--first", str(first), "--histories", str(CHUNK), "--workers", "1")
    assert status == 0, said


@pytest.mark.slow
def test_a_log_replays_the_history_it_came_from(tmp_path: Path) -> None:
    """The same seed makes the same moves, and their log makes them again, whatever words stand behind them."""
    player = Player(tmp_path)
    found = player.random("replay/1", 12)
    assert player.random("replay/1", 12) == found
    moves = [(step.name, step.chance) for step in found.steps]
    for log in (parse(log_of(found.steps)), [Step(*move) for move in moves]):
        again = player.play(log)
        # The words may count stashes and names otherwise: a move that was skipped the first time has used one up.
        assert [(step.name, step.chance) for step in again.steps] == moves
        assert again.problem == found.problem


@pytest.mark.slow
def test_any_part_of_a_log_is_a_log(tmp_path: Path) -> None:
    """Moves that cannot be made without those left out are skipped: that is what shrinking lives by."""
    player = Player(tmp_path)
    steps = player.random("replay/2", 16).steps
    for part in (steps[::2], steps[1::2], steps[8:], []):
        played = player.play(part)
        assert played.problem is None, played.problem
        assert len(played.steps) <= len(part)
