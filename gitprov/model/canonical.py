r"""Canonical JSON bytes, and digests: over them and over any bytes.

Canonical means: UTF-8, keys sorted, no spaces. Text from bytes that are not UTF-8 holds surrogate escapes;
those are written as JSON escapes (`\udc80`), so the bytes are always valid UTF-8.

`json` imports `re`, which takes half as long as Python itself takes to start, so only writing imports it.
sha1 and sha256 are the interpreter's own: OpenSSL's `hashlib` takes 3 ms to load, a quarter of what Python
itself takes to start. From 1 MiB of hashed data on OpenSSL is used all the same: it is five times as fast.
"""

from __future__ import annotations

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
        import json
        import re

        # A JSON reader joins two adjacent surrogates to one character, so they are joined before writing.
        text = re.sub(_SURROGATE, lambda m: f"\\u{ord(m.group()):04x}", _text(json.loads(json.dumps(value))))
        return text.encode("utf-8")


def _text(value: Json) -> str:
    global _encode
    if _encode is None:
        from json import JSONEncoder

        encoder = JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
        _encode = encoder.encode
    text: str = _encode(value)
    return text


_encode: Any = None


def dump_line(value: Json) -> bytes:
    """Canonical bytes of one JSON Lines row, newline included."""
    return dump(value) + b"\n"


def digest(data: bytes) -> str:
    """`sha256:<64 hex>` of bytes."""
    return "sha256:" + sha256_hex(data)


def digest_of(value: Json) -> str:
    """`sha256:<64 hex>` of a JSON value's canonical line."""
    return digest(dump_line(value))


#: Bytes from which on OpenSSL saves more time than its loading takes.
_MUCH = 1 << 20


def sha256_hex(data: bytes) -> str:
    """64 hex: the sha256 of bytes."""
    global _hashed, _sha256
    _hashed += len(data)
    if _hashed > _MUCH and _sha256 is _BUILT_IN:
        import hashlib

        _sha256 = hashlib.sha256
    return str(_sha256(data).hexdigest())


def blob_hasher(object_format: str, size: int) -> Any:  # noqa: ANN401 - as below
    """A hash object that was given git's header of a blob of `size` bytes.

    `object_format` is sha1 or sha256. It counts towards the bytes from which on OpenSSL is used.
    """
    global _hashed
    _hashed += size
    header = b"blob %d\0" % size
    if _hashed > _MUCH:
        import hashlib

        return hashlib.new(object_format, header, usedforsecurity=False)
    return _load(object_format)(header, usedforsecurity=False)


def _load(name: str) -> Any:  # noqa: ANN401 - the class is in another module in each Python
    """The interpreter's own sha1 or sha256; the latter is in `_sha2` since Python 3.12, in `_sha256`
    before.
    """
    for module in ("_sha1",) if name == "sha1" else ("_sha2", "_sha256"):
        try:
            return getattr(__import__(module), name)
        except (ImportError, AttributeError):
            continue
    import hashlib

    return getattr(hashlib, name)


_BUILT_IN: Any = _load("sha256")
_sha256: Any = _BUILT_IN
_hashed = 0
