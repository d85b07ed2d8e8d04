"""What separates two versions: defects by structure and by running, rewrites by neither."""

from __future__ import annotations

import ast
from collections.abc import Mapping

import pytest

from gitprov.behaviour.mutants import mutants
from gitprov.behaviour.structure.compare import compare
from gitprov.sandbox import run, versus
from gitprov.sandbox.functions import FunctionBox
from gitprov.sandbox.interpreter import interpreter
from gitprov.sandbox.request import BoxLimits
from gitprov.sandbox.versus import NamePair, VersionPair, VersusRow
from tests.behaviour.functions import FUNCTIONS
from tests.behaviour.structure.pairs import PAIRS
from tests.behaviour.structure.rewrites import rewritten

pytestmark = pytest.mark.slow

#: Algorithm → an input from whose shape others are made.
INPUTS = {
    "gcd": "[12, 18]",
    "bisect": "[[1, 2, 5], 2]",
    "fibonacci": "[7]",
    "flatten": "[[1, [2, [3]], 4]]",
    "bits": "[10]",
    "palindrome": '["abca"]',
    "maximum": "[[-3, -1, -2]]",
    "subarray": "[[1, -5, 3, 4]]",
    "merge": "[[1, 4], [2, 5, 6]]",
    "power": "[2, 5]",
    "sieve": "[11]",
    "hanoi": '[2, "a", "b", "c"]',
    "braces": '["(()"]',
    "levenshtein": '["sitting", "kitten"]',
    "quicksort": "[[3, 1, 3, 2]]",
}
Texts = dict[str, tuple[str, str]]


def separated(pairs: Mapping[str, tuple[str, str, str | None]]) -> dict[str, VersusRow]:
    """Run two texts of a function, all of them in a single run of the sandbox; `pairs` has an input in JSON too."""
    sides: tuple[dict[str, bytes], dict[str, bytes]] = ({}, {})
    rows = []
    for number, (name, (old, new, case)) in enumerate(pairs.items()):
        module = f"subject_{number}"
        sides[0][module], sides[1][module] = old.encode(), new.encode()
        function = next(node.name for node in ast.parse(old).body if isinstance(node, ast.FunctionDef))
        corpus = None if case is None else f'{{"input": {case}}}\n'.encode()
        rows.append(NamePair(module, function, module, function, corpus))
        assert name
    limits = BoxLimits(seconds=400, cpu_seconds=400)
    box = FunctionBox(interpreter(None), limits, run.choose(allow_weak=True))
    done = versus.compare(VersionPair(*sides, tuple(rows), seconds=0.3), box)
    return dict(zip(pairs, done.rows, strict=True))


def changed(names: Mapping[str, str], step: int) -> Texts:
    """Every so manieth mutant of each function, with the function itself."""
    out: Texts = {}
    for name, source in names.items():
        for number, mutant in enumerate(mutants(source.encode(), name)):
            if number % step == 0:
                out[f"{name}: {mutant.change}"] = (source, ast.unparse(mutant.tree))
    return out


def test_defects_of_algorithms() -> None:
    """Each of fifteen algorithms does something else than its defective version for an input of the same shape."""
    rows = separated({name: (*PAIRS[name], case) for name, case in INPUTS.items()})
    assert {name: row for name, row in rows.items() if row.state != "differs"} == {}


def test_rewrites_of_algorithms() -> None:
    """A rewrite that keeps the program does the same, also where it has no annotations any more."""
    rows = separated(
        {name: (FUNCTIONS[name], rewritten(FUNCTIONS[name]), None) for name in ("leap", "runs", "vowels")}
    )
    assert {name: row for name, row in rows.items() if row.state != "same"} == {}


@pytest.mark.parametrize("step", [6, pytest.param(1, marks=[pytest.mark.wide, pytest.mark.slow])])
def test_changes_of_functions(step: int) -> None:
    """Structure sees every small change of a function; running separates all but those that change nothing."""
    texts = changed(FUNCTIONS, step)
    for name, (old, new) in texts.items():
        assert compare({"a.py": old.encode()}, {"a.py": new.encode()}).comparison.state == "differs", name
    rows = separated({name: (old, new, None) for name, (old, new) in texts.items()})
    apart = [name for name, row in rows.items() if row.state == "differs"]
    assert len(apart) >= 0.9 * len(rows)


@pytest.mark.wide
def test_a_hundred_rewrites() -> None:
    """A hundred functions, most of them with a small change, do the same after a rewrite."""
    texts = {name: (new, rewritten(new), None) for name, (_, new) in changed(FUNCTIONS, 1).items()}
    assert len(texts) > 100
    rows = separated(texts)
    assert {name: row for name, row in rows.items() if row.state == "differs"} == {}
