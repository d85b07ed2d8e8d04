"""`gitprov review`: records who reviewed a trace, in the note of each commit that holds the trace."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from gitprov.errors import GitprovError, UsageError
from gitprov.flow.capture.moment import utc_second
from gitprov.flow.read.resolve import find, holders
from gitprov.git import notes as git_notes
from gitprov.git.objects import person
from gitprov.git.process import decode
from gitprov.git.write import RefChange, write
from gitprov.interop.identities import split_person
from gitprov.model.notes.note import Note
from gitprov.model.notes.rows import ReviewRow
from gitprov.store import notes

if TYPE_CHECKING:
    from gitprov.git.repo import Repository


class GivenReview(NamedTuple):
    """A recorded review. `new` are the (commit, trace) pairs whose notes it changed."""

    by: str
    pairs: tuple[tuple[str, str], ...]
    new: tuple[tuple[str, str], ...]


def review(repo: Repository, text: str, by: str | None, remark: str | None, now: float) -> GivenReview:
    """Record that a trace, or each trace of a commit, was reviewed.

    Repeating a review changes nothing; a new `remark` of the same person is appended to the old one. `by` is
    `Name <email>`, None for git's committer identity; `now` is seconds since 1970. GitprovError where there
    is nothing to review or git has no identity, UsageError where `by` has no name or address, or a line
    break.
    """
    committer = _committer(repo, by, now)
    who = by.strip() if by is not None else person(committer)
    at = utc_second(now)
    before = _Before(repo)
    pairs = _pairs(before, text)
    fresh: list[tuple[str, str]] = []

    def build(refs: dict[str, str]) -> list[RefChange]:
        base = refs.get(notes.REF)
        raw, old = before.read({oid for oid, _ in pairs}, base) if base else ({}, {})
        fresh.clear()
        rows: dict[str, list[ReviewRow]] = {}
        for oid, trace in pairs:
            row = _row(trace, who, at, remark, old.get(oid, Note()))
            if row is not None:
                fresh.append((oid, trace))
                rows.setdefault(oid, []).append(row)
        new = {oid: old.get(oid, Note()) | Note(commit_rows) for oid, commit_rows in rows.items()}
        return [notes.replacement(repo, base, new, f"gitprov: review by {who}", raw)]

    write(repo, committer, build, [notes.REF])
    return GivenReview(who, tuple(pairs), tuple(fresh))


class _Before:
    """Notes as they were before the review. A note is parsed again only if its bytes have changed."""

    def __init__(self, repo: Repository) -> None:
        self.repo = repo
        self._parsed: dict[str, tuple[bytes, Note]] = {}

    def read(self, oids: Iterable[str], ref: str = notes.REF) -> tuple[dict[str, bytes], dict[str, Note]]:
        """Commit → note, as bytes and parsed, on a notes ref or commit; absent where there is none."""
        raw = git_notes.read(self.repo, ref, oids)
        for oid, data in raw.items():
            if oid not in self._parsed or self._parsed[oid][0] != data:
                self._parsed[oid] = (data, Note.parse(data))
        return raw, {oid: self._parsed[oid][1] for oid in raw}


def _pairs(before: _Before, text: str) -> list[tuple[str, str]]:
    """(commit, trace) for each trace in each commit that `text` names."""
    repo = before.repo
    name = find(repo, text)
    if name.kind == "trace":
        trace_commits = holders(repo, name.value)
        if not (trace_commits.commits or trace_commits.silent):
            raise GitprovError(
                f"no commit holds {name.value}: a review is kept with the commit",
                "commit it first, then review it",
            )
        return [(oid, name.value) for oid in trace_commits.commits or trace_commits.silent]
    if name.kind == "turn":
        raise GitprovError(
            f"turn {text} is not committed: a review is kept with the commit",
            "commit it first, then review it",
        )
    traces = _traces(before, name.value)
    if not traces:
        raise GitprovError(
            f"commit {name.value[:12]} has no trace to review", f"gitprov show {name.value[:12]}"
        )
    return [(name.value, trace) for trace in traces]


def _traces(before: _Before, oid: str) -> list[str]:
    """The traces of a commit: those of its note, else those that its trailers name."""
    note = before.read([oid])[1].get(oid)
    if note is not None and note.traces:
        return list(note.traces)
    from gitprov.git.history.log import trailers_of
    from gitprov.interop.trailers import trace_ids

    return trace_ids(trailers_of(before.repo, [oid]).get(oid, []))


def _row(trace: str, who: str, at: str, remark: str | None, note: Note) -> ReviewRow | None:
    """The review row to unite with the note; None where the note already contains the review."""
    name = f"{trace}/{(split_person(who)[1] or who).lower()}"
    old = note.of(ReviewRow).get(name)
    if old is None:
        return ReviewRow.make(name, by=who, at=at, note=remark)
    if remark is None or remark in (old.note or "").split("\n"):
        return None
    # A union of notes keeps the longer remark, so the later remark has to contain the earlier one.
    return old.replace(at=at, note=f"{old.note}\n{remark}" if old.note else remark)


def _committer(repo: Repository, by: str | None, now: float) -> str:
    """The identity that writes the note. GitprovError where git has none and `by` is None."""
    if by is not None:
        name, address = split_person(by.strip())
        if not name or not address or any(mark in by for mark in "\n\0"):
            raise UsageError(f"{by!r} names nobody", 'as in: --by "Bob <bob@example.com>"')
    done = repo.try_run("var", "GIT_COMMITTER_IDENT")
    if done.returncode == 0:
        return decode(done.stdout).strip()
    if by is None:
        raise GitprovError(
            "git does not know who you are, and a review needs a reviewer",
            'git config user.name "Your Name" && git config user.email you@example.com, '
            'or --by "Name <email>"',
        )
    return f"{by.strip()} {int(now)} +0000"
