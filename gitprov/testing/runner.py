"""Runs the cases of a feature in a process of their own, and prints a row for each: `python -m` this module.

Arguments: `module:function`, the file of cases, the root of the repository. Each line of the output is a JSON
list: name of the case, digest, kind, text of the value, order of dicts, problem. The last line is the number
of cases.
"""

from __future__ import annotations

import json
import os
import sys
from importlib import import_module

from gitprov.behaviour.text import render
from gitprov.errors import GitprovError
from gitprov.testing.case_files import read
from gitprov.testing.cases import Case
from gitprov.testing.observation.environment import Place
from gitprov.testing.observation.observe import Observation, observe

_VALUE = 1 << 16


def main(function: str, path: str, root: str) -> int:
    """Run all cases; 1 with a line on the first problem that keeps all of them from running."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8", errors="backslashreplace")
    os.dup2(2, 1)
    sys.path[:0] = [root]
    place = Place()
    try:
        module, _, name = function.partition(":")
        target = import_module(module)
        for part in name.split("."):
            target = getattr(target, part)
        with open(path, "rb") as file:
            count = 0
            for case in read(file.read(), os.path.basename(path)):
                out.write(json.dumps(_row(case, observe(target, case, place))) + "\n")  # type: ignore[arg-type]
                count += 1
        out.write(json.dumps(count) + "\n")
    except (ImportError, AttributeError, GitprovError, OSError, SyntaxError) as error:
        out.write(json.dumps({"problem": f"{type(error).__name__}: {error}"}) + "\n")
        return 1
    finally:
        place.remove()
        out.close()
    return 0


def _row(case: Case, observation: Observation) -> list[str | None]:
    value = observation.value
    if value is None:
        return [case.name, None, observation.kind, "", None, observation.problem]
    text = render(value.node, _VALUE)
    return [case.name, value.digest, observation.kind, text, value.order, observation.problem]


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4]))
