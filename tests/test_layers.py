"""The house rules that imports alone cannot show, each proved on a planted offence as well."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support.sealed import ROOT
from tools import house

PRODUCT = ROOT / "gitprov"
PURE = {"model", "attribution", "behaviour", "checks", "agents", "interop", "output"}
MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 50

IMPURE_MODULES = {
    "asyncio", "ctypes", "glob", "http", "multiprocessing", "pathlib", "pygit2", "random", "secrets", "shutil",
    "socket", "sqlite3", "subprocess", "tempfile", "threading", "time", "urllib.request", "uuid",
}  # fmt: skip
IMPURE_CALLS = {"open", "input", "print", "exec", "eval", "breakpoint"}
IMPURE_ATTRIBUTES = {
    "os.environ", "os.getenv", "os.open", "os.stat", "os.listdir", "os.scandir", "os.walk", "os.system", "os.getcwd",
    "os.path.exists", "os.path.isfile", "os.path.isdir", "os.path.realpath", "os.path.abspath", "os.remove",
    "os.unlink", "os.mkdir", "os.makedirs", "os.rename", "os.replace", "sys.argv", "sys.stdin", "sys.stdout",
    "sys.stderr", "io.open", "datetime.now", "datetime.datetime.now", "datetime.utcnow", "date.today",
}  # fmt: skip
PROCESS_MODULES = {"subprocess", "multiprocessing", "pty"}
PROCESS_ATTRIBUTES = {
    "os.system",
    "os.popen",
    "os.fork",
    "os.posix_spawn",
    "os.execv",
    "os.execvp",
    "os.spawnv",
}
DATABASE_MODULES = {"sqlalchemy", "sqlite3", "psycopg", "psycopg2", "duckdb"}
SOCKET_MODULES = {"aiohttp", "http.client", "socket", "ssl", "urllib.request"}
WRITERS = {
    "sys.stdout.write", "sys.stdout.buffer", "sys.stdout.writelines", "sys.stderr.write", "sys.stderr.buffer",
    "sys.stderr.writelines", "sys.__stdout__", "sys.__stderr__", "typer.echo", "typer.secho", "click.echo",
}  # fmt: skip
FRONT_DOOR_ATTRIBUTES = {"os.environ", "os.environb", "os.getenv", "sys.argv"}

Rule = Callable[[str, ast.Module], Iterator[str]]
Graph = dict[str, set[str]]


@lru_cache(maxsize=1)
def nodes(tree: ast.AST) -> tuple[ast.AST, ...]:
    """All nodes of a tree; every rule walks the same ones, one file after the other."""
    return tuple(ast.walk(tree))


def imported(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """(line, dotted module) of each import, wherever it stands; `from a import b` gives both `a` and `a.b`."""
    for node in nodes(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.lineno, node.module
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def dotted(node: ast.expr) -> str:
    """`a.b.c` of an attribute chain, or '' where it does not start at a name."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (front := dotted(node.value)):
        return f"{front}.{node.attr}"
    return ""


def imports_of(tree: ast.AST, modules: set[str]) -> Iterator[str]:
    """Imports of any of `modules` or of what lies below them."""
    for line, name in imported(tree):
        if any(name == module or name.startswith(module + ".") for module in modules):
            yield f"line {line}: imports {name}"


def uses_of(tree: ast.AST, names: set[str]) -> Iterator[str]:
    """Attribute chains in `names`, also when they come as `from a import b`."""
    for node in nodes(tree):
        if isinstance(node, ast.Attribute) and (name := dotted(node)) in names:
            yield f"line {node.lineno}: uses {name}"
    for line, name in imported(tree):
        if name in names:
            yield f"line {line}: imports {name}"


def calls_of(tree: ast.AST, names: set[str]) -> Iterator[str]:
    """Calls of plain names in `names`."""
    for node in nodes(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
            yield f"line {node.lineno}: calls {node.func.id}()"


def room(path: str) -> str:
    """The room of a file: the first folder under gitprov/, or '' for the files beside the rooms."""
    parts = path.split("/")
    return parts[1] if len(parts) > 2 else ""


def pure_rooms_stay_pure(path: str, tree: ast.Module) -> Iterator[str]:
    """No process, socket, database, clock, environment or file in a pure room."""
    if room(path) in PURE:
        yield from imports_of(tree, IMPURE_MODULES - ({"pygit2"} if room(path) == "attribution" else set()))
        yield from uses_of(tree, IMPURE_ATTRIBUTES)
        yield from calls_of(tree, IMPURE_CALLS)


def only_git_starts_processes(path: str, tree: ast.Module) -> Iterator[str]:
    """Only two files of the git room, the sandbox, and the plug-in of pytest for a user's commands start processes."""
    files = tuple(f"gitprov/{name}.py" for name in ("git/process", "git/programs", "testing/process"))
    if path not in files and room(path) != "sandbox":
        yield from imports_of(tree, PROCESS_MODULES)
        yield from uses_of(tree, PROCESS_ATTRIBUTES)


def only_the_index_opens_databases(path: str, tree: ast.Module) -> Iterator[str]:
    """Databases are opened in gitprov/store/index* and nowhere else."""
    if not path.startswith("gitprov/store/index"):
        yield from imports_of(tree, DATABASE_MODULES)


def only_feeds_call_out(path: str, tree: ast.Module) -> Iterator[str]:
    """Outgoing sockets belong to gitprov/feeds; a proxy listens and calls out, so gitprov/web/proxy does both."""
    if room(path) != "feeds" and not path.startswith("gitprov/web/proxy/"):
        yield from imports_of(tree, SOCKET_MODULES)


def only_the_front_door_talks(path: str, tree: ast.Module) -> Iterator[str]:
    """Printing, argv and environment belong to gitprov/cli, and to what runs inside a user's tests or program."""
    if room(path) not in ("cli", "testing", "sdk"):
        yield from calls_of(tree, {"print", "input"})
        yield from uses_of(tree, FRONT_DOOR_ATTRIBUTES)


def only_the_door_writes(path: str, tree: ast.Module) -> Iterator[str]:
    """Standard output and error are written in gitprov/cli/door.py, which lets nothing through that steers a terminal."""
    if path in ("gitprov/cli/door.py", "gitprov/cli/terminal.py"):
        return
    yield from calls_of(tree, {"print"})
    yield from uses_of(tree, WRITERS)


def init_files_are_one_docstring(path: str, tree: ast.Module) -> Iterator[str]:
    """An `__init__.py` costs every import below it, so it holds a docstring and nothing else."""
    if not path.endswith("/__init__.py"):
        return
    if not ast.get_docstring(tree):
        yield "line 1: no docstring"
    rest = tree.body[1:]
    if path == "gitprov/__init__.py":
        rest = [node for node in rest if not _is_public_table(node)]
    yield from (f"line {node.lineno}: more than a docstring" for node in rest)


def _is_public_table(node: ast.stmt) -> bool:
    """Whether a statement of gitprov/__init__.py belongs to the names that a user's tests import, which costs nothing
    until one is used: the version, the table of names, `__getattr__`.
    """
    match node:
        case (
            ast.Assign(targets=[ast.Name(id="__version__" | "_NAMES")]) | ast.FunctionDef(name="__getattr__")
        ):
            return True
    return False


def values_cost_little(path: str, tree: ast.Module) -> Iterator[str]:
    """No dataclasses where a hook passes through: they pull in inspect (docs/adr/0001)."""
    if room(path) in {"model", "git", "store", "agents", "attribution", "flow"}:
        yield from imports_of(tree, {"dataclasses"})


def functions_are_short(_path: str, tree: ast.Module) -> Iterator[str]:
    """A function fits on a screen."""
    for node in nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > MAX_FUNCTION_LINES:
                yield f"line {node.lineno}: {node.name} has {length} lines"


def files_say_what_they_are(_path: str, tree: ast.Module) -> Iterator[str]:
    """The first thing in a file is a sentence about it."""
    if not ast.get_docstring(tree):
        yield "line 1: no docstring"


RULES: list[Rule] = [
    pure_rooms_stay_pure,
    only_git_starts_processes,
    only_the_index_opens_databases,
    only_feeds_call_out,
    only_the_front_door_talks,
    only_the_door_writes,
    init_files_are_one_docstring,
    values_cost_little,
    functions_are_short,
    files_say_what_they_are,
]

PLANTED = [
    (pure_rooms_stay_pure, "gitprov/model/x.py", "import subprocess"),
    (pure_rooms_stay_pure, "gitprov/agents/x.py", "def f():\n    import socket"),
    (pure_rooms_stay_pure, "gitprov/checks/x.py", "from urllib import request"),
    (pure_rooms_stay_pure, "gitprov/output/x.py", "from time import time"),
    (pure_rooms_stay_pure, "gitprov/interop/x.py", "text = open('a').read()"),
    (pure_rooms_stay_pure, "gitprov/attribution/x.py", "import os\nhome = os.environ['HOME']"),
    (pure_rooms_stay_pure, "gitprov/model/x.py", "from os import environ"),
    (only_git_starts_processes, "gitprov/store/x.py", "from subprocess import run"),
    (only_git_starts_processes, "gitprov/git/x.py", "import subprocess"),
    (only_git_starts_processes, "gitprov/cli/x.py", "import os\nos.system('true')"),
    (only_the_index_opens_databases, "gitprov/flow/x.py", "import sqlite3"),
    (only_feeds_call_out, "gitprov/flow/x.py", "import http.client"),
    (only_feeds_call_out, "gitprov/web/x.py", "import aiohttp"),
    (only_the_front_door_talks, "gitprov/flow/x.py", "print('hello')"),
    (only_the_front_door_talks, "gitprov/store/x.py", "import os\nos.getenv('X')"),
    (only_the_door_writes, "gitprov/cli/x.py", "import sys\nsys.stderr.write('x')"),
    (only_the_door_writes, "gitprov/cli/x.py", "import sys\nsys.stdout.buffer.write(b'x')"),
    (only_the_door_writes, "gitprov/cli/x.py", "import typer\ntyper.echo('x')"),
    (only_the_door_writes, "gitprov/cli/x.py", "print('x')"),
    (init_files_are_one_docstring, "gitprov/model/__init__.py", '"""Values."""\nimport json'),
    (init_files_are_one_docstring, "gitprov/model/__init__.py", ""),
    (init_files_are_one_docstring, "gitprov/__init__.py", '"""Values."""\nimport json'),
    (init_files_are_one_docstring, "gitprov/__init__.py", '"""Values."""\nNAMES = {}'),
    (values_cost_little, "gitprov/model/x.py", "from dataclasses import dataclass"),
    (functions_are_short, "gitprov/model/x.py", "def f():\n" + "    x = 1\n" * 50),
    (files_say_what_they_are, "gitprov/model/x.py", "x = 1"),
]


def sources() -> list[str]:
    """The product's Python files, relative to the checkout, `/` separated."""
    return sorted(
        path.relative_to(ROOT).as_posix() for path in PRODUCT.rglob("*.py") if "_hooks" not in path.parts
    )


def parse(path: str) -> ast.Module:
    """The syntax tree of a product file."""
    return ast.parse((ROOT / path).read_bytes(), path)


class Survey(NamedTuple):
    """What one pass over the product's files sees: rule → offences against it, and module → modules it imports."""

    offences: dict[Rule, list[str]]
    graph: Graph


@pytest.fixture(scope="module")
def survey() -> Survey:
    """Every file of the product parsed once: to parse them all for each rule took two minutes."""
    names = {module_name(path) for path in sources()}
    out = Survey({rule: [] for rule in RULES}, {})
    for path in sources():
        tree = parse(path)
        for rule in RULES:
            out.offences[rule] += [f"{path}: {offence}" for offence in rule(path, tree)]
        out.graph[module_name(path)] = imports_among(module_name(path), tree, names)
    return out


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_rule_holds(rule: Rule, survey: Survey) -> None:
    """The rule named by the test id holds in every file of the product."""
    assert not survey.offences[rule], f"{rule.__doc__}\n" + "\n".join(survey.offences[rule])


@pytest.mark.parametrize(("rule", "path", "text"), PLANTED)
def test_rule_bites(rule: Rule, path: str, text: str) -> None:
    """Each rule finds an offence planted for it, so that silence above means something."""
    assert list(rule(path, ast.parse(text)))


def test_every_rule_has_a_planted_offence() -> None:
    """A rule that was never seen to bite is not trusted."""
    assert {rule for rule, _, _ in PLANTED} == set(RULES)


def module_name(path: str) -> str:
    """The dotted name of a product file."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def imports_among(name: str, tree: ast.Module, names: Collection[str]) -> set[str]:
    """The modules of `names` that a module imports, wherever the import stands; also those for types alone."""
    targets = {target for _, target in imported(tree) if target in names and target != name}
    # `from a import b` names `a` too, and needs it only where `b` is no module.
    return {target for target in targets if not _is_only_the_way(tree, target, names)}


def _is_only_the_way(tree: ast.Module, target: str, names: Collection[str]) -> bool:
    """Whether a package is imported only to take modules out of it."""
    rows = [node for node in nodes(tree) if isinstance(node, ast.ImportFrom) and node.module == target]
    return bool(rows) and all(f"{target}.{alias.name}" in names for node in rows for alias in node.names)


def circles(graph: Graph) -> list[list[str]]:
    """The circles of a graph: its strongly connected components of more than one node, sorted (Tarjan's algorithm)."""
    order: dict[str, int] = {}
    lowest: dict[str, int] = {}
    path: list[str] = []
    out: list[list[str]] = []

    def visit(node: str) -> None:
        order[node] = lowest[node] = len(order)
        path.append(node)
        for target in graph[node]:
            if target not in order:
                visit(target)
            if target in path:
                lowest[node] = min(lowest[node], lowest[target])
        if lowest[node] == order[node]:
            at = path.index(node)
            if len(path) - at > 1:
                out.append(sorted(path[at:]))
            del path[at:]

    for node in graph:
        if node not in order:
            visit(node)
    return sorted(out)


def test_no_file_imports_itself_through_others(survey: Survey) -> None:
    """No circle among the product's files: imports in functions and imports for types count like any other."""
    assert circles(survey.graph) == []


def test_circles_are_seen() -> None:
    """A circle through a function and one through types are found; a file that only leads to one is in none."""
    texts = {
        "a": "from b import x",
        "b": "def f():\n    import c",
        "c": "if TYPE_CHECKING:\n    from a import y",
        "d": "import a",
        "e": "from f import g",
        "f": "",
        "f.g": "import e",
    }
    graph = {name: imports_among(name, ast.parse(text), texts.keys()) for name, text in texts.items()}
    assert circles(graph) == [["a", "b", "c"], ["e", "f.g"]]


def test_names_say_what_a_value_is() -> None:
    """No pronoun or participle is a name in the product; `one` may stand in a comprehension of a single line."""
    uses = {path: count for path in sources() if (count := house.forbidden_uses((ROOT / path).read_text()))}
    assert not uses


def test_forbidden_names_are_seen() -> None:
    """Variables, parameters, attributes and functions count; text, comments and short comprehensions do not."""
    text = (
        "def told(found):\n    # said\n    one = 'known'\n    return [one for one in found.left]\n_SAID = 1\n"
    )
    assert house.forbidden_uses(text) == 6


def test_a_class_name_is_unique() -> None:
    """A search for a class has one answer."""
    texts = {ROOT / path: (ROOT / path).read_text() for path in sources()}
    assert [name for name, count in house.classes(texts).items() if count > 1] == []


def printed(code: str) -> list[str]:
    """The words that a new Python prints for a text of Python."""
    done = subprocess.run((sys.executable, "-c", code), cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_hooks_of_a_commit_load_what_most_commits_need() -> None:
    """Adapters, profiles, older declarations and texts for people are loaded by the commits that need them alone."""
    code = (
        "import sys\nimport gitprov.cli.hook, gitprov.flow.hooks, gitprov.flow.commit.plan\n"
        "import gitprov.flow.capture.sweep.run\n"
        "rare = ('agents', 'output', 'interop.identities', 'interop.machines', 'checks.gate', 'model.notes.note', "
        "'model.settings.profiles', 'cli.door', 'attribution.carry', 'git.files.tree', 'git.refs')\n"
        "print(*(n for n in sys.modules if n.startswith(tuple(f'gitprov.{r}' for r in rare)) "
        "and n != 'gitprov.git.files.tree_files'))"
    )
    assert printed(code) == []


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="`typing` makes them there")
def test_named_tuples_of_hooks_are_not_made_by_typing() -> None:
    """On the way of hooks and capture every named tuple is a subclass of that in `gitprov/model/named.py` (docs/adr/0038)."""
    code = (
        "import sys\nimport gitprov.cli.hook, gitprov.flow.hooks, gitprov.flow.commit.plan\n"
        "import gitprov.flow.capture.claude_code, gitprov.flow.capture.sweep.run, gitprov.checks.secrets.redact\n"
        "print(*{m.__name__ for m in list(sys.modules.values()) if m.__name__.startswith('gitprov.') "
        "for c in vars(m).values() if hasattr(c, '_fields') and getattr(c, '__bases__', ()) == (tuple,)})"
    )
    assert printed(code) == []


def test_files_are_short() -> None:
    """A file has one subject, and fits in the head: at most 400 lines."""
    long = {path: count for path in sources() if (count := file_lines(ROOT / path)) > MAX_FILE_LINES}
    assert not long


def test_length_of_a_file_counts_every_line(tmp_path: Path) -> None:
    """401 lines are seen as 401, blank ones and the last one without a newline included."""
    sample = tmp_path / "long.py"
    sample.write_text("\n" * 400 + "x = 1")
    assert file_lines(sample) == MAX_FILE_LINES + 1


def file_lines(path: Path) -> int:
    """How many lines a file has."""
    return len(path.read_bytes().splitlines())
