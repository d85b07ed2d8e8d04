"""Notes of other tools as they write them, and a commit with a line of each kind."""

from __future__ import annotations

import json
from typing import Any

from gitprov.model.answers.show import Review
from gitprov.model.exchange.exchange import RecordedCommit, RecordedRange
from gitprov.model.ids import human_id
from gitprov.model.notes.rows import TraceRow
from gitprov.model.ranges import LineSet

OID = "7734793b756b3921c88db5375a8c156e9532447b"
ALICE = "Alice Smith <alice@example.com>"
CLAUDE = {
    "tool": "claude",
    "id": "dac34307-159f-4fcd-9c21-35210246ad38",
    "model": "claude-sonnet-4-5-20250929",
}
CODEX = {"tool": "codex", "id": "019c4b43-1451-7af3-be4c-5576369bf1ba", "model": "gpt-5-codex"}
HEAD = """\
src/main.rs
  s_ed57a59d439f63::t_9f8e7d6c5b4a32 1-10,15-20
  s_ed57a59d439f63::t_a1b2c3d4e5f678 25
  h_31dce776f88375 42-50
"src/my file.rs"
  s_d7ad279dbf8d14::t_deadbeef012345 1-50
"""
TRACE = "gen_20260201_0b9c41d2e7"


def git_ai(head: str = HEAD, **more: Any) -> bytes:
    """A note of git-ai with some attestations; `more` replaces or adds fields of its JSON."""
    about = {
        "schema_version": "authorship/3.0.0",
        "git_ai_version": "1.6.24",
        "base_commit_sha": OID,
        "prompts": {"ed57a59d439f6340": {"agent_id": CLAUDE, "total_additions": 3, "overriden_lines": 0}},
        "humans": {human_id(ALICE): {"author": ALICE}},
        "sessions": {
            "s_d7ad279dbf8d14": {
                "agent_id": CODEX,
                "human_author": ALICE,
                "custom_attributes": {"team": "b"},
            },
            "s_ed57a59d439f63": {"agent_id": CLAUDE, "human_author": None},
        },
        **more,
    }
    return f"{head}---\n{json.dumps(about, indent=2)}".encode()


def agent_trace(version: str = "0.1.0", **more: Any) -> dict[str, Any]:
    """A record of Agent Trace as a hook of an editor writes it."""
    return {
        "version": version,
        "id": "550e8400-e29b-41d4-a716-446655440000",
        "timestamp": "2026-01-25T10:00:00Z",
        "vcs": {"type": "git", "revision": OID},
        "tool": {"name": "cursor", "version": "2.4.0"},
        "files": [
            {
                "path": "src/main.rs",
                "conversations": [
                    {
                        "url": "https://example.com/chats/1",
                        "contributor": {"type": "ai", "model_id": "anthropic/claude-opus-4-5"},
                        "ranges": [
                            {"start_line": 1, "end_line": 10, "content_hash": "murmur3:9f2e8a1b"},
                            {"start_line": 12, "end_line": 12, "contributor": {"type": "mixed"}},
                            {"start_line": 14, "end_line": 15, "contributor": {"type": "human"}},
                            {"start_line": 17, "end_line": 16},
                        ],
                    }
                ],
            }
        ],
        **more,
    }


WHOGITIT = {
    "version": 3,
    "session": {"session_id": "7f3a", "model": {"id": "claude-opus-4-5-20251101", "provider": "anthropic"}},
    "prompts": [{"index": 0, "text": "Add retry", "timestamp": "2026-02-24T10:00:05Z"}, {"index": "x"}],
    "files": [
        {
            "path": "src/main.rs",
            "lines": [
                {
                    "line_number": 1,
                    "content": "a",
                    "source": {"type": "AI", "edit_id": "e1"},
                    "prompt_index": 0,
                },
                {"line_number": 2, "content": "b", "source": {"type": "AIModified"}, "prompt_index": 0},
                {"line_number": 3, "content": "", "source": {"type": "Original"}, "prompt_index": None},
                {"line_number": "4", "content": "", "source": {"type": "AI"}, "prompt_index": None},
                {"line_number": 5, "source": "AI"},
            ],
        },
        {"path": 7},
    ],
}
AGENTBLAME_2 = {
    "version": 2,
    "timestamp": "2026-01-27T10:00:00Z",
    "attributions": [
        {
            "path": "src/main.rs", "startLine": 10, "endLine": 14, "category": "ai_generated", "provider": "claudeCode",
            "model": "claude-opus-4-5-20251101", "confidence": 1, "matchType": "exact_hash", "contentHash": "sha256:00",
        },
        {"path": "src/main.rs", "startLine": 20, "endLine": 21, "category": "ai_generated", "provider": "cursor", "model": None},
        {"path": "src/main.rs", "startLine": 30, "endLine": 31, "category": "human"},
        {"path": "src/main.rs", "startLine": True, "endLine": 3, "category": "ai_generated"},
    ],
}  # fmt: skip
AGENTBLAME_3 = {
    "version": 3,
    "timestamp": "2026-01-27T10:00:00Z",
    "sessions": {
        "0011223344556677": {
            "agent": "claude", "model": "claude-opus-4-5", "startedAt": "2026-01-27T09:00:00Z",
            "prompts": [{"id": "p1", "timestamp": "2026-01-27T09:30:00Z", "content": None}],
        }
    },
    "files": {
        "src/main.rs": [
            {"session": "0011223344556677", "prompt": "p1", "lines": "18-23,40-44"},
            {"session": "0011223344556677", "prompt": "p9", "lines": "50"},
            {"session": "absent", "prompt": "p1", "lines": "1"},
            {"session": "0011223344556677", "lines": 7},
        ]
    },
}  # fmt: skip
ENTIRE = {
    "cli_version": "1", "checkpoint_id": "a1b2c3d4e5f6", "session_id": "2026-01-27-x", "agent": "Claude Code",
    "created_at": "2026-01-27T09:30:00Z", "files_touched": ["src/main.rs", "../out", 3],
}  # fmt: skip


def commit(**more: Any) -> RecordedCommit:
    """A commit with lines of a model as generated and edited, of a person, declared and unknown ones."""
    rows = {
        TRACE: TraceRow.make(
            TRACE, agent="claude-code", model="claude-opus-4-5-20251101", session="0b9c", at="2026-02-01T10:00:04Z",
            prompt="sha256:" + "1" * 64, key="9f0c", prompt_version="v2", human=ALICE, evidence="captured",
            delta={"raw": 10, "kept": 7, "edited": 2, "dropped": 1, "pending": 0},
        ),
        "gen_20260201_0000000000": TraceRow.make("gen_20260201_0000000000", evidence="imported"),
    }  # fmt: skip
    ranges = (
        RecordedRange("src/a.py", 1, 5, "ai", "captured", TRACE, None),
        RecordedRange("src/a.py", 6, 7, "edited", "captured", TRACE, None),
        RecordedRange("src/a.py", 9, 10, "human", "captured", None, ALICE),
        RecordedRange("src/my b.py", 1, 1, "ai", "imported", "gen_20260201_0000000000", None),
        RecordedRange("src/my b.py", 2, 2, "declared", "declared", TRACE, None),
        RecordedRange("src/my b.py", 3, 3, "human", None, None, None),
    )
    base = RecordedCommit(
        OID, ALICE, 1_769_940_004, "Add retry", "passed", "sha256:" + "2" * 64, rows, ranges,
        {"src/a.py": LineSet(range(1, 12)), "src/my b.py": LineSet(range(1, 4))},
        {"src/a.py": "a" * 40, "src/my b.py": "b" * 40},
        (Review("Bob <bob@example.com>", "2026-02-02T09:00:00Z", "fine", "note", OID, TRACE),),
        (("claude-code", None),),
    )  # fmt: skip
    return base._replace(**more)
