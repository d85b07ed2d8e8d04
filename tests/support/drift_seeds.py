"""A scripted model that drifts at a known version, by seed: whether a run of drift gives an alarm."""

from __future__ import annotations

import json
import random

from gitprov.behaviour.drift import drift
from gitprov.behaviour.drift.drift import Sample
from gitprov.behaviour.reply import code_in
from gitprov.feeds.completions import ModelServer, complete
from gitprov.sandbox.cases import CodeUnderTest, run_cases
from gitprov.sandbox.functions import FunctionBox
from tests.support.models import ScriptedModels

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


def corpus(count: int, chance: random.Random) -> bytes:
    """Cases of the function: some amounts and a rate."""
    inputs = [
        [[chance.randint(0, 999) for _ in range(chance.randint(0, 4))], chance.randint(1, 99)]
        for _ in range(count)
    ]
    rows = (json.dumps({"input": row, "id": str(number)}) + "\n" for number, row in enumerate(inputs))
    return "".join(rows).encode()


def results(code: str, cases: bytes, box: FunctionBox) -> dict[str, str | None]:
    """Case → digest. RuntimeError where the code could not be run."""
    done = run_cases(CodeUnderTest("report:price", code.encode()), cases, box)
    if done.problem:
        raise RuntimeError(done.problem)
    return {row.case: row.digest for row in done.rows}


def alarm(seed: int, wordings: tuple[str, ...], box: FunctionBox) -> bool:
    """Whether samples of some wordings, from a server on loopback, diverge from the first of `WORDINGS`."""
    chance = random.Random(seed)  # noqa: S311 - chance that can be had again
    cases = corpus(20, chance)
    replies = [f"Here you are:\n```python\n{chance.choice(wordings)}```\n" for _ in range(SAMPLES)]
    samples = []
    with ScriptedModels([(200, text) for text in replies]) as server:
        for number in range(SAMPLES):
            text = complete(ModelServer(server.address, None), "m", "Write price.", number).text
            samples.append(Sample(drift.OK, results(code_in(text, "price").code, cases, box)))
    return drift.over(drift.measured(results(WORDINGS[0], cases, box), samples), 0.0)
