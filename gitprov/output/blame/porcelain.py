"""Output of `git ai-blame --porcelain`: git's format with `ai-*` headers before each line's text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from gitprov.model.answers.blame import Facts

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def render(rows: Sequence[bytes], facts_by_row: Mapping[int, Facts]) -> Iterator[bytes]:
    """Git's rows unchanged, with headers before each row whose 0-based index is in `facts_by_row`."""
    made: dict[Facts, bytes] = {}
    for at, row in enumerate(rows):
        facts = facts_by_row.get(at)
        if facts is not None:
            headers = made.get(facts)
            if headers is None:
                headers = made[facts] = headers_of(facts)
            yield headers
        yield row + b"\n" if at < len(rows) - 1 else row


def headers_of(facts: Facts) -> bytes:
    """`ai-class`, and a header for each known fact, one line each: control characters become spaces."""
    named = [("class", facts.cls), *zip(Facts._fields[1:], facts[1:], strict=True)]
    rows = [f"ai-{key.replace('_', '-')} {_CONTROL.sub(' ', value)}\n" for key, value in named if value]
    return "".join(rows).encode("utf-8", "surrogateescape")
