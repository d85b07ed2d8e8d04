"""What the doctor's checks are given and what they answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from gitprov.flow.setup.steps import Wish
from gitprov.git.repo import Repository

BROKEN, WARNING = "broken", "warning"


class Case(NamedTuple):
    """A repository, who asks, when (seconds since 1970), and a way to find a command on PATH."""

    repo: Repository
    wish: Wish
    now: float
    which: Callable[[str], str | None]


class Finding(NamedTuple):
    """Something wrong. `kind` names the check, `level` is `broken` (records get lost, or commits fail) or `warning`.
    `what` and `mend` are one line each; `fix` mends it where that is safe to do unasked.
    """

    kind: str
    level: str
    what: str
    mend: str
    fix: Callable[[], None] | None = None


Check = Callable[[Case], Iterator[Finding]]
