"""All finders of a Python file, each alone: where one fails, the others still count."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable

from gitprov.checks.security.python import archives, calls, credentials, draws, endpoints, flow, logs
from gitprov.checks.security.python.module import PythonModule
from gitprov.checks.security.rule import Hit

Finder = Callable[[PythonModule], Iterable[Hit]]
_FINDERS: dict[str, tuple[Finder, Callable[[str], object]]] = {
    "flow": (flow.hits, flow.is_needed),
    "calls": (calls.hits, calls.is_needed),
    "endpoints": (endpoints.hits, endpoints.is_needed),
    "logs": (logs.hits, logs.is_needed),
    "archives": (archives.hits, archives.is_needed),
    "credentials": (credentials.hits, credentials.is_needed),
    "draws": (draws.hits, draws.is_needed),
}
"""Name → finder, and whether a text has a word without which it has no result."""


def needed(text: str) -> list[str]:
    """The names of the finders that can have a result in a text."""
    return [name for name, (_, is_needed) in _FINDERS.items() if is_needed(text)]


def hits(
    path: str, tree: ast.Module, names: Iterable[str], expired: Callable[[], bool]
) -> tuple[list[Hit], list[str]]:
    """The hits of some finders, and why one gave none. `expired`: whether the time for the file is up."""
    rows: list[Hit] = []
    reasons: list[str] = []
    module = PythonModule(path, tree)
    for name in names:
        if expired():
            reasons.append(f"the time for one file was up, so {name} could not be judged")
            break
        try:
            rows += _FINDERS[name][0](module)
        except Exception as error:  # noqa: BLE001 (a finder that fails is reported, and others run)
            reasons.append(f"{name} could not be judged: {type(error).__name__}")
    return rows, reasons
