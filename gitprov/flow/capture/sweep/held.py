"""What a file holds or held: the contents by which the sweep decides whether an edit took place."""

from __future__ import annotations

import os
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple, Protocol

from gitprov.agents.payloads.report import same_text
from gitprov.flow.capture.moment import FILE_LIMIT
from gitprov.git.files import tree_files
from gitprov.git.process import decode
from gitprov.model.lines import is_trivial, split_lines
from gitprov.store import files

if TYPE_CHECKING:
    from gitprov.git.repo import Repository

_STASHES = 20
"""Number of the newest stashes that are looked into."""


class HeldFile(NamedTuple):
    """Contents of one file, None for no file: `base` is the content before all edits in question, `others`
    are those in which an edit may show, the most important first.
    """

    base: bytes | None
    others: tuple[bytes | None, ...]

    @property
    def is_unchanged(self) -> bool:
        """Whether no content differs from the base, so that no edit can show."""
        return all(content == self.base for content in self.others)

    def shows(self, before: bytes | None, after: bytes | None, *, exact: bool = False) -> bool:
        """Whether the change from `before` to `after` shows in a content and not in the base.

        Either a content is the result, or it has a telling line that the change added (for a change that
        only removes lines: lacks a removed line) more often than the base (less often). `exact`: only the
        former counts.
        """
        if any(is_same(after, content) for content in self.others) and not is_same(after, self.base):
            return True
        if exact:
            return False
        old, new, base = _telling(before), _telling(after), _telling(self.base)
        added, removed = new - old, old - new
        for content in map(_telling, self.others):
            if any(content[line] > base[line] for line in added):
                return True
            if not added and any(content[line] < base[line] for line in removed):
                return True
        return False


class Holder(Protocol):
    """Returns what a file holds or held, by its repo-relative path."""

    def __call__(self, path: str) -> HeldFile:
        """The contents of one file."""
        ...


class UncommittedFiles:
    """Contents that are not committed: in the work tree, in the index and in stashes. The base is HEAD."""

    def __init__(self, repo: Repository) -> None:
        self._repo = repo
        self._seen: dict[str, HeldFile] = {}
        self._stashes = _stashes(repo)

    def __call__(self, path: str) -> HeldFile:
        """The contents of one file. OSError where the work tree's file cannot be read."""
        if path not in self._seen:
            content = self._repo.objects.content
            disk = tree_files.read(str(self._repo.worktree), path, FILE_LIMIT)
            others = [disk, content(f":{path}")]
            others += [stashed for oid in self._stashes if (stashed := content(f"{oid}:{path}")) is not None]
            self._seen[path] = HeldFile(content(f"HEAD:{path}"), tuple(others))
        return self._seen[path]


def is_same(one_side: bytes | None, other_side: bytes | None) -> bool:
    """Whether two contents differ at most in line ends and a byte order mark; None equals None only."""
    if one_side is None or other_side is None:
        return one_side is other_side
    return same_text(one_side, other_side)


def _telling(content: bytes | None) -> Counter[bytes]:
    """How often each line with words occurs, without its line end."""
    lines = (line.rstrip(b"\r\n") for line in split_lines(content or b""))
    return Counter(line for line in lines if not is_trivial(line))


def _stashes(repo: Repository) -> list[str]:
    path = os.path.join(repo.common_dir, "logs", "refs", "stash")
    rows = (files.read(path) or b"").splitlines()[-_STASHES:]
    return [decode(row.split(b" ")[1]) for row in rows if row.count(b" ") > 1]
