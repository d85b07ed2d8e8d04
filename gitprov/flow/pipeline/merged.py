"""Repair after a merge: notes of a request's commits are carried to the commits that the server made of them.

A squash or a rebase by the server runs no hook, so its commits have no notes. The server still publishes the
head of the request, and heal finds what became what. Which commit a request became is not asked of the server
(GitLab's answer is empty for some merges); only a merge that the event itself names is believed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from gitprov.errors import GitprovError
from gitprov.flow.heal.run import HealRequest, heal
from gitprov.flow.heal.scope import Scope
from gitprov.flow.pipeline import records
from gitprov.flow.share.sync import Synced, SyncOptions, choose, sync
from gitprov.git.history import survey
from gitprov.git.process import decode
from gitprov.git.remotes import forge_refs
from gitprov.interop.pipelines import request_ref
from gitprov.store import notes

if TYPE_CHECKING:
    from gitprov.git.repo import Repository
    from gitprov.interop.pipelines import Pipeline
    from gitprov.model.answers.heal import Healed, Unhealed

#: At most so many requests are compared, those with the highest numbers, and so many commits of the branch.
REQUESTS = 50
COMMITS = 200


class Repaired(NamedTuple):
    """The commits that got notes, those that could not get them, and whether the remote has the notes."""

    healed: tuple[Healed, ...]
    unhealed: tuple[Unhealed, ...]
    pushed: bool
    why_not: str = ""


def repair(repo: Repository, pipeline: Pipeline, remote: str, *, push: bool = True) -> Repaired:
    """Carry notes to the newest commits of a branch, and push them; again where others push at once.

    GitprovError where commits or notes cannot be fetched, or where the push is refused, unless the run is of
    a fork: its token may only read, which is reported in `why_not`.
    """
    tip = _tip(repo, pipeline, remote)
    records.fetch(repo, remote)
    healed: dict[str, Healed] = {}
    try:
        requests = _requests(repo, pipeline, remote, tip)
        if pipeline.merge is not None and pipeline.fork is not None:
            _of_fork(repo, pipeline, requests)
        unhealed = _heal(repo, pipeline, requests, tip, healed)
    finally:
        forge_refs.clear(repo)
    done, why_not = _push(repo, pipeline, remote) if push else (None, "not asked to")
    return Repaired(tuple(healed.values()), unhealed, done is not None, why_not)


def _tip(repo: Repository, pipeline: Pipeline, remote: str) -> str:
    """The merged state: the commit of the merge, else the pushed one."""
    name = pipeline.merge or pipeline.head
    if name is not None:
        forge_refs.bring(repo, remote, [name], pipeline.refs[:1])
    forge_refs.deepen(repo, remote)
    tip = repo.resolve(name or "HEAD")
    if tip is None:
        raise GitprovError(f"commit {name or 'HEAD'} is not here, and {remote} does not have it")
    return tip


def _requests(repo: Repository, pipeline: Pipeline, remote: str, tip: str) -> dict[int, str]:
    """Number → head of requests that may have been merged, kept as branches; the event's if there is one."""
    if pipeline.merge is not None and pipeline.request is not None and pipeline.head is not None:
        commits = {pipeline.request: pipeline.head}
    else:
        commits = forge_refs.heads(repo, remote, request_ref(pipeline.forge, "*"), REQUESTS)
    refs = {number: request_ref(pipeline.forge, number) for number in commits}
    kept = forge_refs.shelve(repo, remote, commits, refs)
    apart = survey.without(repo, kept.values(), (tip,))
    return {number: oid for number, oid in kept.items() if oid in apart}


def _of_fork(repo: Repository, pipeline: Pipeline, requests: Mapping[int, str]) -> None:
    """Take a fork's notes of the request's commits, where the fork can be read."""
    oids = [oid for head in requests.values() for oid in _branch(repo, head, pipeline.merge or "HEAD")]
    try:
        records.of_fork(repo, pipeline.fork or "", oids)
    except GitprovError:
        return  # what has no notes is healed by nothing, and reported


def _branch(repo: Repository, head: str, tip: str) -> list[str]:
    return decode(repo.run("rev-list", f"--max-count={COMMITS}", head, f"^{tip}", "--")).split()


def _heal(
    repo: Repository, pipeline: Pipeline, requests: Mapping[int, str], tip: str, healed: dict[str, Healed]
) -> tuple[Unhealed, ...]:
    """Heal the commit of the event's merge from the request's head, then what heal finds by itself."""
    for head in requests.values() if pipeline.merge is not None else ():
        if _is_squash(repo, head, tip):
            report = heal(repo, HealRequest(tip, source=head))
            healed.update((entry.oid, entry) for entry in report.healed)
    scope = Scope((f"--max-count={COMMITS}", tip), f"the newest {COMMITS} commits", (tip,))
    report = heal(repo, HealRequest(), scope=scope)
    healed.update((entry.oid, entry) for entry in report.healed)
    return report.unhealed


def _is_squash(repo: Repository, head: str, tip: str) -> bool:
    """Whether the merge made one commit of a branch: it has one parent and repeats none of the branch."""
    members = {entry.key for entry in survey.of(repo, notes.REF, _branch(repo, head, tip))}
    return all(
        len(entry.parents) == 1 and entry.key not in members for entry in survey.of(repo, notes.REF, [tip])
    )


def _push(repo: Repository, pipeline: Pipeline, remote: str) -> tuple[Synced | None, str]:
    _, configured = choose(repo, [remote])
    try:
        return sync(repo, remote, configured, SyncOptions()), ""
    except GitprovError as error:
        if pipeline.fork is None:
            raise
        return None, error.message
