"""Rust: definitions, imports, and where names are bound."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from gitprov.behaviour.structure.trees.file import Entry, Outline, TreeFile, fields, parsed
from gitprov.behaviour.structure.trees.locals import Grammar, is_node, nearest

if TYPE_CHECKING:
    from ast_grep_py import SgNode

_KINDS = {
    "function_item": "function",
    "function_signature_item": "function",
    "struct_item": "struct",
    "enum_item": "enum",
    "union_item": "union",
    "const_item": "constant",
    "static_item": "static",
    "type_item": "type",
    "trait_item": "trait",
    "macro_definition": "macro",
}
_COMMENTS = frozenset({"line_comment", "block_comment"})
_FUNCTIONS = frozenset({"function_item"})
#: Kind of the node that a pattern belongs to → the kinds of nodes in which its names are visible.
_SCOPES = {
    "let_declaration": frozenset({"block"}),
    "parameter": _FUNCTIONS | {"closure_expression"},
    "closure_parameters": frozenset({"closure_expression"}),
    "match_pattern": frozenset({"match_arm"}),
    "let_condition": frozenset({"if_expression", "while_expression", "match_arm"}),
    "for_expression": frozenset({"for_expression"}),
}
_GENERICS = re.compile(r"<.*>", re.DOTALL)


def rust_file(text: str) -> TreeFile:
    """The definitions of a file."""
    outline = Outline([], [], {})
    _add_all(parsed(text, "rust").children(), outline, "")
    return TreeFile(GRAMMAR, outline, ordered=False)


def _add_all(nodes: list[SgNode], outline: Outline, front: str, *, method: bool = False) -> None:
    """List items; attributes before an item belong to it. `front` is put before the names."""
    marks: list[str] = []
    for node in nodes:
        kind = node.kind()
        if kind == "attribute_item":
            marks.append(" ".join(node.text().split()))
        elif node.is_named() and kind not in _COMMENTS:
            _add(node, outline, front, tuple(marks), method)
            marks = []


def _add(node: SgNode, outline: Outline, front: str, marks: tuple[str, ...], method: bool) -> None:
    kind, body = node.kind(), node.field("body")
    if kind in _KINDS:
        what = "method" if method and kind == "function_item" else _KINDS[kind]
        parts = ("type_parameters", "parameters", "return_type") if "function" in kind else ()
        clauses = tuple(child for child in node.children() if child.kind() == "where_clause" and parts)
        name = front + _text(node.field("name"))
        head = (*fields(node, parts), *clauses)
        outline.entries.append(Entry(what, name, node, head, fields(node, ("name",)), marks))
    elif kind == "mod_item" and body is not None:
        _add_all(body.children(), outline, f"{front}{_text(node.field('name'))}.")
    elif kind == "impl_item" and body is not None:
        trait = _text(node.field("trait"))
        target = _GENERICS.sub("", _text(node.field("type")))
        name = f"{target} as {trait}" if trait else target
        outline.entries.append(Entry("impl", f"{front}impl {name}", node, (), (body,), marks))
        _add_all(body.children(), outline, f"{front}{name}.", method=True)
    elif kind == "use_declaration":
        outline.meanings.update(_meanings(_text(node.field("argument"))))
    else:
        outline.statements.append(node)


def _meanings(text: str) -> Iterator[tuple[str, str]]:
    """(name, path) of the names that a `use` binds."""
    for path in _paths("".join(text.split()) if " as " not in text else " ".join(text.split())):
        full, _, alias = path.partition(" as ")
        name = alias.strip() or full.strip().removesuffix("::self").rpartition("::")[2]
        if name != "*":
            yield name, full.strip()


def _paths(text: str) -> Iterator[str]:
    """The single paths of `a::{b, c::{d, e}}`."""
    front, brace, rest = text.partition("{")
    if not brace:
        yield text
        return
    depth, part = 0, ""
    for char in rest[: rest.rfind("}")] + ",":
        if char == "," and depth == 0:
            if part.strip():
                yield from (front + inner.strip() for inner in _paths(part))
            part = ""
            continue
        depth += {"{": 1, "}": -1}.get(char, 0)
        part += char


def _scope_of(node: SgNode) -> SgNode | None:
    """The node in which the name is visible that an identifier binds, None where it binds none."""
    if node.text()[:1].isupper():
        return None
    inner, parent = node, node.parent()
    while parent is not None and (
        parent.kind().endswith("_pattern") or parent.kind() in ("parameter", "closure_parameters")
    ):
        kind = parent.kind()
        if kind in ("tuple_struct_pattern", "struct_pattern") and is_node(parent.field("type"), inner):
            return None
        if kind == "match_pattern" and is_node(parent.field("condition"), inner):
            return None
        if kind in _SCOPES:
            return nearest(parent, _SCOPES[kind])
        inner, parent = parent, parent.parent()
    if parent is None or parent.kind() not in _SCOPES or not is_node(parent.field("pattern"), inner):
        return None
    return parent if parent.kind() == "for_expression" else nearest(parent, _SCOPES[parent.kind()])


def _text(node: SgNode | None) -> str:
    return "" if node is None else node.text()


GRAMMAR = Grammar(
    names=frozenset({"identifier"}),
    shorthands={"shorthand_field_identifier": "", "shorthand_field_initializer": "field_initializer"},
    ignored=_COMMENTS,
    unwrapped=frozenset(),
    thin=frozenset(),
    quotes=frozenset(),
    ends=frozenset(),
    scope_of=_scope_of,
)
