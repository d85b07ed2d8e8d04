"""Lines as git counts them."""

from __future__ import annotations

import re

LEAST_BLOCK = 3
"""The least number of telling lines by which a block is known again in another place."""

_WORD = re.compile(rb"[\w\x80-\xff]")
_SLICE = 1 << 14


def split_lines(data: bytes) -> list[bytes]:
    """Lines, each with its newline; only LF ends a line, the last may lack one."""
    if b"\r" not in data:
        return data.splitlines(keepends=True)  # several times as fast, but it also splits at CR
    lines = [line + b"\n" for line in data.split(b"\n")]
    last = lines.pop()[:-1]
    if last:
        lines.append(last)
    return lines


def utf8(text: str, errors: str = "strict") -> bytes:
    """Text as UTF-8. As agents write them, surrogate pairs are joined and lone surrogates become U+FFFD.

    `errors` is the error handler of Python that is tried first.
    """
    try:
        return text.encode("utf-8", errors)
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode("utf-8")


def count_lines(data: bytes) -> int:
    """How many lines git counts in `data`."""
    return data.count(b"\n") + (1 if data and not data.endswith(b"\n") else 0)


def same_text(content: bytes | None, other: bytes) -> bool:
    """Whether two contents are equal except for LF and CRLF line ends; None equals no content."""
    return content is not None and content.replace(b"\r\n", b"\n") == other.replace(b"\r\n", b"\n")


def with_neighbours(lines: list[bytes]) -> list[tuple[bytes, bytes, bytes]]:
    """(line above, line, line below) for each line; b"" above the first line and below the last."""
    return list(zip([b"", *lines], lines, [*lines[1:], b""], strict=False))


def is_trivial(line: bytes) -> bool:
    """Whether a line is blank or has brackets and punctuation only: such lines do not show who wrote them."""
    return _WORD.search(line) is None


def introduced(old: bytes, new: bytes) -> set[bytes]:
    """The telling lines, without line ends, between the common start and the common end of two contents.

    These are all lines of `new` that any diff of the two calls added, and those that it finds between them.
    """
    before, after = split_lines(old), split_lines(new)
    most = min(len(before), len(after))
    start = next((n for n in range(most) if before[n] != after[n]), most)
    tail = next((n for n in range(most - start) if before[-1 - n] != after[-1 - n]), most - start)
    return {line.rstrip(b"\r\n") for line in after[start : len(after) - tail] if not is_trivial(line)}


def common_prefix(a: bytes, b: bytes) -> int:
    """How many bytes two texts share at their beginning. Slices are compared at the speed of memory."""
    low, most = 0, min(len(a), len(b))
    while low + _SLICE < most and b.startswith(a[low : low + _SLICE], low):
        low += _SLICE
    high = min(low + _SLICE, most)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if b.startswith(a[low:middle], low) else (low, middle - 1)
    return low


def common_suffix(a: bytes, b: bytes, limit: int) -> int:
    """How many bytes two texts share at their end, at most `limit`, which is no more than either has."""
    low, first, second = 0, len(a), len(b)
    while low + _SLICE < limit and b.endswith(a[first - low - _SLICE : first - low], 0, second - low):
        low += _SLICE
    high = min(low + _SLICE, limit)
    while low < high:
        middle = (low + high + 1) // 2
        same = b.endswith(a[first - middle : first - low], 0, second - low)
        low, high = (middle, high) if same else (low, middle - 1)
    return low
