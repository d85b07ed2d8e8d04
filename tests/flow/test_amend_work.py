"""The work of an amendment under a note of many traces: contents are compared once, and the plan is read once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from gitprov.attribution.matching import reword
from gitprov.flow import hooks
from gitprov.flow.change import staged_change
from gitprov.flow.commit.plan import make_plan
from gitprov.flow.context import CommitContext
from gitprov.flow.work_tree import view_of
from gitprov.git.repo import Repository
from gitprov.store import plan as plans
from tests.support.notes import add_note, commit_row, trace_row
from tests.support.repo import GitRepo

TRACES = 60


@pytest.fixture
def amending(repo: GitRepo) -> Iterator[CommitContext]:
    """An amendment of every third line is staged; each line of the commit is another trace's."""
    lines = [f"line_{n} = {n}\n" for n in range(TRACES)]
    repo.write("a.py", "".join(lines))
    repo.commit("Add")
    rows = (trace_row({"a.py": {"ai": f"{n + 1}"}}, id=f"gen_20260201_{n:010x}") for n in range(TRACES))
    add_note(repo, "HEAD", *rows, commit_row(repo.oid()))
    repo.write("a.py", "".join(f"x{line}" if n % 3 == 0 else line for n, line in enumerate(lines)))
    repo.git("add", "-A")
    with Repository.discover(str(repo.path), repo.env) as opened:
        yield CommitContext(opened, view_of(opened, 0))


def calls(monkeypatch: pytest.MonkeyPatch, module: object, name: str) -> list[tuple[Any, ...]]:
    """The arguments of each later call of a module's function."""
    function: Callable[..., Any] = getattr(module, name)
    recorded: list[tuple[Any, ...]] = []

    def counted(*args: Any, **options: Any) -> Any:  # noqa: ANN401 - of any function
        recorded.append(args)
        return function(*args, **options)

    monkeypatch.setattr(module, name, counted)
    return recorded


def test_without_new_evidence_contents_are_compared_once(
    amending: CommitContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the amended content and the new one there is one comparison, and none with the parent's content."""
    compared = calls(monkeypatch, reword, "matches")
    plan = make_plan(amending, staged_change(amending.repo, True))
    assert plan is not None
    assert len(plan.traces) == TRACES
    assert sum(row.count("edited") for row in plan.traces) == TRACES // 3
    assert len(compared) == 1


def test_a_message_hook_reads_the_plan_once(
    amending: CommitContext, repo: GitRepo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The check for an interrupted commit and the check of the message use the same plan."""
    message = repo.path / "message"
    message.write_text("Again\n")
    monkeypatch.setattr(amending, "is_amend", lambda _source=None: True)
    hooks.prepare_commit_msg(amending, str(message), None)
    loaded = calls(monkeypatch, plans, "load")
    hooks.commit_msg(amending, str(message))
    assert len(loaded) == 1
    plan = plans.load(amending.repo.git_dir)
    assert plan is not None
    assert plan.gate == "passed"
