"""`gitprov record --jsonl`: a log of prompts and outputs, one generation in a row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple

from gitprov.agents.payloads.protocol import moment as in_utc
from gitprov.errors import GitprovError, NotARepository
from gitprov.flow.capture.calls.by_hand import StatedGeneration, record_in
from gitprov.flow.capture.delivery import Delivery
from gitprov.flow.capture.moment import Moment, load, place_of
from gitprov.model.canonical import sha256_hex
from gitprov.model.untrusted.jsonvalue import optional_text

ROW_LIMIT = 16 << 20
"""Bytes of the longest row that is read."""
_TEXTS = ("model", "session", "turn", "prompt", "prompt_name", "prompt_version", "request_id", "output")


class BadRow(NamedTuple):
    """A row that was not recorded: its number, from 1, and why not."""

    number: int
    why: str


class RecordedLog(NamedTuple):
    """How many rows were recorded, the repo-relative paths of their files, and the bad rows."""

    generations: int
    paths: tuple[str, ...]
    bad: tuple[BadRow, ...]


class _LogRow(NamedTuple):
    generation: StatedGeneration
    files: tuple[str, ...]


def record_log(file: BinaryIO, agent: str | None, moment: Moment) -> RecordedLog:
    """Record each row of a log, `agent` for rows that name none. A row recorded twice is one generation.

    NotARepository outside of all work trees; OSError where the log cannot be read.
    """
    if place_of(moment.cwd, moment.cwd, moment.env) is None:
        raise NotARepository(f"not in a git work tree: {moment.cwd}", "run this inside your repository")
    paths: list[str] = []
    bad = []
    generations = 0
    with Delivery(moment.env) as delivery:
        for number, line in _rows(file):
            try:
                row = _read(line, agent)
                paths += record_in(delivery, row.generation, row.files, moment).paths
                generations += 1
            except (ValueError, RecursionError, GitprovError) as error:
                bad.append(BadRow(number, str(error)[:300]))
    return RecordedLog(generations, tuple(dict.fromkeys(paths)), tuple(bad))


def _rows(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """(number, row) of the rows that are not blank. Of a row that is too long, only the start is kept."""
    number = 0
    while line := file.readline(ROW_LIMIT + 1):
        number += 1
        rest = line
        while len(rest) > ROW_LIMIT and not rest.endswith(b"\n"):
            rest = file.readline(ROW_LIMIT + 1)
        if line.strip(b" \t\r\n\xef\xbb\xbf"):
            yield number, line


def _read(line: bytes, agent: str | None) -> _LogRow:
    """One row. ValueError, naming the field, where it does not follow the schema."""
    if len(line) > ROW_LIMIT:
        raise ValueError(f"it has more than {ROW_LIMIT >> 20} MiB")
    row = load(line)
    if not isinstance(row, dict):
        raise ValueError(f"it is not an object but {type(row).__name__}")
    name = optional_text(row, "agent") or agent
    if not name:
        raise ValueError("agent is missing: name it in the row or with --agent")
    texts: dict[str, Any] = {field: optional_text(row, field) for field in _TEXTS}
    files = _files(row)
    if not (files or texts["output"]):
        raise ValueError("it has neither output nor files")
    turn = texts.pop("turn") or f"row {sha256_hex(line.strip())}"
    facts: dict[str, Any] = {"params": _object(row, "params"), "usage": _object(row, "usage")}
    at = in_utc(optional_text(row, "at"))
    return _LogRow(StatedGeneration(agent=name, turn=turn, at=at, **texts, **facts), files)


def _files(row: dict[str, Any]) -> tuple[str, ...]:
    value = row.get("files")
    value = [] if value is None else [value] if isinstance(value, str) else value
    if not isinstance(value, list) or not all(isinstance(path, str) and path for path in value):
        raise ValueError("files is not a list of paths")
    return tuple(value)


def _object(row: dict[str, Any], name: str) -> dict[str, Any]:
    value = row.get(name)
    if value is not None and not isinstance(value, dict):
        raise ValueError(f"{name} is not an object but {type(value).__name__}")
    return value or {}
