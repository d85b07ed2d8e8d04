"""Handlers of requests in Python frameworks: functions that a route leads to."""

from __future__ import annotations

import ast
import re
from typing import NamedTuple

from gitprov.checks.security.python.module import (
    Function,
    PythonModule,
    keyword,
    last,
    parameters,
    text_of,
)

FLASK, FASTAPI, DJANGO, AIOHTTP, TORNADO = "flask", "fastapi", "django", "aiohttp", "tornado"
_VERBS = ("get", "post", "put", "patch", "delete", "head", "options")
_ROUTES = {*_VERBS, "route", "api_route", "websocket", "websocket_route", "view"}
_VIEWS = re.compile(r"(?:View|Resource|RequestHandler|ViewSet|HTTPEndpoint|MethodView)$")
_NUMERIC = re.compile(r"\b(?:int|float|bool|UUID|date|datetime|Decimal|Literal|Enum)\b")
_PLAIN = re.compile(r"^(?:Optional\[)?(?:str|bytes|Any|dict|list|Dict|List)\b|^Annotated\[(?:str|bytes)\b")


class Handler(NamedTuple):
    """A function that answers requests. `kind`: its framework; `methods`: of HTTP, upper case; `route`: its
    path, empty where unknown; `decorator`: the one that names the route, None without one.
    """

    function: Function
    kind: str
    methods: tuple[str, ...]
    route: str
    decorator: ast.Call | None


def handlers(module: PythonModule) -> dict[Function, Handler]:
    """The handlers of a file."""
    rows: dict[Function, Handler] = {}
    for function in module.functions():
        handler = _of_decorators(module, function) or _of_class(module, function)
        handler = handler or _of_request(module, function)
        if handler is not None:
            rows[function] = handler
    return rows


def _of_decorators(module: PythonModule, function: Function) -> Handler | None:
    for decorator in function.decorator_list:
        if not isinstance(decorator, ast.Call) or not isinstance(decorator.func, ast.Attribute):
            continue
        verb = decorator.func.attr
        if verb not in _ROUTES:
            continue
        route = text_of(decorator.args[0]) if decorator.args else text_of(keyword(decorator, "path", "rule"))
        if route is None or not (route.startswith(("/", "<", "{")) or route == ""):
            continue
        return Handler(function, _framework(module), _methods(decorator, verb), route, decorator)
    return None


def _framework(module: PythonModule) -> str:
    if module.uses("fastapi", "starlette"):
        return FASTAPI
    return AIOHTTP if module.uses("aiohttp.web", "aiohttp") else FLASK


def _methods(decorator: ast.Call, verb: str) -> tuple[str, ...]:
    if verb in _VERBS:
        return (verb.upper(),)
    rows = keyword(decorator, "methods")
    if isinstance(rows, ast.List | ast.Tuple | ast.Set):
        return tuple(text.upper() for entry in rows.elts if (text := text_of(entry)))
    return ("GET",)


def _of_class(module: PythonModule, function: Function) -> Handler | None:
    parent = module.parents.get(function)
    if not isinstance(parent, ast.ClassDef):
        return None
    bases = [module.name(base) for base in parent.bases]
    if function.name.startswith("do_") and any(name.endswith("HTTPRequestHandler") for name in bases):
        return Handler(function, TORNADO, (function.name[3:],), "", None)
    if function.name in _VERBS and any(_VIEWS.search(name) for name in bases):
        kind = DJANGO if module.uses("django", "rest_framework") else FLASK
        kind = TORNADO if module.uses("tornado") else kind
        return Handler(function, kind, (function.name.upper(),), "", None)
    return None


def _of_request(module: PythonModule, function: Function) -> Handler | None:
    """Django and aiohttp hand the request to a plain function."""
    rows = parameters(function)
    if (
        not rows
        or rows[0][0].arg not in ("request", "req")
        or isinstance(module.parents[function], ast.ClassDef)
    ):
        return None
    if module.uses("django", "rest_framework"):
        return Handler(function, DJANGO, _django_methods(module, function), "", None)
    if module.uses("aiohttp"):
        return Handler(function, AIOHTTP, _added(module, function), "", None)
    return None


def _django_methods(module: PythonModule, function: Function) -> tuple[str, ...]:
    for decorator in function.decorator_list:
        name = last(module.name(decorator))
        if name in ("require_POST", "require_http_methods", "api_view"):
            listed = ast.unparse(decorator).upper()
            return (
                ("POST",)
                if name == "require_POST"
                else tuple(v for v in map(str.upper, _VERBS) if v in listed)
            )
    body = ast.unparse(function)
    return tuple(verb for verb in ("POST", "PUT", "PATCH", "DELETE") if f"'{verb}'" in body) or ("GET",)


def _added(module: PythonModule, function: Function) -> tuple[str, ...]:
    """The methods by which a function is added to a router."""
    verbs = []
    for call in module.of(ast.Call):
        name = last(module.name(call.func))
        names = {module.name(argument) for argument in call.args}
        if function.name in names and name.startswith("add_") and name[4:] in _VERBS:
            verbs.append(name[4:].upper())
        elif function.name in names and name in _VERBS:
            verbs.append(name.upper())
    return tuple(verbs)


def is_free_text(handler: Handler, argument: ast.arg, default: ast.expr | None) -> bool:
    """Whether a parameter of a handler holds what a caller sent, in any form."""
    if argument.arg in ("self", "cls", "request", "req", "response", "ws", "websocket"):
        return False
    if handler.kind == FASTAPI:
        shown = ast.unparse(argument.annotation) if argument.annotation is not None else "str"
        injected = default is not None and re.search(r"\b(?:Depends|Security)\b", ast.unparse(default))
        return not injected and "Depends" not in shown and _PLAIN.search(shown) is not None
    if argument.annotation is not None and _NUMERIC.search(ast.unparse(argument.annotation)):
        return False
    return re.search(rf"<(?:int|float|uuid):{re.escape(argument.arg)}>", handler.route) is None
