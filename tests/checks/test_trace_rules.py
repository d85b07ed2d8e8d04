"""The rules of a project on commits with models' lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from gitprov.checks.trace_rules import RULES, of_commit, of_range
from gitprov.model.answers.log import Declared, DeltaSum, LoggedCommit, LoggedTrace
from gitprov.model.finding import UNKNOWN, Finding
from gitprov.model.notes.rows import TraceRow
from gitprov.model.settings.policy import CheckPolicy

FILES = {"src/a.py": {"ai": "1-3"}, "src/b.py": {"deleted": 2}, "docs/c.md": {"edited": "4"}}
TRACE = LoggedTrace(TraceRow.make("gen_1", agent="my-tool", model="model-1", files=FILES))
ENTRY = LoggedCommit(
    "c" * 40,
    "c" * 12,
    "Ada <ada@example.com>",
    "date",
    "time",
    "subject",
    "ai",
    3,
    1,
    0,
    (("my-tool", "model-1"),),
    (TRACE,),
    (),
    4,
    DeltaSum(10, 6, 3, 1, 0),
    "passed",
    (),
)
DECLARED = ENTRY._replace(
    traces=(),
    delta=None,
    declared=(Declared("claude", None, "Co-authored-by: Claude <noreply@anthropic.com>"),),
    machines=(("claude", None),),
)


def findings(
    entry: LoggedCommit, profiles: Sequence[str] = (), **policy: Any
) -> list[Finding]:  # fields of a policy
    """What a policy finds in a commit."""
    rows = list(of_commit(entry, CheckPolicy(**policy), profiles))
    assert {row.rule for row in rows} <= {*RULES}
    assert all(row.commit == entry.oid for row in rows)
    return rows


def ids(entry: LoggedCommit, profiles: Sequence[str] = (), **policy: Any) -> list[str]:  # fields of a policy
    """The rules, with a question mark for what could not be looked at."""
    return [row.rule + ("?" if row.level == UNKNOWN else "") for row in findings(entry, profiles, **policy)]


def test_without_a_policy() -> None:
    """Nothing is wrong with a commit with models' lines, nor with one that declares them."""
    assert ids(ENTRY) == []
    assert ids(DECLARED) == []


def test_forbidden_paths() -> None:
    """The files with a model's lines, not those in which it only deleted."""
    rows = findings(ENTRY, forbid=("src/**",))
    assert [(row.rule, row.path, row.traces) for row in rows] == [("trace/forbidden", "src/a.py", ("gen_1",))]
    assert len(findings(ENTRY, forbid=("**",))) == 2
    assert findings(ENTRY, forbid=("lib",)) == []
    twice = ENTRY._replace(traces=(TRACE, LoggedTrace(TRACE.row.replace(id="gen_2"))))
    assert [row.traces for row in findings(twice, forbid=("src",))] == [("gen_1", "gen_2")]


def test_forbidden_in_a_commit_that_only_declares() -> None:
    """Found where everything is forbidden; unknown where only some paths are."""
    assert ids(DECLARED, forbid=("**",)) == ["trace/forbidden"]
    assert ids(DECLARED, forbid=("src",)) == ["trace/forbidden?"]


@pytest.mark.parametrize(
    ("policy", "rules"),
    [
        ({"agents": ("my-*",), "models": ("MODEL-1",)}, []),
        ({"agents": ("my",)}, ["trace/agent-not-allowed"]),
        ({"models": ("gpt-*", "claude-*")}, ["trace/model-not-allowed"]),
    ],
)
def test_allowed_machines(policy: dict[str, Any], rules: list[str]) -> None:
    """Whole names, whatever their case."""
    assert ids(ENTRY, **policy) == rules


def test_a_machine_that_is_not_recorded() -> None:
    """Unknown, not allowed and not forbidden; declarations count like traces."""
    assert ids(DECLARED, agents=("codex",), models=("x",)) == [
        "trace/agent-not-allowed",
        "trace/model-not-allowed?",
    ]
    nobody = ENTRY._replace(traces=(LoggedTrace(TraceRow.make("gen_1")),), machines=())
    (row,) = findings(nobody, agents=("x",))
    assert row.level == UNKNOWN


@pytest.mark.parametrize(
    ("reviewed_by", "rules"),
    [
        ((), ["trace/unreviewed"]),
        (("Bob <bob@example.com>",), []),
        (("bob@example.com",), []),
        (("Bob <bob@example.org>",), ["trace/unreviewed"]),
        (("Ada L. <ADA@example.com>",), ["trace/unreviewed"]),
        (("Ada <ada@example.com>", "Bob <BOB@example.com>"), []),
    ],
)
def test_reviewers(reviewed_by: tuple[str, ...], rules: list[str]) -> None:
    """Somebody of the list, by address or whole name; never the author."""
    assert ids(ENTRY._replace(reviewed_by=reviewed_by), reviewers=("*@example.com",)) == rules


def test_anybody_may_review() -> None:
    """`*`, and a name alone."""
    assert ids(ENTRY._replace(reviewed_by=("Bob",)), reviewers=("*",)) == []
    assert ids(ENTRY._replace(reviewed_by=("Bob <b@c>",)), reviewers=("bob <*",)) == []


def test_delta_rate() -> None:
    """Above the limit, not at it; unknown where it is not recorded; nothing where nothing was generated."""
    assert ids(ENTRY, max_delta_rate=0.4) == []
    (row,) = findings(ENTRY, max_delta_rate=0.39)
    assert "4 of 10 generated lines" in row.message
    assert ids(ENTRY._replace(delta=None), max_delta_rate=0.1) == ["trace/delta-rate?"]
    assert ids(ENTRY._replace(delta=DeltaSum(0, 0, 0, 0, 0)), max_delta_rate=0.1) == []
    assert ids(DECLARED, max_delta_rate=0.1) == []


def test_a_machine_signs_nothing_off() -> None:
    """Without any policy."""
    statement = Declared("claude", None, "Signed-off-by: Claude <noreply@anthropic.com>")
    (row,) = findings(DECLARED._replace(declared=(statement,)))
    assert (row.rule, row.risk and row.risk.severity) == ("trace/signed-off", "high")


@pytest.mark.parametrize(
    ("source", "rules"),
    [
        (None, ["trace/assisted-by"]),
        ("Assisted-by: Claude (model-1)", ["trace/assisted-by"]),
        ("Assisted-by: my-tool:model-1", []),
        ("assisted-by: my-tool:model-1 coccinelle sparse", []),
    ],
)
def test_the_kernels_trailer(source: str | None, rules: list[str]) -> None:
    """Under its profile, for commits with traces."""
    entry = ENTRY._replace(declared=(Declared("my-tool", "model-1", source),) if source else ())
    assert ids(entry, ["kernel"]) == rules
    assert ids(entry, ["ai-trace"]) == []
    assert ids(DECLARED, ["kernel"]) == []


def test_the_share_of_a_range() -> None:
    """Above the limit, not at it; nothing without lines or without a limit."""
    limited = CheckPolicy(max_ai_share=0.5)
    assert [row.message for row in of_range(6, 10, limited)] == [
        "models wrote 6 of 10 added lines, 60%; 50% are allowed"
    ]
    for ai, added, policy in ((5, 10, limited), (0, 0, limited), (6, 10, CheckPolicy())):
        assert list(of_range(ai, added, policy)) == []
