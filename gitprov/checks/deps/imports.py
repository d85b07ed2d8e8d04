"""Imports in Python, JavaScript, TypeScript and Rust: the modules of others that a file needs, with lines."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator

from gitprov.checks.deps.dependency import (
    CRATES,
    IMPORT,
    NPM,
    PYPI,
    Dependency,
    Reading,
    unreadable,
    word_set,
)
from gitprov.checks.deps.manifests.others import code_cells, python_of

#: First names that many distributions share.
NAMESPACES = word_set(
    """
    google azure zope backports ruamel jaraco sphinxcontrib opentelemetry airflow aws_cdk plone
    repoze paste logilab jupyter_server mpl_toolkits snowflake databricks llama_index
    """
)
_NODE = word_set(
    """
    assert async_hooks buffer child_process cluster console constants crypto dgram
    diagnostics_channel dns domain events fs http http2 https inspector module net os path
    perf_hooks process punycode querystring readline repl stream string_decoder sys timers tls
    trace_events tty url util v8 vm wasi worker_threads zlib
    """
)
_RUST = word_set("std core alloc proc_macro test crate self super")


def python_imports(text: str) -> Reading:
    """The top modules that a Python file imports, without the standard library's and relative ones.

    Below a name of NAMESPACES the whole name is kept, as in `google.cloud.storage`.
    """
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return unreadable(f"not Python: {error}")
    return Reading(tuple(_of_tree(tree)))


def notebook_imports(text: str) -> Reading:
    """The same for the code cells of a notebook; a cell that is no Python names nothing."""
    try:
        cells = code_cells(text)
    except (ValueError, RecursionError) as error:
        return unreadable(str(error))
    rows: list[Dependency] = []
    for source, lines in cells:
        tree = python_of(source)
        for item in _of_tree(tree) if tree is not None else ():
            line, end_line = (lines[min(n, len(lines)) - 1] for n in (item.line, item.end_line))
            rows.append(item._replace(line=line, end_line=end_line))
    return Reading(tuple(rows))


def _of_tree(tree: ast.Module) -> Iterator[Dependency]:
    seen: set[tuple[str, int]] = set()
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            shared = node.module.partition(".")[0] in NAMESPACES
            names = [f"{node.module}.{alias.name}" for alias in node.names] if shared else [node.module]
        elif isinstance(node, ast.Call):
            names = _dynamic(node)
        if isinstance(node, (ast.Import, ast.ImportFrom, ast.Call)):
            for name in names:
                top = name.partition(".")[0]
                module = name if top in NAMESPACES else top
                if top and top not in sys.stdlib_module_names and (module, node.lineno) not in seen:
                    seen.add((module, node.lineno))
                    yield Dependency(PYPI, module, node.lineno, node.end_lineno or node.lineno, how=IMPORT)


def _dynamic(node: ast.Call) -> list[str]:
    """The module of `importlib.import_module("x")` and `__import__("x")`."""
    function = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    first = node.args[0] if node.args else None
    literal = isinstance(first, ast.Constant) and isinstance(first.value, str) and first.value
    named = function in ("import_module", "__import__") and literal and not literal.startswith(".")
    return [literal] if named and literal else []


#: Comments and strings are consumed as such, so that a word `import` in them starts nothing. What is not
#: closed goes to the end, and no two repetitions meet: so the time is linear in the length of the text.
_SCRIPT = re.compile(
    r"""//[^\n]*|/\*.*?(?:\*/|\Z)
    |\b(?:import|export)\b\s*(?:type\b\s*)?
    (?:(?:[\w$]+\s+|(?:[\w$]+\s*,\s*)?(?:\{[^{}]*\}|\*\s*as\s+[\w$]+\s|\*)\s*)from\b\s*)?
    (?P<quote>['"])(?P<module>[^'"\n]+)(?P=quote)
    |\b(?:require|import|require\.resolve)\s*\(\s*(?P<mark>['"])(?P<called>[^'"\n]+)(?P=mark)\s*[,)]
    |"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.?)*(?:`|\Z)""",
    re.VERBOSE | re.DOTALL,
)


def script_imports(text: str) -> Reading:
    """The packages that a JavaScript or TypeScript file imports, without Node's modules."""
    rows: list[Dependency] = []
    at, line = 0, 1
    for match in _SCRIPT.finditer(text):
        module = match["module"] or match["called"]
        line += text.count("\n", at, match.start())
        at = match.start()
        if module is None:
            continue
        name = script_package(module)
        if name is not None:
            rows.append(Dependency(NPM, name, line, line + match[0].count("\n"), how=IMPORT))
    return Reading(tuple(rows))


def script_package(module: str) -> str | None:
    """The npm package of an import path; None for relative paths, Node's modules, addresses and aliases."""
    if module[:1] in "./#~$" or module.startswith(("@/", "node:", "bun:", "virtual:")) or ":" in module:
        return None
    parts = module.split("/")
    name = "/".join(parts[:2]) if module.startswith("@") else parts[0]
    plain = re.fullmatch(r"(?:@[a-z0-9~_][\w.~-]*/)?[A-Za-z0-9_][\w.~-]*", name)
    return name if plain and name not in _NODE else None


_RUST_USE = re.compile(
    r"""//[^\n]*|/\*.*?(?:\*/|\Z)|r\#*".*?(?:"\#*|\Z)|"(?:[^"\\]|\\.?)*(?:"|\Z)
    |\b(?P<keyword>use|extern\s+crate|mod)\s+(?:::)?(?P<name>[A-Za-z_]\w*)""",
    re.VERBOSE | re.DOTALL,
)


def rust_imports(text: str) -> Reading:
    """The crates that a Rust file uses. `skipped`: modules that it declares itself."""
    rows: list[Dependency] = []
    modules: set[str] = set()
    at, line = 0, 1
    for match in _RUST_USE.finditer(text):
        line += text.count("\n", at, match.start())
        at = match.start()
        name = match["name"]
        if match["keyword"] == "mod":
            modules.add(name)
        elif name and name not in _RUST and name[:1].islower():
            rows.append(Dependency(CRATES, name, line, line, how=IMPORT))
    return Reading(tuple(row for row in rows if row.name not in modules), skipped=frozenset(modules))
