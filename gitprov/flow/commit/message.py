"""The commit message: prepare-commit-msg writes the trailers, commit-msg is the gate."""

from __future__ import annotations

import os

from gitprov.errors import GateError
from gitprov.flow.change import CommitChange, fits, staged_change
from gitprov.flow.commit.gates import message_gate_installed, trailer_hook_installed
from gitprov.flow.context import CommitContext
from gitprov.git.history import trailers as texts
from gitprov.git.process import decode
from gitprov.git.user.parent_command import GATELESS, command, commit_options
from gitprov.interop import trailers as profiles
from gitprov.model.finding import ERROR, Finding
from gitprov.model.untrusted.printed import path_quoted, shell_quoted
from gitprov.store import files
from gitprov.store import plan as plans
from gitprov.store.plan import Plan


def _plan_for(context: CommitContext, amend: bool, kept: Plan | None) -> Plan | None:
    """The plan of the current attempt: its first hook's plan `kept`, unless the index changed since. Not
    saved.

    Evidence that arrives while an editor is open is no reason for another plan: it cannot concern lines that
    were staged before it, and the message already contains the traces.
    """
    commit_change = staged_change(context.repo, amend)
    if kept is None:
        return _new_plan(context, commit_change)
    if fits(context.repo, kept, commit_change):
        return kept
    plan = _new_plan(context, commit_change)
    if plan is None:
        return None
    passed = kept.gate if not plan.refusals and not message_gate_installed(context.repo) else None
    return plan._replace(gate=passed, sidecars=kept.sidecars)


def _attempt_plan(context: CommitContext, kept: Plan | None) -> Plan | None:
    """The saved plan, if an earlier hook of this same attempt made it."""
    moment = context.repo.env.get("GIT_AUTHOR_DATE")
    return kept if kept is not None and (kept.attempt, kept.moment) == (context.attempt, moment) else None


def _plan_at_gate(context: CommitContext, amend: bool, saved: Plan | None) -> Plan | None:
    """The plan that commit-msg checks, of the `saved` or a new one; None where there is nothing to check.

    Git writes a commit's tree before it runs prepare-commit-msg, and runs that hook for every message. So the
    plan of that hook holds: what is staged or reported while the editor is open is for the next commit.
    """
    kept = _attempt_plan(context, saved)
    if kept is not None and kept.settled:
        return kept
    if kept is None and has_seen_messages(context):
        return None
    return _plan_for(context, amend, kept)


def has_seen_messages(context: CommitContext) -> bool:
    """Whether gitprov's prepare-commit-msg has run in this attempt.

    Git runs it for every commit except those of commands that repeat commits.
    """
    by_hand = context.git is not None and command(context.git.words) not in GATELESS
    return by_hand and trailer_hook_installed(context.repo)


def unnamed(context: CommitContext, plan: Plan, message: bytes) -> set[str]:
    """Traces of a plan that a finished message neither names nor drops with a reason."""
    trailers = texts.parse(context.repo, message)
    named = {*profiles.waived(trailers, plan.trailers)}
    plan_traces: set[str] = set()
    for key, value, traces in plan.trailers:
        plan_traces.update(traces)
        if _has(trailers, key, value):
            named.update(traces)
    return plan_traces - named


def _new_plan(context: CommitContext, commit_change: CommitChange) -> Plan | None:
    from gitprov.flow.commit.plan import make_plan

    return make_plan(context, commit_change)


def prepare(
    context: CommitContext, path: str, amend: bool, saved: Plan | None, source: str | None = None
) -> None:
    """Write the trailers of the coming commit into the message file at `path`. `saved`: the saved plan.

    A message from a template stays as it is: git refuses a template that the editor did not change.
    """
    repo = context.repo
    plan = _plan_for(context, amend, _attempt_plan(context, saved))
    if plan is None:
        plans.drop(repo.git_dir)
        return
    message = _forget_stale(context, path, plan, _read(path))
    keys = [key for key, _, _ in plan.trailers]
    added = (
        bool(plan.trailers)
        and source != "template"
        and texts.has_text(repo, message, [*keys, "Signed-off-by"])
    )
    if added:
        texts.add(repo, path, [(key, value) for key, value, _ in plan.trailers])
    plans.save(repo.git_dir, plan._replace(trailers_added=added, settled=True))


def check(context: CommitContext, path: str, amend: bool, saved: Plan | None) -> None:
    """The gate: check the message file at `path`, and mark the plan as passed. `saved`: the saved plan.

    GateError with every reason why the commit would lose a record.
    """
    repo = context.repo
    plan = _plan_at_gate(context, amend, saved)
    message = _read(path)
    if plan is not None:
        message = _forget_stale(context, path, plan, message)
    trailers = texts.parse(repo, message)
    if plan is not None and not plan.trailers_added and not _is_template(context, message):
        trailers = _add_late(context, path, plan, trailers, message)
    reasons = _reasons(context, plan, trailers, message)
    if reasons:
        from gitprov.output.findings import refusal

        raise GateError(refusal(reasons))
    if plan is not None:
        plans.save(repo.git_dir, plan._replace(gate="passed"))


def _reasons(
    context: CommitContext, plan: Plan | None, trailers: list[texts.Trailer], message: bytes
) -> list[Finding]:
    """Every reason against the commit, without those that the message drops with a reason."""
    dropped = profiles.dropped(trailers) if plan is None else profiles.waived(trailers, plan.trailers)
    reasons = [] if plan is None else _losses(context, plan, trailers, message)
    reasons = [
        reason
        for reason in reasons
        if not reason.traces or not all(dropped.get(trace) for trace in reason.traces)
    ]
    if plan is not None or dropped:
        reasons += [
            Finding("dropped", ERROR, wrong, "write 'AI-Trace-Dropped: <trace id> <reason>'")
            for wrong in profiles.dropped_problems(trailers)
        ]
    if "forbid" in context.config.trailers:
        from gitprov.interop.declarations import forbidden

        reasons += [_forbidden(key, value) for key, value in forbidden(trailers)]
    return reasons


def _add_late(
    context: CommitContext, path: str, plan: Plan, trailers: list[texts.Trailer], message: bytes
) -> list[texts.Trailer]:
    """Add the missing trailers where prepare-commit-msg did not run or the message had no text then.

    Returns the trailers of the message as it is afterwards.
    """
    missing = [(key, value) for key, value, _ in plan.trailers if not _has(trailers, key, value)]
    waived = profiles.waived(trailers, plan.trailers)
    additions = [
        trailer for trailer in missing if not all(waived.get(trace) for trace in _stands_for(plan, trailer))
    ]
    keys = [key for key, _, _ in plan.trailers]
    if not additions or not texts.has_text(context.repo, message, [*keys, "Signed-off-by"]):
        return trailers
    texts.add(context.repo, path, additions)
    return texts.parse(context.repo, _read(path))


def _is_template(context: CommitContext, message: bytes) -> bool:
    """Whether git will refuse the message because it is the unchanged template."""
    repo = context.repo
    named, cleanup = commit_options(context.git.words) if context.git else (None, None)
    if named is not None:
        place = os.path.join(repo.env.get("GIT_PREFIX", ""), os.path.expanduser(named))
    else:
        place = decode(repo.try_run("config", "--type=path", "--get", "commit.template").stdout).strip("\n")
    template = files.read(os.path.join(repo.worktree or repo.cwd, place)) if place else None
    cleanup = cleanup or decode(repo.try_run("config", "--get", "commit.cleanup").stdout).strip()
    return template is not None and texts.is_untouched(repo, message, template, cleanup or "strip")


def _stands_for(plan: Plan, trailer: texts.Trailer) -> tuple[str, ...]:
    return next(traces for key, value, traces in plan.trailers if (key, value) == trailer)


def _losses(
    context: CommitContext, plan: Plan, trailers: list[texts.Trailer], message: bytes
) -> list[Finding]:
    reasons = list(plan.refusals)
    missing = [one for one in plan.trailers if not _has(trailers, *one[:2])] if plan.trailers_added else []
    if missing:
        retry = _commit_command(context, plan, [f"{key}: {value}" for key, value, _ in missing], message)
        reasons += [_removed(plan, key, value, traces, retry) for key, value, traces in missing]
    return reasons


def _commit_command(context: CommitContext, plan: Plan, trailers: list[str], message: bytes) -> str:
    """The command that makes this commit from the refused message, with all its trailers.

    Git leaves the message as the editor saved it: comments and the diff of `--verbose` have to be removed.
    """
    words = ["git", "commit", *(["--amend"] if plan.amend else [])]
    words += ["-v"] if texts.SCISSORS in message else []
    words += ["--cleanup=strip", "-F", '"$(git rev-parse --git-path COMMIT_EDITMSG)"']
    words += [word for trailer in trailers for word in ("--trailer", shell_quoted(trailer))]
    index = os.path.basename(context.repo.env.get("GIT_INDEX_FILE", "index"))
    if index.startswith("next-index-") or index == "index.lock":
        commit_change = staged_change(context.repo, plan.amend)
        changes = commit_change.work if plan.amend else commit_change.changes
        words += [
            "--",
            *(
                path_quoted(path)
                for path in sorted({p for change in changes for p in (change.old_path, change.path)})
            ),
        ]
    return " ".join(words)


def _has(trailers: list[texts.Trailer], key: str, value: str) -> bool:
    return any(texts.same(key, name) and value == text for name, text in trailers)


def _removed(plan: Plan, key: str, value: str, traces: tuple[str, ...], mend: str) -> Finding:
    path = next((next(iter(row.files)) for row in plan.traces if row.id in traces), None)
    message = f"the trailer '{key}: {value}' was removed, but its lines are in this commit"
    return Finding("trailer", ERROR, message, mend, path=path, traces=traces)


def _forbidden(key: str, value: str) -> Finding:
    return Finding(
        "forbidden",
        ERROR,
        f"the trailer '{key}: {value}' declares a model's help, which this project does not accept",
        "remove the trailer and the lines that it declares",
    )


def _forget_stale(context: CommitContext, path: str, plan: Plan, message: bytes) -> bytes:
    """Remove the trailers of traces whose last line an amendment removed. Returns the message afterwards."""
    trailers = texts.parse(context.repo, message) if plan.stale else []
    gone = {f"{key}: {value}" for key, value in plan.stale if _has(trailers, key, value)}
    if not gone:
        return message
    lines = message.decode("utf-8", "surrogateescape").splitlines(keepends=True)
    kept = "".join(line for line in lines if line.strip() not in gone)
    with open(path, "wb") as file:
        file.write(kept.encode("utf-8", "surrogateescape"))
    return _read(path)


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()
