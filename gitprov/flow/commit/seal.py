"""Sealing: post-commit writes generations and note in one step, then retires exactly the evidence it used."""

from __future__ import annotations

import os

from gitprov.errors import GitprovError
from gitprov.flow.carry import resets
from gitprov.flow.change import CommitChange, fits, new_lines
from gitprov.flow.context import CommitContext
from gitprov.git.files.diff import FileChange
from gitprov.git.history.reflog import steps
from gitprov.git.objects import Commit
from gitprov.git.user.parent_command import GATELESS, command
from gitprov.git.write import RefChange, write
from gitprov.model.ids import is_traceparent
from gitprov.model.notes.note import Note
from gitprov.model.notes.rows import CommitRow, NoteRow
from gitprov.store import files, generations, notes
from gitprov.store import plan as plans
from gitprov.store.plan import Plan


def seal(context: CommitContext) -> str | None:
    """Write generations and note of HEAD, which was just made. Returns its id where it got a note."""
    commit = context.repo.objects.commit("HEAD")
    if commit is None:
        return None
    plan = plans.load(context.repo.git_dir)
    commit_change = _commit_change(context, commit, plan)
    kept = plan
    if plan is not None and not fits(context.repo, plan, commit_change):
        _finish_parent(context, plan, commit)
        plan = None
    if plan is None:
        from gitprov.flow.commit.late import late_plan

        plan = late_plan(context, commit_change, commit, kept)
        if plan is not None:
            plans.save(context.repo.git_dir, plan)  # git's state names the sources only until this hook ends
    if plan is None:
        plans.drop(context.repo.git_dir)
        resets.settle(context.repo, context.view)
        return None
    if context.attempt not in (None, plan.attempt):
        plan = plan._replace(gate=None)
    done = _carry_out(context, commit, plan, context.repo.env.get("TRACEPARENT", ""))
    resets.settle(context.repo, context.view)
    if plan.problem:
        message = f"authors of lines from other commits could not be found out: {plan.problem}"
        raise GitprovError(message, f"mend that, then: gitprov heal {commit.oid[:12]}~1..{commit.oid[:12]}")
    return done


def recover(context: CommitContext) -> str | None:
    """Finish a seal that was interrupted; returns the id of a commit that got its note."""
    plan = plans.load(context.repo.git_dir)
    commit = _interrupted(context, plan)
    return _carry_out(context, commit, plan) if plan is not None and commit is not None else None


def open_plan(context: CommitContext) -> Plan | None:
    """The saved plan, if it is still to be carried out; that of an interrupted seal is carried out now."""
    plan = plans.load(context.repo.git_dir)
    commit = _interrupted(context, plan)
    if plan is None or commit is None:
        return plan
    _carry_out(context, commit, plan)
    return None


def _interrupted(context: CommitContext, plan: Plan | None) -> Commit | None:
    """HEAD, if it is the commit that a saved plan was made for."""
    commit = context.repo.objects.commit("HEAD") if plan is not None else None
    if plan is None or commit is None or commit.oid == plan.base:
        return None
    return commit if _is_planned(context, plan, commit) else None


def _finish_parent(context: CommitContext, plan: Plan, commit: Commit) -> None:
    """Carry out a plan that does not fit this commit but its parent, whose hook was killed."""
    parent = context.repo.objects.commit(commit.parents[0]) if commit.parents else None
    if parent is not None and parent.oid != plan.base and _is_planned(context, plan, parent):
        _carry_out(context, parent, plan)


def _is_planned(context: CommitContext, plan: Plan, commit: Commit) -> bool:
    """Whether a commit is the one that a plan was made for."""
    return fits(context.repo, plan, _commit_change(context, commit, plan))


def _commit_change(context: CommitContext, commit: Commit, plan: Plan | None) -> CommitChange:
    old = _amended(context, commit, plan)
    base = commit.parents[0] if commit.parents else None
    changes = new_lines(context.repo, commit.parents, base, commit.oid)
    work: list[FileChange] = new_lines(context.repo, (old,), old, commit.oid) if old else []
    return CommitChange(old or base, commit.parents, changes, old, work, tree=commit.tree)


def _amended(context: CommitContext, commit: Commit, plan: Plan | None) -> str | None:
    """The commit that this one replaced, by the reflog, else by the plan; None where it replaced none."""
    for last in steps(context.repo, 1):
        if last.new != commit.oid:
            break
        if last.why.startswith("commit (amend)"):
            return last.old
        if plan is None or not plan.amend or plan.base != last.old or last.why.startswith("commit"):
            return None  # GIT_REFLOG_ACTION changes git's words; then the plan decides
    if plan is None or not plan.amend or plan.base in (None, commit.oid):
        return None
    old = context.repo.objects.commit(plan.base)
    return plan.base if old is not None and old.parents == commit.parents else None


def _carry_out(context: CommitContext, commit: Commit, plan: Plan, traceparent: str = "") -> str | None:
    """Write what a plan holds; `traceparent` is that of the hook that git ran for this very commit."""
    repo = context.repo
    rows = note_rows(context, commit, plan)
    if rows and is_traceparent(traceparent):
        rows[-1] = rows[-1].replace(traceparent=traceparent)
    if rows:
        note = Note(rows)
        packed = plans.blobs_path(repo.git_dir) if plan.used else None

        def build(refs: dict[str, str]) -> list[RefChange]:
            words = f"gitprov: {len(plan.traces)} traces of {commit.oid[:12]}"
            kept = RefChange(generations.REF, refs.get(generations.REF), words, {}, packed)
            return [kept, notes.change(repo, refs.get(notes.REF), {commit.oid: note}, words)]

        write(repo, commit.committer, build, [generations.REF, notes.REF])
        files.raise_flag(repo.home, "active")
    plans.retire(context.inbox, plan)
    _settle_sidecars(context, plan)
    plans.drop(repo.git_dir)
    return commit.oid if rows else None


def note_rows(context: CommitContext, commit: Commit, plan: Plan) -> list[NoteRow]:
    """The rows of a commit's note: the plan's rows and, last, one for the commit.

    Empty where the plan has no rows, nothing was dropped or refused, and no source has a note (`noted`).
    """
    dropped = {**plan.dropped, **_dropped(context, commit, plan)}
    gate = _gate(context, commit, plan)
    if not (plan.rows or dropped or plan.noted or (plan.refusals and gate != "passed")):
        return []
    return [*plan.rows, CommitRow.of(commit.oid, gate, plan.added, dropped)]


def _dropped(context: CommitContext, commit: Commit, plan: Plan) -> dict[str, str]:
    """Trace → reason, for traces that the message drops. Git ignores the case of a trailer's key."""
    if b"ai-trace-dropped" not in commit.message.lower():
        return {}
    from gitprov.git.history.trailers import parse
    from gitprov.interop.trailers import waived

    return waived(parse(context.repo, commit.message), plan.trailers)


def _gate(context: CommitContext, commit: Commit, plan: Plan) -> str:
    """The gate's state for the note: `passed`, `bypassed`, `absent`, or the state inherited with the lines.

    Git gives each attempt its own author date, so the date shows whether the gate checked this very attempt.
    """
    date = commit.author[commit.author.rfind(">") + 2 :]
    same = plan.moment is None or plan.moment.removeprefix("@") == date
    if plan.gate == "passed" and same:
        return plan.inherited or "passed"
    sequencer = ("CHERRY_PICK_HEAD", "REVERT_HEAD", "rebase-merge", "rebase-apply")
    if any(os.path.exists(os.path.join(context.repo.git_dir, name)) for name in sequencer) or (
        context.git is not None and command(context.git.words) in GATELESS
    ):
        return plan.inherited or "absent"
    from gitprov.flow.commit.gates import gate_installed

    return "bypassed" if gate_installed(context.repo) else "absent"


def _settle_sidecars(context: CommitContext, plan: Plan) -> None:
    """Put the plan's sidecars into the index.

    `git commit PATH` commits from another index than the one that stays; sidecars were staged in the former.
    """
    from gitprov.git.files.tree import entries

    for path, entry in entries(context.repo, "HEAD", plan.sidecars).items():
        context.repo.run("update-index", "--add", "--cacheinfo", f"{entry.mode},{entry.oid},{path}")
