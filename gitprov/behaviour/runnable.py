"""Names of a module that can be compared by running it: functions, and values at its top."""

from __future__ import annotations

import ast
from typing import NamedTuple


class RunnableNames(NamedTuple):
    """Names in the order of the file, each once."""

    functions: tuple[str, ...] = ()
    values: tuple[str, ...] = ()


def runnable(source: bytes) -> RunnableNames | None:
    """The functions and plain variables at the top of a module; None for what is no Python."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    functions = [node.name for node in body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    targets = [
        target
        for node in body
        for target in (node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)])
    ]
    values = [
        target.id for target in targets if isinstance(target, ast.Name) and not target.id.startswith("__")
    ]
    return RunnableNames(tuple(dict.fromkeys(functions)), tuple(dict.fromkeys(values)))
