"""What a receiver of OTLP/HTTP answers: the checks of a request's head, and the bodies of answers."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import NamedTuple

from gitprov.interop import protobuf as wire
from gitprov.model import canonical

MAX_BODY = 16 << 20
"""Bytes of the largest request, as it is sent."""
MAX_CONTENT = 64 << 20
"""Bytes of the largest request without its compression."""
SIGNALS = {"/v1/traces": "traces", "/v1/logs": "logs", "/v1/metrics": "metrics"}
"""Path → what it takes."""
PROTOBUF, JSON = "application/x-protobuf", "application/json"
"""Content types of requests and answers."""
LOCAL = {"127.0.0.1", "localhost", "[::1]"}
"""Names of this machine in the header Host: a page elsewhere cannot send them."""


class OtlpRefusal(NamedTuple):
    """Why a request is not taken: the HTTP status and the reason."""

    status: int
    reason: str


def refusal(path: str, headers: Mapping[str, str | None]) -> OtlpRefusal | None:
    """Why a POST is refused by its path and headers, whose names are in lower case; None where it is not."""
    host = headers.get("host") or ""
    if (host if host.endswith("]") else host.rpartition(":")[0] or host).lower() not in LOCAL:
        return OtlpRefusal(421, "the request is for another host")
    if path.partition("?")[0] not in SIGNALS:
        return OtlpRefusal(404, "traces go to /v1/traces, logs to /v1/logs")
    if kind_of(headers) not in (PROTOBUF, JSON):
        return OtlpRefusal(415, f"the content type is neither {PROTOBUF} nor {JSON}")
    if (headers.get("content-encoding") or "identity").strip().lower() not in ("identity", "gzip"):
        return OtlpRefusal(415, "the content encoding is neither gzip nor none")
    if (headers.get("transfer-encoding") or "").strip().lower() == "chunked":
        return None
    size = (headers.get("content-length") or "").strip()
    if not (size.isascii() and size.isdigit()):
        return OtlpRefusal(411, "the length of the content is missing")
    if len(size) > 12 or int(size) > MAX_BODY:
        return OtlpRefusal(413, f"the request has more than {MAX_BODY >> 20} MiB")
    return None


def kind_of(headers: Mapping[str, str | None]) -> str:
    """The content type of a request, without parameters."""
    return (headers.get("content-type") or "").partition(";")[0].strip().lower()


def unpacked(data: bytes) -> bytes:
    """Content without its gzip. ValueError where it is damaged, OverflowError above MAX_CONTENT bytes."""
    unpacker = zlib.decompressobj(wbits=31)
    try:
        content = unpacker.decompress(data, MAX_CONTENT + 1)
    except zlib.error as error:
        raise ValueError("the gzip is damaged") from error
    if len(content) > MAX_CONTENT:
        raise OverflowError
    if not unpacker.eof or unpacker.unused_data:
        raise ValueError("the gzip is cut off or followed by other bytes")
    return content


def answer(kind: str, signal: str, rejected: int = 0, reason: str = "") -> bytes:
    """The body of a success, in the content type of the request."""
    if kind == JSON:
        name = "rejectedSpans" if signal == "traces" else "rejectedLogRecords"
        partial: canonical.Json = {name: str(rejected), "errorMessage": reason}
        return canonical.dump({"partialSuccess": partial} if rejected else {})
    return wire.blob(1, wire.whole(1, rejected) + wire.text(2, reason)) if rejected else b""


def failure(kind: str, reason: str) -> bytes:
    """The body of a refusal: the message `Status` with the reason."""
    return canonical.dump({"message": reason}) if kind == JSON else wire.text(2, reason)
