"""Spans in OTLP, the wire format of OpenTelemetry: requests to a collector, and its answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from gitprov.interop import protobuf as wire

AttributeValue = str | int | float | bool
"""The value of an attribute."""

Attributes = Mapping[str, AttributeValue]
"""Name → value."""

#: The kind of a span that calls a model elsewhere.
_CLIENT = 3


class OtlpEvent(NamedTuple):
    """A named event at a moment (nanoseconds since 1970) of a span."""

    name: str
    at: int
    attributes: Attributes


class OtlpSpan(NamedTuple):
    """A span of the kind client: ids of 16 and 8 bytes, start and end in nanoseconds since 1970."""

    trace_id: bytes
    span_id: bytes
    name: str
    start: int
    end: int
    attributes: Attributes
    events: Sequence[OtlpEvent] = ()


class OtlpOrigin(NamedTuple):
    """What all spans of a request share: attributes of the resource, name and version of the tool, and the
    address of the schema that the names of attributes follow.
    """

    resource: Attributes
    name: str
    version: str
    schema: str


class PartialSuccess(NamedTuple):
    """The answer of a collector that took a request: the number of spans that it rejects, and its reason."""

    rejected: int
    message: str


def span_bytes(span: OtlpSpan) -> bytes:
    """The message `Span`. Its attributes are sorted by name, so equal spans are equal bytes."""
    return b"".join(
        (
            wire.blob(1, span.trace_id),
            wire.blob(2, span.span_id),
            wire.text(5, span.name),
            wire.whole(6, _CLIENT),
            wire.fixed64(7, span.start),
            wire.fixed64(8, span.end),
            *_attributes(9, span.attributes),
            *(wire.blob(11, _event(event)) for event in span.events),
        )
    )


def request_bytes(origin: OtlpOrigin, spans: Sequence[bytes]) -> bytes:
    """The message `ExportTraceServiceRequest` of encoded spans."""
    scope = wire.text(1, origin.name) + wire.text(2, origin.version)
    in_scope = (wire.blob(1, scope), *(wire.blob(2, span) for span in spans), wire.text(3, origin.schema))
    resource = b"".join(_attributes(1, origin.resource))
    return wire.blob(1, wire.blob(1, resource) + wire.blob(2, b"".join(in_scope)))


def partial_success(data: bytes) -> PartialSuccess:
    """The answer `ExportTraceServiceResponse`. An answer that is no such message rejects nothing."""
    try:
        inner = next((value for field, value in wire.fields(data) if field == 1), b"")
        rows = dict(wire.fields(inner)) if isinstance(inner, bytes) else {}
    except ValueError:
        return PartialSuccess(0, "")
    count, message = rows.get(1, 0), rows.get(2, b"")
    words = message.decode("utf-8", "replace") if isinstance(message, bytes) else ""
    return PartialSuccess(count if isinstance(count, int) and count < 1 << 63 else 0, words)


def _event(event: OtlpEvent) -> bytes:
    parts = wire.fixed64(1, event.at), wire.text(2, event.name), *_attributes(3, event.attributes)
    return b"".join(parts)


def _attributes(field: int, attributes: Attributes) -> list[bytes]:
    return [
        wire.blob(field, _name_field(name) + wire.blob(2, _value(value)))
        for name, value in sorted(attributes.items())
    ]


@lru_cache(maxsize=256)
def _name_field(name: str) -> bytes:
    """The encoded name of an attribute. Names repeat in every span; values do not."""
    return wire.text(1, name)


def _value(value: AttributeValue) -> bytes:
    """The message `AnyValue`."""
    if isinstance(value, bool):
        return wire.whole(2, int(value))
    if isinstance(value, int):
        return wire.whole(3, value)
    return wire.double(4, value) if isinstance(value, float) else wire.text(1, value)
