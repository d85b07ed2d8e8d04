"""What the doctor's checks get, and what they return."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from gitprov.flow.setup.steps import InstallOptions
from gitprov.git.repo import Repository

BROKEN, WARNING = "broken", "warning"


class Examination(NamedTuple):
    """A repository, the install options, the time (seconds since 1970), and a search of PATH."""

    repo: Repository
    wish: InstallOptions
    now: float
    which: Callable[[str], str | None]


class Diagnosis(NamedTuple):
    """A problem. `kind`: the check. `level`: `broken` (records get lost, or commits fail) or `warning`.

    `what` and `mend` are one line each; `fix` mends the problem where that is safe to do without being asked.
    """

    kind: str
    level: str
    what: str
    mend: str
    fix: Callable[[], None] | None = None


Check = Callable[[Examination], Iterator[Diagnosis]]
