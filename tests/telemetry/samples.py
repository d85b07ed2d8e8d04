"""Telemetry as programs send it, encoded by the library of OpenTelemetry."""

from __future__ import annotations

from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

from tests.sdks import answers

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
AT = 1769940004
OUTPUT, PROMPT = answers.OUTPUT, answers.PROMPT


def value(thing: Any) -> AnyValue:
    """A value as the library holds it."""
    out = AnyValue()
    if isinstance(thing, bool):
        out.bool_value = thing
    elif isinstance(thing, int):
        out.int_value = thing
    elif isinstance(thing, float):
        out.double_value = thing
    elif isinstance(thing, list):
        out.array_value.values.extend(map(value, thing))
    elif isinstance(thing, dict):
        out.kvlist_value.values.extend(pairs(thing))
    elif thing is not None:
        out.string_value = thing
    return out


def pairs(things: dict[str, Any]) -> list[KeyValue]:
    """Attributes as the library holds them."""
    return [KeyValue(key=name, value=value(thing)) for name, thing in things.items()]


def span(
    attributes: dict[str, Any],
    events: list[tuple[str, dict[str, Any]]] | None = None,
    service: str = "codegen",
    span_id: str = SPAN,
) -> bytes:
    """A request with one span."""
    request = ExportTraceServiceRequest()
    row = request.resource_spans.add()
    row.resource.attributes.extend(pairs({"service.name": service}))
    one = row.scope_spans.add().spans.add(
        trace_id=bytes.fromhex(TRACE), span_id=bytes.fromhex(span_id), name="chat m", kind=3,
        start_time_unix_nano=AT * 10**9 + 5, end_time_unix_nano=(AT + 2) * 10**9,
    )  # fmt: skip
    one.attributes.extend(pairs(attributes))
    for name, more in events or []:
        one.events.add(name=name, time_unix_nano=AT * 10**9).attributes.extend(pairs(more))
    data: bytes = request.SerializeToString()
    return data


def logs(*records: tuple[str, Any, dict[str, Any]], service: str = "codegen", in_span: bool = True) -> bytes:
    """A request with log records: (event name, body, attributes)."""
    request = ExportLogsServiceRequest()
    row = request.resource_logs.add()
    row.resource.attributes.extend(pairs({"service.name": service}))
    scope = row.scope_logs.add()
    for name, body, attributes in records:
        record = scope.log_records.add(observed_time_unix_nano=AT * 10**9, event_name=name)
        if in_span:
            record.trace_id, record.span_id = bytes.fromhex(TRACE), bytes.fromhex(SPAN)
        record.attributes.extend(pairs(attributes))
        if body is not None:
            record.body.CopyFrom(value(body))
    data: bytes = request.SerializeToString()
    return data
