"""What a generation's record has besides prompt and output: host, parent session, plans, prompts taken back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gitprov.agents.payloads import adapters, clients, rewinds, tools
from gitprov.agents.payloads.rewinds import SessionPrompt
from tests.support.claude import ClaudeSession
from tests.support.recorded import Replay
from tests.support.repo import GitRepo


def records(repo: GitRepo) -> dict[str, dict[str, Any]]:
    """The generations of the store, by their prompts."""
    return {
        repo.generation_file(name, "prompt.txt").decode(): repo.generation(name)
        for name in repo.generations()
    }


@pytest.mark.parametrize(
    ("agent", "env", "expected"),
    [
        ("claude-code", {"CLAUDE_CODE_ENTRYPOINT": "cli"}, "cli"),
        ("claude-code", {"CLAUDE_CODE_ENTRYPOINT": "sdk-py"}, "sdk"),
        ("claude-code", {"CLAUDE_CODE_ENTRYPOINT": "claude-vscode"}, "ide"),
        ("claude-code", {"CLAUDE_CODE_ENTRYPOINT": "something"}, None),
        ("claude-code", {}, None),
        ("copilot-cli", {"COPILOT_CLI": "1"}, "cli"),
        ("cline", {"CLINE_WRAPPER_PATH": "/x/cline"}, "cli"),
        ("codex", {"CLAUDE_CODE_ENTRYPOINT": "cli"}, None),
    ],
)
def test_hosts(agent: str, env: dict[str, str], expected: str | None) -> None:
    """The host is what the agent's own environment says; another agent's variable says nothing."""
    assert clients.host_of(agent, env) == expected


def test_host_of_codex() -> None:
    """The first row of Codex's record says what it runs in."""
    for source, originator, host in (
        ("exec", "codex_exec", "cli"),
        ("vscode", "codex_vscode", "ide"),
        ("exec", "codex_sdk_ts", "sdk"),
        ("mcp", "x", None),
    ):
        row = {"type": "session_meta", "payload": {"source": source, "originator": originator}}
        assert adapters.facts("codex", json.dumps(row).encode()).host == host


@pytest.mark.slow
def test_host_and_parent_in_a_record(hooked: GitRepo) -> None:
    """A record has the host and, of a subagent, the session that started it; without either it has neither key."""
    hooked.env["CLAUDE_CODE_ENTRYPOINT"] = "cli"
    claude = ClaudeSession(hooked)
    claude.prompt("two files")
    claude.write_file("a.py", "a = 1\n")
    with claude.subagent("the other file"):
        claude.write_file("b.py", "b = 1\n")
    claude.stop()
    del hooked.env["CLAUDE_CODE_ENTRYPOINT"]
    hooked.tick()
    child = {"hook": "tool.execute.after", "sessionID": "s2", "parentID": "s1", "directory": str(hooked.path)}
    replay = Replay("opencode", hooked)
    replay.deliver({**child, "hook": "chat.message", "messageID": "m1", "prompt": "a third"})
    hooked.write("c.py", "c = 1\n")
    replay.deliver(
        {**child, "tool": "write", "callID": "t1", "args": {"filePath": "c.py", "content": "c = 1\n"}}
    )
    hooked.commit("Three")
    rows = records(hooked)
    assert rows["two files"]["agent"]["host"] == "cli"
    assert "parent_session" not in rows["two files"]
    assert "abandoned" not in rows["two files"]
    assert rows["the other file"]["parent_session"] == claude.session_id
    assert "host" not in rows["a third"]["agent"]
    assert rows["a third"]["parent_session"] == "s1"
    shown = hooked.gitprov("show", rows["a third"]["id"]).stdout
    assert "Started by" in shown
    assert (
        json.loads(hooked.gitprov("show", rows["two files"]["id"], "--json").stdout)["agent"]["host"] == "cli"
    )


@pytest.mark.slow
def test_plans_are_instructions(hooked: GitRepo) -> None:
    """Plans that a session reads, or that a prompt names, are recorded by digest; other files that it reads are not."""
    hooked.write("docs/specs/feature.md", "Do the thing.\n")
    hooked.write("notes/plan.md", "First this.\n")
    hooked.write("other.md", "Nothing.\n")
    hooked.commit("Plans")
    hooked.write("briefs/local.txt", "Kept here.\n")
    hooked.write(".gitprov.toml", 'plans = ["docs/specs/**", "plan.md", "briefs/*"]\n')
    claude = ClaudeSession(hooked)
    claude.prompt("as in @docs/specs/feature.md, and @missing.md.")
    for path in ("notes/plan.md", "other.md", "../outside/plan.md"):
        claude._tool_result(claude._tool_use("Read", {"file_path": path}), "text", {})
    claude.write_file("a.py", "a = 1\n")
    claude.stop()
    replay = Replay("pi", hooked)
    about = {"cwd": str(hooked.path), "session_id": "s"}
    replay.deliver({**about, "event": {"type": "input", "text": "second"}})
    for name, call, given in (
        ("read", "t1", {"path": "briefs/local.txt"}),
        ("write", "t2", {"path": "b.py", "content": "b = 1\n"}),
    ):
        hooked.write("b.py", "b = 1\n")
        event = {"type": "tool_result", "toolName": name, "toolCallId": call, "input": given}
        replay.deliver({**about, "event": event})
    hooked.git("add", "a.py", "b.py")
    hooked.commit_staged("Work")
    rows = records(hooked)
    first, second = (next(rows[name] for name in rows if start in name) for start in ("as in", "second"))
    assert [row["path"] for row in first["instructions"]] == ["docs/specs/feature.md", "notes/plan.md"]
    assert [row["path"] for row in second["instructions"]] == ["briefs/local.txt"]
    assert second["instructions"][0]["available"] is False  # git does not track it
    assert tools.reads_of("read_many_files", {"paths": ["a", 1]}) == ("a",)


GEMINI = [
    {"sessionId": "s", "kind": "main"},
    {"id": "1", "type": "user", "content": [{"text": "first"}]},
    {"id": "2", "type": "gemini", "content": ""},
    {"id": "2", "type": "gemini", "content": "", "toolCalls": []},
    {"id": "3", "type": "user", "content": [{"functionResponse": {}}]},
    {"id": "4", "type": "user", "content": [{"text": "second"}]},
    {"id": "5", "type": "gemini", "content": ""},
    {"$rewindTo": "4"},
]


def test_prompts_that_gemini_took_back() -> None:
    """`$rewindTo` takes back its message and all after it; an unknown message takes back nothing."""
    data = "\n".join(json.dumps(row) for row in GEMINI).encode()
    first, second = SessionPrompt(None, "first", False), SessionPrompt(None, "second", True)
    assert rewinds.of_gemini(data) == [first, second]
    again = json.dumps({"id": "6", "type": "user", "content": "second"}).encode()
    assert rewinds.of_gemini(data + b"\n{broken\n" + again) == [
        first,
        second,
        second._replace(abandoned=False),
    ]
    assert rewinds.of_gemini(data.replace(b'"$rewindTo": "4"', b'"$rewindTo": "9"'))[1].abandoned is False
    assert rewinds.of_gemini(b"{}") == []


@pytest.mark.slow
def test_a_rewound_session_of_gemini(hooked: GitRepo) -> None:
    """The generation of a prompt that was taken back is abandoned, and has lines only where the file holds them."""
    replay = Replay("gemini", hooked)
    record = Path(hooked.env["HOME"]) / "session.jsonl"
    about = {"session_id": "s", "transcript_path": str(record), "cwd": str(hooked.path)}

    def turn(prompt: str, path: str, text: str) -> None:
        hooked.tick()
        replay.deliver({**about, "hook_event_name": "BeforeAgent", "prompt": prompt})
        call = {"tool_name": "write_file", "tool_input": {"file_path": path, "content": text}}
        replay.deliver({**about, **call, "hook_event_name": "BeforeTool"})
        hooked.write(path, text)
        replay.deliver({**about, **call, "hook_event_name": "AfterTool", "tool_response": {}})
        replay.deliver({**about, "hook_event_name": "AfterAgent", "prompt_response": "Done."})

    turn("first", "a.py", "a = 1\n")
    turn("second", "b.py", "b = 1\nb = 2\n")
    hooked.write("b.py", "b = 1\n")
    record.write_text("".join(json.dumps(row) + "\n" for row in GEMINI))
    turn("third", "c.py", "c = 1\n")
    hooked.commit("Work")
    rows = records(hooked)
    assert {name: row.get("abandoned") for name, row in rows.items()} == {
        "first": None,
        "second": True,
        "third": None,
    }
    assert hooked.ai_blame("b.py")["lines"][0]["trace"] == rows["second"]["id"]
    assert "went back to before" in hooked.gitprov("show", rows["second"]["id"]).stdout


@pytest.mark.slow
def test_a_rewound_session_of_claude(hooked: GitRepo) -> None:
    """A prompt that continues an earlier row than the last one takes back the prompts between."""
    claude = ClaudeSession(hooked)
    forks = {}
    for name in ("first", "second", "third"):
        claude.prompt(name)
        claude.write_file(f"{name}.py", f"{name} = 1\n")
        claude.stop()
        forks[name] = claude._parents[claude.transcript_path]
    claude._parents[claude.transcript_path] = forks["first"]
    claude.prompt("fourth")
    claude.write_file("fourth.py", "fourth = 1\n")
    claude.stop()
    hooked.commit("Work")
    rows = records(hooked)
    assert {name for name, row in rows.items() if row.get("abandoned")} == {"second", "third"}
    assert len(rows) == 4
    assert rewinds.of_claude(b"", 0, 0, None) == []
    lone = b'{"type":"user","uuid":"u","parentUuid":"gone","message":{"content":"x"}}\n'
    assert rewinds.of_claude(lone, 0, 0, None) == []


def test_an_undo_of_opencode(hooked: GitRepo) -> None:
    """Messages that an undo took out of the session are named with the next prompt."""
    replay = Replay("opencode", hooked)
    about = {"sessionID": "s", "directory": str(hooked.path)}
    for number, removed in (("1", None), ("2", ["m1", "answer"])):
        message = {"hook": "chat.message", "messageID": f"m{number}", "prompt": f"prompt {number}"}
        replay.deliver({**about, **message, **({"removed": removed} if removed else {})})
        text = f"x = {number}\n"
        hooked.write(f"{number}.py", text)
        call = {"tool": "write", "callID": number, "args": {"filePath": f"{number}.py", "content": text}}
        replay.deliver({**about, **call, "hook": "tool.execute.after"})
    hooked.commit("Work")
    assert {name: row.get("abandoned") for name, row in records(hooked).items()} == {
        "prompt 1": True,
        "prompt 2": None,
    }
