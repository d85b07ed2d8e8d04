"""Signed commits on our refs, where the person signs theirs: fast-import cannot sign, commit-tree can."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitprov.errors import GitprovError
from gitprov.git.objects import parse_commit
from gitprov.git.process import decode, encode

if TYPE_CHECKING:
    from gitprov.git.repo import Repository


def wanted(repo: Repository) -> bool:
    """Whether `commit.gpgsign` is on."""
    return repo.try_run("config", "--type=bool", "--get", "commit.gpgsign").stdout.strip() == b"true"


def unsigned(repo: Repository, tip: str, known: str | None) -> list[str]:
    """Commits reachable from `tip`, and not from `known`, that have no signature; newest first."""
    exclude = ("--not", known) if known else ()
    oids = decode(repo.run("rev-list", tip, *exclude, "--")).split()
    found = repo.objects.get_many(oids)
    return [
        oid for oid, obj in zip(oids, found, strict=True) if obj is not None and not _has_signature(obj.data)
    ]


def signed(repo: Repository, tip: str, known: str | None, words: str) -> str:
    """A signed commit that says what `tip` says, with no commit without signature between it and `known`.

    `tip` itself where it is so already. If `tip` alone lacks a signature it is made again with its parents; of several,
    one signed commit on top of `known` takes the place. GitprovError where git cannot sign.
    """
    bare = unsigned(repo, tip, known)
    if not bare:
        return tip
    found = repo.objects.get(tip)
    if found is None:
        raise GitprovError(f"{tip} cannot be read", "git fsck")
    commit = parse_commit(found)
    parents: tuple[str, ...] = (known,) if known else ()
    message = encode(words + "\n")
    if bare == [tip]:
        parents, message = commit.parents, commit.message
    args = [word for parent in parents for word in ("-p", parent)]
    done = repo.try_run("commit-tree", "-S", *args, commit.tree, stdin=message, ok=range(256))
    if done.returncode:
        said = [row for row in decode(done.stderr).splitlines() if row.strip()]
        why = "; ".join(row.removeprefix("error: ").removeprefix("fatal: ").strip() for row in said[:3])
        raise GitprovError(
            f"commit.gpgsign is on, and git could not sign the records: {why}",
            "unlock the key and run it again, or share without a signature: gitprov sync --no-gpg-sign",
        )
    return decode(done.stdout).strip()


def _has_signature(data: bytes) -> bool:
    head = data.partition(b"\n\n")[0]
    return b"\ngpgsig " in head or b"\ngpgsig-sha256 " in head
