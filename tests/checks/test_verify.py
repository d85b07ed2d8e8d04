"""Verification's pure parts: whatever the bytes, an answer; what is right has no finding, what is wrong has its own."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitprov.checks.verify import note as verify_note
from gitprov.checks.verify import store as verify_store
from gitprov.checks.verify.bounds import MOST_FINDINGS, bounded
from gitprov.checks.verify.note import MessageTraces
from gitprov.checks.verify.store import Stored, World
from gitprov.model import canonical, generation
from gitprov.model.finding import ERROR, UNKNOWN, Finding
from gitprov.model.notes.note import Note
from gitprov.model.notes.rows import CommitRow, TraceRow
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


def told(row: Any) -> bytes:
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
            OID, note, MessageTraces(["gen_20260201_0123456789"], ["x"], []), noted=True, demanded=True
        )
    )
    for row in note.traces.values():
        verify_note.against_record(OID, row, {"prompt": None, "key": "k"})


@pytest.mark.slow
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


def sealed(row: Any) -> bytes:
    """A record as bytes, with the digest that it has."""
    return canonical.dump_line(generation.seal({"at": "2026-02-01T10:00:04Z", **row}))


@pytest.mark.slow
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


def parsed(*rows: dict[str, Any]) -> Note:
    """A note as it is read from these rows."""
    return Note.parse(b"".join(map(canonical.dump_line, rows)))


@given(
    st.dictionaries(st.sampled_from("abc"), st.tuples(LINES, LINES)),
    st.sampled_from(("gen_20260201_0123456789", "h_00000000000000")),
)
def test_a_true_note_is_clean(files: dict[str, tuple[LineSet, LineSet]], name: str) -> None:
    """What claims only added lines, each once, has neither finding nor doubt; one line more has."""
    kind = "trace" if name.startswith("gen_") else "human"
    entry = {path: {"ai": str(ai), "edited": str(edited - ai)} for path, (ai, edited) in files.items()}
    note = parsed({"kind": kind, "id": name, "files": entry}, {"kind": "commit", "id": OID})
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
    note = parsed(*rows, {"kind": "commit", "id": OID})
    found = [one.message for one in verify_note.shape(OID, note, verify_note.claims(note))]
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


# -- one break, one finding ---------------------------------------------------------------------------------------

TRACE = "gen_20260201_0123456789"
PLACE = "1" * 40


def one_row(entry: object = None, **fields: object) -> Note:
    """A note with one trace, which claims lines 1 to 3 of a file."""
    files = {"a": {"ai": "1-3"} if entry is None else entry}
    row = {"kind": "trace", "id": TRACE, "evidence": "captured", "files": files, **fields}
    return parsed(row, {"kind": "commit", "id": OID, "gate": "passed"})


def kinds_of(note: Note) -> list[str]:
    """The kinds of what is wrong with a note by itself."""
    return [one.rule for one in verify_note.shape(OID, note, verify_note.claims(note))]


def test_shapes() -> None:
    """Each way in which a note is wrong by itself has its kind."""
    assert kinds_of(one_row()) == []
    assert kinds_of(Note.parse(b"{")) == ["note-lines"]
    assert kinds_of(parsed({"kind": "commit", "id": "other"})) == ["note-copied"]
    assert kinds_of(parsed({"kind": "human", "id": "h", "files": {}})) == ["no-commit-row"]
    assert (
        kinds_of(one_row("x"))
        == kinds_of(one_row({"ai": "x"}))
        == kinds_of(one_row(files=1))
        == ["bad-range"]
    )
    assert kinds_of(one_row(delta={"raw": 2, "kept": 1})) == ["bad-delta"]
    assert kinds_of(one_row(delta={"raw": True})) == kinds_of(one_row(delta=3)) == ["bad-delta"]
    assert kinds_of(one_row(delta={"raw": 2, "kept": 1, "dropped": 1})) == []


def test_second_look() -> None:
    """A doubt is a missing file, a missing line, somebody else's line, or none after all."""
    [doubt] = verify_note.doubts(verify_note.claims(one_row()), {"a": LineSet([1])})
    assert str(doubt.lines) == "2-3"

    def kind(count: int | None, added: str) -> str | None:
        found = verify_note.judged(OID, doubt, count, LineSet.parse(added))
        return found.rule if found else None

    assert kind(None, "") == "no-such-path"
    assert kind(2, "1-2") == "no-such-line"
    assert kind(3, "2") == "not-added"
    assert kind(3, "1-3") is None


def test_many_traces_named_together() -> None:
    """A digest that no note here has is unknown, and a fault where the commit has no note and others have."""
    told = MessageTraces([], [], [], ["sha256:" + "0" * 64])
    for note, noted, expected in (
        (one_row(), True, ["unknown-traces unknown", "row-without-trailer error"]),
        (None, True, ["no-note error"]),
        (None, False, ["no-note unknown"]),
    ):
        found = verify_note.trailers(OID, note, told, noted, demanded=True)
        assert [f"{one.rule} {one.level}" for one in found] == expected


def test_messages() -> None:
    """Rows without trailers and trailers without rows, but for what was let go or came another way."""

    def kinds(note: Note | None, *said: str, waived: tuple[str, ...] = (), noted: bool = True) -> list[str]:
        told = MessageTraces(said, ["x"] if "x" in said else [], waived)
        return [
            f"{one.rule} {one.level}" for one in verify_note.trailers(OID, note, told, noted, demanded=True)
        ]

    assert kinds(one_row(), TRACE) == kinds(None) == kinds(one_row(), waived=(TRACE,)) == []
    assert kinds(None, TRACE) == ["no-note error"]
    assert kinds(None, TRACE, noted=False) == ["no-note unknown"]
    assert kinds(one_row()) == ["row-without-trailer error"]
    assert kinds(one_row(evidence="carried")) == []
    assert kinds(Note([*one_row().traces.values(), CommitRow.make(OID, gate="absent")])) == []
    assert kinds(one_row(), TRACE, "other") == ["trailer-without-row error"]
    dropped = CommitRow.make(OID, dropped={"other": "why"})
    assert kinds(Note([*one_row().traces.values(), dropped]), TRACE, "other") == []
    assert kinds(None, "x", noted=False)[0] == "bad-trailer error"


def test_records() -> None:
    """A record that is not here is unknown; one that says something else is a finding."""
    row = TraceRow.make(TRACE, prompt="p", key="k")
    found = verify_note.against_record(OID, row, None)
    assert found is not None
    assert (found.rule, found.level) == ("no-generation", "unknown")
    assert verify_note.against_record(OID, row, {"prompt": {"digest": "p"}, "key": "k"}) is None
    for record in ({"prompt": {"digest": "q"}, "key": "k"}, {"prompt": {"digest": "p"}, "key": "l"}):
        found = verify_note.against_record(OID, row, record)
        assert found is not None
        assert found.rule == "note-contradicts"


def stored(without: str = "", **altered: bytes | None) -> tuple[Stored, str]:
    """A generation with a prompt, one edit and an instruction; files taken out or altered. And the path of the text."""
    text = stores.instruction_path(canonical.digest(b"text"))
    row = generation.seal(
        {
            "at": "2026-02-01T10:00:04Z",
            "prompt": {"digest": canonical.digest(b"asked"), "available": True},
            "output": {"digest": None, "available": False},
            "edits": [{"before": None, "after": PLACE}],
            "instructions": [{"path": "x", "digest": canonical.digest(b"text")}],
        }
    )
    data: dict[str, bytes | None] = {"record.json": canonical.dump_line(row), "prompt.txt": b"asked"}
    data.update({name.replace("_", "."): value for name, value in altered.items()})
    files = {**dict.fromkeys(data, "3" * 40), "files/0.after": PLACE}
    files.pop(without, None)
    trace = str(row["id"])
    return Stored(trace, stores.directory(trace), files, data), text


def test_contents() -> None:
    """Every digest, object and file that a record names is looked at."""

    def kinds(one: Stored, *texts: str, lost: str = "", promised: bool = False) -> list[str]:
        world = World(lambda oid: oid != lost, texts, promised, stores.directory, stores.instruction_path)
        return [f"{found.rule} {found.level}" for found in verify_store.generation(one, world)]

    one, text = stored()
    missing = ["content-missing error"]
    assert kinds(one, text) == []
    assert kinds(one) == kinds(one, text, lost=PLACE) == missing
    assert kinds(one, text, lost=PLACE, promised=True) == ["content-missing unknown"]
    assert kinds(stored(prompt_txt=b"other")[0], text) == ["content-altered error"]
    assert kinds(stored(prompt_txt=None)[0], text) == kinds(stored("prompt.txt")[0], text) == missing
    assert kinds(stored("files/0.after")[0], text) == missing
    assert kinds(one._replace(files={**one.files, "files/0.after": OID[:-1] + "2"}), text) == [
        "content-altered error"
    ]
    assert (
        kinds(stored(record_json=b"{}")[0], text)
        == kinds(stored(record_json=b"[")[0])
        == ["bad-record error"]
    )
    assert kinds(stored(record_json=None)[0], text) == missing
    assert kinds(one._replace(top="00/elsewhere"), text) == ["bad-record error"]
    assert kinds(stored("record.json")[0], text) == ["no-record error"]
    assert kinds(stored(tombstone_json=b"{}")[0], text) == ["not-erased error"]
    bare = {name: one.files[name] for name in ("record.json",)}
    grave = one._replace(files={**bare, "tombstone.json": OID}, data={**one.data, "tombstone.json": b"["})
    assert kinds(grave) == ["bad-tombstone error"]
    assert kinds(grave._replace(files={"tombstone.json": OID}, data={"tombstone.json": b"{}"})) == []


def test_instruction_texts() -> None:
    """A text is where its digest says, or altered, or missing."""
    path = stores.instruction_path(canonical.digest(b"text"))
    assert verify_store.instruction(path, b"text", WORLD) is None
    for data, kind in ((b"other", "content-altered"), (None, "content-missing")):
        found = verify_store.instruction(path, data, WORLD)
        assert found is not None
        assert found.rule == kind


def test_sidecars() -> None:
    """A sidecar agrees with the newest trace's row, and all the traces that it names are known."""
    row = TraceRow.make(TRACE, model="m", at="t", prompt="p")
    good = {"trace_id": TRACE, "model": "m", "generated_at": "t", "prompt_hash": "p", "traces": [TRACE]}

    def kinds(change: dict[str, object], files: tuple[str, ...] = ("a",), rows: Any = (row,)) -> list[str]:
        data = json.dumps({**good, **change}).encode()
        known = None if rows is None else {one.id: one for one in rows}
        return [one.rule for one in verify_store.sidecar(".ai-trace/a.json", data, files, known)]

    assert kinds({}) == []
    assert kinds({"model": "other"}) == ["sidecar-contradicts"]
    assert kinds({"traces": [TRACE, "gen_x", 5]}) == ["sidecar-unknown"]
    assert kinds({"trace_id": 5}) == ["bad-sidecar"]
    assert kinds({"traces": 5}) == []
    assert kinds({}, files=()) == ["sidecar-alone"]
    assert kinds({}, rows=None) == ["sidecar-unchecked"]


def test_findings_of_a_kind_are_counted_above_a_thousand() -> None:
    """Of each rule and level on a commit a thousand findings are listed, and one has the number of the others."""
    many = [Finding("not-added", ERROR, str(n), commit=OID) for n in range(MOST_FINDINGS + 7)]
    others = [
        Finding("not-added", UNKNOWN, "x", commit=OID),
        Finding("not-added", ERROR, "x", commit="2" * 40),
        *(Finding("unused", ERROR, str(n)) for n in range(MOST_FINDINGS + 1)),
    ]
    *listed, last = bounded([*many, *others])
    assert listed == [*many[:MOST_FINDINGS], *others]
    assert (last.rule, last.level, last.commit) == ("not-added", ERROR, OID)
    assert last.message.startswith("the note has 7 more")
    assert [*bounded(others)] == others
