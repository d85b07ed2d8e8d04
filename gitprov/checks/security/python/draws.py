"""Secrets made of a predictable generator by a helper, whose name does not show that they are secrets."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from gitprov.checks.security.python.module import FUNCTIONS, Function, PythonModule, last, span, text_of
from gitprov.checks.security.rule import Hit

_DRAWS = re.compile(r"^random\.(?:random|randint|choice|choices|randrange|sample|getrandbits|randbytes)$")
_SECRET = re.compile(
    r"(?i)token(?!s|iz)|secret|passw|passphrase|session_?id|nonce|salt|\botp\b|_otp|api_?key|csrf|reset_?code|verification_?code"
)


def is_needed(text: str) -> bool:
    """Whether a text draws from the generator and has a word for a secret."""
    return "random" in text and _SECRET.search(text) is not None


def hits(module: PythonModule) -> Iterator[Hit]:
    """Draws whose result goes through a variable or a function into something that is named as a secret."""
    draws = [node for node in module.of(ast.Call) if _DRAWS.match(module.name(node.func))]
    helpers: dict[str, list[ast.Call]] = {}
    variables: dict[tuple[Function, str], list[ast.Call]] = {}
    for draw in draws:
        function = _function_of(module, draw)
        if function is None or _SECRET.search(function.name):
            continue
        if _is_text(module, draw):
            helpers.setdefault(function.name, []).append(draw)
        for name in _receivers(module, draw):
            variables.setdefault((function, name), []).append(draw)
    reported: set[ast.Call] = set()
    for label, value in _named(module) if draws else ():
        for draw in _behind(module, value, helpers, variables):
            if draw not in reported:
                reported.add(draw)
                yield Hit("predictable-random", *span(draw), f"{label}, line {value.lineno}")


def _function_of(module: PythonModule, node: ast.expr) -> Function | None:
    """The innermost function around a node."""
    return next((outer for outer in module.around(node) if isinstance(outer, FUNCTIONS)), None)


def _is_text(module: PythonModule, draw: ast.Call) -> bool:
    """Whether a draw is one of the letters of a text that the function around it returns or joins."""
    return any(
        isinstance(outer, ast.Call) and last(module.name(outer.func)) == "join"
        for outer in module.around(draw)
    )


def _receivers(module: PythonModule, draw: ast.Call) -> Iterator[str]:
    """The variables that get the result of a draw, or have it added."""
    for outer in module.around(draw):
        if isinstance(outer, ast.Assign):
            yield from (target.id for target in outer.targets if isinstance(target, ast.Name))
        elif isinstance(outer, ast.AugAssign) and isinstance(outer.target, ast.Name):
            yield outer.target.id
        if isinstance(outer, ast.stmt):
            return


def _named(module: PythonModule) -> Iterator[tuple[str, ast.expr]]:
    """(name, value) of what is named as a secret: variables, attributes, keyword arguments and entries."""
    for node in module.of(ast.Assign):
        for target in node.targets:
            yield from _labelled(last(module.name(target)), node.value)
    for declared in module.of(ast.AnnAssign):
        if declared.value is not None:
            yield from _labelled(last(module.name(declared.target)), declared.value)
    for entry in module.of(ast.keyword):
        yield from _labelled(entry.arg or "", entry.value)
    for table in module.of(ast.Dict):
        for key, value in zip(table.keys, table.values, strict=True):
            yield from _labelled(text_of(key) or "", value)


def _labelled(name: str, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    if _SECRET.search(name):
        yield name, value


def _behind(
    module: PythonModule,
    value: ast.expr,
    helpers: dict[str, list[ast.Call]],
    variables: dict[tuple[Function, str], list[ast.Call]],
) -> Iterator[ast.Call]:
    """The draws that a value is made of by a helper or a variable of the same function."""
    function = _function_of(module, value)
    for part in ast.walk(value):
        if isinstance(part, ast.Call) and isinstance(part.func, ast.Name | ast.Attribute):
            owner = module.name(part.func).rpartition(".")[0]
            yield from helpers.get(last(module.name(part.func)), ()) if owner in ("", "self", "cls") else ()
        elif isinstance(part, ast.Name) and function is not None:
            yield from variables.get((function, part.id), ())
