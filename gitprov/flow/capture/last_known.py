"""The last recorded content of a file: after its newest event, else in the last commit."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import NamedTuple

from gitprov.errors import GitFailed
from gitprov.git.locate import Location
from gitprov.store.inbox.inbox import Inbox


def last_known(inbox: Inbox, place: Location, env: Mapping[str, str]) -> bytes | None:
    """Content of a file before an edit whose report does not contain it; None where there was no file."""
    event = inbox.last_event(place.path)
    if event is not None and event.after is None:
        return None
    content = None if event is None else inbox.kept(event.after)
    return committed(place, env) if content is None else content


def committed(place: Location, env: Mapping[str, str]) -> bytes | None:
    """The file in `HEAD` as a checkout would write it; None where it is not in `HEAD` or git does not run.

    GitFailed where git refuses to read, as in a repository of another user: the file may exist then.
    """
    from gitprov.git.process import failed, refused, run_git

    around = git_surroundings(place, env)
    try:
        done = run_git(
            ["cat-file", "--filters", f"HEAD:{place.path}"], cwd=around.cwd, env=around.env, ok=(0, 128)
        )
    except GitFailed:
        return None
    if refused(done.stderr):
        raise failed(["cat-file"], done.returncode, done.stderr)
    return done.stdout if done.returncode == 0 else None


class Surroundings(NamedTuple):
    """Directory and environment in which git runs for a work tree."""

    cwd: str
    env: Mapping[str, str]


def git_surroundings(place: Location, env: Mapping[str, str]) -> Surroundings:
    """Directory and environment for running git on the work tree of a file.

    Variables such as GIT_DIR are removed: they name the caller's repository, not this one.
    """
    inner = {name: value for name, value in env.items() if not name.startswith("GIT_")}
    if not os.path.exists(os.path.join(place.worktree, ".git").encode("utf-8", "surrogateescape")):
        # Named only where git cannot find it: naming a work tree switches off git's checks of ownership.
        inner |= {"GIT_DIR": place.git_dir, "GIT_WORK_TREE": place.worktree}
    return Surroundings(place.worktree, inner)
