"""The form of Python code: a text that is equal for code that differs only in layout, comments, docstrings,
annotations and the names of local variables.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from gitprov.behaviour.structure.python import scopes
from gitprov.behaviour.structure.python.scopes import NameScope

#: Decorators and base classes that do not read annotations.
_PLAIN_DECORATORS = frozenset(
    {"staticmethod", "classmethod", "property", "cache", "lru_cache", "cached_property", "wraps", "override",
     "abstractmethod", "contextmanager", "asynccontextmanager", "final", "setter", "getter", "deleter",
     "dataclass", "fixture", "parametrize", "unique", "total_ordering", "runtime_checkable"}
)  # fmt: skip
_PLAIN_BASES = frozenset(
    {"object", "NamedTuple", "TypedDict", "Protocol", "Generic", "ABC", "Enum", "IntEnum", "StrEnum", "Flag",
     "Exception", "ValueError", "TypeError", "RuntimeError", "KeyError", "TestCase"}
)  # fmt: skip
_SKIPPED = frozenset({"ctx", "type_comment", "kind", "type_params", "type_ignores", "simple"})


class FormWriter:
    """Writes the form of nodes, token by token. `renamed` and `meanings`: see `FileDefinitions`.

    `docstrings`: whether bare texts count, as where the file reads `__doc__`.
    """

    def __init__(
        self, renamed: Mapping[str, str], meanings: Mapping[str, str], *, docstrings: bool = False
    ) -> None:
        self.tokens: list[str] = []
        self._renamed = renamed
        self._meanings = meanings
        self._docstrings = docstrings
        self._scopes: list[NameScope] = []
        self._numbers: dict[tuple[NameScope, str], int] = {}
        self._writers: dict[type[ast.AST], Callable[[Any], None]] = {
            ast.Name: self._name,
            ast.Attribute: self._attribute,
            ast.Constant: self._constant,
            ast.FunctionDef: self._nested_function,
            ast.AsyncFunctionDef: self._nested_function,
            ast.Lambda: self._lambda,
            ast.ClassDef: self._nested_class,
            ast.Import: self._import,
            ast.ImportFrom: self._import,
            ast.ExceptHandler: self._named,
            ast.MatchAs: self._named,
            ast.MatchStar: self._named,
            ast.MatchMapping: self._named,
            ast.AnnAssign: self._annotated,
            **dict.fromkeys(scopes.COMPREHENSIONS, self._comprehension),
        }

    def text(self) -> str:
        """All that was written."""
        return " ".join(self.tokens)

    # -- whole definitions --------------------------------------------------------------------------------

    def function(self, node: ast.FunctionDef | ast.AsyncFunctionDef, *, bound: bool = False) -> str:
        """Write a function without its name; returns its signature, which is written apart.

        `bound`: callers do not pass the first parameter, so that its name does not matter.
        """
        self._all(node.decorator_list)
        typed = reads_annotations(node.decorator_list)
        outside = self.tokens
        self.tokens = [type(node).__name__]
        self._signature(node.args, typed=typed, nameless=1 if bound else 0)
        if typed:
            self.value(node.returns)
        signature, self.tokens = self.text(), outside
        self._body(scopes.of_function(node), node.body, node.args)
        return signature

    def class_head(self, node: ast.ClassDef, statements: Iterable[ast.stmt]) -> str:
        """Write those statements of a class that are no definitions; returns its bases and keywords."""
        outside = self.tokens
        self.tokens = []
        self._all([*node.bases, *node.keywords])
        signature, self.tokens = self.text(), outside
        self._all(node.decorator_list)
        self._typed_fields = reads_annotations(node.decorator_list, node.bases)
        self._scopes.append(scopes.of_class(node))
        self.statements(statements)
        self._scopes.pop()
        return signature

    def statements(self, body: Iterable[ast.stmt]) -> None:
        """Write statements; those without an effect are left out."""
        self.tokens.append("{")
        for statement in body:
            if isinstance(statement, (ast.Pass, ast.Global, ast.Nonlocal)):
                continue
            if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                value = statement.value.value
                if not (self._docstrings and isinstance(value, str)):
                    continue
            self.value(statement)
        self.tokens.append("}")

    # -- nodes --------------------------------------------------------------------------------------------

    def value(self, value: object) -> None:
        """Write a node, a list, or a value of a field."""
        if isinstance(value, ast.AST):
            writer = self._writers.get(type(value))
            if writer is not None:
                writer(value)
            else:
                self._node(value)
        elif isinstance(value, list):
            if value and isinstance(value[0], ast.stmt):
                self.statements(value)
            else:
                self.tokens.append("[")
                self._all(value)
                self.tokens.append("]")
        else:
            self.tokens.append(repr(value))

    def _all(self, values: Iterable[object]) -> None:
        for value in values:
            self.value(value)

    def _node(self, node: ast.AST) -> None:
        self.tokens.append(type(node).__name__)
        for field in node._fields:
            if field not in _SKIPPED:
                self.value(getattr(node, field, None))

    def _constant(self, node: ast.Constant) -> None:
        value = node.value
        self.tokens.append(hex(value) if type(value) is int else f"{type(value).__name__}:{value!r}")

    def _name(self, node: ast.Name) -> None:
        self.tokens.append(self._resolved(node.id))

    def _attribute(self, node: ast.Attribute) -> None:
        dotted = self._imported(node)
        if dotted is not None:
            self.tokens.append(f"={dotted}")
        else:
            self.tokens.append(f".{node.attr}")
            self.value(node.value)

    def _imported(self, node: ast.expr) -> str | None:
        """What a chain of attributes of an imported name stands for, None for other expressions."""
        if isinstance(node, ast.Attribute):
            front = self._imported(node.value)
            return None if front is None else f"{front}.{node.attr}"
        if isinstance(node, ast.Name) and self._scope_of(node.id) is None:
            return self._meanings.get(node.id)
        return None

    def _resolved(self, name: str) -> str:
        """A name as the form has it: local variables by number, in the order in which they occur."""
        scope = self._scope_of(name)
        if scope is None:
            meaning = self._meanings.get(name)
            return f"={meaning}" if meaning is not None else f"@{self._renamed.get(name, name)}"
        if scope.is_class or scope.is_fixed:
            return f"%{name}"
        return f"${self._numbers.setdefault((scope, name), len(self._numbers))}"

    def _scope_of(self, name: str) -> NameScope | None:
        """The scope that binds a name, None for a global one."""
        for scope in reversed(self._scopes):
            if name in scope.global_names:
                return None
            if name in scope.names and (not scope.is_class or scope is self._scopes[-1]):
                return scope
        return None

    def _named(self, node: ast.ExceptHandler | ast.MatchAs | ast.MatchStar | ast.MatchMapping) -> None:
        """A node that binds a name which is no node itself."""
        self.tokens.append(type(node).__name__)
        for field in node._fields:
            value = getattr(node, field)
            if field in ("name", "rest") and value is not None:
                self.tokens.append(self._resolved(value))
            else:
                self.value(value)

    def _annotated(self, node: ast.AnnAssign) -> None:
        in_class = bool(self._scopes) and self._scopes[-1].is_class
        if node.value is None and not in_class:
            return
        self.tokens.append("Field" if node.value is None else "Assign")
        self.value([node.target])
        if in_class and self._typed_fields:
            self.value(node.annotation)
        if node.value is not None:
            self.value(node.value)

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        front = "." * node.level + (node.module or "") + "." if isinstance(node, ast.ImportFrom) else ""
        for alias in node.names:
            self.tokens.append(f"import {front}{alias.name}")
            if alias.name != "*":
                self.tokens.append(self._resolved(alias.asname or alias.name.partition(".")[0]))

    # -- scopes -------------------------------------------------------------------------------------------

    _typed_fields = False

    def _nested_function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self.tokens += [type(node).__name__, self._resolved(node.name)]
        signature = self.function(node)
        self.tokens.append(signature)

    def _lambda(self, node: ast.Lambda) -> None:
        self.tokens.append("Lambda")
        self._signature(node.args, nameless=len(scopes.parameters(node.args)))
        self._body(scopes.of_function(node), node.body, node.args)

    def _signature(self, args: ast.arguments, *, typed: bool = False, nameless: int = 0) -> None:
        """Kinds and defaults of parameters, the names that callers may write (not of the first `nameless`),
        and annotations where something reads them.
        """
        hidden = {parameter.arg for parameter in scopes.parameters(args)[:nameless]}
        kinds: list[list[ast.arg | None]] = [
            [*args.posonlyargs],
            [*args.args],
            [args.vararg],
            [*args.kwonlyargs],
            [args.kwarg],
        ]
        for kind, group in zip(("/", "by", "*", "key", "**"), kinds, strict=True):
            for parameter in group:
                if parameter is not None:
                    named = kind.isalpha() and parameter.arg not in hidden
                    self.tokens.append(f"{kind}:{parameter.arg}" if named else kind)
                    if typed:
                        self.value(parameter.annotation)
        self.value(args.defaults)
        self.value(args.kw_defaults)

    def _body(self, scope: NameScope, body: list[ast.stmt] | ast.expr, args: ast.arguments) -> None:
        self._scopes.append(scope)
        self.tokens += [self._resolved(parameter.arg) for parameter in scopes.parameters(args)]
        if isinstance(body, list):
            self.statements(body)
        else:
            self.value(body)
        self._scopes.pop()

    def _nested_class(self, node: ast.ClassDef) -> None:
        self.tokens += ["ClassDef", self._resolved(node.name)]
        outer = self._typed_fields
        self.tokens.append(self.class_head(node, node.body))
        self._typed_fields = outer

    def _comprehension(self, node: scopes.ComprehensionNode) -> None:
        self.tokens.append(type(node).__name__)
        first, *others = node.generators
        self.value(first.iter)
        self._scopes.append(scopes.of_comprehension(node))
        self._all([first.target, first.ifs, first.is_async, others])
        values = (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,)
        self._all(values)
        self._scopes.pop()


def reads_annotations(decorators: Iterable[ast.expr], bases: Iterable[ast.expr] = ()) -> bool:
    """Whether a decorator or a base class may give a meaning to annotations, as those of frameworks do."""
    return any(_last(node) not in _PLAIN_DECORATORS for node in decorators) or any(
        _last(node) not in _PLAIN_BASES for node in bases
    )


def _last(node: ast.expr) -> str:
    """The last name of `a.b`, `a.b(…)` and `a.b[…]`; empty for other expressions."""
    if isinstance(node, ast.Call):
        return _last(node.func)
    if isinstance(node, ast.Subscript):
        return _last(node.value)
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
