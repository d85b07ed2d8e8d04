"""`gitprov verify`: checks notes against commits, trailers, records and sidecars. Changes nothing.

The number of git processes is constant, whatever the length of the history.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from functools import reduce
from operator import and_
from typing import TYPE_CHECKING, NamedTuple

from gitprov.checks.verify import note as verify_note
from gitprov.checks.verify.bounds import bounded
from gitprov.checks.verify.note import Claims, Doubt, MessageTraces
from gitprov.errors import NotesUnreadable
from gitprov.flow.records import verify_store
from gitprov.git import notes as note_trees
from gitprov.git.files import diff as diffs
from gitprov.git.files.tree import blobs
from gitprov.git.history import verified
from gitprov.git.history.signatures import has_signature
from gitprov.git.history.trailers import pairs as pairs_of
from gitprov.git.history.verified import ListedCommit
from gitprov.interop import trailers as profiles
from gitprov.model.finding import ERROR, INFO, UNKNOWN, Finding
from gitprov.model.ids import traces_digest
from gitprov.model.lines import count_lines
from gitprov.model.notes.note import Note, unite_rows
from gitprov.model.notes.rows import TraceRow
from gitprov.model.ranges import LineSet, added_lines
from gitprov.store import notes

if TYPE_CHECKING:
    from gitprov.git.repo import Repository
    from gitprov.model.settings.config import Config

Tell = Callable[[str, int, int], None]

#: Doubtful paths of one commit above which git lists the commit's files once, instead of looking for each.
_MANY = 200


class Verified(NamedTuple):
    """All findings, and the numbers of checked commits, notes of these, generations and sidecars."""

    findings: tuple[Finding, ...]
    commits: int
    notes: int
    generations: int
    sidecars: int

    def count(self, level: str) -> int:
        """How many findings there are of one level."""
        return sum(finding.level == level for finding in self.findings)


def verify(repo: Repository, revs: list[str], config: Config, tell: Tell) -> Verified:
    """Check the commits that `revs` select; if `revs` is empty, all commits of HEAD and every generation.

    `tell` is called with what is being checked, the number done and the total. GitFailed where git cannot
    resolve `revs`, such as a revision that does not exist.
    """
    case = _VerifyCase(repo, config, tell)
    commits = list(verified.listed(repo, revs)) if revs or repo.resolve("HEAD") else []
    findings = [*case.readable(), *case.of_commits(commits)]
    named = {trace for note in case.noted.values() for trace in note.traces}
    store = verify_store.Store(repo)
    findings += _against_records(case, store)
    findings += verify_store.generations(store, named, not revs, case.tell)
    sidecars = verify_store.sidecars(repo, commits[0].oid) if commits else {}
    if sidecars:
        rows = _rows(case.all_notes()) if case.has_notes else None
        findings += verify_store.of_sidecars(repo, commits[0].oid, sidecars, rows)
    if not revs:
        findings += case.orphans({commit.oid for commit in commits})
    findings += _signatures(repo, config, commits)
    looked = len(store.traces if not revs else named & store.traces.keys())
    return Verified(tuple(bounded(findings)), len(commits), len(case.noted), looked, len(sidecars))


class _VerifyCase:
    """A repository and its notes. `noted`: commit → note, for the commits to check."""

    def __init__(self, repo: Repository, config: Config, tell: Tell) -> None:
        self.repo = repo
        self.tell = tell
        self.noted: dict[str, Note] = {}
        self._claimed: dict[str, Claims] = {}
        self._second: tuple[tuple[str, str], int | None, LineSet] | None = None
        self._demanded = "ai-trace" in config.trailers
        self._blobs = note_trees.places(repo, notes.REF)
        self.has_notes = bool(self._blobs)
        self.lost: list[str] = []
        self._all_sets: dict[str, frozenset[str]] | None = None

    def readable(self) -> Iterator[Finding]:
        """A finding if the notes ref cannot be read: its notes count as unknown, not as absent."""
        try:
            note_trees.ensure_readable(self.repo, notes.REF)
        except NotesUnreadable as error:
            yield Finding("notes-unreadable", ERROR, error.message, error.hint)

    def of_commits(self, commits: list[ListedCommit]) -> Iterator[Finding]:
        """Check every note against its commit, and every message against its note."""
        self.noted = self._read({commit.oid for commit in commits})
        for oid in self.lost:
            what = f"the note of the commit is missing from {notes.REF}; what it says is unknown"
            yield Finding("notes-unreadable", ERROR, what, "git fsck; gitprov sync", oid)
        for commit in commits:
            note = self.noted.get(commit.oid)
            if note is None:
                yield from self._message(commit, None)
                continue
            claimed = verify_note.claims(note)
            yield from verify_note.shape(commit.oid, note, claimed)
            if not note.copied_from(commit.oid):
                yield from self._message(commit, note)
                self._claimed[commit.oid] = {path: rows for path, rows in claimed.items() if rows}
        yield from self._lines([commit for commit in commits if self._claimed.get(commit.oid)])

    def all_notes(self) -> dict[str, Note]:
        """The notes of every commit."""
        return {**self._read(self._blobs.keys() - self.noted.keys()), **self.noted}

    def orphans(self, seen: set[str]) -> Iterator[Finding]:
        """Notes of commits that no ref but gitprov's leads to; the commits in `seen` are skipped."""
        for oid in sorted(verified.unreached(self.repo, self._blobs.keys() - seen)):
            what = "the note is of a commit that no ref here leads to"
            yield Finding("orphan", INFO, what, None, oid)

    def _read(self, oids: Iterable[str]) -> dict[str, Note]:
        noted = self._blobs.keys() & set(oids)
        texts = note_trees.read_objects(
            self.repo, [(oid, blob) for oid in noted for blob in self._blobs[oid]]
        )
        self.lost += sorted(noted - texts.keys())
        return {oid: Note.parse(data) for oid, data in texts.items()}

    def _message(self, commit: ListedCommit, note: Note | None) -> Iterator[Finding]:
        trailers = pairs_of(commit.trailers) if "ai-trace" in commit.trailers.lower() else []
        if note is None and not trailers:
            return
        digests = profiles.trace_digests(trailers)
        sets = self._sets(digests, note)
        named = [
            *profiles.trace_ids(trailers),
            *(trace for digest in digests for trace in sets.get(digest, ())),
        ]
        reasons = profiles.dropped(trailers)
        unresolved = [digest for digest in digests if digest not in sets and digest not in reasons]
        waived = {*reasons, *(trace for digest in reasons for trace in sets.get(digest, ()))}
        message_traces = MessageTraces(
            dict.fromkeys(named), profiles.bad_trace_ids(trailers), waived, unresolved
        )
        yield from verify_note.trailers(commit.oid, note, message_traces, self.has_notes, self._demanded)

    def _sets(self, digests: Iterable[str], note: Note | None) -> Mapping[str, frozenset[str]]:
        """Digest → the set of traces with that digest: from the commit's own note, else from any note."""
        unique_digests = {*digests}
        if not unique_digests:
            return {}
        note_traces = frozenset(note.traces) if note is not None else frozenset()
        sets = {traces_digest(note_traces): note_traces}
        if unique_digests == sets.keys():
            return sets
        if self._all_sets is None:
            every = (frozenset(one.traces) for one in self.all_notes().values())
            self._all_sets = {traces_digest(traces): traces for traces in every if traces}
        return self._all_sets

    def _lines(self, commits: list[ListedCommit]) -> Iterator[Finding]:
        cut = _cut_off(self.repo, commits)
        for oid in sorted(cut):
            what = "its parents are not in this clone, so nobody can say which lines it added"
            yield Finding("no-parents", UNKNOWN, what, "git fetch --unshallow", oid)
        whole = [commit for commit in commits if commit.oid not in cut]
        pairs = [(commit.oid, parent) for commit in whole for parent in commit.parents or (None,)]
        answers = verified.differences(self.repo, pairs)
        for n, commit in enumerate(whole):
            added = _added([next(answers, []) for _ in commit.parents or (None,)])
            doubts = verify_note.doubts(self._claimed[commit.oid], added)
            absent = self._absent(commit.oid, {doubt.path for doubt in doubts})
            for doubt in doubts:
                finding = self._second_look(commit, doubt, absent)
                if finding is not None:
                    yield finding
            self.tell("notes", n + 1, len(whole))

    def _absent(self, oid: str, paths: set[str]) -> set[str]:
        """The paths that a commit lacks; empty for up to `_MANY` paths, which are read one by one."""
        return paths - blobs(self.repo, oid, paths).keys() if len(paths) > _MANY else set()

    def _second_look(self, commit: ListedCommit, doubt: Doubt, absent: Container[str]) -> Finding | None:
        """Compare the file with its parents' files of the same path, for binary and renamed files."""
        if "\n" in doubt.path:
            what = "the name has a line break in it, and git's diff does not bear the claim out"
            return Finding("no-diff", UNKNOWN, what, None, commit.oid, doubt.path, doubt.traces)
        if doubt.path in absent:
            return verify_note.judged(commit.oid, doubt, None, LineSet())
        key = (commit.oid, doubt.path)
        if self._second is None or self._second[0] != key:
            self._second = (key, *self._counted(commit, doubt.path))
        return verify_note.judged(commit.oid, doubt, *self._second[1:])

    def _counted(self, commit: ListedCommit, path: str) -> tuple[int | None, LineSet]:
        """The number of lines of a commit's file (None: no such file), and the lines that no parent has."""
        new, *olds = (self._file(oid, path) for oid in (commit.oid, *commit.parents))
        if new is None:
            return None, LineSet()
        from gitprov.attribution.diff import hunks

        first, *others = (added_lines(hunks(old or b"", new)) for old in olds or [b""])
        return count_lines(new), reduce(and_, others, first)

    def _file(self, oid: str, path: str) -> bytes | None:
        blob = self.repo.objects.get(f"{oid}:{path}")
        return blob.data if blob is not None and blob.type == "blob" else None


def _added(sides: list[list[diffs.FileChange]]) -> dict[str, LineSet]:
    """Path → the lines (1-based) that are new against every parent; `sides` has the changes against each."""
    first, *others = sides
    for other in others:
        first = diffs.common(first, other)
    return {change.path: added_lines(change.hunks) for change in first if change.has_text}


def _cut_off(repo: Repository, commits: list[ListedCommit]) -> set[str]:
    """Commits at the edge of a shallow clone: their objects name parents that git does not list."""
    roots = [commit.oid for commit in commits if not commit.parents]
    objects = zip(roots, repo.objects.get_many(roots), strict=True)
    return {oid for oid, obj in objects if obj is not None and b"\nparent " in obj.data.split(b"\n\n", 1)[0]}


def _against_records(case: _VerifyCase, store: verify_store.Store) -> Iterator[Finding]:
    """Compare notes with the records of their generations; a missing record is reported once for a trace."""
    reported_traces: set[str] = set()
    for oid, note in case.noted.items():
        if note.copied_from(oid):
            continue
        for trace, row in note.traces.items():
            if row.evidence in ("imported", "declared") or trace in store.buried:
                continue
            finding = verify_note.against_record(oid, row, store.record(trace))
            if finding is not None and (finding.level == ERROR or trace not in reported_traces):
                reported_traces.add(trace)
                yield finding


def _rows(notes_by_commit: Mapping[str, Note]) -> dict[str, TraceRow]:
    """Trace id → the union of its rows in the notes of all commits."""
    rows: dict[str, TraceRow] = {}
    for note in notes_by_commit.values():
        for trace, row in note.traces.items():
            rows[trace] = unite_rows(rows[trace], row) if trace in rows else row
    return rows


_SIGNED = {
    "N": (ERROR, "is not signed"),
    "B": (ERROR, "has a bad signature"),
    "X": (ERROR, "has a signature that has expired"),
    "Y": (ERROR, "is signed with a key that has expired"),
    "R": (ERROR, "is signed with a key that was revoked"),
    "U": (UNKNOWN, "is signed with a key that nobody here vouches for"),
    "E": (UNKNOWN, "has a signature that cannot be checked here"),
}


def _signatures(repo: Repository, config: Config, commits: list[ListedCommit]) -> Iterator[Finding]:
    """Check the signatures that the policy demands: of these commits, and of the commits of the notes ref."""
    pairs: list[tuple[str, str]] = []
    if "notes" in config.verify_signatures and repo.resolve(notes.REF):
        pairs += [(commit.oid, "notes") for commit in verified.listed(repo, [notes.REF])]
    if "commits" in config.verify_signatures:
        pairs += [(commit.oid, "commits") for commit in commits]
    letters = verified.signatures(repo, dict.fromkeys(oid for oid, _ in pairs))
    # Git also reports "none" (N) for a signature that it has no means to check.
    none = [oid for oid, letter in letters.items() if letter == "N"]
    for oid, obj in zip(none, repo.objects.get_many(none), strict=True):
        if obj is not None and has_signature(obj.data):
            letters[oid] = "E"
    for oid, which in pairs:
        level, words = _SIGNED.get(letters.get(oid, "E"), (None, ""))
        if level is not None:
            what = f"the {'commit of the notes ref' if which == 'notes' else 'commit'} {words}"
            yield Finding("signature", level, what, f"git verify-commit {oid[:12]}", oid)
