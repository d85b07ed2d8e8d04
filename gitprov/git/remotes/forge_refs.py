"""Commits and heads of requests, fetched from a server as a pipeline needs them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from gitprov.git.process import decode

if TYPE_CHECKING:
    from gitprov.git.repo import Repository

#: Heads of requests are kept below this while they are compared.
SHELF = "refs/remotes/gitprov-requests"
_FETCH = ("fetch", "--quiet", "--no-tags", "--refmap=", "--no-write-fetch-head", "--no-recurse-submodules")
_NUMBER = re.compile(r"/(\d{1,9})/head$")


def deepen(repo: Repository, remote: str) -> bool:
    """Fetch the history that a shallow clone lacks; whether the clone has all of it now."""
    if not repo.cut_off:
        return True
    head = decode(repo.try_run("rev-parse", "--verify", "--quiet", "HEAD").stdout).strip()
    specs = [[head]] if head else []
    for spec in (*specs, []):
        done = repo.try_run(*_FETCH, "--unshallow", "--end-of-options", remote, *spec, ok=range(256))
        if done.returncode == 0:
            break
    return not repo.cut_off


def bring(repo: Repository, remote: str, oids: Sequence[str], refs: Sequence[str]) -> list[str]:
    """Fetch those of the commits that this clone lacks: by their ids, else with refs that should reach them.

    Returns the commits that are missing after that.
    """
    for spec in (list(_missing(repo, oids)), list(refs)):
        for name in spec:
            if _missing(repo, oids):
                repo.try_run(*_FETCH, "--end-of-options", remote, name, ok=range(256))
    return _missing(repo, oids)


def _missing(repo: Repository, oids: Sequence[str]) -> list[str]:
    return [oid for oid in oids if repo.resolve(oid) is None]


def heads(repo: Repository, remote: str, pattern: str, most: int) -> dict[int, str]:
    """Number → head of the newest requests (those with the highest numbers) that the remote publishes."""
    shown = decode(repo.try_run("ls-remote", "--end-of-options", remote, pattern, ok=range(256)).stdout)
    rows: dict[int, str] = {}
    for row in shown.splitlines():
        oid, _, ref = row.partition("\t")
        match = _NUMBER.search(ref)
        if match:
            rows[int(match[1])] = oid
    return {number: rows[number] for number in sorted(rows, reverse=True)[:most]}


def shelve(
    repo: Repository, remote: str, commits: Mapping[int, str], refs: Mapping[int, str]
) -> dict[int, str]:
    """Keep the heads of requests below `SHELF`, so that they count as branches; those that could be had.

    `refs`: the remote's refs of the requests, fetched where a commit is not here.
    """
    missing = [number for number, oid in commits.items() if repo.resolve(oid) is None]
    if missing:
        specs = [f"+{refs[number]}:{SHELF}/{number}" for number in missing]
        repo.try_run(*_FETCH, "--end-of-options", remote, *specs, ok=range(256))
    kept = {number: oid for number, oid in commits.items() if repo.resolve(oid) is not None}
    lines = "".join(f"update {SHELF}/{number} {oid}\n" for number, oid in kept.items())
    if lines:
        repo.run("update-ref", "--stdin", stdin=lines.encode("ascii"))
    return kept


def clear(repo: Repository) -> None:
    """Remove the heads that `shelve` kept."""
    shown = decode(repo.run("for-each-ref", "--format=delete %(refname)", SHELF))
    if shown:
        repo.run("update-ref", "--stdin", stdin=shown.encode("utf-8", "surrogateescape"))
