"""The check of records: commits that have or declare AI-written lines have their traces in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from gitprov.checks import trace_rules
from gitprov.checks.gate import lost_sidecar
from gitprov.flow.behaviour.prompts.prompt_files import prompts_at
from gitprov.flow.change import added_count, new_lines
from gitprov.flow.gates.subjects import CheckScope, subjects
from gitprov.flow.read import log
from gitprov.flow.records.verify import verify
from gitprov.flow.records.verify_store import sidecars
from gitprov.git import notes as note_trees
from gitprov.model.finding import ERROR, INFO, UNKNOWN, WARNING, Finding, Risk
from gitprov.model.notes.note import Note
from gitprov.model.settings.policy import CheckPolicy
from gitprov.model.sidecars import sidecar_target
from gitprov.model.untrusted.printed import path_quoted
from gitprov.store import generations, notes
from gitprov.store.config import load_config

if TYPE_CHECKING:
    from gitprov.git.repo import Repository
    from gitprov.model.answers.log import LoggedCommit

Progress = Callable[[str, int, int], None]

_FETCH = "gitprov clone-setup && git fetch"
RULES = {
    **trace_rules.RULES,
    "trace/no-trace": "A commit that declares AI-written lines and has no trace in a note.",
    "trace/not-covered": "A commit that adds more lines than its note knows of.",
    "trace/bypassed": "A commit that was made past the gate.",
    "trace/dropped": "A trace whose record a commit let go, with the reason.",
    "trace/sidecar-removed": "A sidecar that is removed while its file stays.",
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
    """`require_trace`: a commit that declares AI must have traces. `policy`: what the project allows."""

    require_trace: bool
    policy: CheckPolicy = CheckPolicy()


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
    # Also of commits without AI-written lines: these let traces go as well.
    texts = notes.read(repo, repo.run("rev-list", *revs).decode().split())
    letting = {oid: note.commit.dropped for oid, note in texts.items() if note.commit and note.commit.dropped}
    for entry in entries:
        findings += _of_commit(entry, texts, options)
        if options.require_trace:
            findings += _uncovered(repo, entry)
        findings += trace_rules.of_commit(entry, options.policy, config.trailers)
        if options.policy.registered_prompts and entry.traces:
            listed = prompts_at(repo, entry.oid, config)
            findings += trace_rules.of_prompts(entry, listed, _prompts(repo, entry))
    findings += _dropped(letting, entries)
    dropped = {trace for reasons in letting.values() for trace in reasons}
    return [*findings, *_lost_sidecars(repo, scope, dropped), *_of_range(repo, scope, options.policy)]


def _dropped(letting: Mapping[str, Mapping[str, str]], entries: list[LoggedCommit]) -> Iterator[Finding]:
    """The traces that commits let go. `letting`: commit → trace → reason."""
    machines = {entry.oid: entry.machines[0] for entry in entries if entry.machines}
    for oid, reasons in letting.items():
        agent, model = machines.get(oid, (None, None))
        risk = Risk("low", "high", agent=agent, model=model)
        for trace, reason in reasons.items():
            message = f"{oid[:12]} let the record of {trace} go: {reason}"
            yield Finding("trace/dropped", WARNING, message, commit=oid, traces=(trace,), risk=risk)


def _lost_sidecars(repo: Repository, scope: CheckScope, dropped: set[str]) -> Iterator[Finding]:
    """Sidecars that the range removes though their files remain. Not those whose traces are all dropped."""
    if scope.base is None or scope.base == scope.head:
        return
    before, after = sidecars(repo, scope.base), sidecars(repo, f"{scope.head}")
    for path in [path for path in before if path not in after]:
        if repo.objects.get(f"{scope.head}:{sidecar_target(path)}") is None:
            continue
        finding = lost_sidecar(path, repo.objects.blob(before[path]), None)
        if finding is not None and not (finding.traces and dropped.issuperset(finding.traces)):
            mend = f"git checkout {scope.base[:12]} -- {path_quoted(path)}"
            yield _of_verify(finding._replace(rule="sidecar-removed", mend=mend))


def _uncovered(repo: Repository, entry: LoggedCommit) -> Iterator[Finding]:
    """The finding on a commit that adds more lines than its note knows of; none where a parent is missing."""
    commit = repo.objects.commit(entry.oid) if entry.traces and entry.added is not None else None
    if commit is None or entry.added is None or None in [*repo.objects.get_many(commit.parents)]:
        return
    base = commit.parents[0] if commit.parents else None
    count = added_count(new_lines(repo, tuple(commit.parents), base, entry.oid))
    if count > entry.added:
        message = f"{entry.short} adds {count} lines, and its note is of {entry.added}"
        yield _finding("trace/not-covered", ERROR, message, f"gitprov heal {entry.short}", entry, "medium")


def _prompts(repo: Repository, entry: LoggedCommit) -> dict[str, tuple[str | None, str | None] | None]:
    """Trace → name and version of its prompt; None where the record is not in this clone."""
    records = generations.records(repo, [trace.id for trace in entry.traces])
    prompts = {trace: record and (record.get("prompt") or {}) for trace, record in records.items()}
    return {
        trace: None if prompt is None else (prompt.get("name"), prompt.get("version"))
        for trace, prompt in prompts.items()
    }


def _of_range(repo: Repository, scope: CheckScope, policy: CheckPolicy) -> list[Finding]:
    """Findings on the whole range. The lines of all its files are counted only where the policy asks."""
    if policy.max_ai_share is None:
        return []
    base = scope.base if scope.base != scope.head else None
    files = [
        file
        for file in subjects(repo, scope._replace(base=base))
        if policy.judges(file.path) and sidecar_target(file.path) is None
    ]
    unread = [
        Finding("trace/ai-share", UNKNOWN, file.unread, path=file.path) for file in files if file.unread
    ]
    counts = [(len(file.ai), len(file.added)) for file in files]
    ai, added = sum(ai for ai, _ in counts), sum(added for _, added in counts)
    return [*unread, *trace_rules.of_range(ai, added, policy)]


def _of_verify(finding: Finding) -> Finding:
    rule = f"trace/{finding.rule}"
    severity = "high" if rule in _HIGH else "medium" if finding.level == ERROR else "low"
    return finding._replace(rule=rule, risk=Risk(severity, "high"))


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
        yield _finding("trace/bypassed", WARNING, message, f"gitprov verify {entry.oid[:12]}^!", entry, "low")


def _finding(
    rule: str, level: str, message: str, mend: str | None, entry: LoggedCommit, severity: str
) -> Finding:
    agent, model = entry.machines[0] if entry.machines else (None, None)
    traces = tuple(trace.id for trace in entry.traces)
    risk = Risk(severity, "high", agent=agent, model=model)
    return Finding(rule, level, message, mend, commit=entry.oid, traces=traces, risk=risk)
