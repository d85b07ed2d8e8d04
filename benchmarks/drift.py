"""Drift with a scripted model on loopback: is it seen, is it not seen where there is none, and what does it take?"""

from __future__ import annotations

import json
import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import common

SEEDS = 100
SAMPLES = 2

#: The same behaviour in other words.
WORDINGS = (
    "def price(items, rate):\n    return sum(items) * rate // 100\n",
    "def price(items, rate):\n    total = 0\n    for item in items:\n        total += item\n    return (total * rate) // 100\n",
    '"""Prices."""\n\ndef price(items: list[int], rate: int) -> int:\n    """Add and scale."""\n    return int(sum(items) * rate // 100)\n',
    "from functools import reduce\n\ndef price(values, rate):\n    return reduce(lambda a, b: a + b, values, 0) * rate // 100\n",
)
#: A silent change of behaviour.
DRIFTED = (
    "def price(items, rate):\n    return sum(items) * rate / 100\n",
    "def price(items, rate):\n    return round(sum(items) * rate / 100)\n",
    "def price(items, rate):\n    return -(-sum(items) * rate // 100)\n",
    "def price(items, rate):\n    return max(1, sum(items) * rate // 100)\n",
    "from decimal import Decimal\n\ndef price(items, rate):\n    return Decimal(sum(items) * rate // 100)\n",
)


def rows() -> list[common.Row]:
    """Alarms over 100 seeds of each kind, and 20 samples of 100 cases."""
    from gitprov.behaviour import drift
    from gitprov.behaviour.drift import Sample
    from gitprov.behaviour.reply import code_in
    from gitprov.feeds.completions import ModelServer, complete
    from gitprov.sandbox import run
    from gitprov.sandbox.cases import CodeUnderTest, run_cases
    from gitprov.sandbox.functions import FunctionBox
    from gitprov.sandbox.interpreter import interpreter
    from gitprov.sandbox.request import BoxLimits
    from tests.support.models import ScriptedModels

    box = FunctionBox(interpreter(None), BoxLimits(), run.choose(allow_weak=True))

    def corpus(count: int, chance: random.Random) -> bytes:
        inputs = [
            [[chance.randint(0, 999) for _ in range(chance.randint(0, 4))], chance.randint(1, 99)]
            for _ in range(count)
        ]
        return "".join(
            json.dumps({"input": row, "id": str(number)}) + "\n" for number, row in enumerate(inputs)
        ).encode()

    def results(code: str, cases: bytes) -> dict[str, str | None]:
        done = run_cases(CodeUnderTest("report:price", code.encode()), cases, box)
        if done.problem:
            raise SystemExit(done.problem)
        return {row.case: row.digest for row in done.rows}

    def alarm(seed: int, wordings: tuple[str, ...]) -> bool:
        chance = random.Random(seed)  # noqa: S311 - chance that can be had again
        cases = corpus(20, chance)
        replies = [f"Here you are:\n```python\n{chance.choice(wordings)}```\n" for _ in range(SAMPLES)]
        samples = []
        with ScriptedModels([(200, text) for text in replies]) as server:
            for number in range(SAMPLES):
                text = complete(ModelServer(server.address, None), "m", "Write price.", number).text
                samples.append(Sample(drift.OK, results(code_in(text, "price").code, cases)))
        return drift.over(drift.measured(results(WORDINGS[0], cases), samples), 0.0)

    seen = sum(alarm(seed, DRIFTED) for seed in range(SEEDS))
    false = sum(alarm(seed, WORDINGS) for seed in range(SEEDS))
    cases = corpus(100, random.Random(1))  # noqa: S311 - as above
    start = time.perf_counter()
    for number in range(20):
        results(WORDINGS[number % len(WORDINGS)], cases)
    seconds = time.perf_counter() - start
    return [
        common.Row("drift seen", f"{SEEDS} of {SEEDS} seeds", f"{seen}", SEEDS / max(1, seen)),
        common.Row("alarms where only words changed", f"≤ 1 of {SEEDS}", f"{false}", float(false)),
        common.Row("20 samples of 100 cases", "≤ 20 s, model time apart", f"{seconds:.1f} s", seconds / 20),
    ]


if __name__ == "__main__":
    common.main(rows)
