"""Values of Python expressions, and the calls among them that do harm."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from gitprov.checks.security.python import sources
from gitprov.checks.security.python.module import PythonModule, last, span, text_of
from gitprov.checks.security.python.sinks import Sink, does_harm, sinks_of
from gitprov.checks.security.rule import Hit
from gitprov.checks.security.values import (
    CONSTANT,
    HOLE,
    LOCAL,
    MOST_STEPS,
    REMOTE,
    Exhausted,
    Origin,
    Value,
    joined,
    uncertain,
    union,
)

_DEEPEST = 100
_ADDING = frozenset(["append", "add", "extend", "insert"])
_PATHS, _LAST_PARTS = frozenset(["Path", "PurePath", "PurePosixPath"]), frozenset(["name", "stem", "suffix"])
_SCHEMES = re.compile(r"\.startswith\([('\"]*(?:https?(?::/{0,2})?['\", )]*)+$")
"""A test of the scheme alone, which leaves the host to the caller."""
_SIGNS = frozenset({"..", "/", "\\", "<", ">", ";", "@", "\n", "\r", "\0", "../", "://", "//", "'", '"'})


class Variables:
    """What a function has at a statement. `names`: the values of variables; `validated`: keys of origins."""

    def __init__(self, names: dict[str, Value], validated: set[str]) -> None:
        self.names = names
        self.validated = validated

    def copy(self) -> Variables:
        """A scope that changes apart from this."""
        return Variables(dict(self.names), set(self.validated))

    def merge(self, branches: Sequence[Variables]) -> None:
        """Take the values that variables may have after some branches."""
        for name in {name for branch in branches for name in branch.names}:
            values = [branch.names[name] for branch in branches if name in branch.names]
            self.names[name] = values[0] if all(value == values[0] for value in values) else union(values)


class Evaluator:
    """Evaluates expressions of a file and collects `hits` on the way."""

    def __init__(self, module: PythonModule) -> None:
        self.hits: list[Hit] = []
        self._module = module
        self._depth = 0
        self._steps = 0
        self._silent = False
        self._methods: dict[type[ast.expr], Callable[[Evaluator, Any, Variables], Value] | None] = {}

    def spend(self, steps: int) -> None:
        """Count some steps. Raises Exhausted where a file takes too many."""
        self._steps += steps
        if self._steps > MOST_STEPS:
            raise Exhausted

    def value(self, node: ast.expr, scope: Variables) -> Value:
        """What is known of an expression."""
        if self._depth > _DEEPEST:
            return uncertain("", node.lineno)
        self._depth += 1
        self.spend(1)
        try:
            kind = type(node)
            if kind not in self._methods:
                self._methods[kind] = getattr(Evaluator, f"_of_{kind.__name__.lower()}", None)
            evaluate = self._methods[kind]
            if evaluate is not None:
                value: Value = evaluate(self, node, scope)
                return value
            return self._of_children(node, scope)
        finally:
            self._depth -= 1

    def quiet(self, node: ast.expr, scope: Variables) -> Value:
        """The same without hits, for an expression that was evaluated before."""
        before, self._silent = self._silent, True
        value = self.value(node, scope)
        self._silent = before
        return value

    def bind(self, target: ast.expr, value: Value, scope: Variables) -> None:
        """Give a variable, an attribute or an entry of a container a value."""
        if isinstance(target, ast.Name):
            scope.names[target.id] = value
        elif isinstance(target, ast.Attribute) and (name := self._module.name(target)):
            scope.names[name] = value
        elif isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
            name = target.value.id
            scope.names[name] = union([scope.names.get(name, CONSTANT), value])._replace(boxed=True)

    def report(self, rule: str, node: ast.stmt | ast.expr, value: Value, scope: Variables) -> None:
        """Record a hit at a node, with where the value comes from."""
        if self._silent:
            return
        origin = value.origin(frozenset(scope.validated))
        detail = ""
        if origin is not None and origin.what:
            source = "" if origin.what.startswith("parameter") else f" ({origin.key[:60]})"
            detail = f"{origin.what}{source}, line {origin.line}"
        self.hits.append(Hit(rule, *span(node), " ".join(detail.split())))

    # -- leaves ----------------------------------------------------------------------------------------------

    def _of_constant(self, node: ast.Constant, _scope: Variables) -> Value:
        value = node.value.decode("latin-1") if isinstance(node.value, bytes) else node.value
        return Value(text=value) if isinstance(value, str) else CONSTANT

    def _of_name(self, node: ast.Name, scope: Variables) -> Value:
        if node.id in scope.names:
            return scope.names[node.id]
        name = self._module.name(node)
        return CONSTANT if name != node.id else uncertain(node.id, node.lineno)

    def _of_attribute(self, node: ast.Attribute, scope: Variables) -> Value:
        name = self._module.name(node)
        if name in scope.names:
            return scope.names[name]
        base = self.value(node.value, scope)
        if (
            node.attr in _LAST_PARTS
            and isinstance(node.value, ast.Call)
            and last(name[: -len(node.attr) - 1]) in _PATHS
        ):
            return base._replace(cleared=base.cleared | {"path-traversal"})
        return self._source(name, node, scope) or base

    def _source(self, name: str, node: ast.expr, _scope: Variables) -> Value | None:
        source = sources.source_of(name)
        if source is None and sources.is_server_source(name) and self._module.uses("http.server"):
            source = (REMOTE, "the request")
        if source is None:
            return None
        level, what = source
        key = ast.unparse(node)
        return Value(frozenset([Origin(key, level, what, node.lineno)]), HOLE)

    # -- texts and containers --------------------------------------------------------------------------------

    def _of_joinedstr(self, node: ast.JoinedStr, scope: Variables) -> Value:
        return joined(self.value(part, scope) for part in node.values)

    def _of_formattedvalue(self, node: ast.FormattedValue, scope: Variables) -> Value:
        value = self.value(node.value, scope)
        return value if not value.origins or value.text else value._replace(text=HOLE)

    def _of_binop(self, node: ast.BinOp, scope: Variables) -> Value:
        operands = [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
        first, second = (self.value(operand, scope) for operand in operands)
        if isinstance(node.op, ast.Mod) and first.text:
            return _filled(first, [second])
        if isinstance(node.op, ast.Add | ast.Div):
            return joined([first, second])
        return union([first, second])._replace(text="", built=False)

    def _of_children(self, node: ast.expr, scope: Variables) -> Value:
        values = [
            self.value(child, scope) for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)
        ]
        return union(values)

    def _boxed(self, node: ast.expr, scope: Variables) -> Value:
        return self._of_children(node, scope)._replace(boxed=True)

    _of_dict = _of_list = _of_tuple = _of_set = _boxed

    def _of_subscript(self, node: ast.Subscript, scope: Variables) -> Value:
        value = self.value(node.value, scope)
        self.value(node.slice, scope)
        return self._keyed(value, node)

    def _keyed(self, value: Value, node: ast.expr) -> Value:
        """An entry of a request has a key of its own, so that validating it validates no other."""
        if not any(
            origin.level == REMOTE and not origin.what.startswith("parameter") for origin in value.origins
        ):
            return value._replace(boxed=False)
        key = ast.unparse(node)[:200]
        origins = frozenset(row._replace(key=key, line=node.lineno) for row in value.origins)
        return value._replace(origins=origins, boxed=False)

    def _of_compare(self, node: ast.Compare, scope: Variables) -> Value:
        self._of_children(node, scope)
        return CONSTANT

    def _of_unaryop(self, node: ast.UnaryOp, scope: Variables) -> Value:
        value = self.value(node.operand, scope)
        return CONSTANT if isinstance(node.op, ast.Not) else value

    def _of_ifexp(self, node: ast.IfExp, scope: Variables) -> Value:
        self.value(node.test, scope)
        inner = scope.copy()
        inner.validated |= self.tested(node.test, scope)
        value = union([self.value(node.body, inner), self.value(node.orelse, inner)])
        validated = inner.validated - scope.validated
        return value._replace(origins=frozenset(row for row in value.origins if row.key not in validated))

    def _of_lambda(self, node: ast.Lambda, scope: Variables) -> Value:
        inner = scope.copy()
        for argument in node.args.args:
            inner.names[argument.arg] = uncertain(argument.arg, node.lineno)
        self.value(node.body, inner)
        return CONSTANT

    def _of_namedexpr(self, node: ast.NamedExpr, scope: Variables) -> Value:
        value = self.value(node.value, scope)
        scope.names[node.target.id] = value
        return value

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp, scope: Variables) -> Value:
        return self._looped(node.generators, [node.elt], scope)

    _of_listcomp = _of_setcomp = _of_generatorexp = _comprehension

    def _of_dictcomp(self, node: ast.DictComp, scope: Variables) -> Value:
        return self._looped(node.generators, [node.key, node.value], scope)

    def _looped(self, loops: Iterable[ast.comprehension], parts: list[ast.expr], scope: Variables) -> Value:
        inner = scope.copy()
        for loop in loops:
            value = self.value(loop.iter, inner)
            for target in ast.walk(loop.target):
                if isinstance(target, ast.Name):
                    inner.names[target.id] = value._replace(boxed=False)
            for test in loop.ifs:
                self.value(test, inner)
                inner.validated |= self.tested(test, inner)
        value = union([self.value(part, inner) for part in parts])
        validated = inner.validated - scope.validated
        origins = frozenset(row for row in value.origins if row.key not in validated)
        return value._replace(origins=origins, boxed=True)

    # -- calls -----------------------------------------------------------------------------------------------

    def _of_call(self, node: ast.Call, scope: Variables) -> Value:
        name = self._module.name(node.func)
        if isinstance(node.func, ast.Attribute):
            receiver = self.value(node.func.value, scope)
        else:
            receiver = CONSTANT
        values = [self.value(argument, scope) for argument in node.args]
        named = {entry.arg or "": self.value(entry.value, scope) for entry in node.keywords}
        for sink in sinks_of(name, node):
            self._check(sink, node, [*values, receiver], named, scope)
        if (
            isinstance(node.func, ast.Attribute)
            and node.func.attr in _ADDING
            and isinstance(node.func.value, ast.Name)
        ):
            base = node.func.value.id
            scope.names[base] = union([scope.names.get(base, CONSTANT), *values])._replace(boxed=True)
        source = self._source(name, node, scope)
        if source is not None:
            return source
        return self._result(node, name, receiver, [*values, *named.values()])

    def _check(
        self, sink: Sink, node: ast.Call, values: list[Value], named: dict[str, Value], scope: Variables
    ) -> None:
        """Report a call; `values`: its arguments, then the object that it is a method of."""
        if sink.rule == "external-entities" and self._module.resolves_no_entities:
            return
        rows = [values[place] for place in sink.places if place < len(values) - 1]
        rows += [named[word] for word in sink.keywords if word in named]
        validated = frozenset(scope.validated)
        harmful = [value for value in rows if does_harm(sink, value, validated)]
        if harmful:
            self.report(sink.rule, node, harmful[0], scope)

    def _result(self, node: ast.Call, name: str, receiver: Value, arguments: list[Value]) -> Value:
        cleared = sources.cleared_by(name)
        whole = [receiver, *arguments]
        if cleared is not None:
            value = union(whole)
            return value._replace(cleared=value.cleared | cleared, text=HOLE if value.origins else value.text)
        method = last(name)
        if method == "format" and isinstance(node.func, ast.Attribute):
            return _filled(receiver, arguments)
        if method == "join" and isinstance(node.func, ast.Attribute) and len(arguments) == 1:
            return _list_joined(receiver, arguments[0])
        if method == "join":
            return joined(arguments)
        if sources.passes(name):
            return union(whole)._replace(boxed=False)
        if isinstance(node.func, ast.Attribute) and receiver.origins:
            base = node.func.value
            value = self._keyed(receiver, node) if method in ("get", "getlist", "pop") else receiver
            plain = not isinstance(base, ast.Name) or receiver.level(frozenset(), "") >= LOCAL
            return value._replace(boxed=False) if plain else uncertain(name, node.lineno)
        if receiver.text and not receiver.origins:
            return union(whole)
        return uncertain(name or "call", node.lineno)

    # -- tests -----------------------------------------------------------------------------------------------

    def tested(self, node: ast.expr, scope: Variables) -> set[str]:
        """Keys of the origins that a condition, or a call that validates, decides on."""
        keys: set[str] = set()
        for part in ast.walk(node):
            if isinstance(part, ast.Compare):
                keys |= self._compared(part, scope)
            elif isinstance(part, ast.Call) and sources.is_test(self._module.name(part.func)):
                subjects = [*part.args, *([part.func.value] if isinstance(part.func, ast.Attribute) else [])]
                if last(self._module.name(part.func)) == "isinstance" and "str" in ast.unparse(part):
                    continue
                if _SCHEMES.search(ast.unparse(part)):
                    continue
                keys |= self._keys(subjects, scope)
        return keys

    def _compared(self, node: ast.Compare, scope: Variables) -> set[str]:
        first, *others = [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
        operator = node.ops[0]
        if isinstance(operator, ast.In | ast.NotIn):
            if (sign := text_of(first)) is not None:
                return self._keys(others, scope) if sign in _SIGNS else set()
            return self._keys([first], scope)
        if isinstance(operator, ast.Eq | ast.NotEq) and isinstance(first, ast.Attribute | ast.Call):
            return self._keys([first], scope) if not _is_request(self._module.name(first)) else set()
        return set()

    def _keys(self, nodes: Iterable[ast.expr], scope: Variables) -> set[str]:
        values = [self.quiet(node, scope) for node in nodes]
        return {origin.key for value in values for origin in value.origins}


def _is_request(name: str) -> bool:
    return name.partition(".")[0] in ("request", "req", "self") or ".request" in name


def _filled(template: Value, values: list[Value]) -> Value:
    """A template with values in it."""
    value = union([template, *values])
    if not any(row.origins for row in values):
        return value._replace(text=template.text)
    return value._replace(text=template.text + HOLE, built=bool(template.text) or value.built, boxed=False)


def _list_joined(separator: Value, items: Value) -> Value:
    value = union([separator, items])
    text = items.text or separator.text
    built = value.built or bool(value.origins and text.strip(HOLE))
    return value._replace(text=text + HOLE if built else text, built=built, boxed=False)
