"""Which names a Python function, class or comprehension binds."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import TypeAlias

FunctionNode: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
ComprehensionNode: TypeAlias = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
#: Functions that see local variables by their names.
_BY_NAME = frozenset({"locals", "eval", "exec", "vars", "dir"})


class NameScope:
    """The names that one scope binds. `is_class`: its names are attributes, invisible to functions in it.

    `is_fixed`: its code reads variables by name, so that their names matter.
    """

    def __init__(self, names: Iterable[str], *, is_class: bool = False, is_fixed: bool = False) -> None:
        self.names = frozenset(names)
        self.global_names: frozenset[str] = frozenset()
        self.is_class = is_class
        self.is_fixed = is_fixed


def of_function(node: FunctionNode) -> NameScope:
    """The scope of a function's or lambda's body."""
    body = node.body if isinstance(node.body, list) else [node.body]
    return _scope(body, [parameter.arg for parameter in parameters(node.args)])


def of_class(node: ast.ClassDef) -> NameScope:
    """The scope of a class body."""
    scope = _scope(node.body, [])
    scope.is_class = True
    return scope


def of_comprehension(node: ComprehensionNode) -> NameScope:
    """The scope of a comprehension: the names of its loops."""
    targets = [generator.target for generator in node.generators]
    return NameScope(name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name))


def parameters(args: ast.arguments) -> list[ast.arg]:
    """All parameters, in order."""
    star = [args.vararg] if args.vararg else []
    stars = [args.kwarg] if args.kwarg else []
    return [*args.posonlyargs, *args.args, *star, *args.kwonlyargs, *stars]


def _scope(body: list[ast.stmt] | list[ast.expr], first: list[str]) -> NameScope:
    names = set(first)
    outer: set[str] = set()
    global_names: set[str] = set()
    fixed = False
    for node in _inside(body):
        names.update(bindings(node))
        if isinstance(node, ast.Global):
            global_names.update(node.names)
        elif isinstance(node, ast.Nonlocal):
            outer.update(node.names)
        elif isinstance(node, ast.Name) and node.id in _BY_NAME:
            fixed = True
    scope = NameScope(names - outer - global_names, is_fixed=fixed)
    scope.global_names = frozenset(global_names)
    return scope


def bindings(node: ast.AST) -> Iterator[str]:
    """The names that a node itself binds in the scope that it is in."""
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        yield node.id
    elif isinstance(node, (*FUNCTIONS, ast.ClassDef)):
        yield node.name
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        yield from (alias.asname or alias.name.partition(".")[0] for alias in node.names)
    elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
        yield node.name
    elif isinstance(node, ast.MatchMapping) and node.rest:
        yield node.rest


def _inside(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """The nodes of a scope. Of functions and classes in it only what is evaluated outside of their bodies;
    of comprehensions all but the names of their loops.
    """
    pending = list(body)
    while pending:
        node = pending.pop()
        yield node
        if isinstance(node, FUNCTIONS):
            pending += [*node.decorator_list, *node.args.defaults, *filter(None, node.args.kw_defaults)]
        elif isinstance(node, ast.Lambda):
            pending += [*node.args.defaults, *filter(None, node.args.kw_defaults)]
        elif isinstance(node, ast.ClassDef):
            pending += [*node.decorator_list, *node.bases, *node.keywords]
        elif isinstance(node, ast.comprehension):
            pending += [node.iter, *node.ifs]
        else:
            pending += ast.iter_child_nodes(node)
