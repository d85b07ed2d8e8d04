"""One walk over commits that returns each commit's tree, people, times, subject and trailers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from gitprov.git.history.log import QUIET, TRAILERS
from gitprov.git.history.trailers import colon_first
from gitprov.git.process import decode, encode

if TYPE_CHECKING:
    from gitprov.git.repo import Repository

_FIELDS = ("%H", "%T", "%P", "%an <%ae>", "%at", "%cn <%ce>", "%ct", "%s", TRAILERS)
#: Commits of one call of git.
_AT_ONCE = 1000


class CommitFacts(NamedTuple):
    """One commit. `author` and `committer` are `Name <email>`, `written` and `committed` seconds since 1970;
    `trailers` is git's unfolded text of them.
    """

    oid: str
    tree: str
    parents: tuple[str, ...]
    author: str
    written: int
    committer: str
    committed: int
    subject: str
    trailers: str


def listed(repo: Repository, tips: Iterable[str], without: Iterable[str] = ()) -> list[str]:
    """The commits that `tips` reach and `without` do not, parents before children. Names that name nothing
    are ignored.
    """
    names = list(dict.fromkeys(tips))
    if not names:
        return []
    request = "".join(f"{name}\n" for name in [*names, *(f"^{name}" for name in without)])
    args = ("rev-list", "--topo-order", "--reverse", "--ignore-missing", "--stdin")
    return decode(repo.run(*args, stdin=encode(request))).split()


def parents_of(repo: Repository, oids: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Commit → its parents."""
    request = "".join(f"{oid}\n" for oid in oids)
    if not request:
        return {}
    args = ("rev-list", "--no-walk=unsorted", "--parents", "--stdin")
    rows = (row.split(" ") for row in decode(repo.run(*args, stdin=encode(request))).splitlines())
    return {oid: tuple(parents) for oid, *parents in rows}


def selected(repo: Repository, args: Sequence[str]) -> list[str]:
    """The commits that revisions and options of git rev-list select, newest first. GitFailed for names of
    nothing.
    """
    return decode(repo.run("rev-list", *args, "--")).split()


def facts(repo: Repository, oids: Sequence[str]) -> Iterator[CommitFacts]:
    """The facts of commits, in the order of `oids`."""
    colon = colon_first(repo.cwd, repo.env)
    form = "--format=tformat:" + "%x00".join(_FIELDS)
    for start in range(0, len(oids), _AT_ONCE):
        request = "".join(f"{oid}\n" for oid in oids[start : start + _AT_ONCE])
        args = ("log", *QUIET, "--no-notes", "--no-walk=unsorted", "--stdin", form)
        fields = decode(repo.run(*colon, *args, stdin=encode(request))).split("\0")
        for at in range(0, len(fields) - len(_FIELDS) + 1, len(_FIELDS)):
            yield _commit(fields[at : at + len(_FIELDS)])


def changed_paths(repo: Repository, oids: Sequence[str]) -> set[str]:
    """The paths of all files that commits change, before and after."""
    request = "".join(f"{oid}\n" for oid in oids)
    args = (
        "diff-tree",
        "--stdin",
        "-r",
        "-z",
        "--no-commit-id",
        "--name-only",
        "--no-renames",
        "--root",
        "-m",
    )
    return {path for path in decode(repo.run(*args, stdin=encode(request))).split("\0") if path}


def _commit(fields: Sequence[str]) -> CommitFacts:
    oid, tree, parents, author, written, committer, committed, subject, trailers = fields
    times = int(written or 0), int(committed or 0)
    return CommitFacts(
        oid, tree, tuple(parents.split()), author, times[0], committer, times[1], subject, trailers
    )


def tips(repo: Repository) -> dict[str, str]:
    """Ref → commit for HEAD, branches, tags and what remotes had at the last fetch."""
    form = "--format=%(refname) %(objecttype) %(objectname) %(*objecttype) %(*objectname)"
    out: dict[str, str] = {}
    for row in decode(repo.run("for-each-ref", form, "refs/heads", "refs/tags", "refs/remotes")).splitlines():
        name, kind, oid, *peeled = row.split(" ")
        if kind == "commit":
            out[name] = oid
        elif peeled[:1] == ["commit"]:
            out[name] = peeled[1]
    head = repo.resolve("HEAD")
    return {**({"HEAD": head} if head else {}), **out}


def default_branch(repo: Repository, refs: Iterable[str]) -> str | None:
    """The ref that the remote origin calls its default, else main or master, else HEAD; None if none exists.

    `refs` are the names that exist.
    """
    names = {*refs}
    remote = decode(repo.try_run("symbolic-ref", "--quiet", "refs/remotes/origin/HEAD").stdout).strip()
    local = "refs/heads/" + remote.removeprefix("refs/remotes/origin/")
    order = (*((remote, local) if remote else ()), "refs/heads/main", "refs/heads/master", "HEAD")
    return next((name for name in order if name in names), None)
