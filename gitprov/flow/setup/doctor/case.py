"""What the doctor's checks get, and what they return. Level ERROR: records get lost, or commits fail."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from gitprov.flow.setup.steps import InstallOptions
from gitprov.git.repo import Repository
from gitprov.git.user.hooks_path import HooksPath, hooks_path
from gitprov.model.finding import Finding

Fix = Callable[[], None]


class Examination(NamedTuple):
    """A repository, the install options, the time (seconds since 1970), a search of PATH, the fixes of
    the findings that `fixable` was called for, and git's answer to `hooks_path`, once it is known.
    """

    repo: Repository
    wish: InstallOptions
    now: float
    which: Callable[[str], str | None]
    fixes: dict[Finding, Fix]
    answers: list[HooksPath]

    @property
    def hooks_path(self) -> HooksPath:
        """The hooks directory in force; git is asked once in an examination."""
        if not self.answers:
            self.answers.append(hooks_path(self.repo))
        return self.answers[0]

    def fixable(self, finding: Finding, fix: Fix) -> Finding:
        """The finding, after `fix` was kept as what mends it: it must be safe to do without being asked."""
        self.fixes[finding] = fix
        return finding


Check = Callable[[Examination], Iterator[Finding]]
