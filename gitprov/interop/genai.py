"""A recorded turn of a model as a span, by the GenAI conventions of OpenTelemetry.

The conventions are still in development: names as of 1.37, which later versions kept, or as of 1.36.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from gitprov.interop.otlp import Attributes, AttributeValue, OtlpEvent, OtlpSpan
from gitprov.model import canonical
from gitprov.model.canonical import sha256_hex

#: Versions of the conventions → the address of their schema.
SCHEMAS = {
    "1.37": "https://opentelemetry.io/schemas/1.37.0",
    "1.36": "https://opentelemetry.io/schemas/1.36.0",
}
#: The beginning of a model's name → the provider, as the conventions call it.
_PROVIDERS = (
    (r"claude", "anthropic"), (r"gpt|chatgpt|o[1-9]\b|codex", "openai"), (r"gemini", "gcp.gemini"),
    (r"mistral|codestral|devstral|magistral|mixtral", "mistral_ai"), (r"deepseek", "deepseek"),
    (r"grok", "x_ai"), (r"command", "cohere"),
)  # fmt: skip
#: Providers that the older conventions call something else.
_OLDER = {"x_ai": "xai"}
_SECOND = 1_000_000_000


class PushedTurn(NamedTuple):
    """A trace of a commit's note with what a target may receive. `at`: seconds since 1970.

    `lines`: name of a count → lines. `prompt` and `output` are redacted texts, None where content is not sent
    or not stored.
    """

    repository: str
    oid: str
    trace: str
    at: int
    agent: str | None
    model: str | None
    session: str | None
    evidence: str | None
    prompt_digest: str | None
    prompt_key: str | None
    prompt_version: str | None
    gate: str | None
    lines: Mapping[str, int]
    input_tokens: int | None = None
    output_tokens: int | None = None
    prompt: str | None = None
    output: str | None = None


@lru_cache(maxsize=256)
def provider_of(model: str | None) -> str:
    """The provider of a model, by its name; `_OTHER` where the name shows none."""
    name = (model or "").lower().rpartition("/")[2]
    return next((provider for start, provider in _PROVIDERS if re.match(start, name)), "_OTHER")


def span_of(turn: PushedTurn, semconv: str) -> OtlpSpan:
    """The span of a turn, in the names of a version in `SCHEMAS`.

    Its ids are digests of repository, trace and commit: sent twice, it is the same span. Its duration is 0,
    as only the moment of a turn is recorded.
    """
    trace = sha256_hex(f"gitprov trace\n{turn.repository}\n{turn.trace}".encode("utf-8", "surrogatepass"))
    span = sha256_hex(f"gitprov span\n{trace}\n{turn.oid}".encode())
    name = f"chat {turn.model}" if turn.model else "chat"
    moment = turn.at * _SECOND
    content = _content if semconv == "1.37" else _older_content
    attributes, events = content(turn, moment)
    every = {**_facts(turn, semconv), **attributes}
    return OtlpSpan(bytes.fromhex(trace[:32]), bytes.fromhex(span[:16]), name, moment, moment, every, events)


def _facts(turn: PushedTurn, semconv: str) -> dict[str, AttributeValue]:
    provider = provider_of(turn.model)
    older = semconv == "1.36"
    rows: dict[str, AttributeValue | None] = {
        "gen_ai.operation.name": "chat",
        "gen_ai.system" if older else "gen_ai.provider.name": _OLDER.get(provider, provider)
        if older
        else provider,
        "gen_ai.request.model": turn.model,
        "gen_ai.agent.name": turn.agent,
        "gen_ai.conversation.id": turn.session,
        "gen_ai.usage.input_tokens": turn.input_tokens,
        "gen_ai.usage.output_tokens": turn.output_tokens,
        "vcs.ref.head.revision": turn.oid,
        "gitprov.trace": turn.trace,
        "gitprov.evidence": turn.evidence,
        "gitprov.gate": turn.gate,
        "gitprov.prompt.digest": turn.prompt_digest,
        "gitprov.prompt.key": turn.prompt_key,
        "gitprov.prompt.version": turn.prompt_version,
        **{f"gitprov.lines.{name}": count for name, count in turn.lines.items()},
    }
    return {name: value for name, value in rows.items() if value is not None}


def _content(turn: PushedTurn, _moment: int) -> tuple[Attributes, list[OtlpEvent]]:
    """The texts as messages in attributes."""
    out: dict[str, AttributeValue] = {}
    if turn.prompt is not None:
        message = {"role": "user", "parts": [{"type": "text", "content": turn.prompt}]}
        out["gen_ai.input.messages"] = _json([message])
    if turn.output is not None:
        parts = [{"type": "text", "content": turn.output}]
        out["gen_ai.output.messages"] = _json(
            [{"role": "assistant", "parts": parts, "finish_reason": "stop"}]
        )
    return out, []


def _older_content(turn: PushedTurn, moment: int) -> tuple[Attributes, list[OtlpEvent]]:
    """The texts as events."""
    events = []
    if turn.prompt is not None:
        events.append(OtlpEvent("gen_ai.user.message", moment, {"role": "user", "content": turn.prompt}))
    if turn.output is not None:
        answer: Attributes = {"index": 0, "finish_reason": "stop", "message": _json({"content": turn.output})}
        events.append(OtlpEvent("gen_ai.choice", moment, answer))
    return {}, events


def _json(value: canonical.Json) -> str:
    return canonical.dump(value).decode()
