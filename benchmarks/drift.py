"""Drift with a scripted model on loopback: is it seen, is it not seen where there is none, and what does it take?"""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import common

SEEDS = 100


def rows() -> list[common.Row]:
    """Alarms over 100 seeds of each kind, and 20 samples of 100 cases."""
    from gitprov.sandbox import run
    from gitprov.sandbox.functions import FunctionBox
    from gitprov.sandbox.interpreter import interpreter
    from gitprov.sandbox.request import BoxLimits
    from tests.support.drift_seeds import DRIFTED, WORDINGS, alarm, corpus, results

    box = FunctionBox(interpreter(None), BoxLimits(), run.choose(allow_weak=True))
    seen = sum(alarm(seed, DRIFTED, box) for seed in range(SEEDS))
    false = sum(alarm(seed, WORDINGS, box) for seed in range(SEEDS))
    cases = corpus(100, random.Random(1))  # noqa: S311 - as above
    start = time.perf_counter()
    for number in range(20):
        results(WORDINGS[number % len(WORDINGS)], cases, box)
    seconds = time.perf_counter() - start
    return [
        common.Row("drift seen", f"{SEEDS} of {SEEDS} seeds", f"{seen}", SEEDS / max(1, seen)),
        common.Row("alarms where only words changed", f"≤ 1 of {SEEDS}", f"{false}", float(false)),
        common.Row("20 samples of 100 cases", "≤ 20 s, model time apart", f"{seconds:.1f} s", seconds / 20),
    ]


if __name__ == "__main__":
    common.main(rows)
