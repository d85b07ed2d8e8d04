"""The check of records: commits that have or declare AI-written lines have their traces in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from gitprov.flow.gates.subjects import CheckScope
from gitprov.flow.read import log
from gitprov.flow.records.verify import verify
from gitprov.git import notes as note_trees
from gitprov.model.finding import ERROR, INFO, UNKNOWN, WARNING, Finding, Risk
from gitprov.model.note import Note
from gitprov.store import notes
from gitprov.store.config import load_config

if TYPE_CHECKING:
    from gitprov.git.repo import Repository
    from gitprov.model.answers.log import LoggedCommit

Progress = Callable[[str, int, int], None]

_FETCH = "gitprov clone-setup && git fetch"
RULES = {
    "trace/no-trace": "A commit that declares AI-written lines and has no trace in a note.",
    "trace/bypassed": "A commit that was made past the gate.",
    "trace/dropped": "A trace whose record a commit let go, with the reason.",
    "trace/no-note": "A trace that a message names and no note records.",
    "trace/bad-trailer": "A trailer that names no trace.",
    "trace/row-without-trailer": "A trace of a note that the message does not name.",
    "trace/trailer-without-row": "A trace of a message that the note does not record.",
    "trace/note-lines": "Lines of a note that are no records.",
    "trace/not-added": "Lines of a note that the commit does not add.",
}
"""Rule → what it is about; rules of `gitprov verify` that are not listed stand for themselves."""
_HIGH = ("trace/no-trace", "trace/no-note", "trace/bad-trailer", "trace/trailer-without-row")


class TraceOptions(NamedTuple):
    """`require_trace`: a commit that declares AI must have traces."""

    require_trace: bool


def trace_records(
    repo: Repository, scope: CheckScope, options: TraceOptions, progress: Progress
) -> list[Finding]:
    """The findings of `gitprov check trace`, in the order of git log."""
    if not note_trees.places(repo, notes.REF):
        reason = "this clone has no notes, so nothing is known of its commits"
        return [Finding("trace/no-notes", UNKNOWN, reason, _FETCH)]
    revs = [f"{scope.base}..{scope.head}"] if scope.base != scope.head else [f"{scope.head}"]
    config = load_config(repo.worktree, repo.config("gitprov."))
    findings = [
        _of_verify(entry) for entry in verify(repo, revs, config, progress).findings if entry.level != INFO
    ]
    entries = list(_entries(repo, revs))
    texts = notes.read(repo, [entry.oid for entry in entries])
    findings += [finding for entry in entries for finding in _of_commit(entry, texts, options)]
    return findings


def _of_verify(finding: Finding) -> Finding:
    rule = f"trace/{finding.rule}"
    return finding._replace(rule=rule, risk=Risk("high" if rule in _HIGH else "medium", "high"))


def _entries(repo: Repository, revs: list[str]) -> Iterator[LoggedCommit]:
    query = log.Query(args=tuple(revs))
    yield from log.entries(query, log.start(query, repo.cwd, repo.env, prompt=False), repo.cwd, repo.env)


def _of_commit(entry: LoggedCommit, texts: Mapping[str, Note], options: TraceOptions) -> Iterator[Finding]:
    """Findings of one commit that git ai-log lists."""
    note = texts.get(entry.oid, Note())
    row = note.commit
    if options.require_trace and not note.traces:
        message = f"{entry.oid[:12]} declares AI-written lines and has no trace"
        yield _finding("trace/no-trace", ERROR, message, f"gitprov heal {entry.oid[:12]}", entry, "high")
    if row is not None and row.gate == "bypassed":
        message = f"{entry.oid[:12]} was committed past the gate (--no-verify)"
        yield _finding(
            "trace/bypassed", WARNING, message, f"gitprov verify {entry.oid[:12]}^!", entry, "medium"
        )
    for trace, reason in ((row.dropped if row is not None else None) or {}).items():
        message = f"{entry.oid[:12]} let the record of {trace} go: {reason}"
        yield _finding("trace/dropped", WARNING, message, None, entry, "low")


def _finding(
    rule: str, level: str, message: str, mend: str | None, entry: LoggedCommit, severity: str
) -> Finding:
    return Finding(rule, level, message, mend, commit=entry.oid, risk=Risk(severity, "high"))
