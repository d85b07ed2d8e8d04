"""Which files of a work tree differ from HEAD, by the stat data of git's index: one git process."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from gitprov.git.process import decode, encode, run_git
from gitprov.model.canonical import blob_hasher

_UNBORN = "(initial)"


class TreeState(NamedTuple):
    """The paths that are staged, changed or untracked, ascending; `unmerged`: those of them in conflict.

    `head` is the commit, None before the first.
    """

    head: str | None
    paths: tuple[str, ...]
    unmerged: frozenset[str]


def tree_state(cwd: str, env: Mapping[str, str]) -> TreeState:
    """The state of the work tree at `cwd`; ignored files are not in it. GitFailed where git cannot read it.

    The index is not refreshed on disk, so that no other git process meets its lock.
    """
    args = ["--no-optional-locks", "status", "--porcelain=v2", "--branch", "-z", "--untracked-files=all"]
    done = run_git([*args, "--no-renames", "--ignore-submodules=all"], cwd=cwd, env=env)
    head, paths, unmerged = None, [], []
    for record in decode(done.stdout).split("\0"):
        kind, _, rest = record.partition(" ")
        if record.startswith("# branch.oid "):
            oid = record.rpartition(" ")[2]
            head = None if oid == _UNBORN else oid
        elif kind in _FIELDS:
            fields = rest.split(" ", _FIELDS[kind])
            if fields[-1].endswith("/"):
                continue  # a repository inside of this one
            paths.append(fields[-1])
            unmerged += [fields[-1]] if kind == "u" else []
    return TreeState(head, tuple(sorted(paths)), frozenset(unmerged))


_FIELDS = {"1": 7, "u": 9, "?": 0}
"""Kind of a record → number of fields between it and the path."""


def stored(contents: Mapping[str, bytes], object_format: str, cwd: str, env: Mapping[str, str]) -> set[str]:
    """The keys of the contents that are blobs of the repository already. One git process for all."""
    names = {}
    for key, content in contents.items():
        digest = blob_hasher(object_format, len(content))
        digest.update(content)
        names[key] = str(digest.hexdigest())
    stdin = encode("".join(f"{name}\n" for name in names.values()))
    rows = run_git(["cat-file", "--batch-check"], cwd=cwd, env=env, stdin=stdin).stdout.splitlines()
    existing = {decode(row).split(" ")[0] for row in rows if not row.endswith(b" missing")}
    return {key for key, name in names.items() if name in existing}
