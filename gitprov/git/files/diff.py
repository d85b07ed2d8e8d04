"""The files and hunks that a commit or the index changes, exactly as git's own diff reports them."""

import re
from collections.abc import Collection, Iterator, Sequence

from gitprov.git.process import decode
from gitprov.git.repo import Repository
from gitprov.model.named import NamedTuple
from gitprov.model.ranges import Hunk

#: Flags of every comparison. The heuristic is the one that blame uses; plumbing commands ignore the user's
#: other diff settings.
PLAIN = ("-M", "--no-abbrev", "--no-ext-diff", "--no-textconv", "--indent-heuristic", "--no-color")
#: Git prints the paths C-quoted, so no file name can imitate a header or a hunk and one process is enough.
FLAGS = ("--raw", "-p", "-U0", *PLAIN)
#: Clears a variable that would add context lines to the hunks in spite of the flags.
ENV = {"GIT_DIFF_OPTS": ""}
_MARK = re.compile(
    rb"^(?:(diff --git )|(Binary files )|@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@)", re.MULTILINE
)
#: The line of a patch that has the ids of both contents; a patch of equal contents has none.
_IDS = rb"(?m)^(?:(diff --git )|index ([0-9a-f]{40,64})\.\.([0-9a-f]{40,64}))"
#: Ignores white space, as `git ai-blame` does; the ids in patches are whole.
_NO_BLANKS = ("-w", "--full-index")
#: The header line of each answer of `diff-tree --stdin`; content lines of a patch begin with a sign instead.
_PAIR = rb"(?m)^([0-9a-f]{40,64}) ([0-9a-f]{40,64})\n"
#: The largest number of paths given to git on a command line, and their largest total length in characters.
_PATHS = 2000
_PATHS_SIZE = 1 << 16
_ESCAPE = rb"(?s)\\([0-7]{3}|.)"
_NAMED = {b"a": b"\a", b"b": b"\b", b"t": b"\t", b"n": b"\n", b"v": b"\v", b"f": b"\f", b"r": b"\r"}

REGULAR = ("100644", "100755")


class FileChange(NamedTuple):
    """One path of a diff. `status` is git's letter (A D M R C T); `old_path` differs for renames and copies.

    `opaque`: git treats the file as binary and shows no hunks although the contents differ.
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
    """Changes between the commit `base` and the index (of GIT_INDEX_FILE); None stands for no commit yet.

    Intent-to-add files (`git add -N`) are excluded, since the commit will not contain them.
    """
    against = base or repo.empty_tree()
    args = ("diff-index", "--cached", "--ita-invisible-in-index", *FLAGS, against, "--")
    return parse(repo.run("-c", "core.quotePath=true", *args, env=ENV))


def between(repo: Repository, old: str | None, new: str) -> list[FileChange]:
    """Changes from one commit or tree to another; `old` None stands for the empty tree."""
    against = old or repo.empty_tree()
    args = ("diff-tree", "-r", *FLAGS, against, new, "--")
    return parse(repo.run("-c", "core.quotePath=true", *args, env=ENV))


def between_trees(
    repo: Repository,
    pairs: list[tuple[str, str]],
    paths: Collection[str] | None = None,
    *,
    blanks: bool = True,
) -> dict[tuple[str, str], list[FileChange]]:
    """Changes between the trees of each pair (old id, new id), from one process, limited to `paths` if given.

    If `paths` do not fit on a command line, the limit is dropped and all paths are compared. Without `blanks`
    lines that differ in white space alone are equal; a file of which only such lines changed has no hunks.
    """
    if paths is not None and not paths:
        return {pair: [] for pair in pairs}
    named = sorted(paths or ())
    fits = len(named) <= _PATHS and sum(map(len, named)) <= _PATHS_SIZE
    flags = FLAGS if blanks else (*FLAGS, *_NO_BLANKS)
    shown = _of_trees(repo, pairs, flags, named if fits else ())
    return {pair: parse(answer) for pair, answer in shown.items()}


def raw_between_trees(repo: Repository, pairs: list[tuple[str, str]]) -> dict[tuple[str, str], bytes]:
    """Git's raw diff rows for each pair of trees, without hunks; equal rows are equal changes.

    Far cheaper than computing hunks.
    """
    return _of_trees(repo, pairs, ("--raw", "--no-abbrev"))


def _of_trees(
    repo: Repository, pairs: list[tuple[str, str]], flags: tuple[str, ...], paths: Sequence[str] = ()
) -> dict[tuple[str, str], bytes]:
    answers = dict.fromkeys(pairs, b"")
    request = "".join(f"{old} {new}\n" for old, new in answers if old != new)
    if request:
        # Git resolves paths against its working directory; these are relative to the top of the tree.
        named = (f":(top,literal){path}" for path in paths)
        args = ("-c", "core.quotePath=true", "diff-tree", "--stdin", "-r", *flags, "--", *named)
        shown = repo.run(*args, stdin=request.encode("ascii"), env=ENV)
        heads = list(re.finditer(_PAIR, shown))
        for head, following in zip(heads, [*heads[1:], None], strict=True):
            stop = following.start() if following else len(shown)
            answers[decode(head[1]), decode(head[2])] = shown[head.end() : stop]
    return answers


def common(changes: list[FileChange], others: list[FileChange]) -> list[FileChange]:
    """Changes against one parent, reduced to the added lines that are also new against another parent.

    A file whose hunks git does not show keeps no line, as none is provably new against both parents.
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
    """Runs of the hunk's new lines that are in `fresh`; None means that the other parent's file is equal."""
    kept = [n for n in range(hunk.new_start, hunk.new_end) if fresh is not None and n in fresh]
    if len(kept) == hunk.new_count:
        yield hunk
        return
    while kept:
        size = 1
        while size < len(kept) and kept[size] == kept[0] + size:
            size += 1
        # A non-empty old side keeps the run in place; otherwise it would be a free-standing insertion.
        yield Hunk(hunk.old_start, 1, kept[0], size)
        kept = kept[size:]


def parse(data: bytes) -> list[FileChange]:
    """Parse `--raw -p -U0` output; patches follow the raw rows in the same order."""
    raw, _, patch = data.partition(b"\n\n") if b"\n\n" in data else (data.rstrip(b"\n"), b"", b"")
    rows = [_raw_row(line) for line in raw.split(b"\n") if line.startswith(b":")]
    rows = [row for row in rows if row.status != "U"]
    patches = _hunks_per_file(patch)
    if len(patches) < len(rows) + sum(row.status == "T" for row in rows):
        patches = list(_with_gaps(rows, patches, patch))
    remaining = iter(patches)
    return [_with_hunks(row, remaining) for row in rows]


def _with_gaps(
    rows: Sequence[FileChange], patches: Sequence[list[Hunk] | None], patch: bytes
) -> Iterator[list[Hunk] | None]:
    """The patches, with an empty one for each row of which git prints none: only white space differs."""
    at, ids = -1, [(b"", b"")] * len(patches)
    for mark in re.finditer(_IDS, patch):
        if mark[1]:
            at += 1
        else:
            ids[at] = mark[2], mark[3]
    number = 0
    for row in rows:
        both = row.old_oid.encode("ascii"), row.new_oid.encode("ascii")
        if row.status == "T":
            yield from patches[number : number + 2]
            number += 2
        elif number < len(patches) and both in (ids[number], both[:1] * 2):
            yield patches[number]
            number += 1
        else:
            yield []


def _with_hunks(row: FileChange, patches: Iterator[list[Hunk] | None]) -> FileChange:
    """The row with its hunks. For a type change (file to link) git prints a removal and a creation."""
    hunks = next(patches, [])
    if row.status == "T":
        hunks = next(patches, [])
    return row._replace(hunks=tuple(hunks or ()), opaque=hunks is None)


def _raw_row(line: bytes) -> FileChange:
    facts, *paths = line.split(b"\t")
    old_mode, new_mode, old_oid, new_oid, status = decode(facts[1:]).split(" ")
    names = [unquote(path) for path in paths]
    return FileChange(status[0], old_mode, new_mode, old_oid, new_oid, names[0], names[-1], ())


def blobs_of(row: str) -> tuple[str | None, str | None]:
    """The (old, new) blob id of a raw row without its path; None for a side without a regular file."""
    old_mode, new_mode, old, new, _ = row[1:].split(" ")
    return (old if old_mode in REGULAR else None, new if new_mode in REGULAR else None)


def _hunks_per_file(patch: bytes) -> list[list[Hunk] | None]:
    """The hunks of each file, None where git only reports that a binary file differs."""
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
    """A hunk with 0-based offsets. For an empty side git prints the 1-based line *before* it."""
    olds = 1 if old_count is None else int(old_count)
    news = 1 if new_count is None else int(new_count)
    return Hunk(int(old) - (1 if olds else 0), olds, int(new) - (1 if news else 0), news)


def unquote(path: bytes) -> str:
    """The path as text from git's output, C-quoted or plain."""
    if path.startswith(b'"') and path.endswith(b'"'):
        path = re.sub(_ESCAPE, _unescape, path[1:-1])
    return decode(path)


def _unescape(match: re.Match[bytes]) -> bytes:
    code = match[1]
    return bytes([int(code, 8) & 0xFF]) if len(code) == 3 else _NAMED.get(code, code)
