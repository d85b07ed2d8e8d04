"""Runs the cases of a feature on generated code, in the sandbox."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import NamedTuple

from gitprov.sandbox import program
from gitprov.sandbox.functions import FunctionBox
from gitprov.sandbox.program import BoxProgram
from gitprov.sandbox.request import BoxFile, BoxResult

_CASES = "cases.jsonl"
_FILES, _BYTES = 2000, 16 << 20
_START = """\
import os, sys
root = os.getcwd()
from gitprov.testing.boxed.load import search_in
from gitprov.testing.runner import main
search_in(sys.argv[3:])
sys.exit(main(sys.argv[1], os.path.join(root, sys.argv[2]), root))
"""


class CodeUnderTest(NamedTuple):
    """A module under test.

    `function` is `module:function`; `code` is the module's text, None: as it is in the project. The other
    modules of its package come from below one of `tops`, the directories from which the project imports;
    `hidden` are paths that stay unseen.
    """

    function: str
    code: bytes | None
    tops: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()


class CaseRow(NamedTuple):
    """The result of a case, under the name that pins have for it: `value` as text, `order` a digest of the
    orders of dicts. `digest` is None where there is a `problem`.
    """

    case: str
    digest: str | None
    kind: str
    value: str
    order: str | None = None
    problem: str | None = None


class CasesRun(NamedTuple):
    """One run. `problem`: why the function could not be called, empty where it could."""

    box: BoxResult
    rows: tuple[CaseRow, ...]
    problem: str


def run_cases(code: CodeUnderTest, corpus: bytes, box: FunctionBox) -> CasesRun:
    """Run a function on a file of cases."""
    module = code.function.partition(":")[0]
    files = (BoxFile(_CASES, corpus), *_modules(module, code))
    words = (code.function, _CASES, *code.tops)
    result = program.run(BoxProgram(_START, words, b"", files, code.tops, code.hidden), box)
    rows, problem = _parsed(result.stdout)
    if not problem and result.exit:
        problem = result.detail
    return CasesRun(result, tuple(rows), problem)


def _modules(module: str, code: CodeUnderTest) -> Iterator[BoxFile]:
    """The module, and all other modules of its package in their places."""
    parts = module.split(".")
    place = "/".join(parts) + ".py"
    if code.code is None:
        return
    yield BoxFile(place, code.code)
    if len(parts) < 2:
        return
    top = next((top for top in code.tops if os.path.isdir(os.path.join(top, parts[0]))), None)
    count = size = 0
    for folder, _, names in os.walk(os.path.join(top, parts[0])) if top else ():
        for name in sorted(names):
            path = os.path.join(folder, name)
            relative = os.path.relpath(path, top)
            if not name.endswith(".py") or relative == place or os.path.islink(path):
                continue
            with open(path, "rb") as file:
                data = file.read(_BYTES)
            count, size = count + 1, size + len(data)
            if count > _FILES or size > _BYTES:
                return
            yield BoxFile(relative, data)


def _parsed(output: bytes) -> tuple[list[CaseRow], str]:
    """The rows, named as pins name them: the second of a name is `name#2`."""
    rows: list[CaseRow] = []
    counts: dict[str, int] = {}
    for line in output.splitlines():
        try:
            row = json.loads(line)
        except ValueError:
            continue
        if isinstance(row, dict):
            return rows, str(row.get("problem"))
        if isinstance(row, list) and len(row) == 6 and isinstance(row[0], str):
            counts[row[0]] = counts.get(row[0], 0) + 1
            name = row[0] if counts[row[0]] == 1 else f"{row[0]}#{counts[row[0]]}"
            rows.append(CaseRow(name, *row[1:6]))
    return rows, ""
