"""Comparable forms of what commits change: patch ids, and hunks with their context lines."""

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
#: Commits per request: request and answer both fit into a pipe, so neither process can block the other.
_AT_ONCE = 500
_HEAD = re.compile(rb"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_OID = re.compile(rb"[0-9a-f]{40,64}")
_OID_ROW = re.compile(rb"^([0-9a-f]{40,64})$", re.MULTILINE)
#: Git's marker `\ No newline at end of file`.
_ENDLESS = re.compile(rb"\n\\[^\n]*")


class Patch(NamedTuple):
    """One hunk of a diff. `path` is the new name; `start` the 1-based new line at which its rows begin.

    `body` is its rows with signs and newlines, and does not depend on the hunk's position in the file.
    """

    path: str
    start: int
    body: bytes


def patch_ids(repo: Repository, oids: Iterable[str]) -> dict[str, str]:
    """Commit → patch id, which ignores line numbers and white space. Merges and empty commits have none."""
    return _ids(repo, list(dict.fromkeys(oids)))


def whole_ids(repo: Repository, spans: Mapping[str, str]) -> dict[str, str]:
    """Commit → patch id of all changes since the commit that `spans` maps it to."""
    return _ids(repo, [f"{tip} {base}" for tip, base in spans.items()])


def _ids(repo: Repository, requests: list[str]) -> dict[str, str]:
    """Commit → patch id for `diff-tree --stdin` rows: a commit, and its base unless that is its parent."""
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
    """(commit, its hunks against its parent) in git's order. Merges are left out."""
    request = "".join(f"{oid}\n" for oid in oids)
    if request:
        args = ("diff-tree", "--stdin", "--root", *_DIFF, "-U3")
        yield from _by_commit(repo.run(*_QUOTED, *args, stdin=encode(request), env=ENV))


def sides(repo: Repository, oids: Iterable[str]) -> Iterator[tuple[str, bytes, bytes]]:
    """(commit, removed lines, added lines) of each hunk against the parent; merges have none.

    Lines are joined by LF, without one after the last; a side without lines is empty. Fast enough for
    thousands of commits, because hunks are not split into rows.
    """
    request = "".join(f"{oid}\n" for oid in oids)
    if not request:
        return
    shown = repo.run(
        *_QUOTED, "diff-tree", "--stdin", "--root", *_DIFF, "-U0", stdin=encode(request), env=ENV
    )
    # Without context each row of content begins with a sign, so a row that begins with `@@ ` is a header.
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
    """The hunks of the index against the commit `base`; None stands for no commit yet."""
    args = ("diff-index", "--cached", "--ita-invisible-in-index", *_DIFF[1:], "-U3")
    shown = repo.run(*_QUOTED, *args, base or repo.empty_tree(), "--", env=ENV)
    return list(_patches(row + b"\n" for row in shown.split(b"\n")))


def _by_commit(shown: bytes) -> Iterator[tuple[str, list[Patch]]]:
    oid = ""
    rows: list[bytes] = []
    # Only LF ends a row. Rows of file content begin with a sign, so a row that is an id begins a commit.
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
