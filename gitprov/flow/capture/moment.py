"""What every capture shares: time and environment, the location of a file, the inbox, the problem log.

This is the hot path: it runs inside a user's agent at every edit, so it imports little.
"""

import errno
import os
import time
from collections.abc import Mapping

from gitprov.git.locate import Location, locate
from gitprov.model.named import NamedTuple
from gitprov.model.untrusted.jsonvalue import loads
from gitprov.store.inbox import worktree_owner
from gitprov.store.inbox.inbox import Inbox, inbox_root, one_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitprov.store.inbox.spool import ReportedFile

#: Longest path in characters: no system opens a file with a longer one, and git cannot look it up.
LONGEST_PATH = 4096
#: Largest file that is read, in bytes.
FILE_LIMIT = 64 << 20


class Moment(NamedTuple):
    """When and where an agent reports: seconds since 1970, environment, directory.

    `file`: the reported file as it was then, where the report was stored and is recorded later. `above`: the
    process that started this one, 0 where that is of no interest.
    """

    now: float
    env: Mapping[str, str]
    cwd: str
    file: "ReportedFile | None" = None
    above: int = 0

    @property
    def at(self) -> str:
        """The moment as `YYYY-MM-DDThh:mm:ssZ`, UTC."""
        return utc_second(self.now)


def utc_second(seconds: float) -> str:
    """Seconds since 1970 as `YYYY-MM-DDThh:mm:ssZ`."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def report(text: str, moment: Moment, inbox: Inbox | None = None) -> str | None:
    """Write a problem to the log that doctor reads; where that fails, return it as one line.

    Outside of all repositories nothing is logged or returned, because nothing could have been recorded there.
    """
    try:
        inbox = inbox or inbox_at(moment)
        if inbox is not None:
            inbox.log_problem(text, moment.at)
    except Exception as error:  # noqa: BLE001 - no error may stop the agent
        from gitprov.store.inbox import lost

        lost.remember(text, moment.cwd, moment.at, moment.env)
        return one_line(f"gitprov {text}; not logged: {error}")
    return None


def inbox_at(moment: Moment) -> Inbox | None:
    """The inbox of the work tree that contains the moment's directory; None outside of all work trees."""
    place = place_of(moment.cwd, moment.cwd, moment.env)
    return None if place is None else inbox_of(place)


def place_of(path: str, cwd: str, env: Mapping[str, str]) -> Location | None:
    """Location of a file: in the work tree above it, else in one that `cwd` or the environment points to.

    ValueError where its path has more than LONGEST_PATH characters.
    """
    place = locate(path)
    if place is None:
        from gitprov.git.locate import elsewhere

        place = elsewhere(path, cwd, env)
    if place is not None and len(place.path) > LONGEST_PATH:
        raise ValueError(f"a path of {len(place.path)} characters is of no file: {place.path[:200]}")
    return place


def inbox_of(place: Location) -> Inbox:
    """The inbox of a located work tree, to write to."""
    inbox = Inbox(inbox_root(place.common_dir, place.worktree_id))
    worktree_owner.claim(inbox.root)
    return inbox


def content_of(place: Location) -> bytes | None:
    """The present content of a located file, None where there is no regular file. OSError where it cannot be
    read, ValueError where it has more than FILE_LIMIT bytes.
    """
    from gitprov.git.files import tree_files

    try:
        return tree_files.read(place.worktree, place.path, FILE_LIMIT)
    except OSError as error:
        if error.errno != errno.EFBIG:
            raise
        raise ValueError(f"{place.path} is larger than {FILE_LIMIT >> 20} MiB") from error


def look_around(inbox: Inbox, place: Location) -> None:
    """Record which stashes exist. To be called before an edit is recorded.

    A stash leaves no trace once it is popped, so its content can be recognized later only from this record.
    """
    if os.path.exists(os.path.join(place.common_dir, "logs", "refs", "stash")):
        from gitprov.store.inbox import seen as sightings

        sightings.see_stashes(inbox, place.common_dir)


def load(payload: bytes) -> object:
    """The JSON value of a payload; accepts a byte order mark, UTF-16, and bytes that are not UTF-8.

    A number that is out of range becomes None, so that the edit is still recorded.
    """
    try:
        value: object = loads(payload, forgiving=True)
    except UnicodeDecodeError:
        value = loads(payload.decode("utf-8", "surrogateescape"), forgiving=True)
    return value
