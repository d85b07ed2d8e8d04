"""A Python file prepared for the rules: parents, imported names, scopes and what is bound in them."""

from __future__ import annotations

import ast
import builtins
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import cast

Scope = ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef
Key = tuple[Scope, str]
"""A name in the scope that binds it; `self.x` in its class."""

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
_NOTED = {*_SCOPES, ast.Import, ast.ImportFrom, ast.Global, ast.Nonlocal, ast.ExceptHandler}
_TEXTS = (ast.Constant, ast.MatchSingleton)
_LEAVES = frozenset(
    {"ctx", "op", "ops", "id", "attr", "arg", "name", "asname", "names", "module", "level", "kind", "rest",
     "conversion", "type_comment", "is_async", "simple", "type_ignores", "kwd_attrs", "str", "tag"}
)  # fmt: skip
"""Fields of nodes that hold no statement and no expression, and operators, which are read where they are."""
_FIELDS: dict[type[ast.AST], tuple[str, ...]] = {}
"""Kind of node → its other fields; filled as kinds are met."""
_BUILTINS = frozenset(dir(builtins))
_LOG_FUNCTION = re.compile(
    r"(?:^|_)log(?:_|$|ger|ging)|progress|^_*(?:debug|warn|trace)(?:_|$)|_repr$|^__(?:repr|str)__$"
    r"|(?:error|warning)_(?:msg|message|text)s?$"
)
_MESSAGES = re.compile(
    r"(?:(?:^|_)(?:msg|message|error|err|reason|hint|warning|help|usage)|[a-z](?:Msg|Message|Error))s?$"
)
COMPLAINTS = re.compile(
    r"(?i)\b(?:unknown|unable|invalid|missing|not found|unsupported|unexpected|warning|error:|failed"
    r"|can(?:not|'t)|could not|must (?:not )?be|duplicated?|skipping|not (?:allowed|permitted|supported)"
    r"|not defined|unrecogni[sz]ed|not recogni[sz]ed|do(?:es)? not exist|conflicts? with)\b"
)
_SHOWS = re.compile(r"print|s?echo|_*(?:warn\w*|error|fail|die|abort)")
_EXITS = re.compile(r"_?exit|abort|die|fail")
_FEW = 6
_SWITCHES = re.compile(r"debug|verbos|trace")
_LOG_CLASS = re.compile(r"Log(?:[A-Z]|$|ger|ging)|(?:Error|Warning)Messages?$")
_LOGGERS = frozenset(
    {"debug", "info", "warning", "warn", "error", "exception", "critical", "log", "trace", "fatal"}
)


class CodeModel:
    """One visit of a file's tree. `parents`: of each node; `kinds`: type → its nodes, in the order of the
    text; `bindings`: name → the expressions that it is bound to (None: another value, as a parameter);
    `loads`: name → the nodes that read it; `imports`: the modules that the file imports.
    """

    def __init__(self, tree: ast.Module) -> None:
        self.tree = tree
        self.parents: dict[ast.AST, ast.AST] = {}
        self.kinds: dict[type[ast.AST], list[ast.AST]] = defaultdict(list)
        self.bindings: dict[Key, list[ast.expr | None]] = defaultdict(list)
        self.loads: dict[Key, list[ast.expr]] = defaultdict(list)
        self.imports: set[str] = set()
        self._aliases: dict[str, str] = {}
        self._scopes: dict[ast.AST, Scope] = {tree: tree}
        self._outer: dict[Key, bool] = {}
        self._names: dict[ast.expr, str] = {}
        self._visit()
        self._resolve()

    # -- the visit -------------------------------------------------------------------------------------------

    def _visit(self) -> None:
        stack: list[ast.AST] = [self.tree]
        parents, scopes, kinds = self.parents, self._scopes, self.kinds
        while stack:
            node = stack.pop()
            kind = type(node)
            kinds[kind].append(node)
            scope = scopes[node]
            children = children_of(node)
            for child in children:
                parents[child] = node
                scopes[child] = scope
            if isinstance(node, _SCOPES):
                scopes.update((child, node) for child in children if self._is_body(node, child))
            stack.extend(reversed(children))
            if kind in _NOTED:
                self._note(node, scope)

    @staticmethod
    def _is_body(node: ast.AST, child: ast.AST) -> bool:
        """Whether a child of a function or class is inside its scope: decorators and defaults are not."""
        if isinstance(node, ast.Lambda):
            return child is node.body
        return isinstance(child, ast.stmt)

    def _note(self, node: ast.AST, scope: Scope) -> None:
        """Imports, declarations and what is bound without an assignment."""
        if isinstance(node, ast.Import):
            for alias in node.names:
                self.imports.add(alias.name)
                top = alias.name.partition(".")[0]
                self._aliases[alias.asname or top] = alias.name if alias.asname else top
        elif isinstance(node, ast.ImportFrom):
            self.imports.add(node.module or "")
            for alias in node.names:
                full = f"{node.module}.{alias.name}" if node.module and not node.level else f".{alias.name}"
                self._aliases[alias.asname or alias.name] = full
        elif isinstance(node, (ast.Global, ast.Nonlocal)):
            self._outer.update({(scope, name): isinstance(node, ast.Global) for name in node.names})
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            self.bindings[scope, node.name].append(None)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            for parameter in parameters(node):
                self.bindings[node, parameter.arg].append(None)
        if isinstance(node, ast.ExceptHandler) and node.name:
            self.bindings[scope, node.name].append(None)

    def _resolve(self) -> None:
        """Names to the scopes that bind them: first what is stored, then what is read."""
        names = [node for node in self.kinds[ast.Name] if isinstance(node, ast.Name)]
        for node in names:
            if isinstance(node.ctx, ast.Store):
                self.bindings[self._stored(node), node.id].append(self._value_of(node))
        attributes = [node for node in self.kinds[ast.Attribute] if isinstance(node, ast.Attribute)]
        for entry in attributes:
            key = self.key(entry)
            if key is not None and isinstance(entry.ctx, ast.Store):
                self.bindings[key].append(self._value_of(entry))
        readers: list[ast.Name | ast.Attribute] = [*names, *attributes]
        for reader in readers:
            key = self.key(reader) if isinstance(reader.ctx, ast.Load) else None
            if key is not None:
                self.loads[key].append(reader)

    def _stored(self, node: ast.Name) -> Scope:
        scope = self._scopes[node]
        outer = self._outer.get((scope, node.id))
        if outer is None:
            return scope
        return self.tree if outer else self.function(self.parents.get(scope, self.tree)) or self.tree

    def _value_of(self, target: ast.expr) -> ast.expr | None:
        parent = self.parents[target]
        if isinstance(parent, ast.Assign) and target in parent.targets:
            return parent.value
        if isinstance(parent, (ast.AnnAssign, ast.NamedExpr)) and parent.target is target:
            return parent.value
        around = self.parents.get(parent)
        value = around.value if isinstance(around, ast.Assign) else None
        if isinstance(parent, (ast.Tuple, ast.List)) and isinstance(value, (ast.Tuple, ast.List)):
            at = parent.elts.index(target)
            return value.elts[at] if len(value.elts) == len(parent.elts) else None
        return None

    # -- questions -------------------------------------------------------------------------------------------

    def calls(self) -> list[ast.Call]:
        """Every call, in the order of the text."""
        return cast("list[ast.Call]", self.kinds[ast.Call])

    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        """Every `def`."""
        for kind in (ast.FunctionDef, ast.AsyncFunctionDef):
            for node in self.kinds[kind]:
                if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                    yield node

    def key(self, node: ast.expr) -> Key | None:
        """The name that an expression is, with its scope: `x`, or `self.x` in its class."""
        if isinstance(node, ast.Name):
            scope: Scope | None = self._scopes[node]
            if (scope, node.id) in self._outer and isinstance(node.ctx, ast.Load):
                return self._stored(node), node.id
            first = scope
            while scope is not None:
                passable = scope is first or not isinstance(scope, ast.ClassDef)
                if passable and (scope, node.id) in self.bindings:
                    return scope, node.id
                scope = None if scope is self.tree else self._scopes[scope]
            return None
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            owner = self.class_of(node) if node.value.id in ("self", "cls") else None
            return None if owner is None else (owner, f"self.{node.attr}")
        return None

    def binder(self, node: ast.Name) -> Scope | None:
        """The scope whose name is read or changed, `global` and `nonlocal` included."""
        if isinstance(node.ctx, ast.Load):
            key = self.key(node)
            return None if key is None else key[0]
        return self._stored(node)

    def class_of(self, node: ast.AST) -> ast.ClassDef | None:
        """The class around a node."""
        for parent in self.ancestors(node):
            if isinstance(parent, ast.ClassDef):
                return parent
        return None

    def ancestors(self, node: ast.AST) -> Iterator[ast.AST]:
        """The parents of a node, innermost first."""
        while node in self.parents:
            node = self.parents[node]
            yield node

    def function(self, node: ast.AST) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
        """The `def` around a node, or the node itself."""
        for parent in (node, *self.ancestors(node)):
            if isinstance(parent, (ast.FunctionDef, ast.AsyncFunctionDef)):
                return parent
        return None

    def is_nested(self, node: ast.AST) -> bool:
        """Whether a node is in a function inside another function, as a key function is."""
        function = self.function(node)
        return function is not None and self.function(self.parents[function]) is not None

    def statement(self, node: ast.AST) -> ast.stmt | None:
        """The statement that an expression is part of."""
        for parent in (node, *self.ancestors(node)):
            if isinstance(parent, ast.stmt):
                return parent
        return None

    def name(self, node: ast.expr) -> str:
        """The full name of a module's function, class or a builtin: `os.listdir`, `sorted`; "" of others."""
        name = self._names.get(node)
        if name is None:
            name = self._names[node] = self._full_name(node)
        return name

    def _full_name(self, node: ast.expr) -> str:
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name) or self.key(node) is not None:
            return ""
        head = self._aliases.get(node.id)
        if head is None:
            head = node.id if node.id in _BUILTINS and (not parts or node.id == "dict") else ""
        return ".".join([head, *reversed(parts)]) if head else ""

    def is_sorted(self, key: Key) -> bool:
        """Whether a name's value is sorted in place, or bound anew in an order."""
        for node in self.loads[key]:
            parent = self.parents[node]
            call = self.parents[parent]
            if isinstance(parent, ast.Attribute) and parent.attr == "sort" and isinstance(call, ast.Call):
                return True
            drawn = isinstance(parent, ast.Call) and self.name(parent.func)
            if drawn == "sorted" and self._rebinds(parent, key):
                return True
        return False

    def _rebinds(self, call: ast.AST, key: Key) -> bool:
        for node in (call, *self.ancestors(call)):
            if isinstance(node, ast.Assign):
                targets = [getattr(target, "value", target) for target in node.targets]
                return any(self.key(target) == key for target in (*node.targets, *targets))
            if isinstance(node, ast.stmt):
                return False
        return False

    def is_asserted(self, node: ast.AST) -> bool:
        """Whether a value is an argument of an assertion of unittest."""
        calls = (parent for parent in self.ancestors(node) if isinstance(parent, ast.Call))
        return any(terminal(call.func).startswith("assert") for call in calls)

    def is_message(self, node: ast.AST) -> bool:
        """Whether a value ends in a log line, an error or a `repr`, or is computed where a log is written."""
        function = self.function(node)
        owner = self.class_of(node)
        if function is not None and _LOG_FUNCTION.search(function.name):
            return True
        if owner is not None and _LOG_CLASS.search(owner.name):
            return True
        for parent in self.ancestors(node):
            if isinstance(parent, (ast.Raise, ast.Assert)):
                return True
            if isinstance(parent, ast.Call) and (is_logging(parent) or self.is_debugging(parent)):
                return True
            if isinstance(parent, ast.keyword) and _MESSAGES.search(parent.arg or ""):
                return True
            if isinstance(parent, ast.stmt):
                return _is_named_message(parent) or _complains(parent) or self._is_before_raise(parent)
        return False

    def _is_before_raise(self, statement: ast.stmt) -> bool:
        """Whether a branch of a few statements, in which a statement is, ends with an error."""
        for parent in self.ancestors(statement):
            if isinstance(parent, (ast.FunctionDef, ast.AsyncFunctionDef)):
                break
            body = parent.body if isinstance(parent, (ast.If, ast.ExceptHandler)) else []
            ends = 0 < len(body) <= _FEW and (isinstance(body[-1], ast.Raise) or _calls(body[-1], _EXITS))
            if ends and any(part is statement for entry in body for part in ast.walk(entry)):
                return True
        return False

    def is_debugging(self, call: ast.Call) -> bool:
        """Whether a line is printed only where a switch such as `debug` or `verbose` is on."""
        if self.name(call.func) != "print" and method(call) != "write":
            return False
        tests = [parent.test for parent in self.ancestors(call) if isinstance(parent, ast.If)]
        return any(_SWITCHES.search(terminal(part).lower()) for test in tests for part in ast.walk(test))


def _is_named_message(statement: ast.stmt) -> bool:
    """Whether a statement gives a name of a message its value: `msg = f"…"`."""
    targets: list[ast.expr] = list(statement.targets) if isinstance(statement, ast.Assign) else []
    if isinstance(statement, (ast.AnnAssign, ast.AugAssign)):
        targets = [statement.target]
    return any(isinstance(target, ast.Name) and _MESSAGES.search(target.id) for target in targets)


def _complains(statement: ast.stmt) -> bool:
    """Whether a text that is printed or returned contains constant words for an error."""
    if not (_calls(statement, _SHOWS) or (isinstance(statement, ast.Return) and statement.value is not None)):
        return False
    parts = (part.value for part in ast.walk(statement) if isinstance(part, ast.Constant))
    return any(isinstance(part, str) and COMPLAINTS.search(part) for part in parts)


def _calls(statement: ast.stmt, names: re.Pattern[str]) -> bool:
    """Whether a statement is a call of a function of some names."""
    call = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(call, ast.Call) and names.fullmatch(terminal(call.func)) is not None


def children_of(node: ast.AST) -> list[ast.AST]:
    """The statements and expressions inside a node, in the order of the text."""
    children: list[ast.AST] = []
    kind = type(node)
    names = _FIELDS.get(kind)
    if names is None:
        every = () if kind in _TEXTS else kind._fields
        names = _FIELDS[kind] = tuple(name for name in every if name not in _LEAVES)
    for name in names:
        value = getattr(node, name, None)
        if isinstance(value, list):
            children += [entry for entry in value if entry is not None]
        elif value is not None:
            children.append(value)
    return children


def parameters(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> list[ast.arg]:
    """All parameters of a function, in their order."""
    args = node.args
    rest = [entry for entry in (args.vararg, args.kwarg) if entry is not None]
    return [*args.posonlyargs, *args.args, *args.kwonlyargs, *rest]


def is_logging(call: ast.Call) -> bool:
    """Whether a call writes a log line, a warning, or makes an exception."""
    function = call.func
    if isinstance(function, ast.Attribute):
        owner = terminal(function.value).lower()
        is_log = "log" in owner or owner in ("self", "console", "warnings", "sentry", "span", "tqdm")
        if function.attr in ("append", "add", "extend") and _MESSAGES.search(owner):
            return True
        logs = (function.attr in _LOGGERS and is_log) or function.attr.lstrip("_").startswith(
            ("log_", "warn")
        )
        return logs or function.attr.endswith(("Error", "Exception"))
    return isinstance(function, ast.Name) and (
        function.id in _LOGGERS or function.id.endswith(("Error", "Exception", "Warning"))
    )


def terminal(node: ast.AST) -> str:
    """The last name of a chain: `log` of `self.log` and of `log()`; "" of other expressions."""
    if isinstance(node, ast.Call):
        return terminal(node.func)
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Name):
        return node.id
    return ""


def method(call: ast.Call) -> str:
    """The method's name of `x.method(…)`; "" of other calls."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    """The value of a keyword argument."""
    return next((entry.value for entry in call.keywords if entry.arg == name), None)


def end(node: ast.expr | ast.stmt) -> int:
    """The last line of a node, 1-based."""
    return node.end_lineno or node.lineno


def first_operand(node: ast.BinOp | ast.Compare) -> ast.expr:
    """The operand before the operator."""
    return next(part for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr))
