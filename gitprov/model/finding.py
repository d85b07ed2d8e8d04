"""A result of a check of recorded provenance: something wrong, something not checked, or a remark."""

from __future__ import annotations

from typing import NamedTuple

FINDING, UNKNOWN, INFO = "finding", "unknown", "info"


class Finding(NamedTuple):
    """One result. `level` is FINDING (wrong), UNKNOWN (not checked) or INFO (a remark, not wrong).

    `kind` is a fixed word for machines, `what` a sentence, `mend` a command or advice. `commit` is a full id,
    `path` a file of the commit, of the store or a sidecar, `trace` a trace id; each is None where it does not
    apply.
    """

    kind: str
    level: str
    what: str
    mend: str | None = None
    commit: str | None = None
    path: str | None = None
    trace: str | None = None
