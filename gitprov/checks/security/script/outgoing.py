"""Outgoing calls of JavaScript: whether they end in time, are tried again, and are handled when they fail."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from gitprov.checks.security.rule import Hit
from gitprov.checks.security.script.module import (
    FUNCTIONS,
    Definition,
    ScriptCall,
    ScriptModule,
    arguments,
    hit,
    option,
)

if TYPE_CHECKING:
    from ast_grep_py import SgNode

_VERBS = r"(?:get|post|put|patch|delete|head|options|request)"
_CALL = re.compile(
    rf"^(?:node-fetch|fetch|undici\.(?:fetch|request)|(?:axios|superagent|needle|got)(?:\.{_VERBS})?"
    r"|https?\.(?:get|request))$"
)
_LIMITS = (
    "timeout",
    "signal",
    "cancelToken",
    "headersTimeout",
    "open_timeout",
    "response_timeout",
    "abortSignal",
)
_PAGE = re.compile(
    r"\b(?:document|window|localStorage)\.|from ['\"](?:react|vue|svelte|preact|solid-js|@angular)"
    r"|['\"]use client['\"]|addEventListener\(|\buse(?:Effect|State|Query)\("
)  # fmt: skip
_LIMITED = re.compile(
    r"axios\.defaults\.timeout|setGlobalDispatcher|axios-retry.*timeout|\.timeout\(|AbortController"
)
_RETRIES = re.compile(
    r"(?i)retr(?:y|ies)|backoff|attempt|max_?tries|circuit|bottleneck|\bky\b|useQuery|useSWR"
)
_STATUS = re.compile(
    r"\.ok\b|\.status\b|statusCode|validateStatus|\.catch\(|onError|allSettled|\.on\(['\"]error"
)


class _Client(NamedTuple):
    """A client that a variable holds. `limited`: whether it has a time limit of its own."""

    name: str
    limited: bool


def hits(module: ScriptModule) -> Iterator[Hit]:
    """Calls without time limit, handling or retry."""
    made = any(word in module.text for word in ("axios.create", "got.extend", ".create("))
    clients = {client.name: client for client in _clients(module)} if made else {}
    calls = [(call, clients.get(call.name.rpartition(".")[0])) for call in module.calls]
    outgoing = [(call, client) for call, client in calls if _is_outgoing(call, client)]
    if outgoing:
        yield from _of_calls(module, outgoing)


def _is_outgoing(call: ScriptCall, client: _Client | None) -> bool:
    if call.node.kind() == "new_expression":
        return False
    verb = client is not None and re.fullmatch(_VERBS, call.name.rpartition(".")[2])
    return bool(verb) or _CALL.match(call.name) is not None


def _of_calls(module: ScriptModule, outgoing: list[tuple[ScriptCall, _Client | None]]) -> Iterator[Hit]:
    is_page = _PAGE.search(module.text) is not None or module.path.endswith((".jsx", ".tsx"))
    retried = _RETRIES.search(module.text) is not None
    globally = _LIMITED.search(module.text) is not None
    reported: set[int] = set()
    for call, client in outgoing:
        if is_page and call.name == "fetch":
            continue
        limited = client.limited if client is not None else globally
        if not limited and not _is_limited(module, call):
            yield hit("call-without-timeout", call.node, call.name)
        if not _is_handled(module, call.node):
            yield hit("call-unhandled", call.node, call.name)
        start = module.function(call.node).start
        if not retried and not call.name.startswith("got") and start not in reported:
            reported.add(start)
            yield hit("call-without-retry", call.node, call.name)


def _clients(module: ScriptModule) -> Iterator[_Client]:
    """Variables with clients that `create` or `extend` makes."""
    for scope in module.scopes:
        for name, rows in scope.names.items():
            for row in rows:
                value = row.value
                if value is not None and value.kind() == "call_expression" and row.how == "is":
                    made = module.name(value)
                    if made in ("axios.create", "got.extend"):
                        yield _Client(name, _has_limit(module, arguments(value), value))


def _is_limited(module: ScriptModule, call: ScriptCall) -> bool:
    return _has_limit(module, arguments(call.node), call.node)


def _has_limit(module: ScriptModule, values: list[SgNode], node: SgNode) -> bool:
    """Whether options among some arguments have a time limit, or cannot be looked into."""
    if option(values, *_LIMITS) is not None:
        return True
    for number, value in enumerate(values):
        if value.kind() == "object" and any(child.kind() == "spread_element" for child in value.children()):
            return True
        if value.kind() in ("identifier", "member_expression", "call_expression") and number > 0:
            rows = _definitions(module, value, node)
            if re.search(r"(?i)opt|conf|init|setting|params", value.text()) and not rows:
                return True
            if any(row.value is not None and re.search("|".join(_LIMITS), row.value.text()) for row in rows):
                return True
    return False


def _definitions(module: ScriptModule, value: SgNode, node: SgNode) -> list[Definition]:
    name = value.text()
    for scope in module.around(node.range().start.index):
        rows = [row for row in scope.names.get(name, ()) if row.how == "is" and row.value is not None]
        if rows:
            return [row for row in rows if row.value is not None and row.value.kind() == "object"]
    return []


def _is_handled(module: ScriptModule, node: SgNode) -> bool:
    """Whether an error of a call is caught or handed to the caller, or its status is looked at."""
    child = node
    for outer in node.ancestors():
        kind = outer.kind()
        if kind == "try_statement" and outer.field("handler") is not None:
            body = outer.field("body")
            if body is not None and body.range().start.index == child.range().start.index:
                return True
        if kind == "return_statement" or (kind == "arrow_function" and child.kind() != "statement_block"):
            return True
        if kind in FUNCTIONS:
            break
        child = outer
    return _STATUS.search(module.function(node).text) is not None
