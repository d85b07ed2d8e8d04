"""Signs commits of gitprov's refs where the user signs commits: fast-import cannot sign, commit-tree can."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitprov.errors import GitprovError
from gitprov.git.process import decode, encode

if TYPE_CHECKING:
    from gitprov.git.repo import Repository


def gpgsign_enabled(repo: Repository) -> bool:
    """Whether `commit.gpgsign` is on."""
    return repo.try_run("config", "--type=bool", "--get", "commit.gpgsign").stdout.strip() == b"true"


def unsigned(repo: Repository, tip: str, base: str | None) -> list[str]:
    """Commits reachable from `tip` and not from `base` that have no signature, newest first."""
    exclude = ("--not", base) if base else ()
    oids = decode(repo.run("rev-list", tip, *exclude, "--")).split()
    objects = repo.objects.get_many(oids)
    return [obj.oid for obj in objects if obj is not None and not has_signature(obj.data)]


def signed(repo: Repository, tip: str, base: str | None, words: str) -> str:
    """A signed commit with the tree of `tip` and no unsigned commit between it and `base`.

    `tip` itself if no commit lacks a signature. If only `tip` does, it is created again with its parents and
    message; several unsigned commits are replaced by one signed commit on `base` with `words` as message.
    GitprovError where git cannot sign.
    """
    bare = unsigned(repo, tip, base)
    if not bare:
        return tip
    commit = repo.objects.commit(tip)
    if commit is None:
        raise GitprovError(f"{tip} cannot be read", "git fsck")
    parents: tuple[str, ...] = (base,) if base else ()
    message = encode(words + "\n")
    if bare == [tip]:
        parents, message = commit.parents, commit.message
    args = [word for parent in parents for word in ("-p", parent)]
    result = repo.try_run("commit-tree", "-S", *args, commit.tree, stdin=message, ok=range(256))
    if result.returncode:
        lines = [row for row in decode(result.stderr).splitlines() if row.strip()]
        why = "; ".join(row.removeprefix("error: ").removeprefix("fatal: ").strip() for row in lines[:3])
        raise GitprovError(
            f"commit.gpgsign is on, and git could not sign the records: {why}",
            "unlock the key and run it again, or share without a signature: gitprov sync --no-gpg-sign",
        )
    return decode(result.stdout).strip()


def has_signature(data: bytes) -> bool:
    """Whether a commit object (its bytes) contains a signature, valid or not."""
    head = data.partition(b"\n\n")[0]
    return b"\ngpgsig " in head or b"\ngpgsig-sha256 " in head
