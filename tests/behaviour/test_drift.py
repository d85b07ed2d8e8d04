"""The arithmetic of drift and of its search."""

from __future__ import annotations

import pytest

from gitprov.behaviour.drift import bisect, drift
from gitprov.behaviour.drift.drift import CaseDrift, Sample, incoherence, measured, over, unsure, wilson

PINNED = {"a": "1", "b": "2", "c": "3", "d": "4"}


def ok(**changes: str | None) -> Sample:
    """A sample with the pinned results, but for some."""
    return Sample(drift.OK, {**PINNED, **changes})


def test_wilson() -> None:
    """The interval of published examples, at the ends, and without any case."""
    for share, count, low, high in (
        (0.5, 10, 0.2366, 0.7634),
        (0.1, 100, 0.0552, 0.1744),
        (0.0, 10, 0.0, 0.2775),
        (1.0, 10, 0.7225, 1.0),
    ):
        assert wilson(share, count) == pytest.approx((low, high), abs=1e-4)
    assert wilson(0.0, 0) == (0.0, 1.0)


def test_nothing_moved() -> None:
    """Samples that do what was pinned."""
    result = measured(PINNED, [ok(), ok()])
    assert (result.percent, result.incoherence, result.deviation) == (0.0, 0.0, 0.0)
    assert result.diverging == ()
    assert not over(result, 0)
    assert not unsure(result, 0)


def test_some_moved() -> None:
    """One sample differs in half of the cases, another has no digest in one, two did not run."""
    samples = [ok(), ok(a="9", b="9"), ok(a=None), Sample(drift.NO_PARSE), Sample(drift.CRASHED)]
    result = measured(PINNED, samples)
    assert (result.cases, result.samples, result.usable) == (4, 5, 3)
    assert result.percent == pytest.approx(25.0)
    assert (result.least, result.most) == (0.0, 50.0)
    assert result.deviation == pytest.approx(20.412, abs=1e-3)
    assert result.apart == {drift.CRASHED: 1, drift.NO_PARSE: 1}
    assert result.diverging == (CaseDrift("a", 2, 3), CaseDrift("b", 1, 2))
    assert result.incoherence == pytest.approx(100 * (1 + 2 / 3) / 4)
    assert over(result, 24.9)
    assert not over(result, 25)
    assert unsure(result, 25)
    assert not unsure(result, 99)


def test_nothing_usable() -> None:
    """Without a sample that ran nothing is known, and the run counts as over any threshold."""
    result = measured(PINNED, [Sample(drift.NO_ANSWER)])
    assert (result.percent, result.low, result.high) == (0.0, 0.0, 100.0)
    assert over(result, 100)
    assert not unsure(result, 0)


def test_a_case_without_digest_diverges() -> None:
    """A pinned case that has no digest can equal nothing."""
    assert measured({"a": None}, [Sample(drift.OK, {"a": None})]).percent == 100.0


def test_incoherence_needs_two() -> None:
    """One sample cannot disagree with itself; no cases, no disagreement."""
    assert incoherence([{"a": "1"}], ["a"]) == 0.0
    assert incoherence([{}, {}], []) == 0.0
    assert incoherence([{"a": "1"}, {"a": "2"}], ["a"]) == 1.0


@pytest.mark.parametrize("versions", [2, 3, 4, 7, 8, 100])
def test_every_culprit_is_reached(versions: int) -> None:
    """Whatever version is the first bad one, the search names it within its steps."""
    for culprit in range(1, versions):
        verdicts = {0: False, versions - 1: True}
        search = bisect.begun(verdicts, versions)
        assert search is not None
        while not search.ended:
            verdicts[search.middle] = search.middle >= culprit
            search = search.after(search.middle >= culprit)
        assert search.bad == culprit
        assert len(verdicts) <= bisect.steps(versions)
        assert bisect.begun(verdicts, versions) == search


def test_a_search_needs_two_ends() -> None:
    """No search where an end is not measured, or both agree."""
    assert bisect.begun({}, 5) is None
    assert bisect.begun({0: True, 4: True}, 5) is None
    assert bisect.begun({0: False, 4: False}, 5) is None
    assert bisect.begun({0: False}, 1) is None
    assert bisect.steps(1) == 1
