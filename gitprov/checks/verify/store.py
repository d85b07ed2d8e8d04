"""Checks stored generations and sidecars: digests, names, contents, parents, tombstones.

No function here raises, whatever bytes were stored.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import NamedTuple

from gitprov.checks.gate import sidecar_traces
from gitprov.model import canonical
from gitprov.model.canonical import JsonObject
from gitprov.model.finding import ERROR, UNKNOWN, Finding
from gitprov.model.generation import intact
from gitprov.model.notes.rows import TraceRow
from gitprov.model.sidecars import sidecar_target
from gitprov.model.untrusted.jsonvalue import loads_object
from gitprov.model.untrusted.plausible_record import plausible_record
from gitprov.model.untrusted.printed import argument_quoted, path_quoted

_FETCH = "fetch refs/gitprov/generations from a clone that has it"
TEXTS = ("prompt.txt", "output.txt")


class Stored(NamedTuple):
    """A stored generation: `top` is its directory, `files` maps names below it to blob ids.

    `data` has the bytes of record, tombstone, prompt and output; None for a missing object.
    """

    trace: str
    top: str
    files: Mapping[str, str]
    data: Mapping[str, bytes | None]


class World(NamedTuple):
    """Facts to check a generation against: existing objects, instruction texts, its expected directory."""

    present: Callable[[str], bool]
    instructions: Collection[str]
    promised: bool
    place: Callable[[str], str]
    instruction_path: Callable[[str], str]


def generation(stored: Stored, world: World) -> Iterator[Finding]:
    """Findings on one generation."""
    record = loads_object(stored.data.get("record.json"))
    buried = "tombstone.json" in stored.files
    if buried:
        yield from _tombstone(stored)
    if "record.json" not in stored.files:
        if not buried:
            yield _finding("no-record", stored, "it has contents and no record", _FETCH)
        return
    if record is None:
        missing = stored.data.get("record.json") is None
        what = "the object of its record is missing" if missing else "its record cannot be read"
        yield _absent(stored, what, world) if missing else _finding("bad-record", stored, what, _FETCH)
        return
    if not intact(record):
        yield _finding("bad-record", stored, "its record does not match the digest it names", _FETCH)
    elif record.get("id") != stored.trace or world.place(stored.trace) != stored.top:
        what = f"the record of {str(record.get('id'))[:40]} lies here"
        yield _finding("bad-record", stored, what, _FETCH)
    elif not buried:
        yield from _contents(stored, plausible_record(record), world)


def instruction(path: str, data: bytes | None, world: World) -> Finding | None:
    """The finding if an instruction file is missing or its text does not match the digest in its name."""
    if data is None:
        what = "the object of an instruction text is missing"
        return Finding("content-missing", _level(world), what, _FETCH, path=path)
    if world.instruction_path(canonical.digest(data)) != path:
        what = "the instruction text does not match its digest"
        return Finding("content-altered", ERROR, what, _FETCH, path=path)
    return None


def sidecar(
    path: str, data: bytes | None, files: Collection[str], rows: Mapping[str, TraceRow] | None
) -> Iterator[Finding]:
    """Findings where a sidecar does not match its file or the notes' trace rows.

    `rows` None: this clone has no notes.
    """
    row = loads_object(data)
    remove = f"git rm {path_quoted(path)}"
    if row is None:
        yield Finding("bad-sidecar", ERROR, "the sidecar cannot be read", remove, path=path)
        return
    target = sidecar_target(path)
    if target not in files:
        what = f"the sidecar is of {target}, which is not there"
        yield Finding("sidecar-alone", ERROR, what, remove, path=path)
    trace = row.get("trace_id")
    if not isinstance(trace, str):
        yield Finding("bad-sidecar", ERROR, "the sidecar names no trace", remove, path=path)
    if rows is None:
        what = "there are no notes here to check it"
        yield Finding("sidecar-unchecked", UNKNOWN, what, "gitprov sync", path=path)
        return
    for name in sidecar_traces(row):
        if name not in rows:
            what = "the sidecar names the trace, and no note does"
            yield Finding("sidecar-unknown", ERROR, what, "gitprov heal", path=path, traces=(name,))
    if not isinstance(trace, str) or trace not in rows:
        return
    for field, row_field in (("model", "model"), ("generated_at", "at"), ("prompt_hash", "prompt")):
        if row.get(field) != rows[trace].json.get(row_field):
            what = f"the sidecar's {field} is not the note's"
            mend = f"correct {path} from: gitprov show {argument_quoted(trace)}"
            yield Finding("sidecar-contradicts", ERROR, what, mend, path=path, traces=(trace,))


def _tombstone(stored: Stored) -> Iterator[Finding]:
    again = f"gitprov forget {argument_quoted(str(stored.trace))}"
    if loads_object(stored.data.get("tombstone.json")) is None:
        yield _finding("bad-tombstone", stored, "its tombstone cannot be read", again)
    remaining = sorted(set(stored.files) - {"record.json", "tombstone.json"})
    if remaining:
        yield _finding("not-erased", stored, f"it was forgotten, and {remaining[0]} is still there", again)


def _contents(stored: Stored, record: JsonObject, world: World) -> Iterator[Finding]:
    """Findings on texts and file versions that are missing or do not match the record's digests."""
    for name in TEXTS:
        yield from _record_findings(stored, record, name, world)
    # In privacy tier `hash-only` the store has the record alone, so no content can be missing.
    if set(stored.files) == {"record.json"} and not any(_field(record, name, "available") for name in TEXTS):
        return
    for name, oid in _versions(record):
        if name not in stored.files:
            yield _finding("content-missing", stored, f"{name} is missing", _FETCH)
        elif stored.files[name] != oid:
            what = f"{name} is not the content that the record names"
            yield _finding("content-altered", stored, what, _FETCH)
        elif not world.present(oid):
            yield _absent(stored, f"the object of {name} is missing", world)
    for text in record.get("instructions") or ():
        digest = text["digest"]
        if text.get("available") is not False and world.instruction_path(digest) not in world.instructions:
            what = f"the instruction text {digest[:19]} is missing"
            yield _finding("content-missing", stored, what, _FETCH)


def _record_findings(stored: Stored, record: JsonObject, name: str, world: World) -> Iterator[Finding]:
    """The finding if the text `name`, a prompt or an output, is missing or does not match the record."""
    data = stored.data.get(name)
    if name not in stored.files:
        if _field(record, name, "available"):
            yield _finding("content-missing", stored, f"{name} is missing", _FETCH)
    elif data is None:
        yield _absent(stored, f"the object of {name} is missing", world)
    elif canonical.digest(data) != _field(record, name, "digest"):
        yield _finding("content-altered", stored, f"{name} does not match its digest", _FETCH)


def _field(record: JsonObject, name: str, field: str) -> object:
    """A field that the record has about the text `name`; None without it."""
    return (record.get(name.removesuffix(".txt")) or {}).get(field)


def _versions(record: JsonObject) -> Iterator[tuple[str, str]]:
    """(name in the store, blob id) of every content that an edit of the record has."""
    for n, edit in enumerate(record.get("edits") or ()):
        for side in ("before", "after"):
            if edit.get(side) is not None:
                yield f"files/{n}.{side}", edit[side]


def _level(world: World) -> str:
    return UNKNOWN if world.promised else ERROR


def _absent(stored: Stored, what: str, world: World) -> Finding:
    """The finding on a missing object. A partial clone fetches objects on demand: there it is unknown."""
    return Finding("content-missing", _level(world), what, _FETCH, path=stored.top, traces=(stored.trace,))


def _finding(kind: str, stored: Stored, what: str, mend: str) -> Finding:
    return Finding(kind, ERROR, what, mend, path=stored.top, traces=(stored.trace,))
