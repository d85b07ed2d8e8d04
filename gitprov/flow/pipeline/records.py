"""Records for a pipeline's clone, which has none: those of the remote, and a fork's of its own commits."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from gitprov.errors import GitprovError
from gitprov.flow.share.sync import SyncOptions, choose, sync
from gitprov.git.remotes import remote as remotes
from gitprov.store import notes

if TYPE_CHECKING:
    from gitprov.git.repo import Repository

_WHY = "notes are commits: they need a committer"


def fetch(repo: Repository, remote: str) -> None:
    """Fetch the remote's notes and unite them with those of this clone. GitprovError as `sync`."""
    _, configured = choose(repo, [remote])
    sync(repo, remote, configured, SyncOptions(push=False))


def of_fork(repo: Repository, address: str, oids: Iterable[str]) -> int:
    """Take the notes of some commits, and of no others, from a fork; returns how many there were.

    What a fork records of other commits is not believed. GitprovError where the fork cannot be read.
    """
    from gitprov.flow.carry.write_notes import record

    target = f"{remotes.staging(address, ())}/notes"
    done = remotes.fetch(repo, address, [remotes.refspec(notes.REF, target)])
    if done.state != "done":
        raise GitprovError(
            f"the notes of the fork cannot be read: {done.words}", "push the notes to this repository as well"
        )
    if repo.resolve(target) is None:
        return 0
    try:
        rows = notes.read(repo, oids, target)
        record(repo, rows, repo.identity(_WHY), "gitprov: notes of a fork")
    finally:
        repo.try_run("update-ref", "-d", target)
    return len(rows)
