"""Secrets and placeholders in JavaScript."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from gitprov.checks.security import literals
from gitprov.checks.security.rule import Hit
from gitprov.checks.security.script.module import ScriptModule, arguments, hit, text_of

if TYPE_CHECKING:
    from ast_grep_py import SgNode

_NAMED = (
    "variable_declarator",
    "pair",
    "assignment_expression",
    "assignment_pattern",
    "object_assignment_pattern",
)
_FIELDS = {
    "javascript": "field_definition",
    "typescript": "public_field_definition",
    "tsx": "public_field_definition",
}


def hits(module: ScriptModule) -> Iterator[Hit]:
    """Secrets that look live, and placeholders, at the lines of their texts."""
    if not literals.may_have(module.text):
        return
    is_test = literals.TESTS.search(module.path) is not None
    seen: set[int] = set()
    for name, value in _pairs(module):
        text, rule = text_of(value), None
        if text is not None:
            rule = literals.judged(_snake(name), text)
        if text is None or rule is None or (is_test and not literals.has_format(text)):
            continue
        seen.add(value.range().start.index)
        yield hit(rule, value, name)
    for node in module.root.find_all(kind="string", regex="^.{14,}"):
        rule = literals.by_itself(node.text()[1:-1])
        if rule is not None and node.range().start.index not in seen:
            yield hit(rule, node)


def _pairs(module: ScriptModule) -> Iterator[tuple[str, SgNode]]:
    """(name, text) of variables, entries, fields and defaults; the text also after `||` or `??`."""
    kinds = [*_NAMED, _FIELDS[module.language]]
    for node in module.root.find_all(any=[{"kind": kind} for kind in kinds]):
        names = (node.field(part) for part in ("name", "key", "property", "left"))
        name = next((part for part in names if part is not None), None)
        value = node.field("value") or node.field("right")
        if value is not None and value.kind() == "binary_expression":
            value = value.field("right")
        if name is not None and value is not None and value.kind() in ("string", "template_string"):
            yield name.text().strip("'\"#"), value
    for call in module.calls:
        if call.name in ("jsonwebtoken.sign", "jsonwebtoken.verify", "jwt.sign", "jwt.verify"):
            yield from (
                ("jwt_secret", value) for value in arguments(call.node)[1:2] if value.kind() == "string"
            )


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.rpartition(".")[2])
