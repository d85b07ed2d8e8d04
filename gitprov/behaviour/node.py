"""The tree of a value: what it is made of, and the bytes that stand for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

SCALAR = "v"
LIST = "l"
SET = "s"
DICT = "d"
OBJECT = "o"
CYCLE = "y"
UNKNOWN = "u"
CUT = "x"


class Node(NamedTuple):
    """One value in a tree of values.

    `kind` is one of the constants above, `tag` the type's name (`int`, `decimal.Decimal`, `shop.Money`).
    `text` is the content of a scalar, the reason of an unknown value, or how many levels up a cycle leads.
    `parts` are the elements: of a set sorted by their bytes; of a dict key, value, key, value, sorted by
    the bytes of the keys; of an object name, value, and so on, where each name is a scalar `str`.
    `order` of a dict has the position, in the dict as observed, of each of the sorted keys; () where both
    orders are the same. The bytes leave it out.
    """

    kind: str
    tag: str
    text: str = ""
    parts: tuple[Node, ...] = ()
    order: tuple[int, ...] = ()

    def pairs(self) -> Iterator[tuple[Node, Node]]:
        """Key and value of each item of a dict, name and value of each field of an object."""
        return zip(self.parts[::2], self.parts[1::2], strict=True)


def encode(node: Node) -> bytes:
    """The canonical bytes of a tree: UTF-8 of `serial`."""
    return serial(node).encode("utf-8", "surrogatepass")


def serial(node: Node) -> str:
    """A tree as text. Each content has its length before it, so that no two trees share a text."""
    out: list[str] = []
    _serial(node, out.append)
    return "".join(out)


def _serial(node: Node, write: Callable[[str], None]) -> None:
    kind, tag, text, parts, _ = node
    write(f"{kind}{tag}:{len(text)}:{text}{len(parts)};")
    for part in parts:
        _serial(part, write)


def walk(node: Node) -> Iterator[Node]:
    """The node and all nodes below it, in the order of the bytes."""
    nodes = [node]
    while nodes:
        node = nodes.pop()
        yield node
        nodes.extend(reversed(node.parts))
