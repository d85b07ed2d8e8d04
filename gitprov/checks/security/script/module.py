"""A JavaScript or TypeScript file prepared for the finders: calls, functions, what names stand for."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from gitprov.checks.security.rule import Hit

if TYPE_CHECKING:
    from ast_grep_py import SgNode

FUNCTIONS = frozenset(
    [
        "function_declaration",
        "function_expression",
        "arrow_function",
        "method_definition",
        "generator_function",
        "generator_function_declaration",
    ]
)
_WRAPPED = frozenset(
    [
        "non_null_expression",
        "parenthesized_expression",
        "await_expression",
        "as_expression",
        "satisfies_expression",
    ]
)
_BINDING = (
    "variable_declarator", "assignment_expression", "augmented_assignment_expression", "for_in_statement",
)  # fmt: skip
IS, ADDS, GROWS, PART, EACH, PARAMETER = "is", "adds", "grows", "part", "each", "parameter"
"""How a name gets its value: as it is, added to a text, added to a list, a part of it, each of its entries,
or from a caller.
"""
_REQUIRED = re.compile(
    r"=\s*(?:await\s+)?(?:(?:util\.)?promisify\()?(?:require|import)\(\s*['\"]([^'\"]+)['\"]\s*\)((?:\.\w+)*)"
)
_PROMISED = re.compile(r"\b(?:const|let|var)\s+(\w+)\s*=\s*(?:util\.)?promisify\(\s*([\w.]+)\s*\)")
"""A function of an import that is called by another name, with promises."""


class Definition(NamedTuple):
    """A place that gives a name its value. `at`: where it ends, as an index into the text; `value`: the
    expression, None without one; `how`: see `IS`; `key`: the name of the part.
    """

    at: int
    value: SgNode | None
    how: str
    key: str = ""


class ScriptCall(NamedTuple):
    """A call or `new`. `name`: dotted, its first part as it was imported; `new X()` is `X`."""

    node: SgNode
    name: str


class ScriptScope:
    """A function, or the file. `start`, `end`: indexes into the text; `outer`: the number of the scope around
    it; `names`: what gives names their values, in the order of the text.
    """

    def __init__(self, node: SgNode, start: int, end: int, outer: int) -> None:
        self.node = node
        self.start = start
        self.end = end
        self.outer = outer
        self.names: dict[str, list[Definition]] = {}

    @cached_property
    def text(self) -> str:
        """The text of the function."""
        return self.node.text()

    @cached_property
    def is_callback(self) -> bool:
        """Whether the function is an argument of a call."""
        parent = self.node.parent()
        return parent is not None and parent.kind() == "arguments"


class ScriptModule:
    """One file. `path`: its name; `root`: its tree; `language`: the parser's name of its grammar; `names`:
    what names that are imported stand for; `local`: names from other files of the project.
    """

    def __init__(self, path: str, root: SgNode, language: str) -> None:
        self.path = path
        self.root = root
        self.language = language
        self.text = root.text()
        imports = dict(_imports(root))
        self.local = {name for name, module in imports.items() if module.startswith((".", "@/", "~", "/"))}
        self.names = {name: module for name, module in imports.items() if name not in self.local}
        for match in _PROMISED.finditer(self.text) if "promisify(" in self.text else ():
            base, dot, rest = match[2].partition(".")
            self.names[match[1]] = f"{self.names.get(base, base)}{dot}{rest}"

    @cached_property
    def calls(self) -> list[ScriptCall]:
        """All calls in the order of the text."""
        nodes = self.root.find_all(any=[{"kind": "call_expression"}, {"kind": "new_expression"}])
        return [ScriptCall(node, self.name(node)) for node in nodes]

    def name(self, node: SgNode) -> str:
        """The dotted name of an expression; '' where it has none. Calls in the middle are left out."""
        parts: list[str] = []
        current: SgNode | None = node
        while current is not None:
            kind = current.kind()
            if kind in ("identifier", "this"):
                text = current.text()
                return ".".join([self.names.get(text, text), *reversed(parts)])
            if kind == "member_expression":
                part = current.field("property")
                parts.append(part.text() if part is not None else "")
                current = current.field("object")
            elif kind in ("call_expression", "new_expression"):
                current = current.field("function") or current.field("constructor")
            elif kind in _WRAPPED:
                current = inner(current)
            else:
                break
        return "." + ".".join(reversed(parts)) if parts else ""

    # -- scopes ----------------------------------------------------------------------------------------------

    @cached_property
    def scopes(self) -> list[ScriptScope]:
        """All functions by their starts, the file first."""
        rows = [ScriptScope(self.root, -1, len(self.text) + 1, -1)]
        kinds: Any = [{"kind": kind} for kind in (*sorted(FUNCTIONS), *_BINDING)]
        bindings: list[SgNode] = []
        for node in self.root.find_all(any=kinds):
            if node.kind() not in FUNCTIONS:
                bindings.append(node)
                continue
            span = node.range()
            number = len(rows) - 1
            while rows[number].end < span.end.index:
                number = rows[number].outer
            rows.append(ScriptScope(node, span.start.index, span.end.index, number))
        self._define(rows, bindings)
        self._define_growing(rows)
        return rows

    @cached_property
    def _starts(self) -> list[int]:
        return [scope.start for scope in self.scopes]

    def around(self, index: int) -> Iterator[ScriptScope]:
        """The functions around a place of the text, from inside to outside, the file last."""
        yield from _around(self.scopes, self._starts, index)

    def function(self, node: SgNode) -> ScriptScope:
        """The innermost function around a node, or the file."""
        return next(self.around(node.range().start.index))

    def _define(self, rows: list[ScriptScope], bindings: list[SgNode]) -> None:
        starts = [scope.start for scope in rows]
        for node in bindings:
            target, value, how = _parts(node)
            if target is not None:
                span = node.range()
                scope = next(_around(rows, starts, span.start.index))
                at = span.start.index if how == EACH else span.end.index
                self._add(scope, target, Definition(at, value, how))
        for scope in rows[1:]:
            for parameter in parameters(scope.node):
                self._add(scope, parameter, Definition(scope.start, parameter, PARAMETER))

    def _define_growing(self, rows: list[ScriptScope]) -> None:
        """The entries that `push` adds to a list."""
        starts = [scope.start for scope in rows]
        for call in self.calls:
            name, _, method = call.name.rpartition(".")
            if method in ("push", "unshift") and name and "." not in name:
                span = call.node.range()
                scope = next(_around(rows, starts, span.start.index))
                places = scope.names.setdefault(name, [])
                places += [Definition(span.end.index, value, GROWS) for value in arguments(call.node)]
                places.sort(key=lambda row: row.at)

    def _add(self, scope: ScriptScope, target: SgNode, row: Definition) -> None:
        if target.kind() == "member_expression":
            scope.names.setdefault(self.name(target), []).append(row)
        for name, key in bound(target):
            part = row._replace(how=PART) if key and row.how != PARAMETER else row
            scope.names.setdefault(name, []).append(part._replace(key=key))


def _around(rows: list[ScriptScope], starts: list[int], index: int) -> Iterator[ScriptScope]:
    number = bisect_right(starts, index) - 1
    while number >= 0:
        if rows[number].end >= index:
            yield rows[number]
        number = rows[number].outer


def _parts(node: SgNode) -> tuple[SgNode | None, SgNode | None, str]:
    kind = node.kind()
    if kind == "variable_declarator":
        return (
            (node.field("name"), node.field("value"), IS)
            if node.field("value") is not None
            else (None, None, IS)
        )
    how = {"assignment_expression": IS, "for_in_statement": EACH}.get(kind, ADDS)
    return node.field("left"), node.field("right"), how


def inner(node: SgNode) -> SgNode | None:
    """What a wrapper such as parentheses or `await` holds."""
    return next((child for child in node.children() if child.is_named() and child.kind() != "comment"), None)


def arguments(call: SgNode) -> list[SgNode]:
    """The arguments of a call; none for a template that is tagged."""
    node = call.field("arguments")
    if node is None or node.kind() != "arguments":
        return []
    return [child for child in node.children() if child.is_named() and child.kind() != "comment"]


def parameters(function: SgNode) -> list[SgNode]:
    """The parameters of a function, with their defaults and types."""
    node = function.field("parameters")
    if node is None:
        single = function.field("parameter")
        return [single] if single is not None else []
    return [child for child in node.children() if child.is_named() and child.kind() != "comment"]


def bound(target: SgNode) -> Iterator[tuple[str, str]]:
    """(name, key) of the names that a target binds; the key of the whole value is ''."""
    kind = target.kind()
    if kind == "identifier":
        yield target.text(), ""
    elif kind in ("required_parameter", "optional_parameter"):
        pattern = target.field("pattern")
        yield from bound(pattern) if pattern is not None else ()
    elif kind in ("assignment_pattern", "object_assignment_pattern"):
        part = target.field("left")
        yield from bound(part) if part is not None else ()
    elif kind == "shorthand_property_identifier_pattern":
        yield target.text(), target.text()
    elif kind == "pair_pattern":
        key, value = target.field("key"), target.field("value")
        if key is not None and value is not None:
            yield from ((name, key.text()) for name, _ in bound(value))
    elif kind in ("object_pattern", "array_pattern", "rest_pattern"):
        for child in target.children():
            yield from ((name, key or "*") for name, key in bound(child)) if child.is_named() else ()


def _imports(root: SgNode) -> Iterator[tuple[str, str]]:
    """(name, what it stands for) of `import`, `require` and `promisify`."""
    for node in root.find_all(kind="import_statement"):
        source = node.field("source")
        clause = next((child for child in node.children() if child.kind() == "import_clause"), None)
        if source is not None and clause is not None:
            yield from _clause(clause, module_name(source))
    value: Any = {"regex": r"\b(require|import)\(", "field": "value"}
    for node in root.find_all(kind="variable_declarator", has=value):
        target, text = node.field("name"), node.text()
        match = _REQUIRED.search(text)
        if target is not None and match is not None:
            module = _plain(match[1]) + match[2].removesuffix(".promises").removesuffix(".default")
            for name, key in bound(target):
                yield name, f"{module}.{key}" if key else module


def _clause(clause: SgNode, module: str) -> Iterator[tuple[str, str]]:
    for child in clause.children():
        if child.kind() == "identifier":
            yield child.text(), module
        elif child.kind() == "namespace_import":
            name = inner(child)
            yield (name.text() if name is not None else ""), module
        elif child.kind() == "named_imports":
            for entry in child.children():
                key, alias = entry.field("name"), entry.field("alias")
                if key is not None:
                    yield (alias or key).text(), f"{module}.{key.text()}"


def module_name(source: SgNode) -> str:
    """The module of an import, without `node:`, as one part of a name."""
    return _plain(source.text().strip("'\"`"))


def _plain(module: str) -> str:
    name = module.removeprefix("node:")
    name = {"fs/promises": "fs", "child-process": "child_process", "mysql2/promise": "mysql2"}.get(name, name)
    return name if name.startswith((".", "@/", "~", "/")) else name.replace("/", "-").replace(".", "_")


def option(values: Iterable[SgNode], *names: str) -> SgNode | None:
    """The value of the first of some keys in objects that are among some arguments."""
    for node in values:
        if node.kind() != "object":
            continue
        for child in node.children():
            key = child.field("key") if child.kind() == "pair" else None
            if key is not None and key.text().strip("'\"") in names:
                return child.field("value")
            if child.kind() == "shorthand_property_identifier" and child.text() in names:
                return child
    return None


def text_of(node: SgNode | None) -> str | None:
    """The text of a string without holes; None for anything else."""
    if node is None or node.kind() not in ("string", "template_string"):
        return None
    text = node.text()
    return None if node.kind() == "template_string" and "${" in text else text[1:-1]


def hit(rule: str, node: SgNode, detail: str = "") -> Hit:
    """A hit at the lines of a node."""
    span = node.range()
    return Hit(rule, span.start.line + 1, span.end.line + 1, " ".join(detail.split())[:160])
