"""The result of a check: of `gitprov verify`, of `gitprov doctor`, of the gate of a commit."""

from collections.abc import Iterable

from gitprov.model.named import NamedTuple

#: Wrong, so that the command fails; a smaller fault; could not be checked; a remark.
ERROR, WARNING, UNKNOWN, INFO = "error", "warning", "unknown", "info"


class Risk(NamedTuple):
    """What a gate adds to a finding. `severity` and `confidence`: high, medium or low; `cwe`: its number;
    `package`: the dependency concerned; `agent` and `model`: who wrote the line; `prompt`: its first line;
    `committer`: `Name <address>` of the person whose commit added the line.
    """

    severity: str
    confidence: str
    cwe: int | None = None
    package: str | None = None
    agent: str | None = None
    model: str | None = None
    prompt: str | None = None
    committer: str | None = None


class Finding(NamedTuple):
    """One result. `rule` is the fixed name of what was checked, `level` one of the levels above.

    `message` is one line without a full stop, `mend` a command or advice. The other fields have the place, as
    far as there is one: `commit` a full id; `path` a file of the commit, of the store or of the work tree;
    `traces` the trace ids concerned; `lines` the first and last line in the file (1-based, inclusive).
    `evidence` is a digest of the content that was judged, by which a later run recognizes the same finding
    though lines moved; `risk` what a gate adds.
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
    risk: Risk | None = None

    @property
    def check(self) -> str:
        """The check that a rule belongs to: the part of its name before the slash."""
        return self.rule.partition("/")[0]

    @property
    def severity(self) -> str:
        """`high`, `medium` or `low`; `low` without a risk."""
        return self.risk.severity if self.risk else "low"

    @property
    def trace(self) -> str | None:
        """The trace concerned, the first where there are several; None without any."""
        return self.traces[0] if self.traces else None


def failed(findings: Iterable[Finding], strict: bool = False) -> bool:
    """Whether a check with these findings fails; under `strict` also where it could not look."""
    return any(finding.level == ERROR or (strict and finding.level == UNKNOWN) for finding in findings)
