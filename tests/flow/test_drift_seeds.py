"""Drift by seeds: seen in each, and no alarm where only words changed. `make drift-seeds` tries 100."""

from __future__ import annotations

import pytest

from gitprov.flow.behaviour.targets import BoxOptions, box_for
from gitprov.sandbox import run
from tests.support.drift_seeds import DRIFTED, WORDINGS, alarm

SEEDS = 100
TRIED = 2
"""Of these `make test` tries the first ones."""


@pytest.mark.slow
@pytest.mark.parametrize("seeds", [TRIED, pytest.param(SEEDS, marks=[pytest.mark.wide, pytest.mark.slow])])
def test_seeds(seeds: int) -> None:
    """A change of behaviour is an alarm for every seed; the same in other words is one for at most 1 of 100."""
    if not any(map(run.usable, run.BACKENDS[:-1])):
        pytest.skip("no sandbox but the weak one works on this machine")
    box = box_for(BoxOptions(allow_weak=True), 60)
    assert [seed for seed in range(seeds) if not alarm(seed, DRIFTED, box)] == []
    assert sum(alarm(seed, WORDINGS, box) for seed in range(seeds)) <= seeds // 100
