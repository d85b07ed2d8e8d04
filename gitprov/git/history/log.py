"""Runs `git log` and parses one record per commit, with its note and trailers, while it runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from gitprov.errors import GitFailed, NotesUnreadable, UsageError
from gitprov.git.history.trailers import colon_first
from gitprov.git.partial_clone import bring, is_promised, promised
from gitprov.git.process import Env, decode, encode
from gitprov.git.stream import Stream

if TYPE_CHECKING:
    from gitprov.git.repo import Repository

Trailer = tuple[str, str]

#: Switches off everything that a user's settings may add between the records.
_QUIET = ("--no-show-signature", "--no-color", "-s", "-z", "--encoding=UTF-8")
_TRAILERS = "%(trailers:only,unfold)"
_FIELDS = ("%H", "%h", "%an <%ae>", "%cn <%ce>", "%ad", "%aI", "%s", _TRAILERS, "%N")


class LogRecord(NamedTuple):
    """One commit as git log lists it. `date` is in the requested form, `time` is ISO 8601.

    `author` and `committer` are `Name <email>`; `trailers` is git's unfolded text of them; `note` is the raw
    note, empty where there is none.
    """

    oid: str
    short: str
    author: str
    committer: str
    date: str
    time: str
    subject: str
    trailers: str
    note: str


def start(
    args: Sequence[str], ref: str, *, cwd: str, env: Env, stdin: int | None = None, prompt: bool = True
) -> Stream:
    """Start git log for the commits that `args` select, with the notes of `ref` and no others."""
    notes = ("--no-notes", f"--notes={ref}")
    form = "--format=tformat:" + "%x00".join(_FIELDS)
    colon = colon_first(cwd, env)
    bring(ref, cwd=cwd, env=env)
    return Stream((*colon, "log", *_QUIET, *notes, form, *args), cwd=cwd, env=env, stdin=stdin, prompt=prompt)


def records(stream: Stream) -> Iterator[LogRecord]:
    """Records as git prints them. GitFailed with git's message, UsageError where it rejects the arguments."""
    yield from map(LogRecord._make, stream.records(len(_FIELDS)))
    _finish(stream)


def trailers(text: str) -> list[Trailer]:
    """(key, value) pairs from git's `%(trailers:only,unfold)` text."""
    pairs = (line.partition(":") for line in text.split("\n"))
    return [(key.strip(), value.strip()) for key, colon, value in pairs if colon]


def trailers_of(repo: Repository, oids: Iterable[str]) -> dict[str, list[Trailer]]:
    """Commit → its trailers as git parses them, from one process."""
    request = "".join(oid + "\n" for oid in oids)
    if not request:
        return {}
    shown = decode(
        repo.run(
            *colon_first(repo.cwd, repo.env), "log", *_QUIET, "--no-walk=unsorted", "--stdin",
            f"--format=tformat:%H%x00{_TRAILERS}",
            stdin=encode(request),
        )
    )  # fmt: skip
    fields = shown.split("\0")
    return {oid: trailers(text) for oid, text in zip(fields[::2], fields[1::2], strict=False)}


def dates_of(repo: Repository, oids: Iterable[str], form: str) -> dict[str, str]:
    """Commit → its author date as git prints it for `--date=<form>`."""
    request = "".join(oid + "\n" for oid in oids)
    if not request:
        return {}
    flags = ("--no-walk=unsorted", "--stdin", f"--date={form}", "--format=tformat:%H%x00%ad")
    fields = decode(repo.run("log", *_QUIET, *flags, stdin=encode(request))).split("\0")
    return dict(zip(fields[::2], fields[1::2], strict=False))


def _finish(stream: Stream) -> None:
    status, words = stream.wait()
    if status == 0:
        return
    if is_promised(words):
        raise promised("log", status, words)
    rows = [row for row in words.splitlines() if row.startswith(("fatal: ", "error: "))]
    reason = (rows or [words or f"exit status {status}"])[0].removeprefix("fatal: ").removeprefix("error: ")
    if "notes tree" in reason:
        raise NotesUnreadable(f"git log: {reason}", "git fsck; then gitprov sync")
    if status == 129 or reason.startswith(("unrecognized argument", "unknown option")):
        raise UsageError(f"git log does not understand these arguments: {reason}", "git ai-log -h")
    raise GitFailed(f"git log: {reason}", status, words)
