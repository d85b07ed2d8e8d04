"""JavaScript and TypeScript: definitions, imports, and where names are bound."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitprov.behaviour.structure.trees.file import Entry, Outline, TreeFile, fields, parsed
from gitprov.behaviour.structure.trees.locals import Grammar, is_node, nearest

if TYPE_CHECKING:
    from ast_grep_py import SgNode

_FUNCTIONS = frozenset(
    {"function_declaration", "generator_function_declaration", "function_expression", "arrow_function",
     "generator_function", "method_definition"}
)  # fmt: skip
_CLASSES = frozenset({"class_declaration", "abstract_class_declaration", "class"})
_BLOCKS = _FUNCTIONS | {
    "statement_block", "program", "for_statement", "for_in_statement", "switch_body", "class_static_block",
}  # fmt: skip
_PATTERNS = frozenset(
    {"array_pattern", "object_pattern", "pair_pattern", "rest_pattern", "assignment_pattern",
     "object_assignment_pattern", "required_parameter", "optional_parameter"}
)  # fmt: skip
_TYPES = frozenset({"interface_declaration", "type_alias_declaration", "ambient_declaration", "comment",
                    "function_signature", "empty_statement"})  # fmt: skip
_DECLARATIONS = frozenset({"lexical_declaration", "variable_declaration"})


def script_file(text: str, language: str) -> TreeFile:
    """The definitions of a file; `language` is javascript, typescript or tsx."""
    outline = Outline([], [], {})
    for node in parsed(text, language).children():
        _add(node, outline, ())
    return TreeFile(GRAMMAR, outline, ordered=True)


def _add(node: SgNode, outline: Outline, marks: tuple[str, ...]) -> None:
    kind = node.kind()
    if kind in _TYPES or kind == "hash_bang_line":
        return
    if kind == "import_statement" and (clause := node.find(kind="import_clause")) is not None:
        outline.meanings.update(_meanings(clause, _text(node.field("source"))))
    elif kind == "export_statement":
        _export(node, outline)
    elif kind in _FUNCTIONS:
        outline.entries.append(_function("function", _text(node.field("name")) or "default", node, marks))
    elif kind in _CLASSES:
        _class(node, _text(node.field("name")) or "default", outline, marks)
    elif kind in _DECLARATIONS and _plain(node):
        word = _text(node.children()[0])
        for child in node.children():
            if child.kind() == "variable_declarator":
                _variable(child, outline, (*marks, word))
    else:
        outline.statements.append(node)


def _export(node: SgNode, outline: Outline) -> None:
    """An export is a mark of what it declares; without a declaration it is a statement."""
    words = [child.text() for child in node.children() if not child.is_named()]
    inner = node.field("declaration") or node.field("value")
    if inner is not None and inner.kind() in _FUNCTIONS | _CLASSES | _DECLARATIONS | _TYPES:
        decorators = [child.text() for child in node.children() if child.kind() == "decorator"]
        _add(inner, outline, (*(word for word in words if word != ";"), *decorators))
    else:
        outline.statements.append(node)


def _function(kind: str, name: str, node: SgNode, marks: tuple[str, ...]) -> Entry:
    head = fields(node, ("parameters", "parameter"))
    return Entry(kind, name, node, head, fields(node, ("name",)), marks)


def _class(node: SgNode, name: str, outline: Outline, marks: tuple[str, ...]) -> None:
    body = node.field("body")
    members = [] if body is None else body.children()
    methods = [child for child in members if child.kind() == "method_definition"]
    heritage = [child for child in node.children() if child.kind() == "class_heritage"]
    parts = [child for part in heritage for child in part.children()]
    head = [child for child in parts if child.kind() == "extends_clause"]
    if not head and all(child.kind() != "implements_clause" for child in parts):
        head = heritage
    omitted = (*fields(node, ("name",)), *heritage, *methods)
    outline.entries.append(Entry("class", name, node, tuple(head), omitted, marks))
    for method in methods:
        outline.entries.append(_function("method", f"{name}.{_text(method.field('name'))}", method, ()))


def _variable(node: SgNode, outline: Outline, marks: tuple[str, ...]) -> None:
    name, value = _text(node.field("name")), node.field("value")
    if value is not None and value.kind() in _FUNCTIONS:
        outline.entries.append(_function("function", name, value, marks))
    elif value is not None and value.kind() in _CLASSES:
        _class(value, name, outline, marks)
    else:
        outline.entries.append(Entry("assignment", name, node, (), fields(node, ("name",)), marks))


def _plain(node: SgNode) -> bool:
    """Whether a declaration gives values to names only, and takes none apart."""
    names = [child.field("name") for child in node.children() if child.kind() == "variable_declarator"]
    return all(name is not None and name.kind() == "identifier" for name in names)


def _meanings(clause: SgNode, source: str) -> dict[str, str]:
    """Name → what an import clause makes of it: the module, a colon, and the name in it."""
    module = source.strip("'\"`")
    meanings: dict[str, str] = {}
    for child in clause.children():
        if child.kind() == "identifier":
            meanings[child.text()] = f"{module}:default"
        elif child.kind() == "namespace_import":
            meanings[child.text().rpartition(" ")[2]] = f"{module}:*"
    for entry in clause.find_all(kind="import_specifier"):
        name = _text(entry.field("name"))
        meanings[_text(entry.field("alias")) or name] = f"{module}:{name}"
    return meanings


def _scope_of(node: SgNode) -> SgNode | None:
    """The node in which the name is visible that an identifier binds, None where it binds none."""
    inner, parent = node, node.parent()
    while parent is not None and parent.kind() in _PATTERNS:
        if parent.kind() in ("pair_pattern", "assignment_pattern", "object_assignment_pattern"):
            part = parent.field("value" if parent.kind() == "pair_pattern" else "left")
            if not is_node(part, inner):
                return None
        inner, parent = parent, parent.parent()
    if parent is None:
        return None
    kind = parent.kind()
    if kind == "variable_declarator" and is_node(parent.field("name"), inner):
        above = parent.parent()
        is_var = above is not None and above.kind() == "variable_declaration"
        return nearest(parent, _FUNCTIONS | {"program"} if is_var else _BLOCKS)
    if kind == "formal_parameters":
        return parent.parent()
    if kind in ("catch_clause", "arrow_function") and is_node(parent.field("parameter"), inner):
        return parent
    if (
        kind == "for_in_statement"
        and is_node(parent.field("left"), inner)
        and parent.field("kind") is not None
    ):
        return parent
    if kind in _FUNCTIONS | _CLASSES and is_node(parent.field("name"), inner):
        return parent if kind in ("function_expression", "class") else nearest(parent, _BLOCKS)
    return None


def _text(node: SgNode | None) -> str:
    return "" if node is None else node.text()


GRAMMAR = Grammar(
    names=frozenset({"identifier"}),
    shorthands={
        "shorthand_property_identifier": "pair",
        "shorthand_property_identifier_pattern": "pair_pattern",
    },
    ignored=frozenset(
        {"comment", "type_annotation", "type_arguments", "type_parameters", "accessibility_modifier",
         "override_modifier", "implements_clause", "type_predicate_annotation", "asserts_annotation"}
    ),
    unwrapped=frozenset(
        {"as_expression", "satisfies_expression", "non_null_expression", "parenthesized_expression"}
    ),
    thin=frozenset({"required_parameter", "optional_parameter"}),
    quotes=frozenset({"string"}),
    ends=frozenset({";", "readonly"}),
    scope_of=_scope_of,
)  # fmt: skip
