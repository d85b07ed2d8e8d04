"""The definitions of one file that ast-grep parses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from gitprov.behaviour.structure.definition import CodeDefinition, Form, LoadOrder, Unreadable
from gitprov.behaviour.structure.trees.forms import TreeWriter
from gitprov.behaviour.structure.trees.locals import Grammar, local_names, span, walk

if TYPE_CHECKING:
    from ast_grep_py import SgNode

STATEMENTS = "<module>"
_ITSELF = "<itself>"
#: Kinds of definitions that use nothing when they are defined.
_LAZY = frozenset({"function", "method"})
#: Kinds of nodes whose names exist before any statement of their file runs.
_HOISTED = frozenset({"function_declaration", "generator_function_declaration", "method_definition"})


class Entry(NamedTuple):
    """One definition as a language's reader lists it.

    `name` is dotted; `head` are the nodes of its signature; `omitted` are nodes with definitions of their
    own, and its name. `marks` are words that belong to it (`export`, attributes).
    """

    kind: str
    name: str
    node: SgNode
    head: tuple[SgNode, ...] = ()
    omitted: tuple[SgNode, ...] = ()
    marks: tuple[str, ...] = ()


class Outline(NamedTuple):
    """All that a language's reader lists: definitions, other statements, and what imported names mean."""

    entries: list[Entry]
    statements: list[SgNode]
    meanings: dict[str, str]


class TreeFile:
    """The definitions of a file, from the outline of its language.

    `ordered`: whether the order of definitions matters when the file is loaded.
    """

    def __init__(self, grammar: Grammar, outline: Outline, *, ordered: bool) -> None:
        self._grammar = grammar
        self._ordered = ordered
        self.meanings = outline.meanings
        self.definitions: dict[str, CodeDefinition] = {}
        for entry in outline.entries:
            name, number = entry.name, 1
            while name in self.definitions:
                number += 1
                name = f"{entry.name}#{number}"
            text = "\n".join([*entry.marks, entry.node.text()])
            line = entry.node.range().start.line + 1
            self.definitions[name] = CodeDefinition(entry.kind, name, line, text, entry)
            self.meanings.pop(name, None)
        nodes = outline.statements
        if nodes:
            text = "\n".join(node.text() for node in nodes)
            line = nodes[0].range().start.line + 1
            self.definitions[STATEMENTS] = CodeDefinition("statements", STATEMENTS, line, text, nodes)

    def form(self, definition: CodeDefinition, renamed: Mapping[str, str]) -> Form:
        """See `FileDefinitions`. Unreadable where the code is nested too deeply."""
        try:
            if isinstance(definition.node, list):
                return Form("", "\n".join(self._statement(node, renamed) for node in definition.node))
            return self._form(definition.node, {**renamed, definition.name: _ITSELF})
        except RecursionError:
            raise Unreadable(f"{definition.name} is nested too deeply") from None

    def _statement(self, node: SgNode, renamed: Mapping[str, str]) -> str:
        writer = TreeWriter(self._grammar, local_names(node, self._grammar), renamed, self.meanings)
        writer.node(node)
        return writer.text()

    def _form(self, entry: Entry, renamed: Mapping[str, str]) -> Form:
        variables = local_names(entry.node, self._grammar)
        omitted = {span(node) for node in (*entry.head, *entry.omitted)}
        writer = TreeWriter(self._grammar, variables, renamed, self.meanings, omitted)
        for node in entry.head:
            writer.head(node)
        signature = writer.text()
        writer.tokens = [*entry.marks]
        writer.node(entry.node)
        return Form(signature, writer.text())

    def signature(self, definition: CodeDefinition) -> str:
        """See `FileDefinitions`."""
        if isinstance(definition.node, list):
            return definition.name
        head = " ".join(node.text() for node in definition.node.head)
        return (
            definition.last_name + ("" if head.startswith("(") or not head else " ") + " ".join(head.split())
        )

    def order(self, definition: CodeDefinition) -> LoadOrder:
        """See `FileDefinitions`."""
        if not self._ordered or definition.kind in _LAZY:
            return {}
        nodes = definition.node if isinstance(definition.node, list) else [definition.node.node]
        starts = {
            name: span(entry.node.node)[0]
            for name, entry in self.definitions.items()
            if name != STATEMENTS and entry.node.node.kind() not in _HOISTED
        }
        order: dict[tuple[int, str], int] = {}
        for number, node in enumerate(nodes):
            for name in _names(node, self._grammar) & starts.keys() - {definition.name}:
                order[number, name] = int(starts[name] < span(node)[0])
        return order

    def release(self) -> None:
        """See `FileDefinitions`."""
        self.definitions.clear()


def _names(node: SgNode, grammar: Grammar) -> set[str]:
    return {inner.text() for inner in walk(node) if inner.kind() in grammar.names}


def parsed(text: str, language: str) -> SgNode:
    """The tree of a text. Unreadable where it has errors, or the parser is not installed."""
    try:
        from ast_grep_py import SgRoot
    except ModuleNotFoundError:
        raise Unreadable(
            "structure of this language needs ast-grep-py: pip install 'gitprov[behaviour]'"
        ) from None
    root = SgRoot(text, language).root()
    # The parser supplies tokens that are missing, without any text.
    broken = root.find(kind="ERROR") or (root.find(regex="^$") if text.strip() else None)
    if broken is not None:
        raise Unreadable(f"it is not valid {language}: line {broken.range().start.line + 1}")
    return root


def fields(node: SgNode, names: Iterable[str]) -> tuple[SgNode, ...]:
    """Those of the fields that a node has."""
    return tuple(field for name in names if (field := node.field(name)) is not None)
