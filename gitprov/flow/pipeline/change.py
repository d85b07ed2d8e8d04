"""The change that a pipeline judges: the commits of the event itself, not the server's merge of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitprov.errors import GitprovError
from gitprov.flow.pipeline import records
from gitprov.git.files.treediff import merge_base
from gitprov.git.process import decode
from gitprov.git.remotes import forge_refs

if TYPE_CHECKING:
    from gitprov.git.repo import Repository
    from gitprov.interop.pipelines import Pipeline


class Change(NamedTuple):
    """A range of commits, both ends full ids; `base` is an ancestor of `head` where they have a common one.

    `troubles`: what could not be fetched, in words. The checks report what follows from that as unknown.
    """

    base: str
    head: str
    troubles: tuple[str, ...]


def change(repo: Repository, pipeline: Pipeline, remote: str) -> Change:
    """Fetch the commits of a pipeline's change with their history, and the notes.

    GitprovError where the commits are not to be had.
    """
    ends = [oid for oid in (pipeline.base, pipeline.head) if oid is not None]
    troubles = []
    missing = forge_refs.bring(repo, remote, ends, pipeline.refs)
    if not forge_refs.deepen(repo, remote):
        troubles.append("the clone is shallow, and its history could not be fetched: git fetch --unshallow")
    head = repo.resolve(pipeline.head or "HEAD")
    if head is None:
        raise GitprovError(f"commit {pipeline.head or 'HEAD'} is not here, and {remote} does not have it")
    if pipeline.base in missing:
        troubles.append(
            f"commit {pipeline.base} is not here any more; the range begins at a branch or parent"
        )
    base = _base(repo, pipeline, head, remote)
    troubles += _notes(repo, pipeline, remote, base, head)
    return Change(base, head, tuple(troubles))


def _base(repo: Repository, pipeline: Pipeline, head: str, remote: str) -> str:
    """The common ancestor with the reported base or a branch, else the parent; a root is its own base."""
    reported = repo.resolve(pipeline.base) if pipeline.base is not None else None
    if reported is not None:
        return merge_base(repo, reported, head) or reported
    for branch in filter(None, dict.fromkeys((pipeline.main, pipeline.branch))):
        tip = repo.resolve(f"refs/remotes/{remote}/{branch}")
        base = merge_base(repo, tip, head) if tip is not None else None
        if base is not None and base != head:
            return base
    return repo.resolve(f"{head}^1") or head


def _notes(repo: Repository, pipeline: Pipeline, remote: str, base: str, head: str) -> list[str]:
    """Fetch the notes; what could not be had."""
    troubles = []
    try:
        records.fetch(repo, remote)
    except GitprovError as error:
        troubles.append(f"notes were not fetched: {error.message}")
    if pipeline.fork is not None:
        oids = decode(repo.run("rev-list", f"{base}..{head}")).split()
        try:
            records.of_fork(repo, pipeline.fork, oids)
        except GitprovError as error:
            troubles.append(error.message)
    return troubles
