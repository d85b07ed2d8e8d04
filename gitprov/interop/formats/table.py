"""CSV: one row for each range of lines that a commit adds and somebody or something is recorded for."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from gitprov.model.exchange.exchange import RecordedCommit
from gitprov.model.moments import moment_of

COLUMNS = (
    "commit", "committed", "author", "path", "first", "last", "class", "evidence", "trace", "agent", "model",
    "session", "at", "prompt", "human",
)  # fmt: skip
#: A spreadsheet takes a cell that begins so for a formula; an apostrophe makes it text.
_FORMULA = ("=", "+", "-", "@")


def header() -> str:
    """The first line."""
    return ",".join(COLUMNS)


def rows(commit: RecordedCommit) -> Iterator[str]:
    """The lines of a commit, by path and line."""
    for row in sorted(commit.ranges):
        trace = commit.traces.get(row.trace or "")
        values = [commit.oid, moment_of(commit.committed), commit.author, row.path, row.first, row.last]
        values += [row.cls, row.evidence, row.trace]
        names = ("agent", "model", "session", "at", "prompt")
        values += [trace.json.get(name) if trace is not None else None for name in names]
        human = row.human or (trace.human if trace is not None else None)
        yield _line([*values, human])


def _line(values: list[object]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(map(_cell, values))
    return out.getvalue()


def _cell(value: object) -> object:
    """A value as a cell; control characters, which could steer a terminal, are escaped."""
    text = "" if value is None else str(value)
    text = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)
    return f"'{text}" if text.startswith(_FORMULA) else text
