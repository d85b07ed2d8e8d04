"""Reads requests of OTLP/HTTP: traces and logs, as protobuf and as JSON.

Protobuf is decoded into the shape of OTLP's JSON, so that the rest reads only that shape.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from gitprov.interop import protobuf as wire
from gitprov.model.canonical import Json
from gitprov.model.untrusted.jsonvalue import loads

#: How deep messages may be nested in protobuf: seven levels down to a value, the rest for lists in it.
_MAX_DEPTH = 64
#: Message → field number → (name in JSON, type, which is a message or a kind of value). Unknown fields are
#: skipped, as OTLP demands.
_FIELDS: Mapping[str, Mapping[int, tuple[str, str]]] = {
    "traces": {1: ("resourceSpans", "resource spans")},
    "logs": {1: ("resourceLogs", "resource logs")},
    "resource spans": {1: ("resource", "resource"), 2: ("scopeSpans", "scope spans")},
    "resource logs": {1: ("resource", "resource"), 2: ("scopeLogs", "scope logs")},
    "resource": {1: ("attributes", "pair")},
    "scope spans": {2: ("spans", "span")},
    "scope logs": {2: ("logRecords", "log")},
    "span": {
        1: ("traceId", "hex"), 2: ("spanId", "hex"), 5: ("name", "text"), 7: ("startTimeUnixNano", "fixed"),
        9: ("attributes", "pair"), 11: ("events", "event"),
    },
    "event": {1: ("timeUnixNano", "fixed"), 2: ("name", "text"), 3: ("attributes", "pair")},
    "log": {
        1: ("timeUnixNano", "fixed"), 5: ("body", "value"), 6: ("attributes", "pair"), 9: ("traceId", "hex"),
        10: ("spanId", "hex"), 11: ("observedTimeUnixNano", "fixed"), 12: ("eventName", "text"),
    },
    "pair": {1: ("key", "text"), 2: ("value", "value")},
    "value": {
        1: ("stringValue", "text"), 2: ("boolValue", "bool"), 3: ("intValue", "whole"),
        4: ("doubleValue", "double"), 5: ("arrayValue", "values"), 6: ("kvlistValue", "pairs"),
    },
    "values": {1: ("values", "value")},
    "pairs": {1: ("values", "pair")},
}  # fmt: skip
_LISTS = {
    *("resourceSpans", "resourceLogs", "scopeSpans", "scopeLogs", "spans", "logRecords"),
    *("attributes", "events", "values"),
}


class TelemetryEvent(NamedTuple):
    """An event of a span."""

    name: str
    attributes: Mapping[str, Json]


class TelemetryItem(NamedTuple):
    """A span with its events, or a log record, whose `body` is any value and whose `name` is its event's.

    `trace` and `span` are ids in hex, empty where a log record has none; `at` is in seconds since 1970, 0
    where it is not stated; `resource` are the attributes of what sent it.
    """

    is_log: bool
    trace: str
    span: str
    name: str
    at: int
    attributes: Mapping[str, Json]
    resource: Mapping[str, Json]
    body: Json = None
    events: tuple[TelemetryEvent, ...] = ()


def items(data: bytes, signal: str, *, is_json: bool) -> list[TelemetryItem]:
    """The spans (`signal` is traces) or log records (logs) of a request. ValueError where it is malformed."""
    document: Any = loads(data) if is_json else _message(data, signal, 0)
    if not isinstance(document, dict):
        raise ValueError("the request is no object")
    resources = _rows(document, "resourceSpans" if signal == "traces" else "resourceLogs")
    scopes, rows = ("scopeSpans", "spans") if signal == "traces" else ("scopeLogs", "logRecords")
    read = _span if signal == "traces" else _log
    return [
        read(row, resource)
        for entry in resources
        for resource in [_attributes(_object(entry, "resource"))]
        for scope in _rows(entry, scopes)
        for row in _rows(scope, rows)
    ]


def _span(row: dict[str, Any], resource: Mapping[str, Json]) -> TelemetryItem:
    events = tuple(TelemetryEvent(_text(event, "name"), _attributes(event)) for event in _rows(row, "events"))
    at = _seconds(row, "startTimeUnixNano")
    return TelemetryItem(
        False, _text(row, "traceId").lower(), _text(row, "spanId").lower(), _text(row, "name"), at,
        _attributes(row), resource, None, events,
    )  # fmt: skip


def _log(row: dict[str, Any], resource: Mapping[str, Json]) -> TelemetryItem:
    attributes = _attributes(row)
    at = _seconds(row, "timeUnixNano") or _seconds(row, "observedTimeUnixNano")
    name = _text(row, "eventName") or attributes.get("event.name")
    return TelemetryItem(
        True, _text(row, "traceId").lower(), _text(row, "spanId").lower(),
        name if isinstance(name, str) else "", at, attributes, resource, _plain(row.get("body")),
    )  # fmt: skip


def _message(data: bytes, message: str, depth: int) -> dict[str, Any]:
    """A message of protobuf in the shape of OTLP's JSON."""
    if depth > _MAX_DEPTH:
        raise ValueError("nested too deep")
    out: dict[str, Any] = {}
    for number, value in wire.fields(data):
        name, kind = _FIELDS[message].get(number, ("", ""))
        if not name:
            continue
        read = _field(value, kind, depth)
        if name in _LISTS:
            out.setdefault(name, []).append(read)
        else:
            out[name] = read
    return out


def _field(value: int | bytes, kind: str, depth: int) -> Any:  # noqa: ANN401  # JSON
    if isinstance(value, int):
        if kind == "bool":
            return bool(value)
        if kind == "whole":
            return value - (1 << 64) if value >> 63 else value
    elif kind in _FIELDS:
        return _message(value, kind, depth + 1)
    elif kind == "text":
        return value.decode("utf-8", "replace")
    elif kind == "hex":
        return value.hex()
    elif kind in ("fixed", "double") and len(value) == 8:
        return struct.unpack("<Q" if kind == "fixed" else "<d", value)[0]
    raise ValueError("a field has a value of another type")


# -- the shape of JSON ---------------------------------------------------------------------------------------


def _rows(row: dict[str, Any], name: str) -> Iterator[dict[str, Any]]:
    value = row.get(name)
    if value is not None and not isinstance(value, list):
        raise ValueError(f"{name} is no list")
    for item in value or ():
        if not isinstance(item, dict):
            raise ValueError(f"{name} contains what is no object")
        yield item


def _object(row: dict[str, Any], name: str) -> dict[str, Any]:
    value = row.get(name)
    if value is not None and not isinstance(value, dict):
        raise ValueError(f"{name} is no object")
    return value or {}


def _text(row: dict[str, Any], name: str) -> str:
    value = row.get(name)
    if value is not None and not isinstance(value, str):
        raise ValueError(f"{name} is no text")
    return value or ""


def _seconds(row: dict[str, Any], name: str) -> int:
    """A moment in nanoseconds, which JSON has as text, in seconds."""
    return _whole(row.get(name) or 0, name) // 1_000_000_000


def _whole(value: object, name: str) -> int:
    if isinstance(value, int):
        return value
    if isinstance(value, str) and value.isascii() and value.removeprefix("-").isdigit() and len(value) <= 20:
        return int(value)
    raise ValueError(f"{name} is no whole number")


def _attributes(row: dict[str, Any]) -> dict[str, Json]:
    return {_text(pair, "key"): _plain(pair.get("value")) for pair in _rows(row, "attributes")}


def _plain(value: object) -> Json:
    """The value of an `AnyValue`; None for bytes and for nothing."""
    if not isinstance(value, dict):
        return None
    if "stringValue" in value:
        return _text(value, "stringValue")
    if "intValue" in value:
        return _whole(value["intValue"], "intValue")
    if "arrayValue" in value:
        return [_plain(item) for item in _rows(_object(value, "arrayValue"), "values")]
    if "kvlistValue" in value:
        pairs = _rows(_object(value, "kvlistValue"), "values")
        return {_text(pair, "key"): _plain(pair.get("value")) for pair in pairs}
    scalar = value.get("boolValue", value.get("doubleValue"))
    if isinstance(scalar, (bool, int)):
        return scalar
    return scalar if isinstance(scalar, float) and scalar - scalar == 0 else None
