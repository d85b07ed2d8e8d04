"""Edits that were announced and not reported as done: the content of the file decides."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.recorded import Replay
from tests.support.repo import GitRepo

PATCH = "*** Begin Patch\n*** Update File: a.py\n@@\n-two\n+2\n*** End Patch\n"


def codex(event: str, **fields: object) -> dict[str, Any]:
    """A payload of Codex."""
    return {"session_id": "s", "turn_id": "t", "hook_event_name": event, "model": "gpt-5.5", **fields}


def announce(agent: Replay) -> None:
    """A prompt, and a patch of a.py that is announced."""
    agent.deliver(codex("UserPromptSubmit", prompt="digits"))
    call = {"tool_name": "apply_patch", "tool_input": {"command": PATCH}, "tool_use_id": "c1"}
    agent.deliver(codex("PreToolUse", **call))


@pytest.fixture
def agent(hooked: GitRepo) -> Replay:
    """Codex in a repository with a file of three lines."""
    hooked.write("a.py", "one\ntwo\nthree\n")
    hooked.commit("Start")
    return Replay("codex", hooked)


SLOW = pytest.mark.slow


@pytest.mark.parametrize(
    "closed_by",
    ["Stop", "commit", pytest.param("UserPromptSubmit", marks=SLOW), pytest.param("PreToolUse", marks=SLOW)],
)
def test_an_edit_without_report_that_took_place(agent: Replay, closed_by: str) -> None:
    """Where the file is as the announced edit makes it, the edit is recorded: at the latest by the commit."""
    announce(agent)
    agent.repo.write("a.py", "one\n2\nthree\n")
    if closed_by != "commit":
        agent.deliver(codex(closed_by, prompt="more", tool_name="apply_patch", tool_input={"command": ""}))
    agent.repo.commit("Edit")
    assert agent.repo.classes("a.py") == ["unknown", "ai", "unknown"]
    (trace,) = agent.repo.traces()
    assert agent.repo.generation_file(trace["id"], "prompt.txt") == b"digits"


@pytest.mark.slow
@pytest.mark.parametrize("ended", [True, False])
def test_a_refused_edit_is_nobodys(agent: Replay, ended: bool) -> None:
    """What a person writes after refusing an edit is theirs, also if it is the same text after the turn."""
    announce(agent)
    if ended:
        agent.deliver(codex("Stop", last_assistant_message="As you wish."))
    agent.repo.write("a.py", "one\n2\nthree\n" if ended else "one\n2!\nthree\n")
    agent.repo.commit("Edit")
    assert agent.repo.classes("a.py") == ["unknown"] * 3
    assert not list((agent.repo.inbox() / "spool").glob("intent-*")) or not ended


def test_two_deliveries_are_one_edit(agent: Replay) -> None:
    """Hooks that stand in two settings files report twice; without an id of the tool use as well."""
    copilot = Replay("copilot", agent.repo)
    arguments = {"path": "a.py", "old_str": "two", "new_str": "2"}
    base = {"sessionId": "s", "cwd": str(agent.repo.path)}
    for _ in range(2):
        copilot.deliver({**base, "prompt": "digits"}, "userPromptSubmitted")
    for _ in range(2):
        copilot.deliver({**base, "toolName": "edit", "toolArgs": json.dumps(arguments)}, "preToolUse")
    agent.repo.write("a.py", "one\n2\nthree\n")
    done = {**base, "toolName": "edit", "toolArgs": arguments, "toolResult": {"resultType": "success"}}
    for _ in range(2):
        copilot.deliver(done, "postToolUse")
    assert len(agent.repo.events()) == 1
    agent.repo.write("a.py", "one\ntwo\nthree\n")
    copilot.deliver({**base, "toolName": "edit", "toolArgs": arguments}, "preToolUse")
    agent.repo.write("a.py", "one\n2\nthree\n")
    copilot.deliver(done, "postToolUse")
    assert len(agent.repo.events()) == 2
    agent.repo.commit("Edit")
    assert len(agent.repo.traces()) == 1


@pytest.mark.slow
def test_a_proposal_that_a_person_changed(hooked: GitRepo) -> None:
    """The model's proposal and the person's change to it are two events."""
    hooked.write("a.py", "one\ntwo\n")
    hooked.commit("Start")
    gemini = Replay("gemini", hooked)
    base = {"session_id": "s", "cwd": str(hooked.path), "tool_name": "replace"}
    arguments = {"file_path": "a.py", "old_string": "two", "new_string": "value = 2\nother = 3"}
    gemini.deliver({**base, "hook_event_name": "BeforeTool", "tool_input": arguments})
    hooked.write("a.py", "one\nvalue = 2\nthird = 4\n")
    shown = {
        "originalContent": "one\ntwo\n",
        "newContent": "one\nvalue = 2\nthird = 4\n",
        "diffStat": {"user_added_lines": 1, "user_removed_lines": 1},
    }
    answer = {"returnDisplay": shown}
    gemini.deliver({**base, "hook_event_name": "AfterTool", "tool_input": arguments, "tool_response": answer})
    assert [(event["type"], event["user_modified"]) for event in hooked.events()] == [
        ("ai", True),
        ("human", False),
    ]
    hooked.commit("Edit")
    assert hooked.classes("a.py")[1] == "ai"
    assert hooked.classes("a.py")[2] != "ai"


@pytest.mark.parametrize("encoding", ["utf-8-sig", pytest.param("utf-16", marks=SLOW)])
def test_any_encoding(agent: Replay, encoding: str) -> None:
    """A byte order mark and UTF-16 are read."""
    agent.deliver(json.dumps(codex("UserPromptSubmit", prompt="digits")).encode(encoding))
    call = {"tool_name": "apply_patch", "tool_input": {"command": PATCH}, "tool_use_id": "c1"}
    agent.deliver(json.dumps(codex("PreToolUse", **call)).encode(encoding))
    agent.repo.write("a.py", "one\n2\nthree\n")
    agent.deliver(json.dumps(codex("PostToolUse", **call)).encode(encoding))
    agent.repo.commit("Edit")
    assert agent.repo.classes("a.py") == ["unknown", "ai", "unknown"]


@pytest.mark.slow
def test_files_elsewhere(agent: Replay, tmp_path: Any) -> None:
    """An edit outside is nobody's; one in another worktree is that worktree's."""
    other = agent.repo.add_worktree(tmp_path / "other", "-b", "other")
    agent.deliver(codex("UserPromptSubmit", prompt="digits"))
    for path, number in ((tmp_path / "free.py", 1), (other.path / "a.py", 2)):
        text = PATCH.replace("Update File: a.py", f"Update File: {path}")
        call = {"tool_name": "apply_patch", "tool_input": {"command": text}, "tool_use_id": f"c{number}"}
        path.write_text("one\ntwo\nthree\n")
        agent.deliver(codex("PreToolUse", **call))
        path.write_text("one\n2\nthree\n")
        agent.deliver(codex("PostToolUse", **call))
    assert agent.repo.events() == []
    other.commit("Edit")
    assert other.classes("a.py") == ["unknown", "ai", "unknown"]
    (trace,) = other.traces()
    assert other.generation_file(trace["id"], "prompt.txt") == b"digits"
