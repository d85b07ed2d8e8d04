"""Recorded turns as Helicone's log of custom models takes them: a request for each turn."""

from __future__ import annotations

import json
from collections.abc import Iterator

from gitprov.interop.otlp import AttributeValue, OtlpSpan
from gitprov.model.canonical import Json, JsonObject, sha256_hex

_URL = "custom-model-nopath"
_SECOND = 1_000_000_000
_MODEL, _SESSION = "gen_ai.request.model", "gen_ai.conversation.id"
_KEPT = ("gitprov.", "vcs.", "gen_ai.agent.name")


def helicone_body(span: OtlpSpan) -> bytes:
    """The request of a span. Its id follows from the span's ids: sent twice, it is the same entry."""
    facts = span.attributes
    request: JsonObject = {
        "model": str(facts.get(_MODEL, "unknown")),
        "messages": list(_messages(span, "user")),
    }
    answer: JsonObject = {
        "model": request["model"],
        "choices": [{"index": 0, "message": message} for message in _messages(span, "assistant")],
    }
    sent, received = (facts.get(f"gen_ai.usage.{name}_tokens") for name in ("input", "output"))
    if isinstance(sent, int) and isinstance(received, int):
        total = sent + received
        answer["usage"] = {"prompt_tokens": sent, "completion_tokens": received, "total_tokens": total}
    timing = {
        name: {"seconds": at // _SECOND, "milliseconds": at % _SECOND // 1_000_000}
        for name, at in (("startTime", span.start), ("endTime", span.end))
    }
    body = {
        "providerRequest": {"url": _URL, "json": request, "meta": dict(_meta(span))},
        "providerResponse": {"headers": {}, "status": 200, "json": answer},
        "timing": timing,
    }
    return json.dumps(body, separators=(",", ":"), sort_keys=True).encode()


def _meta(span: OtlpSpan) -> Iterator[tuple[str, str]]:
    """What Helicone reads as headers: values are ASCII, since it refuses others."""
    name = sha256_hex(span.trace_id + span.span_id)
    yield "Helicone-Request-Id", f"{name[:8]}-{name[8:12]}-5{name[13:16]}-a{name[17:20]}-{name[20:32]}"
    if _SESSION in span.attributes:
        yield "Helicone-Session-Id", _ascii(span.attributes[_SESSION])
    for name, value in sorted(span.attributes.items()):
        if name.startswith(_KEPT):
            yield f"Helicone-Property-{name}", _ascii(value)


def _ascii(value: AttributeValue) -> str:
    text = str(value).encode("ascii", "backslashreplace").decode()
    return "".join(char for char in text if char.isprintable()).strip()


def _messages(span: OtlpSpan, role: str) -> Iterator[JsonObject]:
    """The texts of a role, which a span has only where content is pushed."""
    name = "gen_ai.input.messages" if role == "user" else "gen_ai.output.messages"
    rows: Json = json.loads(str(span.attributes.get(name, "[]")))
    for row in rows if isinstance(rows, list) else ():
        yield {"role": role, "content": "".join(part["content"] for part in row["parts"])}
