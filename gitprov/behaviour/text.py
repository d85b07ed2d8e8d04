"""A tree as text for people, and back: expressions of Python, which are parsed and never evaluated.

`[1, 2.0, shop.Money(amount=decimal.Decimal('1.50'), currency='EUR')]`. Where a text has to be short, a part
of the value is replaced by `cut('list', 5000, '3f0a…')`: its type, its size and a digest.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from keyword import iskeyword
from typing import TYPE_CHECKING

from gitprov.behaviour.node import CUT, CYCLE, DICT, LIST, OBJECT, SCALAR, SET, UNKNOWN, Node, encode, serial

if TYPE_CHECKING:
    import ast

PREVIEW = 2048
"""Bytes of a preview, at most."""
_LEAST = 48
"""Characters that a part gets before parts after it are cut."""
_PLAIN = {"NoneType": "None", "ellipsis": "...", "NotImplementedType": "NotImplemented"}
_BRACKETS = {LIST: "[]", SET: "{}", DICT: "{}", OBJECT: "()"}


def render(node: Node, room: int | None = None) -> str:
    """A tree as an expression; with `room` large parts are cut, so that it has about as many characters."""
    if room is None or not node.parts:
        return _full(node) if room is None else _scalar_within(node, room)
    full = _full(node)
    return full if len(full) <= room else _within(node, room)


def _full(node: Node) -> str:
    if node.kind == SCALAR:
        return _scalar(node)
    if node.kind == CYCLE:
        return f"cycle({node.text})"
    if node.kind == UNKNOWN:
        return f"unknown({node.tag!r}, {node.text!r})"
    if node.kind == CUT:
        return f"cut({node.tag!r}, {node.text})"
    return _dressed(node, [_item(node, key, _full(value)) for key, value in _items(node)])


def _scalar(node: Node) -> str:
    tag, text = node.tag, node.text
    if tag in _PLAIN:
        return _PLAIN[tag]
    if tag in ("int", "bool"):
        return text
    if tag == "str":
        return repr(text)
    if tag == "bytes":
        return repr(text.encode("latin-1"))
    if tag == "float":
        return f"float({text!r})" if text in ("nan", "inf", "-inf") else repr(float.fromhex(text))
    return f"{tag}({text!r})"


def _items(node: Node) -> list[tuple[Node | None, Node]]:
    """(key, value) of each element; elements of lists and sets have no key."""
    if node.kind in (DICT, OBJECT):
        return list(node.pairs())
    return [(None, part) for part in node.parts]


def _item(node: Node, key: Node | None, value: str) -> str:
    if key is None:
        return value
    if node.kind == DICT:
        return f"{_full(key)}: {value}"
    plain = key.text.isidentifier() and not iskeyword(key.text)
    return f"{key.text}={value}" if plain else f"**{{{key.text!r}: {value}}}"


def _dressed(node: Node, items: list[str]) -> str:
    """The elements with the brackets and the type around them."""
    if node.tag == "tuple":
        return f"({items[0]},)" if len(items) == 1 else f"({', '.join(items)})"
    brackets = _BRACKETS[node.kind]
    body = f"{brackets[0]}{', '.join(items)}{brackets[1]}"
    if node.kind == SET and not items:
        body = "set()"
    if node.kind == OBJECT:
        return f"{node.tag}{body}"
    return body if node.tag in ("list", "set", "dict") else f"{node.tag}({body})"


# -- short forms ---------------------------------------------------------------------------------------------


def _cut(node: Node, size: int) -> str:
    digest = sha256(encode(node)).hexdigest()[:16]
    return f"cut({node.tag!r}, {size}, {digest!r})"


def _scalar_within(node: Node, room: int) -> str:
    text = _full(node)
    return text if len(text) <= max(room, _LEAST) else _cut(node, len(node.text))


def _within(node: Node, room: int) -> str:
    """Elements as long as there is room; those after them are cut together."""
    items = _items(node)
    share = max(_LEAST, room // len(items))
    out: list[str] = []
    used = len(node.tag)
    for at, (key, value) in enumerate(items):
        text = _item(node, key, render(value, share))
        used += len(text) + 2
        if used > room and at:
            rest = Node(LIST, "rest", "", tuple(value for _, value in items[at:]))
            out.append(_item(node, key and Node(SCALAR, "str", "…"), _cut(rest, len(items) - at)))
            break
        out.append(text)
    return _dressed(node, out)


def preview(node: Node, redact: Callable[[str], str]) -> str:
    """A tree as text without secrets, in at most `PREVIEW` bytes of UTF-8."""
    room = PREVIEW
    text = redact(render(node, room))
    while len(text.encode("utf-8", "backslashreplace")) > PREVIEW and room > 100:
        room = room * 3 // 4
        text = redact(render(node, room))
    return text.encode("utf-8", "backslashreplace")[:PREVIEW].decode("utf-8", "ignore")


# -- text to tree --------------------------------------------------------------------------------------------


def parse(text: str) -> Node | None:
    """The tree of a rendered text; None for other text."""
    import ast

    try:
        return _node(ast.parse(text, mode="eval").body)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _node(tree: ast.expr) -> Node:
    """The tree of an expression. ValueError for one that `render` does not write."""
    import ast

    match tree:
        case ast.Constant(value=value):
            return _constant(value)
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
            return _constant(-value)
        case ast.Name(id="NotImplemented"):
            return Node(SCALAR, "NotImplementedType")
        case ast.List(elts=elements):
            return Node(LIST, "list", "", tuple(map(_node, elements)))
        case ast.Tuple(elts=elements):
            return Node(LIST, "tuple", "", tuple(map(_node, elements)))
        case ast.Set(elts=elements):
            return Node(SET, "set", "", tuple(sorted(map(_node, elements), key=serial)))
        case ast.Dict():
            return Node(DICT, "dict", "", _pairs(tree))
        case ast.Call():
            return _call(tree)
    raise ValueError(f"not a value: {type(tree).__name__}")


def _pairs(tree: ast.Dict) -> tuple[Node, ...]:
    keys = [_node(key) for key in tree.keys if key is not None]
    values = map(_node, tree.values)
    pairs = sorted(zip(keys, values, strict=True), key=lambda pair: serial(pair[0]))
    return tuple(part for pair in pairs for part in pair)


def _constant(value: object) -> Node:
    from gitprov.behaviour.canonical import tree

    return tree(value)


def _call(tree: ast.Call) -> Node:
    """`decimal.Decimal('1')`, `set()`, `shop.Money(amount=1)`, `collections.deque([1])` and the like."""
    import ast

    tag = ast.unparse(tree.func)
    match tree.args:
        case [] if tag == "set":
            return Node(SET, "set")
        case []:
            return Node(OBJECT, tag, "", tuple(_fields(tree)))
        case [ast.Constant(value=str(text))]:
            return Node(SCALAR, tag, text)
        case [ast.Constant(value=int(levels))]:
            return Node(CYCLE, tag, str(levels))
        case [ast.Constant(value=str(name)), ast.Constant(value=str(reason))]:
            return Node(UNKNOWN, name, reason)
        case [ast.Constant(value=str(name)), ast.Constant(value=int(size)), ast.Constant(value=str(digest))]:
            return Node(CUT, name, f"{size}, {digest!r}")
        case [element]:
            return _node(element)._replace(tag=tag)
    raise ValueError(f"not a value: {tag}")


def _fields(tree: ast.Call) -> list[Node]:
    parts: list[Node] = []
    for keyword in tree.keywords:
        if keyword.arg is None:
            parts += _node(keyword.value).parts
        else:
            parts += (Node(SCALAR, "str", keyword.arg), _node(keyword.value))
    return parts
