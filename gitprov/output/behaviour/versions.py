"""Output of `gitprov versions` and `gitprov compare` as text and as JSON (docs/versions.md)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gitprov.model.answers.behaviour.compare import AspectResult, StructureAnswer, StructureChange
from gitprov.model.answers.behaviour.versions import (
    ALTERED,
    DELETED,
    FIRST,
    UNREAD,
    FileVersion,
    OutputVersion,
    PromptSeries,
    VersionsAnswer,
)
from gitprov.model.canonical import JsonObject
from gitprov.model.wording import amount
from gitprov.output.text import clean

VERSION = 1
#: The most definitions that are listed for one file.
_MOST = 12


def as_json(answer: VersionsAnswer) -> JsonObject:
    """The versions as one JSON document."""
    return {
        "v": VERSION,
        "query": answer.query,
        "kind": answer.kind,
        "series": [
            {**series._asdict(), "versions": [_version_json(version) for version in series.versions]}
            for series in answer.series
        ],
    }


def render(answer: VersionsAnswer) -> Iterator[str]:
    """The versions as lines without newlines."""
    for number, series in enumerate(answer.series):
        if number:
            yield ""
        yield from _series(series)


def _series(series: PromptSeries) -> Iterator[str]:
    count = len(series.versions)
    key, model = clean(series.key or "(no prompt key)"), clean(series.model or "unknown model")
    name = f"  {clean(series.name)}" if series.name else ""
    yield f"prompt {key}  {model}{name}  {amount(count, 'generation')}"
    yield f"    {clean(series.prompt) if series.prompt else '(the prompt is not in this clone)'}"
    for version in series.versions:
        yield from _version(version)


def _version(version: OutputVersion) -> Iterator[str]:
    parts = [clean(version.trace), clean(version.at or "at an unknown time"), clean(version.agent or "")]
    if version.prompt_version:
        parts.append(f"prompt {clean(version.prompt_version)}")
    if version.parent:
        parts.append(f"{'restores' if version.restored else 'continues'} {clean(version.parent)}")
    commits = ", ".join(clean(oid[:12]) for oid in version.commits)
    parts.append(f"in {commits}" if commits else "in no commit here")
    yield ""
    yield "  ".join(part for part in parts if part)
    if version.delta_lines:
        yield f"    developers changed {version.delta_lines} of {version.raw_lines} lines"
    for file in version.files:
        yield from _file(file)


def _file(file: FileVersion) -> Iterator[str]:
    path = clean(file.path)
    if file.state == UNREAD:
        yield f"    {path}  unknown: {clean(file.reason or '')}"
    elif file.state == DELETED:
        yield f"    {path}  deleted"
    elif file.state == FIRST:
        yield f"    {path}  first version" + (f", {file.added} lines" if file.added is not None else "")
    elif file.state == ALTERED:
        against = clean(file.against or "")
        yield f"    {path}  {_counts(file)} since {against}; {comparison('structure', file.structure)}"
        yield from (f"      {line}" for line in changes(file.changes, path=file.path))
    else:
        yield f"    {path}  same as {clean(file.against or '')}"


def _counts(file: FileVersion) -> str:
    return "binary" if file.added is None else f"+{file.added} -{file.removed}"


def comparison(subject: str, result: AspectResult | None) -> str:
    """One result in words: `structure same`, `structure unknown (reason)`."""
    if result is None:
        return f"{subject} unknown"
    return f"{subject} {result.state}" + (f" ({clean(result.reason)})" if result.reason else "")


def changes(rows: tuple[StructureChange, ...], *, path: str | None = None) -> Iterator[str]:
    """One line for each changed definition; where `path` is given, only other paths are named."""
    for row in rows[:_MOST]:
        yield _change(row, path)
    if len(rows) > _MOST:
        yield f"and {len(rows) - _MOST} more"


def _change(row: StructureChange, path: str | None) -> str:
    place = f"  {clean(row.path)}:{row.line}" if row.path != path else f"  line {row.line}"
    if row.signature is not None:
        old, new = map(clean, row.signature)
        return f"changed signature of {row.kind} {clean(row.name)}: {old} → {new}{place}"
    origin = [clean(text) for text in (row.old_path, row.old_name) if text is not None]
    source = f" (was {' '.join(origin)})" if origin and row.change != "changed" else ""
    return f"{row.change} {row.kind} {clean(row.name)}{source}{place}"


def change_rows(rows: Iterable[StructureChange]) -> list[JsonObject]:
    """Changed definitions as JSON."""
    return [row._asdict() for row in rows]


def structure_json(answer: StructureAnswer) -> JsonObject:
    """A comparison by definition as JSON."""
    return {
        **answer.comparison._asdict(),
        "changes": change_rows(answer.changes),
        "unread": [row._asdict() for row in answer.unread],
    }


def _version_json(version: OutputVersion) -> JsonObject:
    return {**version._asdict(), "files": [_file_json(file) for file in version.files]}


def _file_json(file: FileVersion) -> JsonObject:
    structure = None if file.structure is None else file.structure._asdict()
    return {**file._asdict(), "structure": structure, "changes": change_rows(file.changes)}
