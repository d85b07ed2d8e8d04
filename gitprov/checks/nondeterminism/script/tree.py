"""A JavaScript or TypeScript file prepared for the rules: calls, names around a value, uses of a name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ast_grep_py import SgNode

_FUNCTIONS = frozenset(
    {"function_declaration", "function_expression", "arrow_function", "method_definition", "program",
     "generator_function_declaration"}
)  # fmt: skip
_STATEMENTS = ("_statement", "_declaration", "program", "statement_block")
_LOG = re.compile(
    r"^(?:console|log(?:ger)?|this\.log(?:ger)?|winston|pino|debug)(?:\.\w+)?$|\.log(?:ger)?\.\w+$"
)
_PRESENT = ("??", "||", "??=", "||=")


class ScriptTree:
    """The tree of one file. `calls`: every call, `news`: every `new X(…)`, in the order of the text."""

    def __init__(self, root: SgNode) -> None:
        self.root = root
        self.text = root.text()
        self.calls = root.find_all(kind="call_expression")
        self.news = root.find_all(kind="new_expression")

    def called(self) -> Iterator[tuple[SgNode, str]]:
        """(call, text of the function without white space and `?.`)."""
        for call in self.calls:
            yield call, function(call)


def function(call: SgNode) -> str:
    """What a call calls: `Math.random`, `fs.promises.readdir`."""
    field = call.field("function")
    return re.sub(r"\s+", "", field.text()).replace("?.", ".") if field is not None else ""


def method(call: SgNode) -> str:
    """The last name of what a call calls."""
    return function(call).rpartition(".")[2]


def arguments(call: SgNode) -> list[SgNode]:
    """The arguments of a call."""
    field = call.field("arguments")
    return [] if field is None else [node for node in field.children() if node.is_named()]


def line(node: SgNode) -> int:
    """The first line of a node, 1-based."""
    return node.range().start.line + 1


def last_line(node: SgNode) -> int:
    """The last line of a node, 1-based."""
    return node.range().end.line + 1


def is_same(first: SgNode | None, second: SgNode | None) -> bool:
    """Whether two nodes are one place of the file."""
    if first is None or second is None:
        return False
    a, b = first.range(), second.range()
    return (a.start.index, a.end.index) == (b.start.index, b.end.index)


def scope(node: SgNode) -> SgNode:
    """The function around a node, or the file."""
    for parent in node.ancestors():
        if parent.kind() in _FUNCTIONS:
            return parent
    return node


def labels(node: SgNode) -> str:
    """The names that a value goes to: variables, keys, functions around it, in lower case."""
    words: list[str] = []
    for parent in node.ancestors():
        kind = parent.kind()
        for name in {
            "variable_declarator": ("name",),
            "pair": ("key",),
            "assignment_expression": ("left",),
            "call_expression": ("function",),
            "public_field_definition": ("name",),
            "field_definition": ("property",),
        }.get(kind, ()):
            field = parent.field(name)
            words.append(field.text() if field is not None else "")
        if kind in _FUNCTIONS:
            name_field = parent.field("name")
            if name_field is not None:
                words.append(name_field.text())
                break
    return " ".join(words).lower()


def is_message(node: SgNode) -> bool:
    """Whether a value ends in a log line, an error, or in what a page shows."""
    for parent in node.ancestors():
        kind = parent.kind()
        if kind in ("throw_statement", "jsx_expression"):
            return True
        if kind == "call_expression" and _LOG.search(function(parent)):
            return True
        if kind == "new_expression" and (parent.field("constructor") or parent).text().endswith("Error"):
            return True
        if kind.endswith(_STATEMENTS):
            return False
    return False


def is_replaceable(node: SgNode) -> bool:
    """Whether a call is the default of a parameter, a fallback, or all that a function returns."""
    child = node
    for parent in node.ancestors():
        kind = parent.kind()
        if kind in ("assignment_pattern", "required_parameter", "optional_parameter"):
            return True
        if kind in ("binary_expression", "augmented_assignment_expression"):
            operator = parent.field("operator")
            if operator is not None and operator.text() in _PRESENT and is_same(parent.field("right"), child):
                return True
        if kind == "ternary_expression" and _tests_presence(parent):
            return True
        if kind == "arrow_function" and not _is_factory(parent, child):
            return _is_default(parent)
        if kind == "arrow_function":
            return True
        if kind.endswith(_STATEMENTS):
            return False
        child = parent
    return False


def _tests_presence(node: SgNode) -> bool:
    """Whether the condition of `a ? b : c` asks if a name has a value."""
    test = node.field("condition")
    return test is not None and (
        test.kind() == "identifier" or "undefined" in test.text() or "null" in test.text()
    )


def _is_default(node: SgNode) -> bool:
    parent = node.parent()
    return parent is not None and parent.kind() in ("assignment_pattern", "required_parameter")


def _is_factory(node: SgNode, body: SgNode) -> bool:
    """Whether an arrow function without parameters, that is no argument, returns a value only."""
    parent = node.parent()
    named = parent is None or parent.kind() != "arguments"
    return named and is_same(node.field("body"), body) and not arguments_of_function(node)


def arguments_of_function(node: SgNode) -> bool:
    """Whether an arrow function has parameters."""
    field = node.field("parameters") or node.field("parameter")
    return field is not None and any(part.is_named() for part in field.children())


def uses(node: SgNode, name: str) -> Iterator[SgNode]:
    """The places that read a variable, in the function around a node."""
    pattern = f"^{re.escape(name)}$"
    around = scope(node)
    yield from around.find_all(kind="shorthand_property_identifier", regex=pattern)
    for entry in around.find_all(kind="identifier", regex=pattern):
        parent = entry.parent()
        declared = parent is not None and parent.kind() == "variable_declarator"
        if not (declared and parent is not None and is_same(parent.field("name"), entry)):
            yield entry


def is_sorted(node: SgNode, name: str) -> bool:
    """Whether the function around a node sorts a variable."""
    pattern = rf"(?<![\w$.]){re.escape(name)}\s*\.\s*(?:sort|toSorted)\s*\("
    spread = rf"\[\s*\.\.\.\s*{re.escape(name)}\s*(?:\.\w+\(\)\s*)?\]\s*\.\s*(?:sort|toSorted)\s*\("
    return re.search(f"{pattern}|{spread}", scope(node).text()) is not None
