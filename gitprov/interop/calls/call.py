"""What is recorded of one call of a model, and how requests and answers are read in common."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from gitprov.model.canonical import Json, JsonObject
from gitprov.model.untrusted.jsonvalue import loads

_PARAMETERS = frozenset(
    [
        *("temperature", "top_p", "top_k", "min_p", "seed", "n", "stop", "stop_sequences"),
        *("max_tokens", "max_completion_tokens", "max_output_tokens"),
        *("presence_penalty", "frequency_penalty", "repetition_penalty"),
        *("reasoning", "reasoning_effort", "thinking", "verbosity", "truncation", "service_tier"),
        *("response_format", "text", "output_config", "modalities", "tool_choice", "parallel_tool_calls"),
    ]
)
"""Fields of a request that are recorded. A list of what is kept, since other fields may hold credentials."""
_WRITTEN = frozenset(
    [
        *("content", "contents", "text", "code", "code_edit", "replacement"),
        *("new_string", "new_str", "new_text", "new_content", "new_code", "new_source"),
        *("file_text", "insert_text", "newString", "newText", "fileText"),
    ]
)
"""Names of arguments whose text a tool writes to a file, of the agents that are known."""
_LONGEST = 1 << 16
"""Characters of the longest parameter, as JSON."""


class ModelRequest(NamedTuple):
    """What a program sent: the newest text of the user, the model's name, the parameters with `system`."""

    prompt: str | None
    model: str | None
    params: Mapping[str, Json]


class ModelReply(NamedTuple):
    """What the model answered. `complete` is False where the answer was cut off."""

    output: str
    model: str | None
    id: str | None
    usage: Mapping[str, int]
    complete: bool


class ModelCall(NamedTuple):
    """A request and its answer; `request_id` is the provider's."""

    request: ModelRequest
    reply: ModelReply
    request_id: str | None


def request_of(body: JsonObject, messages: Iterable[tuple[Json, Json]], system: Json) -> ModelRequest:
    """A request from (role, content) of its messages; messages of the system are added to `system`."""
    prompt, standing, count = None, [text_of(system)], 0
    for role, content in messages:
        count += 1
        text = text_of(content)
        if role in ("system", "developer"):
            standing.append(text)
        elif role == "user" and text:
            prompt = text
    params = {name: value for name, value in body.items() if name in _PARAMETERS and _is_short(value)}
    joined = "\n\n".join(filter(None, standing))
    if joined and _is_short(joined):
        params["system"] = joined
    if count > 1:
        params["messages"] = count
    return ModelRequest(prompt, text_or_none(body.get("model")), params)


def _is_short(value: Json) -> bool:
    return value is not None and len(json.dumps(value)) <= _LONGEST


def text_of(content: Json) -> str:
    """The text of a message: itself, or the texts of its parts, each on lines of its own."""
    if isinstance(content, str):
        return content
    return "\n".join(text for part in rows_of(content) if (text := text_or_none(part.get("text"))))


def rows_of(value: Json) -> list[JsonObject]:
    """The objects of a list; none where it is no list."""
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def object_of(value: Json) -> JsonObject:
    """A JSON object; empty for other values."""
    return value if isinstance(value, dict) else {}


def text_or_none(value: Json) -> str | None:
    """A text that is not empty."""
    return value if isinstance(value, str) and value else None


def counts_of(value: Json) -> dict[str, int]:
    """The whole numbers of an object, such as counts of tokens."""
    return {name: n for name, n in object_of(value).items() if type(n) is int}


def tool_lines(name: str | None, call: str | None, argument: Json) -> str:
    """A call of a tool: a header, then its argument. Texts that a tool writes to files, and other texts of
    several lines, are lines of their own.

    An argument that is a text is read as JSON where it is an object. Lines that a tool writes to a file are
    whole lines here, so that they can be recognized.
    """
    if isinstance(argument, str):
        try:
            value = loads(argument)
        except ValueError:
            value = argument
        argument = value if isinstance(value, (dict, list)) else argument
    head = " ".join(filter(None, ("tool", name, call)))
    return "\n".join([f"[{head}]", *([] if argument is None else _shown("", argument))])


def _shown(name: str, value: Json) -> list[str]:
    if isinstance(value, dict):
        return [line for key, item in value.items() for line in _shown(f"{name}.{key}".lstrip("."), item)]
    if isinstance(value, list):
        return [line for item in value for line in _shown(name, item)]
    text = value if isinstance(value, str) else json.dumps(value)
    if "\n" in text or not name or name.rpartition(".")[2] in _WRITTEN:
        return [f"{name}:", text] if name else [text]
    return [f"{name}: {text}"]
