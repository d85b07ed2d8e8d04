"""Grades a corpus in the sandbox: how many mutants of a function its cases separate from the function."""

from __future__ import annotations

import json
from typing import NamedTuple

from gitprov.model.answers.behaviour.grade import MutantRow
from gitprov.sandbox import program
from gitprov.sandbox.cases import CodeUnderTest
from gitprov.sandbox.functions import FunctionBox
from gitprov.sandbox.program import BoxProgram
from gitprov.sandbox.request import BoxFile, BoxResult

_START = "import sys; from gitprov.testing.boxed.grade import main; sys.exit(main())"
_MODULE, _CASES = "subject.py", "cases.jsonl"


class GradeRun(NamedTuple):
    """A run. `total` counts all mutants, of which `rows` were tried; `problem` is why not all could be."""

    box: BoxResult
    rows: tuple[MutantRow, ...]
    total: int
    problem: str


def grade(code: CodeUnderTest, corpus: bytes, most: int, box: FunctionBox) -> GradeRun:
    """Try at most `most` mutants of a function, whose module's text is `code.code`, on a corpus."""
    job = {"function": code.function, "module": _MODULE, "cases": _CASES, "most": most, "tops": code.tops}
    files = (BoxFile(_MODULE, code.code or b""), BoxFile(_CASES, corpus))
    subject = BoxProgram(_START, (), json.dumps(job).encode(), files, code.tops, code.hidden)
    result = program.run(subject, box)
    rows: list[MutantRow] = []
    total, problem = 0, result.detail if result.exit else ""
    for line in result.stdout.splitlines():
        row = json.loads(line)
        if isinstance(row, dict):
            total, problem = int(row.get("mutants", total)), str(row.get("problem", problem))
        else:
            rows.append(MutantRow(*row))
    return GradeRun(result, tuple(rows), total, problem)
