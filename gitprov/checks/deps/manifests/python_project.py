"""Files of Python projects: pyproject.toml (PEP 621, 735, poetry, uv, pdm, hatch), Pipfile, setup, locks."""

from __future__ import annotations

import ast
import configparser
import re
import sys
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from gitprov.checks.deps.dependency import LOCKED, PYPI, Dependency, Reading, UnreadPart, unreadable
from gitprov.checks.deps.manifests.positions import TomlLines, json_entries
from gitprov.checks.deps.manifests.requirements import requirement

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

Item = Dependency | UnreadPart
_LOCK_ROW = re.compile(r'(name|version) = "([^"]*)"')
_SETTING = re.compile(r"^\w+\s*[=:]\s*(?![=<>~!])")
_FOREIGN = ("git", "path", "url", "file", "workspace", "hg", "svn", "editable", "ref")
_UV_LISTS = (
    "dev-dependencies",
    "constraint-dependencies",
    "override-dependencies",
    "build-constraint-dependencies",
)


def read_pyproject(text: str) -> Reading:
    """What a pyproject.toml names."""
    data = _toml(text)
    if isinstance(data, Reading):
        return data
    lines = TomlLines(text)
    project = _table(data, "project")
    items = [
        *_listed(project.get("dependencies"), "project", lines),
        *_groups(_table(project, "optional-dependencies"), "project.optional-dependencies", lines),
        *_groups(_table(data, "dependency-groups"), "dependency-groups", lines),
        *_listed(_table(data, "build-system").get("requires"), "build-system", lines),
        *_poetry(_table(data, "tool", "poetry"), lines),
        *_other_tools(data, lines),
    ]
    sources = _foreign_sources(_table(data, "tool", "uv", "sources"))
    own_name = project.get("name")
    skipped = frozenset([own_name] if isinstance(own_name, str) else [])
    return _reading((_with_source(item, sources) for item in items), skipped)


def read_pipfile(text: str) -> Reading:
    """What a Pipfile names."""
    data = _toml(text)
    if isinstance(data, Reading):
        return data
    lines = TomlLines(text)
    names = [name for name in data if name == "packages" or name.endswith("packages")]
    return _reading(item for name in names for item in _keyed(data[name], name, lines))


def read_setup_cfg(text: str) -> Reading:
    """What a setup.cfg names: install_requires, setup_requires, tests_require and extras."""
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(text)
    except configparser.Error as error:
        return unreadable(str(error).splitlines()[0])
    keys = ("install_requires", "setup_requires", "tests_require")
    blocks = [parser.get("options", key, fallback="") for key in keys]
    if parser.has_section("options.extras_require"):
        blocks += [value for _, value in parser.items("options.extras_require")]
    places: dict[str, list[int]] = {}
    for number, row in enumerate(text.splitlines()):
        places.setdefault(_SETTING.sub("", row.split(" #")[0].strip()), []).append(number)
    at = 0
    items: list[Item | None] = []
    for block in blocks:
        for entry in filter(None, (row.split(" #")[0].strip() for row in block.splitlines())):
            numbers = places.get(entry, [0])
            following = bisect_left(numbers, at)
            at = numbers[following if following < len(numbers) else 0]
            items.append(requirement(entry, at + 1, at + 1))
    return _reading(item for item in items if item is not None)


def read_setup_py(text: str) -> Reading:
    """What a setup.py names in the calls of `setup`, where it is written as literals; nothing is run."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError) as error:
        return unreadable(f"not Python: {error}")
    values = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    items: list[Item] = []
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        for keyword in call.keywords if name == "setup" else ():
            if keyword.arg in ("install_requires", "setup_requires", "tests_require", "extras_require"):
                items += _literals(keyword.value, values, keyword.arg)
    return _reading(items)


def _literals(node: ast.expr, values: Mapping[str, ast.expr], where: str) -> Iterator[Item]:
    """Requirements in a literal, in a name that stands for one, in sums and in dictionaries of them."""
    if isinstance(node, ast.Name) and node.id in values:
        yield from _literals(values[node.id], {}, where)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        for row in filter(None, (part.strip() for part in node.value.splitlines())):
            item = requirement(row, node.lineno, node.end_lineno or node.lineno)
            if item is not None:
                yield item
    elif isinstance(node, (ast.List, ast.Tuple, ast.Set, ast.Dict, ast.BinOp)):
        for part in _parts(node):
            yield from _literals(part, values, where)
    else:
        yield UnreadPart(node.lineno, f"{where} is computed, and setup.py is not run")


def _parts(node: ast.List | ast.Tuple | ast.Set | ast.Dict | ast.BinOp) -> list[ast.expr]:
    """The elements of a collection, the values of a dictionary, the operands of a sum."""
    if isinstance(node, ast.Dict):
        return node.values
    if isinstance(node, ast.BinOp):
        return [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
    return node.elts


def read_script_header(text: str) -> Reading:
    """What the `# /// script` block of a Python file names (PEP 723)."""
    rows = text.splitlines()
    start = next((n for n, row in enumerate(rows) if row.rstrip() == "# /// script"), None)
    if start is None:
        return Reading()
    end = next((n for n in range(start + 1, len(rows)) if not rows[n].startswith("#")), len(rows))
    closing = [n for n in range(start + 1, end) if rows[n].rstrip() == "# ///"]
    if not closing:
        return unreadable("the script block is not closed", start + 1)
    block = [row[2:] if row.startswith("# ") else row[1:] for row in rows[start + 1 : closing[-1]]]
    body = "\n".join(block)
    data = _toml(body)
    if isinstance(data, Reading):
        return unreadable(data.unread[0].reason, start + 1)
    lines = TomlLines(body)
    items = [_moved(item, start + 1) for item in _listed(data.get("dependencies"), "", lines)]
    sources = _foreign_sources(_table(data, "tool", "uv", "sources"))
    return _reading(_with_source(item, sources) for item in items)


def read_toml_lock(text: str) -> Reading:
    """The packages of a uv.lock, poetry.lock or pdm.lock, which have the same outline."""
    return Reading(tuple(_toml_locked(text)))


def _toml_locked(text: str) -> Iterator[Dependency]:
    name, line = "", 0
    for number, row in enumerate(text.splitlines(), 1):
        match = _LOCK_ROW.match(row)
        if row.startswith("[["):
            name = ""
        elif match and match[1] == "name":
            name, line = match[2], number
        elif match and name:
            yield Dependency(PYPI, name, line, line, f"=={match[2]}", LOCKED)
            name = ""


def read_pipfile_lock(text: str) -> Reading:
    """The packages of a Pipfile.lock."""
    try:
        entries = [
            Dependency(PYPI, path[1], line, line, value, LOCKED)
            for path, value, line in json_entries(text)
            if len(path) == 3 and path[0] in ("default", "develop") and path[2] == "version"
        ]
    except (ValueError, RecursionError) as error:
        return unreadable(str(error))
    return Reading(tuple(entries))


def _moved(item: Item, by: int) -> Item:
    if isinstance(item, UnreadPart):
        return item._replace(line=item.line + by)
    return item._replace(line=item.line + by, end_line=item.end_line + by)


def _toml(text: str) -> dict[str, Any] | Reading:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        return unreadable(f"not TOML: {error}")


def _table(data: Mapping[str, Any], *path: str) -> dict[str, Any]:
    """The table at a path; empty where there is none or something else stands there."""
    value: Any = data
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def _listed(value: object, table: str, lines: TomlLines) -> Iterator[Item]:
    """Requirements of a TOML list."""
    for entry in value if isinstance(value, list) else ():
        if isinstance(entry, str):
            line = lines.value(entry, table)
            item = requirement(entry, line, line)
            if item is not None:
                yield item


def _groups(table: Mapping[str, Any], name: str, lines: TomlLines) -> Iterator[Item]:
    for entries in table.values():
        yield from _listed(entries, name, lines)


def _poetry(table: dict[str, Any], lines: TomlLines) -> Iterator[Item]:
    for name in ("dependencies", "dev-dependencies"):
        yield from _keyed(table.get(name), f"tool.poetry.{name}", lines)
    for group, value in _table(table, "group").items():
        if isinstance(value, dict):
            yield from _keyed(value.get("dependencies"), f"tool.poetry.group.{group}.dependencies", lines)


def _other_tools(data: Mapping[str, Any], lines: TomlLines) -> Iterator[Item]:
    uv = _table(data, "tool", "uv")
    for key in _UV_LISTS:
        yield from _listed(uv.get(key), "tool.uv", lines)
    yield from _groups(_table(data, "tool", "pdm", "dev-dependencies"), "tool.pdm.dev-dependencies", lines)
    for name, environment in _table(data, "tool", "hatch", "envs").items():
        if isinstance(environment, dict):
            for key in ("dependencies", "extra-dependencies"):
                yield from _listed(environment.get(key), f"tool.hatch.envs.{name}", lines)


def _keyed(value: object, table: str, lines: TomlLines) -> Iterator[Item]:
    """Packages of a table whose keys are names and whose values are constraints (poetry, Pipfile)."""
    for name, facts in value.items() if isinstance(value, dict) else ():
        if name.lower() == "python":
            continue
        line = lines.key(name, table)
        rows = facts if isinstance(facts, list) else [facts]
        tables = [row for row in rows if isinstance(row, dict)]
        spec = next((row for row in rows if isinstance(row, str)), None) or next(
            (str(row["version"]) for row in tables if "version" in row), ""
        )
        origin = next((f"{key} {row[key]}" for row in tables for key in _FOREIGN if row.get(key)), None)
        yield Dependency(PYPI, name, line, line, spec, origin=origin)


def _foreign_sources(table: Mapping[str, Any]) -> dict[str, str]:
    """Normalised name → origin, for the entries of `tool.uv.sources` that are of no registry."""
    sources: dict[str, str] = {}
    for name, value in table.items():
        rows = [row for row in (value if isinstance(value, list) else [value]) if isinstance(row, dict)]
        for row in rows:
            origin = next((f"{key} {row[key]}" for key in _FOREIGN if row.get(key)), None)
            if origin:
                sources[Dependency(PYPI, name, 0, 0).key] = origin
    return sources


def _with_source(item: Item, sources: Mapping[str, str]) -> Item:
    if isinstance(item, Dependency) and item.origin is None and item.key in sources:
        return item._replace(origin=sources[item.key])
    return item


def _reading(items: Iterable[Item], skipped: frozenset[str] = frozenset()) -> Reading:
    entries = list(items)
    dependencies = tuple(item for item in entries if isinstance(item, Dependency))
    return Reading(
        dependencies, tuple(item for item in entries if isinstance(item, UnreadPart)), skipped=skipped
    )
