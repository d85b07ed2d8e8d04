"""A Python file prepared for the finders: nodes by type, their parents, and names as they were imported."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property
from typing import TypeVar

Node = TypeVar("Node", bound=ast.AST)
Function = ast.FunctionDef | ast.AsyncFunctionDef
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)

_BARE = frozenset(
    [
        "ctx",
        "op",
        "ops",
        "id",
        "attr",
        "arg",
        "name",
        "asname",
        "module",
        "level",
        "type_comment",
        "kind",
        "simple",
        "is_async",
        "conversion",
        "rest",
    ]
)
_FIELDS: dict[type[ast.AST], tuple[str, ...]] = {ast.Constant: (), ast.Name: ()}
"""Type of nodes → its fields that may hold nodes with a place."""


class PythonModule:
    """One file. `path`: its name; `tree`: its syntax tree; `imports`: the modules that it imports, dotted."""

    def __init__(self, path: str, tree: ast.Module) -> None:
        self.path = path
        self.tree = tree
        self.parents: dict[ast.AST, ast.AST] = {}
        self._nodes: dict[type[ast.AST], list[ast.AST]] = {}
        self._names: dict[str, str] = {}
        self.imports: set[str] = set()
        self._visit(tree)
        self._read_imports()

    def _visit(self, tree: ast.Module) -> None:
        """Visit each node with a place once, from outside to inside; contexts and operators have none."""
        parents, nodes, fields = self.parents, self._nodes, _FIELDS
        queue: list[ast.AST] = [tree]
        for node in queue:
            kind = type(node)
            if kind not in nodes:
                nodes[kind] = []
                fields.setdefault(kind, tuple(name for name in kind._fields if name not in _BARE))
            nodes[kind].append(node)
            for name in fields[kind]:
                value = getattr(node, name, None)
                if type(value) is list:
                    for child in value:
                        if isinstance(child, ast.AST):
                            parents[child] = node
                            queue.append(child)
                elif isinstance(value, ast.AST):
                    parents[value] = node
                    queue.append(value)

    def _read_imports(self) -> None:
        for node in self.of(ast.Import):
            for alias in node.names:
                self.imports.add(alias.name)
                name = alias.asname or alias.name.partition(".")[0]
                self._names[name] = alias.name if alias.asname else name
        for entry in self.of(ast.ImportFrom):
            self.imports.add(entry.module or "")
            for alias in entry.names:
                self._names[alias.asname or alias.name] = f"{entry.module or ''}.{alias.name}"

    def of(self, *types: type[Node]) -> Iterator[Node]:
        """All nodes of some types, those of each type from outside to inside."""
        for kind in types:
            yield from self._nodes.get(kind, [])  # type: ignore[misc]

    @cached_property
    def resolves_no_entities(self) -> bool:
        """Whether a parser of the file is made with `resolve_entities=False`."""
        return any(node.arg == "resolve_entities" and is_false(node.value) for node in self.of(ast.keyword))

    def functions(self) -> Iterator[Function]:
        """All functions and methods."""
        yield from self.of(ast.FunctionDef)
        yield from self.of(ast.AsyncFunctionDef)

    def uses(self, *modules: str) -> bool:
        """Whether a module or a module below it is imported."""
        return any(
            name == entry or name.startswith(entry + ".") for name in self.imports for entry in modules
        )

    def name(self, node: ast.AST) -> str:
        """The dotted name of an expression, its first part as it was imported; '' where it has none. Calls in
        the middle are left out: `Session().post` is `Session.post`.
        """
        parts: list[str] = []
        while True:
            if isinstance(node, ast.Attribute):
                parts.append(node.attr)
                node = node.value
            elif isinstance(node, ast.Call):
                node = node.func
            elif isinstance(node, ast.Name):
                return ".".join([self._names.get(node.id, node.id), *reversed(parts)])
            else:
                return "." + ".".join(reversed(parts)) if parts else ""

    def enclosing(self, node: ast.AST, *types: type[Node]) -> Node | None:
        """The innermost node of some types around a node; None without one."""
        parent = self.parents.get(node)
        while parent is not None and not isinstance(parent, types):
            parent = self.parents.get(parent)
        return parent

    def around(self, node: ast.AST) -> Iterator[ast.AST]:
        """The nodes around a node, from inside to outside."""
        parent = self.parents.get(node)
        while parent is not None:
            yield parent
            parent = self.parents.get(parent)


def keyword(call: ast.Call, *names: str) -> ast.expr | None:
    """The value of the first of some keyword arguments; None without one."""
    return next((entry.value for name in names for entry in call.keywords if entry.arg == name), None)


def has_double_star(call: ast.Call) -> bool:
    """Whether a call has `**options`, which may hold any keyword."""
    return any(entry.arg is None for entry in call.keywords)


def text_of(node: ast.AST | None) -> str | None:
    """The text of a string literal; None for anything else."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def is_false(node: ast.AST | None) -> bool:
    """Whether an expression is the literal `False` or 0."""
    return isinstance(node, ast.Constant) and node.value in (False, 0) and node.value is not None


def is_true(node: ast.AST | None) -> bool:
    """Whether an expression is the literal `True`."""
    return isinstance(node, ast.Constant) and node.value is True


def parameters(function: Function) -> list[tuple[ast.arg, ast.expr | None]]:
    """The parameters of a function with their defaults."""
    args = function.args
    plain = [*args.posonlyargs, *args.args]
    defaults: list[ast.expr | None] = [None] * (len(plain) - len(args.defaults))
    rows = [*zip(plain, [*defaults, *args.defaults], strict=True)]
    rows += zip(args.kwonlyargs, args.kw_defaults, strict=True)
    return rows + [(arg, None) for arg in (args.vararg, args.kwarg) if arg is not None]


def last(name: str) -> str:
    """The part of a dotted name after the last dot."""
    return name.rpartition(".")[2]


def span(node: ast.stmt | ast.expr) -> tuple[int, int]:
    """First and last line of a node, 1-based."""
    return node.lineno, node.end_lineno or node.lineno
