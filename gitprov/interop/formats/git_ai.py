"""Notes of the Git AI Standard 3.0.0 (`refs/notes/ai`): an attestation section, `---`, and JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from gitprov import __version__
from gitprov.interop.formats import fields
from gitprov.model import ids
from gitprov.model.canonical import JsonObject, sha256_hex
from gitprov.model.exchange.exchange import (
    ForeignLines,
    ForeignNote,
    ImportedMaker,
    RecordedCommit,
    last_holds,
)
from gitprov.model.notes.rows import TraceRow
from gitprov.model.ranges import LineSet
from gitprov.model.untrusted.jsonvalue import loads_object

REF = "refs/notes/ai"
VERSION = "authorship/3.0.0"
#: A key of the JSON that only gitprov writes: a note with it may be replaced by gitprov.
_OURS = "gitprov_version"
_ENTRY = re.compile(r"  (\S+) (\S+)")
_VERSIONS = re.compile(r"authorship/3\.[0-9]+\.[0-9]+")
_QUOTED = (" ", "\t")


class _Entry(NamedTuple):
    path: str
    key: str
    ranges: str


def read(data: bytes) -> ForeignNote:
    """The claims of a note; of two entries that hold one line, the later one counts. Never raises."""
    head, about = _parts(data)
    if about is None:
        return ForeignNote((), ("the JSON of the note cannot be read",))
    version = about.get("schema_version")
    if not isinstance(version, str) or not _VERSIONS.fullmatch(version):
        return ForeignNote((), (f"the note has the version {str(version)[:40]!r}",))
    claims: list[ForeignLines] = []
    problems: list[str] = []
    for entry in _entries(head, problems):
        who = _maker(about, entry.key)
        try:
            lines = LineSet.parse(entry.ranges)
        except ValueError as error:
            problems.append(str(error))
            continue
        if who is None:
            problems.append(f"nobody is named {entry.key[:60]!r}")
        else:
            claims.append(ForeignLines(entry.path, who[0], lines, who[1]))
    return ForeignNote(last_holds(claims), tuple(dict.fromkeys(problems)))


def _parts(data: bytes) -> tuple[str, JsonObject | None]:
    """The attestations of a note, and its JSON; None where that cannot be read."""
    head, _, tail = ("\n" + data.decode("utf-8", "replace").replace("\r\n", "\n")).partition("\n---\n")
    return head, loads_object(tail)


def _entries(head: str, problems: list[str]) -> Iterator[_Entry]:
    path: str | None = None
    for line in head.split("\n"):
        entry = _ENTRY.fullmatch(line)
        if entry is not None and path is not None:
            yield _Entry(path, entry[1], entry[2])
        elif line and not line.startswith(" "):
            quoted = len(line) > 1 and line.startswith('"') and line.endswith('"')
            path = fields.path(line[1:-1] if quoted else line)
            if path is None:
                problems.append(f"not a path: {line[:60]!r}")
        elif line.strip():
            problems.append(f"not an entry: {line[:60]!r}")


def _maker(about: JsonObject, key: str) -> tuple[str, ImportedMaker] | None:
    """(class, maker) of a key: a session's (`s_…::t_…`), a person's (`h_…`), or that of an older prompt."""
    if key.startswith("h_"):
        author = fields.text(fields.inner(fields.inner(about, "humans"), key).get("author"))
        return None if author is None else ("human", ImportedMaker(key, human=author))
    session, _, checkpoint = key.partition("::")
    record = fields.inner(fields.inner(about, "sessions" if key.startswith("s_") else "prompts"), session)
    agent = fields.inner(record, "agent_id")
    if not agent:
        return None
    trace = fields.text(fields.inner(record, "custom_attributes").get(f"gitprov.{checkpoint}"))
    conversation = fields.text(agent.get("id"))
    return "ai", ImportedMaker(
        key,
        fields.model(agent.get("tool")),
        fields.model(agent.get("model")),
        None if conversation == trace else conversation,  # `write` gives a trace without a session its own id
        None,
        fields.text(record.get("human_author")),
        trace if trace is not None and ids.is_trace_id(trace) else None,
    )


def is_ours(data: bytes) -> bool:
    """Whether gitprov wrote a note."""
    about = _parts(data)[1]
    return about is not None and _OURS in about


def write(commit: RecordedCommit) -> bytes | None:
    """The note of a commit, without a newline at its end; None where it has no line of a model or a person.

    Lines of the class `edited` are left out: the standard gives a line to its last author, who is not
    recorded by name. Paths with a quote or a line break cannot be written and are left out.
    """
    sections: list[str] = []
    sessions: dict[str, JsonObject] = {}
    humans: dict[str, JsonObject] = {}
    for path, ranges in commit.paths.items():
        lines: dict[str, list[tuple[int, int]]] = {}
        for row in ranges:
            key: str | None = None
            if row.cls == "ai" and row.trace is not None and row.trace in commit.traces:
                key = _session_key(commit.traces[row.trace], sessions)
            elif row.cls == "human" and row.human:
                key = ids.human_id(row.human)
                humans[key] = {"author": row.human}
            if key is not None:
                lines.setdefault(key, []).append((row.first, row.last))
        if lines and not set(path) & {'"', "\n", "\r"} and path.isprintable():
            sections.append(f'"{path}"' if path == "---" or any(mark in path for mark in _QUOTED) else path)
            sections += [f"  {key} {LineSet.of_runs(lines[key])}" for key in sorted(lines)]
    return _text(commit.oid, sections, sessions, humans) if sections else None


def _text(
    oid: str, sections: list[str], sessions: Mapping[str, JsonObject], humans: Mapping[str, JsonObject]
) -> bytes:
    about: JsonObject = {
        "schema_version": VERSION,
        "base_commit_sha": oid,
        "prompts": {},
        **({"humans": dict(sorted(humans.items()))} if humans else {}),
        **({"sessions": dict(sorted(sessions.items()))} if sessions else {}),
        _OURS: __version__,
    }
    shown = json.dumps(about, indent=2, ensure_ascii=False)
    return "\n".join([*sections, "---", shown]).encode("utf-8", "backslashreplace")


def _session_key(row: TraceRow, sessions: dict[str, JsonObject]) -> str:
    """The key of a trace, whose session is added to `sessions`. Ids follow from the trace alone."""
    tool, conversation = row.agent or "unknown", row.session or row.id
    session = "s_" + sha256_hex(f"{tool}:{conversation}".encode("utf-8", "surrogatepass"))[:14]
    checkpoint = "t_" + sha256_hex(row.id.encode("utf-8", "surrogatepass"))[:14]
    record = sessions.setdefault(
        session,
        {
            "agent_id": {"tool": tool, "id": conversation, "model": row.model or "unknown"},
            "human_author": row.human,
            "custom_attributes": {},
        },
    )
    record["custom_attributes"][f"gitprov.{checkpoint}"] = row.id
    return f"{session}::{checkpoint}"
