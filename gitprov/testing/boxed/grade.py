"""Tries mutants of a function on a corpus, inside the sandbox.

Reads a JSON object: `function`, `module` and `cases`, files, `most` and `tops`. Writes JSON lines: the number
of mutants, then a list for each that was tried, or the problem that keeps all of them from being tried.
"""

from __future__ import annotations

import ast
import json
import os
import sys
from types import ModuleType
from typing import Any

from gitprov.behaviour.mutants import Mutant, mutants
from gitprov.errors import GitprovError
from gitprov.testing.boxed.load import load, search_in
from gitprov.testing.case_files import read
from gitprov.testing.cases import Case
from gitprov.testing.observation.environment import Place
from gitprov.testing.observation.observe import observe

_SECONDS = 2.0
"""How long a case may take: a mutant that does not end is separated."""


class Corpus:
    """The cases, and what the function itself does with each."""

    def __init__(self, function: Any, cases: list[Case], place: Place) -> None:
        self._place = place
        self._rows = [(case, self._digest(function, case)) for case in cases]
        self.usable = [
            row for row in self._rows if row[1] is not None and row[1] == self._digest(function, row[0])
        ]

    def separating(self, function: Any) -> str | None:
        """The name of the first case with which another function does something else."""
        for case, digest in self.usable:
            if self._digest(function, case) != digest:
                return case.name
        return None

    def _digest(self, function: Any, case: Case) -> str | None:
        seen = observe(function, case._replace(timeout=min(case.timeout, _SECONDS)), self._place)
        return None if seen.value is None else seen.value.digest


def main() -> int:
    """Try the mutants of the job."""
    job = json.loads(sys.stdin.read())
    out = os.fdopen(os.dup(1), "w", encoding="utf-8", errors="backslashreplace")
    os.dup2(2, 1)
    root = os.getcwd()
    search_in(job["tops"])
    place = Place()

    def write(row: object) -> None:
        out.write(json.dumps(row) + "\n")
        out.flush()

    try:
        module_name, _, name = job["function"].partition(":")
        with open(os.path.join(root, job["cases"]), "rb") as file:
            cases = [*read(file.read(), job["cases"])]
        path = os.path.join(root, job["module"])
        module = load({module_name: path})[module_name]
        if isinstance(module, str):
            raise GitprovError(module)
        with open(path, "rb") as file:
            source = file.read()
        corpus = Corpus(_function(module, name), cases, place)
        if not corpus.usable:
            raise GitprovError("no case gives the same result twice")
        total = sum(1 for _ in mutants(source, name))
        write({"mutants": total})
        step = max(1, -(-total // job["most"]))
        for number, mutant in enumerate(mutants(source, name)):
            if number % step == 0:
                write([mutant.line, mutant.change, _separating(corpus, module, mutant, name)])
    except (GitprovError, KeyError, AttributeError, SyntaxError) as error:
        write({"problem": f"there is no function {error}" if isinstance(error, KeyError) else str(error)})
    finally:
        place.remove()
    return 0


def _function(module: ModuleType, name: str) -> Any:
    value: Any = module
    for part in name.split("."):
        value = getattr(value, part)
    return value


def _separating(corpus: Corpus, module: ModuleType, mutant: Mutant, name: str) -> str | None:
    """The case that separates a mutant; `load` where its module cannot be loaded."""
    other = ModuleType(module.__name__)
    other.__package__, other.__file__ = module.__package__, module.__file__
    sys.modules[module.__name__] = other
    try:
        exec(compile(ast.Module(mutant.tree.body, []), str(module.__file__), "exec"), other.__dict__)  # noqa: S102
        return corpus.separating(_function(other, name))
    except Exception:  # noqa: BLE001 - the changed code may do anything
        return "load"
    finally:
        sys.modules[module.__name__] = module
