"""Cryptography of JavaScript by more than one place: random secrets, initial values, claims."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from gitprov.checks.security.rule import Hit
from gitprov.checks.security.script.module import FUNCTIONS, ScriptModule, arguments, hit

if TYPE_CHECKING:
    from ast_grep_py import SgNode

_SECRET = re.compile(
    r"(?i)token|passw|secret|api_?key|otp\b|one_?time|session_?id|nonce|salt|csrf|\bpin\b|invite_?code|reset_?code"
    r"|verification_?code|auth_?code|access_?code"
)
_HARMLESS = re.compile(r"(?i)mock|fake|dummy|test|sample|demo|tokenize|animation|colou?r")
_FIXED = re.compile(
    r"^Buffer\.(?:alloc\(\d+(?:\s*,\s*(?:0|['\"][^'\"]*['\"]))?\)|from\(\s*['\"][^'\"]*['\"])"
)
_SERVER = re.compile(r"\b(?:req|request|ctx)\.(?:headers|get|header|cookies)\b")
_DECODE = re.compile(r"^(?:jsonwebtoken|jwt|JWT)\.decode$")


def hits(module: ScriptModule) -> Iterator[Hit]:
    """Predictable secrets, initial values that stay the same, claims that nothing verifies."""
    verifies = re.search(r"\b(?:verify|jwtVerify)\(", module.text) is not None
    for call in module.calls:
        if call.name == "Math.random":
            yield from _predictable(call.node)
        elif call.name.endswith("createCipheriv"):
            yield from _fixed(module, call.node)
        elif not verifies and _is_decoding(module, call.name):
            yield hit("token-unverified", call.node)


def _is_decoding(module: ScriptModule, name: str) -> bool:
    """Whether a call reads the claims of a token; in a page it is no decision."""
    if name.startswith("jwt-decode"):
        return _SERVER.search(module.text) is not None
    return _DECODE.match(name) is not None


def _predictable(node: SgNode) -> Iterator[Hit]:
    """`Math.random` in what becomes a secret by its name, or by that of the function around it."""
    label = next((text for text in _labels(node) if _SECRET.search(text)), None)
    if label is not None and not _HARMLESS.search(label):
        yield hit("predictable-random", node, label)


def _fixed(module: ScriptModule, node: SgNode) -> Iterator[Hit]:
    """A variable as the initial value that is the same bytes for every message."""
    values = arguments(node)
    if len(values) < 3 or values[2].kind() != "identifier":
        return
    for scope in module.around(node.range().start.index):
        rows = scope.names.get(values[2].text(), ())
        if rows:
            if all(row.value is not None and _FIXED.match(row.value.text()) for row in rows):
                yield hit("fixed-iv", node, values[2].text())
            return


def _labels(node: SgNode) -> Iterator[str]:
    """The names that a value goes to, and that of the innermost function with a name."""
    for outer in node.ancestors():
        kind = outer.kind()
        if kind in (
            "variable_declarator",
            "pair",
            "assignment_expression",
            "augmented_assignment_expression",
        ):
            name = outer.field("name") or outer.field("key") or outer.field("left")
            yield name.text() if name is not None else ""
        elif kind in FUNCTIONS and (name := outer.field("name")) is not None:
            yield name.text()
            return
