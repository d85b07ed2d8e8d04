"""Reasons to refuse a commit that follow from its content and evidence, without its message."""

from __future__ import annotations

import os

from gitprov.git.files.diff import REGULAR, FileChange
from gitprov.model.canonical import JsonObject
from gitprov.model.event import Problem
from gitprov.model.notes.rows import TraceRow
from gitprov.model.settings.config import Config
from gitprov.model.sidecars import sidecar_target

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitprov.flow.change import CommitChange
    from gitprov.flow.context import CommitContext
    from gitprov.model.finding import Finding


def refusals(context: CommitContext, commit_change: CommitChange, rows: list[TraceRow]) -> list[Finding]:
    """Reasons for sidecars and inline markers that the commit would lose. `rows`: trace rows of its note."""
    reasons: list[Finding] = []
    dead = {change.old_path for change in commit_change.changes if change.status in "DR"}
    for change in commit_change.changes:
        has_markers = context.config.markers and change.has_text
        target = sidecar_target(change.old_path)
        if change.old_mode not in REGULAR or not (has_markers or target is not None):
            continue
        from gitprov.checks import gate

        if target is not None and target not in dead and context.repo.objects.get(f":{target}") is not None:
            new = context.repo.objects.blob(change.new_oid) if change.has_text else None
            reasons.extend(
                filter(None, [gate.lost_sidecar(change.path, context.repo.objects.blob(change.old_oid), new)])
            )
        elif has_markers:
            reasons.extend(_markers(context, change, rows))
    return reasons


def _markers(context: CommitContext, change: FileChange, rows: list[TraceRow]) -> list[Finding]:
    from gitprov.checks import gate

    old, new = (context.repo.objects.blob(oid) for oid in (change.old_oid, change.new_oid))
    trace_ids = [row.id for row in rows if change.path in row.files]
    return gate.removed_markers(change.path, old, new, change.hunks, trace_ids)


def unreadable(context: CommitContext, path: str, seq: int, trace: str | None, why: str) -> Finding:
    """The reason for an event of a staged file whose stored content cannot be read."""
    return _error(
        "unreadable",
        f"a recorded edit of this file cannot be read: {why}",
        _set_aside(context.inbox.event_path(seq)),
        path=path,
        traces=(trace,) if trace else (),
    )


def damaged(context: CommitContext, problem: Problem) -> Finding:
    """The reason for a damaged event file, which may concern any staged file."""
    what = f"recorded evidence cannot be read: {problem}"
    return _error("unreadable", what, _set_aside(os.path.join(context.inbox.root, problem.where)))


def _error(
    rule: str, message: str, mend: str, *, path: str | None = None, traces: tuple[str, ...] = ()
) -> Finding:
    from gitprov.model.finding import ERROR, Finding

    return Finding(rule, ERROR, message, mend, path=path, traces=traces)


def _set_aside(path: str) -> str:
    if os.path.lexists(path) and not os.access(path, os.R_OK):
        from gitprov.store.access import mend

        return mend(path)
    from gitprov.model.untrusted.printed import shell_quoted

    return f"mv {shell_quoted(path)} {shell_quoted(path + '.damaged')}    # its lines will count as unknown"


def incomplete(config: Config, rows: list[TraceRow], records: dict[str, JsonObject]) -> list[Finding]:
    """Reasons for traces of the commit that lack facts which the project requires."""
    reasons = []
    for row in rows:
        record = records.get(row.id, {})
        missing = [name for name in config.require if not _has(record, row, name)]
        if missing:
            first = next(iter(row.files), None)
            word = " and ".join(missing)
            mend = (
                "let the agent's hooks record it (gitprov doctor shows why it is missing), or commit with "
                f"the trailer 'AI-Trace-Dropped: {row.id} <reason>'"
            )
            message = f"{row.id} has no {word}, which this project requires"
            reasons.append(_error("incomplete", message, mend, path=first, traces=(row.id,)))
    return reasons


def _has(record: JsonObject, row: TraceRow, name: str) -> bool:
    return bool(row.model if name == "model" else record.get("key") if record else row.key)


def forbidden_lines(config: Config, rows: list[TraceRow]) -> list[Finding]:
    """Reasons for lines that a model wrote, in a project that accepts none."""
    if "forbid" not in config.trailers:
        return []
    from gitprov.model.untrusted.printed import path_quoted

    return [
        _error(
            "forbidden",
            f"{row.count('ai', 'edited')} lines of {path} were written by a model "
            f"({row.model or 'unknown'}), which this project does not accept",
            f"git restore --staged {path_quoted(path)}",
            path=path,
            traces=(row.id,),
        )
        for row in rows
        for path, entry in row.files.items()
        if "ai" in entry or "edited" in entry
    ]
