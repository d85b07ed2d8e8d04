"""The answer of `gitprov baseline grade`: how many small changes of a function its cases notice."""

from __future__ import annotations

from typing import NamedTuple


class MutantRow(NamedTuple):
    """A changed function: the line of its file (1-based), the change in Python, and the case that notices it,
    None where none does.
    """

    line: int
    change: str
    case: str | None


class CorpusGrade(NamedTuple):
    """The grade of a corpus. `path` is the file of the function; `rows` were tried, of `total`; `backend` is
    the sandbox.
    """

    path: str
    rows: tuple[MutantRow, ...]
    total: int
    backend: str

    @property
    def survivors(self) -> list[MutantRow]:
        """The changes that no case notices; some may leave the function as it was."""
        return [row for row in self.rows if row.case is None]

    @property
    def percent(self) -> float:
        """The share of changes that the cases notice."""
        return 100.0 * (len(self.rows) - len(self.survivors)) / max(1, len(self.rows))
