"""What `gitprov guard` refused or could not determine: JSON lines in gitprov's directory of the clone.

They are private to the clone, and hold names of packages, never commands.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from gitprov.store import files

#: Size in bytes from which the file becomes the earlier one, whose rows are lost then.
_LIMIT = 1 << 18
_NAME = "guard.jsonl"


class GuardRow(NamedTuple):
    """One package of a command. `at`: `YYYY-MM-DDThh:mm:ssZ`; `outcome`: `refused` or `unknown`; `rule`: as
    `deps/nonexistent`, empty where unknown; `reason`: why.
    """

    at: str
    agent: str
    ecosystem: str
    package: str
    outcome: str
    rule: str
    reason: str


def append(common_dir: str, rows: Iterable[GuardRow]) -> None:
    """Add rows. OSError where they cannot be written."""
    folder = os.path.join(common_dir, "gitprov")
    path = os.path.join(folder, _NAME)
    files.make_dir(folder)
    if (files.size(path) or 0) > _LIMIT:
        os.replace(path, f"{path}.1")
    files.append(path, b"".join(files.json_line(row._asdict()) for row in rows))


def read(common_dir: str) -> list[GuardRow]:
    """The rows, oldest first; damaged lines are left out."""
    path = os.path.join(common_dir, "gitprov", _NAME)
    return [row for name in (f"{path}.1", path) for row in _rows(files.read(name, 2 * _LIMIT) or b"")]


def _rows(data: bytes) -> Iterator[GuardRow]:
    from gitprov.model.untrusted.jsonvalue import loads

    for line in data.splitlines():
        try:
            row = loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(row, dict) and all(isinstance(row.get(name), str) for name in GuardRow._fields):
            yield GuardRow(*(row[name] for name in GuardRow._fields))
