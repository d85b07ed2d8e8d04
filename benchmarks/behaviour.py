"""Canonical values, and the pytest plug-in against pytest alone."""

from __future__ import annotations

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import common
from gitprov.behaviour.canonical import canonical
from gitprov.testing.equivalence.equivalent import search

VALUES = 10_000
CASES = 1_000
ROUNDS = 3
PLAIN = """\
import pytest
def total(n, items):
    return {"total": sum(items), "n": n, "half": n / 2}
@pytest.mark.parametrize("n", range(%d))
def test_total(n):
    assert total(n, [1, 2])["total"] == 3
"""
WITH_CASES = """\
import gitprov
def test_total(n, items):
    return {"total": sum(items), "n": n, "half": n / 2}
for n in range(%d):
    test_total = gitprov.case(n, [1, 2], id=str(n))(test_total)
"""


def values() -> float:
    """Seconds for small values: a dict of four scalars and a list."""
    small = [{"a": n, "b": [1.5, "x"], "c": None} for n in range(VALUES)]
    times = []
    for _ in range(ROUNDS):
        start = time.process_time()
        for value in small:
            canonical(value)
        times.append(time.process_time() - start)
    return min(times)


def plug_in() -> tuple[float, float]:
    """Seconds of pytest with 1,000 plain tests, and with 1,000 cases that are compared."""
    with common.place() as (top, env):
        (top / "test_plain.py").write_text(PLAIN % CASES)
        (top / "test_cases.py").write_text(WITH_CASES % CASES)
        words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        compare = [*words, "test_cases.py", "--compare-hashes", "hashes.json"]
        common.run([*compare, "--update-hashes", "--reason", "first"], cwd=top, env=env)
        plain, cases = common.alternately(
            ROUNDS,
            lambda: common.measured([*words, "test_plain.py"], cwd=top, env=env).seconds,
            lambda: common.measured(compare, cwd=top, env=env).seconds,
        )
    return plain, cases


UNUSED = """\
import time, pytest
from _pytest.config.argparsing import Parser
parser = Parser(_ispytest=True)
start = time.process_time()
import gitprov.testing.plugin as plugin
plugin.pytest_addoption(parser)
print(time.process_time() - start)
"""


def unused() -> float:
    """Seconds of processor time that the plug-in costs a pytest in which nobody uses it."""
    with common.place() as (top, env):
        runs = [common.run([sys.executable, "-c", UNUSED], cwd=top, env=env) for _ in range(5)]
    return min(float(run.stdout) for run in runs)


def clamp(x: int, low: int, high: int) -> int:
    """The lower bound wins."""
    return max(low, min(x, high))


def other_clamp(x: int, low: int, high: int) -> int:
    """The higher bound wins."""
    return min(high, max(x, low))


def separated() -> float:
    """Seconds until two functions are separated."""
    start = time.perf_counter()
    assert search(clamp, other_clamp) is not None  # noqa: S101 - a figure of a search that failed is none
    return time.perf_counter() - start


def rows() -> list[common.Row]:
    """The table."""
    seconds = values()
    plain, cases = plug_in()
    idle = unused()
    apart = separated()
    budget = 1.3 * plain + 1
    return [
        common.Row("10,000 small values to digests", "250 ms", common.ms(seconds), seconds / 0.25),
        common.Row(f"pytest, {CASES:,} cases compared", f"1.3 × {common.ms(plain)} + 1 s", common.ms(cases), cases / budget),
        common.Row("the plug-in unused", "3 ms", common.ms(idle), idle / 0.003),
        common.Row("two functions separated", "1 s", common.ms(apart), apart),
    ]  # fmt: skip


if __name__ == "__main__":
    common.main(rows)
