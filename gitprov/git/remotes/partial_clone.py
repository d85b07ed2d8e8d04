"""Partial clones: fetches missing notes together, where git by itself would fetch each separately."""

from __future__ import annotations

import os

from gitprov.errors import GitFailed
from gitprov.git.locate import locate
from gitprov.git.process import Env, decode, run_git

_KEYS = r"^(remote\..*\.promisor|extensions\.partialclone)$"
#: The options with which git itself fetches objects from a promisor; such a fetch leaves no traces.
_FETCH = (
    "-c",
    "fetch.negotiationAlgorithm=noop",
    "fetch",
    "--quiet",
    "--no-tags",
    "--no-write-fetch-head",
    "--recurse-submodules=no",
    "--filter=blob:none",
    "--stdin",
)


def bring(ref: str, *, cwd: str, env: Env, common_dir: str | None = None) -> None:
    """Fetch the missing blobs of a small tree, such as a notes ref's. In full clones no process is started.

    GitFailed where no remote delivers them: older versions of git treat missing notes as absent, which would
    change the result. Not for hooks, which must not use the network for data that they do not need.
    """
    if not _is_partial(common_dir or _common_dir(cwd), cwd, env):
        return
    args = ("rev-list", "--objects", "--missing=print", "--no-object-names", f"{ref}^{{tree}}", "--")
    shown = run_git(args, cwd=cwd, env=env, ok=(0, 1, 128)).stdout
    missing = b"".join(row[1:] + b"\n" for row in shown.splitlines() if row.startswith(b"?"))
    if not missing:
        return
    words = ""
    for remote in promisors(cwd, env):
        result = run_git((*_FETCH, remote), cwd=cwd, env=env, stdin=missing, ok=(0, 1, 128))
        if result.returncode == 0:
            return
        words = decode(result.stderr)
    raise promised("fetch", 128, words)


def is_promised(words: str) -> bool:
    """Whether git's message reports that a promisor remote did not deliver an object."""
    return any(sign in words for sign in ("promisor", "lazy fetch", "Could not read from remote repository"))


def promised(command: str, status: int, words: str) -> GitFailed:
    """The error for a promisor remote that did not deliver an object; `words` is git's message."""
    return GitFailed(
        f"git {command}: the remote that promised an object of this partial clone did not give it",
        status,
        words,
        "see that the remote can be reached: git fetch",
    )


def _common_dir(cwd: str) -> str | None:
    place = locate(cwd)
    return None if place is None else place.common_dir


def _is_partial(common_dir: str | None, cwd: str, env: Env) -> bool:
    """Whether a pack came from a promisor; where packs cannot be listed, whether a promisor is configured."""
    if common_dir is None or "GIT_OBJECT_DIRECTORY" in env:
        return bool(promisors(cwd, env))
    try:
        return any(
            name.endswith(".promisor") for name in os.listdir(os.path.join(common_dir, "objects/pack"))
        )
    except OSError:
        return False


def promisors(cwd: str, env: Env) -> list[str]:
    """Names of the promisor remotes in the configuration."""
    shown = run_git(("config", "-z", "--get-regexp", _KEYS), cwd=cwd, env=env, ok=(0, 1, 128)).stdout
    rows = (row.partition("\n") for row in decode(shown).split("\0") if row)
    named = (
        key[len("remote.") : -len(".promisor")] if key.startswith("remote.") else value
        for key, _, value in rows
        if value.lower() not in ("false", "no", "off", "0")
    )
    return list(dict.fromkeys(named))
