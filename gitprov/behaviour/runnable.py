"""Names of a module that can be compared by running it: functions, classes with their methods, and values."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

_MAKERS = ("__init__", "__new__", "__post_init__", "__init_subclass__", "__class_getitem__", "__set_name__")
"""Methods that making an object or a class runs."""


class RunnableNames(NamedTuple):
    """Names in the order of the file, each once. `members`: the classes at the top of the file, which
    stand for their constructors, and their methods and properties as `Class.name`.
    """

    functions: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    values: tuple[str, ...] = ()


def runnable(source: bytes) -> RunnableNames | None:
    """The functions, classes and plain variables at the top of a module; None for what is no Python."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    functions = [node.name for node in body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    members = [name for node in body if isinstance(node, ast.ClassDef) for name in _members(node)]
    targets = [
        target
        for node in body
        for target in (node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)])
    ]
    values = [
        target.id for target in targets if isinstance(target, ast.Name) and not target.id.startswith("__")
    ]
    return RunnableNames(*(tuple(dict.fromkeys(names)) for names in (functions, members, values)))


def _members(node: ast.ClassDef) -> Iterator[str]:
    """A class and its methods; a constructor is the class itself."""
    yield node.name
    for inner in node.body:
        if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef) and inner.name not in _MAKERS:
            yield f"{node.name}.{inner.name}"
