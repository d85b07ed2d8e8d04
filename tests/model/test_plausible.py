"""Values of notes and records are looked at once; after that their types can be relied on."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitprov.model.notes.note import Note
from gitprov.model.notes.rows import read
from gitprov.model.untrusted.plausible import Implausible
from gitprov.model.untrusted.plausible_record import plausible_record
from tests.model.test_note import DATA
from tests.model.values import JSON

GOOD: dict[str, Any] = {
    "kind": "trace", "v": 1, "id": "t", "agent": None, "model": "m", "human": "A\udce9 <a@x>", "evidence": "captured",
    "files": {"a\udcff.py": {"ai": "1-3", "deleted": 2, "later": []}}, "delta": {"raw": 3, "more": "x"}, "x": ["\ud800"],
}  # fmt: skip


def plausible(row: dict[str, Any], taken: list[Implausible]) -> dict[str, Any] | None:
    """The JSON object of a row as it is read."""
    usable = read(row, taken)
    return None if usable is None else usable.json


def test_a_plausible_row_is_itself() -> None:
    """A row without anything wrong comes back as the same object."""
    taken: list[Implausible] = []
    assert plausible(GOOD, taken) is GOOD
    assert not taken
    later = {"kind": "later", "id": "x", "files": 7}
    assert plausible(later, taken) is later


@pytest.mark.parametrize(
    ("field", "value"),
    [("v", "1"), ("v", 0), ("agent", 7), ("model", "\udce9"), ("session", "x" * 5000), ("human", "\ud800"), ("at", []),
     ("delta", []), ("delta", 7), ("evidence", {})],
)  # fmt: skip
def test_a_wrong_value_is_taken_out(field: str, value: object) -> None:
    """The field goes, all others stay."""
    taken: list[Implausible] = []
    row = plausible({**GOOD, field: value}, taken)
    assert row == {key: GOOD[key] for key in GOOD if key != field}
    assert taken == [Implausible("trace", "t", field)]


def test_wrong_counts_are_taken_out() -> None:
    """Counts that are none go one by one, and the delta is told of once."""
    taken: list[Implausible] = []
    row = plausible({**GOOD, "delta": {"raw": -1, "kept": True, "edited": 2, "more": "x"}}, taken)
    assert row == {**GOOD, "delta": {"edited": 2, "more": "x"}}
    assert taken == [Implausible("trace", "t", "delta")]


def test_wrong_parts_of_files_are_taken_out() -> None:
    """Paths, entries and classes that cannot be used go one by one."""
    taken: list[Implausible] = []
    assert plausible({"kind": "human", "id": "h", "files": 7}, taken) == {
        "kind": "human",
        "id": "h",
        "files": {},
    }
    assert taken.pop() == Implausible("human", "h", "files")
    files = {
        "a": {"ai": 7, "edited": "1", "bounded": 7},
        "b": [],
        "\ud800": {},
        "c": {"deleted": -1},
        "d\0": {"ai": "1"},
    }
    row = plausible({"kind": "human", "id": "h", "files": files}, taken)
    assert row is not None
    assert row["files"] == {"a": {"edited": "1"}, "c": {}}
    assert [(one.field, one.path) for one in taken] == [
        ("ai", "a"), ("bounded", "a"), ("files", "b"), ("path", None), ("deleted", "c"), ("path", None),
    ]  # fmt: skip
    assert plausible({"kind": "trace", "id": "t", "files": "1-5"}, taken) == {
        "kind": "trace",
        "id": "t",
        "files": {},
    }


def test_a_later_version_is_left_alone() -> None:
    """A row of a later version with a value of another form is kept byte for byte."""
    line = b'{"id":"t","kind":"trace","session":{"a":1},"v":2}'
    note = Note.parse(line)
    assert (note.rows, note.foreign) == ({}, (line,))
    assert not note.implausible


def test_rows_of_other_kinds() -> None:
    """Commit, review and human rows have their own fields."""
    taken: list[Implausible] = []
    commit = {"kind": "commit", "id": "c", "gate": 1, "added": 1 << 60, "dropped": {"t": 7}, "tool": None}
    assert plausible(commit, taken) == {"kind": "commit", "id": "c", "tool": None}
    assert plausible({"kind": "review", "id": "r", "by": [], "note": "x"}, taken) == {
        "kind": "review",
        "id": "r",
        "note": "x",
    }
    assert plausible({"kind": "commit", "id": "c", "dropped": {"t": "why"}}, []) is not None


@pytest.mark.parametrize(
    ("kind", "field"), [("trace", "files"), ("human", "files"), ("trace", "delta"), ("commit", "dropped")]
)
def test_a_number_in_place_of_an_object(kind: str, field: str) -> None:
    """A small number is no object, however usual it looks."""
    taken: list[Implausible] = []
    row = plausible({"kind": kind, "id": "x", field: 1}, taken)
    assert row == {"kind": kind, "id": "x", **({"files": {}} if field == "files" else {})}
    assert taken == [Implausible(kind, "x", field)]


@pytest.mark.slow
@given(DATA)
def test_what_is_read_is_plausible(data: bytes) -> None:
    """Reading what was written takes nothing out any more."""
    assert not Note.parse(Note.parse(data).dump()).implausible


@given(JSON, JSON, JSON)
def test_any_record_becomes_one(a: object, b: object, c: object) -> None:
    """Whatever a record holds, what is left can be relied on."""
    fields = (
        "agent",
        "prompt",
        "output",
        "subagent",
        "edits",
        "instructions",
        "request_ids",
        "model",
        "usage",
    )
    for value in (a, b, c, [a, {"path": b, "digest": c}, {"path": "p", "digest": "d"}, "x"], {"name": a}):
        record = plausible_record(dict.fromkeys(fields, value))
        assert all(isinstance(edit["path"], str) for edit in record.get("edits") or ())
        assert all(isinstance(one["digest"], str) for one in record.get("instructions") or ())
        assert isinstance((record.get("agent") or {}).get("name"), str | None)


def test_edits_keep_their_numbers() -> None:
    """An edit that cannot be used stays in its place, since contents are stored by number."""
    record = plausible_record({"edits": [7, {"path": "a", "raw_lines": "x", "tool": "Edit"}]})
    assert record["edits"] == [{"path": ""}, {"path": "a", "tool": "Edit"}]


_VALUES: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, 0, 1, -1, 1 << 50, 1.5, "x", "", "\0", "é", "\ud800", "x" * 5000, [], {}, {"ai": "1"},
     {"raw": 1, "kept": -1}, {"a.py": {"ai": "1-2", "deleted": 1}}, {"a.py": {"ai": 1}}, {"a.py": {"deleted": "1"}},
     {"a.py": 1}, {"\0": {}}, {"é": {"ai": "1"}}, {"t": "why"}, {"t": 1}]
)  # fmt: skip
_ROWS = st.builds(
    lambda kind, fields: {"kind": kind, "id": "x", **fields},
    st.sampled_from(["trace", "human", "review", "commit", "later"]),
    st.dictionaries(
        st.sampled_from(["v", "agent", "human", "delta", "files", "added", "dropped", "gate", "note", "x"]), _VALUES
    ),
)  # fmt: skip


@given(_ROWS)
def test_the_quick_answer_agrees_with_the_slow_one(row: dict[str, Any]) -> None:
    """A row that passes at a glance has no value that looking at each field would take out."""
    taken: list[Implausible] = []
    slow: list[Implausible] = []
    quick = plausible(row, taken)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gitprov.model.untrusted.plausible._is_usual", lambda *_: False)
        assert plausible(row, slow) == quick
    assert taken == slow
