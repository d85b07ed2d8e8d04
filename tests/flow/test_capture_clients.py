"""Other clients run the hooks of Claude Code's settings: recorded payloads, and whose the lines are in the end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.claude import ClaudeSession
from tests.support.repo import GitRepo

pytestmark = pytest.mark.slow

RECORDED = Path(__file__).parent / "recorded"
APP = "".join(f"line_{n} = {n}\n" for n in range(1, 21))


def replay(repo: GitRepo, name: str) -> None:
    """Deliver a recorded client's payloads; each edit is made on disk before its PostToolUse."""
    text = (RECORDED / name).read_text().replace("$REPO", str(repo.path)).replace("$HOME", repo.env["HOME"])
    for line in text.splitlines():
        payload = json.loads(line)
        if payload["hook_event_name"] == "PostToolUse":
            make(payload["tool_input"])
        done = repo.gitprov("capture", "claude-code", input=line)
        assert (done.stdout, done.stderr) == ("", "")


def make(arguments: dict[str, Any]) -> None:
    """What the client's tool did."""
    path = Path(arguments.get("path") or arguments["file_path"])
    written = arguments.get("file_text", arguments.get("content"))
    if written is not None:
        path.write_text(written)
        return
    old, new = (arguments.get(f"{side}_str", arguments.get(f"{side}_string")) for side in ("old", "new"))
    path.write_text(path.read_text().replace(str(old), str(new), 1))


def lines(repo: GitRepo, path: str) -> list[tuple[str, str | None, str | None]]:
    """(class, agent, model) of each line that is not `unknown`, in order."""
    rows = repo.ai_blame(path)["lines"]
    return [(row["class"], row["agent"], row["model"]) for row in rows if row["class"] != "unknown"]


def prompts(repo: GitRepo) -> set[str]:
    """The prompts of all traces of HEAD."""
    return {repo.generation_file(row["trace"], "prompt.txt").decode() for row in traces(repo)}


def traces(repo: GitRepo) -> list[dict[str, Any]]:
    """The traces of HEAD, as `gitprov show --json` has them."""
    rows: list[dict[str, Any]] = json.loads(repo.gitprov("show", "HEAD", "--json").stdout)["traces"]
    return rows


def edited(
    claude: ClaudeSession, edit: dict[str, Any], after: str | bytes, answer: dict[str, Any], rows: list[str]
) -> None:
    """An Edit whose tool writes `after`, and answers with a patch of one hunk from line 1 on (`rows`) and with `answer`."""
    claude.hook("PreToolUse", tool_name="Edit", tool_use_id="toolu_1", tool_input=edit)
    claude.repo.write(Path(edit["file_path"]).name, after)
    size = {"oldStart": 1, "oldLines": 2, "newStart": 1, "newLines": 2}
    response = {
        "filePath": edit["file_path"],
        "oldString": edit["old_string"],
        "newString": edit["new_string"],
        "structuredPatch": [{**size, "lines": rows}],
        "userModified": False,
        "replaceAll": False,
        **answer,
    }
    claude.hook(
        "PostToolUse", tool_name="Edit", tool_use_id="toolu_1", tool_input=edit, tool_response=response
    )


def test_copilot_is_copilot(hooked: GitRepo) -> None:
    """What Copilot CLI reports through Claude Code's hooks is Copilot's; a model that nothing names is null."""
    hooked.write("app.py", APP)
    hooked.commit("App")
    replay(hooked, "copilot-1.0.102.jsonl")
    hooked.commit("Edits")
    assert lines(hooked, "hello.py") == [("ai", "copilot-cli", None)] * 5
    assert lines(hooked, "app.py") == [("ai", "copilot-cli", None)] * 3
    assert lines(hooked, "sub.py") == [("ai", "copilot-cli", None)] * 2
    assert prompts(hooked) == {
        "Please make a greeting [[create]]",
        "Now the next thing, please [[edit]]",
        "[[sub]] write sub.py",
    }
    assert not (hooked.inbox() / "log").exists()


def test_qwen_is_qwen(hooked: GitRepo) -> None:
    """Qwen Code's tools and prompts are understood; a prompt announced again after a tool result cuts no turn."""
    hooked.write("app.py", APP)
    hooked.commit("App")
    replay(hooked, "qwen-0.24.4.jsonl")
    hooked.commit("Edits")
    assert lines(hooked, "hello.py") == [("ai", "qwen-code", "qwen3-coder-plus")] * 5
    assert lines(hooked, "app.py") == [("ai", "qwen-code", "qwen3-coder-plus")] * 3
    assert prompts(hooked) == {"Please make a greeting [[create]]", "Now the next thing, please [[edit]]"}


def test_a_client_that_is_not_understood_is_logged(hooked: GitRepo) -> None:
    """A payload of a client whose hooks are not known is no edit of Claude Code's, and the log says so."""
    payload = {
        "hook_event_name": "PostToolUse",
        "session_id": "s",
        "transcript_path": "/h/.gemini/tmp/x/chats/session-1.jsonl",
        "timestamp": "2026-02-01T10:00:00Z",
        "tool_name": "Write",
        "tool_input": {"file_path": str(hooked.path / "a.py"), "content": "a\n"},
    }
    hooked.write("a.py", "a\n")
    hooked.gitprov("capture", "claude-code", input=json.dumps(payload))
    hooked.commit("A")
    assert lines(hooked, "a.py") == []
    assert "gemini-cli" in (hooked.inbox() / "log").read_text()


def test_a_last_answer_whose_row_is_late(hooked: GitRepo, claude: ClaudeSession) -> None:
    """The request and the tokens of an answer written to the transcript after Stop are read at the commit."""
    claude.prompt("make a")
    claude.write_file("a.py", "a = 1\n")
    path = claude.transcript_path
    before = path.read_bytes()
    claude.say("Done.")
    late = path.read_bytes()[len(before) :]
    path.write_bytes(before)
    claude.hook("Stop", stop_hook_active=False, last_assistant_message="Done.")
    path.write_bytes(before + late)
    hooked.commit("A")
    (shown,) = traces(hooked)
    made = hooked.generation(shown["trace"])
    assert len(made["request_ids"]) == 2
    assert hooked.generation_file(shown["trace"], "output.txt").decode().count("Done.") == 1


def test_the_files_own_quotes(hooked: GitRepo, claude: ClaudeSession) -> None:
    """Where the tool keeps a file's curly quotes, the line it wrote is the model's, unchanged."""
    hooked.write("q.py", "say(\u2018it\u2019)\nend\n")
    hooked.commit("Q")
    claude.prompt("longer")
    path = str(hooked.path / "q.py")
    edit = {"file_path": path, "old_string": "say('it')", "new_string": "say('it is')", "replace_all": False}
    rows = ["-say(\u2018it\u2019)", "+say(\u2018it is\u2019)", " end"]
    before, after = ("say(\u2018it\u2019)\nend\n", "say(\u2018it is\u2019)\nend\n")
    edited(claude, edit, after, {"oldString": "say(\u2018it\u2019)", "originalFile": before}, rows)
    hooked.commit("Longer")
    assert hooked.classes("q.py") == ["ai", "unknown"]
    (shown,) = traces(hooked)
    assert shown["delta"]["edited"] == 0


def test_a_file_that_is_not_utf8(hooked: GitRepo, claude: ClaudeSession) -> None:
    """An edit of a Latin-1 file that the agent's answer cannot quote exactly is the model's all the same."""
    before = b"name = 'Caf\xe9'\nold = 1\n"
    hooked.write("l.py", before)
    hooked.commit("L")
    path = str(hooked.path / "l.py")
    edit = {"file_path": path, "old_string": "old = 1", "new_string": "new = 2", "replace_all": False}
    claude.prompt("rename")
    told = before.decode("utf-8", "replace")
    rows = [" " + told.splitlines()[0], "-old = 1", "+new = 2"]
    edited(claude, edit, before.replace(b"old = 1", b"new = 2"), {"originalFile": told}, rows)
    hooked.commit("Rename")
    assert hooked.classes("l.py") == ["unknown", "ai"]


def test_the_request_that_wrote(hooked: GitRepo, claude: ClaudeSession) -> None:
    """A turn's request is the first one that wrote something, not one that only read."""
    claude.prompt("look, then write")
    claude.bash("true")
    claude.write_file("a.py", "a = 1\n")
    claude.stop()
    hooked.commit("A")
    (shown,) = traces(hooked)
    made = hooked.generation(shown["trace"])
    assert made["request_id"] == made["request_ids"][1]


def test_a_prompt_that_waits(hooked: GitRepo, claude: ClaudeSession) -> None:
    """An edit belongs to the prompt that its payload names, though the next prompt was submitted before it."""
    claude.hook("UserPromptSubmit", prompt="first", prompt_id="p-1")
    claude.hook("UserPromptSubmit", prompt="second", prompt_id="p-2")
    arguments = {"file_path": str(hooked.path / "a.py"), "content": "a = 1\n"}
    claude.hook("PreToolUse", tool_name="Write", tool_use_id="t1", tool_input=arguments, prompt_id="p-1")
    hooked.write("a.py", "a = 1\n")
    answer: dict[str, Any] = {
        "type": "create",
        "originalFile": None,
        "structuredPatch": [],
        "userModified": False,
    }
    claude.hook(
        "PostToolUse",
        tool_name="Write",
        tool_use_id="t1",
        tool_input=arguments,
        tool_response=answer,
        prompt_id="p-1",
    )
    hooked.commit("A")
    assert prompts(hooked) == {"first"}
