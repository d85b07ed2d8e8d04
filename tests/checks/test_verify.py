"""Verification's pure parts: whatever the bytes, an answer; what is right has no finding, what is wrong has its own."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gitprov.checks import verify_note, verify_store
from gitprov.checks.verify_note import Said
from gitprov.checks.verify_store import Stored, World
from gitprov.model import canonical, generation
from gitprov.model.note import Note
from gitprov.model.ranges import LineSet
from gitprov.store import generations as stores

OID = "1" * 40
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
FIELDS = {
    "files": st.dictionaries(
        st.text(max_size=3), st.dictionaries(st.sampled_from(("ai", "edited", "x")), JSON, max_size=2) | JSON
    )
    | JSON,
    "delta": st.dictionaries(st.sampled_from(("raw", "kept", "edited")), JSON) | JSON,
    "evidence": JSON,
    "dropped": JSON,
    "prompt": JSON,
    "key": JSON,
    "gate": JSON,
}
ROW = st.fixed_dictionaries(
    {"kind": st.sampled_from(("trace", "human", "commit", "review", "x")), "id": st.text(max_size=4)},
    optional=FIELDS,
)
LINES = st.sets(st.integers(1, 30), max_size=12).map(LineSet)


def told(row: Any) -> bytes:  # noqa: ANN401 - any JSON value
    """A line of a note; half characters, which JSON can spell, are spelt."""
    return json.dumps(row).encode("ascii")


def everything(note: Note) -> None:
    """All that a note goes through."""
    claimed = verify_note.claims(note)
    list(verify_note.shape(OID, note, claimed))
    for doubt in verify_note.doubts(claimed, {}):
        verify_note.judged(OID, doubt, 5, LineSet((1, 2)))
    list(
        verify_note.trailers(
            OID, note, Said(["gen_20260201_0123456789"], ["x"], []), noted=True, demanded=True
        )
    )
    for row in note.traces.values():
        verify_note.against_record(OID, row, {"prompt": None, "key": "k"})


@given(st.lists(ROW.map(told) | JSON.map(told) | st.binary(max_size=40), max_size=5))
def test_any_note_gets_an_answer(rows: list[bytes]) -> None:
    """Whatever a note holds, verification does not raise."""
    everything(Note.parse(b"\n".join(rows)))


WORLD = World(lambda _: True, (), False, stores.directory, stores.instruction_path)
RECORD = st.fixed_dictionaries(
    {},
    optional={
        "at": JSON,
        "id": JSON,
        "digest": JSON,
        "prompt": JSON,
        "output": JSON,
        "edits": st.lists(st.fixed_dictionaries({}, optional={"before": JSON, "after": JSON}) | JSON) | JSON,
        "instructions": st.lists(st.fixed_dictionaries({"digest": JSON}) | JSON) | JSON,
    },
)


def sealed(row: Any) -> bytes:  # noqa: ANN401 - any JSON object
    """A record as bytes, with the digest that it has."""
    return canonical.dump_line(generation.seal({"at": "2026-02-01T10:00:04Z", **row}))


@given(
    st.dictionaries(
        st.sampled_from(("record.json", "tombstone.json", "prompt.txt", "output.txt")),
        st.none() | st.binary(max_size=30) | JSON.map(told) | RECORD.map(sealed),
    )
)
def test_any_generation_gets_an_answer(data: dict[str, bytes | None]) -> None:
    """Whatever lies in the store, verification does not raise; a missing object is never clean."""
    files = dict.fromkeys(data, "2" * 40)
    found = list(verify_store.generation(Stored("gen_20260201_0123456789", "01/x", files, data), WORLD))
    assert found or "record.json" not in data or data["record.json"] is not None


@given(st.none() | st.binary(max_size=40) | JSON.map(told), st.none() | st.just({}))
def test_any_sidecar_gets_an_answer(data: bytes | None, rows: dict[str, Any] | None) -> None:
    """Whatever a sidecar holds, verification does not raise, and never takes it for a good one without a note."""
    assert list(verify_store.sidecar(".ai-trace/a.json", data, ["a"], rows))


@given(
    st.dictionaries(st.sampled_from("abc"), st.tuples(LINES, LINES)),
    st.sampled_from(("gen_20260201_0123456789", "h_00000000000000")),
)
def test_a_true_note_is_clean(files: dict[str, tuple[LineSet, LineSet]], name: str) -> None:
    """What claims only added lines, each once, has neither finding nor doubt; one line more has."""
    kind = "trace" if name.startswith("gen_") else "human"
    entry = {path: {"ai": str(ai), "edited": str(edited - ai)} for path, (ai, edited) in files.items()}
    note = Note([{"kind": kind, "id": name, "files": entry}, {"kind": "commit", "id": OID}])
    claimed = verify_note.claims(note)
    added = {path: ai | edited for path, (ai, edited) in files.items()}
    assert list(verify_note.shape(OID, note, claimed)) == []
    assert verify_note.doubts(claimed, added) == []
    for path, lines in added.items():
        for line in lines:
            [doubt] = verify_note.doubts(claimed, {**added, path: lines - LineSet([line])})
            assert (doubt.path, str(doubt.lines)) == (path, str(line))


@given(LINES, LINES)
def test_no_line_is_of_two(one: LineSet, other: LineSet) -> None:
    """Two traces that share a line are found, exactly then, with that line."""
    rows = [
        {"kind": "trace", "id": name, "files": {"a": {"ai": str(lines)}}}
        for name, lines in (("gen_20260201_0123456789", one), ("gen_20260201_1123456789", other))
    ]
    note = Note([*rows, {"kind": "commit", "id": OID}])
    found = [one.what for one in verify_note.shape(OID, note, verify_note.claims(note))]
    assert found == ([f"line {one & other} is claimed twice"] if one & other else [])


@given(st.dictionaries(st.sampled_from(("model", "human", "at", "session")), st.text()), st.text())
def test_a_record_cannot_be_changed_unseen(facts: dict[str, str], other: str) -> None:
    """A sealed record is intact; with any field changed it is not."""
    row = generation.seal({"at": "2026-02-01T10:00:04Z", "v": 1, **facts})
    trace = str(row["id"])
    if not trace.startswith("gen_"):
        return
    for changed, clean in ((row, True), ({**row, "v": other}, False), ({**row, "more": other}, False)):
        data = {"record.json": canonical.dump_line(changed)}
        one = Stored(trace, stores.directory(trace), {"record.json": "2" * 40}, data)
        assert (list(verify_store.generation(one, WORLD)) == []) is clean
