"""Which names of a definition are local variables, in any language with nested scopes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from ast_grep_py import SgNode

Span: TypeAlias = tuple[int, int]
"""First and last offset of a node."""


class Grammar(NamedTuple):
    """What the form of a language's code needs to know of its tree.

    `names`: kinds of nodes that are variables. `shorthands`: kinds that are a key and a variable in one → the
    kind of the long form; empty where the node above is that. `ignored`: kinds that have no meaning when the
    program runs. `unwrapped`: kinds of which only the first named child has one. `thin`: kinds that mean the
    same as their only child. `quotes`: kinds whose marks do not count. `ends`: tokens that do not count.
    `scope_of`: the node in which a name is visible that this node binds; None where it binds none.
    """

    names: frozenset[str]
    shorthands: Mapping[str, str]
    ignored: frozenset[str]
    unwrapped: frozenset[str]
    thin: frozenset[str]
    quotes: frozenset[str]
    ends: frozenset[str]
    scope_of: Callable[[SgNode], SgNode | None]


def span(node: SgNode) -> Span:
    """The offsets of a node."""
    place = node.range()
    return place.start.index, place.end.index


def is_node(first: SgNode | None, second: SgNode) -> bool:
    """Whether both are one node, or nodes of one place of the text."""
    return first is not None and span(first) == span(second)


def nearest(node: SgNode, kinds: frozenset[str]) -> SgNode:
    """The nearest node above of one of some kinds, else the top of the file."""
    top = node
    for above in node.ancestors():
        if above.kind() in kinds:
            return above
        top = above
    return top


def walk(node: SgNode) -> Iterator[SgNode]:
    """The node and all below it, in the order of the text."""
    pending = [node]
    while pending:
        inner = pending.pop()
        yield inner
        pending += reversed(inner.children())


def local_names(node: SgNode, grammar: Grammar) -> frozenset[str]:
    """The names that are bound inside a definition, and of which every use is where a binding is visible.

    Other names keep their text in the form, because they may mean something outside of the definition.
    """
    begin, end = span(node)
    uses: dict[str, list[int]] = {}
    scopes: dict[str, list[Span]] = {}
    for inner in walk(node):
        if inner.kind() not in grammar.names and inner.kind() not in grammar.shorthands:
            continue
        name = inner.text()
        uses.setdefault(name, []).append(span(inner)[0])
        scope = grammar.scope_of(inner)
        if scope is not None and (place := span(scope))[0] >= begin and place[1] <= end:
            scopes.setdefault(name, []).append(place)
    return frozenset(
        name
        for name, places in scopes.items()
        if all(any(first <= use < last for first, last in places) for use in uses[name])
    )
