"""The work tree's contents, as far as a hook can find them: a hook framework may hide unstaged changes."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping

from gitprov.git.files import tree_files
from gitprov.git.repo import Repository
from gitprov.git.user.parent_command import Process, above
from gitprov.model.ranges import Hunk
from gitprov.store import files

FILE_LIMIT = 256 << 20
"""Files of more bytes are not read, but treated as absent."""

View = Callable[[str], "bytes | None"]

#: Framework → the environment variable that names its directory, and the subdirectory of its patches there.
_FRAMEWORKS = {"pre-commit": ("PRE_COMMIT_HOME", ""), "prek": ("PREK_HOME", "patches")}
_PATCH_NAME = r"(?:patch)?[0-9]+-[0-9]+(?:\.patch)?"
_PATCH_HUNK = rb"^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@"


def view_of(repo: Repository, parent_pid: int) -> View:
    """A function from a path to its content in the work tree, or None if that is unknown.

    While hooks run, the frameworks in `_FRAMEWORKS` remove unstaged changes from the work tree into a patch
    named after their process; the view applies that patch. With any other framework it returns None.
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
    """Whether a process is a hook framework or was started, directly or not, by one."""
    return next(_frameworks(pid), None) is not None


class Disk:
    """A view of the work tree's files as they are on disk."""

    def __init__(self, repo: Repository) -> None:
        self._repo = repo
        self._skipped: set[str] | None = None

    def __call__(self, path: str) -> bytes | None:
        """A file's content; empty if there is no file, None if git skips it, as in a sparse checkout."""
        content = on_disk(self._repo, path)
        if content or os.path.lexists(self._repo.place(path)):
            return content
        if self._skipped is None:
            from gitprov.git.files.tree import skipped

            self._skipped = skipped(self._repo)
        return None if path in self._skipped else b""


def on_disk(repo: Repository, path: str) -> bytes:
    """A file of the work tree; empty if it is unreadable or no regular file, or a link is in its path."""
    try:
        return tree_files.read(repo.worktree or "", path, FILE_LIMIT) or b""
    except OSError:
        return b""


def _framework_patch(env: Mapping[str, str], parent_pid: int) -> bytes | None:
    """The framework's patch of hidden changes; empty if it hid none, None if no known framework is found."""
    for process, tool in _frameworks(parent_pid):
        home, room = _FRAMEWORKS[tool]
        cache = env.get(home) or os.path.join(
            env.get("XDG_CACHE_HOME") or os.path.join(env.get("HOME", ""), ".cache"), tool
        )
        return _newest(os.path.join(cache, room), process.pid)
    return None


def _frameworks(pid: int) -> Iterator[tuple[Process, str]]:
    """The frameworks among a process and its ancestors, nearest first."""
    for process in above(pid):
        yield from ((process, tool) for tool in _FRAMEWORKS if _is(tool, process.words))


def _newest(room: str, pid: int) -> bytes | None:
    """The patch that a process wrote last; an older one may be of an ended process with the same id."""
    rows = [name for name in files.names(room) if re.fullmatch(_PATCH_NAME, name)]
    names = [name for name in rows if name.removesuffix(".patch").endswith(f"-{pid}")]
    return files.read(os.path.join(room, max(names))) if names else b""


def _is(tool: str, words: list[str]) -> bool:
    """Whether a process with these arguments is `tool`: its binary, its script, or its module in Python."""
    return any(os.path.basename(word).replace("_", "-").removeprefix("-m") == tool for word in words[:3])


def _patches(data: bytes) -> dict[str, list[tuple[Hunk, list[bytes]]]]:
    """Path → the hunks of a patch against the index, each with its new lines."""
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
        elif path is not None and (head := re.match(_PATCH_HUNK, line)):
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
    """The content with the hunks of `patch` applied; unchanged if there are none."""
    if not patch or content is None:
        return content
    lines = content.split(b"\n")
    rows = [line + b"\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
    for hunk, new in reversed(patch):
        rows[hunk.old_start : hunk.old_end] = new
    return b"".join(rows)
