"""What commits change, as something to compare them by: patch ids, and hunks with the lines around them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from gitprov.git.files.diff import ENV, PLAIN, unquote
from gitprov.git.process import PIPE, decode, encode, open_git, opened

if TYPE_CHECKING:
    from gitprov.git.repo import Repository

_DIFF = ("-r", "-p", *PLAIN)
_QUOTED = ("-c", "core.quotePath=true", "-c", "diff.suppressBlankEmpty=false")
#: Commits asked about at once: question and answer both fit into a pipe, so nobody waits for anybody.
_AT_ONCE = 500
_HEAD = re.compile(rb"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_OID = re.compile(rb"[0-9a-f]{40,64}")
_OID_ROW = re.compile(rb"^([0-9a-f]{40,64})$", re.MULTILINE)
#: Where git has nothing to say but that a last line has no end.
_ENDLESS = re.compile(rb"\n\\[^\n]*")


class Patch(NamedTuple):
    """One hunk of a diff. `path` is the new name; `start` the 1-based line of its first new line (context counts).

    `body` are its rows with their signs, newlines included; it says the same wherever in the file it stands.
    """

    path: str
    start: int
    body: bytes


def patch_ids(repo: Repository, oids: Iterable[str]) -> dict[str, str]:
    """Commit → id of what it changes, without line numbers and white space. Merges and empty commits have none."""
    return _ids(repo, list(dict.fromkeys(oids)))


def whole_ids(repo: Repository, spans: Mapping[str, str]) -> dict[str, str]:
    """Commit → id of all that changes from another commit to it; `spans` are commit → the commit where that begins."""
    return _ids(repo, [f"{tip} {base}" for tip, base in spans.items()])


def _ids(repo: Repository, requests: list[str]) -> dict[str, str]:
    """The same for rows of `diff-tree --stdin`: a commit, and what it is compared with if that is not its parent."""
    ids: dict[str, str] = {}
    for at in range(0, len(requests), _AT_ONCE // 2):
        ids.update(_some_ids(repo, requests[at : at + _AT_ONCE // 2]))
    return ids


def _some_ids(repo: Repository, requests: list[str]) -> dict[str, str]:
    env = {**repo.env, **ENV}
    diff = ("diff-tree", "--stdin", "--root", *_DIFF)
    with open_git(diff, cwd=repo.cwd, env=env, stdin=PIPE) as source:
        diff_output = opened(source.stdout)
        with open_git(("patch-id", "--stable"), cwd=repo.cwd, env=env, stdin=diff_output.fileno()) as reader:
            diff_output.close()
            stdin = opened(source.stdin)
            stdin.write(encode("".join(f"{row}\n" for row in requests)))
            stdin.close()
            rows = [decode(row).split() for row in opened(reader.stdout)]
    return {row[1]: row[0] for row in rows if len(row) == 2}


def of_commits(repo: Repository, oids: Iterable[str]) -> Iterator[tuple[str, list[Patch]]]:
    """(commit, its hunks against its parent), as they come. Merges have none."""
    request = "".join(f"{oid}\n" for oid in oids)
    if request:
        args = ("diff-tree", "--stdin", "--root", *_DIFF, "-U3")
        yield from _by_commit(repo.run(*_QUOTED, *args, stdin=encode(request), env=ENV))


def sides(repo: Repository, oids: Iterable[str]) -> Iterator[tuple[str, bytes, bytes]]:
    """(commit, lines taken away, lines put there) of each hunk, against the parent; merges have none.

    The lines come one after the other with LF between them, without the end of the last one; a side without lines is
    empty. Made for asking thousands of commits: nothing is taken apart row by row.
    """
    request = "".join(f"{oid}\n" for oid in oids)
    if not request:
        return
    shown = repo.run(
        *_QUOTED, "diff-tree", "--stdin", "--root", *_DIFF, "-U0", stdin=encode(request), env=ENV
    )
    # Without context each row of content has a sign before it: a row that begins so is a hunk's head.
    first, *hunks = shown.rstrip(b"\n").split(b"\n@@ ")
    oid = _last_oid(first, "")
    for hunk in hunks:
        body, _, beyond = hunk.partition(b"\ndiff --git ")
        begin = body.find(b"\n") + 1
        if begin:
            end = body.rfind(b"\n") if beyond and _OID.fullmatch(body, body.rfind(b"\n") + 1) else len(body)
            middle = begin - 1 if body.startswith(b"+", begin) else body.find(b"\n+", begin)
            rows = (
                (body[begin:end], b"")
                if middle < 0
                else (body[begin : max(middle, begin)], body[middle + 1 : end])
            )
            old, new = (_ENDLESS.sub(b"", row) if b"\n\\" in row else row for row in rows)
            yield oid, old[1:].replace(b"\n-", b"\n"), new[1:].replace(b"\n+", b"\n")
        if beyond:
            oid = _last_oid(hunk, oid)


def _last_oid(shown: bytes, before: str) -> str:
    oids = _OID_ROW.findall(shown)
    return decode(oids[-1]) if oids else before


def staged(repo: Repository, base: str | None) -> list[Patch]:
    """The hunks of the index against a commit; None stands for no commit yet."""
    args = ("diff-index", "--cached", "--ita-invisible-in-index", *_DIFF[1:], "-U3")
    shown = repo.run(*_QUOTED, *args, base or repo.empty_tree(), "--", env=ENV)
    return list(_patches(row + b"\n" for row in shown.split(b"\n")))


def _by_commit(shown: bytes) -> Iterator[tuple[str, list[Patch]]]:
    oid = ""
    rows: list[bytes] = []
    # Only LF ends a row; what git prints of a file has a sign before it, so a row that is an id is git's own.
    for row in shown.split(b"\n"):
        if _OID.fullmatch(row):
            if oid:
                yield oid, list(_patches(rows))
            oid, rows = decode(row), []
        else:
            rows.append(row + b"\n")
    if oid:
        yield oid, list(_patches(rows))


def _patches(rows: Iterable[bytes]) -> Iterator[Patch]:
    path, start, remaining = "", 0, [0, 0]
    body: list[bytes] = []
    for row in rows:
        if max(remaining) > 0 or (body and row.startswith(b"\\")):
            remaining[0] -= row[:1] in (b" ", b"-")
            remaining[1] -= row[:1] in (b" ", b"+")
            body.append(row)
            continue
        if body:
            yield Patch(path, start, b"".join(body))
            body = []
        if row.startswith(b"+++ "):
            path = unquote(row[4:].rstrip(b"\t\n")).removeprefix("b/")
        elif head := _HEAD.match(row):
            old, new = (1 if count is None else int(count) for count in (head[2], head[4]))
            start, remaining = int(head[3]), [old, new]
    if body:
        yield Patch(path, start, b"".join(body))
