"""Each rule reports its bad example and nothing in its good one; the documentation has the same table."""

from __future__ import annotations

import pytest

from gitprov.checks.nondeterminism import check
from gitprov.checks.nondeterminism.hazard import PYTHON, Hazard
from gitprov.checks.nondeterminism.python import scan as python
from gitprov.checks.nondeterminism.python.model import CodeModel
from gitprov.checks.nondeterminism.rules.table import HAZARDS, RULES
from gitprov.checks.nondeterminism.script import scan as script
from gitprov.model.ranges import LineSet
from tests.support.sealed import ROOT

PAGE = ROOT / "docs/checks/nondeterminism.md"


def names(path: str, text: str) -> list[str]:
    """The rules that report a file, which every rule can read."""
    rows, failures = check.sightings(path, text, None)
    assert failures == []
    return [row.name for row in rows]


def path_of(hazard: Hazard) -> str:
    """A file name of a rule's language."""
    return "x.py" if hazard.language == PYTHON else "x.ts"


@pytest.mark.parametrize("hazard", HAZARDS.values(), ids=list(HAZARDS))
def test_examples(hazard: Hazard) -> None:
    """The bad example is reported by this rule alone, once; the good one by none."""
    assert names(path_of(hazard), hazard.bad) == [hazard.name]
    assert names(path_of(hazard), hazard.good) == []


def row(hazard: Hazard) -> str:
    """A rule's row in the documentation."""
    return f"| `{hazard.rule}` | {hazard.severity}, {hazard.confidence} | {RULES[hazard.rule]} | {hazard.harmless} | {hazard.fix} |"


def test_the_page_has_every_rule() -> None:
    """The table of the page is the table of the rules."""
    lines = [line for line in PAGE.read_text().splitlines() if line.startswith("| `nondeterminism/")]
    assert lines == [row(hazard) for hazard in HAZARDS.values()]


def test_a_file_that_does_not_parse_is_unknown() -> None:
    """In both languages, with the line."""
    assert check.sightings("x.py", "x = 1\ndef f(:\n", None)[1] == [
        "it is not valid Python: line 2: invalid syntax"
    ]
    assert check.sightings("x.py", "x = '\0'\n", None)[1] != []
    assert check.sightings("x.js", "const = ;\n", None)[1] == ["it is not valid javascript: line 1"]


def test_a_rule_that_fails_stops_no_other() -> None:
    """The failure is a reason why a rule could not look."""

    def broken(_model: object) -> list[object]:
        raise RuntimeError("no")

    rows, failures = python.scan("hash(x) % 3\n", (broken, *python.DETECTORS))  # type: ignore[arg-type]
    assert [entry.name for entry in rows] == ["hash"]
    assert failures == ["the rule of broken failed: RuntimeError: no"]
    rows, failures = script.scan("f(Math.random())", "javascript", (broken, *script.DETECTORS))  # type: ignore[arg-type]
    assert [entry.name for entry in rows] == ["js-random"]
    assert len(failures) == 1


def test_only_some_lines() -> None:
    """A finding elsewhere is not reported."""
    text = "a = hash(x) % 2\nb = hash(y) % 2\n"
    rows, _ = check.sightings("x.py", text, LineSet([2]))
    assert [entry.line for entry in rows] == [2]


def test_languages() -> None:
    """By name, or by the first line of a script."""
    assert check.language("a/b.tsx", "") == "tsx"
    assert check.language("bin/tool", "#!/usr/bin/env python3\n") == "python"
    assert check.language("bin/tool", "#!/bin/sh\n") is None
    assert check.sightings("x.rs", "fn main() {}", None) == ([], [])


def test_the_model_is_one_visit() -> None:
    """Every statement and expression of the tree has a parent."""
    import ast

    tree = ast.parse("def f(a, b=1):\n    return lambda c: a + b + c\n")
    model = CodeModel(tree)
    parts = {node for node in ast.walk(tree) if not isinstance(node, (ast.expr_context, ast.operator))}
    assert set(model.parents) == parts - {tree}
