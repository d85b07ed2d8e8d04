"""The plan between the hooks of a commit."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gitprov.model.finding import ERROR, Finding, Risk
from gitprov.store import plan as plans
from gitprov.store.plan import Plan

LINE = st.integers(1, 1 << 31)
RISK = st.builds(
    Risk, st.text(), st.text(), cwe=st.none() | st.integers(0, 1 << 31), prompt=st.none() | st.text()
)
FINDING = st.builds(
    Finding,
    st.text(),
    st.just(ERROR),
    st.text(),
    st.text(),
    path=st.none() | st.text(),
    traces=st.lists(st.text()).map(tuple),
    lines=st.none() | st.tuples(LINE, LINE),
    risk=st.none() | RISK,
)


@given(st.lists(FINDING, max_size=2))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
def test_findings_survive_the_plan(tmp_path: Path, findings: list[Finding]) -> None:
    """The gate's findings read back from the plan are the same findings."""
    plan = Plan("x", None, amend=False, refusals=tuple(findings))
    plans.save(str(tmp_path), plan)
    assert plans.load(str(tmp_path)) == plan


@pytest.mark.parametrize("refusals", [[{"rule": "marker", "message": "m"}], [5], 5, [["marker", "error"]]])
def test_damaged_findings_make_no_plan(tmp_path: Path, refusals: object) -> None:
    """A plan whose findings cannot be read is no plan: the hook computes another, and no finding gets lost."""
    plans.save(str(tmp_path), Plan("x", None, amend=False))
    path = Path(plans.path(str(tmp_path)))
    path.write_text(json.dumps({**json.loads(path.read_text()), "refusals": refusals}))
    assert plans.load(str(tmp_path)) is None
