"""A value of Python as canonical bytes and their digest: equal for equal values, and for no others.

Types never fall together (`1`, `1.0`, `True` and `Decimal("1")` are four values), and neither the hash seed
nor the version of Python moves a digest. A value of a type without a rule is unknown, and has no digest.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple

from gitprov.behaviour import kinds
from gitprov.behaviour.node import CYCLE, DICT, OBJECT, SCALAR, UNKNOWN, Node, encode, walk

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
    """The canonical form of a value. Iterators are drained: at most `drain` elements and one more.
    With a `drain` of -1 they are left as they are, and unknown.
    """
    reading = _TreeWalk(drain)
    node = reading.node(value)
    digest = None if reading.reasons else f"sha256:{sha256(encode(node)).hexdigest()}"
    return Canonical(digest, _order(node) if reading.moved else None, node, tuple(sorted(reading.reasons)))


def combined(tag: str, parts: Mapping[str, Canonical]) -> Canonical:
    """Several values as one object with these fields; it is unknown where one of them is."""
    fields = tuple(node for name, part in parts.items() for node in (Node(SCALAR, "str", name), part.node))
    node = Node(OBJECT, tag, "", fields)
    reasons = tuple(dict.fromkeys(reason for part in parts.values() for reason in part.unknown))
    orders = [f"{name} {part.order}" for name, part in parts.items() if part.order]
    order = sha256(";".join(orders).encode()).hexdigest()[:16] if orders else None
    return Canonical(None if reasons else f"sha256:{sha256(encode(node)).hexdigest()}", order, node, reasons)


def tree(value: object, drain: int = DRAIN) -> Node:
    """The tree of a value."""
    return _TreeWalk(drain).node(value)


def _order(node: Node) -> str:
    """A digest of the orders of all dicts in a tree."""
    rows = [",".join(map(str, part.order)) for part in walk(node) if part.kind == DICT]
    return sha256(";".join(rows).encode()).hexdigest()[:16]


class _TreeWalk:
    """The reading of one value: what lies above the present element, and how many were read.

    `reasons` collects why parts are unknown; `moved` is whether a dict did not have its keys sorted.
    """

    def __init__(self, drain: int) -> None:
        self.drain = drain
        self.reasons: set[str] = set()
        self.moved = False
        self._above: list[int] = []
        self._count = 0

    def node(self, value: object) -> Node:
        """The tree of an element."""
        kind = type(value)
        self._count += 1
        if self._count > NODES:
            return self.unknown(value, f"more than {NODES:,} elements")
        scalar = kinds.SCALARS.get(kind)
        if scalar is not None:
            return Node(SCALAR, kind.__name__, scalar(value))
        return self._compound(value, kind)

    def unknown(self, value: object, reason: str) -> Node:
        """The tree of a value that is not read, for this reason."""
        tag = kinds.name_of(type(value))
        self.reasons.add(f"{tag}: {reason}")
        return Node(UNKNOWN, tag, reason)

    def _compound(self, value: object, kind: type) -> Node:
        mark = id(value)
        if mark in self._above:
            return Node(CYCLE, "cycle", str(len(self._above) - self._above.index(mark)))
        if len(self._above) >= DEPTH:
            return self.unknown(value, f"nested deeper than {DEPTH} levels")
        self._above.append(mark)
        try:
            node = _handler(kind)(self, value)
        finally:
            self._above.pop()
        self.moved = self.moved or bool(node.order)
        return node


@lru_cache(maxsize=4096)
def _handler(kind: type) -> kinds.Handler:
    return kinds.handler(kind)
