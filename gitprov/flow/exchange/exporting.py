"""`gitprov export`: writes what is recorded of commits in the formats of other tools."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from gitprov.flow.exchange.collect import recorded
from gitprov.git import notes as git_notes
from gitprov.git.process import decode
from gitprov.git.write import RefChange, write
from gitprov.interop.formats import agent_trace, git_ai, table
from gitprov.interop.formats.documents import cyclonedx, prov, spdx

if TYPE_CHECKING:
    from gitprov.git.repo import Repository
    from gitprov.model.canonical import JsonObject
    from gitprov.model.exchange.exchange import RecordedCommit

Writer = Callable[["Repository", Iterator["RecordedCommit"]], Iterator[str]]
"""Commits → lines of text."""


class Mirrored(NamedTuple):
    """What a mirror wrote: commits with a new or changed note, commits whose foreign note was left alone."""

    written: tuple[str, ...]
    foreign: tuple[str, ...]


def export(repo: Repository, form: str, oids: Sequence[str]) -> Iterator[str]:
    """The lines of commits in a format of WRITERS."""
    return WRITERS[form](repo, recorded(repo, oids))


def _git_ai(_repo: Repository, commits: Iterator[RecordedCommit]) -> Iterator[str]:
    """JSON Lines with the notes, in the form in which git-ai itself uploads them."""
    for commit in commits:
        note = git_ai.write(commit)
        if note is not None:
            yield json.dumps({"commit_sha": commit.oid, "content": decode(note)})


def _agent_trace(repo: Repository, commits: Iterator[RecordedCommit]) -> Iterator[str]:
    """JSON Lines, one record for each commit and agent."""
    for commit in commits:
        paths = list(commit.paths)
        names = [f"{commit.blobs[path]}" for path in paths if path in commit.blobs]
        blobs = repo.objects.blobs(names)
        contents = {path: blobs[commit.blobs[path]] for path in paths if commit.blobs.get(path) in blobs}
        yield from map(json.dumps, agent_trace.write(commit, contents))


def _csv(_repo: Repository, commits: Iterator[RecordedCommit]) -> Iterator[str]:
    yield table.header()
    for commit in commits:
        yield from table.rows(commit)


def _document(build: Callable[[Iterable[RecordedCommit]], JsonObject]) -> Writer:
    """A writer of one JSON document for all commits."""

    def written(_repo: Repository, commits: Iterator[RecordedCommit]) -> Iterator[str]:
        yield json.dumps(build(commits), indent=2)

    return written


WRITERS: Mapping[str, Writer] = {
    "git-ai": _git_ai,
    "agent-trace": _agent_trace,
    "csv": _csv,
    "prov": _document(prov.document),
    "spdx": _document(spdx.document),
    "cyclonedx": _document(cyclonedx.document),
}


def mirror(repo: Repository, oids: Sequence[str]) -> Mirrored:
    """Write the notes of commits on git-ai's ref. A note that another tool wrote there is never changed."""
    new = {commit.oid: note for commit in recorded(repo, oids) if (note := git_ai.write(commit)) is not None}
    written: list[str] = []
    foreign: list[str] = []

    def build(refs: dict[str, str]) -> list[RefChange]:
        base = refs.get(git_ai.REF)
        old = git_notes.read(repo, base, oids) if base else {}
        foreign[:] = [oid for oid in new if oid in old and not git_ai.is_ours(old[oid])]
        places = git_notes.places(repo, base) if base else {}
        files: dict[str, bytes | None] = {}
        written[:] = [oid for oid, note in new.items() if oid not in {*foreign} and old.get(oid) != note]
        for oid in written:
            ours, *others = git_notes.spellings(oid)
            if oid in places:
                files.update(dict.fromkeys(path for path in others if _exists(repo, base, path)))
            files[ours] = new[oid]
        return [RefChange(git_ai.REF, base, "gitprov: mirror of refs/notes/gitprov", files)]

    if new:
        write(repo, repo.identity("notes need a committer"), build, [git_ai.REF])
    return Mirrored(tuple(written), tuple(foreign))


def _exists(repo: Repository, base: str | None, path: str) -> bool:
    return repo.objects.get(f"{base}:{path}") is not None
