"""Prompt and output in the requests and answers of models, in the shapes that providers and frameworks use.

The shapes: chat completions, responses, messages and generateContent of providers, messages of LangChain, and
the messages with parts of the GenAI conventions.
"""

from __future__ import annotations

from collections.abc import Iterator

from gitprov.model.canonical import Json
from gitprov.model.untrusted.jsonvalue import loads

#: Types of parts that are no text of the model: its thoughts, and what tools returned.
_OTHERS = {
    "reasoning", "thinking", "redacted_thinking", "tool_call_response", "tool_result", "function_call_output",
    "image", "image_url", "file", "blob", "uri",
}  # fmt: skip
#: Types of parts that call a tool, whose arguments are the model's text.
_CALLS = {"tool_call", "tool_use", "function_call", "function"}
#: Where an answer, a message or a part has its text: the first that is not empty counts.
_TEXTS = (
    *("text", "content", "parts", "contents", "message_content", "message", "kwargs"),
    *("choices", "generations", "candidates", "output", "outputs", "messages"),
)
#: Where a message has the calls of tools.
_TOOLS = ("tool_calls", "functionCall", "function_call", "tool_call")
#: Where a request has its messages.
_INPUTS = ("messages", "contents", "input", "inputs", "prompt", "prompts")
_ROLES = {"human": "user", "HumanMessage": "user", "ai": "assistant", "SystemMessage": "system"}


def output_of(value: Json) -> str | None:
    """All that a model answered: its texts and the arguments of its calls of tools; None for nothing."""
    return _text(parsed(value)) or None


def prompt_of(value: Json) -> str | None:
    """The text of a request's last message of the user, else of its last message; None for nothing."""
    messages = [(role, text) for role, text in _messages(parsed(value), "") if text]
    users = [text for role, text in messages if role == "user"]
    others = [text for role, text in messages if role not in ("assistant", "tool", "system", "model")]
    return next(reversed(users or others), None)


def parsed(value: Json) -> Json:
    """A value that is the text of a list or object as that list or object; any other as it is."""
    if isinstance(value, str) and value[:1] in ("[", "{"):
        try:
            inner = loads(value)
        except ValueError:
            return value
        if isinstance(inner, dict) or (
            isinstance(inner, list) and inner and isinstance(inner[0], (dict, list))
        ):
            return inner
    return value


def _messages(value: Json, role: str) -> Iterator[tuple[str, str]]:
    """(role, text) of each message of a request."""
    if isinstance(value, str):
        yield role, value
    elif isinstance(value, list):
        for item in value:
            yield from _messages(item, role)
    elif isinstance(value, dict):
        name = next((name for name in _INPUTS if value.get(name) and "role" not in value), None)
        if name is None:
            yield _role(value) or role, _text(value)
        else:
            yield from _messages(value[name], role)


def _role(message: dict[str, Json]) -> str:
    inner = message.get("message", message.get("kwargs"))
    inner = inner if isinstance(inner, dict) else {}
    path = message.get("id")
    names = (
        message.get("role"), inner.get("role"), inner.get("type"), message.get("type"),
        path[-1] if isinstance(path, list) and path else None,
    )  # fmt: skip
    roles = [_ROLES.get(name, name) for name in names if isinstance(name, str)]
    usual = [role for role in roles if role in ("user", "assistant", "system", "tool", "model", "developer")]
    return next(iter(usual), "")


def _text(value: Json) -> str:
    if isinstance(value, str):
        inner = parsed(value) if value.startswith('[{"type"') else value
        return value if inner is value else _text(inner)
    if isinstance(value, list):
        return "\n".join(filter(None, map(_text, value)))
    if not isinstance(value, dict) or value.get("type") in _OTHERS or value.get("thought") is True:
        return ""
    if value.get("type") in _CALLS:
        return "\n".join(_arguments(value))
    text = next(filter(None, (_text(value[name]) for name in _TEXTS if name in value)), "")
    calls = [line for name in _TOOLS if name in value for line in _arguments(value[name])]
    return "\n".join([text, *calls] if text else calls)


def _arguments(value: Json) -> Iterator[str]:
    """The texts among the arguments of calls of tools."""
    if isinstance(value, list):
        for item in value:
            yield from _arguments(item)
    elif isinstance(value, dict):
        for name in ("function", "functionCall", "tool_call"):
            yield from _arguments(value.get(name))
        for name in ("arguments", "args", "input"):
            yield from _strings(parsed(value.get(name)))


def _strings(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, dict)):
        for item in value if isinstance(value, list) else value.values():
            yield from _strings(item)
