"""A value of Python as canonical bytes and their digest: equal for equal values, and for no others.

Types never fall together (`1`, `1.0`, `True` and `Decimal("1")` are four values), and neither the hash seed
nor the version of Python moves a digest. A value of a type without a rule is unknown, and has no digest.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import NamedTuple

from gitprov.behaviour import kinds
from gitprov.behaviour.node import CYCLE, SCALAR, UNKNOWN, Node, encode, walk

DEPTH = 120
"""Levels of nesting that are read; deeper values are unknown."""
NODES = 500_000
"""Elements of one value that are read; larger values are unknown."""
DRAIN = 1_000
"""Elements of an iterator that are read; longer ones are unknown."""


class Canonical(NamedTuple):
    """A value in its canonical form.

    `digest` is `sha256:` and 64 hex of the canonical bytes, None where a part of the value is unknown.
    `order` is a digest of the orders in which dicts had their keys, None where all had them sorted.
    `unknown` has the reasons, each with the type's name, without repeats.
    """

    digest: str | None
    order: str | None
    node: Node
    unknown: tuple[str, ...] = ()


def canonical(value: object, drain: int = DRAIN) -> Canonical:
    """The canonical form of a value. Iterators are drained: at most `drain` elements and one more."""
    return of_node(tree(value, drain))


def of_node(node: Node) -> Canonical:
    """The canonical form of a tree that was built before."""
    unknown: dict[str, None] = {}
    orders: list[str] = []
    moved = False
    for part in walk(node):
        if part.kind == UNKNOWN:
            unknown[f"{part.tag}: {part.text}"] = None
        elif part.kind == "d":
            orders.append(",".join(map(str, part.order)))
            moved = moved or bool(part.order)
    order = hashlib.sha256(";".join(orders).encode()).hexdigest()[:16] if moved else None
    digest = None if unknown else f"sha256:{hashlib.sha256(encode(node)).hexdigest()}"
    return Canonical(digest, order, node, tuple(unknown))


def tree(value: object, drain: int = DRAIN) -> Node:
    """The tree of a value."""
    return _Walk(drain).node(value)


class _Walk:
    """The reading of one value: what lies above the present element, and how many were read."""

    def __init__(self, drain: int) -> None:
        self.drain = drain
        self._above: list[int] = []
        self._count = 0

    def node(self, value: object) -> Node:
        """The tree of an element."""
        kind = type(value)
        scalar = kinds.SCALARS.get(kind)
        self._count += 1
        if self._count > NODES:
            return Node(UNKNOWN, kinds.name_of(kind), f"more than {NODES:,} elements")
        if scalar is not None:
            return Node(SCALAR, kind.__name__, scalar(value))
        return self._compound(value, kind)

    def _compound(self, value: object, kind: type) -> Node:
        mark = id(value)
        if mark in self._above:
            return Node(CYCLE, "cycle", str(len(self._above) - self._above.index(mark)))
        if len(self._above) >= DEPTH:
            return Node(UNKNOWN, kinds.name_of(kind), f"nested deeper than {DEPTH} levels")
        self._above.append(mark)
        try:
            return _handler(kind)(self, value)
        finally:
            self._above.pop()


@lru_cache(maxsize=4096)
def _handler(kind: type) -> kinds.Handler:
    return kinds.handler(kind)
