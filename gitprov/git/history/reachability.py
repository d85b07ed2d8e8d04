"""Objects and paths that refs and their histories still reach: checks before and after an erasure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from gitprov.git.process import decode

if TYPE_CHECKING:
    from gitprov.git.repo import Repository


def ever_held(repo: Repository, rev: str, paths: Iterable[str]) -> bool:
    """Whether a commit reachable from `rev` changed one of the paths, or one below; False without `rev`."""
    args = ("--literal-pathspecs", "rev-list", "-1", "--full-history", rev, "--", *paths)
    return bool(repo.try_run(*args).stdout.strip())


def holds(repo: Repository, ref: str, paths: Iterable[str]) -> bool:
    """Whether the tree of `ref` has an entry at one of the paths."""
    return any(obj is not None for obj in repo.objects.get_many(f"{ref}:{path}" for path in paths))


def refs_below(repo: Repository, prefix: str) -> list[str]:
    """Names of the refs below a prefix."""
    return decode(repo.run("for-each-ref", "--format=%(refname)", prefix)).split()


def drop_ref(repo: Repository, ref: str) -> None:
    """Delete a ref and its reflog."""
    repo.run("update-ref", "-d", ref)


def tree_of(repo: Repository, rev: str) -> str:
    """The tree of a commit."""
    return decode(repo.run("rev-parse", "--verify", f"{rev}^{{tree}}")).strip()


def drop_reflog(repo: Repository, ref: str) -> None:
    """Expire all entries of a ref's reflog."""
    repo.try_run("reflog", "expire", "--expire=all", "--expire-unreachable=all", ref, ok=(0, 1, 128, 255))


def reachable(repo: Repository, oids: Collection[str], without: Sequence[str] = ()) -> dict[str, str]:
    """Object id → path, for those of `oids` that a ref, the index, HEAD or a reflog of HEAD or of a branch
    reaches.

    `without` are refs, or prefixes of refs, that do not count.
    """
    if not oids:
        return {}
    excluded = [f"--exclude={ref}" for name in without for ref in (name, f"{name}/*")]
    head = ("HEAD",) if repo.resolve("HEAD") else ()
    # `--reflog` would take in the reflogs of the excluded refs as well.
    entries = repo.try_run("rev-list", "--walk-reflogs", *head, "--branches").stdout
    flags = ("--objects", "--missing=allow-any", "--indexed-objects", "--stdin")
    args = ("rev-list", *flags, *excluded, "--all", *head)
    rows = (line.partition(" ") for line in decode(repo.run(*args, stdin=entries)).splitlines())
    return {oid: path for oid, _, path in rows if oid in oids}
