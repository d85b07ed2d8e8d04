"""Definitions of a source file, whatever its language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol, TypeAlias


class CodeDefinition(NamedTuple):
    """One definition. `name` is dotted (`Class.method`); a repeated name gets `#2` and so on.

    `line` is 1-based. `text` is the source text; a definition with equal text is equal if the names in it
    mean the same. `node` is a node of the language's tree.
    """

    kind: str
    name: str
    line: int
    text: str
    node: Any

    @property
    def last_name(self) -> str:
        """The name without the class that it is in."""
        return self.name.rpartition(".")[2]


class Form(NamedTuple):
    """A definition without layout, comments and the names of local variables; equal forms are equal code.

    Its own name is no part of it, so that a renamed definition has the form that it had.
    """

    signature: str
    body: str


class Unreadable(ValueError):
    """A file that cannot be parsed; the text is the reason."""


LoadOrder: TypeAlias = Mapping[tuple[int, str], int]
"""(number of a statement, name that it needs) → number of definitions of the name before the statement."""


class FileDefinitions(Protocol):
    """The definitions of one file, and their forms."""

    @property
    def definitions(self) -> Mapping[str, CodeDefinition]:
        """Name → definition, in the order of the file."""

    @property
    def meanings(self) -> Mapping[str, str]:
        """Names that imports bind at the top of the file → what they stand for."""

    def form(self, definition: CodeDefinition, renamed: Mapping[str, str]) -> Form:
        """The form of a definition; `renamed`: global name → the name that is written in its place."""

    def signature(self, definition: CodeDefinition) -> str:
        """The signature as people read it."""

    def order(self, definition: CodeDefinition) -> LoadOrder:
        """How often each name that a definition needs when the file is loaded is defined before it."""

    def release(self) -> None:
        """Forget the definitions. Forms and signatures of those that the caller keeps can still be made."""
