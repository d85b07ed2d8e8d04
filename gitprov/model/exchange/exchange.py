"""Values of the exchange with other tools: lines that a foreign note claims, and what a commit records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from gitprov.model.answers.show import Review
from gitprov.model.notes.rows import TraceRow
from gitprov.model.ranges import LineSet, shared_out

EVERY_FILE = ""
"""As the path of claims: all files of the commit."""


class ImportedMaker(NamedTuple):
    """Who made lines, as a foreign note names it. `key` is its name there, unique in the note.

    `human` is `Name <email>`: the person behind a model, or the author of lines of the class `human`. `at` is
    the moment as the note has it. `trace` is a trace id that gitprov itself once wrote into the format.
    """

    key: str
    agent: str | None = None
    model: str | None = None
    session: str | None = None
    at: str | None = None
    human: str | None = None
    trace: str | None = None


class ForeignLines(NamedTuple):
    """Lines of one file, 1-based in the commit's version, that a foreign note claims for one maker."""

    path: str
    cls: str
    lines: LineSet
    maker: ImportedMaker


class ForeignNote(NamedTuple):
    """What a foreign note claims, and what of it could not be read, in words."""

    claims: tuple[ForeignLines, ...] = ()
    problems: tuple[str, ...] = ()


class RecordedRange(NamedTuple):
    """Lines of one class that a commit adds, 1-based and inclusive. Where several claims hold a line, this is
    the weakest. `trace`: the trace id of a model's lines; `human`: the author of a person's.
    """

    path: str
    first: int
    last: int
    cls: str
    evidence: str | None
    trace: str | None
    human: str | None

    @property
    def size(self) -> int:
        """How many lines."""
        return self.last - self.first + 1


class RecordedCommit(NamedTuple):
    """All that is recorded of one commit. `committed` is in seconds since 1970, `author` is `Name <email>`.

    `added`: path → the lines that the commit adds; `blobs`: path → the id of its blob. `declared` are the
    (agent, model) pairs that its trailers and people declare. `digest` is that of its note's canonical bytes.
    """

    oid: str
    author: str
    committed: int
    subject: str
    gate: str | None
    digest: str | None
    traces: Mapping[str, TraceRow]
    ranges: tuple[RecordedRange, ...]
    added: Mapping[str, LineSet]
    blobs: Mapping[str, str]
    reviews: tuple[Review, ...]
    declared: tuple[tuple[str | None, str | None], ...]

    @property
    def paths(self) -> dict[str, list[RecordedRange]]:
        """Path → its ranges, ascending by path and line."""
        out: dict[str, list[RecordedRange]] = {}
        for row in sorted(self.ranges):
            out.setdefault(row.path, []).append(row)
        return out


def last_holds(claims: Iterable[ForeignLines]) -> tuple[ForeignLines, ...]:
    """Claims of one note of which, for each line of a file, the last one holds; empty ones are left out."""
    by_path: dict[str, list[ForeignLines]] = {}
    for claim in claims:
        by_path.setdefault(claim.path, []).append(claim)
    out: list[ForeignLines] = []
    for rows in by_path.values():
        latest = rows[::-1]
        for claim, lines in zip(latest, shared_out([claim.lines for claim in latest]), strict=True):
            if lines:
                out.append(claim._replace(lines=lines))
    return tuple(out[::-1])
