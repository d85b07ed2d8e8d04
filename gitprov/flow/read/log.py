"""`git ai-log`: git lists commits, their notes and trailers record what models contributed."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence

from gitprov.git import notes
from gitprov.git.history import log as git_log
from gitprov.git.history.trailers import Trailer, pairs
from gitprov.model.answers.log import Declared, DeltaSum, LoggedCommit, LoggedTrace
from gitprov.model.named import NamedTuple
from gitprov.model.notes.note import Note
from gitprov.model.notes.rows import HumanRow, TraceRow
from gitprov.store.notes import REF

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitprov.git.stream import Stream


class Query(NamedTuple):
    """Which commits to show. `args` are passed to git log.

    Filters of one kind are alternatives; filters of several kinds must all match the same trace (or
    declaration). `skip` and `limit` (None: no limit) count commits that are shown, not those that git lists.
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


def start(
    query: Query,
    cwd: str,
    env: Mapping[str, str],
    stdin: int | None = None,
    prompt: bool = True,
    unused: Container[str] = (),
) -> Stream:
    """Start git log. With `reverse` and a `limit` or `skip`, `entries` does the reversing, not git.

    `prompt`: a user waits for the first commits. `unused`: names of fields that will be empty in the entries,
    of `short`, `date` and `time`.
    """
    args = query.args
    if query.reverse and query.limit is None and not query.skip:
        args = ("--reverse", *args)
    return git_log.start(args, REF, cwd=cwd, env=env, stdin=stdin, prompt=prompt, unused=unused)


def entries(query: Query, stream: Stream, cwd: str, env: Mapping[str, str]) -> Iterator[LoggedCommit]:
    """The commits to show, as git lists them. Errors of git are raised while they are read.

    NotesUnreadable at the end where the notes ref lists a note whose object is missing: git shows no note
    then.
    """
    commits = _counted(query, stream, _Silent(cwd, env))
    if query.reverse and (query.limit is not None or query.skip):
        return reversed(list(commits))
    return commits


class _Silent:
    """The commits that git listed without a note, and which of them have a note whose object is missing."""

    def __init__(self, cwd: str, env: Mapping[str, str]) -> None:
        self._cwd = cwd
        self._env = env
        self._oids: list[str] = []
        self._listing: dict[str, str] | None = None

    def add(self, oid: str) -> None:
        """Add a commit that git listed without a note."""
        self._oids.append(oid)

    def judged(self, entry: LoggedCommit) -> LoggedCommit:
        """The entry of a commit that git listed without a note: `unknown` where its note is missing."""
        if not entry.declared or not self._lost([entry.oid]):
            return entry
        return entry._replace(cls="unknown", declared=(), machines=())

    def check(self) -> None:
        """Raise NotesUnreadable where the note of one of the added commits is missing."""
        lost = self._lost(self._oids) if self._oids else []
        if lost:
            more = f" and {len(lost) - 1} more" if len(lost) > 1 else ""
            raise notes.unreadable(REF, f"the note of {lost[0][:12]}{more} is missing")

    def _lost(self, oids: Sequence[str]) -> list[str]:
        if self._listing is None:
            self._listing = notes.blobs_at(REF, cwd=self._cwd, env=self._env)
        blobs = {oid: self._listing[oid] for oid in oids if oid in self._listing}
        gone = notes.missing(blobs.values(), cwd=self._cwd, env=self._env)
        return [oid for oid, blob in blobs.items() if blob in gone]


def _counted(query: Query, stream: Stream, silent: _Silent) -> Iterator[LoggedCommit]:
    if query.limit == 0:
        stream.stop()
        return
    reader, seen = _Reader(), 0
    every = query.all_commits and not query.names_something
    for record in git_log.records(stream):
        if not record.note:
            silent.add(record.oid)
        if not every and reader.plain(record):
            continue
        entry = reader.entry(record)
        if not record.note:
            entry = silent.judged(entry)
        if not is_selected(query, entry):
            continue
        seen += 1
        if seen > query.skip:
            yield entry
        if query.limit is not None and seen >= query.skip + query.limit:
            stream.stop()
            break
    silent.check()


def is_selected(query: Query, entry: LoggedCommit) -> bool:
    """Whether a commit is to be shown."""
    if query.bypassed and entry.gate != "bypassed":
        return False
    if query.names_something:
        return any(_matches(query, trace) for trace in entry.traces or _declared_traces(entry))
    return query.all_commits or query.bypassed or entry.cls is not None


def _declared_traces(entry: LoggedCommit) -> list[LoggedTrace]:
    """Declarations converted to traces, so that the same filters apply to both."""
    return [
        LoggedTrace(
            TraceRow.make(
                declaration.source.partition(": ")[2], agent=declaration.agent, model=declaration.model
            )
        )
        for declaration in entry.declared
    ]


def _matches(query: Query, trace: LoggedTrace) -> bool:
    return (
        _holds(query.models, trace.model)
        and _holds(query.agents, trace.agent)
        and (
            not query.sessions
            or any((trace.row.session or "").startswith(prefix) for prefix in query.sessions)
        )
        and (not query.traces or any(_names(prefix, trace.id) for prefix in query.traces))
    )


def _holds(patterns: Sequence[str], value: str | None) -> bool:
    """Whether a value contains one of the patterns, ignoring case. With * or ? they match whole values."""
    if not patterns:
        return True
    if value is None:
        return False
    from fnmatch import fnmatchcase

    low = value.lower()
    return any(
        fnmatchcase(low, pattern.lower()) if "*" in pattern or "?" in pattern else pattern.lower() in low
        for pattern in patterns
    )


def _names(prefix: str, trace: str) -> bool:
    """Whether `asked` is a beginning of a trace id, or of its hex digits."""
    return trace.startswith(prefix) or trace.rpartition("_")[2].startswith(prefix)


class _Reader:
    """Converts records to entries; computes the declarations of each (author, committer) once."""

    def __init__(self) -> None:
        self._machines: dict[tuple[str, str], tuple[Declared, ...]] = {}

    def plain(self, record: git_log.LogRecord) -> bool:
        """Whether a commit has no note, no trailer and no machine as author or committer. Quick."""
        return not (record.note or record.trailers or self._people(record))

    def entry(self, record: git_log.LogRecord) -> LoggedCommit:
        oid, short, author, _, date, time, subject, trailing, raw = record
        note = Note.read(raw) if raw else _NO_NOTE
        traces, human = [], 0
        for row in note.rows.values():
            if isinstance(row, TraceRow):
                traces.append(LoggedTrace(row))
            elif isinstance(row, HumanRow):
                human += row.count("human")
        if len(traces) > 1:
            traces.sort(key=lambda trace: trace.id)
        # Most commits with a trace have the one trailer that names it, and no other.
        if not trailing or (len(traces) == 1 and trailing == f"{_TRACE_KEY}: {traces[0].id}\n"):
            trailers: list[Trailer] = []
            declared = self._people(record)
        else:
            trailers = pairs(trailing)
            declared = self._declared(record, trailers, [trace.id for trace in traces])
        about = note.commit_row(oid)
        return LoggedCommit(
            oid,
            short,
            author,
            date,
            time,
            subject,
            "ai" if traces else "declared" if declared else None,
            sum([trace.ai for trace in traces]),
            sum([trace.edited for trace in traces]),
            human,
            _machines(traces or declared),
            tuple(traces),
            declared,
            about.added if about else None,
            _delta(traces),
            about.gate if about else None,
            _reviewers(oid, note, trailers) if "eview" in raw or "eview" in trailing else (),
            tuple(sorted((about.dropped or {}).items())) if about else (),
        )

    def _people(self, record: git_log.LogRecord) -> tuple[Declared, ...]:
        """What the names of author and committer declare."""
        people = (record.author, record.committer)
        declarations = self._machines.get(people)
        if declarations is None:
            declarations = self._machines[people] = _declared([], record)
        return declarations

    def _declared(
        self, record: git_log.LogRecord, trailers: list[Trailer], traces: list[str]
    ) -> tuple[Declared, ...]:
        """All declarations, except trailers that only name a trace of the note."""
        from gitprov.interop.declarations import unnamed

        others = unnamed(trailers, traces)
        return _declared(others, record) if others else self._people(record)


_NO_NOTE = Note()
_TRACE_KEY = "AI-Trace"


def _declared(trailers: list[Trailer], record: git_log.LogRecord) -> tuple[Declared, ...]:
    from gitprov.interop.declarations import declared

    return tuple(Declared(*one) for one in declared(trailers, record.author, record.committer))


def _reviewers(oid: str, note: Note, trailers: list[Trailer]) -> tuple[str, ...]:
    from gitprov.flow.read.reviews import reviews_of

    return tuple(dict.fromkeys(review.by for review in reviews_of(oid, note, trailers)))


def _machines(named: Sequence[LoggedTrace] | Sequence[Declared]) -> tuple[tuple[str | None, str | None], ...]:
    machines = [(machine.agent, machine.model) for machine in named]
    if len(machines) > 1:
        machines = list(dict.fromkeys(machines))
    return tuple([machine for machine in machines if machine != (None, None)])


def _delta(traces: list[LoggedTrace]) -> DeltaSum | None:
    sums = [
        [delta.get(name, 0) for name in DeltaSum._fields]
        for trace in traces
        if (delta := trace.row.delta) is not None
    ]
    if not sums:
        return None
    return DeltaSum(*(sums[0] if len(sums) == 1 else map(sum, zip(*sums, strict=True))))
