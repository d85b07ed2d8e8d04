"""Prompts that were taken back right before a commit, with no prompt after them."""

from __future__ import annotations

import json
from pathlib import Path

from gitprov.agents.transcripts import readers
from gitprov.agents.transcripts.values import SessionStart, TakenBack
from tests.support.recorded import Replay
from tests.support.repo import GitRepo


def test_a_rewind_right_before_a_commit(hooked: GitRepo) -> None:
    """The record of Gemini CLI shows a rewind at once, and the commit marks the generation."""
    record = Path(hooked.env["HOME"]) / ".gemini/tmp/repo/chats/session-1.jsonl"
    about = {"session_id": "s", "transcript_path": str(record), "cwd": str(hooked.path)}
    replay = Replay("gemini", hooked)
    for name in ("first", "second"):
        replay.deliver({**about, "hook_event_name": "BeforeAgent", "prompt": name})
        arguments = {"file_path": f"{name}.py", "content": f"{name} = 1\n"}
        call = {"tool_name": "write_file", "tool_input": arguments}
        replay.deliver({**about, **call, "hook_event_name": "BeforeTool"})
        hooked.write(f"{name}.py", f"{name} = 1\n")
        replay.deliver({**about, **call, "hook_event_name": "AfterTool", "tool_response": {}})
        replay.deliver({**about, "hook_event_name": "AfterAgent"})
    rows = [
        {"sessionId": "s", "projectHash": "x", "kind": "main"},
        {"id": "1", "type": "user", "content": [{"text": "first"}]},
        {"id": "2", "type": "user", "content": [{"text": "second"}]},
        {"$rewindTo": "2"},
    ]
    record.parent.mkdir(parents=True)
    record.write_text("".join(json.dumps(row) + "\n" for row in rows))
    hooked.commit("Work")
    records = [hooked.generation(row["id"]) for row in hooked.traces()]
    abandoned = {row["edits"][0]["path"]: row.get("abandoned") for row in records}
    assert abandoned == {"first.py": None, "second.py": True}


def test_an_undo_in_the_database_of_opencode() -> None:
    """The messages of a person from the undone one on are taken back; without an undo none are."""
    head = {"table": "session", "id": "ses", "directory": "/r", "version": "1"}
    messages = [
        {"table": "message", "id": f"msg_{n}", "message_id": f"msg_{n}", "data": {"role": role}}
        for n, role in enumerate(("user", "assistant", "user", "assistant"))
    ]
    for revert, expected in (
        ({"messageID": "msg_2"}, TakenBack("opencode", "ses", ("msg_2",))),
        ({"messageID": "msg_9"}, None),
        (None, None),
    ):
        rows = [{**head, "revert": revert}, *messages]
        data = "".join(json.dumps(row) + "\n" for row in rows).encode()
        assert readers.read("opencode", data, 0, SessionStart()).taken_back == expected
