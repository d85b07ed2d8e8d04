"""The inputs of the last report: the next one with the same inputs makes no page anew.

They are in a file that lies in the clone's private directory and may be deleted.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import gitprov
from gitprov.checks.findings import baseline
from gitprov.model.canonical import sha256_hex
from gitprov.store import files
from gitprov.store.config import OWN_FILE, SHARED_FILE

if TYPE_CHECKING:
    from gitprov.git.repo import Repository

FILE = "report.json"
_TOP_FILES = (OWN_FILE, SHARED_FILE, baseline.FILE, ".gitattributes", ".mailmap")
_GIT_FILES = ("shallow", "info/attributes", "info/grafts")
_VARIABLES = ("GIT_", "GITPROV_", "LANG", "LC_")


def inputs_of(repo: Repository, index: str, revisions: Sequence[str]) -> str:
    """A digest of all that the pages of a report depend on: refs, configuration, the clone's index, the
    files of the work tree that git and the checks read, and the installed program and libraries.

    `index`: the name of the index's file in the clone's private directory, which is up to date.
    """
    return sha256_hex("\0".join(_inputs(repo, index, revisions)).encode("utf-8", "surrogateescape"))


def _inputs(repo: Repository, index: str, revisions: Sequence[str]) -> Iterator[str]:
    yield from (*revisions, repo.resolve("HEAD") or "", repo.worktree or "", repo.cwd, sys.version)
    for command in (("for-each-ref", "--format=%(refname) %(objectname)"), ("config", "--list", "-z")):
        yield repo.run(*command).decode("utf-8", "surrogateescape")
    yield from (f"{name}={value}" for name, value in sorted(repo.env.items()) if name.startswith(_VARIABLES))
    yield from (_state(os.path.join(repo.worktree or repo.cwd, name)) for name in _TOP_FILES)
    yield from (_state(os.path.join(repo.common_dir, name)) for name in _GIT_FILES)
    yield _state(os.path.join(repo.home, index))
    for place in sys.path:
        if os.path.isdir(place):
            yield from sorted(name for name in os.listdir(place) if name.endswith(".dist-info"))
    yield from _states(os.path.dirname(gitprov.__file__), (".pyc",))


def pages_as_written(repo: Repository, directory: str, inputs: str) -> int | None:
    """The number of pages of a directory that was written from the same inputs and has not changed since;
    None where they have to be made.
    """
    row = files.read_object(os.path.join(repo.home, FILE)) or {}
    pages = row.get("pages")
    same = (row.get("directory"), row.get("inputs")) == (directory, inputs) and type(pages) is int
    return pages if same and row.get("listing") == _listing(directory) else None


def keep(repo: Repository, directory: str, inputs: str, pages: int) -> None:
    """Keep what a report was made of. OSError where the file cannot be written."""
    row = {"directory": directory, "inputs": inputs, "listing": _listing(directory), "pages": pages}
    files.replace(repo.home, os.path.join(repo.home, FILE), files.json_line(row), durable=False)


def _listing(directory: str) -> str:
    """A digest of the names, sizes and times of all files of a directory."""
    return sha256_hex("\0".join(_states(directory)).encode("utf-8", "surrogateescape"))


def _states(directory: str, ignored: tuple[str, ...] = ()) -> Iterator[str]:
    for folder, folders, names in os.walk(directory):
        folders.sort()
        for name in sorted(names):
            if not ignored or not name.endswith(ignored):
                yield _state(os.path.join(folder, name))


def _state(path: str) -> str:
    """A file's path, kind, size and time of the last change; only the path where there is none."""
    try:
        status = os.lstat(path)
    except OSError:
        return path
    return f"{path} {status.st_mode} {status.st_size} {status.st_mtime_ns} {status.st_ino}"
