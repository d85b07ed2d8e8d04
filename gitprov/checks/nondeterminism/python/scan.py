"""All Python rules over one file."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable, Iterator

from gitprov.checks.nondeterminism.hazard import Uncertainty
from gitprov.checks.nondeterminism.python import chance, clock, concurrency, orders
from gitprov.checks.nondeterminism.python.model import CodeModel

Detector = Callable[[CodeModel], Iterator[Uncertainty]]

ANCHORS: dict[Detector, tuple[str, ...]] = {
    chance.unseeded: ("random", "torch", "sklearn", "sample"),
    chance.seeds: ("seed", "Random", "default_rng"),
    chance.secret_values: ("secrets", "urandom"),
    chance.identifiers: ("uuid",),
    chance.hashes: ("hash", "id"),
    chance.identities: ("id",),
    chance.hash_seed: ("PYTHONHASHSEED",),
    clock.clocks: ("time", "now", "today"),
    clock.naive_datetimes: ("time", "astimezone"),
    clock.locales: ("locale", "%c", "%x", "%X", "%-", "%#"),
    orders.directory_order: ("listdir", "scandir", "walk", "glob", "iterdir"),
    orders.float_sum: ("sum", "+="),
    orders.completion_order: ("as_completed", "wait", "imap_unordered"),
    concurrency.gathered: ("gather", "asyncio", "create_task"),
    concurrency.threaded: ("thread", "Thread", "submit", "map", "run_in_executor", "apply_async"),
    concurrency.unjoined: ("Thread",),
}
"""Words of which a text has one where a function can report; functions without words always run."""

DETECTORS: tuple[Detector, ...] = (
    chance.unseeded,
    chance.seeds,
    chance.secret_values,
    chance.identifiers,
    chance.hashes,
    chance.identities,
    chance.hash_seed,
    clock.clocks,
    clock.naive_datetimes,
    clock.locales,
    orders.directory_order,
    orders.set_order,
    orders.float_sum,
    orders.completion_order,
    concurrency.gathered,
    concurrency.threaded,
    concurrency.unjoined,
)
"""The functions that look at a file; each serves one rule or some."""


def scan(text: str, detectors: tuple[Detector, ...] = DETECTORS) -> tuple[list[Uncertainty], list[str]]:
    """What the rules report in a file, and why some could not look. A rule that fails stops no other."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = CodeModel(ast.parse(text))
    except SyntaxError as error:
        return [], [f"it is not valid Python: line {error.lineno or 1}: {error.msg}"]
    except (ValueError, RecursionError, MemoryError) as error:
        return [], [f"it could not be parsed: {str(error) or type(error).__name__}"]
    sightings: list[Uncertainty] = []
    failures: list[str] = []
    for detector in detectors:
        words = ANCHORS.get(detector)
        if words is not None and not any(word in text for word in words):
            continue
        try:
            sightings += detector(model)
        except Exception as error:  # noqa: BLE001 - a rule that fails is reported, and the others go on
            failures.append(f"the rule of {detector.__name__} failed: {type(error).__name__}: {error}")
    return sightings, failures
