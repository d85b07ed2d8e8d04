"""One walk over commits that tells what each is, what it says and what its note says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from gitprov.errors import GitFailed
from gitprov.git.process import decode, encode
from gitprov.git.stream import Stream

if TYPE_CHECKING:
    from gitprov.git.repo import Repository

_FLAGS = ("log", "--no-show-signature", "--no-color", "-s", "-z", "--encoding=UTF-8", "--no-notes")
_FIELDS = ("%H", "%P", "%an <%ae>", "%at", "%cn <%ce>", "%ct", "%B", "%N")
#: Commits named on one command line.
_NAMED = 500


class SurveyedCommit(NamedTuple):
    """One commit. `author` and `committer` are `Name <email>`, times are seconds since 1970; `note` is raw, empty where
    there is none.

    In a shallow clone the commits where it begins look as if they had no parents.
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
        """Author and moment of writing: what a rewrite leaves alone whatever it does to the message."""
        return (self.author, self.written)

    @property
    def key(self) -> tuple[str, int, str]:
        """What a rewrite leaves alone: author, moment of writing, subject."""
        return (self.author, self.written, self.subject)


def walk(repo: Repository, ref: str, args: Sequence[str]) -> Iterator[SurveyedCommit]:
    """Commits that `args` of git log select, newest first, with their notes on `ref`. GitFailed where git fails.

    Git starts at once, before the first commit is asked for.
    """
    form = "--format=tformat:" + "%x00".join(_FIELDS)
    args = (*_FLAGS, f"--notes={ref}", form, *args)
    return _all(Stream(args, cwd=repo.cwd, env=repo.env, prompt=False))


def _all(stream: Stream) -> Iterator[SurveyedCommit]:
    with stream:
        yield from _records(stream)


def of(repo: Repository, ref: str, oids: Iterable[str]) -> Iterator[SurveyedCommit]:
    """These commits, those that are here."""
    remaining = list(oids)
    while remaining:
        chunk, remaining = remaining[:_NAMED], remaining[_NAMED:]
        yield from walk(repo, ref, ("--no-walk=unsorted", "--ignore-missing", *chunk))


def _records(stream: Stream) -> Iterator[SurveyedCommit]:
    for oid, parents, author, written, committer, committed, message, note in stream.records(len(_FIELDS)):
        times = int(written or 0), int(committed or 0)
        yield SurveyedCommit(
            oid, tuple(parents.split()), author, times[0], committer, times[1], message, note
        )
    status, words = stream.wait()
    if status:
        reason = (words.splitlines() or [f"exit status {status}"])[0].removeprefix("fatal: ")
        raise GitFailed(f"git log: {reason}", status, words)


def without(repo: Repository, oids: Iterable[str], tips: Sequence[str]) -> set[str]:
    """Those of these commits that none of `tips` (revisions, or flags such as --remotes) leads to.

    Commits that are not here are left out.
    """
    selection = set(oids)
    if not selection:
        return set()
    request = "".join(f"{oid}\n" for oid in sorted(selection))
    shown = repo.run("rev-list", "--ignore-missing", "--stdin", "--not", *tips, stdin=encode(request))
    return selection & set(decode(shown).split())


def graph(repo: Repository, oids: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Commit → parents, children first, for everything that leads to these commits, down to where all have met."""
    tips = sorted(set(oids))
    base = decode(repo.try_run("merge-base", "--octopus", *tips[:_NAMED]).stdout).strip()
    stop = [f"^{base}^@"] if base and len(tips) <= _NAMED else []
    request = "".join(f"{line}\n" for line in [*tips, *stop])
    args = ("rev-list", "--topo-order", "--parents", "--ignore-missing", "--stdin")
    rows = (row.split() for row in decode(repo.run(*args, stdin=encode(request))).splitlines())
    return {row[0]: tuple(row[1:]) for row in rows}
