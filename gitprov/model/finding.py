"""The result of a check: of `gitprov verify`, of `gitprov doctor`, of the gate of a commit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

#: Wrong, so that the command fails; a smaller fault; could not be checked; a remark.
ERROR, WARNING, UNKNOWN, INFO = "error", "warning", "unknown", "info"


class Finding(NamedTuple):
    """One result. `rule` is the fixed name of what was checked, `level` one of the levels above.

    `message` is one line without a full stop, `mend` a command or advice. The other fields have the place, as
    far as there is one: `commit` a full id; `path` a file of the commit, of the store or of the work tree;
    `traces` the trace ids concerned; `lines` the first and last line in the file (1-based, inclusive).
    `evidence` is a digest of the content that was judged, by which a later run recognizes the same finding
    though lines moved.
    """

    rule: str
    level: str
    message: str
    mend: str | None = None
    commit: str | None = None
    path: str | None = None
    traces: tuple[str, ...] = ()
    lines: tuple[int, int] | None = None
    evidence: str | None = None

    @property
    def trace(self) -> str | None:
        """The trace concerned, the first where there are several; None without any."""
        return self.traces[0] if self.traces else None


def failed(findings: Iterable[Finding], strict: bool = False) -> bool:
    """Whether a check with these findings fails; under `strict` also where it could not look."""
    return any(finding.level == ERROR or (strict and finding.level == UNKNOWN) for finding in findings)
