"""Runs `git log` and parses one record per commit, with its note and trailers, while it runs."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence

from gitprov.git.history.trailers import Trailer, colon_first, pairs, separators
from gitprov.git.process import Env, decode, encode
from gitprov.git.remotes.partial_clone import bring
from gitprov.git.stream import Stream
from gitprov.model.named import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitprov.git.repo import Repository

#: Switches off everything that a user's settings may add between the records.
QUIET = ("--no-show-signature", "--no-color", "-s", "-z", "--encoding=UTF-8")
#: The field with the trailers, as `pairs` reads them.
TRAILERS = "%(trailers:only,unfold)"
_FIELDS = ("%H", "%h", "%an <%ae>", "%cn <%ce>", "%ad", "%aI", "%s", TRAILERS, "%N")


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
    args: Sequence[str],
    ref: str,
    *,
    cwd: str,
    env: Env,
    stdin: int | None = None,
    prompt: bool = True,
    unused: Container[str] = (),
) -> Stream:
    """Start git log for the commits that `args` select, with the notes of `ref` and no others.

    `unused`: fields of `LogRecord` that nobody will read. They are empty: each costs git time.
    """
    notes = ("--no-notes", f"--notes={ref}")
    fields = zip(LogRecord._fields, _FIELDS, strict=True)
    form = "--format=tformat:" + "%x00".join("" if name in unused else field for name, field in fields)
    words = ("log", *QUIET, *notes, form, *args)
    bring(ref, cwd=cwd, env=env)
    if stdin is not None:
        return Stream((*colon_first(cwd, env), *words), cwd=cwd, env=env, stdin=stdin, prompt=prompt)
    # Hardly anybody configures separators, so git log starts before that is known.
    stream = Stream(words, cwd=cwd, env=env, prompt=prompt)
    if separators(cwd, env) is not None:
        stream.stop()
        stream = Stream((*colon_first(cwd, env), *words), cwd=cwd, env=env, prompt=prompt)
    return stream


def records(stream: Stream) -> Iterator[LogRecord]:
    """Records as git prints them. At the end the errors of `Stream.finish`."""
    yield from map(LogRecord._make, stream.records(len(_FIELDS)))
    stream.finish("log")


def field_of(repo: Repository, oids: Iterable[str], field: str, *flags: str) -> dict[str, str]:
    """Commit → one field of git log's formats, such as `%ad`, from one process."""
    request = "".join(oid + "\n" for oid in oids)
    if not request:
        return {}
    colon = colon_first(repo.cwd, repo.env) if field == TRAILERS else ()
    args = ("--no-walk=unsorted", "--stdin", *flags, f"--format=tformat:%H%x00{field}")
    fields = decode(repo.run(*colon, "log", *QUIET, *args, stdin=encode(request))).split("\0")
    return dict(zip(fields[::2], fields[1::2], strict=False))


def trailers_of(repo: Repository, oids: Iterable[str]) -> dict[str, list[Trailer]]:
    """Commit → its trailers as git parses them, from one process."""
    return {oid: pairs(text) for oid, text in field_of(repo, oids, TRAILERS).items()}
