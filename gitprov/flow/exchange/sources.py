"""Where the notes of other tools are kept, and how each is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import takewhile
from typing import TYPE_CHECKING, NamedTuple

from gitprov.errors import GitprovError
from gitprov.flow.exchange import mail
from gitprov.git import notes as git_notes
from gitprov.git.history.log import trailers_of
from gitprov.interop.formats import agent_trace, agentblame, entire, fields, git_ai, sessions, whogitit
from gitprov.model.exchange.exchange import ForeignNote, last_holds
from gitprov.model.untrusted.jsonvalue import loads_object

if TYPE_CHECKING:
    from gitprov.git.repo import Repository

#: Sessions of a checkpoint that are read.
_SESSIONS = 64


class NoteSource(NamedTuple):
    """A format to read. `ref`: the notes ref that holds it, `data`: the content of a file instead."""

    name: str
    ref: str | None = None
    data: bytes | None = None


class ForeignNotes(NamedTuple):
    """Commit → its foreign note; the numbers of records in a file that name other commits, and none."""

    notes: dict[str, ForeignNote]
    elsewhere: int = 0
    nameless: int = 0


#: Formats that are kept as git notes: the ref (None: no usual one), and the reader of a note.
NOTES: Mapping[str, tuple[str | None, Callable[[bytes], ForeignNote]]] = {
    "git-ai": (git_ai.REF, git_ai.read),
    "agent-trace": (None, agent_trace.read),
    "whogitit": (whogitit.REF, whogitit.read),
    "agentblame": (agentblame.REF, agentblame.read),
    "shift-log": (sessions.SHIFT_LOG_REF, sessions.shift_log),
    "prompt-story": (sessions.PROMPT_STORY_REF, sessions.prompt_story),
    "memento": (sessions.MEMENTO_REF, sessions.memento),
    "origin": (sessions.ORIGIN_REF, sessions.origin),
}


def read(repo: Repository, source: NoteSource, oids: Sequence[str]) -> ForeignNotes:
    """The foreign notes of those of the commits that have one. GitprovError where the format needs
    a file or a ref that is not named.
    """
    if source.name == "entire":
        return ForeignNotes(_entire(repo, oids))
    if source.name == mail.NAME:
        if source.data is None:
            raise GitprovError("no mails are named", "gitprov import mail --from FILE")
        return ForeignNotes(mail.read(repo, source.data, oids))
    ref, reader = NOTES[source.name]
    if source.data is not None:
        records = agent_trace.read_all if source.name == "agent-trace" else _uploaded(reader)
        return _by_commit(records(source.data), oids)
    place = source.ref or ref
    if place is None:
        raise GitprovError(
            f"no {agent_trace.PLACE} is in the work tree", "gitprov import agent-trace --from FILE"
        )
    return ForeignNotes({oid: reader(data) for oid, data in git_notes.read(repo, place, oids).items()})


def _uploaded(
    reader: Callable[[bytes], ForeignNote],
) -> Callable[[bytes], list[agent_trace.TraceRecord]]:
    """Reads JSON Lines with `commit_sha` and `content`, as `gitprov export git-ai` writes them."""

    def records(data: bytes) -> list[agent_trace.TraceRecord]:
        rows = [loads_object(line) or {} for line in data.split(b"\n") if line.strip()]
        return [
            agent_trace.TraceRecord(
                fields.text(row.get("commit_sha")), reader(str(row.get("content")).encode())
            )
            for row in rows
        ]

    return records


def _by_commit(records: Sequence[agent_trace.TraceRecord], oids: Sequence[str]) -> ForeignNotes:
    """The claims of all records that name a commit, together; others are counted. GitprovError where none of
    them names a commit at all.
    """
    chosen = set(oids)
    groups: dict[str, list[ForeignNote]] = {}
    elsewhere = nameless = 0
    for record in records:
        if record.revision in chosen:
            groups.setdefault(str(record.revision), []).append(record.note)
        elif record.revision is not None:
            elsewhere += 1
        else:
            nameless += 1
    if nameless and not groups and not elsewhere:
        raise GitprovError(f"none of {nameless} records names a commit", "name a file of this format")
    notes = {
        oid: ForeignNote(
            last_holds(claim for note in groups[oid] for claim in note.claims),
            tuple(dict.fromkeys(text for note in groups[oid] for text in note.problems)),
        )
        for oid in oids
        if oid in groups
    }
    return ForeignNotes(notes, elsewhere, nameless)


def _entire(repo: Repository, oids: Sequence[str]) -> dict[str, ForeignNote]:
    """The checkpoints that trailers name, from Entire's branch or refs."""
    out: dict[str, ForeignNote] = {}
    for oid, trailers in trailers_of(repo, oids).items():
        names = entire.checkpoints(trailers)
        metadata = [data for name in names for data in _sessions(repo, name)]
        if names:
            missing = () if metadata else (f"checkpoint {names[0]} is not in this clone",)
            note = entire.read(metadata)
            out[oid] = note._replace(problems=(*note.problems, *missing))
    return out


def _sessions(repo: Repository, name: str) -> list[bytes]:
    """The metadata of each session of a checkpoint."""

    def content(number: int) -> bytes | None:
        contents = (repo.objects.content(place) for place in entire.places(name, number))
        return next((data for data in contents if data is not None), None)

    return [data for data in takewhile(lambda data: data is not None, map(content, range(_SESSIONS))) if data]
