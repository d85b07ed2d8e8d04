"""Hooks files of agents other than Claude Code: the text with gitprov's hooks, and without them again.

Everything else in a file keeps its bytes. A file that only gitprov has changed gets its earlier
bytes back (`originals`).
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from gitprov.agents.payloads.table import FLAT, LINES, SCRIPTS, WHOLE, AgentRow, HookFile
from gitprov.errors import ConfigError, GitprovError
from gitprov.flow.setup import setting_lines
from gitprov.store.setup import agent_settings, json_comments, json_text, launchers

if TYPE_CHECKING:
    from collections.abc import Sequence

_MARK = "gitprov capture "


def command(row: AgentRow, event: str | None = None, answer: str | None = None) -> str:
    """The shell command that reports to gitprov, and answers; without gitprov it only answers."""
    words = f"{_MARK}{row.name}" + (f" {event}" if event else "")
    if row.hooks is not None and not row.hooks.shell:
        return words
    place = "/".join(launchers.PLACE)
    if answer is not None:
        return f"PATH=\"$HOME/{place}:$PATH\"; ! command -v gitprov >/dev/null || {words}; echo '{answer}'"
    return f'PATH="$HOME/{place}:$PATH"; command -v gitprov >/dev/null || exit 0; exec {words}'


def added(path: str, text: str | None, row: AgentRow, hooks: HookFile, event: str | None = None) -> str:
    """The text of a hooks file with gitprov's hook for each event that lacks it.

    `event`: the one that the file is a script for. ConfigError, which names `path`, where the text is
    damaged, and where a file of gitprov's own is not.
    """
    if hooks.style == LINES:
        return setting_lines.added(path, text, hooks)
    if hooks.style in (WHOLE, SCRIPTS):
        if text is not None and not is_ours(text):
            raise ConfigError(f"{path} is not a file of gitprov's", "move it away and install again")
        return _own_text(row, hooks, event)
    text = text if text and text.strip() else "{}\n"
    for key, value in hooks.top.items():
        if key not in _settings(path, text):
            text = json_text.append(text, json_text.root(text), value, key)
    for keys in hooks.flags:
        text = _switched_on(path, text, keys)
    for name in missing(path, text, hooks):
        text = agent_settings.with_entry(text, name, _entry(row, hooks, name))
    return text


def removed(path: str, text: str, hooks: HookFile) -> str | None:
    """The text without gitprov's hooks; None for a file of gitprov's own. Settings switched on stay."""
    if hooks.style == LINES:
        return setting_lines.removed(text)
    if hooks.style in (WHOLE, SCRIPTS):
        return None if is_ours(text) else text
    for event in [event for event, entries in _hooks(path, text).items() if any(map(_has_mark, entries))]:
        while (at := _our_entry(text, event)) is not None:
            text = json_text.remove(text, *at)
        text = _without_empty(_without_empty(text, ("hooks", event)), ("hooks",))
    return text


def missing(path: str, text: str | None, hooks: HookFile) -> list[str]:
    """The events that lack gitprov's hook. ConfigError where the text is damaged."""
    if hooks.style == LINES:
        return setting_lines.missing(text, hooks)
    if hooks.style in (WHOLE, SCRIPTS):
        return [] if text is not None and is_ours(text) else [*(hooks.events or {"plug-in": None})]
    entries = _hooks(path, text) if text and text.strip() else {}
    return [event for event in hooks.events if not any(map(_has_mark, entries.get(event, [])))]


def is_ours(text: str) -> bool:
    """Whether a whole file is gitprov's."""
    return _MARK in text


def toml_switched_on(path: str, text: str | None, keys: Sequence[str]) -> str:
    """A text in TOML with a key that is true; as it is where the key has a value. ConfigError if damaged."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        document = tomlkit.parse(text or "")
        table: Any = document
        for key in keys[:-1]:
            if key not in table:
                table[key] = tomlkit.table()
            table = table[key]
        if keys[-1] not in table:
            table[keys[-1]] = True
        return tomlkit.dumps(document)
    except (TOMLKitError, TypeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}", "mend the file and install again") from error


def toml_value(text: str | None, keys: Sequence[str]) -> object:
    """The value of a key in a text in TOML; None where it has none or the text is damaged."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        value: Any = tomlkit.parse(text or "").unwrap()
        for key in keys:
            value = value.get(key) if isinstance(value, dict) else None
        return value
    except TOMLKitError:
        return None


def _own_text(row: AgentRow, hooks: HookFile, event: str | None) -> str:
    """The whole text of a file that is gitprov's alone; of a script for `event`."""
    if hooks.text is not None:
        place = os.path.join(os.path.dirname(os.path.abspath(__file__)), "plugins", hooks.text)
        try:
            with open(place, encoding="utf-8") as file:
                return file.read()
        except OSError as error:
            raise GitprovError(
                f"this installation of gitprov lacks {place}", "install gitprov again"
            ) from error
    if event is not None:
        return f"#!/bin/sh\n{command(row, event, hooks.answers.get(event))}\n"
    entries = {
        event: [{"type": "command", "bash": command(row, event), "timeoutSec": hooks.timeout}]
        for event in hooks.events
    }
    return json.dumps({"version": 1, "hooks": entries}, indent=2) + "\n"


def _entry(row: AgentRow, hooks: HookFile, event: str) -> dict[str, Any]:
    passed = event if hooks.passes_event else None
    call: dict[str, Any] = {"command": command(row, passed, hooks.answers.get(event)), **hooks.extra}
    if hooks.timeout is not None:
        call["timeout"] = hooks.timeout
    if hooks.style == FLAT:
        return call
    matcher = hooks.events[event]
    entry: dict[str, Any] = {} if matcher is None else {"matcher": matcher}
    return {**entry, "hooks": [{"type": "command", **call}]}


def _settings(path: str, text: str) -> dict[str, Any]:
    try:
        settings = json_comments.loads(text)
    except (ValueError, RecursionError) as error:
        raise _damaged(path, str(error)) from error
    if not isinstance(settings, dict):
        raise _damaged(path, "it is not a JSON object")
    return settings


def _hooks(path: str, text: str) -> dict[str, list[Any]]:
    """The object `hooks` of a file. ConfigError where it is no object of arrays."""
    hooks = _settings(path, text).get("hooks", {})
    if not isinstance(hooks, dict) or not all(isinstance(entries, list) for entries in hooks.values()):
        raise _damaged(path, '"hooks" is not an object of arrays')
    return hooks


def _switched_on(path: str, text: str, keys: tuple[str, ...]) -> str:
    """The text with the value true at a path of keys, if there is none."""
    value: Any = _settings(path, text)
    box = json_text.container(text, json_text.root(text))
    for depth, key in enumerate(keys):
        if not isinstance(value, dict):
            return text
        if key not in value:
            inner: object = True
            for name in reversed(keys[depth + 1 :]):
                inner = {name: inner}
            return json_text.append(text, box.open, inner, key)
        value = value[key]
        if isinstance(value, dict):
            box = json_text.container(text, box.parts[box.find(key) or 0].value)
    return text


def _our_entry(text: str, event: str) -> tuple[json_text.Container, int] | None:
    """The array of an event and the index in it of an entry of gitprov's; None without one."""
    hooks = agent_settings.inside(text, json_text.container(text, json_text.root(text)), "hooks")
    entries = None if hooks is None else agent_settings.inside(text, hooks, event)
    if entries is None:
        return None
    values = [json_comments.loads(text[part.value : part.end]) for part in entries.parts]
    at = next((n for n, value in enumerate(values) if _has_mark(value)), None)
    return None if at is None else (entries, at)


def _without_empty(text: str, keys: tuple[str, ...]) -> str:
    """The text without the container at a path of keys, if it exists and is empty."""
    outer = box = json_text.container(text, json_text.root(text))
    for key in keys:
        outer, inner = box, agent_settings.inside(text, box, key)
        if inner is None:
            return text
        box = inner
    at = outer.find(keys[-1])
    return text if box.parts or at is None else json_text.remove(text, outer, at)


def _has_mark(entry: object) -> bool:
    return _MARK in json.dumps(entry)


def _damaged(path: str, reason: str) -> ConfigError:
    return ConfigError(f"{path} cannot be read: {reason}", "mend the file and install again")
