"""Routes of Express, Koa, Fastify and Nest that change or show protected data without asking who calls."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from gitprov.checks.security.endpoints import CHANGING, PROTECTED, is_public
from gitprov.checks.security.rule import Hit
from gitprov.checks.security.script.module import FUNCTIONS, ScriptModule, arguments, text_of

if TYPE_CHECKING:
    from ast_grep_py import SgNode

_ROUTE = re.compile(
    r"^(?:\w*[aA]pp|server|fastify|\w*[rR]outer|\w*[rR]outes|api)\.(get|post|put|patch|delete|all)$"
)
_CHAINED = re.compile(
    r"^(?:\w*[aA]pp|server|\w*[rR]outer|\w*[rR]outes|api)\.route(?:\.\w+)*\.(get|post|put|patch|delete|all)$"
)
_CHAIN_PATH = re.compile(r"\.route\(\s*['\"`]([^'\"`]*)['\"`]")
_MARKS = re.compile(r"^\.?(?:use|all|addHook|register|onRequest)$")
_AUTH = re.compile(
    r"(?i)auth(?!or)|jwt|passport|permission|\brole|requireRole|guard|protect|ensureLogged|isLogged|require_?(?:user|login"
    r"|admin|session|token)|verify_?(?:token|user|session|access|api|sig|jwt)|is_?admin|admin_?only|api_?key|session"
    r"|current_?user|logged_?in|signature|acl\b|can\(|access"
)
_BODY = re.compile(
    r"(?i)\breq(?:uest)?\.(?:user|session\.\w*user|auth|session\.is\w+|isAuthenticated)|ctx\.(?:state\.)?user|\b40[13]\b"
    r"|unauthori[sz]ed|forbidden|authorization|getServerSession|getSession|verifyToken|jwt\.verify|checkAuth|requireUser"
    r"|x-api-key|currentUser|timingSafeEqual|constructEvent"
)
_WRITES = re.compile(
    r"\.(?:save|create|insert\w*|update\w*|delete\w*|remove|destroy|findByIdAnd\w+|findOneAnd\w+|unlink\w*|upsert"
    r"|writeFile\w*|del)\(|(?:DELETE|UPDATE|INSERT)\s"
)
_EXPORTED = re.compile(
    r"export\s+async\s+function\s+(POST|PUT|PATCH|DELETE)\b|(POST|PUT|PATCH|DELETE)\s*=\s*async\b"
)
_ASKS = re.compile(
    r"(?i)\bauth\w*\(|getUser|session|getToken|signature|secret|withAuth|require\w*\(|api_?key|clerk"
)
_NEST = re.compile(r"@(Post|Put|Patch|Delete)\(\s*(?:['\"]([^'\"]*)['\"])?\s*\)")
_NEST_MARKS = re.compile(
    r"(?i)@(?:UseGuards|Auth|Roles|Public|Permissions?|RequireAuth|ApiBearerAuth|SkipAuth)"
)


class Route(NamedTuple):
    """A route: its call, method and path; `middle`: what runs before the handler; `handler`."""

    node: SgNode
    method: str
    path: str
    middle: list[SgNode]
    handler: SgNode

    @property
    def is_checked(self) -> bool:
        """Whether code before or in the handler authenticates the caller."""
        return any(_AUTH.search(entry.text()) for entry in self.middle) or (
            _BODY.search(self.handler.text()) is not None
        )


def hits(module: ScriptModule) -> Iterator[Hit]:
    """Endpoints without an authentication check, at the line of their route."""
    if "@Controller" in module.text:
        yield from _of_controllers(module)
    if "next/server" in module.text:
        yield from _of_exports(module)
    routes = list(_routes(module))
    if not routes or _has_global_check(module):
        return
    habit = any(route.is_checked for route in routes)
    for route in routes:
        if not route.is_checked and not is_public(route.path) and _deserves_check(route, habit):
            line = route.node.range().start.line + 1
            yield Hit("endpoint-without-authentication", line, line, f"{route.method} {route.path}")


def _routes(module: ScriptModule) -> Iterator[Route]:
    for call in module.calls:
        chained = _CHAINED.match(call.name)
        start = _CHAIN_PATH.search(call.node.text()) if chained is not None else None
        function = call.node.field("function")
        if chained is not None and start is not None and function is not None and arguments(call.node):
            *middle, handler = arguments(call.node)
            yield Route(
                function.field("property") or call.node, chained[1].upper(), start[1], middle, handler
            )
        match = _ROUTE.search(call.name)
        values = arguments(call.node) if match is not None else []
        path = text_of(values[0]) if len(values) > 1 else None
        if match is not None and path is not None and path.startswith("/"):
            yield Route(call.node, match[1].upper(), path, values[1:-1], values[-1])


def _has_global_check(module: ScriptModule) -> bool:
    """Whether the application or its router authenticates callers before all routes."""
    return any(
        _MARKS.match(call.name.rpartition(".")[2])
        and any(
            _AUTH.search(text) and not re.search(r"express-session|^session\(|[rR]out(?:er|es)\b|cors", text)
            for entry in arguments(call.node)
            if entry.kind() != "string" and (text := entry.text()[:400])
        )
        for call in module.calls
        if "." in call.name
    )


def _deserves_check(route: Route, habit: bool) -> bool:
    """Whether a route changes data or is an administrator's; beside checked routes, whether it changes
    anything.
    """
    changes = route.method in CHANGING
    if route.handler.kind() not in FUNCTIONS:
        return changes and habit
    if not changes:
        return "admin" in route.path.lower()
    writes = _WRITES.search(route.handler.text()) is not None
    return habit or writes or PROTECTED.search(route.path) is not None


def _of_controllers(module: ScriptModule) -> Iterator[Hit]:
    """Methods of Nest that change something, in a class without guards."""
    if _NEST_MARKS.search(module.text) or "APP_GUARD" in module.text:
        return
    for match in _NEST.finditer(module.text):
        path = match[2] or ""
        rest = module.text[match.end() : match.end() + 120]
        if not is_public(f"{path} {rest}") and not is_public(_controller(module.text)):
            line = module.text.count("\n", 0, match.start()) + 1
            yield Hit("endpoint-without-authentication", line, line, f"{match[1].upper()} {path or '/'}")


def _of_exports(module: ScriptModule) -> Iterator[Hit]:
    """Handlers of Next that change something, by the name under which a file exports them."""
    if is_public(module.path.removesuffix(f"/{module.path.rpartition('/')[2]}").rpartition("/")[2]):
        return
    for scope in module.scopes[1:]:
        parent = scope.node.parent()
        shown = parent.text()[:60] if parent is not None else ""
        match = _EXPORTED.match(shown)
        if match is None or not _WRITES.search(scope.text):
            continue
        if not (_BODY.search(scope.text) or _ASKS.search(scope.text)):
            line = scope.node.range().start.line + 1
            yield Hit("endpoint-without-authentication", line, line, f"{match[1] or match[2]} {module.path}")


def _controller(text: str) -> str:
    match = re.search(r"@Controller\(\s*['\"`]([^'\"`]*)", text)
    return match[1] if match is not None else ""
