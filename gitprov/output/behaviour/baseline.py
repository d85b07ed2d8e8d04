"""Pins and their comparison, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from gitprov.model.answers.behaviour.grade import CorpusGrade
from gitprov.model.canonical import Json, JsonObject
from gitprov.output.text import clean


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


def grade_lines(name: str, grade: CorpusGrade) -> Iterator[str]:
    """A grade in words, with the changes that no case notices."""
    count = len(grade.rows)
    tried = "" if count == grade.total else f", of {grade.total} there are"
    yield (
        f"{name}: {count - len(grade.survivors)} of {count} small changes are noticed{tried}:"
        f" {grade.percent:.1f} %"
    )
    yield from (f"  {clean(grade.path)}:{row.line}: {clean(row.change)}" for row in grade.survivors)


def grade_json(name: str, grade: CorpusGrade) -> JsonObject:
    """A grade as one JSON document."""
    return {
        "v": 1,
        "feature": name,
        "path": grade.path,
        "sandbox": grade.backend,
        "mutants": grade.total,
        "tried": len(grade.rows),
        "percent": round(grade.percent, 2),
        "survivors": [{"line": row.line, "change": row.change} for row in grade.survivors],
    }


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
