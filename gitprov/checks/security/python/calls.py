"""Outgoing calls: whether they end in time, are tried again, and are handled when they fail."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from gitprov.checks.security.python.module import (
    FUNCTIONS,
    Function,
    PythonModule,
    has_double_star,
    keyword,
    last,
    span,
)
from gitprov.checks.security.rule import Hit

_VERBS = frozenset(["get", "post", "put", "patch", "delete", "head", "options", "request", "send"])
_REQUESTS, _HTTPX, _AIOHTTP, _OTHER = "requests", "httpx", "aiohttp", "other"
#: Values that hold several limits; the first argument or `total` is the one of the whole call.
_LIMITS = frozenset(["aiohttp.ClientTimeout", "httpx.Timeout", "urllib3.Timeout", "urllib3.util.Timeout"])
_CLIENTS = {
    "requests.Session": _REQUESTS, "requests.session": _REQUESTS, "requests.sessions.Session": _REQUESTS,
    "httpx.Client": _HTTPX, "httpx.AsyncClient": _HTTPX, "aiohttp.ClientSession": _AIOHTTP,
}  # fmt: skip
#: Functions that wait for ever without a timeout → the number of the argument that is one, from 0.
_OTHERS = {
    "urllib.request.urlopen": 2, "socket.create_connection": 1, "smtplib.SMTP": 3, "smtplib.SMTP_SSL": 5,
    "ftplib.FTP": 4, "ftplib.FTP_TLS": 5, "http.client.HTTPConnection": 2, "http.client.HTTPSConnection": 4,
    "telnetlib.Telnet": 2, "poplib.POP3": 2, "imaplib.IMAP4_SSL": 5,
}  # fmt: skip
_MODULES = (
    "requests", "httpx", "aiohttp", "urllib", "socket", "smtplib", "ftplib", "http", "imaplib",
    "telnetlib", "poplib",
)  # fmt: skip
_RETRY_MODULES = ("tenacity", "backoff", "retrying", "retry", "stamina", "requests_toolbelt", "aiohttp_retry")
_RETRY_WORDS = re.compile(r"(?i)retr(?:y|ies)|backoff|attempt|HTTPAdapter|\bmount\b|max_tries|circuit")
_STATUS = re.compile(r"raise_for_status|status_code|\.ok\b|\.status\b|is_success|is_error|raise_on_error")


class Outgoing(NamedTuple):
    """A call to another machine: its node, the library, whether it has a time limit."""

    node: ast.Call
    library: str
    limited: bool


def is_needed(text: str) -> bool:
    """Whether a text names a library that calls other machines."""
    return any(name in text for name in _MODULES)


def hits(module: PythonModule) -> list[Hit]:
    """Calls without time limit, handling or retry."""
    return list(_hits(module)) if module.uses(*_MODULES) else []


def _hits(module: PythonModule) -> Iterator[Hit]:
    retried = module.uses(*_RETRY_MODULES) or "Retry" in {last(name) for name in _names(module)}
    reported: set[ast.AST | None] = set()
    for call in _outgoing(module):
        lines = span(call.node)
        if not call.limited:
            yield Hit("call-without-timeout", *lines, module.name(call.node.func))
        if call.library == _OTHER:
            continue
        handled = _is_handled(module, call.node)
        if not handled:
            yield Hit("call-unhandled", *lines, module.name(call.node.func))
        function = next((node for node in module.around(call.node) if isinstance(node, FUNCTIONS)), None)
        if not retried and function not in reported and not _tries_again(module, call.node, function):
            reported.add(function)
            yield Hit("call-without-retry", *lines, module.name(call.node.func))


def _names(module: PythonModule) -> Iterator[str]:
    for entry in module.of(ast.ImportFrom):
        yield from (alias.name for alias in entry.names)
    yield from (node.attr for node in module.of(ast.Attribute))


def _outgoing(module: PythonModule) -> Iterator[Outgoing]:
    clients = _clients(module)
    for node in module.of(ast.Call):
        name = module.name(node.func)
        base, _, method = name.rpartition(".")
        if base in ("requests", "httpx") and method in _VERBS:
            yield Outgoing(node, base, _limited(module, node, base))
        elif method in _VERBS and base in _CLIENTS:
            yield Outgoing(node, _CLIENTS[base], _limited(module, node, _CLIENTS[base]))
        elif method in _VERBS and base in clients:
            library, limited = clients[base]
            yield Outgoing(node, library, _limited(module, node, library, limited))
        elif name in _OTHERS:
            limited = keyword(node, "timeout") is not None or len(node.args) > _OTHERS[name]
            yield Outgoing(node, _OTHER, limited or has_double_star(node) or _default_limit(module))


def _clients(module: PythonModule) -> dict[str, tuple[str, bool]]:
    """Variable → library of the client in it, and whether the client has a time limit of its own."""
    rows: dict[str, tuple[str, bool]] = {}
    for node in module.of(ast.Assign):
        for target in node.targets:
            _add(rows, module, target, node.value)
    for item in module.of(ast.withitem):
        if item.optional_vars is not None:
            _add(rows, module, item.optional_vars, item.context_expr)
    return rows


def _add(rows: dict[str, tuple[str, bool]], module: PythonModule, target: ast.expr, value: ast.expr) -> None:
    name = module.name(target)
    if isinstance(value, ast.Call) and name and module.name(value.func) in _CLIENTS:
        library = _CLIENTS[module.name(value.func)]
        limited = _patched(module, name) if library == _REQUESTS else _limited(module, value, library)
        rows[name] = (library, limited)


def _patched(module: PythonModule, name: str) -> bool:
    """Whether a session's `request` is replaced, or an adapter with a time limit is mounted."""
    for node in module.of(ast.Assign):
        if any(module.name(target) in (f"{name}.request", f"{name}.timeout") for target in node.targets):
            return "timeout" in ast.unparse(node)
    return any(
        "timeout" in entry.name.lower() and "Adapter" in entry.name for entry in module.of(ast.ClassDef)
    )


def _limited(module: PythonModule, node: ast.Call, library: str, default: bool | None = None) -> bool:
    """Whether a call or client has a time limit; `default`: whether its client has. httpx and aiohttp have a
    limit unless it is None.
    """
    value = keyword(node, "timeout")
    if value is None:
        return has_double_star(node) or (library != _REQUESTS if default is None else default)
    if isinstance(value, ast.Call) and module.name(value.func) in _LIMITS:
        entries = [*value.args, *(entry.value for entry in value.keywords)]
        return not entries or not all(map(_is_none, entries))
    return not _is_none(value)


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _default_limit(module: PythonModule) -> bool:
    return any(last(module.name(node.func)) == "setdefaulttimeout" for node in module.of(ast.Call))


def _is_handled(module: PythonModule, node: ast.Call) -> bool:
    """Whether an error of a call is caught, or its status is looked at in the same function."""
    function: ast.AST = module.tree
    inner: ast.AST = node
    for outer in module.around(node):
        if isinstance(outer, ast.Try) and outer.handlers and inner in outer.body:
            return True
        if isinstance(outer, ast.With) and "suppress" in ast.unparse(outer.items[0].context_expr):
            return True
        if isinstance(outer, FUNCTIONS):
            function = outer
            break
        inner = outer
    return _STATUS.search(ast.unparse(function)) is not None or isinstance(
        module.parents.get(node), ast.Return
    )


def _tries_again(module: PythonModule, node: ast.Call, function: Function | None) -> bool:
    """Whether a call stands in a loop that catches errors, or in a function that names retries."""
    around = list(module.around(node))
    loops = any(isinstance(outer, ast.For | ast.While | ast.AsyncFor) for outer in around)
    if loops and any(isinstance(outer, ast.Try) for outer in around):
        return True
    text = ast.unparse(function) if function is not None else ""
    return _RETRY_WORDS.search(text) is not None or (
        function is None and _RETRY_WORDS.search(ast.unparse(module.tree)) is not None
    )
