"""Secrets and whole requests in logs of JavaScript."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from gitprov.checks.security.rule import Hit
from gitprov.checks.security.script.module import ScriptModule, arguments, hit, text_of

if TYPE_CHECKING:
    from ast_grep_py import SgNode

_LOGGER = re.compile(
    r"(?:^|\.)_?(?:console|logger|log|winston|pino|fastify\.log)\.(?:log|info|debug|warn|error|trace|verbose|fatal)$"
)
_SECRET = re.compile(
    r"(?i)(?:^|\.|_)(?:\w*password|passwd|pwd|passphrase|\w*secret|api_?key|access_?token|refresh_?token|auth_?token"
    r"|reset_?token|id_?token|bearer_?token|token|private_?key|authorization|cookie|credit_?card(?:_?number)?|card_?number"
    r"|cvv|cvc|ssn|otp|jwt|session_?id)$"
)
_OBJECT = re.compile(
    r"^(?:req|request|ctx\.request|ctx\.req)(?:\.(?:headers|body|cookies))?$|^process\.env$|^(?:req\.|ctx\.state\.)?user$"
    r"|^credentials$"
)
_TEXTS = ("template_string", "binary_expression")
_PARTS = frozenset(
    ["template_string", "template_substitution", "binary_expression", "parenthesized_expression", "array"]
)


def hits(module: ScriptModule) -> Iterator[Hit]:
    """Calls of loggers with secrets, or with whole objects that have some."""
    bodies = _bodies(module)
    for call in module.calls:
        if not _LOGGER.search(call.name):
            continue
        values = arguments(call.node)
        parts = [part for value in values for part in _parts(module, value)]
        secret = next((part for part in parts if _SECRET.search(part)), None)
        objects = [value for value in values if value.kind() not in _TEXTS] if not _has_format(values) else []
        whole = next(
            (
                part
                for value in objects
                for part in _parts(module, value)
                if _OBJECT.match(part) or part in bodies
            ),
            None,
        )
        if secret is not None:
            yield hit("secret-in-log", call.node, secret)
        elif whole is not None:
            yield hit("object-in-log", call.node, whole)


def _bodies(module: ScriptModule) -> set[str]:
    """Variables that hold a whole request, its body, headers or cookies."""
    rows = module.root.find_all(kind="variable_declarator")
    pairs = [(row.field("name"), row.field("value")) for row in rows]
    return {
        name.text()
        for name, value in pairs
        if name and value and name.kind() == "identifier" and _OBJECT.match(value.text())
    }


def _has_format(values: list[SgNode]) -> bool:
    """Whether the first argument has places for texts, in which objects do not show their parts."""
    return bool(values) and "%s" in (text_of(values[0]) or "")


def _parts(module: ScriptModule, node: SgNode) -> Iterator[str]:
    """The names and chains of attributes of which an argument is put together."""
    kind = node.kind()
    if kind in ("identifier", "member_expression", "shorthand_property_identifier"):
        yield node.text().replace("?.", ".")
    elif kind == "object":
        for child in node.children():
            yield from _parts(module, child) if child.kind() == "shorthand_property_identifier" else ()
            value = child.field("value") if child.kind() == "pair" else None
            yield from _parts(module, value) if value is not None else ()
    elif kind == "call_expression":
        if module.name(node) in ("JSON.stringify", "util.inspect", "String"):
            yield from (part for argument in arguments(node) for part in _parts(module, argument))
    elif kind == "binary_expression":
        operator = node.field("operator")
        if operator is not None and operator.text() == "+":
            yield from _of_children(module, node)
    elif kind in _PARTS:
        yield from _of_children(module, node)


def _of_children(module: ScriptModule, node: SgNode) -> Iterator[str]:
    for child in node.children():
        yield from _parts(module, child) if child.is_named() else ()
