"""The values that `git ai-log` prints for a commit."""

from __future__ import annotations

from gitprov.model.named import NamedTuple
from gitprov.model.notes.rows import TraceRow


class LoggedTrace:
    """One trace of a commit, with the numbers of its lines as generated (`ai`) and changed since (`edited`).

    `row` is its row in the note. A property that is not recorded is None.
    """

    __slots__ = ("ai", "edited", "id", "row")

    def __init__(self, row: TraceRow) -> None:
        self.id = row.id
        self.row = row
        self.ai = row.count("ai")
        self.edited = row.count("edited")

    @property
    def agent(self) -> str | None:
        """The tool."""
        return self.row.agent

    @property
    def model(self) -> str | None:
        """The model."""
        return self.row.model


class Declared(NamedTuple):
    """One statement in the commit itself that a machine helped; `source` is the trailer or author line."""

    agent: str | None
    model: str | None
    source: str


class DeltaSum(NamedTuple):
    """Counts of raw output lines over all traces of a commit, by fate. `reformatted` are part of `kept`."""

    raw: int
    kept: int
    edited: int
    dropped: int
    pending: int
    reformatted: int = 0

    @property
    def lines(self) -> int:
        """Lines that a developer changed or left out."""
        return self.edited + self.dropped

    @property
    def rate(self) -> float | None:
        """`lines` as a share of the raw lines, 0 to 1; None without raw lines."""
        return self.lines / self.raw if self.raw > 0 else None


class LoggedCommit(NamedTuple):
    """One commit. `cls` is `ai` (its note has traces), `declared` (only the commit itself names a machine),
    `unknown` (its note is missing) or None (none of these).

    `date` is in the requested format, `time` is ISO 8601. `added` counts the lines that the commit adds; of
    them `ai` are as generated, `edited` were changed since, `human` are recorded as typed. `added`, `delta`
    and `gate` are None where no note records them. `dropped` has (trace, reason) for traces that the message
    drops. `machines` has (agent, model) of the traces, or of the declarations if there are no traces; each
    once, in order.
    """

    oid: str
    short: str
    author: str
    date: str
    time: str
    subject: str
    cls: str | None
    ai: int
    edited: int
    human: int
    machines: tuple[tuple[str | None, str | None], ...]
    traces: tuple[LoggedTrace, ...]
    declared: tuple[Declared, ...]
    added: int | None
    delta: DeltaSum | None
    gate: str | None
    reviewed_by: tuple[str, ...]
    dropped: tuple[tuple[str, str], ...] = ()
