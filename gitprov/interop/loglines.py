"""Recorded turns as lines of a log: the bodies that Loki and Datadog take."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from gitprov.interop.otlp import AttributeValue, OtlpSpan
from gitprov.model import canonical


def log_line(span: OtlpSpan) -> bytes:
    """A span as one JSON line: its ids, name and attributes; of events those of the event's name."""
    events = {event.name: dict(event.attributes) for event in span.events}
    return canonical.dump(
        {
            "trace_id": span.trace_id.hex(),
            "span_id": span.span_id.hex(),
            "name": span.name,
            "at": span.start // 1_000_000_000,
            **span.attributes,
            **events,
        }
    )


def loki_body(resource: Mapping[str, AttributeValue], lines: Sequence[tuple[int, bytes]]) -> bytes:
    """A push request of Loki: one stream, (nanoseconds, line) in the order of time."""
    labels = {"service_name": str(resource["service.name"])}
    if resource.get("vcs.repository.name"):
        labels["repository"] = str(resource["vcs.repository.name"])
    values = [[str(at), line.decode()] for at, line in sorted(lines)]
    return _body({"streams": [{"stream": labels, "values": values}]})


def datadog_body(resource: Mapping[str, AttributeValue], lines: Sequence[tuple[int, bytes]]) -> bytes:
    """A request of Datadog's logs: a list of entries whose messages are the lines."""
    service = str(resource["service.name"])
    return _body(
        [
            {
                "ddsource": "gitprov",
                "service": service,
                "timestamp": at // 1_000_000,
                "message": line.decode(),
            }
            for at, line in sorted(lines)
        ]
    )


def _body(value: canonical.Json) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
