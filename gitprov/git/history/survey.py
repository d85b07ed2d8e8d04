"""One walk over commits that returns each commit's people, times, message and note."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from gitprov.git.history.log import QUIET
from gitprov.git.process import decode, encode
from gitprov.git.stream import Stream

if TYPE_CHECKING:
    from gitprov.git.repo import Repository

_FIELDS = ("%H", "%P", "%an <%ae>", "%at", "%cn <%ce>", "%ct", "%B", "%N")
#: Largest number of commits on one command line.
_NAMED = 500
#: Selects the commits that HEAD and the refs reach, without notes and gitprov's own refs.
REFERENCED = ("--exclude=refs/notes/*", "--exclude=refs/gitprov/*", "--all")


class SurveyedCommit(NamedTuple):
    """One commit. `author` and `committer` are `Name <email>`; `written` (author date) and `committed` are
    seconds since 1970; `note` is raw, empty where there is none.

    In a shallow clone the commits at its boundary appear to have no parents.
    """

    oid: str
    parents: tuple[str, ...]
    author: str
    written: int
    committer: str
    committed: int
    message: str
    note: str

    @property
    def subject(self) -> str:
        """The first line of the message."""
        return self.message.lstrip("\n").partition("\n")[0]

    @property
    def moment(self) -> tuple[str, int]:
        """Author and author date, which a rewrite keeps even if it changes the message."""
        return (self.author, self.written)

    @property
    def key(self) -> tuple[str, int, str]:
        """Author, author date and subject, which most rewrites keep."""
        return (self.author, self.written, self.subject)


def walk(repo: Repository, ref: str, args: Sequence[str]) -> Iterator[SurveyedCommit]:
    """Commits that `args` of git log select, newest first, with notes from `ref`. GitFailed where git fails.

    The call itself starts git, not the first iteration.
    """
    form = "--format=tformat:" + "%x00".join(_FIELDS)
    args = ("log", *QUIET, "--no-notes", f"--notes={ref}", form, *args)
    return _records(Stream(args, cwd=repo.cwd, env=repo.env, prompt=False))


def of(repo: Repository, ref: str, oids: Iterable[str]) -> Iterator[SurveyedCommit]:
    """Those of the commits that the repository contains, with their notes on `ref`."""
    remaining = list(oids)
    while remaining:
        chunk, remaining = remaining[:_NAMED], remaining[_NAMED:]
        yield from walk(repo, ref, ("--no-walk=unsorted", "--ignore-missing", *chunk))


def _records(stream: Stream) -> Iterator[SurveyedCommit]:
    with stream:
        for fields in stream.records(len(_FIELDS)):
            oid, parents, author, written, committer, committed, message, note = fields
            times = int(written or 0), int(committed or 0)
            yield SurveyedCommit(
                oid, tuple(parents.split()), author, times[0], committer, times[1], message, note
            )
        stream.finish("log")


def without(repo: Repository, oids: Iterable[str], tips: Sequence[str]) -> set[str]:
    """Those of the commits that are reachable from none of `tips` (revisions, or flags such as --remotes).

    Commits that the repository does not contain are left out.
    """
    selection = set(oids)
    if not selection:
        return set()
    request = "".join(f"{oid}\n" for oid in sorted(selection))
    shown = repo.run("rev-list", "--ignore-missing", "--stdin", "--not", *tips, stdin=encode(request))
    return selection & set(decode(shown).split())


def graph(repo: Repository, oids: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Commit → parents, children first, for the commits and their ancestors down to the common ancestor."""
    tips = sorted(set(oids))
    base = decode(repo.try_run("merge-base", "--octopus", *tips[:_NAMED]).stdout).strip()
    stop = [f"^{base}^@"] if base and len(tips) <= _NAMED else []
    request = "".join(f"{line}\n" for line in [*tips, *stop])
    args = ("rev-list", "--topo-order", "--parents", "--ignore-missing", "--stdin")
    rows = (row.split() for row in decode(repo.run(*args, stdin=encode(request))).splitlines())
    return {row[0]: tuple(row[1:]) for row in rows}
