"""What the work tree holds, as far as it can be seen from inside a hook."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping

from gitprov.git.caller import above
from gitprov.git.repo import Repository
from gitprov.model.hunk import Hunk
from gitprov.store import files

View = Callable[[str, bytes], "bytes | None"]

_PATCH_HUNK = re.compile(rb"^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")


def view_of(repo: Repository, parent_pid: int) -> View:
    """A function from (path, committed content) to the work tree's content, None where it cannot be seen.

    The pre-commit framework takes unstaged changes out of the work tree while hooks run and keeps them in a patch
    named after its own process; that patch is read back. Where the framework is another one, what is not visible
    stays unknown.
    """
    if repo.worktree is None:
        return lambda path, content: None
    if not repo.env.get("PRE_COMMIT"):
        return lambda path, content: on_disk(repo, path)
    hidden = _framework_patch(repo.env, parent_pid)
    if hidden is None:
        return lambda path, content: None
    patches = _patches(hidden)
    return lambda path, content: _patched(on_disk(repo, path), patches.get(path))


def on_disk(repo: Repository, path: str) -> bytes:
    """A file of the work tree; empty where there is no regular file of that name."""
    place = os.path.join(repo.worktree or "", path).encode("utf-8", "surrogateescape")
    try:
        return files.read_range(place, 0, None) or b""
    except OSError:
        return b""


def _framework_patch(env: Mapping[str, str], parent_pid: int) -> bytes | None:
    """The framework's patch of hidden changes: empty where it hid nothing, None where that cannot be told."""
    cache = env.get("PRE_COMMIT_HOME") or os.path.join(
        env.get("XDG_CACHE_HOME") or os.path.join(env.get("HOME", ""), ".cache"), "pre-commit"
    )
    framework = next((one.pid for one in above(parent_pid) if _is_framework(one.words)), None)
    if framework is None:
        return None
    rows = files.names(cache)
    own = [name for name in rows if name.startswith("patch") and name.endswith(f"-{framework}")]
    # A process id comes round again; the newest patch is the living process's.
    return files.read(os.path.join(cache, max(own))) if own else b""


def _is_framework(words: list[str]) -> bool:
    """Whether a process is pre-commit: started by its script, or as a module of Python."""
    return any(
        os.path.basename(word).replace("_", "-").removeprefix("-m") == "pre-commit" for word in words[:3]
    )


def _patches(data: bytes) -> dict[str, list[tuple[Hunk, list[bytes]]]]:
    """Path → hunks with their new lines, of a patch against the index."""
    from gitprov.git.changes import unquote

    found: dict[str, list[tuple[Hunk, list[bytes]]]] = {}
    path = None
    left = [0, 0]
    for line in data.split(b"\n"):
        if path is not None and max(left) > 0:
            hunk, lines = found[path][-1]
            if line[:1] in (b" ", b"+"):
                lines.append(line[1:] + b"\n")
            left[0] -= line[:1] in (b" ", b"-")
            left[1] -= line[:1] in (b" ", b"+")
        elif line.startswith(b"+++ ") and line != b"+++ /dev/null":
            path = unquote(line[4:].rstrip(b"\t")).removeprefix("b/")
        elif line.startswith(b"\\") and path is not None and found.get(path) and found[path][-1][1]:
            found[path][-1][1][-1] = found[path][-1][1][-1].removesuffix(b"\n")
        elif path is not None and (head := _PATCH_HUNK.match(line)):
            counts = [1 if one is None else int(one) for one in head.groups()[1::2]]
            starts = [int(one) for one in head.groups()[::2]]
            old = starts[0] - (1 if counts[0] else 0)
            new = starts[1] - (1 if counts[1] else 0)
            found.setdefault(path, []).append((Hunk(old, counts[0], new, counts[1]), []))
            left = counts
        elif line.startswith(b"diff --git "):
            path = None
    return found


def _patched(content: bytes, patch: list[tuple[Hunk, list[bytes]]] | None) -> bytes:
    """Content with a file's hunks applied."""
    if not patch:
        return content
    lines = content.split(b"\n")
    rows = [line + b"\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
    for hunk, new in reversed(patch):
        rows[hunk.old_start : hunk.old_end] = new
    return b"".join(rows)
