"""Prompts in code: calls of `gitprov.prompt(…)`, read without running the code."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from typing import NamedTuple

_MODULE = "gitprov"
_FUNCTION = "prompt"


class Template(NamedTuple):
    """One call: `gitprov.prompt(name, text, version=…, feature=…)`. `text` is None where
    code computes it.

    As a decorator, the text is the docstring of the function. `line` is 1-based.
    """

    name: str
    line: int
    text: str | None
    version: str | None
    feature: str | None


def templates(content: bytes) -> list[Template]:
    """The prompts of a Python file, in order. ValueError where it cannot be parsed.

    A call whose name is no plain text is left out, since it names no prompt.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(content)
    except (SyntaxError, RecursionError, MemoryError) as error:
        raise ValueError(f"it is not valid Python: {error}") from None
    names = frozenset(_names(tree))
    texts = dict(_constants(tree))
    docstrings = dict(_docstrings(tree))
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call) and _called(node.func) in names)
    rows = (_template(node, texts, docstrings) for node in calls)
    return sorted((row for row in rows if row is not None), key=lambda row: row.line)


def _names(tree: ast.Module) -> Iterator[str]:
    """How the file may write the function: `gitprov.prompt`, or what an import makes of it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name == _MODULE:
                    yield f"{alias.asname or alias.name}.{_FUNCTION}"
        elif isinstance(node, ast.ImportFrom) and node.module == _MODULE and not node.level:
            yield from (alias.asname or alias.name for alias in node.names if alias.name == _FUNCTION)


def _called(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return f"{node.value.id}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def _constants(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """(name, text) of the texts that are assigned at the top of the file."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and (text := _text(node.value, {})) is not None:
            yield from ((target.id, text) for target in node.targets if isinstance(target, ast.Name))


def _docstrings(tree: ast.Module) -> Iterator[tuple[ast.expr, str | None]]:
    """(decorator, docstring of its function)."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield from ((decorator, ast.get_docstring(node)) for decorator in node.decorator_list)


def _template(
    node: ast.Call, texts: dict[str, str], docstrings: dict[ast.expr, str | None]
) -> Template | None:
    keywords = {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg}
    places = dict(zip(("name", "text"), node.args, strict=False))
    parts = {**keywords, **places}
    name = _text(parts.get("name"), texts)
    if not name:
        return None
    text = docstrings[node] if node in docstrings else _text(parts.get("text"), texts)
    version, feature = (_text(parts.get(word), texts) for word in ("version", "feature"))
    return Template(name, node.lineno, text, version, feature)


def _text(node: ast.expr | None, texts: dict[str, str]) -> str | None:
    """The text that an expression stands for, None where it is computed."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.Name):
        return texts.get(node.id)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        parts = [_text(part, texts) for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr)]
        return None if None in parts else "".join(filter(None, parts))
    return None
