"""What the work tree holds, as far as it can be seen from inside a hook."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping

from gitprov.git.files import tree_files
from gitprov.git.files.tree import skipped
from gitprov.git.repo import Repository
from gitprov.git.user.parent_command import Process, above
from gitprov.model.hunk import Hunk
from gitprov.store import files

FILE_LIMIT = 256 << 20
"""Files above this many bytes are not looked at: as if they were not there."""

View = Callable[[str], "bytes | None"]

#: Frameworks that hide unstaged changes: the variable that names their directory, and the room of patches in
#: it.
_FRAMEWORKS = {"pre-commit": ("PRE_COMMIT_HOME", ""), "prek": ("PREK_HOME", "patches")}
_PATCH_NAME = re.compile(r"(?:patch)?[0-9]+-[0-9]+(?:\.patch)?")
_PATCH_HUNK = re.compile(rb"^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")


def view_of(repo: Repository, parent_pid: int) -> View:
    """A function from a path to its content in the work tree, None where that cannot be seen.

    Frameworks take unstaged changes out of the work tree while hooks run and keep them in a patch named after
    their own process; that patch is read back. Where the framework is another one, what is not visible stays
    unknown.
    """
    if repo.worktree is None:
        return lambda *_: None
    if not repo.env.get("PRE_COMMIT"):
        return Disk(repo)
    hidden = _framework_patch(repo.env, parent_pid)
    if hidden is None:
        return lambda *_: None
    patches = _patches(hidden)
    disk = Disk(repo)
    return lambda path: _patched(disk(path), patches.get(path))


def framework_above(pid: int) -> bool:
    """Whether a process is a framework of hooks, or was started by one."""
    return next(_frameworks(pid), None) is not None


class Disk:
    """A view of the work tree as it stands."""

    def __init__(self, repo: Repository) -> None:
        self._repo = repo
        self._skipped: set[str] | None = None

    def __call__(self, path: str) -> bytes | None:
        """A file; empty where there is none, None where git is told not to have one there, as in a sparse
        checkout.
        """
        content = on_disk(self._repo, path)
        if content or os.path.lexists(self._repo.place(path)):
            return content
        if self._skipped is None:
            self._skipped = skipped(self._repo)
        return None if path in self._skipped else b""


def on_disk(repo: Repository, path: str) -> bytes:
    """A file of the work tree; empty where there is no regular file of that name, as where a link is in
    the way.
    """
    try:
        return tree_files.read(repo.worktree or "", path, FILE_LIMIT) or b""
    except OSError:
        return b""


def _framework_patch(env: Mapping[str, str], parent_pid: int) -> bytes | None:
    """The framework's patch of hidden changes: empty where it hid nothing, None where that cannot be told."""
    for process, tool in _frameworks(parent_pid):
        home, room = _FRAMEWORKS[tool]
        cache = env.get(home) or os.path.join(
            env.get("XDG_CACHE_HOME") or os.path.join(env.get("HOME", ""), ".cache"), tool
        )
        return _newest(os.path.join(cache, room), process.pid)
    return None


def _frameworks(pid: int) -> Iterator[tuple[Process, str]]:
    """Frameworks among a process and those above it, nearest first."""
    for process in above(pid):
        yield from ((process, tool) for tool in _FRAMEWORKS if _is(tool, process.words))


def _newest(room: str, pid: int) -> bytes | None:
    """The patch that a process wrote last. A process id comes round again: the newest is the living
    process's.
    """
    rows = [name for name in files.names(room) if _PATCH_NAME.fullmatch(name)]
    names = [name for name in rows if name.removesuffix(".patch").endswith(f"-{pid}")]
    return files.read(os.path.join(room, max(names))) if names else b""


def _is(tool: str, words: list[str]) -> bool:
    """Whether a process is this tool: its binary, its script, or its module run by Python."""
    return any(os.path.basename(word).replace("_", "-").removeprefix("-m") == tool for word in words[:3])


def _patches(data: bytes) -> dict[str, list[tuple[Hunk, list[bytes]]]]:
    """Path → hunks with their new lines, of a patch against the index."""
    from gitprov.git.files.diff import unquote

    hunks_of: dict[str, list[tuple[Hunk, list[bytes]]]] = {}
    path = None
    remaining = [0, 0]
    sign = b""
    for line in data.split(b"\n"):
        if path is not None and max(remaining) > 0:
            lines = hunks_of[path][-1][1]
            if line[:1] in (b" ", b"+"):
                lines.append(line[1:] + b"\n")
            remaining[0] -= line[:1] in (b" ", b"-")
            remaining[1] -= line[:1] in (b" ", b"+")
            sign = line[:1]
        elif line.startswith(b"+++ ") and line != b"+++ /dev/null":
            path = unquote(line[4:].rstrip(b"\t")).removeprefix("b/")
        elif line.startswith(b"\\") and path is not None and sign in (b" ", b"+"):
            hunks_of[path][-1][1][-1] = hunks_of[path][-1][1][-1].removesuffix(b"\n")
        elif path is not None and (head := _PATCH_HUNK.match(line)):
            counts = [1 if number is None else int(number) for number in head.groups()[1::2]]
            starts = [int(number) for number in head.groups()[::2]]
            old = starts[0] - (1 if counts[0] else 0)
            new = starts[1] - (1 if counts[1] else 0)
            hunks_of.setdefault(path, []).append((Hunk(old, counts[0], new, counts[1]), []))
            remaining = counts
        elif line.startswith(b"diff --git "):
            path = None
    return hunks_of


def _patched(content: bytes | None, patch: list[tuple[Hunk, list[bytes]]] | None) -> bytes | None:
    """Content with a file's hunks applied."""
    if not patch or content is None:
        return content
    lines = content.split(b"\n")
    rows = [line + b"\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
    for hunk, new in reversed(patch):
        rows[hunk.old_start : hunk.old_end] = new
    return b"".join(rows)
