"""All finders of a Python file, each on its own: where one fails, the others still count."""

from __future__ import annotations

import ast

from gitprov.checks.security.python import calls, credentials, endpoints, flow, logs
from gitprov.checks.security.python.module import PythonModule
from gitprov.checks.security.rule import Hit

_FINDERS = {
    "flow": flow.hits,
    "calls": calls.hits,
    "endpoints": endpoints.hits,
    "logs": logs.hits,
    "credentials": credentials.hits,
}


def hits(path: str, tree: ast.Module) -> tuple[list[Hit], list[str]]:
    """The hits of all finders, and why one gave none."""
    rows: list[Hit] = []
    reasons: list[str] = []
    module = PythonModule(path, tree)
    for name, finder in _FINDERS.items():
        try:
            rows += finder(module)
        except Exception as error:  # noqa: BLE001 (a finder that fails is reported, and others run)
            reasons.append(f"{name} could not be judged: {type(error).__name__}")
    return rows, reasons
