"""How far samples of generated code diverge from what was pinned, and from each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from math import sqrt
from typing import NamedTuple

_Z = 1.959963984540054
"""Standard deviations on both sides that hold 95 % of a normal distribution."""

OK = "ok"
NO_ANSWER, NO_CODE, NO_PARSE, NO_FUNCTION, CRASHED = (
    "no-answer",
    "no-code",
    "no-parse",
    "no-function",
    "crashed",
)
STATES = {
    OK: "ran all cases",
    NO_ANSWER: "was not generated",
    NO_CODE: "has no code",
    NO_PARSE: "does not parse",
    NO_FUNCTION: "cannot be imported, or lacks the function",
    CRASHED: "crashed or was stopped",
}
"""What became of a sample → the same in words."""


class Sample(NamedTuple):
    """One sample.

    `results`: case → digest, None where the result has none; `detail` is about a sample that did not run;
    `trace` is its generation; `stripped` counts the pieces of prose around the code.
    """

    state: str
    results: Mapping[str, str | None] = {}
    detail: str = ""
    trace: str | None = None
    stripped: int = 0


class CaseDrift(NamedTuple):
    """One case that diverges: in how many samples, and how many different results the samples have."""

    case: str
    diverging: int
    results: int


class DriftResult(NamedTuple):
    """Samples against a pin. Percentages are from 0 to 100.

    `percent` of the cases diverge, on average over the samples that ran; `low` and `high` are the Wilson
    interval of 95 % for it, over cases. `least` and `most` are percentages of single samples, `deviation` is
    their standard deviation. `incoherence`: in how many percent of cases two samples differ from each other.
    `apart` counts the samples that did not run, by state.
    """

    cases: int
    samples: int
    usable: int
    percent: float
    low: float
    high: float
    least: float
    most: float
    deviation: float
    incoherence: float
    apart: Mapping[str, int]
    diverging: tuple[CaseDrift, ...]


def wilson(share: float, count: int) -> tuple[float, float]:
    """The Wilson score interval of 95 % of a share from 0 to 1 among `count`; (0, 1) where nothing counts."""
    if count <= 0:
        return 0.0, 1.0
    square = _Z * _Z
    middle = (share + square / (2 * count)) / (1 + square / count)
    half = _Z / (1 + square / count) * sqrt(share * (1 - share) / count + square / (4 * count * count))
    return max(0.0, middle - half), min(1.0, middle + half)


def measured(pinned: Mapping[str, str | None], samples: Sequence[Sample]) -> DriftResult:
    """How samples compare with the pinned digests. A result that has no digest diverges."""
    usable = [sample for sample in samples if sample.state == OK]
    shares = [len(_moved(pinned, sample)) / max(1, len(pinned)) for sample in usable]
    share = sum(shares) / len(shares) if shares else 0.0
    low, high = wilson(share, len(pinned) if usable else 0)
    middle = share
    deviation = sqrt(sum((each - middle) ** 2 for each in shares) / len(shares)) if shares else 0.0
    apart = Counter(sample.state for sample in samples if sample.state != OK)
    return DriftResult(
        len(pinned),
        len(samples),
        len(usable),
        100 * share,
        100 * low,
        100 * high,
        100 * min(shares, default=0.0),
        100 * max(shares, default=0.0),
        100 * deviation,
        100 * incoherence([sample.results for sample in usable], list(pinned)),
        dict(sorted(apart.items())),
        _diverging(pinned, usable),
    )


def incoherence(results: Sequence[Mapping[str, str | None]], cases: Sequence[str]) -> float:
    """How probable it is, from 0 to 1, that two samples differ in a case; 0 with fewer than two samples."""
    pairs = len(results) * (len(results) - 1)
    if not pairs or not cases:
        return 0.0
    total = 0.0
    for case in cases:
        counts = Counter(result.get(case) for result in results)
        total += 1 - sum(count * (count - 1) for count in counts.values()) / pairs
    return total / len(cases)


def over(result: DriftResult, threshold: float) -> bool:
    """Whether more cases diverge than a percentage allows, or nothing could be judged."""
    return not result.usable or result.percent > threshold + 1e-9


def unsure(result: DriftResult, threshold: float) -> bool:
    """Whether the interval leaves open on which side of a percentage the cases are."""
    return bool(result.usable) and result.low <= threshold < result.high and 0 < result.percent < 100


def _moved(pinned: Mapping[str, str | None], sample: Sample) -> list[str]:
    return [case for case, digest in pinned.items() if digest is None or sample.results.get(case) != digest]


def _diverging(pinned: Mapping[str, str | None], usable: Sequence[Sample]) -> tuple[CaseDrift, ...]:
    counts = Counter(case for sample in usable for case in _moved(pinned, sample))
    rows = (
        CaseDrift(case, count, len({sample.results.get(case) for sample in usable}))
        for case, count in counts.items()
    )
    return tuple(sorted(rows, key=lambda row: (-row.diverging, row.case)))
