"""Reads notes from a notes tree, where git spreads them over directories by the commit's first hex digits."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from gitprov.errors import NotesUnreadable
from gitprov.git.objects import tree_rows
from gitprov.git.process import Env, decode, encode, run_git

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitprov.git.repo import Repository

#: Up to this many notes are read by name; for more, one listing of the tree is cheaper.
_BY_NAME = 48


def spellings(oid: str) -> list[str]:
    """The possible paths of a commit's note, gitprov's (`ab/cdef…`) first; git has up to 3 directories."""
    return [
        f"{oid[:2]}/{oid[2:]}",
        oid,
        f"{oid[:2]}/{oid[2:4]}/{oid[4:]}",
        f"{oid[:2]}/{oid[2:4]}/{oid[4:6]}/{oid[6:]}",
    ]


def read(repo: Repository, ref: str, oids: Iterable[str]) -> dict[str, bytes]:
    """Commit → raw note on a notes ref or commit; commits without a note are left out."""
    commits = list(dict.fromkeys(oids))
    if len(commits) > _BY_NAME:
        blobs = places(repo, ref)
        return read_objects(repo, [(oid, blob) for oid in commits for blob in blobs.get(oid, ())])
    return read_objects(repo, [(oid, f"{ref}:{path}") for oid in commits for path in spellings(oid)])


def read_objects(repo: Repository, names: Sequence[tuple[str, str]]) -> dict[str, bytes]:
    """Commit → raw note from (commit, object name) pairs; several objects of a commit are one note.

    Objects that are missing or no blobs are left out.
    """
    out: dict[str, bytes] = {}
    for (oid, _), obj in zip(names, repo.objects.get_many(name for _, name in names), strict=True):
        if obj is not None and obj.type == "blob":
            out[oid] = out[oid] + b"\n" + obj.data if oid in out else obj.data
    return out


def listing(repo: Repository, ref: str) -> dict[str, str]:
    """Commit → blob id of its note for a whole notes ref; empty where there is no such ref."""
    return {oid: blobs[-1] for oid, blobs in places(repo, ref).items()}


def _list(ref: str) -> tuple[str, ...]:
    """The git command whose output `_entries` parses."""
    return ("ls-tree", "-r", "-z", "--full-tree", ref)


def _entries(shown: bytes) -> Iterator[tuple[str, str]]:
    """(path without slashes, blob id) for each entry of a notes tree; a note's path is then a commit id."""
    return ((entry.path.replace("/", ""), entry.oid) for entry in tree_rows(shown))


def blobs_at(ref: str, *, cwd: str, env: Env) -> dict[str, str]:
    """Commit → blob id of its note, as `listing`, for a command that lets git find the repository."""
    return dict(_entries(run_git(_list(ref), cwd=cwd, env=env, ok=(0, 128)).stdout))


def missing(blobs: Collection[str], *, cwd: str, env: Env) -> set[str]:
    """Those of the blob ids for which the repository has no object."""
    if not blobs:
        return set()
    text = encode("".join(f"{blob}\n" for blob in blobs))
    answer = decode(run_git(("cat-file", "--batch-check"), cwd=cwd, env=env, stdin=text).stdout)
    return {row.split(" ")[0] for row in answer.splitlines() if row.endswith(" missing")}


def ensure_readable(repo: Repository, ref: str, unnoted: Iterable[str] = ()) -> None:
    """NotesUnreadable where the notes ref exists and cannot be read, or where it lists a note of an `unnoted`
    commit whose object is missing: reading by name cannot distinguish that from a commit without a note.
    """
    top = repo.objects.get(f"{ref}^{{tree}}")
    if top is None:
        result = repo.try_run("for-each-ref", "--format=%(objectname)", ref)
        if result.stdout or result.stderr:
            raise unreadable(ref, "its tree is missing or damaged")
        return
    for oid in unnoted:
        if _has_entry(top.data, oid):
            raise unreadable(ref, f"the note of {oid[:12]} is missing")
        if _has_entry(top.data, oid[:2]):
            inner = repo.objects.get(f"{ref}:{oid[:2]}")
            if inner is None or _has_entry(inner.data, oid[2:]):
                raise unreadable(ref, f"the note of {oid[:12]} is missing")


def unreadable(ref: str, why: str) -> NotesUnreadable:
    """The error for a notes ref that cannot be read."""
    return NotesUnreadable(
        f"{ref} cannot be read: {why}; what it records of these lines is unknown",
        "git fsck; then gitprov sync, or fetch the ref from a clone that has it",
    )


def _has_entry(tree: bytes, name: str) -> bool:
    """Whether the bytes of a tree object contain an entry `name`, which consists of hexadecimal digits."""
    return b" " + name.encode("ascii") + b"\0" in tree


def places(repo: Repository, ref: str) -> dict[str, list[str]]:
    """Commit → blob ids of its notes; several where the tree has its note at more than one path."""
    out: dict[str, list[str]] = {}
    for oid, blob in _entries(repo.try_run(*_list(ref)).stdout):
        if len(oid) == repo.hash_length:
            out.setdefault(oid, []).append(blob)
    return out
