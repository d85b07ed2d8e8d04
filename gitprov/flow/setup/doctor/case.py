"""What the doctor's checks get, and what they return. Level ERROR: records get lost, or commits fail."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from gitprov.flow.setup.steps import InstallOptions
from gitprov.git.repo import Repository
from gitprov.model.finding import Finding

Fix = Callable[[], None]


class Examination(NamedTuple):
    """A repository, the install options, the time (seconds since 1970), a search of PATH, and the
    fixes of the findings that `fixable` was called for.
    """

    repo: Repository
    wish: InstallOptions
    now: float
    which: Callable[[str], str | None]
    fixes: dict[Finding, Fix]

    def fixable(self, finding: Finding, fix: Fix) -> Finding:
        """The finding, after `fix` was kept as what mends it: it must be safe to do without being asked."""
        self.fixes[finding] = fix
        return finding


Check = Callable[[Examination], Iterator[Finding]]
