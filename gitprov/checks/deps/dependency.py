"""Dependencies as files name them, and what reading a file gives."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

PYPI, NPM, CRATES = "pypi", "npm", "crates"

#: How a file names a package: in a declaration, in a command that installs it, by import, or in a lock file.
DECLARED, COMMAND, IMPORT, LOCKED = "declared", "command", "import", "locked"

_RUNS = re.compile(r"[-_.]+")


class Dependency(NamedTuple):
    """A package that a file names. Lines are 1-based, inclusive.

    `name`: as written; of an import, the module's top name. `spec`: version constraint as written, empty
    where there is none. `origin`: where the package comes from, if not from the ecosystem's registry (an
    address, a path, `workspace`); None for the registry.
    """

    ecosystem: str
    name: str
    line: int
    end_line: int
    spec: str = ""
    how: str = DECLARED
    origin: str | None = None

    @property
    def key(self) -> str:
        """The name as its registry compares names."""
        return normalised(self.ecosystem, self.name)


class UnreadPart(NamedTuple):
    """A part of a file that could not be read: its 1-based line, 0 for the whole file, and the reason."""

    line: int
    reason: str


class Include(NamedTuple):
    """Another file that a file refers to: a path relative to the file that names it, and the line."""

    path: str
    line: int
    constraint: bool = False


class Reading(NamedTuple):
    """What one file names. `skipped`: names that the project itself defines, such as workspace members."""

    dependencies: tuple[Dependency, ...] = ()
    unread: tuple[UnreadPart, ...] = ()
    includes: tuple[Include, ...] = ()
    skipped: frozenset[str] = frozenset()


Reader = Callable[[str], Reading]
"""From the text of a file to what it names."""


def normalised(ecosystem: str, name: str) -> str:
    """A name as its registry compares it: PyPI folds case and runs of `-_.`, crates folds `-` and `_`."""
    if ecosystem == PYPI:
        return _RUNS.sub("-", name).lower()
    if ecosystem == CRATES:
        return name.replace("_", "-").lower()
    return name


def word_set(text: str) -> frozenset[str]:
    """The words of a text as a set."""
    return frozenset(text.split())


def unreadable(reason: str, line: int = 0) -> Reading:
    """A reading of a file that cannot be parsed."""
    return Reading(unread=(UnreadPart(line, reason),))
