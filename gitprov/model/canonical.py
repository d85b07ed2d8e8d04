r"""Canonical JSON bytes and the digests taken over them.

Canonical means: UTF-8, keys sorted, no spaces. Text from bytes that are not UTF-8 holds surrogate escapes;
those are written as JSON escapes (`\udc80`), so the bytes are always valid UTF-8.
"""

from __future__ import annotations

import json
import re

from gitprov.model.sha import sha256_hex

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Json = Any
    """A JSON value as `json.loads` makes it."""
else:
    Json = object

_SURROGATE = "[\ud800-\udfff]"

JsonObject = dict[str, Json]
"""A JSON object."""


def dump(value: Json) -> bytes:
    """Canonical bytes of one JSON value, without a newline. ValueError for NaN and infinities."""
    text = _text(value)
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        # A JSON reader joins two adjacent surrogates to one character, so they are joined before writing.
        text = re.sub(_SURROGATE, lambda m: f"\\u{ord(m.group()):04x}", _text(json.loads(json.dumps(value))))
        return text.encode("utf-8")


_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def _text(value: Json) -> str:
    return _ENCODER.encode(value)


def dump_line(value: Json) -> bytes:
    """Canonical bytes of one JSON Lines row, newline included."""
    return dump(value) + b"\n"


def digest(data: bytes) -> str:
    """`sha256:<64 hex>` of bytes."""
    return "sha256:" + sha256_hex(data)


def digest_of(value: Json) -> str:
    """`sha256:<64 hex>` of a JSON value's canonical line."""
    return digest(dump_line(value))
