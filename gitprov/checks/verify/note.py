"""Checks whether notes are well-formed and agree with their commits in git.

No function here raises, whatever bytes a note contains.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from gitprov.model.canonical import JsonObject
from gitprov.model.finding import ERROR, INFO, UNKNOWN, Finding
from gitprov.model.notes.note import Claim, Note
from gitprov.model.notes.rows import CommitRow, LineRow, TraceRow
from gitprov.model.ranges import MAX_TEXT, LineSet, repeated
from gitprov.model.untrusted.plausible import CLASSES, Implausible
from gitprov.model.untrusted.printed import shell_quoted

_RANGES = {*CLASSES, "files", "deleted", "path"}
#: So many unused values of each kind get a finding of their own.
_NAMED = 10
_NONE = LineSet()
_PARTS = ("kept", "edited", "dropped", "pending")
#: Evidence that hooks recorded at the commit itself, so that they wrote its trailers as well.
_FROM_EVENTS = ("captured", "swept")

#: Path → its claims.
Claims = Mapping[str, list[Claim]]


class Doubt(NamedTuple):
    """Lines that a note claims and that git's diff does not show as added by the commit."""

    path: str
    lines: LineSet
    traces: tuple[str, ...]


class MessageTraces(NamedTuple):
    """Values of a message's trailers: traces, malformed ids, and waived traces.

    `unresolved` are digests of several traces that match the traces of no note here.
    """

    traces: Collection[str]
    malformed: Collection[str]
    waived: Collection[str]
    unresolved: Collection[str] = ()


def claims(note: Note) -> Claims:
    """The claims of a note as every command reads them, by path."""
    return {path: note.claims(path) for path in note.paths()}


def shape(oid: str, note: Note, claimed: Claims) -> Iterator[Finding]:
    """Findings on a note alone, without its commit's diff; `claimed` is the result of `claims`."""
    heal = f"gitprov heal {oid[:12]}"
    if note.foreign:
        what = f"{len(note.foreign)} lines of the note cannot be read"
        yield Finding("note-lines", ERROR, what, f"git notes --ref=gitprov edit {oid[:12]}", oid)
    if note.copied_from(oid):
        names = ", ".join(name[:12] for name in note.copied_from(oid))
        what = f"the note was copied from {names}: its lines are that commit's"
        yield Finding("note-copied", ERROR, what, heal, oid)
        return
    if note.commit is None and any(kind in ("trace", "human") for kind, _ in note.rows):
        yield Finding("no-commit-row", ERROR, "the note does not say which commit it is of", heal, oid)
    yield from _implausible(oid, note, heal)
    for path, row, what in _unreadable(note, claimed):
        yield Finding("bad-range", ERROR, what, heal, oid, path, _traces(row))
    judged_already = {claim.id for claim in note.implausible if claim.field == "delta"}
    for trace, row in note.traces.items():
        if trace not in judged_already:
            yield from _delta(oid, row, heal)
    yield from _twice(oid, claimed, heal)


def _unreadable(note: Note, claimed: Claims) -> Iterator[tuple[str, LineRow, str]]:
    """(path, row, reason) for the ranges that claim nothing because they cannot be read."""
    for path, claims_of_path in claimed.items():
        rows = note.rows_of(path)
        if len(claims_of_path) == sum(len(row.texts(path)) for row in rows):
            continue
        usable = {(*claim.row.identity, claim.cls) for claim in claims_of_path}
        size = 0
        for row in rows:
            size += row.text_size(path)
            if size > MAX_TEXT:
                what = f"its ranges, with those of other rows, are longer than {MAX_TEXT} characters"
                yield path, row, what
                continue
            for cls, text in row.texts(path).items():
                if (*row.identity, cls) not in usable:
                    try:
                        LineSet.parse(text)
                    except ValueError as error:
                        yield path, row, f"{cls}: {str(error)[:120]}"


def _implausible(oid: str, note: Note, heal: str) -> Iterator[Finding]:
    """Findings on values that the parser left out: one each for the first of a kind, one with a count."""
    by_kind: dict[str, list[Implausible]] = {}
    for value in note.implausible:
        kind = (
            "bad-delta" if value.field == "delta" else "bad-range" if value.field in _RANGES else "bad-value"
        )
        by_kind.setdefault(kind, []).append(value)
    for kind, values in by_kind.items():
        for value in values[:_NAMED]:
            what = f"the value of `{value.field}` is not plausible and was not used"
            traces = (value.id,) if value.kind == "trace" else ()
            yield Finding(kind, ERROR, what, heal, oid, value.path, traces)
        if len(values) > _NAMED:
            what = f"{len(values) - _NAMED} more values are not plausible and were not used"
            yield Finding(kind, ERROR, what, heal, oid)


def doubts(claimed: Claims, added: Mapping[str, LineSet]) -> list[Doubt]:
    """The claimed lines that are not in `added` (path → lines that the commit adds), sorted by path."""
    return [
        Doubt(path, remaining, _traces(claim.row))
        for path, claims_of_path in sorted(claimed.items())
        for claim in claims_of_path
        if (remaining := claim.lines - added.get(path, _NONE))
    ]


def judged(oid: str, doubt: Doubt, count: int | None, added: LineSet) -> Finding | None:
    """The finding that confirms a doubt, or None.

    The file has `count` lines (None: no such file); lines in `added` count as added too.
    """
    heal = f"gitprov heal {oid[:12]}"
    place = (oid, doubt.path, doubt.traces)
    if count is None:
        return Finding("no-such-path", ERROR, "no such file in the commit", heal, *place)
    beyond = LineSet.of_runs(
        (max(first, count + 1), last) for first, last in doubt.lines.runs if last > count
    )
    if beyond:
        what = f"line {_shortened(beyond)} does not exist, the file has {count}"
        return Finding("no-such-line", ERROR, what, heal, *place, _span(beyond))
    remaining = doubt.lines - added
    if remaining:
        what = f"line {_shortened(remaining)} was not added by this commit"
        return Finding("not-added", ERROR, what, heal, *place, _span(remaining))
    return None


def trailers(
    oid: str, note: Note | None, message: MessageTraces, noted: bool, demanded: bool
) -> Iterator[Finding]:
    """Findings where message and note differ.

    `noted`: this clone has any notes; `demanded`: the project requires `AI-Trace` trailers.
    """
    heal = f"gitprov heal {oid[:12]}"
    for value in message.malformed:
        what = f"the trailer 'AI-Trace: {value}' names no trace"
        yield Finding("bad-trailer", ERROR, what, "reword the commit", oid)
    if note is None:
        yield from _without_note(oid, message, noted)
        return
    about = note.of(CommitRow).get(oid)
    waived = {*message.waived, *((about.dropped if about else None) or ())}
    for trace in message.traces:
        if trace not in note.traces and trace not in waived:
            what = "the message names the trace, and the note has no row of it"
            mend = f"{heal}; if no line of it is left, reword the commit without the trailer"
            yield Finding("trailer-without-row", ERROR, what, mend, oid, traces=(trace,))
    for digest in message.unresolved:
        what = f"the message names traces by their digest {digest}, and no note here has just those"
        yield Finding("unknown-traces", UNKNOWN, what, "gitprov sync brings the notes of others", oid)
    if not demanded or (about is not None and about.gate == "absent"):
        return
    for trace, row in note.traces.items():
        if trace not in message.traces and trace not in waived and row.evidence in _FROM_EVENTS:
            what = "the note has a row of the trace, and the message does not name it"
            trailer = shell_quoted(f"AI-Trace: {trace}")
            mend = f"git commit --amend --no-edit --trailer {trailer}, or reword an older commit so"
            yield Finding("row-without-trailer", ERROR, what, mend, oid, traces=(trace,))


def _without_note(oid: str, message: MessageTraces, noted: bool) -> Iterator[Finding]:
    """Findings on traces that the message of a commit without a note names."""
    level, mend = (ERROR, f"gitprov heal {oid[:12]}") if noted else (UNKNOWN, "gitprov sync brings the notes")
    for trace in message.traces:
        what = "the message names the trace, and the commit has no note"
        yield Finding("no-note", level, what, mend, oid, traces=(trace,))
    for digest in message.unresolved:
        what = f"the message names traces by their digest {digest}, and the commit has no note"
        yield Finding("no-note", level, what, mend, oid)


def against_record(oid: str, row: TraceRow, record: JsonObject | None) -> Finding | None:
    """The finding if a note's trace row contradicts the stored record, or if this clone has no record."""
    trace = row.id
    if record is None:
        what, mend = "its generation is not in this clone", "gitprov sync, if the team shares generations"
        return Finding("no-generation", UNKNOWN, what, mend, oid, traces=(trace,))
    digest = (record.get("prompt") or {}).get("digest")
    for name, in_note, in_record in (
        ("prompt", row.prompt, digest),
        ("key", row.key, record.get("key")),
    ):
        if in_note and in_record and in_note != in_record:
            what = f"the note's {name} is not the record's"
            return Finding("note-contradicts", ERROR, what, f"gitprov heal {oid[:12]}", oid, traces=(trace,))
    return None


def _traces(row: LineRow) -> tuple[str, ...]:
    """The trace of a row as a finding has it; empty for a person's row."""
    return (row.id,) if isinstance(row, TraceRow) else ()


def _delta(oid: str, row: TraceRow, heal: str) -> Iterator[Finding]:
    """A finding unless `raw = kept + edited + dropped + pending`.

    A union of notes takes the larger count of both sides for each, so their sum may be larger.
    """
    if row.delta is None:
        return
    raw, parts = row.counted("raw"), [row.counted(name) for name in _PARTS]
    if sum(parts) != raw:
        words = " + ".join(f"{name} {n}" for name, n in zip(_PARTS, parts, strict=True))
        what = f"the delta does not add up: raw {raw}, {words}"
        level, mend = (INFO, None) if sum(parts) > raw else (ERROR, heal)
        yield Finding("bad-delta", level, what, mend, oid, traces=(row.id,))


def _twice(oid: str, claimed: Claims, heal: str) -> Iterator[Finding]:
    """Findings on lines that two traces claim, or one trace in two classes."""
    for path, claims_of_path in claimed.items():
        if len(claims_of_path) < 2:
            continue
        of_traces = [claim for claim in claims_of_path if isinstance(claim.row, TraceRow)]
        both = repeated(claim.lines for claim in of_traces)
        if both:
            last = max(claim.row.id for claim in of_traces if claim.lines & both)
            what = f"line {_shortened(both)} is claimed twice"
            yield Finding("claimed-twice", ERROR, what, heal, oid, path, (last,), _span(both))


def _span(lines: LineSet) -> tuple[int, int]:
    """First and last line of a set that is not empty."""
    return lines.runs[0][0], lines.runs[-1][1]


def _shortened(lines: LineSet) -> str:
    """Ranges as text, cut at a comma after at most 200 characters."""
    text = str(lines)
    return text if len(text) <= 200 else text[: text.rindex(",", 0, 200)] + ",…"
