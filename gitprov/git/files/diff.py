"""What a commit, or the index, changes: files and hunks exactly as git's own diff says."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from gitprov.git.process import decode
from gitprov.model.hunk import Hunk

if TYPE_CHECKING:
    from gitprov.git.repo import Repository

#: What every comparison asks for. The heuristic is the one that blame uses; plumbing ignores the user's diff settings
#: otherwise.
PLAIN = ("-M", "--no-abbrev", "--no-ext-diff", "--no-textconv", "--indent-heuristic", "--no-color")
#: Paths come C-quoted: then no file name can imitate a header or a hunk, and one process tells everything.
FLAGS = ("--raw", "-p", "-U0", *PLAIN)
#: A variable that would put context lines around the hunks, in spite of the flags.
ENV = {"GIT_DIFF_OPTS": ""}
_MARK = re.compile(
    rb"^(?:(diff --git )|(Binary files )|@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@)", re.MULTILINE
)
#: The line before each answer of `diff-tree --stdin`; in a patch every line of content has a sign before it.
_PAIR = re.compile(rb"^([0-9a-f]{40,64}) ([0-9a-f]{40,64})\n", re.MULTILINE)
#: Paths that are named to git at the most, and their length together.
_PATHS = 2000
_PATHS_SIZE = 1 << 16
_ESCAPE = re.compile(rb"\\([0-7]{3}|.)", re.DOTALL)
_NAMED = {b"a": b"\a", b"b": b"\b", b"t": b"\t", b"n": b"\n", b"v": b"\v", b"f": b"\f", b"r": b"\r"}

REGULAR = ("100644", "100755")


class FileChange(NamedTuple):
    """One path of a diff. `status` is git's letter (A D M R C T); `old_path` differs for renames and copies.

    `opaque`: git calls the file binary, so it shows no hunks though the contents differ.
    """

    status: str
    old_mode: str
    new_mode: str
    old_oid: str
    new_oid: str
    old_path: str
    path: str
    hunks: tuple[Hunk, ...]
    opaque: bool = False

    @property
    def has_text(self) -> bool:
        """Whether the new side is a regular file (not a link, a submodule or nothing)."""
        return self.new_mode in REGULAR

    @property
    def added(self) -> int:
        """Lines that the change adds."""
        return sum(hunk.new_count for hunk in self.hunks) if self.has_text else 0


def staged(repo: Repository, base: str | None) -> list[FileChange]:
    """What the index (as GIT_INDEX_FILE names it) changes against `base`; None stands for no commit yet.

    Files that are only announced (`git add -N`) are no part of it: the commit will not have them.
    """
    against = base or repo.empty_tree()
    args = ("diff-index", "--cached", "--ita-invisible-in-index", *FLAGS, against, "--")
    return parse(repo.run("-c", "core.quotePath=true", *args, env=ENV))


def between(repo: Repository, old: str | None, new: str) -> list[FileChange]:
    """What lies between two commits or trees; None stands for the empty tree."""
    against = old or repo.empty_tree()
    args = ("diff-tree", "-r", *FLAGS, against, new, "--")
    return parse(repo.run("-c", "core.quotePath=true", *args, env=ENV))


def between_trees(
    repo: Repository, pairs: list[tuple[str, str]], paths: Collection[str] | None = None
) -> dict[tuple[str, str], list[FileChange]]:
    """What lies between the trees of each pair (old id, new id), from one process; of these `paths` only, if any are given.

    More paths than fit on a command line are as good as none.
    """
    if paths is not None and not paths:
        return {pair: [] for pair in pairs}
    named = sorted(paths or ())
    fits = len(named) <= _PATHS and sum(map(len, named)) <= _PATHS_SIZE
    return {
        pair: parse(shown) for pair, shown in _of_trees(repo, pairs, FLAGS, named if fits else ()).items()
    }


def raw_between_trees(repo: Repository, pairs: list[tuple[str, str]]) -> dict[tuple[str, str], bytes]:
    """The same as git's raw rows and without contents: equal rows are equal changes. Far cheaper than hunks."""
    return _of_trees(repo, pairs, ("--raw", "--no-abbrev"))


def _of_trees(
    repo: Repository, pairs: list[tuple[str, str]], flags: tuple[str, ...], paths: Sequence[str] = ()
) -> dict[tuple[str, str], bytes]:
    answers = dict.fromkeys(pairs, b"")
    request = "".join(f"{old} {new}\n" for old, new in answers if old != new)
    if request:
        # Git takes paths as seen from where it runs; ours are the tree's.
        named = (f":(top,literal){path}" for path in paths)
        args = ("-c", "core.quotePath=true", "diff-tree", "--stdin", "-r", *flags, "--", *named)
        shown = repo.run(*args, stdin=request.encode("ascii"), env=ENV)
        heads = list(_PAIR.finditer(shown))
        for head, following in zip(heads, [*heads[1:], None], strict=True):
            stop = following.start() if following else len(shown)
            answers[decode(head[1]), decode(head[2])] = shown[head.end() : stop]
    return answers


def common(changes: list[FileChange], others: list[FileChange]) -> list[FileChange]:
    """Changes against one parent with only those added lines that are new against another parent too.

    Of a file whose hunks git does not show, no line can be said to be new against both.
    """
    fresh = {
        other.path: {n for hunk in other.hunks for n in range(hunk.new_start, hunk.new_end)}
        for other in others
    }
    return [
        change._replace(
            hunks=tuple(part for hunk in change.hunks for part in _parts(hunk, fresh.get(change.path))),
            opaque=False,
        )
        for change in changes
    ]


def _parts(hunk: Hunk, fresh: set[int] | None) -> Iterator[Hunk]:
    """The runs of a hunk's new lines that are in `fresh`; a file the other parent has alike adds nothing."""
    kept = [n for n in range(hunk.new_start, hunk.new_end) if fresh is not None and n in fresh]
    if len(kept) == hunk.new_count:
        yield hunk
        return
    while kept:
        size = 1
        while size < len(kept) and kept[size] == kept[0] + size:
            size += 1
        # An old side of its own keeps the run where it is: it is no free-standing insertion.
        yield Hunk(hunk.old_start, 1, kept[0], size)
        kept = kept[size:]


def parse(data: bytes) -> list[FileChange]:
    """Read `--raw -p -U0` output; patches follow the raw rows in the same order."""
    raw, _, patch = data.partition(b"\n\n") if b"\n\n" in data else (data.rstrip(b"\n"), b"", b"")
    rows = [_raw_row(line) for line in raw.split(b"\n") if line.startswith(b":")]
    patches = iter(_hunks_per_file(patch))
    return [_with_hunks(row, patches) for row in rows if row.status != "U"]


def _with_hunks(row: FileChange, patches: Iterator[list[Hunk] | None]) -> FileChange:
    """A change of type (a file that becomes a link) is printed as a removal and a creation."""
    hunks = next(patches, [])
    if row.status == "T":
        hunks = next(patches, [])
    return row._replace(hunks=tuple(hunks or ()), opaque=hunks is None)


def _raw_row(line: bytes) -> FileChange:
    facts, *paths = line.split(b"\t")
    old_mode, new_mode, old_oid, new_oid, status = decode(facts[1:]).split(" ")
    names = [unquote(path) for path in paths]
    return FileChange(status[0], old_mode, new_mode, old_oid, new_oid, names[0], names[-1], ())


def _hunks_per_file(patch: bytes) -> list[list[Hunk] | None]:
    """The hunks of each file, None where git only says that a binary file differs."""
    files: list[list[Hunk] | None] = []
    hunks: list[Hunk] = []
    for mark in _MARK.finditer(patch):
        if mark[1]:
            hunks = []
            files.append(hunks)
        elif mark[2]:
            files[-1] = None
        else:
            hunks.append(_hunk(*mark.groups()[2:]))
    return files


def _hunk(old: bytes, old_count: bytes | None, new: bytes, new_count: bytes | None) -> Hunk:
    """Git writes the line *before* an empty side; a 0-based offset needs no such exception."""
    olds = 1 if old_count is None else int(old_count)
    news = 1 if new_count is None else int(new_count)
    return Hunk(int(old) - (1 if olds else 0), olds, int(new) - (1 if news else 0), news)


def unquote(path: bytes) -> str:
    """A path as git prints it, C-quoted or plain, to text."""
    if path.startswith(b'"') and path.endswith(b'"'):
        path = _ESCAPE.sub(_unescape, path[1:-1])
    return decode(path)


def _unescape(match: re.Match[bytes]) -> bytes:
    code = match[1]
    return bytes([int(code, 8) & 0xFF]) if len(code) == 3 else _NAMED.get(code, code)
