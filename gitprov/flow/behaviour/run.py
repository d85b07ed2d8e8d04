"""Runs the cases of a feature in a process of their own."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import NamedTuple

from gitprov.errors import GitprovError
from gitprov.git.process import output_of


class Ran(NamedTuple):
    """What a case did. `value` is its value as text; `digest` is None where there is a `problem`."""

    case: str
    digest: str | None
    kind: str
    value: str
    order: str | None
    problem: str | None


def run_cases(function: str, cases: str, root: str) -> list[Ran]:
    """Run `module:function` of the work tree at `root` on a file of cases (absolute path).

    GitprovError where the module cannot be imported or the file is no file of cases.
    """
    words = ["env", "PYTHONHASHSEED=0", sys.executable, "-m", "gitprov.testing.runner", function, cases, root]
    return _numbered(_rows(output_of(words), function))


def _rows(output: bytes, function: str) -> Iterator[Ran]:
    count: object = None
    for line in output.splitlines():
        row = json.loads(line)
        if isinstance(row, dict):
            raise GitprovError(f"{function} cannot be run: {row.get('problem')}")
        if isinstance(row, int):
            count = row
        else:
            yield Ran(*row)
    if not count:
        raise GitprovError(
            f"{function} cannot be run: the process ended without an answer, or there are no cases"
        )


def _numbered(rows: Iterator[Ran]) -> list[Ran]:
    """Rows whose names are unique: the second of a name is `name#2`."""
    counts: dict[str, int] = {}
    out = []
    for row in rows:
        counts[row.case] = counts.get(row.case, 0) + 1
        out.append(row._replace(case=f"{row.case}#{counts[row.case]}") if counts[row.case] > 1 else row)
    return out
