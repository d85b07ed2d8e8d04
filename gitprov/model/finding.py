"""What a check of recorded provenance found: something wrong, something it could not look at, or a remark."""

from __future__ import annotations

from typing import NamedTuple

FINDING, UNKNOWN, INFO = "finding", "unknown", "info"


class Finding(NamedTuple):
    """One result. `level` is FINDING (wrong), UNKNOWN (could not look) or INFO (worth knowing, not wrong).

    `kind` is a fixed word for machines, `what` a sentence, `mend` a command or what to do. `commit` is a full id, `path` a
    file of the commit, of the store or a sidecar, `trace` a trace id; None where it is not about one.
    """

    kind: str
    level: str
    what: str
    mend: str | None = None
    commit: str | None = None
    path: str | None = None
    trace: str | None = None
