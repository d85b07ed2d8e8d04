"""What a commit that is about to be made has from others: those that git's state names, and those it names no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitprov.attribution.inherit import Inherited
from gitprov.errors import GitprovError
from gitprov.git.process import decode
from gitprov.model.note import Note
from gitprov.store import notes

if TYPE_CHECKING:
    from gitprov.flow.change import CommitChange
    from gitprov.flow.context import CommitContext
    from gitprov.flow.git_state import Sources
    from gitprov.git.repo import Repository

#: Files that are blamed while somebody waits for a commit; what needs more is left to `heal`.
_FILES = 100


def inherited_by(context: CommitContext, commit_change: CommitChange) -> Inherited:
    """What the commit has from others that git names. That it cannot be found out is no reason to refuse a commit."""
    from gitprov.flow.git_state import squashing, unnamed

    repo = context.repo
    try:
        known = commit_change.sources if commit_change.sources is not None else _asked(context, commit_change)
        sure = squashing(repo)  # a second `merge --squash` overwrites what the first one said
        if commit_change.tree is None and unnamed(repo, known):
            from gitprov.flow.carry.picked import picked

            by_message = picked(repo, commit_change.head)
            known = known._replace(lenders=by_message.commits)
            sure = by_message.sure
        alike = _lookalikes(repo, commit_change) if sure else Inherited([])
        if not known.commits:
            return alike
        from gitprov.flow.carry.carry import inherit
        from gitprov.flow.carry.values import CarryTarget
        from gitprov.flow.share.incoming import take_in

        take_in(repo)  # a colleague's commits have their notes where a plain fetch put them
        tree = commit_change.tree or decode(repo.run("write-tree")).strip()
        counted = _counted(repo, commit_change, known)
        only = {known.left.commit: known.left.paths} if known.left else {}
        heir = CarryTarget("", tree, commit_change.parents, frozenset(known.lenders), counted, only)
        found = inherit(repo, [(heir, known.commits)], _FILES)[""][0]
        return _with(found, alike)
    except (GitprovError, OSError, ValueError) as error:
        return Inherited([], problem=str(error) or type(error).__name__)


def _asked(context: CommitContext, commit_change: CommitChange) -> Sources:
    """The sources that git's state names now."""
    from gitprov.flow import git_state
    from gitprov.flow.carry import resets

    left = resets.left_by_reset(context.repo, commit_change, context.view)
    return git_state.Sources(git_state.named(context.repo), git_state.undone(context.repo), left)


def _with(found: Inherited, more: Inherited) -> Inherited:
    """What is inherited, and for other lines what more is known."""
    if not more.rows:
        return found
    from gitprov.flow.carry.write_notes import beside

    # Who reviewed one part has not seen what is already here of the same trace.
    known = {row["id"] for row in found.rows}
    rows = [row for row in more.rows if row["kind"] != "review" or row["id"].partition("/")[0] not in known]
    return found._replace(rows=list(beside(Note(found.rows), Note(rows)).rows.values()))


def _counted(repo: Repository, commit_change: CommitChange, known: Sources) -> frozenset[str]:
    """Traces of which an earlier part of the same source, split in several commits, has told what was dropped."""
    from gitprov.flow.git_state import rebasing

    if not commit_change.parents or (known.left is None and not rebasing(repo)):
        return frozenset()
    before = notes.read(repo, commit_change.parents[:1]).get(commit_change.parents[0])
    told = before.traces.items() if before else ()
    return frozenset(trace for trace, row in told if row.get("evidence") == "carried")


def _lookalikes(repo: Repository, commit_change: CommitChange) -> Inherited:
    """What the index has from commits that git does not name any more; its hunks say which they were."""
    if commit_change.tree is not None:
        return Inherited([])
    from gitprov.flow.carry import same_hunks

    return same_hunks.staged(repo, commit_change.head)
