"""What `git ai-log` knows of one commit."""

from __future__ import annotations

from typing import NamedTuple

from gitprov.model.note import Row


class LoggedTrace:
    """One trace of a commit, with the number of its lines there as generated (`ai`) and changed since (`edited`).

    `row` is what the note says of it; what is not recorded, or not as text, is None.
    """

    __slots__ = ("ai", "edited", "id", "row")

    def __init__(self, row: Row, ai: int, edited: int) -> None:
        self.id: str = row["id"]
        self.row = row
        self.ai = ai
        self.edited = edited

    @property
    def agent(self) -> str | None:
        """The tool."""
        return self.text("agent")

    @property
    def model(self) -> str | None:
        """The model."""
        return self.text("model")

    def text(self, key: str) -> str | None:
        """A field of the row."""
        value = self.row.get(key)
        return value if isinstance(value, str) else None


class Declared(NamedTuple):
    """One statement of the commit itself that a machine helped; `source` is the trailer or author that makes it."""

    agent: str | None
    model: str | None
    source: str


class DeltaSum(NamedTuple):
    """Lines of raw output over all traces of a commit, and what became of them; `reformatted` are among the kept."""

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
        """Share of the raw lines that this is, None of nothing."""
        return self.lines / self.raw if self.raw > 0 else None


class LoggedCommit(NamedTuple):
    """One commit. `cls` is `ai` (its note has traces), `declared` (only it says so itself), `unknown` (its note is
    missing) or None (none of these).

    `date` is in the form that was asked for, `time` is ISO 8601. `added` counts the lines that the commit adds; of
    them `ai` are as generated, `edited` were changed since, `human` are recorded as typed. `added`, `delta` and `gate`
    are None where no note tells them. `dropped` has the traces that the message let go, with the reason. `machines` has (agent, model) of the traces, of the declarations where there are
    no traces; each once, in order.
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
