"""Values of JavaScript expressions, followed backwards to where they come from."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from gitprov.checks.security.script.module import (
    ADDS,
    EACH,
    FUNCTIONS,
    GROWS,
    PARAMETER,
    Definition,
    ScriptModule,
    ScriptScope,
    arguments,
    inner,
    text_of,
)
from gitprov.checks.security.script.sources import (
    PASSING,
    PLAIN_PARTS,
    cleared_by,
    is_test,
    source_of,
)
from gitprov.checks.security.values import (
    ALL,
    CONSTANT,
    HOLE,
    LOCAL,
    MOST_STEPS,
    REMOTE,
    UNCERTAIN,
    Exhausted,
    Origin,
    Value,
    joined,
    uncertain,
    union,
)

if TYPE_CHECKING:
    from ast_grep_py import SgNode

_DEEPEST, _MOST = 24, 12
_LEAVES = frozenset(
    ["number", "true", "false", "null", "undefined", "regex", "class", "this", "super", "meta_property",
     "jsx_element", "jsx_self_closing_element", "jsx_fragment", "update_expression"]
)  # fmt: skip
_NUMERIC = re.compile(r":\s*(?:number|boolean|Date|bigint|\w*Enum)\b")
_ANSWERS = re.compile(r"\b(?:res|resp|response|reply|ctx|h|next)\b")
_SENT = {"query": "query", "params": "params", "body": "body", "headers": "headers", "cookies": "cookies"}
_HOLDERS = re.compile(r"\b(?:query|params|body|headers|cookies|fields|files?)$")
_HOSTS = re.compile(r"\.(?:host|hostname|origin|protocol|pathname)$")
_SCHEMES = re.compile(r"\.startsWith\(\s*['\"`]https?(?::/{0,2})?['\"`]\s*\)$")
"""A test of the scheme alone, which leaves the host to the caller."""
_OBJECTS = frozenset(["req", "res", "request", "response", "next", "ctx", "db", "client", "event"])
_FROM_CALLER = re.compile(r"^@(?:Body|Query|Param|Headers|Req)\b")


class ScriptEvaluator:
    """Evaluates expressions of a file. The value of a name is that of all places before its use that give it
    one, in the innermost function that has any.
    """

    def __init__(self, module: ScriptModule) -> None:
        self._module = module
        self._depth = 0
        self._steps = 0
        self._memory: dict[tuple[int, str, int], Value] = {}
        self._open: set[tuple[int, str, int]] = set()
        self._conditions: dict[int, list[tuple[int, SgNode]]] = {}
        self._decided: dict[int, set[str]] = {}

    def value(self, node: SgNode | None) -> Value:
        """What is known of an expression."""
        if node is None:
            return CONSTANT
        if self._depth > _DEEPEST:
            return uncertain("", 0)
        self._depth += 1
        self._steps += 1
        if self._steps > MOST_STEPS:
            raise Exhausted
        try:
            return self._value(node)
        finally:
            self._depth -= 1

    def _value(self, node: SgNode) -> Value:
        kind = node.kind()
        if kind in ("string", "string_fragment", "escape_sequence"):
            return Value(text=node.text().strip("'\"") if kind == "string" else node.text())
        if kind in _LEAVES or kind in FUNCTIONS:
            return CONSTANT
        evaluate = getattr(self, f"_of_{kind}", None)
        if evaluate is not None:
            value: Value = evaluate(node)
            return value
        if kind.endswith("_expression") or kind in ("spread_element", "template_substitution", "pair"):
            return self.value(node.field("value") or inner(node))
        return uncertain(node.text()[:80], node.range().start.line + 1)

    def _unknown(self, node: SgNode) -> Value:
        return uncertain(node.text()[:80], node.range().start.line + 1)

    # -- names -----------------------------------------------------------------------------------------------

    def _of_identifier(self, node: SgNode) -> Value:
        name = node.text()
        return CONSTANT if name == "undefined" else self.named(name, node)

    _of_shorthand_property_identifier = _of_identifier

    def named(self, name: str, node: SgNode) -> Value:
        """The value of a name at a node."""
        at = node.range().start.index
        for scope in self._module.around(at):
            rows = [row for row in scope.names.get(name, ()) if row.at <= at or scope.start < 0]
            if rows:
                return self._defined(name, scope, rows)
        if (
            name in self._module.names
            or name in self._module.local
            or (name[:1].isupper() and name.upper() == name)
        ):
            return CONSTANT
        return self._unknown(node)

    def _defined(self, name: str, scope: ScriptScope, rows: list[Definition]) -> Value:
        key = (scope.start, name, rows[-1].at)
        if key not in self._memory:
            if key in self._open:
                return CONSTANT
            self._open.add(key)
            try:
                self._memory[key] = self._of_definitions(name, scope, rows[-_MOST:])
            finally:
                self._open.discard(key)
        return self._memory[key]

    def _of_definitions(self, name: str, scope: ScriptScope, rows: list[Definition]) -> Value:
        value = CONSTANT
        for number, row in enumerate(rows):
            new = self._of_definition(name, scope, row)
            if row.how == ADDS:
                value = joined([value, new])
            elif row.how == GROWS:
                value = union([value, new])._replace(boxed=True)
            else:
                value = new if number == 0 else union([value, new])._replace(boxed=value.boxed and new.boxed)
        return value

    def _of_definition(self, name: str, scope: ScriptScope, row: Definition) -> Value:
        if row.how == PARAMETER and row.value is not None:
            return self._parameter(name, scope, row)
        value = self.value(row.value)
        if row.how == EACH or row.key:
            value = value._replace(boxed=False)
        if row.key and row.key != "*" and row.value is not None:
            return self._part(value, row.key, f"{row.value.text()[:80]}.{row.key}")
        return value

    def _part(self, value: Value, part: str, key: str) -> Value:
        """A part of a value; one of a request has a key of its own."""
        if part in PLAIN_PARTS:
            return CONSTANT
        origins = frozenset(
            row._replace(key=key) if _HOLDERS.search(row.key) and row.level == REMOTE else row
            for row in value.origins
        )
        return value._replace(origins=origins, boxed=False, built=False, text=HOLE if origins else value.text)

    def _parameter(self, name: str, scope: ScriptScope, row: Definition) -> Value:
        text = row.value.text() if row.value is not None else name
        line = row.value.range().start.line + 1 if row.value is not None else 1
        if _FROM_CALLER.match(text):
            return Value(frozenset([Origin(name, REMOTE, "the request", line)]), HOLE)
        if _NUMERIC.search(text) and not row.key:
            return CONSTANT
        header = scope.text.partition("{")[0] if not row.key else scope.text[:300]
        if row.key in _SENT and _ANSWERS.search(header.partition(text)[2][:80]):
            return Value(frozenset([Origin(name, REMOTE, f"the request ({row.key})", line)]), HOLE)
        if scope.is_callback or name in _OBJECTS:
            return uncertain(name, line)
        return Value(frozenset([Origin(name, LOCAL, f"parameter {name}", line)]), HOLE)

    # -- parts -----------------------------------------------------------------------------------------------

    def _of_member_expression(self, node: SgNode) -> Value:
        name = self._module.name(node)
        source = source_of(name)
        line = node.range().start.line + 1
        if source is not None:
            return Value(frozenset([Origin(node.text()[:80], source.level, source.what, line)]), HOLE)
        part = name.rpartition(".")[2]
        if part in PLAIN_PARTS:
            return CONSTANT
        defined = self._attribute(name, node)
        if defined is not None:
            return defined
        return self._part(self.value(node.field("object")), part, node.text()[:80])

    def _attribute(self, name: str, node: SgNode) -> Value | None:
        """The value of `x.y` where the same function sets it before."""
        at = node.range().start.index
        scope = next(self._module.around(at))
        rows = [row for row in scope.names.get(name, ()) if row.at < at]
        return self._defined(name, scope, rows) if rows else None

    def _of_subscript_expression(self, node: SgNode) -> Value:
        base, index = node.field("object"), node.field("index")
        name = f"{self._module.name(base)}.{text_of(index) or '*'}" if base is not None else ""
        source = source_of(name)
        if source is not None:
            line = node.range().start.line + 1
            return Value(frozenset([Origin(node.text()[:80], source.level, source.what, line)]), HOLE)
        value = self.value(base)
        return self._part(value, "*", node.text()[:80]) if value.origins else CONSTANT

    # -- texts -----------------------------------------------------------------------------------------------

    def _of_template_string(self, node: SgNode) -> Value:
        return joined(self.value(child) for child in node.children() if child.is_named())

    def _of_template_substitution(self, node: SgNode) -> Value:
        value = self.value(inner(node))
        return value if not value.origins or value.text else value._replace(text=HOLE)

    def _of_binary_expression(self, node: SgNode) -> Value:
        operator = node.field("operator")
        sign = operator.text() if operator is not None else ""
        operands = [node.field("left"), node.field("right")]
        if sign == "+":
            return joined(map(self.value, operands))
        if sign in ("||", "??", "&&"):
            return union(map(self.value, operands[1:] if sign == "&&" else operands))
        return CONSTANT

    def _of_unary_expression(self, _node: SgNode) -> Value:
        return CONSTANT

    def _of_ternary_expression(self, node: SgNode) -> Value:
        value = union([self.value(node.field("consequence")), self.value(node.field("alternative"))])
        test = node.field("condition")
        keys = self.tested(test) if test is not None else set()
        return value._replace(origins=frozenset(row for row in value.origins if row.key not in keys))

    def _of_assignment_expression(self, node: SgNode) -> Value:
        return self.value(node.field("right"))

    def _boxed(self, node: SgNode) -> Value:
        parts = [child for child in node.children() if child.is_named() and child.kind() != "comment"]
        return union(map(self.value, parts))._replace(boxed=True)

    _of_object = _of_array = _boxed

    # -- calls -----------------------------------------------------------------------------------------------

    def _of_new_expression(self, node: SgNode) -> Value:
        name = self._module.name(node)
        if name in ("URL", "String", "URLSearchParams"):
            return union(map(self.value, arguments(node)))._replace(boxed=False)
        return CONSTANT if name in ("Date", "Map", "Set", "RegExp", "Number") else self._unknown(node)

    def _of_call_expression(self, node: SgNode) -> Value:
        name = self._module.name(node)
        values = arguments(node)
        source = source_of(name, called=True)
        line = node.range().start.line + 1
        if source is not None:
            return Value(frozenset([Origin(node.text()[:80], source.level, source.what, line)]), HOLE)
        function = node.field("function")
        receiver = (
            function.field("object")
            if function is not None and function.kind() == "member_expression"
            else None
        )
        rules = cleared_by(name)
        if rules is not None:
            value = union([self.value(part) for part in (receiver, *values)])
            if rules == frozenset([ALL]):
                return CONSTANT
            return value._replace(cleared=value.cleared | rules, text=HOLE if value.origins else value.text)
        return self._result(node, name, receiver, values)

    def _result(self, node: SgNode, name: str, receiver: SgNode | None, values: list[SgNode]) -> Value:
        method = name.rpartition(".")[2]
        if method in ("map", "flatMap", "reduce") and values and values[0].kind() in FUNCTIONS:
            return self.returned(values[0])._replace(boxed=True)
        if method == "join" and receiver is not None and name.rpartition(".")[0] not in ("path", "posix"):
            value = union([self.value(receiver), *map(self.value, values)])
            built = value.built or bool(value.origins and value.text.strip(HOLE))
            return value._replace(text=value.text + HOLE if built else value.text, built=built, boxed=False)
        if method in ("join", "resolve", "concat", "normalize") and values:
            return joined(
                map(self.value, [*([receiver] if method == "concat" and receiver else []), *values])
            )
        if method in PASSING:
            return union(map(self.value, [*([receiver] if receiver is not None else []), *values]))._replace(
                boxed=False
            )
        if receiver is not None:
            value = self.value(receiver)
            level = value.level(frozenset(), "")
            return (
                value._replace(boxed=False) if level > UNCERTAIN or not value.origins else self._unknown(node)
            )
        return self._unknown(node)

    def returned(self, function: SgNode) -> Value:
        """What a function returns."""
        body = function.field("body")
        if body is not None and body.kind() != "statement_block":
            return self.value(body)
        scope = self._module.function(body) if body is not None else None
        return union(
            self.value(inner(node))
            for node in function.find_all(kind="return_statement")
            if scope is None or self._module.function(node) is scope
        )

    # -- tests -----------------------------------------------------------------------------------------------

    def tested(self, node: SgNode) -> set[str]:
        """Keys of the origins that a condition decides on."""
        keys: set[str] = set()
        for part in [node, *node.find_all(any=[{"kind": "call_expression"}, {"kind": "binary_expression"}])]:
            if part.kind() == "call_expression" and is_test(self._module.name(part)):
                if _SCHEMES.search(part.text()):
                    continue
                function = part.field("function")
                receiver = function.field("object") if function is not None else None
                subjects = [*arguments(part), *([receiver] if receiver is not None else [])]
                keys |= {key for subject in subjects for key in self._keys(subject)}
            elif part.kind() == "binary_expression":
                keys |= self._compared(part)
        return keys

    def _keys(self, node: SgNode | None) -> set[str]:
        """Keys of the origins of a value; those of an address where the value is its host."""
        keys = {row.key for row in self.value(node).origins}
        if node is not None and _HOSTS.search(node.text()):
            keys |= {row.key for row in self.value(node.field("object")).origins}
        return keys

    def _compared(self, node: SgNode) -> set[str]:
        """A comparison of a value, its type or a part of it with a constant; `in` a table."""
        operator, target, right = node.field("operator"), node.field("left"), node.field("right")
        if operator is None or target is None or right is None:
            return set()
        sign = operator.text()
        if sign == "in" or (sign in ("===", "!==", "==", "!=") and target.kind() == "unary_expression"):
            operand = target.field("argument") if target.kind() == "unary_expression" else target
            return self._keys(operand)
        if sign in ("===", "!==", "==", "!=") and right.kind() == "string" and len(right.text()) > 2:
            return self._keys(target)
        return set()

    def validated(self, node: SgNode) -> frozenset[str]:
        """Keys of the origins that conditions before a node decide on, in the functions around it, and those
        that a call which validates has as arguments.
        """
        at = node.range().start.index
        keys: set[str] = set()
        for scope in self._module.around(at):
            if scope.start < 0:
                break
            for start, test in self._tests(scope):
                if start >= at:
                    break
                if start not in self._decided:
                    self._decided[start] = self.tested(test)
                keys |= self._decided[start]
        return frozenset(keys)

    def _tests(self, scope: ScriptScope) -> list[tuple[int, SgNode]]:
        """The conditions of a function and their places in the text, in its order."""
        if scope.start not in self._conditions:
            tests: Any = [
                {
                    "kind": "parenthesized_expression",
                    "inside": {"kind": "if_statement", "field": "condition"},
                },
                {"kind": "ternary_expression"},
                {"kind": "expression_statement", "regex": r"(?i)(valid|assert|check|verify|ensure)\w*\("},
            ]
            nodes = scope.node.find_all(any=tests)
            self._conditions[scope.start] = sorted(
                ((node.range().start.index, node) for node in nodes), key=lambda row: row[0]
            )
        return self._conditions[scope.start]
