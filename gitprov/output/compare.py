"""Output of `gitprov compare` as text and as JSON (docs/versions.md)."""

from __future__ import annotations

from collections.abc import Iterator

from gitprov.model.answers.compare import CompareAnswer, TextChange
from gitprov.model.canonical import JsonObject
from gitprov.output.text import clean
from gitprov.output.versions import changes, comparison, structure_json

VERSION = 1


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
        "behaviour": answer.behaviour._asdict(),
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
    yield comparison("behaviour", answer.behaviour)
    if patch and answer.patch:
        yield ""
        text = answer.patch.decode("utf-8", "surrogateescape").removesuffix("\n")
        yield from map(clean, text.split("\n"))


def _file(row: TextChange) -> str:
    counts = "binary" if row.added is None else f"+{row.added} -{row.removed}"
    origin = f" (was {clean(row.old_path)})" if row.old_path else ""
    return f"{row.change} {clean(row.path)}{origin}  {counts}"
