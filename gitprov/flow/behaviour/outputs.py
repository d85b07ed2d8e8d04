"""Outputs of generations: the records that a question is about, and the files that each wrote."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from gitprov.git.history import search
from gitprov.model.answers.behaviour.compare import CodeSource
from gitprov.store import generations, notes

if TYPE_CHECKING:
    from gitprov.git.repo import Repository
    from gitprov.model.canonical import JsonObject
    from gitprov.model.generation import Edit, Generation
    from gitprov.model.notes.rows import TraceRow

OUTPUT = "(output)"
"""The path under which the output of a generation counts that wrote no file."""

RESTORE = "restore"
"""The tool of edits that `gitprov restore` made."""

_RECORDS = ":(top,glob)*/*/record.json"
#: The most texts that one search looks for.
_AT_ONCE = 500


def records_with(repo: Repository, field: str, value: str) -> list[JsonObject]:
    """The records that contain `"field":"value"` anywhere, oldest first."""
    text = f"{json.dumps(field)}:{json.dumps(value, ensure_ascii=False)}"
    return _records(repo, search.files_holding(repo, generations.REF, text, _RECORDS))


def all_records(repo: Repository) -> list[JsonObject]:
    """Every record of this clone, oldest first."""
    return _records(repo, [path for path in generations.listing(repo) if path.endswith("/record.json")])


def _records(repo: Repository, paths: Iterable[str]) -> list[JsonObject]:
    traces = [path.split("/")[1] for path in paths]
    rows = [row for row in generations.records(repo, traces).values() if row is not None]
    return by_time(rows)


def by_time(rows: Iterable[JsonObject]) -> list[JsonObject]:
    """Records, oldest first.

    Moments count whole seconds: within one, the turns of a session decide.
    """
    return sorted(
        rows,
        key=lambda row: (*(str(row.get(name) or "") for name in ("at", "session", "turn")), str(row["id"])),
    )


def loaded(repo: Repository, records: Sequence[JsonObject]) -> Iterator[Generation]:
    """The generations of some records, with the contents that this clone has, by one listing of the store."""
    if records:
        content = generations.contents_by_path(repo)
        yield from (generations.assembled(record, content) for record in records)


def rows_of(repo: Repository, traces: list[str]) -> dict[str, list[tuple[str, TraceRow]]]:
    """Trace → (commit, row of its note), for each commit that holds lines of it."""
    rows: dict[str, list[tuple[str, TraceRow]]] = {trace: [] for trace in traces}
    paths: dict[str, None] = {}
    for at in range(0, len(traces), _AT_ONCE):
        texts = [f'"{trace}"' for trace in traces[at : at + _AT_ONCE]]
        paths.update(dict.fromkeys(search.files_holding_any(repo, notes.REF, texts)))
    for oid, note in notes.read(repo, [path.replace("/", "") for path in paths]).items():
        for trace in note.traces.keys() & rows.keys():
            rows[trace].append((oid, note.traces[trace]))
    return rows


def of_generation(name: str, generation: Generation) -> CodeSource:
    """The files of a generation after its last edit of each, or its output where it wrote no file."""
    edits = {edit.path: edit for edit in generation.edits if edit.path}
    files = {path: edit.after for path, edit in edits.items() if edit.after is not None}
    unread = {
        path: _why(edit) for path, edit in edits.items() if edit.after is None and not is_deletion(edit)
    }
    if not edits and generation.output is not None:
        files[OUTPUT] = generation.output
    return CodeSource(name, files, unread, generation.id)


def is_deletion(edit: Edit) -> bool:
    """Whether an edit removed its file."""
    return edit.after is None and edit.after_oid is None and edit.raw_lines is not None


def is_restored(record: JsonObject) -> bool:
    """Whether `gitprov restore` made a generation from its parent."""
    edits = record.get("edits") or ()
    return bool(edits and record.get("parent")) and all(edit.get("tool") == RESTORE for edit in edits)


def _why(edit: Edit) -> str:
    return (
        "too large or no text, kept as a digest only" if edit.raw_lines is None else "its content is not kept"
    )
