"""Small changes of a function that a good corpus notices: other operators, constants, conditions, results.

Tools such as mutmut change the files of a whole project and judge by its test suite, outside of any sandbox.
Here one function is changed in memory, inside the sandbox, and the cases judge.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef

_COMPARE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.Div: ast.FloorDiv, ast.FloorDiv: ast.Div,
    ast.Mod: ast.FloorDiv, ast.Pow: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitAnd, ast.LShift: ast.RShift, ast.RShift: ast.LShift,
}  # fmt: skip

_CALLED = {"min": "max", "max": "min", "any": "all", "all": "any"}


class Mutant(NamedTuple):
    """One change. `line` is that of the file, 1-based; `change` says it in Python. `tree` is the whole module
    with the change, until the next mutant is taken.
    """

    line: int
    change: str
    tree: ast.Module


class _Swap(NamedTuple):
    """A field of a node, and what it becomes."""

    node: ast.expr | ast.stmt
    field: str
    value: object


def mutants(source: bytes, function: str) -> Iterator[Mutant]:
    """The mutants of a function and of the functions of its module that it uses, in the order of the file.

    Docstrings, annotations and decorators stay as they are. SyntaxError for what is no Python, KeyError where
    the module defines no such function.
    """
    tree = ast.parse(source)
    for node in sorted(_used(tree, function), key=lambda definition: definition.lineno):
        for swap in [swap for part in _parts(node) for swap in _swaps(part)]:
            before, old = _text(swap.node), getattr(swap.node, swap.field)
            setattr(swap.node, swap.field, swap.value)
            yield Mutant(swap.node.lineno, f"{before} → {_text(swap.node)}", ast.fix_missing_locations(tree))
            setattr(swap.node, swap.field, old)


def _text(node: ast.expr | ast.stmt) -> str:
    """The first line of a node as Python."""
    return ast.unparse(node).partition("\n")[0]


def _used(tree: ast.Module, function: str) -> list[FunctionNode]:
    """A function, and the functions of the module that it names, those that these name, and so on."""
    tops = {node.name: node for node in tree.body if isinstance(node, FunctionNode)}
    classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    owner, _, method = function.rpartition(".")
    methods = (
        {node.name: node for node in classes[owner].body if isinstance(node, FunctionNode)} if owner else tops
    )
    used = [methods[method]]
    for node in used:
        names = [part.id for part in ast.walk(node) if isinstance(part, ast.Name)]
        used += [tops[name] for name in dict.fromkeys(names) if name in tops and tops[name] not in used]
    return used


def _parts(node: ast.AST) -> Iterator[ast.AST]:
    """What of a function runs, a node before its parts."""
    yield node
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "decorator_list", "type_params", "ops", "op", "ctx"):
            continue
        for part in value if isinstance(value, list) else [value]:
            text_alone = isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant)
            if isinstance(part, ast.AST) and not text_alone:
                yield from _parts(part)


def _swaps(node: ast.AST) -> Iterator[_Swap]:
    match node:
        case ast.Compare(ops=ops):
            for at, op in enumerate(ops):
                yield _Swap(node, "ops", [*ops[:at], _COMPARE[type(op)](), *ops[at + 1 :]])
        case ast.BinOp(op=op) | ast.AugAssign(op=op) if type(op) in _ARITHMETIC:
            yield _Swap(node, "op", _ARITHMETIC[type(op)]())
        case ast.BoolOp(op=op):
            yield _Swap(node, "op", ast.Or() if isinstance(op, ast.And) else ast.And())
        case ast.UnaryOp(op=ast.USub()):
            yield _Swap(node, "op", ast.UAdd())
        case ast.Call(func=ast.Name(id=name)) if name in _CALLED:
            yield _Swap(node, "func", ast.Name(_CALLED[name], ast.Load()))
        case ast.Constant(value=bool() | int() | float() | str() as value):
            yield _Swap(node, "value", not value if isinstance(value, bool) else _other(value))
        case ast.Return(value=ast.expr() as value) if not isinstance(value, ast.Constant):
            yield _Swap(node, "value", ast.Constant(None))
        case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test) if not isinstance(
            test, ast.Compare
        ):
            yield _Swap(node, "test", ast.UnaryOp(ast.Not(), test))


def _other(value: float | str) -> float | str:
    """Another constant of the same type."""
    return f"{value}X" if isinstance(value, str) else value + 1
