"""Searches the files and commits of refs with one git process, faster than reading them one by one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from gitprov.git.process import decode, failed

if TYPE_CHECKING:
    from gitprov.git.repo import Repository


def files_holding(repo: Repository, ref: str, text: str, where: str = ":(top)") -> list[str]:
    """Paths of files with `text` in the tree of `ref`, within the pathspec `where`; empty without `ref`."""
    return files_holding_any(repo, ref, [text], where)


def files_holding_any(repo: Repository, ref: str, texts: Sequence[str], where: str = ":(top)") -> list[str]:
    """Paths of files with any of `texts`, else as `files_holding`."""
    patterns = [word for text in texts for word in ("-e", text)]
    if not patterns:
        return []
    output = _grep(repo, ref, "--files-with-matches", "--null", "--fixed-strings", *patterns, where=where)
    return [path.removeprefix(f"{ref}:") for path in decode(output).split("\0") if path]


def matches(repo: Repository, ref: str, pattern: str, where: str = ":(top)") -> list[str]:
    """Texts in the files of `ref`'s tree that match an extended regular expression, ascending, once each."""
    output = _grep(repo, ref, "-h", "--only-matching", "--extended-regexp", "-e", pattern, where=where)
    return sorted(set(decode(output).splitlines()))


def _grep(repo: Repository, ref: str, *args: str, where: str) -> bytes:
    """Output of git grep in a form that the user's settings do not change; empty without the ref."""
    plain = ("--full-name", "--text", "--no-color", "--no-line-number", "--no-column", "--no-textconv")
    if repo.try_run("rev-parse", "--verify", "--quiet", ref).returncode:
        return b""
    result = repo.try_run("grep", *plain, *args, ref, "--", where)
    if result.returncode > 1:
        raise failed(("grep",), result.returncode, result.stderr)
    return result.stdout


def with_trailer(repo: Repository, key: str, value: str) -> list[str]:
    """Commits reachable from any ref whose message has the line `key: value`, newest first."""
    pattern = f"^{key}:[[:space:]]*{re.escape(value)}[[:space:]]*$"
    args = ("log", "--all", "--format=%H", "--extended-regexp", "--regexp-ignore-case", f"--grep={pattern}")
    return decode(repo.run(*args)).split()
