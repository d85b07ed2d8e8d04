"""Remotes: their configuration, fetches that write only the given refs, pushes without force."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from gitprov.errors import GitprovError
from gitprov.git.process import decode, encode
from gitprov.model.canonical import sha256_hex

if TYPE_CHECKING:
    from gitprov.git.repo import Repository

#: The refs below this, in one directory per remote, are the remotes' values at the last fetch.
STAGING = "refs/gitprov/remote"

_USERINFO = re.compile(r"(?<=://)[^/@\s]*@")
#: Parts of a server's message to the slower of two simultaneous pushes.
_MOVED = (
    "fetch first",
    "non-fast-forward",
    "stale info",
    "cannot lock ref",
    "failed to update ref",
    "already exists",
)
#: Parts of git's message where another process, such as an editor, fetches into the same clone.
_BUSY = ("cannot lock ref", ".lock': File exists")
_DENIED = ("permission denied", "403", "not allowed to", "denied to", "authentication failed", "unauthorized")


class Remotes(NamedTuple):
    """The configured remotes: their `names`, and `default`, the remote of `git push`, None without any.

    `fetch` maps a remote to its fetch refspecs.
    """

    names: tuple[str, ...]
    default: str | None
    fetch: dict[str, tuple[str, ...]]


class Pushed(NamedTuple):
    """The outcome of a push or fetch. `state` is `done`, `moved` (another process was faster), `refused`,
    `denied` or `unreachable`; `words` is the message of git and the server.
    """

    state: str
    words: str


def remotes(repo: Repository) -> Remotes:
    """The remotes in the configuration."""
    shown = decode(repo.try_run("config", "-z", "--get-regexp", r"^(remote|branch)\.").stdout)
    names: dict[str, None] = {}
    fetch: dict[str, tuple[str, ...]] = {}
    settings: dict[str, str] = {}
    for row in filter(None, shown.split("\0")):
        key, _, value = row.partition("\n")
        settings[key] = value
        section, _, rest = key.partition(".")
        name, _, field = rest.rpartition(".")
        if section == "remote" and name and field in ("url", "pushurl"):
            names[name] = None
        elif section == "remote" and field == "fetch":
            fetch[name] = (*fetch.get(name, ()), value)
    return Remotes(tuple(names), _default(repo, tuple(names), settings), fetch)


def unknown(name: str, names: tuple[str, ...]) -> GitprovError:
    """The error for a name that none of the configured remotes has."""
    hint = f"there are: {', '.join(names)}" if names else "git remote add <name> <url>"
    return GitprovError(f"no remote {name!r}", hint)


def _default(repo: Repository, names: tuple[str, ...], settings: dict[str, str]) -> str | None:
    branch = decode(repo.try_run("symbolic-ref", "--quiet", "--short", "HEAD").stdout).strip()
    wishes = (f"branch.{branch}.pushremote", "remote.pushdefault", f"branch.{branch}.remote")
    for wish in wishes:
        if settings.get(wish, ".") != ".":
            return settings[wish]
    return "origin" if "origin" in names else names[0] if len(names) == 1 else None


def staging(remote: str, names: tuple[str, ...]) -> str:
    """The directory of refs for one remote; for an address without a name it is named by a digest."""
    if remote in names:
        return f"{STAGING}/{remote}"
    return f"{STAGING}/url-{sha256_hex(encode(remote))[:16]}"


def shown(remote: str) -> str:
    """A remote for display: an address without its user name and password."""
    return _USERINFO.sub("", remote)


def refspec(ref: str, target: str) -> str:
    """A refspec from `ref` to `target`. As a pattern it is no error where the remote lacks the ref."""
    return f"+{ref}*:{target}*"


def fetch(repo: Repository, remote: str, refspecs: list[str]) -> Pushed:
    """Fetch the sources of refspecs to their targets and delete targets without a source; nothing else."""
    args = (
        *("--quiet", "--no-tags", "--prune", "--refmap=", "--no-write-fetch-head", "--no-recurse-submodules"),
        *("--no-filter", "--no-auto-maintenance", "--end-of-options", remote),
    )
    result = repo.try_run("fetch", *args, *refspecs, ok=range(256))
    return Pushed("done", "") if result.returncode == 0 else _trouble(decode(result.stderr))


def tips(repo: Repository, refs: list[str]) -> dict[str, tuple[str, str]]:
    """Ref → (`commit`, `tag`, `tree` or `blob`; object id), absent refs left out."""
    shown = decode(repo.run("for-each-ref", "--format=%(objecttype) %(objectname) %(refname)", *refs))
    rows = (line.split(" ", 2) for line in shown.splitlines())
    return {name: (kind, oid) for kind, oid, name in rows if name in refs}


def push(repo: Repository, remote: str, moves: dict[str, str]) -> dict[str, Pushed]:
    """Push commits to refs (`moves`: ref → commit id) without force and hooks; the outcome of each ref."""
    config = ("-c", f"remote.{remote}.mirror=false") if "=" not in remote else ()
    args = ("--porcelain", "--no-verify", "--no-force", "--no-follow-tags", "--recurse-submodules=no")
    specs = [f"{oid}:{ref}" for ref, oid in moves.items()]
    result = repo.try_run(*config, "push", *args, "--end-of-options", remote, *specs, ok=range(256))
    stderr = decode(result.stderr)
    outcomes: dict[str, Pushed] = {}
    for row in decode(result.stdout).splitlines():
        flag, tab, rest = row.partition("\t")
        names, _, words = rest.partition("\t")
        ref = names.rpartition(":")[2]
        if tab and ref in moves:
            outcomes[ref] = Pushed("done", "") if flag != "!" else _refusal(words, stderr)
    trouble = _trouble(stderr)
    return {ref: outcomes.get(ref, trouble) for ref in moves}


def _refusal(words: str, stderr: str) -> Pushed:
    if any(sign in words for sign in _MOVED):
        return Pushed("moved", words)
    messages = [
        row.removeprefix("remote: ").strip() for row in stderr.splitlines() if row.startswith("remote: ")
    ]
    return Pushed("refused", "; ".join([words, *filter(None, messages)]))


def _trouble(stderr: str) -> Pushed:
    """The outcome of a failed connection, with git's message in one line."""
    text = shown(stderr)
    if any(sign in text for sign in _BUSY):
        return Pushed("moved", next(row for row in text.splitlines() if any(sign in row for sign in _BUSY)))
    rows = [
        row for row in text.splitlines() if row.strip() and not row.startswith(("hint:", "Please make sure"))
    ]
    useful = [row for row in rows if "and the repository exists" not in row]
    words = "; ".join(row.removeprefix("fatal: ").removeprefix("error: ").strip() for row in useful[-4:])
    denied = any(sign in text.lower() for sign in _DENIED)
    return Pushed("denied" if denied else "unreachable", words or "git gave no reason")
