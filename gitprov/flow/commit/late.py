"""A plan made by post-commit, because no hook made one or the commit differs from what the hooks saw.

The message is final by then. The plan uses evidence that the message hooks could use, and of it only what the
message names. All other evidence stays for the next commit, and its lines in this commit are unknown.
"""

from __future__ import annotations

from gitprov.flow.change import CommitChange
from gitprov.flow.commit import message
from gitprov.flow.commit.plan import make_plan
from gitprov.flow.context import CommitContext
from gitprov.flow.evidence.gather import EvidenceBound
from gitprov.git.objects import Commit
from gitprov.store.plan import Plan


def late_plan(
    context: CommitContext, commit_change: CommitChange, commit: Commit, kept: Plan | None
) -> Plan | None:
    """The plan of the finished commit; None where nothing concerns it. `kept`: a plan that does not fit.

    Without a message hook of gitprov nobody could write trailers: then all evidence is used.
    """
    same = kept is not None and context.attempt is not None and kept.attempt == context.attempt
    seen = message.has_seen_messages(context)
    bound = EvidenceBound(kept.last if kept is not None and same else 0 if seen else None)
    plan = make_plan(context, commit_change, bound=bound)
    if plan is None:
        return None
    lost = message.unnamed(context, plan, commit.message) if seen else set()
    if lost:
        seqs = frozenset(seq for seq, spent in plan.spent.items() if spent.trace in lost)
        plan = make_plan(context, commit_change, bound=bound._replace(without=seqs))
    if plan is None or kept is None or not same:
        return plan
    gate = kept.gate if not plan.refusals else None
    return plan._replace(gate=gate, sidecars=kept.sidecars, trailers_added=kept.trailers_added)
