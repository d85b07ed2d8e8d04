"""Rules of JavaScript about orders: directories, results of callbacks that run at once, races."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from gitprov.checks.nondeterminism.hazard import LOW, Uncertainty
from gitprov.checks.nondeterminism.script import tree
from gitprov.checks.nondeterminism.script.tree import ScriptTree

if TYPE_CHECKING:
    from ast_grep_py import SgNode

_LISTINGS = re.compile(r"(?:^|\.)(?:readdir|readdirSync|globSync|opendirSync)$")
_THROUGH = frozenset({"map", "filter", "flatMap", "slice", "concat", "then", "flat"})
_HARMLESS = frozenset({"sort", "toSorted", "includes", "some", "every", "length", "has", "size"})
_TIMEOUT = re.compile(
    r"time.?out|sleep|delay|abort|signal|cancel|reject|timer|deadline|shutdown", re.IGNORECASE
)
_ITERATORS = frozenset({"map", "forEach", "flatMap"})
_DEEPEST = 8
_RETURNED, _YIELDED, _FILLED = "is returned", "is yielded", "is put into "


def directory_order(script: ScriptTree) -> Iterator[Uncertainty]:
    """Listings of directories whose order reaches a result."""
    for call, name in script.called():
        if not _LISTINGS.search(name):
            continue
        values = tree.arguments(call)
        callback = (
            values[-1] if values and values[-1].kind() in ("arrow_function", "function_expression") else None
        )
        how = _of_callback(callback) if callback is not None else _use(call, 0)
        if how:
            severity = LOW if _is_handed_on(call, how) else ""
            text = f"{name}() {how}"
            yield Uncertainty("js-directory-order", tree.line(call), tree.last_line(call), text, severity)


def _is_handed_on(call: SgNode, how: str) -> bool:
    """Whether elements are returned or yielded as they are: callers, which may be in other files, decide
    whether their order counts.
    """
    owner = how.removeprefix(_FILLED)
    returned = owner != how and re.search(
        rf"\breturn\s+{re.escape(owner)}\s*[;}}\n]", tree.scope(call).text()
    )
    return how in (_RETURNED, _YIELDED) or bool(returned)


def _of_callback(callback: SgNode) -> str:
    field = callback.field("parameters")
    names = [part.text() for part in field.children() if part.is_named()] if field is not None else []
    body = callback.field("body")
    return _of_name(body, names[1], 0) if len(names) > 1 and body is not None else ""


def _of_name(node: SgNode, name: str, depth: int) -> str:
    """How the elements of a variable get an order; "" where it is sorted, or nothing shows one."""
    if not re.fullmatch(r"[\w$]+", name) or depth > _DEEPEST or tree.is_sorted(node, name):
        return ""
    return next(filter(None, (_use(entry, depth + 1) for entry in tree.uses(node, name))), "")


def _use(node: SgNode, depth: int) -> str:
    parent = node.parent()
    if parent is None or depth > _DEEPEST:
        return ""
    kind = parent.kind()
    if kind in ("await_expression", "parenthesized_expression", "as_expression"):
        return _use(parent, depth + 1)
    if kind in ("return_statement", "arrow_function"):
        return _RETURNED
    if kind == "variable_declarator":
        return _of_name(parent, (parent.field("name") or parent).text(), depth)
    if kind == "member_expression":
        return _method(parent, depth)
    if kind == "subscript_expression" and tree.is_same(parent.field("object"), node):
        index = parent.field("index")
        return "has an element taken by position" if index is not None and index.kind() == "number" else ""
    if kind == "for_in_statement" and tree.is_same(parent.field("right"), node):
        body = parent.field("body")
        return _filled(body) if body is not None else ""
    if kind == "arguments":
        call = parent.parent()
        name = tree.function(call) if call is not None else ""
        return "is serialised" if name == "JSON.stringify" else ""
    return "is put into a text" if kind == "template_substitution" and not tree.is_message(node) else ""


def _method(parent: SgNode, depth: int) -> str:
    """What a method makes of the elements."""
    name = (parent.field("property") or parent).text()
    call = parent.parent()
    if name in _HARMLESS or call is None or call.kind() != "call_expression":
        return ""
    if name == "join":
        return "" if tree.is_message(call) else "is joined into a text"
    if name == "find":
        return ""
    if name == "forEach":
        return _filled(call)
    return _use(call, depth + 1) if name in _THROUGH else ""


def _filled(body: SgNode) -> str:
    """Whether a loop's body appends to an array of outside that is not sorted, or yields."""
    for call in body.find_all(kind="call_expression"):
        owner, _, name = tree.function(call).rpartition(".")
        declared = re.search(rf"\b(?:const|let|var)\s+{re.escape(owner)}\b", body.text())
        if name == "push" and owner and not declared and not tree.is_sorted(body, owner):
            return f"{_FILLED}{owner}"
    return _YIELDED if body.find(kind="yield_expression") is not None else ""


# -- callbacks that run at once ------------------------------------------------------------------------------


def completion_order(script: ScriptTree) -> Iterator[Uncertainty]:
    """Arrays, sets and maps that async callbacks fill as they end."""
    for call, name in script.called():
        if tree.method(call) not in _ITERATORS or "." not in name:
            continue
        for callback in tree.arguments(call)[:1]:
            is_function = callback.kind() in ("arrow_function", "function_expression")
            if is_function and callback.text().startswith("async"):
                yield from _filled_by(call, callback)


def _filled_by(call: SgNode, callback: SgNode) -> Iterator[Uncertainty]:
    awaits = [node.range().start.index for node in callback.find_all(kind="await_expression")]
    for fill in callback.find_all(kind="call_expression"):
        owner, _, name = tree.function(fill).rpartition(".")
        late = any(start < fill.range().end.index for start in awaits)
        if name not in ("push", "add", "set") or not late or not re.fullmatch(r"[\w$]+", owner):
            continue
        if re.search(rf"\b(?:const|let|var)\s+{re.escape(owner)}\b", callback.text()):
            continue
        if tree.is_sorted(call, owner) or (name != "push" and not _is_iterated(call, owner)):
            continue
        yield Uncertainty("js-completion-order", tree.line(fill), tree.last_line(fill), f"{owner}.{name}()")


def _is_iterated(node: SgNode, name: str) -> bool:
    escaped = re.escape(name)
    spread = rf"\.\.\.\s*{escaped}\b|\bof\s+{escaped}\b|Array\.from\(\s*{escaped}\b"
    views = rf"{escaped}\.(?:values|entries|keys|forEach)\("
    return re.search(f"{spread}|{views}", tree.scope(node).text()) is not None


def races(script: ScriptTree) -> Iterator[Uncertainty]:
    """The first of several promises as the result."""
    for call, name in script.called():
        if name not in ("Promise.race", "Promise.any"):
            continue
        text = "".join(part.text() for part in tree.arguments(call))
        if name == "Promise.any" or not _TIMEOUT.search(text):
            yield Uncertainty("js-race", tree.line(call), tree.last_line(call), f"{name}()")
