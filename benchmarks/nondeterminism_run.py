"""How often the dynamic check of non-determinism is right, on planted functions, and what one function takes."""

from __future__ import annotations

import random
import resource
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import common

NAMES = [
    "amber",
    "basil",
    "cedar",
    "delta",
    "ember",
    "fjord",
    "grove",
    "haven",
    "inlet",
    "jetty",
    "knoll",
    "lagoon",
]

#: `{s}` is a set of two to seven words.
ORDERS = (
    "return list({s})",
    "return ','.join({s})",
    "return [word.upper() for word in {s}]",
    "return next(iter({s}))",
    "return {{word: len(word) for word in {s}}}",
    "return str({s})",
    "return ({s}).pop()",
    "return [*enumerate({s})]",
    "words = {s}\n    out = ''\n    for word in words:\n        out += word[0] + word[-1]\n    return out",
    "return [row for row in zip({s}, range(9))]",
    "return tuple(frozenset({s}))",
    "return list({s} - {{'none'}})",
    "seen = set()\n    for word in {l}:\n        seen.add(word)\n    return [word for word in seen]",
)

#: `{n}` turns in each of `{t}` threads.
RACES = (
    "box = [0]\n    def work():\n        for _ in range({n}):\n            box[0] += 1\n    go(work, {t})\n    return box[0]",
    "box = {{'a': 100, 'b': 0}}\n    def work():\n        for _ in range({n}):\n            amount = box['a']\n            box['a'] = amount - 1\n            box['b'] += 1\n    go(work, {t})\n    return box",
    "made = []\n    cache = {{}}\n    def work():\n        for key in range({n}):\n            if key not in cache:\n                made.append(key)\n                cache[key] = str(key)\n    go(work, {t})\n    return len(made)",
    "class Counter:\n        value = 0\n    def work():\n        for _ in range({n}):\n            Counter.value = Counter.value + 1\n    go(work, {t})\n    return Counter.value",
    "log = []\n    def work():\n        name = threading.current_thread().name\n        for step in range({n}):\n            log.append((name.split('-')[0], step))\n    go(work, {t})\n    return log",
    "low = [1]\n    def work():\n        for _ in range({n}):\n            a = low[0]\n            b = a * 3 % 1009 + 1\n            low[0] = b\n    go(work, {t})\n    return low[0]",
    "box = {{}}\n    def work():\n        for step in range({n}):\n            box[step % 3] = box.get(step % 3, 0) + 1\n    go(work, {t})\n    return box",
    "total = 0\n    def work():\n        nonlocal total\n        for step in range({n}):\n            before = total\n            total = before + step\n    go(work, {t})\n    return total",
)

PURE = (
    "return sorted({s})",
    "return {s}",
    "return len({s}) + sum(map(len, {s}))",
    "return {{word: len(word) for word in sorted({s})}}",
    "lock = threading.Lock()\n    box = [0]\n    def work():\n        for _ in range({n}):\n            with lock:\n                box[0] += 1\n    go(work, {t})\n    return box",
    "return random.Random({n}).sample({l}, 2)",
    "return datetime.datetime(2024, 2, {t}).isoformat()",
    "return max({l}, key=lambda word: (len(word), word))",
    "return 0.1 * {n} + {t}",
    "return [word[::-1] for word in {l}]",
    "return asyncio.run(ordered({l}))",
    "return decimal.Decimal({n}) / {t}",
    "return {{'a': {l}, 'b': {s}, 'c': ({n}, None)}}",
    "return json.dumps({{'b': {n}, 'a': {l}}}, sort_keys=True)",
    "raise ValueError({l})",
    "return hashlib.sha256(repr({l}).encode()).hexdigest()",
)

HEAD = """\
import asyncio, datetime, decimal, hashlib, json, random, threading

def go(work, count):
    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()

async def ordered(words):
    async def task(word):
        await asyncio.sleep(0)
        return word.upper()
    return await asyncio.gather(*map(task, words))

def call(name):
    return globals()[name]()

"""


def planted(templates: tuple[str, ...], count: int, chance: random.Random) -> Iterator[str]:
    """Bodies of functions, made of templates with other words and numbers."""
    for number in range(count):
        words = chance.sample(NAMES, chance.randint(2, 7))
        names = {"s": f"{{{', '.join(map(repr, words))}}}", "l": repr(words)}
        yield templates[number % len(templates)].format(
            **names, n=chance.randint(15, 60), t=chance.randint(2, 5)
        )


def processor_seconds() -> float:
    """The processor time of this process and of those that it started."""
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def moved(bodies: list[str]) -> tuple[int, float]:
    """How many of some functions are reported, and the processor seconds that the whole took."""
    from gitprov.behaviour.axes import concerned, deviation
    from gitprov.sandbox import run
    from gitprov.sandbox.functions import Conditions, FunctionBox, FunctionJob, call
    from gitprov.sandbox.interpreter import interpreter
    from gitprov.sandbox.request import BoxLimits

    source = HEAD + "\n\n".join(f"def f{number}():\n    {body}" for number, body in enumerate(bodies)) + "\n"
    job = FunctionJob("call", tuple([f"f{number}"] for number in range(len(bodies))), source=source.encode())
    box = FunctionBox(interpreter(None), BoxLimits(seconds=60, cpu_seconds=60), run.choose(allow_weak=True))
    start = processor_seconds()
    base = call(job, Conditions(), box)
    if not base.complete:
        raise SystemExit(base.failed)
    reported: set[int] = set()
    for axis in concerned(base.uses):
        for shift in axis.shifts:
            other = call(job, Conditions(shift.variables, shift.fields, shift.repeats), box)
            for number in range(len(bodies)):
                rows = [outcome for outcome in other.outcomes if outcome.case == number]
                if deviation(axis, shift.words, base.outcomes, rows) is not None:
                    reported.add(number)
    return len(reported), processor_seconds() - start


def rows() -> list[common.Row]:
    """Rates on 300 functions, and the time of one."""
    chance = random.Random(20)  # noqa: S311 - chance that can be had again
    table = []
    for work, templates, count, least in (
        ("hash order found", ORDERS, 130, 0.99),
        ("races found", RACES, 80, 0.95),
        ("pure functions reported", PURE, 160, 0.01),
    ):
        number, _ = moved(list(planted(templates, count, chance)))
        share = number / count
        ratio = share / least if templates is PURE else least / share
        sign = "≤" if templates is PURE else "≥"
        table.append(common.Row(work, f"{sign} {least:.0%}", f"{number} of {count}: {share:.1%}", ratio))
    seconds = min(moved([PURE[0].format(s="{'a', 'b'}")])[1] for _ in range(3))
    table.append(
        common.Row("one function, processor time of all runs", "< 2 s", f"{seconds:.2f} s", seconds / 2)
    )
    return table


if __name__ == "__main__":
    common.main(rows)
