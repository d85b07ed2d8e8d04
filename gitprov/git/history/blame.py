"""Runs `git blame` and parses its porcelain and incremental output while it runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gitprov.git.files import tree_files
from gitprov.git.process import Env, decode, run_git
from gitprov.git.stream import Stream
from gitprov.model.answers.blame import BlamedCommit, Group
from gitprov.model.named import NamedTuple

#: Git prints names and summaries as UTF-8 whatever the user's locale is, and without textconv
#: filters: a note counts the lines of the stored file, and a filter is a program that settings name.
_COMMAND = ("blame", "--encoding=UTF-8", "--no-textconv")


class Porcelain(NamedTuple):
    """A complete porcelain output. `rows` are git's lines; `lines` has, for each line of the file, a group of
    one line and the index in `rows` of the row with a TAB and the line's text.
    """

    rows: list[bytes]
    commits: dict[str, BlamedCommit]
    lines: list[tuple[Group, int]]


def start(
    args: Sequence[str], form: str, *, cwd: str, env: Env, prompt: bool = False, stdin: bytes | None = None
) -> Stream:
    """Start git blame; `form` is `--incremental`, `--porcelain` or `--line-porcelain`. `stdin`: its input."""
    words = (*_COMMAND, form, *args)
    if stdin is None:
        return Stream(words, cwd=cwd, env=env, prompt=prompt)
    from gitprov.git.files.unnamed import file_of

    with file_of(stdin) as file:
        return Stream(words, cwd=cwd, env=env, prompt=prompt, stdin=file.fileno())


def groups(stream: Stream, commits: dict[str, BlamedCommit]) -> Iterator[list[Group]]:
    """Groups of an incremental blame in batches as git prints them; new commits are added to `commits`."""
    rest: list[bytes] = []
    tail = b""
    for chunk in stream.chunks(patient=True):
        rows = (tail + chunk).split(b"\n")
        tail = rows.pop()
        entries, rest = _entries(rest + rows, commits)
        if entries:
            yield entries
    stream.finish("blame")


def porcelain(stream: Stream) -> Porcelain:
    """The complete output of `--porcelain` or `--line-porcelain`."""
    rows = b"".join(stream.chunks()).split(b"\n")
    stream.finish("blame")
    commits: dict[str, BlamedCommit] = {}
    paths: dict[str, str] = {}
    lines: list[tuple[Group, int]] = []
    at, end = 0, len(rows) - 1
    while at < end:
        start, at = at, _text_row(rows, at + 1)
        if at >= end:
            break
        head = rows[start].split(b" ")
        oid = head[0].decode("ascii")
        if at > start + 1:
            _learn(oid, rows[start + 1 : at], commits, paths)
        lines.append((Group(oid, paths[oid], int(head[1]), int(head[2]), 1), at))
        at += 1
    return Porcelain(rows, commits, lines)


def _text_row(rows: list[bytes], at: int) -> int:
    """Index of the next row with text of the file, or the end of `rows`: git may print statistics last."""
    while at < len(rows) and not rows[at].startswith(b"\t"):
        at += 1
    return at


def _entries(rows: list[bytes], commits: dict[str, BlamedCommit]) -> tuple[list[Group], list[bytes]]:
    """The complete entries in `rows`, and the remaining rows of an incomplete entry."""
    entries: list[Group] = []
    paths: dict[str, str] = {}
    start = 0
    for at, row in enumerate(rows):
        if row.startswith(b"filename "):
            oid, orig, line, count = rows[start].decode("ascii").split(" ")
            _learn(oid, rows[start + 1 : at + 1], commits, paths)
            entries.append(Group(oid, paths[oid], int(orig), int(line), int(count)))
            start = at + 1
    return entries, rows[start:]


def _learn(oid: str, headers: list[bytes], commits: dict[str, BlamedCommit], paths: dict[str, str]) -> None:
    """Record the path in header rows, and the commit where they describe it (git does so once per commit)."""
    last = headers[-1]
    if last.startswith(b"filename "):
        paths[oid] = _path(last[9:])
    if oid not in commits and headers[0].startswith(b"author "):
        commits[oid] = _commit(oid, headers)


def _path(name: bytes) -> str:
    """A path as git writes it, in quotes where it has unusual characters."""
    if not name.startswith(b'"'):
        return decode(name)
    from gitprov.git.files.diff import unquote

    return unquote(name)


def _commit(oid: str, headers: list[bytes]) -> BlamedCommit:
    """The commit that git's header rows describe; other header fields are ignored."""
    fields = dict(row.split(b" ", 1) for row in headers if b" " in row)
    return BlamedCommit(
        oid,
        decode(fields.get(b"author", b"")),
        decode(fields.get(b"author-mail", b"")).strip("<>"),
        int(fields.get(b"author-time", b"0")),
        decode(fields.get(b"author-tz", b"+0000")),
        decode(fields.get(b"summary", b"")),
        b"boundary" in headers,
    )


#: Size in bytes of the largest work tree file that is read without git.
_LARGEST = 256 << 20

#: Attributes that make blame show other lines than the file contains.
_CHANGES_LINES = ("filter", "ident", "working-tree-encoding", "diff")


def committed_content(oid: str, path: str, *, cwd: str, env: Env) -> bytes | None:
    """The content that blame shows of a file in a commit; None where the commit has no such file."""
    args = ("cat-file", "blob", f"{oid}:{path}")
    result = run_git(args, cwd=cwd, env=env, ok=(0, 128))
    return result.stdout if result.returncode == 0 else None


def worktree_content(top: str, path: str, *, env: Env) -> bytes | None:
    """The content that blame shows of a work tree file; None where it may differ from the bytes on disk."""
    try:
        content = tree_files.read(top, path, _LARGEST)
    except OSError:
        return None
    return None if content is None else as_shown(content, top, path, env=env)


def as_shown(content: bytes, top: str, path: str, *, env: Env) -> bytes | None:
    """A content of a work tree file; None where blame may show other lines of it."""
    if b"\r" in content:
        return None
    args = ("check-attr", "-z", *_CHANGES_LINES, "--", path)
    answer = run_git(args, cwd=top, env=env, ok=(0, 128)).stdout.split(b"\0")
    values = answer[2::3]
    return content if values and all(value in (b"unspecified", b"unset") for value in values) else None
