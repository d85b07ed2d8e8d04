"""The shelf: versions of files that git keeps aside, in stashes and for a rebase that will put them back.

A stash that is popped leaves no trace in git. So capture writes down which stashes there are when an edit is recorded, and
the fold knows what had been put aside by then.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from gitprov.flow.evidence.attribute import FileJob, SeenContent
from gitprov.git.process import decode
from gitprov.store import files
from gitprov.store.inbox import seen as sightings

if TYPE_CHECKING:
    from gitprov.git.repo import Repository
    from gitprov.model.event import Event
    from gitprov.store.inbox.inbox import Inbox

#: Stashes that are looked at, the newest first.
_MOST = 200
#: A stash is a merge: itself the work tree, its second parent the index, its third the untracked files.
_PARTS = ("", "^2", "^3")


#: Branches whose tips are looked at.
_BRANCHES = 100


def shelved(
    repo: Repository, events: Iterable[Event], more: Iterable[str] = ()
) -> Callable[[FileJob], list[bytes]] | None:
    """From a job to the versions of its file on the shelf, and in `more` commits; None where there is neither.

    `events` have the names by which they were recorded: a stash may have the file under the name that it had then.
    """
    aside = [*_autostash(repo), *_stashes(repo), *more]
    if not aside:
        return None

    recorded = {event.seq: event.path for event in events}

    def versions(job: FileJob) -> list[bytes]:
        # The reader of objects takes one name a line.
        paths = [path for path in sorted(_paths(job, recorded)) if "\n" not in path]
        objects = repo.objects.get_many(
            f"{oid}{part}:{path}" for path in paths for oid in aside for part in _PARTS
        )
        return list(
            {
                version.oid: version.data
                for version in objects
                if version is not None and version.type == "blob"
            }.values()
        )

    return versions


def sighted(
    repo: Repository, inbox: Inbox, events: Iterable[Event]
) -> Callable[[FileJob], list[SeenContent]] | None:
    """From a job to what git held of its file between the events; None where nothing was seen.

    `events` have the names by which they were recorded: a file may have another one by now.
    """
    rows = sightings.read(inbox)
    if not rows:
        return None
    recorded = {event.seq: event.path for event in events}

    def held(job: FileJob) -> list[SeenContent]:
        paths = _paths(job, recorded)
        requests = [(row.seq, name, row.path is not None) for row in rows for name in _names(row, paths)]
        objects = repo.objects.get_many(name for _, name, _ in requests)
        blobs = zip(requests, objects, strict=True)
        # Without repeats, as a stash's index is mostly the file as it was committed.
        seen = {(seq, blob.oid, back): blob for (seq, _, back), blob in blobs if blob and blob.type == "blob"}
        return [SeenContent(seq, blob.data, back) for (seq, _, back), blob in seen.items()]

    return held


def _paths(job: FileJob, recorded: Mapping[int, str]) -> set[str]:
    """The names that a job's file has and had. `recorded`: number of an event → the name by which it was recorded."""
    return {job.path, job.was or job.path, *(recorded.get(event.seq, job.path) for event in job.events)}


def _names(row: sightings.Sighting, paths: Iterable[str]) -> list[str]:
    """What the reader of objects calls the versions of a file that were seen; it takes one name a line."""
    if row.path is not None:
        return [row.oid] if row.path in paths else []
    return [
        f"{row.oid}{part}:{path}" for path in sorted(paths) if "\n" not in path for part in reversed(_PARTS)
    ]


def tips(repo: Repository) -> list[str]:
    """The commits that local branches end with, the newest first: work may be there that no hook heard of."""
    arguments = (
        "for-each-ref",
        f"--count={_BRANCHES}",
        "--sort=-committerdate",
        "--format=%(objectname)",
        "refs/heads",
    )
    return list(dict.fromkeys(decode(repo.run(*arguments)).split()))


def _stashes(repo: Repository) -> list[str]:
    if repo.objects.get("refs/stash") is None:
        return []
    return decode(repo.try_run("log", "-g", f"-{_MOST}", "--format=%H", "refs/stash", "--").stdout).split()


def _autostash(repo: Repository) -> list[str]:
    places = (os.path.join(repo.git_dir, name, "autostash") for name in ("rebase-merge", "rebase-apply"))
    return [decode(data).strip() for data in map(files.read, places) if data]
