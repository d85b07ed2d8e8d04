"""The blob ids at paths of a commit's tree or of the index."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from gitprov.git.files.diff import REGULAR
from gitprov.git.objects import TreeEntry, tree_rows
from gitprov.git.process import decode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitprov.git.repo import Repository

#: Paths per command line, whose length is limited; a path may have 4,000 characters.
_PATHS = 200
#: Number of paths above which one listing of the whole tree is cheaper: git searches it once per command.
_MANY = 2000


def blobs(repo: Repository, tree: str, paths: Iterable[str]) -> dict[str, str]:
    """Path → blob id for the paths that are files or links in `tree`; empty where there is no such tree."""
    return {path: entry.oid for path, entry in entries(repo, tree, paths).items()}


def regular_blobs(repo: Repository, tree: str, paths: Iterable[str]) -> dict[str, str]:
    """Path → blob id for the paths that are regular files (no links) in `tree`, in the order of `paths`."""
    selection = list(paths)
    listed = entries(repo, tree, selection)
    return {path: listed[path].oid for path in selection if path in listed and listed[path].mode in REGULAR}


def entries(repo: Repository, tree: str, paths: Iterable[str]) -> dict[str, TreeEntry]:
    """Path → entry for the files and links among the paths.

    More than `_MANY` paths are looked up in one listing of the whole tree.
    """
    valid_paths = [path for path in dict.fromkeys(paths) if path and "\0" not in path]
    whole = len(valid_paths) > _MANY
    selection = {*valid_paths}
    out: dict[str, TreeEntry] = {}
    for chunk in [[]] if whole else _chunks(valid_paths):
        flags = ("-r", "-z", "--full-tree") if whole else ("-z", "--full-tree")
        shown = repo.try_run("--literal-pathspecs", "ls-tree", *flags, tree, "--", *chunk).stdout
        rows = (row for row in tree_rows(shown) if row.path in selection and row.type == "blob")
        out.update((row.path, row) for row in rows)
    return out


def staged_blobs(repo: Repository, paths: Iterable[str]) -> dict[str, str]:
    """Path → blob id for the paths that the index (of GIT_INDEX_FILE) contains, except unmerged ones."""
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
    """Paths with the skip-worktree bit: mostly those outside of a sparse checkout."""
    result = repo.try_run("ls-files", "-t", "-z", "--full-name", "--", ":(top)")
    return {row[2:] for row in decode(result.stdout).split("\0") if row.startswith("S ")}


def _chunks(paths: Iterable[str]) -> Iterator[Sequence[str]]:
    rest = [path for path in dict.fromkeys(paths) if path and "\0" not in path]
    for at in range(0, len(rest), _PATHS):
        yield rest[at : at + _PATHS]
