"""Bulk queries for verification: commits with their trailers, the changes of each, objects, signatures."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import IO, TYPE_CHECKING, NamedTuple

from gitprov.git.files import diff
from gitprov.git.files.diff import FileChange
from gitprov.git.history.log import QUIET, TRAILERS, field_of
from gitprov.git.history.survey import REFERENCED
from gitprov.git.history.trailers import colon_first
from gitprov.git.process import decode, encode
from gitprov.git.stream import Stream

if TYPE_CHECKING:
    from gitprov.git.repo import Repository


class ListedCommit(NamedTuple):
    """A commit of a range; `trailers` is git's unfolded text of them."""

    oid: str
    parents: tuple[str, ...]
    trailers: str


def listed(repo: Repository, revs: Sequence[str]) -> Iterator[ListedCommit]:
    """The commits that revisions select, newest first. GitFailed where a revision does not exist."""
    flags = (*QUIET, "--no-notes", f"--format=tformat:%H%x00%P%x00{TRAILERS}", "--end-of-options")
    args = (*colon_first(repo.cwd, repo.env), "log", *flags, *revs, "--")
    with Stream(args, cwd=repo.cwd, env=repo.env, prompt=False) as stream:
        for oid, parents, trailers in stream.records(3):
            yield ListedCommit(oid, tuple(parents.split()), trailers)
        stream.finish("log")


def differences(repo: Repository, pairs: Sequence[tuple[str, str | None]]) -> Iterator[list[FileChange]]:
    """The changes of each (commit, parent) pair in the order of `pairs`, from one process.

    A parent of None stands for a commit without parents.
    """
    with tempfile.TemporaryFile() as requests:
        requests.writelines(encode(f"{oid} {parent}\n" if parent else f"{oid}\n") for oid, parent in pairs)
        requests.seek(0)
        with _diff_tree(repo, requests) as stream:
            for block in _blocks(stream, [oid for oid, _ in pairs]):
                yield diff.parse(block)
            stream.finish("diff-tree")


def _diff_tree(repo: Repository, requests: IO[bytes]) -> Stream:
    args = ("-c", "core.quotePath=true", "diff-tree", "--stdin", "--always", "--root", "-r", *diff.FLAGS)
    env = {**repo.env, **diff.ENV}
    return Stream(args, cwd=repo.cwd, env=env, stdin=requests.fileno(), prompt=False)


def _blocks(stream: Stream, oids: list[str]) -> Iterator[bytes]:
    """The answer for each commit. Its first line is the commit's id; lines of a patch begin with a sign."""
    buffer = bytearray()
    chunks = stream.chunks()
    for n, oid in enumerate(oids):
        needle = encode(f"\n{oids[n + 1]}\n") if n + 1 < len(oids) else None
        seen = 0
        while True:
            at = buffer.find(needle, max(0, seen - len(needle))) if needle is not None else -1
            if at >= 0:
                break
            seen = len(buffer)
            chunk = next(chunks, None)
            if chunk is None:
                if needle is not None:
                    return  # git ended early; its exit status and message give the reason
                at = len(buffer)
                break
            buffer += chunk
        yield bytes(buffer[len(oid) + 1 : at + 1])
        del buffer[: at + 1]


def unreached(repo: Repository, oids: Collection[str]) -> set[str]:
    """Those of the commits that neither HEAD nor any ref reaches, not counting notes and gitprov's refs.

    Commits that the repository does not contain are included.
    """
    if not oids:
        return set()
    head = ("HEAD",) if repo.resolve("HEAD") else ()
    return set(oids) - set(decode(repo.run("rev-list", *REFERENCED, *head)).split())


def signatures(repo: Repository, oids: Iterable[str]) -> dict[str, str]:
    """Commit → git's letter for its signature (`%G?`): G good, N none, B bad, E cannot be checked."""
    return field_of(repo, oids, "%G?")
