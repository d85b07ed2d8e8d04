"""Notes that name sessions and no lines: what they declare, and that others declare nothing."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from gitprov.interop.formats import rows, sessions
from gitprov.model.exchange.exchange import EVERY_FILE, ForeignNote, ImportedMaker
from gitprov.model.ranges import LineSet
from tests.support.repo import GitRepo

MEMENTO = """\
<!-- git-memento-sessions:v1 -->
<!-- git-memento-note-version:1 -->

<!-- git-memento-session:start -->
# Git Memento Session

- Provider: Codex
- Session ID: one
- Captured At (UTC): 2026-03-02T14:30:22Z

## Conversation

- Session ID: not this
<!-- git-memento-session:end -->

<!-- git-memento-session:start -->
- Provider: Claude
- Session ID: two
<!-- git-memento-session:end -->
"""
SINGLE = "# Git Memento Session\r\n\r\n- Provider: Codex\r\n- Session ID: one\r\n"


def dumped(**fields: object) -> bytes:
    """A JSON object."""
    return json.dumps(fields, indent=2).encode()


@pytest.mark.parametrize(
    ("reader", "data", "makers"),
    [
        (
            sessions.shift_log,
            dumped(
                version=3,
                session_id="s",
                timestamp="2026-03-02T14:30:22Z",
                agent="codex",
                model="m-1",
                transcript="…",
            ),
            [("s", "codex", "m-1", "2026-03-02T14:30:22Z")],
        ),
        (sessions.shift_log, dumped(version=1, session_id="s"), [("s", "claude-code", None, None)]),
        (
            sessions.prompt_story,
            dumped(
                v=1,
                sessions=[
                    {"tool": "claude-code", "id": "a", "modified": "2026-03-02T14:30:22Z"},
                    {"id": 3},
                    4,
                ],
            ),
            [("a", "claude-code", None, "2026-03-02T14:30:22Z")],
        ),
        (
            sessions.memento,
            MEMENTO.encode(),
            [("one", "codex", None, "2026-03-02T14:30:22Z"), ("two", "claude-code", None, None)],
        ),
        (sessions.memento, SINGLE.encode(), [("one", "codex", None, None)]),
        (
            sessions.origin,
            dumped(origin={"sessionId": "o", "model": "m-2", "agentSlug": "claude", "promptCount": 5}),
            [("o", "claude-code", "m-2", None)],
        ),
        (sessions.origin, dumped(sessionId="o", model="unknown"), [("o", None, None, None)]),
    ],
)
def test_sessions(
    reader: Callable[[bytes], ForeignNote],
    data: bytes,
    makers: list[tuple[str, str | None, str | None, str | None]],
) -> None:
    """Each session is declared for all files, with its agent, model and moment."""
    note = reader(data)
    assert not note.problems
    assert {(claim.path, claim.cls) for claim in note.claims} == {(EVERY_FILE, "declared")}
    assert [claim.maker for claim in note.claims] == [
        ImportedMaker(key, agent, model, key, at) for key, agent, model, at in makers
    ]


@pytest.mark.parametrize(
    "reader", [sessions.shift_log, sessions.prompt_story, sessions.memento, sessions.origin]
)
@pytest.mark.parametrize(
    "data",
    [b"", b"words", b"{", b"[]", b"\xff", dumped(version=9, session_id="s", v=2), b"- Provider: Codex\n"],
)
def test_other_notes(reader: Callable[[bytes], ForeignNote], data: bytes) -> None:
    """What is no such note claims nothing, and says so."""
    note = reader(data)
    assert note.claims == ()
    assert note.problems[0].startswith("the note is no ")


def test_all_added_lines_of_the_commit() -> None:
    """The rows name every file of the commit, with the lines that it adds."""
    added = {"a.py": LineSet([1, 2]), "b.py": LineSet([5])}
    done = rows.rows_of(sessions.memento(MEMENTO.encode()), "memento", 1_769_940_004, added)
    assert [{path: entry["declared"] for path, entry in row.files.items()} for row in done.rows] == [
        {"a.py": "1-2", "b.py": "5"}
    ] * 2
    assert (done.lines, done.outside) == (6, 0)


@pytest.mark.slow
def test_the_command(repo: GitRepo) -> None:
    """The lines of the commit are declared, with agent and model."""
    repo.write("a.py", "x = 1\ny = 2\n")
    repo.commit("Two lines")
    note = dumped(origin={"sessionId": "o", "model": "m-2", "agentSlug": "codex"}).decode()
    repo.git("notes", "--ref=origin", "add", "-m", note)
    done = repo.gitprov("import", "origin")
    assert "notes changed: 1" in done.stdout
    facts = {
        (row["class"], row["evidence"], row["agent"], row["model"]) for row in repo.ai_blame("a.py")["lines"]
    }
    assert facts == {("declared", "imported", "codex", "m-2")}
