"""What the doctor's checks are given and what they answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from gitprov.flow.setup.steps import InstallOptions
from gitprov.git.repo import Repository

BROKEN, WARNING = "broken", "warning"


class Examination(NamedTuple):
    """A repository, who asks, when (seconds since 1970), and a way to find a command on PATH."""

    repo: Repository
    wish: InstallOptions
    now: float
    which: Callable[[str], str | None]


class Diagnosis(NamedTuple):
    """Something wrong. `kind` names the check, `level` is `broken` (records get lost, or commits fail) or `warning`.
    `what` and `mend` are one line each; `fix` mends it where that is safe to do unasked.
    """

    kind: str
    level: str
    what: str
    mend: str
    fix: Callable[[], None] | None = None


Check = Callable[[Examination], Iterator[Diagnosis]]
