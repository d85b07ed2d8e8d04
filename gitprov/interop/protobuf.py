"""The parts of the protobuf wire format that OTLP needs: writing fields, and reading a message's fields.

Numbers are written even where they are 0, as a field in a oneof needs it; callers leave out what is absent.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_MOST = (1 << 64) - 1
#: The numbers of a single byte: nearly every field's key and most lengths.
_SHORT = [bytes((number,)) for number in range(0x80)]


def varint(number: int) -> bytes:
    """A whole number in groups of 7 bits; a negative one as its 64-bit complement."""
    if 0 <= number <= 0x7F:
        return _SHORT[number]
    rest = number & _MOST
    out = bytearray()
    while rest > 0x7F:
        out.append(rest & 0x7F | 0x80)
        rest >>= 7
    out.append(rest)
    return bytes(out)


def whole(field: int, number: int) -> bytes:
    """A field of the type int64, uint32, bool or an enumeration."""
    return varint(field << 3 | _VARINT) + varint(number)


def fixed64(field: int, number: int) -> bytes:
    """A field of the type fixed64."""
    return varint(field << 3 | _FIXED64) + struct.pack("<Q", number)


def double(field: int, number: float) -> bytes:
    """A field of the type double."""
    return varint(field << 3 | _FIXED64) + struct.pack("<d", number)


def blob(field: int, data: bytes) -> bytes:
    """A field of the type bytes, or a message that is already encoded."""
    size = len(data)
    if field <= 0xF and size <= 0x7F:
        return _SHORT[field << 3 | _BYTES] + _SHORT[size] + data
    return varint(field << 3 | _BYTES) + varint(size) + data


def text(field: int, value: str) -> bytes:
    """A field of the type string. A surrogate, which UTF-8 does not have, becomes a question mark."""
    return blob(field, value.encode("utf-8", "replace"))


def fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """(field, value) of each field of a message: a number, or the bytes of anything else.

    ValueError where the bytes are no message.
    """
    at = 0
    while at < len(data):
        key, at = _read_varint(data, at)
        kind = key & 7
        if kind == _VARINT:
            number, at = _read_varint(data, at)
            yield key >> 3, number
            continue
        if kind == _BYTES:
            size, at = _read_varint(data, at)
        elif kind in (_FIXED64, _FIXED32):
            size = 8 if kind == _FIXED64 else 4
        else:
            raise ValueError(f"field {key >> 3} is of an unknown wire type")
        if at + size > len(data):
            raise ValueError("the message is cut off")
        yield key >> 3, data[at : at + size]
        at += size


def _read_varint(data: bytes, at: int) -> tuple[int, int]:
    number = 0
    for shift in range(0, 70, 7):
        if at >= len(data):
            raise ValueError("the message is cut off")
        number |= (data[at] & 0x7F) << shift
        at += 1
        if data[at - 1] < 0x80:
            return number, at
    raise ValueError("a number is too long")
