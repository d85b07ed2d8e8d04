"""The claims that the coming commit inherits: from commits in git's state files, and from equal hunks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitprov.errors import GitprovError
from gitprov.git.process import decode
from gitprov.model.notes.rows import Inherited

if TYPE_CHECKING:
    from collections.abc import Collection

    from gitprov.flow.change import CommitChange
    from gitprov.flow.context import CommitContext
    from gitprov.flow.git_state import Sources
    from gitprov.git.repo import Repository

#: The most files to blame while a user waits for a commit; what needs more is left to `heal`.
_FILES = 100


def inherited_by(context: CommitContext, commit_change: CommitChange) -> Inherited:
    """The claims that the commit inherits. A failure becomes its `problem`, as it must not stop a commit."""
    from gitprov.flow.git_state import squashing, unnamed

    repo = context.repo
    try:
        sources = (
            commit_change.sources if commit_change.sources is not None else _sources(context, commit_change)
        )
        sure = squashing(repo)  # a second `merge --squash` overwrites the list of commits of the first
        if commit_change.tree is None and unnamed(repo, sources):
            from gitprov.flow.carry.picked import picked

            by_message = picked(repo, commit_change.head)
            sources = sources._replace(partial=by_message.commits)
            sure = by_message.sure
        whole = () if sources.reset else sources.repeated
        alike = _lookalikes(repo, commit_change, whole) if sure else Inherited([])
        if not sources.commits:
            return alike
        from gitprov.flow.carry.carry import inherit
        from gitprov.flow.carry.values import CarryTarget
        from gitprov.flow.share.incoming import take_in

        take_in(repo)  # the notes of a colleague's commits may still be where a plain fetch put them
        tree = commit_change.tree or decode(repo.run("write-tree")).strip()
        counted = _counted(repo, commit_change, sources)
        only = {sources.reset.commit: sources.reset.paths} if sources.reset else {}
        target = CarryTarget("", tree, commit_change.parents, frozenset(sources.partial), counted, only)
        inherited = inherit(repo, [(target, sources.commits)], _FILES)[""][0]
        return _with(inherited, alike)
    except (GitprovError, OSError, ValueError) as error:
        return Inherited([], problem=str(error) or type(error).__name__)


def _sources(context: CommitContext, commit_change: CommitChange) -> Sources:
    """The sources that git's state files and reflog name now."""
    from gitprov.flow import git_state

    reset = None
    if git_state.state(context.repo, "ORIG_HEAD"):
        from gitprov.flow.carry import resets

        reset = resets.reset_source(context.repo, commit_change, context.view)
    return git_state.Sources(git_state.named(context.repo), git_state.undone(context.repo), reset)


def _with(inherited: Inherited, more: Inherited) -> Inherited:
    """`inherited`, and for lines that it does not claim the claims of `more`."""
    if not more.rows:
        return inherited
    from gitprov.flow.carry.write_notes import beside
    from gitprov.model.notes.note import Note
    from gitprov.model.notes.rows import ReviewRow

    # A review of one part of a trace does not cover the lines of it that are inherited already.
    traces = {row.id for row in inherited.rows}
    rows = [row for row in more.rows if not isinstance(row, ReviewRow) or row.trace not in traces]
    return inherited._replace(rows=list(beside(Note(inherited.rows), Note(rows)).rows.values()))


def _counted(repo: Repository, commit_change: CommitChange, sources: Sources) -> frozenset[str]:
    """Traces whose dropped lines are in the parent's note: of a source that is split into several commits."""
    from gitprov.flow.git_state import rebasing

    if not commit_change.parents or (sources.reset is None and not rebasing(repo)):
        return frozenset()
    from gitprov.store import notes

    before = notes.read(repo, commit_change.parents[:1]).get(commit_change.parents[0])
    rows = before.traces.items() if before else ()
    return frozenset(trace for trace, row in rows if row.evidence == "carried")


def _lookalikes(repo: Repository, commit_change: CommitChange, whole: Collection[str]) -> Inherited:
    """Claims for hunks of the index that equal those of commits which git's state no longer names.

    `whole` are the commits that the coming one repeats as a whole: their own lines are carried.
    """
    if commit_change.tree is not None:
        return Inherited([])
    from gitprov.flow.carry import same_hunks

    return same_hunks.staged(repo, commit_change.head, whole)
