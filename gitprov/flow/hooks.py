"""One function per git hook, with its steps in order."""

from __future__ import annotations

import os

from gitprov.errors import GateError, GitprovError
from gitprov.flow import git_state
from gitprov.flow.change import CommitChange, staged_change
from gitprov.flow.context import CommitContext
from gitprov.git.user.parent_command import command
from gitprov.store import files
from gitprov.store import plan as plans
from gitprov.store.inbox import limits, spool, waiting
from gitprov.store.plan import Plan


def pre_commit(context: CommitContext) -> None:
    """Compute the plan of the coming commit; its refusals are raised only if no commit-msg hook of ours runs.

    GateError for these, and where evidence is unreadable.
    """
    from gitprov.flow.commit import plan as stage
    from gitprov.flow.commit.gates import message_gate_installed

    _refuse_closed(context)
    _recover(context)
    keep_flags(context)
    _sweep(context)
    waiting.ensure(context.inbox)
    amend = context.is_amend()
    change = staged_change(context.repo, amend)
    _recognize(context, change)
    plan = stage.make_plan(context, change)
    if plan is not None and context.config.sidecar:
        from gitprov.flow.commit import sidecars

        staged = sidecars.stage_sidecars(context, plan)
        if staged:
            again = stage.make_plan(context, staged_change(context.repo, amend))
            plan = (again or plan)._replace(sidecars=staged)
    if plan is None:
        plans.drop(context.repo.git_dir)
        return
    passed = None
    if not message_gate_installed(context.repo):
        if plan.refusals:
            from gitprov.output.findings import refusal

            raise GateError(refusal(plan.refusals))
        passed = "passed"
    plan = plan._replace(gate=passed)
    plans.save(context.repo.git_dir, plan)
    if _is_plain(context, plan):
        from gitprov.flow.commit.prepared import prepare

        prepare(context, change, plan)
        plans.issue(context.repo.git_dir, plan)


def _sweep(context: CommitContext) -> None:
    """Record what agents' transcripts have of this work tree and no hook reported. Problems go to the log."""
    if not context.config.sweep:
        return
    import time

    from gitprov.flow.capture.sweep import run

    now = time.time()
    try:
        transcripts = run.unread(context.repo, context.inbox, now)
        if transcripts:
            run.record(context.repo, context.inbox, now, transcripts)
    except (OSError, ValueError, RecursionError, GitprovError) as error:
        from gitprov.flow.capture.moment import utc_second

        context.inbox.log_problem(f"transcripts were not swept: {error}", utc_second(now))


def _recognize(context: CommitContext, change: CommitChange) -> None:
    """Record what is staged of outputs whose files nobody named. Problems go to the log."""
    if not spool.announced(context.inbox, spool.OUTPUT):
        return
    import time

    from gitprov.flow.capture.moment import utc_second
    from gitprov.flow.evidence.outputs import record_arrivals

    now = time.time()
    try:
        record_arrivals(context, change, now)
    except (OSError, ValueError, GitprovError) as error:
        context.inbox.log_problem(f"lines of an output were not recorded: {error}", utc_second(now))


def _recover(context: CommitContext) -> Plan | None:
    """Finish a seal that was interrupted; without a plan there is none. Returns a plan that is still open."""
    if not os.path.exists(plans.path(context.repo.git_dir)):
        return None
    from gitprov.flow.commit import seal

    return seal.open_plan(context)


def _refuse_closed(context: CommitContext) -> None:
    """GateError, with the command that gives access, if evidence is unreadable: it may be of staged files."""
    from gitprov.store import access

    shut = access.closed(context.repo.home, context.repo.worktree_id)
    if shut is not None:
        from gitprov.model.finding import ERROR, Finding
        from gitprov.output.findings import refusal

        what = f"recorded evidence cannot be read: {shut} is closed to this user"
        raise GateError(refusal([Finding("unreadable", ERROR, what, access.mend(shut))]))


def _is_plain(context: CommitContext, plan: Plan) -> bool:
    """Whether all that is left for the message hooks is to check that the message has the trailers."""
    lines = [f"{key}: {value}" for key, value, _ in plan.trailers]
    return (
        context.git is not None
        and context.plain_trailers
        and bool(lines)
        and all("-" in line.partition(":")[0] and line.isprintable() for line in lines)
        and not (plan.amend or plan.refusals or plan.stale or plan.gate)
        and "forbid" not in context.config.trailers
        and not context.repo.env.get("PRE_COMMIT")
    )


def prepare_commit_msg(context: CommitContext, path: str, source: str | None) -> None:
    """Write the trailers into the message. With `--no-verify` this is the first hook that git runs."""
    from gitprov.flow.commit import message

    if _is_pick(context):
        return
    kept = _recover(context)
    message.prepare(context, path, context.is_amend(source), kept, source)


def commit_msg(context: CommitContext, path: str) -> None:
    """Check the message. GateError where the commit would lose a record."""
    from gitprov.flow.commit import message

    kept = _recover(context)
    message.check(context, path, context.is_amend(), kept)


def post_commit(context: CommitContext) -> str | None:
    """Write the commit's note and generations; returns its id if there was something to write."""
    if _is_pick(context):
        return None
    from gitprov.flow.commit import seal

    done = seal.seal(context)
    if os.path.exists(plans.rewritten(context.repo.git_dir)):
        from gitprov.flow.carry import post_rewrite

        post_rewrite.finish(context.repo)
    return done


def post_checkout(context: CommitContext, args: list[str]) -> None:
    """Mark lines dropped by `git checkout -- FILE` or `git restore FILE`: retyped, they are a person's."""
    flag = args[2] if len(args) > 2 else context.repo.env.get("PRE_COMMIT_CHECKOUT_TYPE", "1")
    if flag == "0":
        from gitprov.flow.commit.discarded import note_discarded

        note_discarded(context)


def post_applypatch(context: CommitContext) -> None:
    """After a commit of `git am`; after the last one, heal all of them by the trailers in the mails, and take
    in the notes that came with the mails.
    """
    if context.inbox.seqs():
        from gitprov.flow.commit import seal

        seal.seal(context)
    if (
        not git_state.rebasing(context.repo)
        and context.repo.resolve("ORIG_HEAD") is not None
        and _is_last_mail(context)
    ):
        from gitprov.flow.heal.run import HealRequest, heal

        heal(context.repo, HealRequest("ORIG_HEAD..HEAD"))
        _take_in_mails(context)


def _take_in_mails(context: CommitContext) -> None:
    """The notes in the mails, for lines of the commits that no note of this clone claims."""
    from gitprov.flow.exchange import mail
    from gitprov.flow.exchange.importing import import_notes
    from gitprov.flow.exchange.sources import NoteSource
    from gitprov.git.history.facts import selected

    mails = mail.stored(context.repo)
    if mail.MARK in mails:
        oids = selected(context.repo, ["ORIG_HEAD..HEAD"])
        import_notes(context.repo, NoteSource(mail.NAME, data=mails), oids, dry=False)


def _is_last_mail(context: CommitContext) -> bool:
    place = os.path.join(context.repo.git_dir, "rebase-apply")
    at, last = (files.read(os.path.join(place, name)) for name in ("next", "last"))
    return at is not None and at == last


def _is_pick(context: CommitContext) -> bool:
    """Whether a rebase itself makes this commit, as a copy of another one: post-rewrite then handles it.

    A commit that a user makes while the rebase is stopped does not count: `git commit` makes it.
    """
    return (
        context.git is not None
        and command(context.git.words) == "rebase"
        and git_state.rebasing(context.repo)
    )


def keep_flags(context: CommitContext) -> None:
    """Store settings for programs that parse no configuration: the inbox limits for capture, and a flag for
    hooks in sh that commits without evidence are guarded.
    """
    limits.keep(context.repo.home, limits.of_config(context.config))
    if context.config.guards:
        files.raise_flag(context.repo.home, "guard")
    else:
        files.lower_flag(context.repo.home, "guard")
    if context.config.sweep:
        files.lower_flag(context.repo.home, files.NO_SWEEP)
    else:
        files.keep_no_sweep(context.repo.home, context.repo.worktree)
