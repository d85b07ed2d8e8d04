"""The form of code in a language that ast-grep parses."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from gitprov.behaviour.structure.trees.locals import Grammar, Span, is_node, span

if TYPE_CHECKING:
    from ast_grep_py import SgNode

_CLOSING = frozenset({")", "]", "}", ">"})
#: A name that a format string of Rust reads.
_FORMATTED = re.compile(r"(?<!\{)\{(\w+)")


class TreeWriter:
    """Writes the form of nodes. `renamed` and `meanings`: see `FileDefinitions`.

    `variables` are the names of local variables. Nodes at `omitted` places are left out.
    """

    def __init__(
        self,
        grammar: Grammar,
        variables: frozenset[str],
        renamed: Mapping[str, str],
        meanings: Mapping[str, str],
        omitted: Collection[Span] = (),
    ) -> None:
        self.tokens: list[str] = []
        self._grammar = grammar
        self._variables = variables
        self._renamed = renamed
        self._meanings = meanings
        self._omitted = omitted
        self._numbers: dict[str, int] = {}

    def text(self) -> str:
        """All that was written."""
        return " ".join(self.tokens)

    def node(self, node: SgNode) -> None:
        """Write a node."""
        kind = node.kind()
        if kind in self._grammar.ignored:
            return
        children = node.children()
        if kind in self._grammar.shorthands:
            self._shorthand(node.text(), self._grammar.shorthands[kind])
        elif kind in self._grammar.names and not children:
            self.tokens.append(self._name(node.text()))
        elif not children:
            self._leaf(node, kind)
        elif kind in self._grammar.unwrapped and "?." not in node.text():
            self.node(next(child for child in children if child.is_named()))
        elif kind == "object_assignment_pattern":
            self._default(children[0].text(), children[-1])
        else:
            self._inner(node, kind)

    def head(self, node: SgNode) -> None:
        """Write parameters; a single one may stand without its brackets."""
        if node.kind() in self._grammar.names:
            self.tokens += ["formal_parameters(", "(", self._name(node.text()), ")", ")"]
        else:
            self.node(node)

    def _inner(self, node: SgNode, kind: str) -> None:
        children = node.children()
        remaining = [
            child
            for number, child in enumerate(children)
            if child.kind() not in self._grammar.ignored
            and not self._is_layout(kind, child, children[number + 1 :])
            and not (self._omitted and span(child) in self._omitted)
        ]
        if kind in self._grammar.thin and len(remaining) == 1:
            self.node(remaining[0])
            return
        bare = node.field("parameter") if kind == "arrow_function" else None
        self.tokens.append(f"{kind}(")
        for child in remaining:
            if is_node(bare, child):
                self.head(child)
            else:
                self.node(child)
        self.tokens.append(")")

    def _shorthand(self, name: str, long_form: str) -> None:
        """`{a}` in the form of `{a: a}`."""
        pair = [repr(name), ":", self._name(name)]
        self.tokens += [f"{long_form}(", *pair, ")"] if long_form else pair

    def _default(self, name: str, value: SgNode) -> None:
        """`{a = 1}` in the form of `{a: a = 1}`."""
        self.tokens += ["pair_pattern(", repr(name), ":", "assignment_pattern(", self._name(name), "="]
        self.node(value)
        self.tokens += [")", ")"]

    def _leaf(self, node: SgNode, kind: str) -> None:
        text = node.text()
        if kind == "string_content":
            text = _FORMATTED.sub(lambda match: "{" + self._formatted(match[1]), text)
        self.tokens.append(repr(text) if node.is_named() else text)

    def _formatted(self, name: str) -> str:
        return self._name(name) if name in self._variables else name

    def _name(self, name: str) -> str:
        if name in self._variables:
            return f"${self._numbers.setdefault(name, len(self._numbers))}"
        meaning = self._meanings.get(name)
        return f"={meaning}" if meaning is not None else f"@{self._renamed.get(name, name)}"

    def _is_layout(self, kind: str, child: SgNode, following: list[SgNode]) -> bool:
        """Whether a token of a node of this kind is layout: a mark of a string, a comma before a bracket, a
        semicolon that may be left out, the mark of an optional parameter.
        """
        if child.is_named():
            return False
        text = child.text()
        if kind in self._grammar.quotes:
            return True
        if text == "," and following:
            return following[0].text() in _CLOSING and kind not in ("array", "tuple_expression")
        if text == "?":
            return kind in self._grammar.thin
        return text in self._grammar.ends and kind != "for_statement"
