"""Endpoints that change or show protected data without asking who calls."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from gitprov.checks.security.endpoints import CHANGING, PROTECTED, is_public
from gitprov.checks.security.python.handlers import TORNADO, Handler, handlers
from gitprov.checks.security.python.module import Function, PythonModule, keyword, parameters
from gitprov.checks.security.rule import Hit

_AUTH = re.compile(
    r"(?i)login_required|auth(?!or)|permission|jwt|(?:^|[_.])token|role|require[sd]?_(?!http|post|get|safe)|protected"
    r"|current_?user|staff_member|superuser|admin_only|admin_required|scope|api_?key|principal|credential|security"
    r"|(?:admin|active|verified|super)_?user|user_?dep|user_passes_test|get_user|verify_|session\[|session\.get|signature|hmac|identity|has_perm|is_admin"
)
_BODY = re.compile(
    r"(?i)current_user|session(?:\[|\.get\()['\"]?\w*user|request\.user\b|\bg\.user|authenticate|authoriz|verify_"
    r"|check_(?:password|auth|token|permission)|compare_digest|\b40[13]\b|unauthori[sz]ed|forbidden|permission"
    r"|get_jwt_identity|has_perm|is_admin|is_staff|api_?key|x-api|check_aut|login_user|check_admin|identity"
)
_WRITES = re.compile(
    r"(?i)\.(?:commit|add|delete|save|insert\w*|update\w*|remove|create|bulk_create|execute|delete_one|pop|write_text)\("
    r"|(?:DELETE|UPDATE|INSERT)\s|os\.remove|unlink|rmtree|\bdel\s"
)
_DECORATED = re.compile(r"@\w+\.(?:get|post|put|patch|delete|head|options|\w*route|websocket|view)\(")
_WORDS = (
    "django",
    "rest_framework",
    "aiohttp",
    "tornado",
    "View)",
    "Resource)",
    "Handler)",
    "ViewSet)",
    "Endpoint)",
)
_SETTING = re.compile(
    r"(?:permission_classes|authentication_classes|decorators|method_decorators)\b|def (?:dispatch|prepare)"
)


def is_needed(text: str) -> bool:
    """Whether a text has a route, or a class or function that answers requests."""
    return any(word in text for word in _WORDS) or _DECORATED.search(text) is not None


def hits(module: PythonModule) -> list[Hit]:
    """Endpoints without an authentication check, at the line of their route or definition."""
    rows = handlers(module)
    if not rows or _has_global_check(module):
        return []
    checked = {function: _is_checked(module, handler) for function, handler in rows.items()}
    return list(_unchecked(rows, checked))


def _unchecked(rows: dict[Function, Handler], checked: dict[Function, bool]) -> Iterator[Hit]:
    habit = any(checked.values())
    for function, handler in rows.items():
        name = f"{function.name} {handler.route}"
        if checked[function] or is_public(name) or not _deserves_check(function, handler, name, habit):
            continue
        line = handler.decorator.lineno if handler.decorator is not None else function.lineno
        verbs = "/".join(verb for verb in handler.methods if verb in CHANGING) or "GET"
        yield Hit(
            "endpoint-without-authentication",
            line,
            function.lineno,
            f"{verbs} {handler.route or function.name}",
        )


def _deserves_check(function: Function, handler: Handler, name: str, habit: bool) -> bool:
    """Whether an endpoint changes data or has a protected name; in a file whose other endpoints are checked,
    whether it changes anything.
    """
    if handler.kind == TORNADO and not handler.route:
        return False
    changes = bool(CHANGING & set(handler.methods))
    protected = PROTECTED.search(name) is not None
    if changes and (habit or protected):
        return True
    return (changes and _WRITES.search(ast.unparse(function)) is not None) or (
        protected and bool(handler.methods) and "admin" in name.lower()
    )


def _is_checked(module: PythonModule, handler: Handler) -> bool:
    function = handler.function
    decorators = [ast.unparse(entry) for entry in function.decorator_list if entry is not handler.decorator]
    if any(_AUTH.search(text) for text in decorators):
        return True
    if handler.decorator is not None and _depends(keyword(handler.decorator, "dependencies")):
        return True
    for argument, default in parameters(function):
        shown = _annotation(module, argument)
        shown += f" {ast.unparse(default) if default is not None else ''}"
        if re.search(
            r"Depends|Security|Header|Current|HTTPAuthorization|Auth|Admin|(?:Active|Verified|Super)User|User(?:Dep|Dependency)\b",
            shown,
        ) and _AUTH.search(f"{argument.arg} {shown}"):
            return True
    return _class_is_checked(module, function) or _BODY.search(ast.unparse(function)) is not None


def _annotation(module: PythonModule, argument: ast.arg) -> str:
    """The annotation of a parameter as text, with what an alias of the file stands for."""
    if argument.annotation is None:
        return ""
    text = ast.unparse(argument.annotation)
    aliases = [
        entry.value
        for entry in module.tree.body
        if isinstance(entry, ast.Assign)
        and isinstance(argument.annotation, ast.Name)
        and any(isinstance(target, ast.Name) and target.id == text for target in entry.targets)
    ]
    return " ".join([text, *map(ast.unparse, aliases)])


def _depends(value: ast.expr | None) -> bool:
    return value is not None and _AUTH.search(ast.unparse(value)) is not None


def _class_is_checked(module: PythonModule, function: Function) -> bool:
    parent = module.enclosing(function, ast.ClassDef)
    if parent is None:
        return False
    marks = [ast.unparse(entry) for entry in (*parent.decorator_list, *parent.bases)]
    settings = [
        ast.unparse(entry)
        for entry in parent.body
        if isinstance(entry, ast.Assign | ast.AnnAssign | ast.FunctionDef)
    ]
    by_class = any(re.search(r"Mixin|Authenticated", text) or _AUTH.search(text) for text in marks)
    return by_class or any(_SETTING.match(text) for text in settings)


def _has_global_check(module: PythonModule) -> bool:
    """Whether the application, its router or a function before each request authenticates the caller."""
    for node in module.of(ast.Call):
        name = module.name(node.func).rpartition(".")[2]
        if name in ("FastAPI", "APIRouter", "include_router") and _depends(keyword(node, "dependencies")):
            return True
        if name in (
            "add_middleware",
            "before_request",
            "Application",
            "middleware",
            "AuthMiddleware",
            "Middleware",
        ):
            shown = ast.unparse(node)
            if _AUTH.search(shown.partition("(")[2]):
                return True
    for function in module.functions():
        marks = " ".join(map(ast.unparse, function.decorator_list))
        if re.search(r"before_request|before_app_request|middleware", marks) and _BODY.search(
            ast.unparse(function)
        ):
            return True
    return False
