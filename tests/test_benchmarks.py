"""The benchmarks: all of them are in the table, and the budgets are those that were promised."""

from __future__ import annotations

import importlib
import re

import pytest

from benchmarks import common, everything
from tests.support.sealed import ROOT


def test_every_benchmark_is_in_the_table() -> None:
    """Whatever file in benchmarks/ has rows is run by `make bench`, and nothing else."""
    found = {
        path.stem
        for path in (ROOT / "benchmarks").glob("*.py")
        if re.search(r"^def rows\(", path.read_text(), re.MULTILINE)
    }
    assert set(everything.NAMES) == found
    assert all(callable(importlib.import_module(f"benchmarks.{name}").rows) for name in found)


def test_an_unknown_benchmark_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    """A name that is none is answered with those that are."""
    assert everything.main(["speed"]) == 2
    assert "capture_claude" in capsys.readouterr().err


def test_a_process_is_timed_with_its_memory() -> None:
    """The memory is that of the largest process below, in MB."""
    hungry = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'len(bytearray(80 << 20))'])"
    with common.place() as (top, env):
        cost = common.measured(["python3", "-c", hungry], cwd=top, env=env)
    assert 80 < cost.megabytes < 200
    assert cost.seconds > 0


def test_sides_take_turns() -> None:
    """The first turn warms up and is not counted; the rest gives medians."""
    seen: list[str] = []
    ones, twos = iter([100.0, 1, 2, 3]), iter([100.0, 5, 7, 6])

    def side(name: str) -> float:
        seen.append(name)
        return next(ones if name == "a" else twos)

    assert common.alternately(3, lambda: side("a"), lambda: side("b")) == [2, 6]
    assert seen == ["a", "b"] * 4
