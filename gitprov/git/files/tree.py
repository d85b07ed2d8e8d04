"""Which blobs stand at which paths: in a commit's tree, or in the index."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from gitprov.git.files.diff import REGULAR
from gitprov.git.process import decode

if TYPE_CHECKING:
    from gitprov.git.repo import Repository

#: Paths asked for at once; a path may have 4,000 characters, and a command line has its limit.
_PATHS = 200
#: Paths above which one listing of a whole tree is cheaper: git looks through the tree for each command line of paths.
_MANY = 2000


def blobs(repo: Repository, tree: str, paths: Iterable[str]) -> dict[str, str]:
    """Path → blob id for those paths that are files (or links) in `tree`; empty where there is no such tree."""
    return {path: oid for path, (_, oid) in _entries(repo, tree, paths).items()}


def regular_blobs(repo: Repository, tree: str, paths: Iterable[str]) -> dict[str, str]:
    """The same for files alone, without links; in the order of the paths."""
    selection = list(paths)
    entries = _entries(repo, tree, selection)
    return {path: entries[path][1] for path in selection if path in entries and entries[path][0] in REGULAR}


def _entries(repo: Repository, tree: str, paths: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Path → mode and blob id. Many paths are looked up in one listing of the whole tree."""
    valid_paths = [path for path in dict.fromkeys(paths) if path and "\0" not in path]
    whole = len(valid_paths) > _MANY
    selection = {*valid_paths}
    out: dict[str, tuple[str, str]] = {}
    for chunk in [[]] if whole else _chunks(valid_paths):
        names = ("-r",) if whole else ()
        result = repo.try_run(
            "--literal-pathspecs", "ls-tree", *names, "-z", "--full-tree", tree, "--", *chunk
        )
        for row in decode(result.stdout).split("\0"):
            facts, _, path = row.partition("\t")
            if path in selection and facts.split(" ")[1] == "blob":
                out[path] = (facts.split(" ")[0], facts.split(" ")[2])
    return out


def staged_blobs(repo: Repository, paths: Iterable[str]) -> dict[str, str]:
    """Path → blob id for those paths that the index (as GIT_INDEX_FILE names it) holds, merged ones only."""
    out: dict[str, str] = {}
    for chunk in _chunks(paths):
        pathspecs = [f":(top,literal){path}" for path in chunk]
        result = repo.try_run("ls-files", "--stage", "-z", "--full-name", "--", *pathspecs)
        for row in decode(result.stdout).split("\0"):
            facts, _, path = row.partition("\t")
            mode, oid, stage = facts.split(" ") if path else ("", "", "")
            if stage == "0" and mode != "160000":
                out[path] = oid
    return out


def skipped(repo: Repository) -> set[str]:
    """Paths that git is told not to look for in the work tree: those outside of a sparse checkout, for the most part."""
    result = repo.try_run("ls-files", "-t", "-z", "--full-name", "--", ":(top)")
    return {row[2:] for row in decode(result.stdout).split("\0") if row.startswith("S ")}


def _chunks(paths: Iterable[str]) -> Iterator[Sequence[str]]:
    rest = [path for path in dict.fromkeys(paths) if path and "\0" not in path]
    for at in range(0, len(rest), _PATHS):
        yield rest[at : at + _PATHS]
