"""Turns the claims of a foreign note into rows of a gitprov note, for lines that the commit adds."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import NamedTuple

from gitprov.model import ids
from gitprov.model.canonical import JsonObject, sha256_hex
from gitprov.model.exchange.exchange import EVERY_FILE, ForeignNote, ImportedMaker
from gitprov.model.moments import day_of, moment_of, seconds_of
from gitprov.model.notes.rows import HumanRow, LineRow, TraceRow, files_entry
from gitprov.model.ranges import LineSet, union

_NONE = LineSet()


class Imported(NamedTuple):
    """Rows made of a foreign note. `outside`: claimed lines that the commit does not add."""

    rows: tuple[LineRow, ...]
    lines: int
    outside: int


def rows_of(note: ForeignNote, source: str, committed: int, added: Mapping[str, LineSet]) -> Imported:
    """The rows of a foreign note, with the evidence `imported`.

    `source` names the format; `committed` is the commit's moment in seconds; `added`: path → the lines that
    the commit adds. Other lines are counted, not listed, so that a range costs nothing however large it is.
    """
    names = {unicodedata.normalize("NFC", path): path for path in added}
    files: dict[ImportedMaker, dict[str, dict[str, list[LineSet]]]] = {}
    lines = outside = 0
    for claim in note.claims:
        path = claim.path if claim.path in added else names.get(claim.path, claim.path)
        for place in added if claim.path == EVERY_FILE else (path,):
            inside = claim.lines & added.get(place, _NONE)
            if claim.cls != "declared":  # such a claim is about the file
                outside += len(claim.lines) - len(inside)
            if inside:
                lines += len(inside)
                classes = files.setdefault(claim.maker, {}).setdefault(place, {})
                classes.setdefault(claim.cls, []).append(inside)
    rows = [row for maker, paths in files.items() for row in _rows(maker, _united(paths), source, committed)]
    return Imported(tuple(sorted(rows, key=lambda row: row.identity)), lines, outside)


def _united(paths: Mapping[str, Mapping[str, list[LineSet]]]) -> dict[str, dict[str, LineSet]]:
    """Path → class → the union of its sets, in one step: every claim may have a run of its own."""
    return {path: {cls: union(sets) for cls, sets in classes.items()} for path, classes in paths.items()}


def _rows(
    maker: ImportedMaker, paths: Mapping[str, Mapping[str, LineSet]], source: str, committed: int
) -> list[LineRow]:
    origin = {"format": source, "key": maker.key}
    rows: list[LineRow] = []
    human = _entries(paths, ("human",))
    if human and maker.human:
        name = ids.human_id(maker.human)
        rows.append(HumanRow.make(name, author=maker.human, evidence="imported", source=origin, files=human))
    others = _entries(paths, ("ai", "edited", "declared"))
    if others:
        moment = seconds_of(maker.at)
        at = committed if moment is None else moment
        rows.append(
            TraceRow.make(
                maker.trace or _trace_id(source, maker, at),
                agent=maker.agent,
                model=maker.model,
                session=maker.session,
                at=moment_of(at),
                human=maker.human,
                evidence="imported",
                source=origin,
                files=others,
            )
        )
    return rows


def _entries(paths: Mapping[str, Mapping[str, LineSet]], classes: tuple[str, ...]) -> dict[str, JsonObject]:
    chosen = {
        path: {cls: lines for cls, lines in entry.items() if cls in classes} for path, entry in paths.items()
    }
    return {path: files_entry(entry) for path, entry in sorted(chosen.items()) if entry}


def _trace_id(source: str, maker: ImportedMaker, at: int) -> str:
    """A trace id that follows from format, key and day, so that importing twice makes one trace."""
    digest = sha256_hex(f"{source}\0{maker.key}\0{maker.model or ''}".encode("utf-8", "surrogatepass"))
    return f"gen_{day_of(at).replace('-', '')[-8:]}_{digest[:10]}"
