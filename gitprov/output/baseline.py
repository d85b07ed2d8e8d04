"""Pins and their comparison, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from gitprov.model.canonical import Json, JsonObject


class MovedCase(Protocol):
    """A case that diverges: `places` are the differences in words, `old` and `new` the values as text."""

    @property
    def case(self) -> str:
        """The case's name."""
        ...

    @property
    def old(self) -> str | None:
        """The pinned value."""
        ...

    @property
    def new(self) -> str | None:
        """The present value."""
        ...

    @property
    def places(self) -> list[str]:
        """The differences."""
        ...


def pin_lines(commit: str, facts: JsonObject) -> Iterator[str]:
    """A pin in a few lines."""
    cases, prompt = _object(facts.get("cases")), _object(facts.get("prompt"))
    yield f"{commit[:12]} {facts.get('at')} by {facts.get('by')}"
    yield f"  {facts.get('function')}, {_many(cases.get('count'))} of {cases.get('path')}"
    if prompt:
        version = prompt.get("version") or "not recorded"
        yield f"  prompt {prompt.get('path')}, version {version}, {prompt.get('digest')}"
    yield f"  accepted divergence {facts.get('divergence')} %"
    if facts.get("reason"):
        yield f"  {facts.get('reason')}"


def _many(count: Json) -> str:
    return f"{count} case" if count == 1 else f"{count} cases"


def _object(value: Json) -> JsonObject:
    return value if isinstance(value, dict) else {}


def comparison_lines(
    name: str, summary: str, moved: Sequence[MovedCase], problems: Sequence[tuple[str, str]]
) -> Iterator[str]:
    """A comparison: the summary, each case that diverges, each that could not be compared."""
    yield f"{name}: {summary}"
    for row in moved:
        yield f"  {row.case}"
        if row.places:
            yield from (f"    {place}" for place in row.places)
        else:
            yield from (f"    - {row.old or 'nothing'}", f"    + {row.new or 'nothing'}")
    for case, problem in problems:
        yield f"  {case}: unknown: {problem}"
