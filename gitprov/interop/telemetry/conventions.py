"""Calls of models in spans and log records, by the conventions of those who write them.

Read are the GenAI conventions of OpenTelemetry from 1.37 on (messages in attributes) and before (events),
OpenInference, and OpenLLMetry.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from gitprov.interop.telemetry.call import DescribedCall
from gitprov.interop.telemetry.content import output_of, parsed, prompt_of
from gitprov.interop.telemetry.decode import TelemetryItem
from gitprov.model.canonical import Json

_Attributes = Mapping[str, Json]
#: Operations of the GenAI conventions that call a model for text. A span of an agent repeats what the spans
#: of its calls hold.
_OPERATIONS = {"chat", "text_completion", "generate_content"}
#: Types of a request to a model in the conventions that have them.
_KINDS = {
    ("openinference.span.kind", "LLM"),
    ("llm.request.type", "chat"),
    ("llm.request.type", "completion"),
}
_DETAILS = "gen_ai.client.inference.operation.details"
#: Events with a message to a model, those before 1.37 and their predecessors.
_PROMPTS = {"gen_ai.user.message", "gen_ai.content.prompt"}
#: Events with an answer of a model.
_ANSWERS = {"gen_ai.choice", "gen_ai.content.completion"}
#: Attributes of an event with its content.
_CONTENTS = ("gen_ai.event.content", "gen_ai.prompt", "gen_ai.completion", "message", "content")
_INPUTS = "gen_ai.input.messages", "llm.input_messages", "gen_ai.prompt", "llm.prompts", "input.value"
_OUTPUTS = (
    "gen_ai.output.messages",
    "llm.output_messages",
    "gen_ai.completion",
    "llm.completions",
    "output.value",
)
#: The deepest nesting of a name with numbers, such as `llm.input_messages.0.message.content`.
_MAX_PARTS = 12

#: Fact → attributes that state it; the first that is set counts.
_MODEL = ("gen_ai.response.model", "gen_ai.request.model", "llm.model_name")
_SESSION = ("gen_ai.conversation.id", "session.id", "traceloop.association.properties.session_id")
_NAME = ("traceloop.prompt.key", "llm.prompt_template.name")
_VERSION = ("traceloop.prompt.version", "llm.prompt_template.version", "gitprov.prompt.version")
_USAGE = {
    "input_tokens": ("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens", "llm.token_count.prompt"),
    "output_tokens": (
        *("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens", "llm.token_count.completion"),
    ),
}
_REQUEST = "gen_ai.request."


def calls(items: Iterable[TelemetryItem]) -> list[DescribedCall]:
    """The calls that items of one request describe; items of one span are one call, in their order."""
    groups: dict[str, list[TelemetryItem]] = {}
    for number, item in enumerate(items):
        if _is_call(item):
            key = f"{item.trace}/{item.span}" if item.span else f"#{number}"
            groups.setdefault(key, []).append(item)
    return [_call("" if key.startswith("#") else key, group) for key, group in groups.items()]


def _is_call(item: TelemetryItem) -> bool:
    operation = item.attributes.get("gen_ai.operation.name")
    if operation is not None:
        return operation in _OPERATIONS and (not item.is_log or item.name.startswith("gen_ai."))
    if item.is_log:
        return item.name in _PROMPTS | _ANSWERS | {_DETAILS}
    if any(item.attributes.get(name) == value for name, value in _KINDS):
        return True
    if "openinference.span.kind" in item.attributes or "traceloop.span.kind" in item.attributes:
        return False
    names = {event.name for event in item.events}
    return bool(names & (_PROMPTS | _ANSWERS)) or any(
        name.startswith((*_INPUTS[:4], *_OUTPUTS[:4])) for name in item.attributes
    )


def _call(key: str, group: list[TelemetryItem]) -> DescribedCall:
    attributes = _together(group)
    prompts = [text for item in group for text in _texts(item, _PROMPTS, _INPUTS)]
    answers = [text for item in group for text in _texts(item, _ANSWERS, _OUTPUTS)]
    resource = group[0].resource
    service = resource.get("service.name")
    named = isinstance(service, str) and not service.startswith("unknown_service")
    version = _first(attributes, _VERSION)
    return DescribedCall(
        key=key,
        agent=_first(attributes, ("gen_ai.agent.name",)) or (str(service) if named else None),
        model=_first(attributes, _MODEL),
        session=_first(attributes, _SESSION) or (group[0].trace or None),
        prompt=next(reversed([text for text in map(prompt_of, prompts) if text]), None),
        prompt_name=_first(attributes, _NAME),
        prompt_version=version,
        params=_params(attributes),
        usage=_usage(attributes),
        request_id=_first(attributes, ("gen_ai.response.id",)),
        output="\n".join(filter(None, map(output_of, answers))) or None,
        at=min((item.at for item in group if item.at > 0), default=None),
    )


def _together(group: list[TelemetryItem]) -> dict[str, Json]:
    """The attributes of items of one call, and of the event with its details; earlier ones count."""
    out: dict[str, Json] = {}
    for item in group:
        rows = [item.attributes, *(event.attributes for event in item.events if event.name == _DETAILS)]
        for row in rows:
            out = {**row, **out}
    return out


def _texts(item: TelemetryItem, events: set[str], names: tuple[str, ...]) -> Iterator[Json]:
    """The messages of one side of a call, by the convention that the item follows."""
    rows = [item.attributes, *(event.attributes for event in item.events if event.name == _DETAILS)]
    for attributes in rows:
        value = next(filter(None, (_messages(attributes, name) for name in names)), None)
        if value is not None:
            yield value
            return
    if item.is_log and item.name in events:
        yield _of_role(item.name, item.body or _content(item.attributes))
    for event in item.events:
        if event.name in events:
            yield _of_role(event.name, _content(event.attributes))


def _of_role(name: str, value: Json) -> Json:
    """A message of an event; that of a user may lack its role, which the name of the event states."""
    return {"role": "user", **value} if name == "gen_ai.user.message" and isinstance(value, dict) else value


def _content(attributes: _Attributes) -> Json:
    return next((parsed(attributes[name]) for name in _CONTENTS if attributes.get(name)), None)


def _messages(attributes: _Attributes, name: str) -> Json:
    """Messages in an attribute, or in attributes with numbers below a name; None where there are none."""
    value = attributes.get(name)
    if value is not None:
        return None if name.endswith(".value") and _is_document(attributes, name, value) else value
    prefix = f"{name}."
    tree: dict[str, Any] = {}
    for full, leaf in attributes.items():
        parts = full[len(prefix) :].split(".", _MAX_PARTS)
        if full.startswith(prefix) and parts[0].isdigit():
            _put(tree, parts, leaf)
    return _listed(tree) or None


def _is_document(attributes: _Attributes, name: str, value: Json) -> bool:
    """Whether a plain value is the whole request or answer of a provider in a shape that is not read."""
    kind = attributes.get(name.replace(".value", ".mime_type"))
    return kind == "application/json" and parsed(value) is value


def _put(tree: dict[str, Any], parts: list[str], leaf: Json) -> None:
    """Put a value below its names, unless a name has a value itself."""
    level: Any = tree
    for part in parts[:-1]:
        level = level.setdefault(part, {})
        if not isinstance(level, dict):
            return
    level.setdefault(parts[-1], leaf)


def _listed(value: Any) -> Json:  # noqa: ANN401  # JSON
    """A tree of names in which objects whose names are numbers are lists, in the order of the numbers."""
    if not isinstance(value, dict):
        return value
    if value and all(name.isascii() and name.isdigit() for name in value):
        return [_listed(value[name]) for name in sorted(value, key=lambda name: (len(name), name))]
    return {name: _listed(inner) for name, inner in value.items()}


def _params(attributes: _Attributes) -> dict[str, Json]:
    """The parameters of a request, by the names that providers use."""
    stated = parsed(attributes.get("llm.invocation_parameters"))
    out = {
        name: value
        for name, value in (stated.items() if isinstance(stated, dict) else ())
        if isinstance(value, (str, int, float)) and name != "model"
    }
    for name, value in attributes.items():
        if name.startswith(_REQUEST) and name != "gen_ai.request.model" and value is not None:
            out[name[len(_REQUEST) :]] = value
    return out


def _usage(attributes: _Attributes) -> dict[str, int]:
    rows = {
        fact: next((attributes[name] for name in names if name in attributes), None)
        for fact, names in _USAGE.items()
    }
    return {
        fact: value
        for fact, value in rows.items()
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 60
    }


def _first(attributes: _Attributes, names: Iterable[str]) -> str | None:
    values = (attributes.get(name) for name in names)
    return next((str(v) for v in values if isinstance(v, (str, int)) and v not in ("", True, False)), None)
