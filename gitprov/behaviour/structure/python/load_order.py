"""Names that a Python statement needs while its file is loaded, so that the order of definitions matters."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from gitprov.behaviour.structure.python import scopes


def needed_names(node: ast.AST, bodies: Mapping[str, object]) -> set[str]:
    """The names that are read when a statement runs. What a function of `bodies` (name → node) reads counts
    where the statement names the function, since it may call it.
    """
    needed: set[str] = set()
    pending = list(_eager(node))
    while pending:
        name = pending.pop()
        if name in needed:
            continue
        needed.add(name)
        body = bodies.get(name)
        if isinstance(body, (*scopes.FUNCTIONS, ast.ClassDef)):
            pending += [inner.id for inner in ast.walk(body) if isinstance(inner, ast.Name)]
    return needed


def _eager(node: ast.AST) -> Iterator[str]:
    """The names outside of the bodies of functions."""
    pending = [node]
    while pending:
        inner = pending.pop()
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Load):
            yield inner.id
        if isinstance(inner, scopes.FUNCTIONS):
            pending += [*inner.decorator_list, *inner.args.defaults, *filter(None, inner.args.kw_defaults)]
        elif not isinstance(inner, ast.Lambda):
            pending += ast.iter_child_nodes(inner)
