"""Conda environments and notebooks."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from gitprov.checks.deps.dependency import Dependency, Reading, UnreadPart, unreadable
from gitprov.checks.deps.manifests import commands
from gitprov.checks.deps.manifests.positions import json_entries
from gitprov.checks.deps.manifests.requirements import requirement

if TYPE_CHECKING:
    import yaml


def read_conda(text: str) -> Reading:
    """The `pip:` part of a conda environment. Conda's own packages are of no index that is asked."""
    import yaml

    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError) as error:
        return unreadable(f"not YAML: {str(error).splitlines()[0]}")
    dependencies: list[Dependency] = []
    unread: list[UnreadPart] = []
    for entry in _pip_entries(root):
        line = entry.start_mark.line + 1
        item = requirement(entry.value, line, entry.end_mark.line + 1)
        if isinstance(item, Dependency):
            dependencies.append(item)
        elif item is not None and not entry.value.startswith("-"):
            unread.append(item)
    return Reading(tuple(dependencies), tuple(unread))


def _pip_entries(root: yaml.Node | None) -> Iterator[yaml.ScalarNode]:
    import yaml

    for key, value in _pairs(root):
        if key == "dependencies" and isinstance(value, yaml.SequenceNode):
            for entry in value.value:
                for name, rows in _pairs(entry):
                    if name == "pip" and isinstance(rows, yaml.SequenceNode):
                        yield from (row for row in rows.value if isinstance(row, yaml.ScalarNode))


def _pairs(node: yaml.Node | None) -> Iterator[tuple[str, yaml.Node]]:
    import yaml

    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode):
                yield key.value, value


def code_cells(text: str) -> list[tuple[str, tuple[int, ...]]]:
    """(source, the 1-based line in the file of each of its lines) of a notebook's code cells.

    ValueError where the text is no notebook.
    """
    sources: dict[str, list[tuple[str, int]]] = {}
    kinds: dict[str, str] = {}
    for path, value, line in json_entries(text):
        if len(path) >= 3 and path[0] == "cells" and isinstance(value, str):
            if path[2] == "cell_type":
                kinds[path[1]] = value
            elif path[2] == "source":
                for row in value.splitlines() or [""]:
                    sources.setdefault(path[1], []).append((row, line))
    return [
        ("\n".join(row for row, _ in rows), tuple(line for _, line in rows))
        for cell, rows in sources.items()
        if kinds.get(cell) == "code"
    ]


def read_notebook(text: str) -> Reading:
    """Install commands in the code cells of a notebook (`!pip install x`, `%pip install x`)."""
    try:
        cells = code_cells(text)
    except (ValueError, RecursionError) as error:
        return unreadable(str(error))
    dependencies: list[Dependency] = []
    for source, lines in cells:
        last = len(lines)
        shell = "\n".join(row if row.lstrip()[:1] in ("!", "%") else "" for row in source.split("\n"))
        dependencies += [
            item._replace(line=lines[item.line - 1], end_line=lines[min(item.end_line, last) - 1])
            for item in commands.read(shell).dependencies
        ]
    return Reading(tuple(dependencies))


def python_of(source: str) -> ast.Module | None:
    """The syntax tree of a cell without its magic lines, None where it cannot be parsed."""
    rows = ("" if row.lstrip()[:1] in ("!", "%", "?") else row for row in source.split("\n"))
    try:
        return ast.parse("\n".join(rows))
    except (SyntaxError, ValueError, RecursionError):
        return None
