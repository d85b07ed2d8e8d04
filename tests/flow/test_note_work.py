"""The work under a note of many traces grows with its size: of an amendment, of equal hunks, of a union of claims."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from gitprov.attribution.inherit import InheritedClaims
from gitprov.attribution.matching import reword
from gitprov.flow import hooks
from gitprov.flow.carry import same_hunks
from gitprov.flow.carry.post_rewrite import post_rewrite
from gitprov.flow.carry.solid import agree
from gitprov.flow.change import staged_change
from gitprov.flow.commit.plan import make_plan
from gitprov.flow.context import CommitContext
from gitprov.flow.work_tree import view_of
from gitprov.git.repo import Repository
from gitprov.model.notes.note import Note
from gitprov.model.notes.rows import LineRow, NoteRow, TraceRow
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

    def counted(*args: Any, **options: Any) -> Any:
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


def test_equal_hunks_ask_a_note_once(repo: GitRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many staged hunks a commit of another branch has too, its note's claims on the file are read once."""
    lines = [f"line_{n} = {n}\n" for n in range(200)]
    repo.write("a.py", "".join(lines))
    repo.commit("Base")
    repo.git("switch", "-q", "-c", "side")
    changed = [f"x{line}" if n % 20 < 2 else line for n, line in enumerate(lines)]
    repo.write("a.py", "".join(changed))
    repo.commit("Change")
    rows = (
        trace_row({"a.py": {"ai": f"{n + 1}"}}, id=f"gen_20260201_{n:010x}") for n in range(200) if n % 20 < 2
    )
    add_note(repo, "HEAD", *rows, commit_row(repo.oid()))
    repo.git("switch", "-q", "main")
    repo.write("a.py", "".join(changed))
    repo.git("add", "-A")
    read = calls(monkeypatch, InheritedClaims, "take")
    with Repository.discover(str(repo.path), repo.env) as opened:
        inherited = same_hunks.staged(opened, repo.oid())
    assert len([row for row in inherited.rows if isinstance(row, TraceRow)]) == 20
    assert len(read) == 1


def test_a_union_of_many_claims_takes_each_row_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The union of 100 notes is made in one step, not note by note: the rows that are united are not 5,000."""
    notes = [
        Note([TraceRow(trace_row({"a.py": {"ai": f"{n + 1}"}}, id=f"gen_20260201_{n:010x}"))])
        for n in range(100)
    ]
    handled: list[NoteRow] = []
    make = Note.__init__

    def counted(note: Note, rows: Iterable[NoteRow] = (), *others: Any) -> None:
        every = list(rows)
        handled.extend(every)
        make(note, every, *others)

    monkeypatch.setattr(Note, "__init__", counted)
    united = agree(notes).note
    assert united is not None
    assert len(united.rows) == 100
    assert len(handled) <= 200


def test_who_says_nothing_disagrees_strictly() -> None:
    """Strictly, a line that one of the notes does not claim has no claim, also if that note has no claim on its file."""
    first, second = (
        Note([TraceRow(trace_row({path: {"ai": "1-3"}, "b.py": {"ai": lines}}))])
        for path, lines in (("a.py", "1-2"), ("b.py", "1-3"))
    )
    assert {path: str(lines) for path, lines in agree([first, second], strictly=True).unsure.items()} == {
        "a.py": "1-3",
        "b.py": "3",
    }
    assert agree([first, second]).unsure == {}


def test_the_claims_on_a_file_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A note that is asked again for the claims on the same file reads no range again, and gives the same claims."""
    rows = [TraceRow(trace_row({"a.py": {"ai": f"{n + 1}"}}, id=f"gen_20260201_{n:010x}")) for n in range(20)]
    note = Note(rows)
    read = calls(monkeypatch, LineRow, "classes")
    first = note.claims("a.py")
    assert len(first) == len(read) == 20
    first.clear()
    assert len(note.claims("a.py")) == len(read) == 20
    assert note.claims("b.py") == []
    assert len(note.claims("a.py")) == 20


def test_a_finished_amendment_is_seen_without_its_rows(
    amending: CommitContext, repo: GitRepo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """post-rewrite does not parse a note that post-commit wrote; one that git copied from the old commit is parsed."""
    old = repo.oid()
    repo.git("commit", "-q", "--amend", "-m", "Again")
    pairs = f"{old} {repo.oid()}\n".encode()
    parsed = calls(monkeypatch, Note, "parse")
    add_note(repo, "HEAD", json.dumps(trace_row({"a.py": {"ai": "1"}})), canonical_row(repo.oid()))
    assert post_rewrite(amending.repo, "amend", pairs) == []
    assert parsed == []
    add_note(repo, "HEAD", json.dumps(trace_row({"a.py": {"ai": "1"}})), canonical_row(old))
    assert post_rewrite(amending.repo, "amend", pairs) == [repo.oid()]
    assert parsed


def canonical_row(oid: str) -> str:
    """The row of a commit as gitprov writes it."""
    return json.dumps(commit_row(oid), separators=(",", ":"), sort_keys=True)
