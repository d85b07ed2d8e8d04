"""Rewrites of Python files that change no behaviour: layout, names of locals, docstrings, annotations, order."""

from __future__ import annotations

import ast
import symtable
from collections.abc import Iterator

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


def rewritten(source: str) -> str:
    """The same program in other words."""
    tree = ast.parse(source)
    tables = {(table.get_name(), table.get_lineno()): table for table in _tables(source)}
    for node in ast.walk(tree):
        if isinstance(node, FunctionNode):
            table = tables.get((node.name, node.lineno))
            first = node.decorator_list[0].lineno if node.decorator_list else node.lineno
            table = table or tables.get((node.name, first))
            if table is not None:
                _rename(node, table)
    tree = ast.fix_missing_locations(_Plain().visit(tree))
    tree.body = list(_reordered(tree.body))
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            node.body = list(_reordered(node.body))
    return ast.unparse(tree)


def _tables(source: str) -> Iterator[symtable.SymbolTable]:
    pending = [symtable.symtable(source, "x", "exec")]
    while pending:
        table = pending.pop()
        yield table
        pending += table.get_children()


def _rename(node: FunctionNode, table: symtable.SymbolTable) -> None:
    """Rename those locals of a function that Python's own symbol table knows to be its own."""
    inner = [name for child in ast.walk(node) for name in _bound_otherwise(child)]
    below = [child for top in table.get_children() for child in _below(top)]
    names = {
        symbol.get_name()
        for symbol in table.get_symbols()
        if symbol.is_local()
        and not symbol.is_parameter()
        and not any(name == symbol.get_name() for name in inner)
        and not any(_elsewhere(child, symbol.get_name()) for child in below)
    }
    for child in ast.walk(node):
        if isinstance(child, ast.Name) and child.id in names:
            child.id = f"renamed_{child.id}"
        elif isinstance(child, ast.ExceptHandler) and child.name in names:
            child.name = f"renamed_{child.name}"


def _below(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    yield table
    for child in table.get_children():
        yield from _below(child)


def _elsewhere(table: symtable.SymbolTable, name: str) -> bool:
    """Whether the name is another variable in an inner scope."""
    return name in table.get_identifiers() and not table.lookup(name).is_free()


def _bound_otherwise(node: ast.AST) -> Iterator[str]:
    """Names that are bound by something else than a name."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield node.name
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        yield from ((alias.asname or alias.name).partition(".")[0] for alias in node.names)
    elif isinstance(node, (ast.Global, ast.Nonlocal)):
        yield from node.names
    elif isinstance(node, (ast.MatchAs, ast.MatchStar)) and node.name:
        yield node.name


class _Plain(ast.NodeTransformer):
    """Other docstrings, and no annotations where nothing can read them."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self.generic_visit(node)
        if not node.decorator_list:
            node.returns = None
            for parameter in [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]:
                parameter.annotation = None
        if ast.get_docstring(node) is None:
            node.body.insert(0, ast.Expr(ast.Constant("Another docstring.")))
        elif len(node.body) > 1:
            del node.body[0]
        return node


def _reordered(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Neighbouring functions without decorators and defaults in the opposite order."""
    run: list[ast.stmt] = []
    for node in body:
        if isinstance(node, ast.FunctionDef) and not (
            node.decorator_list or node.args.defaults or node.args.kw_defaults
        ):
            run.append(node)
            continue
        yield from reversed(run)
        run = []
        yield node
    yield from reversed(run)
