"""Payloads of each hooked agent, in the shape of the recorded ones: what it sends for a prompt, a tool, an end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

Row = dict[str, Any]
Message = tuple[str | None, Row]
"""The event on the command line, and the payload."""

BEFORE, AFTER, FAILED, PROMPT, STOP = "before", "after", "failed", "prompt", "stop"


class Call(NamedTuple):
    """A tool use: the agent's tool, its arguments, its id."""

    tool: str
    arguments: Any
    id: str


class Moment(NamedTuple):
    """What is reported: phase, directory of the project, session; a prompt or a tool use; a subagent's parent."""

    phase: str
    root: str
    session: str
    prompt: str | None = None
    call: Call | None = None
    parent: str | None = None


class Edit(NamedTuple):
    """A kind of edit: `write`, `edit`, `multi`, `delete`, `rename` or `shell`, with what it needs.

    `text` is what `write` puts into the file; with `shell` it may be the command.
    """

    kind: str
    path: str = ""
    text: str = ""
    pairs: tuple[tuple[str, str], ...] = ()
    target: str = ""


class Shape(NamedTuple):
    """One agent. `name` is the one in records; `message` makes a payload, None where the agent sends none; `calls`
    are the tool uses that make an edit, none where its hooks see no such edit.
    """

    name: str
    message: Callable[[Moment], Message | None]
    calls: Callable[[Edit], list[tuple[str, Any]]]


def shell(edit: Edit) -> str:
    """The command of an edit, for agents without a tool for it."""
    if edit.kind == "shell" and edit.text:
        return edit.text
    change = "".join(f"; sed -i 's/{old}/{new}/' {edit.target or edit.path}" for old, new in edit.pairs)
    return {"delete": f"rm {edit.path}", "rename": f"mv {edit.path} {edit.target}"}.get(
        edit.kind, ":"
    ) + change


def patch(edit: Edit) -> str:
    """The patch of an edit."""
    lines = {
        "write": [f"*** Add File: {edit.path}", *(f"+{line}" for line in edit.text.splitlines())],
        "delete": [f"*** Delete File: {edit.path}"],
    }.get(edit.kind, [f"*** Update File: {edit.path}"])
    lines += [f"*** Move to: {edit.target}"] if edit.target else []
    for old, new in edit.pairs:
        lines += ["@@", f"-{old}", f"+{new}"]
    return "\n".join(["*** Begin Patch", *lines, "*** End Patch", ""])


def _with_tools(
    write: str, edit: str, command: str, names: tuple[str, str, str, str], multi: str | None = None
) -> Callable[[Edit], list[tuple[str, Any]]]:
    """The tool uses of an agent with tools for writing and replacing; the rest goes through its shell.

    `names`: of the arguments with the path, the content, the old and the new text.
    """
    path, content, old, new = names

    def calls(wanted: Edit) -> list[tuple[str, Any]]:
        if wanted.kind == "write":
            return [(write, {path: wanted.path, content: wanted.text})]
        if wanted.kind == "multi" and multi:
            return [(multi, {path: wanted.path, "edits": [{old: a, new: b} for a, b in wanted.pairs]})]
        if wanted.kind in ("edit", "multi"):
            return [(edit, {path: wanted.path, old: a, new: b}) for a, b in wanted.pairs]
        return [(command, {"command": shell(wanted)})] if command else []

    return calls


def _like_claude(names: dict[str, str], **common: Any) -> Callable[[Moment], Message]:
    """Payloads with the fields of Claude Code's; `names`: phase → event."""

    def message(at: Moment) -> Message:
        row: Row = {"session_id": at.session, "cwd": at.root, "hook_event_name": names[at.phase], **common}
        if at.prompt is not None:
            row["prompt"] = at.prompt
        if at.call is not None:
            row |= {"tool_name": at.call.tool, "tool_input": at.call.arguments, "tool_use_id": at.call.id}
        if at.parent is not None:
            row |= {"session_id": at.parent, "agent_id": at.session}
        return None, row

    return message


_CLAUDE = {
    BEFORE: "PreToolUse",
    AFTER: "PostToolUse",
    FAILED: "PostToolUseFailure",
    PROMPT: "UserPromptSubmit",
    STOP: "Stop",
}
_GEMINI = {BEFORE: "BeforeTool", AFTER: "AfterTool", PROMPT: "BeforeAgent", STOP: "AfterAgent"}


def _gemini(at: Moment) -> Message:
    event, row = _like_claude({**_GEMINI, FAILED: "AfterTool"})(at)
    row.pop("tool_use_id", None)
    return event, {**row, **({"tool_response": {"error": {"message": "no"}}} if at.phase == FAILED else {})}


def _qwen(at: Moment) -> Message | None:
    event, row = _like_claude(_CLAUDE)(at)
    if at.phase == PROMPT and at.parent is not None:
        kind, _, number = at.session.partition("-")
        call = {"tool_name": "agent", "tool_input": {"prompt": at.prompt, "subagent_type": kind}}
        return event, {"session_id": at.parent, "cwd": at.root, "hook_event_name": "PreToolUse", **call} | {
            "tool_call_id": number
        }
    if at.phase == PROMPT:
        row["submitted_prompt"] = at.prompt
    row["tool_call_id"] = row.pop("tool_use_id", None)
    return event, row


def _copilot(at: Moment) -> Message:
    names = {
        BEFORE: "preToolUse",
        AFTER: "postToolUse",
        FAILED: "postToolUseFailure",
        PROMPT: "userPromptSubmitted",
        STOP: "agentStop",
    }
    row: Row = {"sessionId": at.session, "timestamp": 1795884990358, "cwd": at.root}
    if at.prompt is not None:
        row["prompt"] = at.prompt
    if at.call is not None:
        row |= {"toolName": at.call.tool, "toolArgs": at.call.arguments}
    if at.phase == AFTER:
        row["toolResult"] = {"resultType": "success", "textResultForLlm": "ok"}
    if at.phase == FAILED:
        row["error"] = "No match found"
    if at.parent is not None:
        row |= {"agentId": at.session, "parentAgentId": at.parent}
    return names[at.phase], row


def _opencode(at: Moment) -> Message | None:
    names = {
        BEFORE: "tool.execute.before",
        AFTER: "tool.execute.after",
        PROMPT: "chat.message",
        STOP: "session.idle",
    }
    if at.phase == FAILED:
        return None
    row: Row = {"hook": names[at.phase], "sessionID": at.session, "directory": at.root, "parentID": at.parent}
    row["model"] = {"providerID": "fake", "modelID": "fake-model"}
    if at.prompt is not None:
        row |= {"messageID": f"msg {at.session} {at.prompt}", "prompt": at.prompt}
    if at.call is not None:
        row |= {"tool": at.call.tool, "callID": at.call.id, "args": at.call.arguments}
    return None, row


def _opencode_calls(edit: Edit) -> list[tuple[str, Any]]:
    if edit.kind in ("delete", "rename"):
        return [("apply_patch", {"patchText": patch(edit)})]
    return _with_tools("write", "edit", "bash", ("filePath", "content", "oldString", "newString"))(edit)


def _pi(at: Moment) -> Message:
    names = {
        BEFORE: "tool_call",
        AFTER: "tool_result",
        FAILED: "tool_result",
        PROMPT: "input",
        STOP: "agent_end",
    }
    event: Row = {"type": names[at.phase], "text": at.prompt}
    if at.call is not None:
        event |= {"toolName": at.call.tool, "toolCallId": at.call.id, "input": at.call.arguments}
        event["isError"] = at.phase == FAILED
    return None, {"event": event, "cwd": at.root, "session_id": at.session, "model": {"id": "fake-model"}}


def _pi_calls(edit: Edit) -> list[tuple[str, Any]]:
    if edit.kind in ("edit", "multi"):
        pairs = [{"oldText": old, "newText": new} for old, new in edit.pairs]
        return [("edit", {"path": edit.path, "edits": pairs})]
    return _with_tools("write", "edit", "bash", ("path", "content", "oldText", "newText"))(edit)


def _cline(at: Moment) -> Message | None:
    names = {BEFORE: "tool_call", AFTER: "tool_result", FAILED: "tool_result", STOP: "agent_end"}
    if at.phase == PROMPT:  # on the command line no hook reports it
        return None
    row: Row = {"hookName": names[at.phase], "taskId": "conv", "workspaceRoots": [at.root]}
    row["sessionContext"] = {"rootSessionId": at.session}
    if at.call is not None:
        call = {"id": at.call.id, "name": at.call.tool, "input": at.call.arguments}
        row[names[at.phase]] = {**call, "output": {"success": at.phase == AFTER}}
    return {BEFORE: "PreToolUse", STOP: "TaskComplete"}.get(at.phase, "PostToolUse"), row


def _cline_calls(edit: Edit) -> list[tuple[str, Any]]:
    if edit.kind == "write":
        return [("editor", {"path": edit.path, "new_text": edit.text})]
    if edit.kind in ("edit", "multi"):
        return [("editor", {"path": edit.path, "old_text": a, "new_text": b}) for a, b in edit.pairs]
    return [("run_commands", {"commands": [shell(edit)]})]


def _cursor(at: Moment) -> Message:
    names = {BEFORE: "preToolUse", AFTER: "postToolUse", FAILED: "postToolUseFailure", STOP: "stop"}
    names[PROMPT] = "beforeSubmitPrompt"
    event, row = _like_claude(names, model="m", cursor_version="2.4.0", workspace_roots=[at.root])(at)
    return event, {**row, "conversation_id": row.pop("session_id")}


def _cursor_calls(edit: Edit) -> list[tuple[str, Any]]:
    if edit.kind == "delete":
        return [("Delete", {"path": edit.path})]
    return _with_tools("Write", "StrReplace", "Shell", ("path", "contents", "old_string", "new_string"))(edit)


def _windsurf(at: Moment) -> Message | None:
    if at.phase in (STOP, FAILED):
        return None
    row: Row = {"trajectory_id": at.session, "model_name": "m"}
    if at.call is None:
        return None, {**row, "agent_action_name": "pre_user_prompt", "tool_info": {"user_prompt": at.prompt}}
    side = "pre" if at.phase == BEFORE else "post"
    name = "write_code" if at.call.tool == "edit" else "run_command"
    return None, {
        **row,
        "agent_action_name": f"{side}_{name}",
        "tool_info": {"cwd": at.root, **at.call.arguments},
    }


def _windsurf_calls(edit: Edit) -> list[tuple[str, Any]]:
    if edit.kind in ("delete", "rename", "shell"):
        return [("command", {"command_line": shell(edit)})]
    pairs = edit.pairs or (("", edit.text),)
    rows = [{"old_string": old, "new_string": new} for old, new in pairs]
    return [("edit", {"file_path": edit.path, "edits": rows})]


def _amp(at: Moment) -> Message | None:
    names = {AFTER: "tool.result", FAILED: "tool.result", PROMPT: "agent.start", STOP: "agent.end"}
    if at.phase == BEFORE:
        return None
    event, row = _like_claude(names, status="error" if at.phase == FAILED else "done")(at)
    parent = {"parent_thread_id": at.parent} if at.parent else {}
    return event, {**row, "thread_id": at.session, "session_id": None, "agent_id": None, **parent}


def _antigravity(at: Moment) -> Message | None:
    if at.call is None or at.phase == BEFORE:
        return None
    row: Row = {"conversationId": at.session, "workspacePaths": [at.root], "modelName": "m"}
    row |= {"stepIdx": int(at.call.id), "toolCall": {"name": at.call.tool, "args": at.call.arguments}}
    return "PostToolUse", {**row, "error": "no" if at.phase == FAILED else ""}


def _antigravity_calls(edit: Edit) -> list[tuple[str, Any]]:
    path, old, new = "TargetFile", "TargetContent", "ReplacementContent"
    if edit.kind == "multi":
        chunks = [{old: a, new: b} for a, b in edit.pairs]
        return [("multi_replace_file_content", {path: edit.path, "ReplacementChunks": chunks})]
    return _with_tools("write_to_file", "replace_file_content", "", (path, "CodeContent", old, new))(edit)


def _codex_calls(edit: Edit) -> list[tuple[str, Any]]:
    if edit.kind == "shell":
        return [("Bash", {"command": shell(edit)})]
    return [("apply_patch", {"command": patch(edit)})]


_PLAIN = ("file_path", "content", "old_string", "new_string")
SHAPES = {
    "claude-code": Shape("claude-code", _like_claude(_CLAUDE), _with_tools("Write", "Edit", "Bash", _PLAIN)),
    "codex": Shape("codex", _like_claude(_CLAUDE, model="gpt-5.5"), _codex_calls),
    "gemini": Shape("gemini-cli", _gemini, _with_tools("write_file", "replace", "run_shell_command", _PLAIN)),
    "qwen": Shape("qwen-code", _qwen, _with_tools("write_file", "edit", "run_shell_command", _PLAIN)),
    "copilot": Shape(
        "copilot-cli",
        _copilot,
        _with_tools("create", "edit", "bash", ("path", "file_text", "old_str", "new_str")),
    ),
    "opencode": Shape("opencode", _opencode, _opencode_calls),
    "pi": Shape("pi", _pi, _pi_calls),
    "cline": Shape("cline", _cline, _cline_calls),
    "cursor": Shape("cursor", _cursor, _cursor_calls),
    "windsurf": Shape("windsurf", _windsurf, _windsurf_calls),
    "droid": Shape(
        "droid", _like_claude(_CLAUDE), _with_tools("Create", "Edit", "Execute", _PLAIN, multi="MultiEdit")
    ),
    "continue": Shape(
        "continue", _like_claude(_CLAUDE), _with_tools("Write", "Edit", "Bash", _PLAIN, multi="MultiEdit")
    ),
    "amp": Shape(
        "amp", _amp, _with_tools("create_file", "edit_file", "", ("path", "content", "old_str", "new_str"))
    ),
    "antigravity": Shape("antigravity", _antigravity, _antigravity_calls),
}
"""Every agent with hooks, by its name on the command line."""
