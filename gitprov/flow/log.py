"""`git ai-log`: git lists commits, their notes and trailers say what part a model had in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from gitprov.git import log as git_log
from gitprov.git.process import encode
from gitprov.model.logged import Declared, DeltaSum, Entry, LoggedTrace
from gitprov.model.note import Note, Row, line_count
from gitprov.store.notes import REF

if TYPE_CHECKING:
    from gitprov.git.stream import Stream


class Query(NamedTuple):
    """Which commits to show. `args` go to git log.

    Filters of one kind are alternatives; those of several kinds must hold for one and the same trace (or
    declaration). `skip` and `limit` (None: no limit) count commits that are shown, not those git lists.
    """

    args: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()
    sessions: tuple[str, ...] = ()
    traces: tuple[str, ...] = ()
    bypassed: bool = False
    all_commits: bool = False
    skip: int = 0
    limit: int | None = None
    reverse: bool = False

    @property
    def names_something(self) -> bool:
        """Whether there is a filter on traces."""
        return bool(self.models or self.agents or self.sessions or self.traces)


def start(query: Query, cwd: str, env: Mapping[str, str], stdin: int | None = None) -> Stream:
    """Start git log. Where commits are counted from the newest and shown from the oldest, we turn them round."""
    args = query.args
    if query.reverse and query.limit is None and not query.skip:
        args = ("--reverse", *args)
    return git_log.start(args, REF, cwd=cwd, env=env, stdin=stdin)


def entries(query: Query, stream: Stream) -> Iterator[Entry]:
    """The commits to show, as git finds them. Errors of git come out here."""
    found = _counted(query, stream)
    if query.reverse and (query.limit is not None or query.skip):
        return reversed(list(found))
    return found


def _counted(query: Query, stream: Stream) -> Iterator[Entry]:
    if query.limit == 0:
        stream.stop()
        return
    reader, seen = _Reader(), 0
    every = query.all_commits and not query.names_something
    for record in git_log.records(stream):
        if not every and reader.plain(record):
            continue
        entry = reader.entry(record)
        if not wanted(query, entry):
            continue
        seen += 1
        if seen > query.skip:
            yield entry
        if query.limit is not None and seen >= query.skip + query.limit:
            stream.stop()
            return


def wanted(query: Query, entry: Entry) -> bool:
    """Whether a commit is to be shown."""
    if query.bypassed and entry.gate != "bypassed":
        return False
    if query.names_something:
        return any(_matches(query, trace) for trace in entry.traces or _declared_traces(entry))
    return query.all_commits or query.bypassed or entry.cls is not None


def _declared_traces(entry: Entry) -> list[LoggedTrace]:
    """Declarations in the shape of traces, so that one question fits both."""
    return [
        LoggedTrace({"id": one.source.partition(": ")[2], "agent": one.agent, "model": one.model}, 0, 0)
        for one in entry.declared
    ]


def _matches(query: Query, trace: LoggedTrace) -> bool:
    return (
        _holds(query.models, trace.model)
        and _holds(query.agents, trace.agent)
        and (
            not query.sessions or any((trace.text("session") or "").startswith(one) for one in query.sessions)
        )
        and (not query.traces or any(_names(one, trace.id) for one in query.traces))
    )


def _holds(patterns: Sequence[str], value: str | None) -> bool:
    """Whether a value holds one of the patterns, whatever their case; a pattern with * or ? is for the whole value."""
    if not patterns:
        return True
    if value is None:
        return False
    from fnmatch import fnmatchcase

    low = value.lower()
    return any(
        fnmatchcase(low, one.lower()) if "*" in one or "?" in one else one.lower() in low for one in patterns
    )


def _names(asked: str, trace: str) -> bool:
    """Whether `asked` is a beginning of a trace id, or of its hex digits."""
    return trace.startswith(asked) or trace.rpartition("_")[2].startswith(asked)


class _Reader:
    """Makes entries of records; who is a machine is asked once for each author."""

    def __init__(self) -> None:
        self._machines: dict[tuple[str, str], tuple[Declared, ...]] = {}

    def plain(self, record: git_log.Record) -> bool:
        """Whether nothing about a commit speaks of a machine; said quickly, for most commits are so."""
        return not (record.note or record.trailers or self._people(record))

    def entry(self, record: git_log.Record) -> Entry:
        oid, short, author, _, date, time, _, subject, trailing, raw = record
        note = Note.parse(encode(raw)) if raw else _NO_NOTE
        kinds: dict[str, list[Row]] = {"trace": [], "human": [], "review": [], "commit": []}
        for key in sorted(note.rows):
            if key[0] in kinds:
                kinds[key[0]].append(note.rows[key])
        traces = kinds["trace"]
        trailers = git_log.trailers(trailing) if trailing else []
        declared = self._declared(record, trailers, {row["id"] for row in traces})
        about = note.rows.get(("commit", oid)) or (kinds["commit"] or [{}])[0]
        gate = about.get("gate")
        return Entry(
            oid,
            short,
            author,
            date,
            time,
            subject,
            "ai" if traces else "declared" if declared else None,
            tuple([LoggedTrace(one, _lines(one, "ai"), _lines(one, "edited")) for one in traces]),
            declared,
            sum([line_count(one, "human") for one in kinds["human"]]),
            _int(about.get("added")),
            _delta(traces),
            gate if isinstance(gate, str) else None,
            _reviewers(oid, note, trailers) if kinds["review"] or "eviewed-" in trailing else (),
        )

    def _people(self, record: git_log.Record) -> tuple[Declared, ...]:
        """What author and committer declare."""
        people = (record.author, record.committer)
        known = self._machines.get(people)
        if known is None:
            known = self._machines[people] = _declared([], record)
        return known

    def _declared(
        self, record: git_log.Record, trailers: list[git_log.Trailer], traces: set[str]
    ) -> tuple[Declared, ...]:
        """All declarations, but for the trailers that only name a trace of the note."""
        others = [one for one in trailers if one[0] != _TRACE_KEY or one[1] not in traces]
        return _declared(others, record) if others else self._people(record)


_NO_NOTE = Note()
_TRACE_KEY = "AI-Trace"


def _declared(trailers: list[git_log.Trailer], record: git_log.Record) -> tuple[Declared, ...]:
    from gitprov.interop.trailers import declared

    return tuple(Declared(*one) for one in declared(trailers, record.author, record.committer))


def _reviewers(oid: str, note: Note, trailers: list[git_log.Trailer]) -> tuple[str, ...]:
    from gitprov.flow.reviews import reviews_of

    return tuple(dict.fromkeys(review.by for review in reviews_of(oid, note, trailers)))


def _lines(row: Row, cls: str) -> int:
    """Lines of one class over all files of a row: by hand where all is canonical, as it nearly always is."""
    files = row.get("files")
    total = 0
    for entry in files.values() if isinstance(files, dict) else ():
        text = entry.get(cls, "") if isinstance(entry, dict) else ""
        lines = _quick_count(text) if isinstance(text, str) else None
        if lines is None:
            return line_count(row, cls)
        total += lines
    return total


def _quick_count(text: str) -> int | None:
    """Lines in range text of plain ascending ranges; None for all else."""
    total = before = 0
    for part in text.split(",") if text else ():
        first, dash, last = part.partition("-")
        if not (first.isdigit() and (last.isdigit() or not dash) and part.isascii() and len(part) < _LONG):
            return None
        start = int(first)
        end = int(last) if dash else start
        if not before < start <= end:
            return None
        total += end - start + 1
        before = end
    return total


#: Characters from which on a range is for `LineSet` to judge.
_LONG = 16


def _delta(rows: list[Row]) -> DeltaSum | None:
    known = [row["delta"] for row in rows if isinstance(row.get("delta"), dict)]
    if not known:
        return None
    sums = [[_int(delta.get(name)) or 0 for name in DeltaSum._fields] for delta in known]
    return DeltaSum(*(sums[0] if len(sums) == 1 else map(sum, zip(*sums, strict=True))))


def _int(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
