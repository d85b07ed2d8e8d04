"""Flow of values inside Python functions, from where they come in to where they do harm."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from gitprov.checks.security.python.evaluate import Evaluator, Variables
from gitprov.checks.security.python.handlers import FASTAPI, FLASK, Handler, handlers, is_free_text
from gitprov.checks.security.python.module import Function, PythonModule, last, parameters
from gitprov.checks.security.rule import Hit
from gitprov.checks.security.values import (
    CONSTANT,
    HOLE,
    LOCAL,
    REMOTE,
    Origin,
    Value,
    uncertain,
)

_WORDS = [
    "request.",
    "req.",
    "(request",
    "(req",
    "self,request",
    "self,req",
    "rfile",
    ".recv",
    ".receive_",
    "argument(",
    "HTTPRequestHandler",
    "flask",
    "View)",
    "Resource)",
    "Endpoint)",
    ".execute",
    ".raw(",
    "read_sql",
    ".extra(",
    ".fetch",
    ".query(",
    "exec_driver_sql",
    "mogrify",
    "run_query",
    "RawSQL",
    "=text(",
    "(text(",
    "returntext(",
    "subprocess",
    "system(",
    "popen",
    "Popen",
    "getoutput",
    "getstatusoutput",
    "exec_command",
    "create_subprocess",
    "execl(",
    "execv(",
    "spawnl(",
    "spawnv(",
    "execlp",
    "execvp",
    "startfile",
    "runcode",
    "Template(",
    "from_string",
    "render_template_string",
    "xpath",
    "XPath",
    "etree",
    "ElementTree",
    "minidom",
    "pulldom",
    "xml.sax",
    "objectify",
    "ldap",
    "LDAP",
    "Ldap",
    "search_s",
    "search_ext",
    "search_filter",
    "filterstr",
    "(uid=",
    "(cn=",
    "(mail=",
    "(objectClass=",
    "(&(",
]
_CODE = re.compile(
    r"(?:eval|exec|compile)\(|@\w+\.(?:get|post|put|patch|delete|head|options|\w*route|websocket|view)\("
)
"""Words of which a file has at least one where a value from a request, or a nearer one, can do harm."""
_TEXT = re.compile(r"(?:Optional\[)?str\b")
_COMMANDS = frozenset(["cmd", "command", "cmdline", "command_line"])
_ENDS = (ast.Return, ast.Raise, ast.Continue, ast.Break)
_DEEPEST = 60


def hits(module: PythonModule) -> list[Hit]:
    """The hits of all functions and of the module's own statements."""
    return Flow(module).run()


def is_needed(text: str) -> bool:
    """Whether a text has a word of a source and sink, so that following its values can have a result."""
    close = text.replace(" ", "")
    return any(word in close for word in _WORDS) or _CODE.search(text) is not None


class Flow:
    """Walks each statement of a file once, in order."""

    def __init__(self, module: PythonModule) -> None:
        self._module = module
        self._handlers = handlers(module)
        self._evaluator = Evaluator(module)
        self._handler: Handler | None = None
        self._depth = 0

    def run(self) -> list[Hit]:
        """All hits of the file."""
        self._block(self._module.tree.body, Variables({}, set()))
        return self._evaluator.hits

    def _block(self, statements: Iterable[ast.stmt], scope: Variables) -> None:
        self._depth += 1
        if self._depth <= _DEEPEST:
            for statement in statements:
                self._statement(statement, scope)
        self._depth -= 1

    def _statement(self, node: ast.stmt, scope: Variables) -> None:
        visit = getattr(self, f"_visit_{type(node).__name__.lower()}", None)
        if visit is not None:
            visit(node, scope)
        else:
            for child in ast.iter_child_nodes(node):
                if isinstance(child, ast.expr):
                    self._evaluator.value(child, scope)

    # -- functions -------------------------------------------------------------------------------------------

    def _visit_functiondef(self, node: Function, scope: Variables) -> None:
        for decorator in node.decorator_list:
            self._evaluator.value(decorator, scope)
        handler, outer = self._handlers.get(node), self._handler
        inner = scope.copy()
        for argument, default in parameters(node):
            inner.names[argument.arg] = self._parameter(node, handler, argument, default)
            if handler is not None and argument.annotation is not None and _is_upload(argument.annotation):
                name = f"{argument.arg}.filename"
                origin = Origin(name, REMOTE, "the request", node.lineno)
                inner.names[name] = Value(frozenset([origin]), HOLE)
            if handler is not None and handler.kind == FASTAPI:
                self._bind_fields(argument, inner)
        self._handler = handler
        self._block(node.body, inner)
        self._handler = outer

    _visit_asyncfunctiondef = _visit_functiondef

    def _bind_fields(self, argument: ast.arg, scope: Variables) -> None:
        """Texts of a model that the file declares hold what a caller sent."""
        if not isinstance(argument.annotation, ast.Name):
            return
        for entry in self._module.tree.body:
            if isinstance(entry, ast.ClassDef) and entry.name == argument.annotation.id:
                for field in entry.body:
                    if isinstance(field, ast.AnnAssign) and _TEXT.match(ast.unparse(field.annotation)):
                        name = f"{argument.arg}.{ast.unparse(field.target)}"
                        origin = Origin(name, REMOTE, "the request", field.lineno)
                        scope.names[name] = Value(frozenset([origin]), HOLE)

    def _is_fed(self, function: Function) -> bool:
        """Whether the file calls a function with a value that is no constant."""
        return any(
            last(self._module.name(call.func)) == function.name
            and any(not isinstance(value, ast.Constant) for value in call.args)
            for call in self._module.of(ast.Call)
        )

    def _parameter(
        self, function: Function, handler: Handler | None, argument: ast.arg, default: ast.expr | None
    ) -> Value:
        name = argument.arg
        if name in ("self", "cls"):
            return uncertain(name, function.lineno)
        if handler is not None:
            level = REMOTE if is_free_text(handler, argument, default) else 0
        else:
            reached = _is_public(function) or (name in _COMMANDS and self._is_fed(function))
            level = LOCAL if reached and _may_be_text(argument) else 0
        if not level:
            return uncertain(name, function.lineno) if not _is_number(argument) else CONSTANT
        return Value(frozenset([Origin(name, level, f"parameter {name}", function.lineno)]), "\0")

    def _visit_classdef(self, node: ast.ClassDef, scope: Variables) -> None:
        self._block(node.body, scope.copy())

    def _visit_return(self, node: ast.Return, scope: Variables) -> None:
        if node.value is None:
            return
        value = self._evaluator.value(node.value, scope)
        if self._handler is None or self._handler.kind != FLASK:
            return
        if isinstance(node.value, ast.Tuple) and node.value.elts:
            value = self._evaluator.quiet(node.value.elts[0], scope)
        if value.level(frozenset(scope.validated), "reflected-xss") >= REMOTE and not value.boxed:
            self._evaluator.report("reflected-xss", node, value, scope)

    # -- assignments -----------------------------------------------------------------------------------------

    def _visit_assign(self, node: ast.Assign, scope: Variables) -> None:
        value = self._evaluator.value(node.value, scope)
        for target in node.targets:
            self._bind(target, value, node, scope)

    def _visit_annassign(self, node: ast.AnnAssign, scope: Variables) -> None:
        if node.value is not None:
            self._bind(node.target, self._evaluator.value(node.value, scope), node, scope)

    def _visit_augassign(self, node: ast.AugAssign, scope: Variables) -> None:
        self._evaluator.value(node.value, scope)
        operation = ast.copy_location(ast.BinOp(_as_loaded(node.target), node.op, node.value), node)
        self._bind(node.target, self._evaluator.quiet(operation, scope), node, scope)

    def _bind(self, target: ast.expr, value: Value, node: ast.stmt, scope: Variables) -> None:
        if isinstance(target, ast.Tuple | ast.List):
            for part in target.elts:
                self._bind(part, value, node, scope)
            return
        self._evaluator.bind(target, value, scope)
        if isinstance(target, ast.Subscript):
            name = self._module.name(target.value)
            level = value.level(frozenset(scope.validated), "header-injection")
            if name.endswith("headers") and level >= REMOTE and not name.startswith("flask.request"):
                self._evaluator.report("header-injection", node, value, scope)

    # -- branches --------------------------------------------------------------------------------------------

    def _visit_if(self, node: ast.If, scope: Variables) -> None:
        self._evaluator.value(node.test, scope)
        keys = self._evaluator.tested(node.test, scope)
        self._evaluator.spend(1 + (len(scope.names) + len(scope.validated)) // 10)
        body, other = scope.copy(), scope.copy()
        body.validated |= keys
        other.validated |= keys
        self._block(node.body, body)
        self._block(node.orelse, other)
        scope.validated |= keys
        ended = bool(node.body) and isinstance(node.body[-1], _ENDS)
        scope.merge([other] if ended else [body, other])

    def _visit_while(self, node: ast.While, scope: Variables) -> None:
        self._evaluator.value(node.test, scope)
        self._loop(node, scope)

    def _visit_for(self, node: ast.For | ast.AsyncFor, scope: Variables) -> None:
        value = self._evaluator.value(node.iter, scope)
        self._bind(node.target, value, node, scope)
        self._loop(node, scope)

    _visit_asyncfor = _visit_for

    def _loop(self, node: ast.For | ast.AsyncFor | ast.While, scope: Variables) -> None:
        self._evaluator.spend(1 + (len(scope.names) + len(scope.validated)) // 10)
        inner = scope.copy()
        self._block(node.body, inner)
        scope.merge([scope.copy(), inner])
        self._block(node.orelse, scope)

    def _visit_with(self, node: ast.With | ast.AsyncWith, scope: Variables) -> None:
        for item in node.items:
            value = self._evaluator.value(item.context_expr, scope)
            if item.optional_vars is not None:
                self._bind(item.optional_vars, value, node, scope)
        self._block(node.body, scope)

    _visit_asyncwith = _visit_with

    def _visit_try(self, node: ast.Try, scope: Variables) -> None:
        self._block(node.body, scope)
        for handler in node.handlers:
            inner = scope.copy()
            if handler.name:
                inner.names[handler.name] = uncertain(handler.name, handler.lineno)
            self._block(handler.body, inner)
        self._block(node.orelse, scope)
        self._block(node.finalbody, scope)

    _visit_trystar = _visit_try

    def _visit_assert(self, node: ast.Assert, scope: Variables) -> None:
        self._evaluator.value(node.test, scope)
        scope.validated |= self._evaluator.tested(node.test, scope)

    def _visit_expr(self, node: ast.Expr, scope: Variables) -> None:
        self._evaluator.value(node.value, scope)
        if isinstance(node.value, ast.Call):
            scope.validated |= self._evaluator.tested(node.value, scope)

    def _visit_match(self, node: ast.Match, scope: Variables) -> None:
        self._evaluator.value(node.subject, scope)
        for case in node.cases:
            self._block(case.body, scope.copy())


def _as_loaded(target: ast.expr) -> ast.expr:
    """A target of an assignment as an expression."""
    if isinstance(target, ast.Name):
        return ast.copy_location(ast.Name(target.id, ast.Load()), target)
    return target


def _is_upload(annotation: ast.expr) -> bool:
    return "UploadFile" in ast.unparse(annotation)


def _is_public(function: Function) -> bool:
    return not function.name.startswith("_")


def _may_be_text(argument: ast.arg) -> bool:
    if argument.annotation is None:
        return argument.arg not in ("request", "req", "response", "db", "session", "conn", "cursor", "logger")
    return "str" in ast.unparse(argument.annotation) or "bytes" in ast.unparse(argument.annotation)


def _is_number(argument: ast.arg) -> bool:
    return argument.annotation is not None and ast.unparse(argument.annotation) in (
        "int",
        "float",
        "bool",
        "UUID",
    )
