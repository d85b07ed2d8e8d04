"""The definitions of one Python file."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable, Iterator, Mapping

from gitprov.behaviour.structure.definition import CodeDefinition, Form, LoadOrder, Unreadable
from gitprov.behaviour.structure.python import scopes
from gitprov.behaviour.structure.python.forms import FormWriter
from gitprov.behaviour.structure.python.load_order import needed_names

STATEMENTS = "<module>"
"""The name under which all statements at the top of a file count that are no definitions."""

_ITSELF = "<itself>"
_INNER = (*scopes.FUNCTIONS, ast.ClassDef)


class PythonFile:
    """The definitions of a file, from its bytes. Unreadable where it cannot be parsed."""

    def __init__(self, content: bytes) -> None:
        tree = _parsed(content)
        self._lines = content.splitlines()
        self._docstrings = b"__doc__" in content
        self.meanings = dict(_imports(tree.body))
        self.definitions: dict[str, CodeDefinition] = {}
        self._names: list[tuple[int, str]] = []
        others = [node for node in tree.body if not _is_import(node) and not self._add(node, "")]
        for _, name in self._names:
            self.meanings.pop(name, None)
        if others:
            text = "\n".join(map(self._text, others))
            self.definitions[STATEMENTS] = CodeDefinition(
                "statements", STATEMENTS, others[0].lineno, text, others
            )

    def form(self, definition: CodeDefinition, renamed: Mapping[str, str]) -> Form:
        """See `FileDefinitions`. Unreadable where the code is nested too deeply."""
        names = {**renamed, definition.name: _ITSELF} if "." not in definition.name else renamed
        writer = FormWriter(names, self.meanings, docstrings=self._docstrings)
        try:
            signature = _write(writer, definition.node, bound=_is_bound(definition))
        except RecursionError:
            raise Unreadable(f"{definition.name} is nested too deeply") from None
        return Form(signature, writer.text())

    def signature(self, definition: CodeDefinition) -> str:
        """See `FileDefinitions`."""
        node = definition.node
        if isinstance(node, scopes.FUNCTIONS):
            start = "async def" if isinstance(node, ast.AsyncFunctionDef) else "def"
            result = f" -> {ast.unparse(node.returns)}" if node.returns is not None else ""
            return f"{start} {node.name}({ast.unparse(node.args)}){result}"
        if isinstance(node, ast.ClassDef):
            return f"class {node.name}({', '.join(map(ast.unparse, [*node.bases, *node.keywords]))})"
        return definition.name

    def order(self, definition: CodeDefinition) -> LoadOrder:
        """See `FileDefinitions`."""
        nodes = definition.node if isinstance(definition.node, list) else [definition.node]
        bodies = {name: entry.node for name, entry in self.definitions.items() if "." not in name}
        order: dict[tuple[int, str], int] = {}
        for number, node in enumerate(nodes):
            before = [name for line, name in self._names if line < node.lineno]
            for name in needed_names(node, bodies) & bodies.keys():
                order[number, name] = before.count(name)
        return order

    def release(self) -> None:
        """See `FileDefinitions`."""
        self.definitions.clear()
        self._lines.clear()

    def _add(self, node: ast.stmt, front: str) -> bool:
        """Add what a statement defines; returns whether it is a definition."""
        if isinstance(node, scopes.FUNCTIONS):
            if not any(_is_overload(decorator) for decorator in node.decorator_list):
                self._put("method" if front else "function", front + node.name, node)
            return True
        if isinstance(node, ast.ClassDef):
            name = self._put("class", front + node.name, node)
            for inner in node.body:
                if isinstance(inner, _INNER):
                    self._add(inner, f"{name}.")
            return True
        if isinstance(node, (ast.Assign, ast.AnnAssign)):
            return self._add_assignment(node)
        return False

    def _add_assignment(self, node: ast.Assign | ast.AnnAssign) -> bool:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        names = [name for target in targets for name in _plain_names(target)]
        if None in names:
            return False
        if node.value is not None:
            self._put("assignment", ", ".join(filter(None, names)), node)
        return True

    def _put(self, kind: str, name: str, node: ast.stmt) -> str:
        if "." not in name:
            self._names.append((node.lineno, name))
        number = 1
        unique = name
        while unique in self.definitions:
            number += 1
            unique = f"{name}#{number}"
        self.definitions[unique] = CodeDefinition(kind, unique, node.lineno, self._text(node), node)
        return unique

    def _text(self, node: ast.stmt) -> str:
        """The lines that a statement is on, decorators included."""
        first = min([node.lineno, *(entry.lineno for entry in getattr(node, "decorator_list", ()))])
        return b"\n".join(self._lines[first - 1 : node.end_lineno]).decode("utf-8", "surrogateescape")


def _parsed(content: bytes) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(content)
        except SyntaxError as error:
            place = f"line {error.lineno}: " if error.lineno else ""
            raise Unreadable(f"it is not valid Python: {place}{error.msg}") from None
        except ValueError as error:
            raise Unreadable(f"it is not valid Python: {error}") from None
        except (RecursionError, MemoryError):
            raise Unreadable("it is nested too deeply") from None


def _is_bound(definition: CodeDefinition) -> bool:
    """Whether a definition is a method that gets its object or class as the first argument."""
    return definition.kind == "method" and all(
        getattr(decorator, "id", "") != "staticmethod" for decorator in definition.node.decorator_list
    )


def _write(writer: FormWriter, node: object, *, bound: bool) -> str:
    """Write the node of a definition; returns its signature."""
    if isinstance(node, scopes.FUNCTIONS):
        return writer.function(node, bound=bound)
    if isinstance(node, ast.ClassDef):
        return writer.class_head(node, [entry for entry in node.body if not isinstance(entry, _INNER)])
    if isinstance(node, list):
        writer.statements(node)
    else:
        writer.value(node)
    return ""


def _imports(body: Iterable[ast.stmt]) -> Iterator[tuple[str, str]]:
    """(name, what it stands for) of the imports among some statements."""
    for node in body:
        if isinstance(node, ast.Import):
            for alias in node.names:
                first = alias.name.partition(".")[0]
                yield (alias.asname, alias.name) if alias.asname else (first, first)
        elif isinstance(node, ast.ImportFrom):
            front = "." * node.level + (node.module or "")
            for alias in node.names:
                yield alias.asname or alias.name, f"{front}.{alias.name}"


def _is_import(node: ast.stmt) -> bool:
    """Whether a statement only binds names of other modules that the text spells out."""
    return isinstance(node, (ast.Import, ast.ImportFrom)) and all(alias.name != "*" for alias in node.names)


def _plain_names(target: ast.expr) -> list[str | None]:
    """The names that an assignment binds; None for a target that is no name."""
    if isinstance(target, (ast.Tuple, ast.List)):
        return [name for part in target.elts for name in _plain_names(part)]
    return [target.id if isinstance(target, ast.Name) else None]


def _is_overload(node: ast.expr) -> bool:
    return (node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")) == "overload"
