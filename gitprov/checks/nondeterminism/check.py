"""The check of one file: its language, its rules, the lines that are judged."""

from __future__ import annotations

import re

from gitprov.checks.nondeterminism.hazard import Uncertainty
from gitprov.model.ranges import LineSet

_LANGUAGES = {
    "py": "python",
    "pyw": "python",
    "js": "javascript",
    "mjs": "javascript",
    "cjs": "javascript",
    "jsx": "javascript",
    "ts": "typescript",
    "mts": "typescript",
    "cts": "typescript",
    "tsx": "tsx",
}
_PYTHON_SCRIPT = re.compile(r"#!.*\bpython[0-9.]*\b")


def language(path: str, text: str) -> str | None:
    """The language of a file, by its name or its first line; None of others."""
    name = path.rpartition("/")[2]
    _, dot, suffix = name.rpartition(".")
    if dot:
        return _LANGUAGES.get(suffix.lower())
    return "python" if _PYTHON_SCRIPT.match(text) else None


def sightings(path: str, text: str, lines: LineSet | None) -> tuple[list[Uncertainty], list[str]]:
    """What the rules report on some lines of a file (None: on all), in the order of lines, and why some could
    not look.

    A rule reports a line once.
    """
    kind = language(path, text)
    if kind is None:
        return [], []
    if kind == "python":
        from gitprov.checks.nondeterminism.python import scan as python

        rows, failures = python.scan(text)
    else:
        from gitprov.checks.nondeterminism.script import scan as script

        rows, failures = script.scan(text, kind)
    first: dict[tuple[str, int], Uncertainty] = {}
    for row in sorted(rows):
        if lines is None or lines & LineSet.of_runs([(row.line, row.end_line)]):
            first.setdefault((row.name, row.line), row)
    return sorted(first.values(), key=lambda row: (row.line, row.name)), failures
