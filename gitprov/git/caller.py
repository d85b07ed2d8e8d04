"""Which git command runs the hook that we are: git tells a hook too little of it."""

from __future__ import annotations

import os
import subprocess

#: Between git and us there may be a shell, a hook manager and its Python.
_DEPTH = 8


def git_arguments(pid: int) -> list[str] | None:
    """The arguments of the nearest git process above `pid` (inclusive), None where that cannot be read."""
    for _ in range(_DEPTH):
        found = _from_proc(pid) if os.path.isdir("/proc/self") else _from_ps(pid)
        if found is None:
            return None
        parent, words = found
        if words and os.path.basename(words[0]) in ("git", "git.exe"):
            return words[1:]
        pid = parent
    return None


def _from_proc(pid: int) -> tuple[int, list[str]] | None:
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            parent = int(file.read().rpartition(b")")[2].split()[1])
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            words = file.read().decode("utf-8", "surrogateescape").split("\0")
    except (OSError, ValueError, IndexError):
        return None
    return parent, words[:-1]


def _from_ps(pid: int) -> tuple[int, list[str]] | None:
    try:
        shown = subprocess.run(
            ["ps", "-o", "ppid=,args=", "-p", str(pid)],
            capture_output=True,
            check=False,
            stdin=subprocess.DEVNULL,
        ).stdout.decode("utf-8", "surrogateescape")
        parent, *words = shown.split()
        return int(parent), words
    except (OSError, ValueError):
        return None


def says_amend(words: list[str]) -> bool | None:
    """Whether arguments are those of `git commit --amend`; None where the command may be an alias."""
    flags = words[: words.index("--")] if "--" in words else words
    if any(len(word) > 3 and "--amend".startswith(word) for word in flags):
        return True
    return False if "commit" in flags else None
