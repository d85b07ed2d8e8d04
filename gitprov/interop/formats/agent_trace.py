"""Records of Agent Trace 0.1.0 and of writers that call it `1.0`: JSON objects, lists or JSON Lines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from gitprov import __version__
from gitprov.interop import machines
from gitprov.interop.formats import fields
from gitprov.model import ids
from gitprov.model.canonical import Json, JsonObject, sha256_hex
from gitprov.model.exchange.exchange import (
    ForeignLines,
    ForeignNote,
    ImportedMaker,
    RecordedCommit,
    RecordedRange,
    last_holds,
)
from gitprov.model.lines import split_lines
from gitprov.model.moments import moment_of
from gitprov.model.notes.rows import TraceRow
from gitprov.model.untrusted.jsonvalue import loads

VERSION = "0.1.0"
#: Where the reference implementation appends its records, below the top of the work tree.
PLACE = ".agent-trace/traces.jsonl"
_VENDOR = "dev.gitprov"
_CLASSES = {"ai": "ai", "mixed": "edited", "human": "human"}
_KINDS = {"ai": "ai", "edited": "mixed", "human": "human"}
_TRACE_URL, _PERSON_URL = "urn:gitprov:trace:", "urn:gitprov:person:"
_VERSION = re.compile(r"[0-9]+(\.[0-9]+){1,2}")
_OWNERS = {"claude": "anthropic", "gpt-": "openai", "o1": "openai", "o3": "openai", "gemini": "google",
           "grok": "xai", "mistral": "mistral", "deepseek": "deepseek"}  # fmt: skip


class TraceRecord(NamedTuple):
    """One record: the revision that it names, None for none, and what it claims there."""

    revision: str | None
    note: ForeignNote


def read_all(data: bytes) -> list[TraceRecord]:
    """The records in a file: an object, a list of objects, or one object a line. Never raises."""
    try:
        value = loads(data)
    except (ValueError, UnicodeDecodeError):
        return [_record(row) for row in map(_loaded, data.splitlines()) if row is not None]
    return [_record(row) for row in (value if isinstance(value, list) else [value])]


def read(data: bytes) -> ForeignNote:
    """The claims of the records of one commit's note, whatever revision they name. Never raises."""
    notes = [record.note for record in read_all(data)]
    claims = last_holds(claim for note in notes for claim in note.claims)
    return ForeignNote(claims, tuple(dict.fromkeys(text for note in notes for text in note.problems)))


def _loaded(line: bytes) -> Json:
    if not line.strip():
        return None
    try:
        return loads(line)
    except (ValueError, UnicodeDecodeError):
        return "unreadable"


def _record(row: Json) -> TraceRecord:
    if not isinstance(row, dict) or not isinstance(row.get("files"), list):
        return TraceRecord(None, ForeignNote((), ("a record is no object with files",)))
    version = row.get("version")
    if not isinstance(version, str) or not _VERSION.fullmatch(version):
        return TraceRecord(None, ForeignNote((), (f"a record has the version {str(version)[:40]!r}",)))
    problems: list[str] = []
    claims = [
        claim
        for file in fields.objects(row["files"])
        for conversation in fields.objects(file.get("conversations"))
        for claim in _claims(row, fields.path(file.get("path")), conversation, problems)
    ]
    vcs = fields.inner(row, "vcs")
    revision = fields.text(vcs.get("revision")) if vcs.get("type") == "git" else None
    return TraceRecord(revision, ForeignNote(last_holds(claims), tuple(dict.fromkeys(problems))))


def _claims(
    row: JsonObject, path: str | None, conversation: JsonObject, problems: list[str]
) -> Iterator[ForeignLines]:
    shared = fields.inner(conversation, "contributor")
    urls = _urls(conversation)
    usual = _maker(row, conversation, shared, urls)
    for part in fields.objects(conversation.get("ranges")):
        contributor = fields.inner(part, "contributor") or shared
        lines = fields.between(part.get("start_line"), part.get("end_line"))
        if path is None or not lines:
            problems.append("a range has no path or no lines")
            continue
        kind = contributor.get("type")
        cls = _CLASSES.get(kind) if isinstance(kind, str) else None
        maker = usual if contributor is shared else _maker(row, conversation, contributor, urls)
        if cls is not None and (cls != "human" or maker.human is not None):
            yield ForeignLines(path, cls, lines, maker)


def _urls(conversation: JsonObject) -> dict[str, str | None]:
    """Type → address of what a conversation is related to."""
    return {
        str(entry.get("type")): fields.text(entry.get("url"))
        for entry in fields.objects(conversation.get("related"))
    }


def _maker(
    row: JsonObject, conversation: JsonObject, contributor: JsonObject, urls: Mapping[str, str | None]
) -> ImportedMaker:
    """The maker of a range, with what gitprov keeps beside in the record's metadata."""
    ours = fields.inner(fields.inner(row, "metadata"), _VENDOR)
    trace = (urls.get("trace") or "").removeprefix(_TRACE_URL)
    if ids.is_trace_id(trace):
        more = fields.inner(fields.inner(ours, "traces"), trace)
        facts = {name: fields.text(more.get(name)) for name in ("agent", "model", "session", "at", "human")}
        return ImportedMaker(trace, **facts, trace=trace)
    person = (urls.get("person") or "").removeprefix(_PERSON_URL)
    if person:
        return ImportedMaker(person, human=fields.text(fields.inner(ours, "people").get(person)))
    session = urls.get("session") or fields.text(conversation.get("url"))
    return ImportedMaker(
        session or str(fields.text(row.get("id"))),
        fields.text(fields.inner(row, "tool").get("name")),
        _bare(fields.model(contributor.get("model_id"))),
        session,
        fields.text(row.get("timestamp")),
    )


def _bare(model: str | None) -> str | None:
    """A model's name without the provider before it."""
    provider, slash, name = (model or "").partition("/")
    return name if slash and provider.lower() in machines.PROVIDERS else model


def write(commit: RecordedCommit, contents: Mapping[str, bytes]) -> list[JsonObject]:
    """The records of a commit, one for each agent with lines in it and one for people's lines.

    `contents`: path → the file as committed, for the hashes of ranges. Ids follow from commit and agent.
    """
    groups: dict[str, list[RecordedRange]] = {}
    for row in sorted(commit.ranges):
        if row.cls in _KINDS and row.path.isprintable():
            trace = commit.traces.get(row.trace or "")
            groups.setdefault((trace.agent if trace else None) or "gitprov", []).append(row)
    return [_written(commit, tool, ranges, contents) for tool, ranges in sorted(groups.items())]


def _written(
    commit: RecordedCommit, tool: str, ranges: Sequence[RecordedRange], contents: Mapping[str, bytes]
) -> JsonObject:
    files: dict[str, dict[tuple[str, str], list[RecordedRange]]] = {}
    for row in ranges:
        maker = row.trace or row.human or ""
        files.setdefault(row.path, {}).setdefault((row.cls, maker), []).append(row)
    traces = {name: commit.traces[name] for row in ranges if (name := row.trace or "") in commit.traces}
    people = {ids.human_id(row.human): row.human for row in ranges if row.human}
    return {
        "version": VERSION,
        "id": _uuid(f"{commit.oid}\0{tool}"),
        "timestamp": moment_of(commit.committed),
        "vcs": {"type": "git", "revision": commit.oid},
        "tool": {"name": tool, "version": __version__ if tool == "gitprov" else "unknown"},
        "files": [
            {
                "path": path,
                "conversations": [
                    _conversation(commit, cls, rows, lines) for (cls, _), rows in sorted(makers.items())
                ],
            }
            for path, makers in files.items()
            for lines in [split_lines(contents.get(path, b""))]
        ],
        "metadata": {
            _VENDOR: {
                "version": __version__,
                "content_hash": "sha256 of the lines, joined by LF, without one at the end",
                "traces": {name: _facts(row) for name, row in sorted(traces.items())},
                "people": dict(sorted(people.items())),
            }
        },
    }


def _facts(row: TraceRow) -> JsonObject:
    return {name: row.json.get(name) for name in ("agent", "model", "session", "at", "human", "evidence")}


def _conversation(
    commit: RecordedCommit, cls: str, rows: Sequence[RecordedRange], lines: Sequence[bytes]
) -> JsonObject:
    trace = commit.traces.get(rows[0].trace or "")
    model = trace.model if trace is not None else None
    contributor = {"type": _KINDS[cls], **({"model_id": _qualified(model)[:250]} if model else {})}
    related = [{"type": "trace", "url": _TRACE_URL + trace.id}] if trace is not None else []
    if rows[0].human:
        related.append({"type": "person", "url": _PERSON_URL + ids.human_id(rows[0].human)})
    ranges: list[JsonObject] = [
        {
            "start_line": row.first,
            "end_line": row.last,
            **({"content_hash": _hash(lines[row.first - 1 : row.last])} if row.last <= len(lines) else {}),
        }
        for row in rows
    ]
    return {"contributor": contributor, "ranges": ranges, "related": related}


def _qualified(model: str) -> str:
    """A model's name as models.dev has it: with its provider, where the name shows it."""
    owner = next((owner for start, owner in _OWNERS.items() if model.startswith(start)), None)
    return model if owner is None or "/" in model else f"{owner}/{model}"


def _hash(lines: Sequence[bytes]) -> str:
    joined = b"\n".join(line.removesuffix(b"\n").removesuffix(b"\r") for line in lines)
    return "sha256:" + sha256_hex(joined)


def _uuid(text: str) -> str:
    """A UUID of version 8 from the digest of a text."""
    digest = sha256_hex(text.encode("utf-8", "surrogatepass"))
    return f"{digest[:8]}-{digest[8:12]}-8{digest[13:16]}-a{digest[17:20]}-{digest[20:32]}"
