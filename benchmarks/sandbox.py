"""One run in each sandbox, against the bare interpreter: the least of many, since other work only adds."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import common

ROUNDS = 20
BUDGET = 0.030


def rows() -> list[common.Row]:
    """A row for each sandbox of this machine."""
    from gitprov.sandbox import run
    from gitprov.sandbox.interpreter import interpreter
    from gitprov.sandbox.request import BoxRequest

    python = interpreter(None)
    words = (python.program, "-I", "-S", "-c", "pass")

    def bare() -> float:
        start = time.perf_counter()
        subprocess.run(words, check=True, capture_output=True)
        return time.perf_counter() - start

    def boxed(name: str) -> Callable[[], float]:
        def side() -> float:
            start = time.perf_counter()
            run.run(BoxRequest(words, readable=python.readable), backend=name)
            return time.perf_counter() - start

        return side

    table = []
    for name in filter(run.usable, run.BACKENDS):
        plain, full = common.alternately(ROUNDS, bare, boxed(name), of=min)
        over = full - plain
        shown = f"{common.ms(full)} against {common.ms(plain)}: {common.ms(over)} more"
        table.append(common.Row(f"one run in {name}", "≤ 30 ms over bare Python", shown, over / BUDGET))
    return table


if __name__ == "__main__":
    common.main(rows)
