"""Flow of values in JavaScript, from where they come in to the calls, properties and answers that do harm."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from gitprov.checks.security.rule import Hit
from gitprov.checks.security.script.evaluate import ScriptEvaluator
from gitprov.checks.security.script.module import (
    ScriptCall,
    ScriptModule,
    arguments,
    hit,
    option,
    text_of,
)
from gitprov.checks.security.script.sinks import NEVER, SHELL, ScriptSink, does_harm, sinks_of
from gitprov.checks.security.values import LOCAL, REMOTE, UNCERTAIN, Value

if TYPE_CHECKING:
    from ast_grep_py import SgNode

_MARKUP = re.compile(r"(?:^|\.)(?:innerHTML|outerHTML|srcdoc)$")
_PLACE = re.compile(r"^(?:window\.|document\.|self\.|top\.)?location(?:\.href)?$")
_HTML = ScriptSink("dom-xss", _MARKUP, (0,), (), LOCAL, UNCERTAIN, re.compile(r"<"))
_MOVED = ScriptSink("open-redirect", _PLACE, (0,), (), REMOTE, REMOTE)
_ANSWER = ScriptSink("reflected-xss", re.compile(r"^ctx\.body$"), (0,), (), NEVER, REMOTE)
_SECRETS = re.compile(r"(?i)pass|pwd|token|secret|code|pin")
_WHOLE = re.compile(r"\b(?:body|query|fields)\)?(?: the request$|\)$)")
_SET = ("innerHTML", "outerHTML", "srcdoc", "location", "ctx.body", "][")
_COPIES = re.compile(r"\[\w+\]\s*=[^=]")
_LOOPS = re.compile(r"\bfor\s*\(.*\b(?:in|of)\b|Object\.(?:keys|entries)")
_GUARDS = re.compile(r"__proto__|constructor|hasOwn|Object\.create\(null|new Map|structuredClone")
_PAGES = frozenset(["javascript", "tsx"])
_BREAKS = re.compile(r"""\.replace(?:All)?\(\s*(?:/[^/\n]*(?:\\[rnsW]|\[\^)|["'`]\\[rn])""")
"""Line breaks are taken out of a text."""
_CLEANS = re.compile(r"(?i)sanitiz|sanitis|purif|escape|marked|markdown|katex|highlight|prism|shiki|xss\b")
"""A word for markup that is cleaned or made by the program itself."""
_QUIET = re.compile(r"\.(?:type|contentType)(?:\.|$)|text/plain|application/json")


def hits(module: ScriptModule) -> Iterator[Hit]:
    """The hits of all calls, assignments and attributes."""
    evaluator = ScriptEvaluator(module)
    for call in module.calls:
        yield from _of_call(module, evaluator, call)
    if any(word in module.text for word in _SET):
        kinds: Any = [{"kind": "assignment_expression"}, {"kind": "augmented_assignment_expression"}]
        for node in module.root.find_all(any=kinds):
            yield from _of_assignment(evaluator, node)
    if module.language in _PAGES and "dangerouslySetInnerHTML" in module.text:
        for node in module.root.find_all(kind="jsx_attribute", regex="^dangerouslySetInnerHTML"):
            pair = node.find(kind="pair", regex=r"^['\"]?__html\b")
            if pair is not None:
                raw = LOCAL if _CLEANS.search(module.text) or not _is_plain(pair) else UNCERTAIN
                yield from _checked(evaluator, _HTML._replace(text=None, raw=raw), pair.field("value"), node)
    if _COPIES.search(module.text) is not None:
        yield from _merges(module)


def _is_plain(pair: SgNode) -> bool:
    """Whether the value of an entry is a name or a part of an object, and no call."""
    value = pair.field("value")
    return value is not None and value.kind() in ("identifier", "member_expression")


def _of_call(module: ScriptModule, evaluator: ScriptEvaluator, call: ScriptCall) -> Iterator[Hit]:
    sinks = list(sinks_of(call.name))
    values = arguments(call.node) if sinks or call.name.startswith(("child_process", "execa")) else []
    if not values:
        return
    if call.name.startswith(("child_process", "execa")) and _has_shell(values):
        sinks.append(SHELL)
    for sink in sinks:
        if _is_exempt(module, sink, call, values):
            continue
        parts = [values[place] for place in sink.places if place < len(values)]
        keyed = [value for key in sink.keys if (value := option(values, key)) is not None]
        for part in [*keyed, *parts]:
            reported = list(_checked(evaluator, sink, part, call.node))
            if reported:
                yield reported[0]
                return


def _has_shell(values: list[SgNode]) -> bool:
    shell = option(values, "shell")
    return (shell is not None and shell.text() != "false") or (
        len(values) > 1
        and re.fullmatch(r"(?:/bin/)?(?:ba)?sh|cmd(?:\.exe)?", text_of(values[0]) or "") is not None
    )


def _is_exempt(module: ScriptModule, sink: ScriptSink, call: ScriptCall, values: list[SgNode]) -> bool:
    """What makes a call of a sink harmless as such."""
    if sink.rule == "path-traversal":
        return option(values[1:], "root") is not None
    if sink.rule == "reflected-xss":
        return _QUIET.search(call.node.text()[:200].partition("send(")[0]) is not None
    if sink.rule == "log-injection":
        return _BREAKS.search(module.function(call.node).text) is not None
    if sink.rule == "mass-assignment":
        return option(values, "fields") is not None or _is_validated_route(call.node)
    return False


def _is_validated_route(node: SgNode) -> bool:
    """Whether the handler around a call comes after a function that validates."""
    for outer in node.ancestors():
        if outer.kind() == "call_expression" and any(
            re.search(r"(?i)valid|schema|joi|celebrate|sanitiz", entry.text()[:80])
            for entry in arguments(outer)[1:-1]
        ):
            return True
    return False


def _checked(
    evaluator: ScriptEvaluator, sink: ScriptSink, node: SgNode | None, place: SgNode
) -> Iterator[Hit]:
    """A hit where an expression does harm at a place."""
    if node is None or node.kind() in ("string", "number", "true", "false", "null"):
        return
    value = evaluator.value(node)
    if not value.origins:
        return
    if not does_harm(sink, value, frozenset()) or not does_harm(sink, value, evaluator.validated(place)):
        return
    if sink.rule == "nosql-injection" and not (_is_whole(node, value) or _asks_for_all(node, evaluator)):
        return
    if sink.rule == "mass-assignment" and not _is_whole(node, value):
        return
    if sink.rule == "reflected-xss" and not value.built and not _is_text(value):
        return
    origin = value.origin(evaluator.validated(place))
    detail = ""
    if origin is not None and origin.what:
        source = "" if origin.what.startswith("parameter") else f" ({origin.key[:60]})"
        detail = f"{origin.what}{source}, line {origin.line}"
    yield hit(sink.rule, place, detail)


def _is_whole(node: SgNode, value: Value) -> bool:
    """Whether a value is all that a caller sent, or an object with all of its entries."""
    spread = node.kind() == "object" and re.search(r"\.\.\.\s*(?:\w+\.)?(?:body|query)\b", node.text())
    if node.kind() == "object" and not spread:
        return False
    return any(_WHOLE.search(f"{row.key} {row.what}") for row in value.origins if row.level == REMOTE)


def _asks_for_all(node: SgNode, evaluator: ScriptEvaluator) -> bool:
    """Whether a filter compares a secret with what a caller sent: an operator then matches all."""
    if node.kind() != "object":
        return False
    for child in node.children():
        key = child.field("key") if child.kind() == "pair" else child
        entry = child.field("value") if child.kind() == "pair" else child
        if key is not None and key.is_named() and entry is not None and _SECRETS.search(key.text()):
            inner = evaluator.value(entry)
            if inner.level(frozenset(), "nosql-injection") >= REMOTE and not inner.built:
                return True
    return False


def _is_text(value: Value) -> bool:
    """Whether a value of a request is a text: a body may be an object, which is sent as JSON."""
    return any(re.search(r"query|params|url", row.key) for row in value.origins if row.level == REMOTE)


def _of_assignment(evaluator: ScriptEvaluator, node: SgNode) -> Iterator[Hit]:
    target, right = node.field("left"), node.field("right")
    if target is None or right is None:
        return
    if target.kind() == "subscript_expression":
        yield from _of_entry(evaluator, target, node)
        return
    text = target.text()
    for sink in (_HTML, _MOVED, _ANSWER):
        if sink.names.search(text):
            yield from _checked(evaluator, sink, right, node)


def _of_entry(evaluator: ScriptEvaluator, target: SgNode, node: SgNode) -> Iterator[Hit]:
    """`table[a][b] = value` with both keys of a request."""
    base = target.field("object")
    if base is None or base.kind() != "subscript_expression":
        return
    validated = evaluator.validated(node)
    keys = [evaluator.value(part.field("index")) for part in (base, target)]
    if all(key.level(validated, "prototype-pollution") >= REMOTE for key in keys):
        yield hit("prototype-pollution", node)


def _merges(module: ScriptModule) -> Iterator[Hit]:
    """Functions that copy entries into each other, level by level, and let `__proto__` through."""
    places = {
        module.function(node).start: node
        for node in module.root.find_all(kind="assignment_expression", regex=r"^\w+\[\w+\]\s*=[^=]")
    }
    for node in places.values():
        scope = module.function(node)
        name = scope.node.field("name")
        parent = scope.node.parent()
        if name is None and parent is not None and parent.kind() == "variable_declarator":
            name = parent.field("name")
        if name is None or _GUARDS.search(scope.text) or not _LOOPS.search(scope.text):
            continue
        if re.search(rf"(?<!function )\b{re.escape(name.text())}\(\s*\w+\[", scope.text):
            yield hit("prototype-pollution", node)
