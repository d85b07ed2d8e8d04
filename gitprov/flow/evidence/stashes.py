"""The shelf: versions of files that git stores in stashes, and for a rebase that will restore them.

A popped stash leaves no trace in git. So capture records which stashes exist when an edit is recorded, and
the fold uses that record.
"""

import os
from collections.abc import Callable, Collection, Iterable

from gitprov.git.process import decode
from gitprov.git.repo import Repository
from gitprov.model.named import NamedTuple
from gitprov.store import files
from gitprov.store.inbox.inbox import SIGHTINGS, Inbox

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitprov.store.inbox.seen import Sighting

#: Most stashes that are read, the newest first.
_MOST = 200
#: A stash is a merge commit of the work tree; its second parent is the index, its third the untracked files.
_PARTS = ("", "^2", "^3")
#: Most branches whose tips are read.
_BRANCHES = 100


class SeenContent(NamedTuple):
    """A content that git held before event `seq` was recorded.

    It was stored apart from the file, as in a stash, or, with `back`, written into the file.
    """

    seq: int
    content: bytes
    back: bool


def shelved(repo: Repository, more: Iterable[str] = ()) -> Callable[[Collection[str]], list[bytes]] | None:
    """A function from the present and former paths of a file to its versions on the shelf and in the commits
    `more`. None where there are no such commits.
    """
    aside = [*_autostash(repo), *_stashes(repo), *more]
    if not aside:
        return None

    def versions(paths: Collection[str]) -> list[bytes]:
        # The object reader takes one name per line, so a name cannot contain a line break.
        names = [path for path in sorted(paths) if "\n" not in path]
        objects = repo.objects.get_many(
            f"{oid}{part}:{path}" for path in names for oid in aside for part in _PARTS
        )
        return list(
            {
                version.oid: version.data
                for version in objects
                if version is not None and version.type == "blob"
            }.values()
        )

    return versions


def sighted(repo: Repository, inbox: Inbox) -> Callable[[Collection[str]], list[SeenContent]] | None:
    """A function from the present and former paths of a file to its contents that git held between events.

    None where no content was seen.
    """
    if not os.path.exists(os.path.join(inbox.root, SIGHTINGS)):
        return None
    from gitprov.store.inbox import seen

    rows = seen.read(inbox)
    if not rows:
        return None

    def held(paths: Collection[str]) -> list[SeenContent]:
        requests = [(row.seq, name, row.path is not None) for row in rows for name in _names(row, paths)]
        objects = repo.objects.get_many(name for _, name, _ in requests)
        blobs = zip(requests, objects, strict=True)
        # Without duplicates: a stash's index mostly has the file as it was committed.
        kinds = {
            (seq, blob.oid, back): blob for (seq, _, back), blob in blobs if blob and blob.type == "blob"
        }
        return [SeenContent(seq, blob.data, back) for (seq, _, back), blob in kinds.items()]

    return held


def _names(row: "Sighting", paths: Iterable[str]) -> list[str]:
    """Object names of the sighted versions of a file; none for paths with line breaks."""
    if row.path is not None:
        return [row.oid] if row.path in paths else []
    return [
        f"{row.oid}{part}:{path}" for path in sorted(paths) if "\n" not in path for part in reversed(_PARTS)
    ]


def tips(repo: Repository) -> list[str]:
    """Tip commits of local branches, the newest first: they may contain work that no hook recorded."""
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
