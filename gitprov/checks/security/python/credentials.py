"""Secrets in code: those that look live, and placeholders that were not replaced."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from gitprov.checks.security import literals
from gitprov.checks.security.literals import TESTS, WAITING, by_itself, has_format, judged
from gitprov.checks.security.python.module import PythonModule, last, parameters, text_of
from gitprov.checks.security.rule import Hit


def is_needed(text: str) -> bool:
    """Whether a text has the name of a credential, an address with a password, or the format of a key."""
    return literals.may_have(text)


def hits(module: PythonModule) -> list[Hit]:
    """Secrets that look live, and placeholders, at the lines of their texts."""
    is_test = TESTS.search(module.path) is not None
    rows = []
    named: set[ast.AST] = set()
    for name, value in _pairs(module):
        text = text_of(value)
        if text is None and isinstance(value, ast.Constant) and isinstance(value.value, bytes):
            text = value.value.decode("latin-1")
        if text is None or value in named:
            continue
        rule = judged(name, text)
        if rule is not None and not (is_test and rule == WAITING) and not (is_test and not has_format(text)):
            named.add(value)
            rows.append(Hit(rule, value.lineno, value.lineno, name))
    rows += [
        Hit(kind, node.lineno, node.lineno)
        for node in module.of(ast.Constant)
        if node not in named and isinstance(node.value, str) and (kind := by_itself(node.value))
    ]
    return rows


def _pairs(module: PythonModule) -> Iterator[tuple[str, ast.expr]]:
    """(name, value) of assignments, keyword arguments, defaults, entries and comparisons."""
    for node in module.of(ast.Assign):
        for target in node.targets:
            yield from _assigned(target, node.value)
    for entry in module.of(ast.AnnAssign):
        if entry.value is not None:
            yield from _assigned(entry.target, entry.value)
    yield from ((option.arg, option.value) for option in module.of(ast.keyword) if option.arg)
    for call in module.of(ast.Call):
        yield from _of_call(module, call)
    yield from _others(module)


def _others(module: PythonModule) -> Iterator[tuple[str, ast.expr]]:
    for table in module.of(ast.Dict):
        rows = zip(table.keys, table.values, strict=True)
        yield from ((text, value) for key, value in rows if (text := text_of(key)) is not None)
    for test in module.of(ast.Compare):
        first, *others = [child for child in ast.iter_child_nodes(test) if isinstance(child, ast.expr)]
        if isinstance(test.ops[0], ast.Eq) and "pass" in (name := last(module.name(first))).lower():
            yield name, others[0]
    for function in module.functions():
        yield from (
            (argument.arg, default) for argument, default in parameters(function) if default is not None
        )


def _assigned(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(target, ast.Subscript) and (key := text_of(target.slice)) is not None:
        yield key, value
    elif isinstance(target, ast.Name | ast.Attribute):
        yield target.id if isinstance(target, ast.Name) else target.attr, value


def _of_call(module: PythonModule, call: ast.Call) -> Iterator[tuple[str, ast.expr]]:
    """The default of an environment variable, and the key of a signed token."""
    name = module.name(call.func)
    key = text_of(call.args[0]) if call.args else None
    if last(name) in ("get", "getenv", "setdefault") and len(call.args) > 1 and key is not None:
        yield key, call.args[1]
    elif last(name) in ("encode", "decode") and "jwt" in name.lower() and len(call.args) > 1:
        yield "jwt_secret", call.args[1]
