"""Checks stored generations and sidecars: digests, names, contents, parents, tombstones.

No function here raises, whatever bytes were stored.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import NamedTuple

from gitprov.model import canonical
from gitprov.model.canonical import JsonObject
from gitprov.model.finding import FINDING, UNKNOWN, Finding
from gitprov.model.generation import intact
from gitprov.model.rows import TraceRow
from gitprov.model.untrusted.jsonvalue import loads_object
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


def parse(data: bytes | None) -> JsonObject | None:
    """The JSON object in `data`; None if it contains anything else."""
    return loads_object(data)


def generation(stored: Stored, world: World) -> Iterator[Finding]:
    """Findings on one generation."""
    record = parse(stored.data.get("record.json"))
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
    if not _intact(record):
        yield _finding("bad-record", stored, "its record does not match the digest it names", _FETCH)
    elif record.get("id") != stored.trace or world.place(stored.trace) != stored.top:
        what = f"the record of {str(record.get('id'))[:40]} lies here"
        yield _finding("bad-record", stored, what, _FETCH)
    elif not buried:
        yield from _contents(stored, record, world)


def instruction(path: str, data: bytes | None, world: World) -> Finding | None:
    """The finding if an instruction file is missing or its text does not match the digest in its name."""
    if data is None:
        return Finding(
            "content-missing",
            _level(world),
            "the object of an instruction text is missing",
            _FETCH,
            path=path,
        )
    if world.instruction_path(canonical.digest(data)) != path:
        return Finding(
            "content-altered", FINDING, "the instruction text does not match its digest", _FETCH, path=path
        )
    return None


def sidecar(
    path: str, data: bytes | None, files: Collection[str], rows: Mapping[str, TraceRow] | None
) -> Iterator[Finding]:
    """Findings where a sidecar does not match its file or the notes' trace rows.

    `rows` None: this clone has no notes.
    """
    row = parse(data)
    if row is None:
        yield Finding(
            "bad-sidecar", FINDING, "the sidecar cannot be read", f"git rm {path_quoted(path)}", path=path
        )
        return
    of = path.removeprefix(".ai-trace/").removesuffix(".json")
    if of not in files:
        yield Finding(
            "sidecar-alone",
            FINDING,
            f"the sidecar is of {of}, which is not there",
            f"git rm {path_quoted(path)}",
            path=path,
        )
    trace = row.get("trace_id")
    named = row.get("traces") if isinstance(row.get("traces"), list) else []
    traces = list(dict.fromkeys(name for name in (trace, *(named or ())) if isinstance(name, str)))
    if not isinstance(trace, str):
        yield Finding(
            "bad-sidecar", FINDING, "the sidecar names no trace", f"git rm {path_quoted(path)}", path=path
        )
    if rows is None:
        yield Finding(
            "sidecar-unchecked", UNKNOWN, "there are no notes here to check it", "gitprov sync", path=path
        )
        return
    for name in traces:
        if name not in rows:
            what = "the sidecar names the trace, and no note does"
            yield Finding("sidecar-unknown", FINDING, what, "gitprov heal", path=path, trace=name)
    trace_row = rows.get(trace) if isinstance(trace, str) else None
    for field, row_field in (("model", "model"), ("generated_at", "at"), ("prompt_hash", "prompt")):
        if trace_row is not None and row.get(field) != trace_row.json.get(row_field):
            what = f"the sidecar's {field} is not the note's"
            mend = f"correct {path} from: gitprov show {argument_quoted(str(trace))}"
            yield Finding("sidecar-contradicts", FINDING, what, mend, path=path, trace=trace)


def _intact(record: JsonObject) -> bool:
    try:
        return intact(record)
    except (RecursionError, UnicodeError, TypeError):
        return False


def _tombstone(stored: Stored) -> Iterator[Finding]:
    again = f"gitprov forget {argument_quoted(str(stored.trace))}"
    if parse(stored.data.get("tombstone.json")) is None:
        yield _finding("bad-tombstone", stored, "its tombstone cannot be read", again)
    remaining = sorted(set(stored.files) - {"record.json", "tombstone.json"})
    if remaining:
        yield _finding("not-erased", stored, f"it was forgotten, and {remaining[0]} is still there", again)


def _contents(stored: Stored, record: JsonObject, world: World) -> Iterator[Finding]:
    """Findings on texts and file versions that are missing or do not match the record's digests."""
    for name in TEXTS:
        yield from _said(stored, record, name, world)
    # In privacy tier `hash-only` the store has the record alone, so no content can be missing.
    if set(stored.files) == {"record.json"} and not any(_available(record, name) for name in TEXTS):
        return
    for name, oid in _versions(record):
        if name not in stored.files:
            yield _finding("content-missing", stored, f"{name} is missing", _FETCH)
        elif stored.files[name] != oid:
            yield _finding(
                "content-altered", stored, f"{name} is not the content that the record names", _FETCH
            )
        elif not world.present(oid):
            yield _absent(stored, f"the object of {name} is missing", world)
    for digest in _standing(record):
        if world.instruction_path(digest) not in world.instructions:
            yield _finding(
                "content-missing", stored, f"the instruction text {digest[:19]} is missing", _FETCH
            )


def _said(stored: Stored, record: JsonObject, name: str, world: World) -> Iterator[Finding]:
    """The finding if the text `name`, a prompt or an output, is missing or does not match the record."""
    row = record.get(name.removesuffix(".txt"))
    data = stored.data.get(name)
    if name not in stored.files:
        if _available(record, name):
            yield _finding("content-missing", stored, f"{name} is missing", _FETCH)
    elif data is None:
        yield _absent(stored, f"the object of {name} is missing", world)
    elif canonical.digest(data) != (row.get("digest") if isinstance(row, dict) else None):
        yield _finding("content-altered", stored, f"{name} does not match its digest", _FETCH)


def _available(record: JsonObject, name: str) -> bool:
    row = record.get(name.removesuffix(".txt"))
    return bool(row.get("available")) if isinstance(row, dict) else False


def _versions(record: JsonObject) -> Iterator[tuple[str, str]]:
    edits = record.get("edits")
    for n, edit in enumerate(edits if isinstance(edits, list) else ()):
        for side in ("before", "after"):
            oid = edit.get(side) if isinstance(edit, dict) else None
            if isinstance(oid, str):
                yield f"files/{n}.{side}", oid


def _standing(record: JsonObject) -> list[str]:
    rows = record.get("instructions")
    named = (
        [
            entry.get("digest")
            for entry in rows
            if isinstance(entry, dict) and entry.get("available") is not False
        ]
        if isinstance(rows, list)
        else []
    )
    return [digest for digest in named if isinstance(digest, str)]


def _level(world: World) -> str:
    return UNKNOWN if world.promised else FINDING


def _absent(stored: Stored, what: str, world: World) -> Finding:
    """The finding on a missing object. A partial clone fetches objects on demand: there it is unknown."""
    return Finding("content-missing", _level(world), what, _FETCH, path=stored.top, trace=stored.trace)


def _finding(kind: str, stored: Stored, what: str, mend: str) -> Finding:
    return Finding(kind, FINDING, what, mend, path=stored.top, trace=stored.trace)
