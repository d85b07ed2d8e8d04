"""Agents' own settings files: adds and removes gitprov's capture hooks and keeps everything else as it is."""

from __future__ import annotations

import json
import os
import re
from typing import Any

from gitprov.errors import ConfigError, Obstructed
from gitprov.git.files import tree_files
from gitprov.store.setup import json_text, launchers

AGENTS = ("claude-code",)
"""Agents whose settings gitprov can change."""

BARE_COMMAND = "gitprov capture claude-code"
"""The command that earlier versions wrote; it needs gitprov on the PATH of the agent."""

COMMAND = (
    f'PATH="$HOME/{"/".join(launchers.PLACE)}:$PATH"; '
    f"command -v gitprov >/dev/null || exit 0; exec {BARE_COMMAND}"
)
"""The same command for all users who share the file: it runs the launcher that `gitprov install` put into the
user's home, else gitprov on PATH; without both it does nothing, since an agent shows every failing command.
"""

TIMEOUT = 10
"""Time limit of a capture in seconds; it takes a few hundredths of a second."""

_OLD_TOOLS = "Write|Edit|MultiEdit|NotebookEdit"
"""The matcher that earlier versions wrote; it lacks the shell."""
_TOOLS = f"{_OLD_TOOLS}|Bash"
EVENTS: dict[str, str | None] = {
    "PreToolUse": _TOOLS,
    "PostToolUse": _TOOLS,
    "PostToolUseFailure": _TOOLS,
    "UserPromptSubmit": None,
    "Stop": None,
    "SubagentStop": None,
    "SessionStart": None,
    "SessionEnd": None,
}
"""Claude Code's events that report generated lines, each with its matcher of tools, None for no matcher."""

_OURS = re.compile(r"(?:^|[\s/'\"])gitprov['\"]?\s+capture\s+claude(?:-code)?\b")


LIMIT = 4 << 20
"""Size in bytes of the largest settings file that is read."""


def settings_path(top: str) -> str:
    """Claude Code's settings below a project's top or a home directory."""
    return os.path.join(top, ".claude", "settings.json")


def read(path: str, tree: str | None = None) -> str | None:
    """A settings file's text, None where there is none. ConfigError where it cannot be read as text.

    `tree` is the work tree that contains it: there no link is followed, as the work tree's content may come
    from strangers. None stands for the user's own directory, where the target of a link is the settings
    file. Obstructed where a link, a directory or a pipe is in its place.
    """
    try:
        data = tree_files.plain(*_place(path, tree), LIMIT)
        return None if data is None else data.decode("utf-8")
    except Obstructed as error:
        raise _blocked(path, tree, error) from error
    except (OSError, ValueError) as error:
        raise _damaged(path, str(error)) from error


def write(path: str, text: str, tree: str | None = None) -> None:
    """Replace a settings file atomically; it keeps its mode. `tree` and Obstructed as for `read`."""
    folder, name = _place(path, tree)
    if tree is None:
        os.makedirs(folder, exist_ok=True)
    try:
        tree_files.write(folder, name, text.encode("utf-8"))
    except Obstructed as error:
        raise _blocked(path, tree, error) from error


def delete(path: str, tree: str | None = None) -> None:
    """Remove a settings file, or the user's own link to it. `tree` and Obstructed as for `read`."""
    try:
        if tree is None:
            os.unlink(path)
        else:
            tree_files.remove(*_place(path, tree))
    except Obstructed as error:
        raise _blocked(path, tree, error) from error


def _place(path: str, tree: str | None) -> tuple[str, str]:
    """The trusted directory, and the file's path below it."""
    if tree is None:
        return os.path.split(os.path.realpath(path))
    return tree, os.path.relpath(path, tree)


def _blocked(path: str, tree: str | None, error: Obstructed) -> Obstructed:
    if tree is None:
        hint = f"put a file there: {path}"
        return Obstructed(f"{path} is {error.what}", error.path, error.what, hint)
    message = f"{os.path.join(tree, error.path)} is {error.what}; gitprov follows none in a work tree"
    hint = (
        "put a plain one there, or leave the project's settings alone: "
        "gitprov install --agents claude-code --user"
    )
    return Obstructed(message, error.path, error.what, hint)


def added(path: str, text: str | None) -> str:
    """The text with gitprov's hook for every event that lacks it and with earlier versions' command updated.

    ConfigError, which names `path`, where the text is damaged.
    """
    text = text if text and text.strip() else "{}\n"
    text = _renewed(path, text)
    for event in missing(path, text):
        matcher = EVENTS[event]
        entry: dict[str, Any] = {} if matcher is None else {"matcher": matcher}
        entry["hooks"] = [{"type": "command", "command": COMMAND, "timeout": TIMEOUT}]
        text = with_entry(text, event, entry)
    return text


def removed(path: str, text: str) -> str | None:
    """The text without gitprov's hooks; None where gitprov created the file and it contains nothing else."""
    before = text
    hooks = _hooks(path, text)
    for event in [name for name, entries in hooks.items() if any(_is_ours(entry) for entry in entries)]:
        text = _without_event(text, event)
    if text != before and text == "{}\n" and added(path, text) == before:
        return None
    return text


def missing(path: str, text: str | None) -> list[str]:
    """The events that lack gitprov's hook. ConfigError where the text is damaged."""
    hooks = _hooks(path, text) if text and text.strip() else {}
    return [event for event in EVENTS if not any(_is_ours(entry) for entry in hooks.get(event, []))]


def commands(path: str, text: str | None) -> list[str]:
    """Gitprov's commands in the text, once each. ConfigError where the text is damaged."""
    rows = [
        entry["hooks"][n]["command"]
        for entries in (_hooks(path, text) if text and text.strip() else {}).values()
        for entry in entries
        for n in _our_commands(entry)
    ]
    return list(dict.fromkeys(rows))


def _renewed(path: str, text: str) -> str:
    for event in [event for event, entries in _hooks(path, text).items() if any(map(_is_ours, entries))]:
        while (at := _bare(text, event)) is not None:
            text = text[: at.value] + json.dumps(COMMAND) + text[at.end :]
        while (at := _old_matcher(text, event)) is not None:
            text = text[: at.value] + json.dumps(_TOOLS) + text[at.end :]
    return text


def _old_matcher(text: str, event: str) -> json_text.JsonPart | None:
    """The position of an earlier version's matcher of gitprov's command alone; None without one."""
    entries = (_entries(text, event) or [json_text.Container(0, (), 0)])[-1]
    for part in entries.parts:
        entry = json.loads(text[part.value : part.end])
        if isinstance(entry, dict) and entry.get("matcher") == _OLD_TOOLS and len(_our_commands(entry)) == 1:
            box = json_text.container(text, part.value)
            at = box.find("matcher")
            if at is not None and len(entry.get("hooks", ())) == 1:
                return box.parts[at]
    return None


def _bare(text: str, event: str) -> json_text.JsonPart | None:
    """The position of an event's command that is exactly that of earlier versions; None without one."""
    entries = (_entries(text, event) or [json_text.Container(0, (), 0)])[-1]
    for part in entries.parts:
        for n in _our_commands(json.loads(text[part.value : part.end])):
            rows = inside(text, json_text.container(text, part.value), "hooks")
            row = None if rows is None else json_text.container(text, rows.parts[n].value)
            at = None if row is None else row.find("command")
            if row is not None and at is not None:
                command = row.parts[at]
                if json.loads(text[command.value : command.end]) == BARE_COMMAND:
                    return command
    return None


def _hooks(path: str, text: str) -> dict[str, list[Any]]:
    """The object `hooks` of a settings file. ConfigError where it is no object of arrays."""
    try:
        settings = json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise _damaged(path, str(error)) from error
    if not isinstance(settings, dict):
        raise _damaged(path, "it is not a JSON object")
    hooks = settings.get("hooks", {})
    if not isinstance(hooks, dict):
        raise _damaged(path, '"hooks" is not an object')
    for event, entries in hooks.items():
        if not isinstance(entries, list):
            raise _damaged(path, f'"hooks.{event}" is not an array')
    return hooks


def _is_ours(entry: object) -> bool:
    return bool(_our_commands(entry))


def _our_commands(entry: object) -> list[int]:
    """Indexes in an entry's `hooks` of gitprov's commands."""
    hooks = entry.get("hooks") if isinstance(entry, dict) else None
    rows = hooks if isinstance(hooks, list) else []
    return [
        n
        for n, row in enumerate(rows)
        if isinstance(row, dict) and isinstance(row.get("command"), str) and _OURS.search(row["command"])
    ]


def with_entry(text: str, event: str, entry: dict[str, Any]) -> str:
    """The text of settings with one more entry of an event in `hooks`."""
    root = json_text.container(text, json_text.root(text))
    hooks = inside(text, root, "hooks")
    if hooks is None:
        return json_text.append(text, root.open, {event: [entry]}, "hooks")
    entries = inside(text, hooks, event)
    if entries is None:
        return json_text.append(text, hooks.open, [entry], event)
    return json_text.append(text, entries.open, entry)


def _without_event(text: str, event: str) -> str:
    """The text without gitprov's entries of one event, their array and `hooks` if these become empty."""
    while (path := _entries(text, event)) is not None:
        entries = path[-1]
        values = [json.loads(text[part.value : part.end]) for part in entries.parts]
        ours = next((n for n, value in enumerate(values) if _is_ours(value)), None)
        if ours is None:
            break
        text = _without_commands(text, entries, ours, values[ours])
    return _without_empty(_without_empty(text, "hooks", event), "hooks")


def _entries(text: str, event: str) -> list[json_text.Container] | None:
    """The containers of the document, its `hooks` and the event's array; None where one is missing."""
    boxes = [json_text.container(text, json_text.root(text))]
    for key in ("hooks", event):
        inner = inside(text, boxes[-1], key)
        if inner is None:
            return None
        boxes.append(inner)
    return boxes


def _without_empty(text: str, *keys: str) -> str:
    """The text without the container at a path of keys, if it exists and is empty."""
    outer: json_text.Container | None = None
    box: json_text.Container | None = json_text.container(text, json_text.root(text))
    for key in keys:
        outer, box = box, None if box is None else inside(text, box, key)
    at = None if outer is None else outer.find(keys[-1])
    if outer is None or at is None or box is None or box.parts:
        return text
    return json_text.remove(text, outer, at)


def _without_commands(text: str, entries: json_text.Container, n: int, entry: dict[str, Any]) -> str:
    """The text without entry `n` or, if that has other commands too, without gitprov's last command in it."""
    ours = _our_commands(entry)
    commands = inside(text, json_text.container(text, entries.parts[n].value), "hooks")
    if commands is None or len(ours) == len(entry["hooks"]):
        return json_text.remove(text, entries, n)
    return json_text.remove(text, commands, ours[-1])


def inside(text: str, box: json_text.Container, key: str) -> json_text.Container | None:
    """The container under a key of another one; None where it has no such key."""
    at = box.find(key)
    return None if at is None else json_text.container(text, box.parts[at].value)


def _damaged(path: str, reason: str) -> ConfigError:
    return ConfigError(
        f"{path} cannot be read: {reason}",
        "mend the file, or leave the agent out: gitprov install --agents none",
    )
