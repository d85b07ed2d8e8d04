"""Secrets and whole requests in logs."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator

from gitprov.checks.security.python.module import FUNCTIONS, PythonModule, last, span, text_of
from gitprov.checks.security.rule import Hit

_LOGGER = re.compile(r"(?i)(?:^|\.)_?(?:logging|logger|log|audit_log|getlogger|get_logger|structlog)$")
_LEVELS = frozenset(
    ["debug", "info", "warning", "warn", "error", "critical", "exception", "log", "fatal", "msg"]
)
_SECRET = re.compile(
    r"(?i)(?:^|_|\b)(?:password|passwd|pwd|passphrase|secret|secret_key|api_?key|apikey|access_?key|private_?key|token"
    r"|access_token|refresh_token|auth_token|bearer|credentials?|ssn|social_security\w*|credit_card\w*|card_number|cvv"
    r"|cvc|pin_code|otp|session_?id|cookie|authorization|jwt|client_secret|encryption_key)$"
)
_PLAIN = re.compile(
    r"(?i)count|length|len_|hash|mask|redact|_id$|_name$|_type$|expir|_at$|max_|num_|url|path|valid|has_"
)
_MASKS = re.compile(
    r"(?i)mask|redact|hash|len|bool|type|sha|censor|obfus|hide|scrub|sanit|digest|isinstance|filter"
)
_OBJECTS = frozenset(
    [
        "request.headers",
        "request.json",
        "request.form",
        "request.data",
        "request.body",
        "request.cookies",
        "request.POST",
        "request.values",
        "request.get_json",
        "request.get_data",
        "request.META",
        "request.environ",
        "request.files",
        "flask.request",
        "os.environ",
    ]
)
_WHOLE = re.compile(
    r"(?i)^(?:.*\.)?(?:request|user|current_user|customer|account|credentials|user_data|session)$"
)


def is_needed(text: str) -> bool:
    """Whether a text has the name of a logger."""
    return "log" in text or "LOG" in text


def hits(module: PythonModule) -> list[Hit]:
    """Calls of loggers with secrets, or with whole objects that have some."""
    calls = [node for node in module.of(ast.Call) if _is_log(module, node)]
    bodies = _bodies(module) if calls else []
    return [hit for node in calls for hit in _of_call(module, node, bodies)]


def _is_log(module: PythonModule, node: ast.Call) -> bool:
    base, _, method = module.name(node.func).rpartition(".")
    return method in _LEVELS and _LOGGER.search(base) is not None


def _of_call(
    module: PythonModule, node: ast.Call, bodies: Collection[tuple[str, ast.AST | None]]
) -> Iterator[Hit]:
    arguments = [
        *node.args,
        *(entry.value for entry in node.keywords if entry.arg not in ("exc_info", "stacklevel")),
    ]
    for argument in arguments:
        for name in _secrets(module, argument):
            yield Hit("secret-in-log", *span(node), name)
            return
    function = module.enclosing(node, *FUNCTIONS)
    for argument in arguments:
        names = [entry for entry, place in bodies if place is function]
        for name in _objects(module, argument, names):
            yield Hit("object-in-log", *span(node), name)
            return


def _bodies(module: PythonModule) -> list[tuple[str, ast.AST | None]]:
    """(variable, function) of variables that hold a whole request or a part of it with all of its fields."""
    rows: list[tuple[str, ast.AST | None]] = []
    for node in module.of(ast.Assign):
        value = node.value.value if isinstance(node.value, ast.Await) else node.value
        if isinstance(node.targets[0], ast.Name) and _ending(module.name(value)) in _OBJECTS:
            rows.append((node.targets[0].id, module.enclosing(node, *FUNCTIONS)))
    return rows


def _secrets(module: PythonModule, node: ast.expr) -> Iterator[str]:
    """Names of values that are secrets, outside masks and tests."""
    if isinstance(node, ast.Call):
        name = module.name(node.func)
        if _MASKS.search(last(name)):
            return
        key = text_of(node.args[0]) if node.args and last(name) in ("get", "getenv") else None
        if key is not None and _is_secret(key):
            yield key
            return
    elif isinstance(node, ast.Compare | ast.BoolOp | ast.IfExp | ast.UnaryOp | ast.Constant | ast.Lambda):
        return
    elif isinstance(node, ast.Name | ast.Attribute):
        name = node.id if isinstance(node, ast.Name) else node.attr
        if _is_secret(name):
            yield ast.unparse(node)
        return
    elif isinstance(node, ast.Subscript):
        yield from _of_subscript(module, node)
        return
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            yield from _secrets(module, child)


def _of_subscript(module: PythonModule, node: ast.Subscript) -> Iterator[str]:
    key = text_of(node.slice)
    if key is not None and _is_secret(key):
        yield ast.unparse(node)
    elif key is None and not isinstance(node.slice, ast.Slice):
        yield from _secrets(module, node.value)


def _is_secret(name: str) -> bool:
    return _SECRET.search(name) is not None and _PLAIN.search(name) is None


def _objects(module: PythonModule, node: ast.expr, bodies: Collection[str]) -> Iterator[str]:
    """Whole requests, headers, bodies, users and environments; `bodies`: variables that hold one."""
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    for part in parts:
        value = part.value if isinstance(part, ast.FormattedValue) else part
        if isinstance(value, ast.BinOp):
            yield from (
                name
                for child in ast.iter_child_nodes(value)
                if isinstance(child, ast.expr)
                for name in _objects(module, child, bodies)
            )
            continue
        shown = value
        if isinstance(value, ast.Call) and last(module.name(value.func)) in (
            "str",
            "repr",
            "dict",
            "vars",
            "dumps",
        ):
            shown = value.args[0] if value.args else value
        name = module.name(shown)
        is_dict = name.endswith(".__dict__")
        if isinstance(shown, ast.Subscript):
            continue
        if isinstance(shown, ast.Name) and shown.id in bodies:
            yield shown.id
        elif is_dict or name in _OBJECTS or _ending(name) in _OBJECTS or _is_whole(shown, name):
            yield ast.unparse(shown)


def _ending(name: str) -> str:
    return ".".join(name.split(".")[-2:])


def _is_whole(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name | ast.Attribute) and _WHOLE.match(name) is not None
