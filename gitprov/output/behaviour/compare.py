"""Output of `gitprov compare` as text and as JSON (docs/versions.md)."""

from __future__ import annotations

from collections.abc import Iterator

from gitprov.model.answers.behaviour.compare import SAME, BehaviourAnswer, CompareAnswer, TextChange
from gitprov.model.canonical import JsonObject
from gitprov.output.behaviour.versions import changes, comparison, structure_json
from gitprov.output.text import clean

VERSION = 1
#: The most definitions that are listed.
_MOST = 12


def as_json(answer: CompareAnswer) -> JsonObject:
    """The comparison as one JSON document."""
    return {
        "v": VERSION,
        "old": {"name": answer.old.name, "trace": answer.old.trace, "files": sorted(answer.old.files)},
        "new": {"name": answer.new.name, "trace": answer.new.trace, "files": sorted(answer.new.files)},
        "text": {
            **answer.text._asdict(),
            "files": [row._asdict() for row in answer.files],
            "patch": answer.patch.decode("utf-8", "surrogateescape"),
        },
        "structure": structure_json(answer.definitions),
        "behaviour": {
            **answer.behaviour.result._asdict(),
            "sandbox": answer.behaviour.sandbox,
            "definitions": [row._asdict() for row in answer.behaviour.trials],
        },
    }


def render(answer: CompareAnswer, *, patch: bool) -> Iterator[str]:
    """The comparison as lines without newlines; `patch`: with git's diff at the end."""
    yield f"{clean(answer.old.name)} → {clean(answer.new.name)}"
    yield comparison("text", answer.text)
    yield from (f"  {_file(row)}" for row in answer.files)
    yield comparison("structure", answer.structure)
    yield from (f"  {line}" for line in changes(answer.definitions.changes))
    for row in answer.definitions.unread:
        if answer.definitions.changes:
            yield f"  unknown in {clean(row.path)}: {clean(row.reason)}"
    yield comparison("behaviour", answer.behaviour.result)
    yield from (f"  {line}" for line in _trials(answer.behaviour))
    if patch and answer.patch:
        yield ""
        text = answer.patch.decode("utf-8", "surrogateescape").removesuffix("\n")
        yield from map(clean, text.split("\n"))


def _trials(answer: BehaviourAnswer) -> Iterator[str]:
    """The definitions that differ or are unknown; where the result is a single reason, that says it."""
    rows = [row for row in answer.trials if row.state != SAME]
    for row in rows[:_MOST] if len(rows) > 1 else ():
        yield f"{row.state} {clean(row.name)}: {clean(row.text)}  {clean(row.path)}"
    if len(rows) > _MOST:
        yield f"and {len(rows) - _MOST} more"


def _file(row: TextChange) -> str:
    counts = "binary" if row.added is None else f"+{row.added} -{row.removed}"
    origin = f" (was {clean(row.old_path)})" if row.old_path else ""
    return f"{row.change} {clean(row.path)}{origin}  {counts}"
