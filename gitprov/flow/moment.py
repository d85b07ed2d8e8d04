"""What every capture shares: the moment it runs in, where a file lives, the inbox of a work tree, the log of problems.

This is the hot path: it runs inside somebody's agent at every edit, so it imports little.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from typing import NamedTuple

from gitprov.git.locate import Location, locate
from gitprov.model.jsonvalue import loads
from gitprov.store import owner
from gitprov.store.inbox import Inbox, inbox_root, one_line

#: Characters of a path; no system opens a file of a longer one, and git could not be asked for it.
LONGEST_PATH = 4096


class Moment(NamedTuple):
    """What the process knows of its surroundings: seconds since 1970, environment, directory."""

    now: float
    env: Mapping[str, str]
    cwd: str

    @property
    def at(self) -> str:
        """The moment as `YYYY-MM-DDThh:mm:ssZ`, UTC."""
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.now))


def report(text: str, moment: Moment, inbox: Inbox | None = None) -> str | None:
    """Log a problem where doctor finds it; returns it as one line if that is not possible.

    Outside any repository there is no log and nothing that could have been recorded: silence.
    """
    try:
        inbox = inbox or inbox_at(moment)
        if inbox is not None:
            inbox.log_problem(text, moment.at)
    except Exception as error:  # noqa: BLE001 - as above
        from gitprov.store import lost

        lost.remember(text, moment.cwd, moment.at, moment.env)
        return one_line(f"gitprov {text}; not logged: {error}")
    return None


def inbox_at(moment: Moment) -> Inbox | None:
    """The inbox of the work tree that a moment's directory is in, or None outside of all."""
    place = place_of(moment.cwd, moment.cwd, moment.env)
    return None if place is None else inbox_of(place)


def place_of(path: str, cwd: str, env: Mapping[str, str]) -> Location | None:
    """Where a file lives: in the work tree above it, else in one that `cwd` or the environment has elsewhere.

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
    owner.claim(inbox.root)
    return inbox


def look_around(inbox: Inbox, place: Location) -> None:
    """To be called before an edit is recorded: what stands in a stash then is known later, when it was popped."""
    if os.path.exists(os.path.join(place.common_dir, "logs", "refs", "stash")):
        from gitprov.store import sightings

        sightings.see_stashes(inbox, place.common_dir)


def load(payload: bytes) -> object:
    """The JSON value of a payload; a byte order mark, UTF-16 and bytes that are not UTF-8 are fine.

    A number that no counter holds is None: an edit must not get lost for it.
    """
    try:
        value: object = loads(payload, forgiving=True)
    except UnicodeDecodeError:
        value = loads(payload.decode("utf-8", "surrogateescape"), forgiving=True)
    return value
