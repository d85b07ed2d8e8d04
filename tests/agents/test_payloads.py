"""Payloads of the adapters: the ones that no recording has, and mutated ones, which no agent may notice."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gitprov.agents.payloads import adapters, patch, report, tools
from gitprov.agents.payloads.edits import Replace
from gitprov.agents.payloads.report import FileEdit, RecordFacts
from gitprov.flow.setup import agent_files
from tests.support.recorded import RECORDED, Replay
from tests.support.repo import GitRepo
from tests.support.sealed import ROOT

TYPED: list[tuple[str, str | None, dict[str, Any]]] = [
    ("cursor", None, {"hook_event_name": "beforeSubmitPrompt", "conversation_id": "c", "prompt": "p"}),
    (
        "cursor",
        None,
        {
            "hook_event_name": "afterFileEdit",
            "conversation_id": "c",
            "workspace_roots": ["$REPO"],
            "file_path": "a.py",
            "model": "m",
            "edits": [{"old_string": "", "new_string": "x\n"}],
        },
    ),
    ("cursor", None, {"hook_event_name": "beforeShellExecution", "command": "ls", "cwd": "$REPO"}),
    (
        "windsurf",
        None,
        {
            "agent_action_name": "post_write_code",
            "trajectory_id": "t",
            "model_name": "m",
            "tool_info": {
                "cwd": "$REPO",
                "file_path": "a.py",
                "edits": [{"old_string": "", "new_string": "x\n"}],
            },
        },
    ),
    ("windsurf", "pre_run_command", {"tool_info": {"cwd": "$REPO", "command_line": "ls"}}),
    ("windsurf", "pre_user_prompt", {"tool_info": {"user_prompt": "p"}}),
    (
        "droid",
        None,
        {
            "hookEventName": "PostToolUse",
            "tool_name": "Create",
            "tool_input": {"file_path": "a.py", "content": "x\n"},
        },
    ),
    ("droid", None, {"hook_event_name": "Notification"}),
    (
        "continue",
        None,
        {
            "hook_event_name": "PreToolUse",
            "tool_name": "Write",
            "tool_input": {"filepath": "a.py", "content": "x\n"},
        },
    ),
    (
        "amp",
        None,
        {
            "hook_event_name": "tool.result",
            "thread_id": "T-1",
            "tool_name": "create_file",
            "tool_input": {"path": "a.py", "content": "x\n"},
        },
    ),
    ("amp", None, {"hook_event_name": "tool.result", "status": "cancelled", "tool_name": "Bash"}),
    ("amp", None, {"hook_event_name": "agent.start", "prompt": "p", "parent_thread_id": "T-0"}),
    ("amp", None, {"hook_event_name": "none"}),
    (
        "antigravity",
        None,
        {
            "hook_event_name": "PostToolUse",
            "toolCall": {"name": "write_to_file", "args": {"TargetFile": "a.py", "CodeContent": "x\n"}},
        },
    ),
    (
        "antigravity",
        "PostToolUse",
        {
            "conversationId": "c",
            "stepIdx": 3,
            "workspacePaths": ["$REPO"],
            "modelName": "m",
            "toolCall": {
                "name": "multi_replace_file_content",
                "args": {
                    "TargetFile": "a.py",
                    "ReplacementChunks": [
                        {"TargetContent": "", "ReplacementContent": "x\n", "AllowMultiple": False}
                    ],
                },
            },
        },
    ),
    ("antigravity", "PostToolUse", {"conversationId": "c", "stepIdx": 4, "error": "no", "toolCall": None}),
    ("antigravity", "BeforeAgent", {"prompt": "p"}),
    ("antigravity", "other", {}),
]


def test_payloads_from_type_definitions() -> None:
    """Every adapter written from type definitions reads what these describe."""
    readings = [adapters.read(agent, row, event) for agent, event, row in TYPED]
    shown = [
        None if one is None else (one.hook.agent, one.hook.name, one.hook.model, one.command, len(one.edits))
        for one in readings
    ]
    assert shown == [
        ("cursor", "UserPromptSubmit", None, None, 0),
        ("cursor", "PostToolUse", "m", None, 1),
        ("cursor", "PreToolUse", None, "ls", 0),
        ("windsurf", "PostToolUse", "m", None, 1),
        ("windsurf", "PreToolUse", None, "ls", 0),
        ("windsurf", "UserPromptSubmit", None, None, 0),
        ("droid", "PostToolUse", None, None, 1),
        None,
        ("continue", "PreToolUse", None, None, 1),
        ("amp", "PostToolUse", None, None, 1),
        ("amp", "PostToolUseFailure", None, "", 0),
        ("amp", "UserPromptSubmit", None, None, 0),
        None,
        ("antigravity", "PostToolUse", None, None, 1),
        ("antigravity", "PostToolUse", "m", None, 1),
        ("antigravity", "PostToolUseFailure", None, None, 0),
        ("antigravity", "UserPromptSubmit", None, None, 0),
        None,
    ]
    steps = [one.hook.tool_use_id for one in readings if one is not None and one.hook.session == "c"]
    assert steps[-2:] == ["step 3", "step 4"]
    edits = [one.edits[0] for one in readings if one is not None and one.edits]
    assert {edit.path for edit in edits} == {"a.py"}
    assert {edit.content for edit in edits if not edit.replaces} == {"x\n"}
    assert [edit.replaces for edit in edits if edit.replaces] == [(Replace("", "x\n"),)] * 3


def test_codex_notify_and_copilot_without_events() -> None:
    """`notify` is the end of a turn; a payload of Copilot shows its event by its fields where nothing names it."""
    row = {"type": "agent-turn-complete", "thread-id": "s", "turn-id": "t", "last-assistant-message": "Done."}
    reading = adapters.read("codex", row, None)
    assert reading is not None
    assert (reading.hook.name, reading.hook.session, reading.hook.message) == ("Stop", "s", "Done.")
    names = []
    for fields in (
        {"toolName": "edit"},
        {"toolName": "edit", "toolResult": {"resultType": "success"}},
        {"toolName": "edit", "toolResult": {"resultType": "denied"}},
        {"toolName": "edit", "error": "no"},
        {"stopReason": "end_turn"},
        {"prompt": "p"},
    ):
        one = adapters.read("copilot", fields, None)
        assert one is not None
        names.append(one.hook.name)
    before, after, failed = report.BEFORE, report.AFTER, report.FAILED
    assert names == [before, after, failed, failed, report.STOP, report.PROMPT]
    assert adapters.read("copilot", {"agentName": "x", "stopReason": "y"}, None) is None
    with pytest.raises(ValueError, match="not an object"):
        adapters.read("codex", [], None)


def test_what_records_name() -> None:
    """Model and version from the records of sessions; damaged rows are skipped."""
    expected = {
        "codex-0.171.0": RecordFacts("gpt-5.5", "0.171.0"),
        "gemini-0.61.0": RecordFacts("gemini-2.5-flash"),
        "copilot-1.0.102": RecordFacts("claude-sonnet-4.5", "1.0.102"),
        "qwen-0.24.4": RecordFacts("qwen3-coder-plus", "0.24.4"),
    }
    damaged = b'{"type":"assistant","model"\n"gemini" "model" "turn_context" "assistant.message"\n[]\n'
    for name, facts in expected.items():
        data = (RECORDED / f"{name}.session.jsonl").read_bytes()
        agent = name.partition("-")[0]
        assert adapters.facts(agent, damaged + data + damaged) == facts
        assert adapters.facts(agent, b"") == RecordFacts()
    assert adapters.facts("cline", b'{"modelInfo": {"id": "m1", "provider": "p"}}') == RecordFacts("m1")
    for agent in ("cline", "opencode", "pi", "claude-code", "amp"):
        assert adapters.facts(agent, b"") == RecordFacts()


def test_tools_and_arguments() -> None:
    """Names with name spaces, arguments as text, aliases of keys, deletions, and edits that only the file shows."""
    assert tools.plain_name("functions.apply_patch") == "applypatch"
    assert tools.command_of("functions.shell", {"command": ["bash", "-lc", "ls"]}) == "bash\n-lc\nls"
    assert (tools.command_of("Bash", {}), tools.command_of("Read", {"command": "x"})) == ("", None)
    assert tools.directory_of({"workdir": "sub"}) == "sub"
    assert tools.arguments('{"a": 1}') == {"a": 1}
    assert tools.arguments("text") == {"input": "text"}
    assert tools.arguments(7) == {}
    assert tools.edits_of("Delete", {"path": "a"}) == (FileEdit("a", removed=True),)
    assert tools.edits_of("edit_file", {"target_file": "a", "code_edit": "…"}) == (FileEdit("a"),)
    assert not FileEdit("a").is_exact
    assert tools.edits_of("edit", {"path": "a", "edits": ["x"]}) == (FileEdit("a"),)
    assert tools.edits_of("edit", {}) == ()
    assert tools.edits_of("Read", {"path": "a"}) == ()
    every = {"filePath": "a", "oldString": "x", "newString": "", "replaceAll": True}
    assert tools.edits_of("edit", every)[0].replaces == (Replace("x", "", True),)
    assert report.model_of({"providerID": "p", "modelID": "m"}) == "m"
    assert (report.model_of("unknown"), report.model_of(7), report.first_text("x")) == (None, None, None)


def test_patches() -> None:
    """The patch format: additions, deletions, moves, headers, loose white space, line ends."""
    text = (
        "cat <<'E' | apply_patch\nnoise\n*** Begin Patch\nnoise before a file\n*** Add File: n.py\n+a\n+\n"
        "*** Delete File: d.py\n*** Update File: o.py\n*** Move to: m.py\n@@ def f():\n-  x\n+  y\n   z\n\n"
        "*** End of File\n*** End Patch\nE\n"
    )
    added, deleted, moved = patch.parse(text)
    assert patch.added_text(added) == "a\n\n"
    assert (deleted.action, moved.path, moved.target) == ("delete", "o.py", "m.py")
    before = b"def g():\n  x\n  z\ndef f():\n  x\n  z\n"
    assert patch.apply(before, moved.chunks) == b"def g():\n  x\n  z\ndef f():\n  y\n  z\n"
    crlf = patch.parse("*** Begin Patch\n*** Update File: a\n@@\n-b \n+c\n")[0].chunks
    assert patch.apply(b"a\r\nb\r\n", crlf) == b"a\r\nc\r\n"
    appended = patch.parse("*** Begin Patch\n*** Update File: a\n+new\n*** End Patch")[0].chunks
    assert patch.apply(b"old", appended) == b"old\nnew\n"
    after_header = patch.parse("*** Begin Patch\n*** Update File: a\n@@ one\n+new\n*** End Patch")[0].chunks
    assert patch.apply(b"one\ntwo\n", after_header) == b"one\nnew\ntwo\n"
    assert patch.apply(None, appended) is None
    assert patch.apply(b"x\n", crlf) is None
    assert [edit.path for edit in tools.edits_of("Bash", {"command": text})] == [
        "n.py",
        "d.py",
        "m.py",
        "o.py",
    ]


def test_applied() -> None:
    """An edit repeated on a file; where the tool's own result differs in line ends alone, that is taken."""
    assert report.applied(FileEdit("a", content="x\n"), None, b"x\r\n") == b"x\r\n"
    assert report.applied(FileEdit("a", removed=True), b"x", None) is None
    assert report.applied(FileEdit("a", source="b"), b"x\n", None) == b"x\n"
    for edit in (FileEdit("a"), FileEdit("a", replaces=(Replace("y", "z"),))):
        with pytest.raises(ValueError, match="does not apply"):
            report.applied(edit, b"x", None)


RECORDINGS = {path.name.partition("-")[0]: path for path in sorted(RECORDED.glob("*.?.jsonl"))} | {
    path.name.partition("-")[0]: path for path in sorted(RECORDED.glob("*[0-9].jsonl"))
}
SEEDS = int(os.environ.get("GITPROV_FUZZ_PAYLOADS", "25"))


@pytest.mark.parametrize("agent", [*adapters.MODULES])
def test_mutated_payloads_are_never_noticed(repo: GitRepo, agent: str) -> None:
    """Whatever a payload has become, nothing is raised and nothing is printed; the tree stays as it was."""
    rows = (
        [json.loads(line) for line in RECORDINGS[agent].read_text().splitlines()]
        if agent in RECORDINGS
        else []
    )
    rows += [{"event": event, "payload": row} for name, event, row in TYPED if name == agent]
    rows = rows or [{"event": None, "payload": {"hook_event_name": "PreToolUse", "tool_name": "Bash"}}]
    replay, chance = Replay(agent, repo), random.Random(agent)  # noqa: S311 - mutations, no secrets
    for _ in range(SEEDS):
        row = chance.choice(rows)
        payload = json.loads(json.dumps(row["payload"]).replace("$REPO", str(repo.path)))
        payload = mutated(payload, chance)
        data = json.dumps(payload).encode()
        if chance.random() < 0.2:
            data = data[: chance.randrange(len(data))]
        if chance.random() < 0.1:
            data = bytes(byte if chance.random() > 0.01 else chance.randrange(256) for byte in data)
        replay.deliver(data, row["event"])
    assert [path.name for path in repo.path.iterdir()] == [".git"]
    log = repo.inbox() / "log"
    assert not log.exists() or BUG.findall(log.read_text()) == []


#: What `capture` logs of an error that is no problem of the payload but a bug.
BUG = re.compile(r"capture [\w-]+: \w+\(.*")
ODD: list[Any] = [
    None,
    True,
    0,
    -1,
    1e300,
    "",
    "\0",
    "\ud800",
    "../../x",
    "/",
    "a" * 5000,
    [],
    {},
    [[[]]],
    {"a": {}},
]


def mutated(value: Any, chance: random.Random) -> Any:
    """A JSON value with some of its parts replaced, removed or renamed."""
    if chance.random() < 0.06:
        return chance.choice(ODD)
    if isinstance(value, dict):
        pairs = [(name, mutated(entry, chance)) for name, entry in value.items() if chance.random() > 0.04]
        return {(name if chance.random() > 0.03 else name.swapcase()): entry for name, entry in pairs}
    if isinstance(value, list):
        return [mutated(entry, chance) for entry in value]
    return value


def test_the_hot_path_stays_lean(repo: GitRepo) -> None:
    """The report of an edit loads none of the modules that cost more than they give there."""
    code = (
        "import sys\nfrom gitprov.cli.main import main\nassert main() == 0\n"
        "bad = {'typer', 'subprocess', 'dataclasses', 'pathlib', 'hashlib', 'pygit2', 'tomlkit', 'datetime', "
        "'difflib', 'shutil'} & set(sys.modules)\nassert not bad, bad\n"
    )
    call = {"tool_name": "apply_patch", "tool_input": {"command": f"{patch.BEGIN}\n*** Add File: z.py\n+x\n"}}
    for event in ("PreToolUse", "PostToolUse"):
        payload = {"session_id": "s", "hook_event_name": event, "tool_use_id": "c1", **call}
        if event == "PostToolUse":
            repo.write("z.py", "x\n")
        done = subprocess.run(
            [sys.executable, "-S", "-c", code, "capture", "codex"],
            cwd=repo.path,
            env={**repo.env, "PYTHONPATH": str(ROOT)},
            input=json.dumps(payload).encode(),
            capture_output=True,
            check=False,
        )
        assert done.stderr == b""
    assert len(repo.events()) == 1


def collecting_gitprov(place: Path, agent: str) -> None:
    """A program `bin/gitprov` that appends each report of an agent to the file `sent`."""
    fake = place / "bin" / "gitprov"
    fake.parent.mkdir()
    fake.write_text(f'#!/bin/sh\n[ "$*" = "capture {agent}" ] && cat >>{place}/sent && echo >>{place}/sent\n')
    fake.chmod(0o755)


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_the_plug_in_sends_what_the_recording_has(repo: GitRepo, tmp_path: Path) -> None:
    """Fed with recorded hooks, the plug-in for OpenCode starts a command with the payloads of the fixture."""
    place = Path(agent_files.__file__).parent / "plugins" / "opencode.js"
    collecting_gitprov(tmp_path, "opencode")
    hooks = RECORDED / "opencode-1.18.33.hooks.jsonl"
    code = (
        f"import {{ Gitprov }} from '{tmp_path}/opencode.mjs'\nimport fs from 'node:fs'\n"
        "const hooks = await Gitprov({ directory: process.cwd() })\n"
        f"for (const line of fs.readFileSync('{hooks}', 'utf8').trim().split('\\n')) {{\n"
        "  const row = JSON.parse(line)\n"
        "  await (row.hook === 'event' ? hooks.event(row) : hooks[row.hook](row.input, row.output))\n}\n"
        "await hooks.event({}); await hooks['chat.message']({}, {}); await hooks['tool.execute.before']()\n"
    )
    (tmp_path / "opencode.mjs").write_text(place.read_text())
    (tmp_path / "run.mjs").write_text(code)
    env = {**repo.env, "PATH": f"{tmp_path}/bin:{os.environ['PATH']}"}
    subprocess.run(["node", str(tmp_path / "run.mjs")], cwd=repo.path, env=env, check=True)
    sent = [json.loads(line) for line in (tmp_path / "sent").read_text().splitlines()]
    recorded = (RECORDED / "opencode-1.18.33.jsonl").read_text().splitlines()
    expected = [json.loads(line)["payload"] for line in recorded]
    for row in sent:
        row["directory"] = row["directory"].replace(str(repo.path.resolve()), "$REPO")
    assert [plain(row) for row in sent[: len(expected)]] == [plain(row) for row in expected]


def plain(row: dict[str, Any]) -> dict[str, Any]:
    """A message of the plug-in with the paths of the recording, without fields that are null."""
    return {name: value for name, value in row.items() if value is not None and name != "metadata"}


AMP = """
const handlers = {}
const amp = {
  on: (name, handler) => { handlers[name] = handler },
  system: { workspaceRoot: { href: "file:///x" } },
  helpers: { filePathFromURI: () => process.cwd() },
}
plugin(amp)
const thread = { id: "T-1", parentThreadID: async () => "T-0" }
const input = { path: "a.py", content: "x\\n" }
await handlers["agent.start"]({ thread, message: "make it", id: "m1" })
await handlers["tool.result"]({ thread, tool: "create_file", toolUseID: "u1", input, status: "done", output: "long" })
const content = [{ type: "thinking", text: "no" }, { type: "text", text: "Done." }]
await handlers["agent.end"]({ thread, messages: [{ role: "user" }, { role: "assistant", content }] })
await handlers["agent.end"](undefined)
if ("tool.call" in handlers) throw new Error("a handler that decides")
"""


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_the_plug_in_for_amp_reports_and_decides_nothing(repo: GitRepo, tmp_path: Path) -> None:
    """What the plug-in for Amp sends becomes an edit with its prompt; it has no handler before a tool."""
    place = Path(agent_files.__file__).parent / "plugins" / "amp.js"
    collecting_gitprov(tmp_path, "amp")
    (tmp_path / "amp.mjs").write_text(place.read_text())
    (tmp_path / "run.mjs").write_text(f"import plugin from '{tmp_path}/amp.mjs'\n{AMP}")
    env = {**repo.env, "PATH": f"{tmp_path}/bin:{os.environ['PATH']}"}
    subprocess.run(["node", str(tmp_path / "run.mjs")], cwd=repo.path, env=env, check=True)
    replay = Replay("amp", repo)
    sent = (tmp_path / "sent").read_bytes().splitlines()
    repo.write("a.py", "x\n")
    for line in sent:
        replay.deliver(line)
    (event,) = repo.events()
    assert (event["path"], event["tool"], event["tool_use_id"]) == ("a.py", "create_file", "u1")
    assert [json.loads(line)["hook_event_name"] for line in sent] == [
        "agent.start",
        "tool.result",
        "agent.end",
    ]
    assert json.loads(sent[0])["parent_thread_id"] == "T-0"
    assert json.loads(sent[2])["message"] == "Done."
