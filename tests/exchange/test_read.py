"""Notes of other tools are read: what they claim, and nothing of what they get wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from gitprov.interop.formats import agent_trace, agentblame, entire, fields, git_ai, rows, whogitit
from gitprov.model.canonical import sha256_hex
from gitprov.model.exchange.exchange import ForeignLines, ForeignNote, ImportedMaker
from gitprov.model.ids import human_id
from gitprov.model.notes.note import Note
from gitprov.model.ranges import MAX_LINE, LineSet
from tests.exchange import samples

Claims = list[tuple[str, str, str]]


def claims(note: ForeignNote) -> Claims:
    """(path, class, lines) of each claim, sorted."""
    return sorted((claim.path, claim.cls, str(claim.lines)) for claim in note.claims)


def test_a_note_of_git_ai() -> None:
    """Sessions, people and quoted paths; ids are those of the standard."""
    note = git_ai.read(samples.git_ai() + b"\n")
    assert not note.problems
    assert claims(note) == [
        ("src/main.rs", "ai", "1-10,15-20"),
        ("src/main.rs", "ai", "25"),
        ("src/main.rs", "human", "42-50"),
        ("src/my file.rs", "ai", "1-50"),
    ]
    makers = {claim.maker.key: claim.maker for claim in note.claims}
    codex = makers["s_d7ad279dbf8d14::t_deadbeef012345"]
    assert codex[1:] == ("codex", "gpt-5-codex", samples.CODEX["id"], None, samples.ALICE, None)
    assert human_id(samples.ALICE) == "h_31dce776f88375"
    assert sha256_hex(b"claude:" + samples.CLAUDE["id"].encode())[:14] == "ed57a59d439f63"


def test_older_keys_and_the_last_entry() -> None:
    """Bare keys are prompts; of entries that hold one line the last one counts; adjacent ranges join."""
    head = "a.py\n  ed57a59d439f6340 1-3,4\n  h_31dce776f88375 3-9\n  nobody 1\n"
    note = git_ai.read(samples.git_ai(head).replace(b"\n", b"\r\n"))
    assert claims(note) == [("a.py", "ai", "1-2"), ("a.py", "human", "3-9")]
    assert note.problems == ("nobody is named 'nobody'",)


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "cannot be read"),
        (b"\xff\x00---\n", "cannot be read"),
        (b"a.py\n  x 1\n---\n{" + b'"a":' * 200, "cannot be read"),
        (samples.git_ai(schema_version="authorship/4.0.0"), "version 'authorship/4"),
        (samples.git_ai(schema_version=3), "version '3'"),
        (samples.git_ai("a.py\n  s_ed57a59d439f63::t_1 1-99999999999\n"), "not a line range"),
        (samples.git_ai("a.py\n  s_ed57a59d439f63::t_1 5-3\n"), "not a line range"),
        (samples.git_ai("../a.py\n  s_ed57a59d439f63::t_1 1\n"), "not a path"),
        (samples.git_ai("/etc/passwd\n  s_ed57a59d439f63::t_1 1\n"), "not a path"),
        (samples.git_ai("a.py\n one two\n"), "not an entry"),
        (samples.git_ai("a.py\n  s_ed57a59d439f63::t_1 1\n", sessions=[]), "nobody is named"),
        (
            samples.git_ai("a.py\n  h_31dce776f88375 1\n", humans={"h_31dce776f88375": {"author": 7}}),
            "nobody",
        ),
    ],
)
def test_wrong_notes_of_git_ai(data: bytes, problem: str) -> None:
    """Each claims nothing and is a problem in words."""
    note = git_ai.read(data)
    assert not note.claims
    assert problem in note.problems[0]


def test_an_empty_note_of_git_ai() -> None:
    """A note without attestations claims nothing and is no problem."""
    assert git_ai.read(samples.git_ai("")) == ForeignNote()


@pytest.mark.parametrize("version", ["0.1.0", "1.0"])
@pytest.mark.parametrize(
    "form",
    [json.dumps, lambda row: json.dumps([row]), lambda row: f"\n{json.dumps(row)}\n{{bad\n"],
)
def test_records_of_agent_trace(version: str, form: Callable[[Any], str]) -> None:
    """Objects, lists and JSON Lines, with both spellings of the version; people without a name are left out."""
    records = agent_trace.read_all(form(samples.agent_trace(version)).encode())
    assert records[0].revision == samples.OID
    assert claims(records[0].note) == [("src/main.rs", "ai", "1-10"), ("src/main.rs", "edited", "12")]
    assert records[0].note.problems == ("a range has no path or no lines",)
    maker = records[0].note.claims[0].maker
    assert maker[:5] == (
        "https://example.com/chats/1",
        "cursor",
        "claude-opus-4-5",
        "https://example.com/chats/1",
        "2026-01-25T10:00:00Z",
    )
    assert all(record.note.problems for record in records)


@pytest.mark.parametrize(
    "row", [7, {}, {"files": 1}, samples.agent_trace("one"), {**samples.agent_trace(), "version": None}]
)
def test_wrong_records_of_agent_trace(row: Any) -> None:
    """No record of another shape or version claims anything."""
    note = agent_trace.read(json.dumps(row).encode())
    assert not note.claims
    assert note.problems


def test_odd_types_in_agent_trace() -> None:
    """Values of the wrong type anywhere claim nothing, and another system's revision is none."""
    for files in (
        [7],
        [{"path": "a", "conversations": 7}],
        [{"path": "a", "conversations": [{"ranges": [7, {"start_line": "1"}]}]}],
    ):
        assert not agent_trace.read(json.dumps(samples.agent_trace(files=files)).encode()).claims
    row = samples.agent_trace(vcs={"type": "jj", "revision": samples.OID}, tool=7)
    assert agent_trace.read_all(json.dumps(row).encode())[0].revision is None


@pytest.mark.parametrize(
    ("reader", "data", "expected", "problems"),
    [
        (whogitit.read, samples.WHOGITIT, [("src/main.rs", "ai", "1"), ("src/main.rs", "edited", "2")], 2),
        (
            agentblame.read,
            samples.AGENTBLAME_2,
            [("src/main.rs", "ai", "10-14"), ("src/main.rs", "ai", "20-21")],
            1,
        ),
        (
            agentblame.read,
            samples.AGENTBLAME_3,
            [("src/main.rs", "ai", "18-23,40-44"), ("src/main.rs", "ai", "50")],
            1,
        ),
        (whogitit.read, {"version": 2}, [], 1),
        (agentblame.read, {"version": "3"}, [], 1),
        (agentblame.read, [], [], 1),
    ],
)
def test_other_notes(
    reader: Callable[[bytes], ForeignNote], data: Any, expected: Claims, problems: int
) -> None:
    """Notes of whogitit 3, agentblame 2 and 3."""
    note = reader(json.dumps(data).encode())
    assert claims(note) == expected
    assert len(note.problems) == problems


def test_makers_of_other_notes() -> None:
    """Prompt, model, session and moment come along."""
    first = whogitit.read(json.dumps(samples.WHOGITIT).encode()).claims[0].maker
    assert first == ImportedMaker("7f3a/0", None, "claude-opus-4-5-20251101", "7f3a", "2026-02-24T10:00:05Z")
    makers = [claim.maker for claim in agentblame.read(json.dumps(samples.AGENTBLAME_3).encode()).claims]
    assert makers[0] == ImportedMaker(
        "0011223344556677/p1", "claude-code", "claude-opus-4-5", "0011223344556677", "2026-01-27T09:30:00Z"
    )
    assert makers[1].at == "2026-01-27T09:00:00Z"


def test_checkpoints_of_entire() -> None:
    """Trailers name them, whole files are declared, and of a file only lines that the commit adds are taken."""
    ulid = "01J8ZQ4V5W6X7Y8Z9A0B1C2D3E"
    trailers = [
        ("Entire-Checkpoint", "a1b2c3d4e5f6"),
        ("entire-checkpoint", ulid),
        ("Entire-Checkpoint", "../x"),
    ]
    assert entire.checkpoints(trailers) == ["a1b2c3d4e5f6", ulid]
    assert (
        entire.places("a1b2c3d4e5f6", 0)[0]
        == "refs/heads/entire/checkpoints/v1:a1/b2c3d4e5f6/0/metadata.json"
    )
    note = entire.read([json.dumps(samples.ENTIRE).encode(), b"{", b'{"files_touched": 7}'])
    assert claims(note) == [("src/main.rs", "declared", f"1-{MAX_LINE}")]
    assert len(note.problems) == 1
    done = rows.rows_of(note, "entire", 0, {"src/main.rs": LineSet([2, 3])})
    assert (done.lines, done.outside, done.rows[0].files) == (2, 0, {"src/main.rs": {"declared": "2-3"}})


def test_only_added_lines_become_rows() -> None:
    """Lines that the commit does not add are counted; equal notes make equal rows; a composed path matches."""
    note = git_ai.read(samples.git_ai(HEAD_WITH_ACCENT))
    added = {"src/main.rs": LineSet([1, 2, 45]), "cafe\u0301.py": LineSet([1])}
    done = rows.rows_of(note, "git-ai", 1_769_940_004, added)
    assert (done.lines, done.outside) == (4, MAX_LINE + 21)
    assert done == rows.rows_of(note, "git-ai", 1_769_940_004, added)
    assert {row.evidence for row in done.rows} == {"imported"}
    read = Note.parse(Note(done.rows).dump())
    assert read.paths() == ["cafe\u0301.py", "src/main.rs"]
    assert not read.implausible
    trace = next(iter(read.traces.values()))
    assert trace.id.startswith("gen_20260201_")
    assert trace.json["source"]["format"] == "git-ai"


HEAD_WITH_ACCENT = (
    "src/main.rs\n  s_ed57a59d439f63::t_9f8e7d6c5b4a32 1-10,15-20\n  h_31dce776f88375 42-50\n"
    f"caf\u00e9.py\n  s_d7ad279dbf8d14::t_deadbeef012345 1-{MAX_LINE}\n"
)


def test_a_moment_of_another_kind() -> None:
    """A moment that cannot be read is that of the commit."""
    note = agentblame.read(json.dumps({**samples.AGENTBLAME_2, "timestamp": "soon"}).encode())
    row = rows.rows_of(note, "agentblame", 1_769_940_004, {"src/main.rs": LineSet([10])}).rows[0]
    assert row.at == "2026-02-01T10:00:04Z"


def test_fields() -> None:
    """Values of the wrong type count as absent."""
    assert fields.text("\ud800") is None
    assert fields.model("Unknown") is None
    assert fields.path("./a") == "a"
    assert fields.path("a/../b") is None
    assert list(fields.objects({})) == []
    assert not fields.between(0, 1)
    assert not fields.between(1.0, 2)


@pytest.mark.slow
def test_many_claims_are_united_in_one_step() -> None:
    """A hundred thousand claims of single lines make one row; united one by one they would take half an hour."""
    maker = ImportedMaker("session", agent="tool")
    claims = tuple(ForeignLines("a.py", "ai", LineSet([2 * n + 1]), maker) for n in range(100_000))
    done = rows.rows_of(ForeignNote(claims), "agent-trace", 0, {"a.py": LineSet.of_runs([(1, 200_000)])})
    assert (done.lines, done.outside) == (100_000, 0)
    assert [len(row.classes("a.py")["ai"]) for row in done.rows] == [100_000]
