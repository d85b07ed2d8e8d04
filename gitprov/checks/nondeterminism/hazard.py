"""What a rule of this check is, and what it reports."""

from __future__ import annotations

from typing import NamedTuple

PYTHON, SCRIPT = "python", "javascript"
HIGH, MEDIUM, LOW = "high", "medium", "low"


class Hazard(NamedTuple):
    """A rule. `name`: the id without `nondeterminism/`; `message`: one line, where `{}` is the detail;
    `harmless`: what makes such code harmless; `bad` and `good`: example files that it reports, and does not.
    """

    name: str
    language: str
    severity: str
    confidence: str
    message: str
    fix: str
    harmless: str
    bad: str
    good: str

    @property
    def rule(self) -> str:
        """The id, as `nondeterminism/clock`."""
        return f"nondeterminism/{self.name}"


class Uncertainty(NamedTuple):
    """A place that a rule reports. `name`: the rule's; `line`, `end_line`: 1-based, inclusive; `detail`: what
    the message says of the place, as the call; `severity`: of this place, "" for the rule's.
    """

    name: str
    line: int
    end_line: int
    detail: str
    severity: str = ""
