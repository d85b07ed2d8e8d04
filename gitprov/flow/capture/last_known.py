"""What a file was when last known: after its newest recorded edit, else in the last commit."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import NamedTuple

from gitprov.errors import Damaged, GitFailed
from gitprov.git.locate import Location
from gitprov.store.inbox.inbox import Inbox


def last_known(inbox: Inbox, place: Location, env: Mapping[str, str]) -> bytes | None:
    """Content of a file before an edit whose report does not tell it; None if it was not there."""
    event = inbox.last_event(place.path)
    if event is not None:
        if event.after is None:
            return None
        try:
            return inbox.get_blob(event.after)
        except Damaged:
            pass
    return committed(place, env)


def committed(place: Location, env: Mapping[str, str]) -> bytes | None:
    """The file in `HEAD` as a checkout would write it; None if it is not there or git cannot say.

    GitFailed where git refuses to look, as in a repository of another user: then it may well be there.
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
    """Directory and environment in which git is asked about a work tree."""

    cwd: str
    env: Mapping[str, str]


def git_surroundings(place: Location, env: Mapping[str, str]) -> Surroundings:
    """Where to ask git about a file's work tree: variables such as GIT_DIR speak of the caller's repository, not of it."""
    inner = {name: value for name, value in env.items() if not name.startswith("GIT_")}
    if not os.path.exists(os.path.join(place.worktree, ".git").encode("utf-8", "surrogateescape")):
        # Only such a work tree has to be named to git; naming one switches git's own checks of ownership off.
        inner |= {"GIT_DIR": place.git_dir, "GIT_WORK_TREE": place.worktree}
    return Surroundings(place.worktree, inner)
