"""Rules of JavaScript about chance, the clock, identifiers, locales and the order of keys."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from gitprov.checks.nondeterminism.hazard import Uncertainty
from gitprov.checks.nondeterminism.script import tree
from gitprov.checks.nondeterminism.script.tree import ScriptTree

if TYPE_CHECKING:
    from ast_grep_py import SgNode

_SEEDED = re.compile(r"seedrandom|spyOn\(\s*Math|Math\.random\s*=")
_FROZEN = re.compile(
    r"useFakeTimers|setSystemTime|mockdate|timekeeper|spyOn\(\s*(?:Date|global)", re.IGNORECASE
)
_PAUSES = re.compile(
    r"jitter|backoff|delay|sleep|retry|settimeout|nonce|token|boundary|salt|csrf|throttl|unique"
    r"|(?:^|[ ._])te?mp(?!l|er|o)"
)
_ONE_OFF = re.compile(
    r"request|correlation|trace|span|session|nonce|token|boundary|te?mp|secret|salt|csrf|state|idempot|lock|key\b"
)
_TIMING = re.compile(
    r"^(?:.*[._])?(?:t\d?|start\w*|begin\w*|begun|tic|deadline|timeout|elapsed|duration|expir\w*|last\w*|until"
    r"|end(?:Time)?|startTime|before|after|\w*(?:Start|Deadline|Expir\w*|Timeout|StartedAt))$"
)
_HANDED = re.compile(r"^(?:now|today|clock|current\w*|asOf|at)$")
_KEEPING = re.compile(
    r"(?:^|\.)(?:push|unshift|add|set|insert\w*|save\w*|create\w*|write\w*|stringify|update)$"
)
_UUIDS = frozenset(
    {"crypto.randomUUID", "randomUUID", "uuidv4", "uuidv1", "uuid.v4", "uuid.v1", "uuid", "nanoid",
     "self.crypto.randomUUID", "globalThis.crypto.randomUUID", "window.crypto.randomUUID"}
)  # fmt: skip
_LOCALE_METHODS = frozenset({"toLocaleString", "toLocaleDateString", "toLocaleTimeString"})
_INTL = frozenset({"Intl.DateTimeFormat", "Intl.NumberFormat", "Intl.Collator", "Intl.ListFormat"})
_HASHERS = re.compile(
    r"(?:\.update|(?:^|\.)(?:hash|sha1|sha256|md5|digest|fingerprint|checksum)\w*)$", re.IGNORECASE
)
_PASSING = frozenset(
    {"member_expression", "parenthesized_expression", "template_substitution", "template_string", "array",
     "unary_expression", "as_expression", "non_null_expression", "ternary_expression", "call_expression"}
)  # fmt: skip
"""Expressions whose value is, or has, the value of a part."""
_DEEPEST = 12


def _sighting(name: str, node: SgNode, detail: str) -> Uncertainty:
    return Uncertainty(name, tree.line(node), tree.last_line(node), detail)


def chance(script: ScriptTree) -> Iterator[Uncertainty]:
    """Math.random() in results."""
    if "Math.random" not in script.text or _SEEDED.search(script.text):
        return
    for call, name in script.called():
        if name != "Math.random" or _PAUSES.search(tree.labels(call)) or _is_marker(call):
            continue
        if not tree.is_message(call) and not tree.is_replaceable(call):
            yield _sighting("js-random", call, "Math.random()")


def _is_marker(call: SgNode) -> bool:
    """Whether chance is added to a text with a NUL, which marks a place in another text for a while."""
    return any(parent.kind() == "binary_expression" and "\\0" in parent.text() for parent in call.ancestors())


def identifiers(script: ScriptTree) -> Iterator[Uncertainty]:
    """Identifiers that are new in each run."""
    for call, name in script.called():
        if name not in _UUIDS or (name in ("uuid", "nanoid") and tree.arguments(call)):
            continue
        if not (tree.is_message(call) or tree.is_replaceable(call) or _ONE_OFF.search(tree.labels(call))):
            yield _sighting("js-uuid", call, f"{name}()")


def locales(script: ScriptTree) -> Iterator[Uncertainty]:
    """Texts that depend on the locale and the time zone of the machine."""
    for call, name in script.called():
        fits = name in _INTL or ("." in name and tree.method(call) in _LOCALE_METHODS)
        if fits and _is_unset(tree.arguments(call)) and not tree.is_message(call):
            yield _sighting("js-locale", call, f"{name if name in _INTL else '.' + tree.method(call)}()")
    for node in script.news:
        made = node.field("constructor")
        fits = made is not None and made.text() in _INTL and _is_unset(tree.arguments(node))
        if made is not None and fits and not tree.is_message(node):
            yield _sighting("js-locale", node, f"new {made.text()}()")


def _is_unset(arguments: list[SgNode]) -> bool:
    return not arguments or arguments[0].text() in ("undefined", "[]", "null")


def key_order(script: ScriptTree) -> Iterator[Uncertainty]:
    """Hashes of objects in the order of their keys."""
    for call, name in script.called():
        values = tree.arguments(call)
        if not values or not _HASHERS.search(name) or values[0].kind() != "call_expression":
            continue
        inner = tree.arguments(values[0])
        if tree.function(values[0]) not in ("JSON.stringify", "Object.keys") or not inner:
            continue
        literal = inner[0].kind() in ("object", "array", "string") or "sort" in values[0].text().lower()
        replaced = len(inner) > 1 and inner[1].text() not in ("null", "undefined")
        if not literal and not replaced:
            yield _sighting("js-key-order", call, f"{tree.function(values[0])}({inner[0].text()[:40]})")


# -- the clock -----------------------------------------------------------------------------------------------


def clocks(script: ScriptTree) -> Iterator[Uncertainty]:
    """Readings of the clock that become data."""
    if "Date" not in script.text or _FROZEN.search(script.text):
        return
    readings = [call for call, name in script.called() if name in ("Date.now", "Date")]
    readings += [
        node
        for node in script.news
        if (node.field("constructor") or node).text() == "Date" and not tree.arguments(node)
    ]
    for node in readings:
        if tree.is_message(node) or tree.is_replaceable(node):
            continue
        how = _use(node, 0)
        if how:
            yield _sighting("js-clock", node, f"{node.text()[:40]} {how}")


def _use(node: SgNode, depth: int) -> str:
    """How a reading becomes data; "" where it does not."""
    parent = node.parent()
    if parent is None or depth > _DEEPEST or tree.is_message(node):
        return ""
    kind = parent.kind()
    if kind in _PASSING:
        return _use(parent, depth + 1)
    if kind == "arguments":
        return _argument(parent, depth)
    if kind == "binary_expression":
        return _computed(parent, node, depth)
    if kind == "pair":
        key = (parent.field("key") or parent).text().strip("'\"")
        return "" if _HANDED.match(key) or _TIMING.match(key) else f"is stored as {key}"
    if kind in ("return_statement", "arrow_function"):
        return "is returned"
    if kind == "object":
        return f"is stored as {node.text()}"
    return _declared(parent, depth) if kind == "variable_declarator" else _stored(parent, node)


def _stored(parent: SgNode, node: SgNode) -> str:
    """How an assignment, or a field of a class, keeps a reading."""
    if parent.kind() not in ("assignment_expression", "public_field_definition", "field_definition"):
        return ""
    fields = (parent.field(name) for name in ("left", "name", "property"))
    target = next(filter(None, fields), parent).text()
    is_target = tree.is_same(parent.field("left"), node)
    return (
        ""
        if is_target or _TIMING.match(target) or _is_measured(parent, target)
        else f"is stored in {target[:40]}"
    )


def _argument(parent: SgNode, depth: int) -> str:
    call = parent.parent()
    if call is None:
        return ""
    if call.kind() == "new_expression":
        made = (call.field("constructor") or call).text()
        return _use(call, depth + 1) if made == "Date" else ""
    name = tree.function(call)
    if name in ("String", "Number", "Math.floor", "Math.round", "Math.max", "Math.min", "format", "Date.UTC"):
        return _use(call, depth + 1)
    return f"is passed to {name[-40:]}()" if _KEEPING.search(name) else ""


def _computed(parent: SgNode, node: SgNode, depth: int) -> str:
    """Differences are durations, comparisons are deadlines, sums are moments."""
    operator = (parent.field("operator") or parent).text()
    if operator in ("<", ">", "<=", ">=", "==", "===", "!=", "!=="):
        return ""
    other = parent.field("left") if tree.is_same(parent.field("right"), node) else parent.field("right")
    if operator == "-" and other is not None and other.kind() not in ("number", "binary_expression"):
        return ""
    return _use(parent, depth + 1)


def _declared(parent: SgNode, depth: int) -> str:
    name = (parent.field("name") or parent).text()
    if _TIMING.match(name):
        return ""
    return next(filter(None, (_use(entry, depth + 1) for entry in tree.uses(parent, name))), "")


def _is_measured(node: SgNode, target: str) -> bool:
    """Whether the file computes a difference with, or compares, a variable or attribute."""
    text = (node.get_root().root()).text()
    escaped = re.escape(target)
    return re.search(rf"(?:[-<>]=?\s*{escaped}\b)|(?:{escaped}\s*(?:[<>]=?|-\s))", text) is not None
