"""What a commit that is about to be made has from others: those that git's state names, and those it names no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitprov.errors import GitprovError
from gitprov.flow.heritage import Inherited
from gitprov.git.process import decode
from gitprov.model.note import Note
from gitprov.store import notes

if TYPE_CHECKING:
    from gitprov.flow.change import Situation
    from gitprov.flow.desk import Desk
    from gitprov.flow.sources import Sources
    from gitprov.git.repo import Repository

#: Files that are blamed while somebody waits for a commit; what needs more is left to `heal`.
_FILES = 100


def inherited_by(desk: Desk, situation: Situation) -> Inherited:
    """What the commit has from others that git names. That it cannot be found out is no reason to refuse a commit."""
    from gitprov.flow.sources import squashing, unnamed

    repo = desk.repo
    try:
        known = situation.sources if situation.sources is not None else _asked(desk, situation)
        sure = squashing(repo)  # a second `merge --squash` overwrites what the first one said
        if situation.tree is None and unnamed(repo, known):
            from gitprov.flow.picked import picked

            by_message = picked(repo, situation.head)
            known = known._replace(lenders=by_message.commits)
            sure = by_message.sure
        alike = _lookalikes(repo, situation) if sure else Inherited([])
        if not known.commits:
            return alike
        from gitprov.flow.carry import inherit
        from gitprov.flow.carry_values import Heir
        from gitprov.flow.taken import take_in

        take_in(repo)  # a colleague's commits have their notes where a plain fetch put them
        tree = situation.tree or decode(repo.run("write-tree")).strip()
        counted = _counted(repo, situation, known)
        only = {known.left.commit: known.left.paths} if known.left else {}
        heir = Heir("", tree, situation.parents, frozenset(known.lenders), counted, only)
        found = inherit(repo, [(heir, known.commits)], _FILES)[""][0]
        return _with(found, alike)
    except (GitprovError, OSError, ValueError) as error:
        return Inherited([], problem=str(error) or type(error).__name__)


def _asked(desk: Desk, situation: Situation) -> Sources:
    """The sources that git's state names now."""
    from gitprov.flow import resets, sources

    left = resets.left_by_reset(desk.repo, situation, desk.view)
    return sources.Sources(sources.named(desk.repo), sources.undone(desk.repo), left)


def _with(found: Inherited, more: Inherited) -> Inherited:
    """What is inherited, and for other lines what more is known."""
    if not more.rows:
        return found
    from gitprov.flow.inherit import beside

    # Who reviewed one part has not seen what is already here of the same trace.
    known = {row["id"] for row in found.rows}
    rows = [row for row in more.rows if row["kind"] != "review" or row["id"].partition("/")[0] not in known]
    return found._replace(rows=list(beside(Note(found.rows), Note(rows)).rows.values()))


def _counted(repo: Repository, situation: Situation, known: Sources) -> frozenset[str]:
    """Traces of which an earlier part of the same source, split in several commits, has told what was dropped."""
    from gitprov.flow.sources import rebasing

    if not situation.parents or (known.left is None and not rebasing(repo)):
        return frozenset()
    before = notes.read(repo, situation.parents[:1]).get(situation.parents[0])
    told = before.traces.items() if before else ()
    return frozenset(trace for trace, row in told if row.get("evidence") == "carried")


def _lookalikes(repo: Repository, situation: Situation) -> Inherited:
    """What the index has from commits that git does not name any more; its hunks say which they were."""
    if situation.tree is not None:
        return Inherited([])
    from gitprov.flow import lookalike

    return lookalike.staged(repo, situation.head)
