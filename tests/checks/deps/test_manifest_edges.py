"""Odd shapes of files that name packages: each gives what it names, and nothing that it does not."""

from __future__ import annotations

import json
import time

import pytest

from gitprov.checks.deps import files
from gitprov.checks.deps.dependency import Reading
from gitprov.checks.deps.manifests import commands, python_project
from gitprov.checks.deps.manifests.positions import TomlLines, json_entries

CASES: dict[str, list[tuple[str, list[str]]]] = {
    "x.sh": [
        ("pip install -r", ["> "]),
        ("pip install a \\\n  b \\", ["1 a", "2 b"]),
        ("pip install a > log.txt b", ["1 a"]),
        ("pip install a 2>&1", ["1 a"]),
        ("pip install --requirement=dev.txt -c pins.txt a", ["1 a", "> dev.txt", "> pins.txt"]),
        ("pip install --with b a", ["1 b", "1 a"]),
        ('["pip", "install", "a"]', ["1 a"]),
        ('["pip", "install", 3]', []),
        ("[pip install a]", []),
        ("npm i ../x ./y", []),
        ("cargo add ./local 1x", []),
        ("pip install 'a>=$MIN'", []),
        ("pip install $VAR", []),
        ("env A=1 time pip install a", ["1 a"]),
        ("npx create-app my-shop", ["1 create-app"]),
        ("uv tool run --from a b", ["1 a"]),
    ],
    "package.json": [
        ('{"dependencies": {"a": 1}, "name": 2}', []),
        ('{"dependencies": {"a": "git+ssh://host.example/a.git", "b": "user/repo"}}', ["1 a !", "1 b !"]),
        ('{"devDependencies": {"a": "latest", "b": ""}}', ["1 a", "1 b"]),
    ],
    "package-lock.json": [
        ('{"dependencies": {"a": {"version": "1", "dependencies": {"b": {"version": "2"}}}}}', ["1 a", "1 b"]),
        ('{"lockfileVersion": 3, "other": {"a": {"version": "1"}}, "packages": {"a": {"version": "1"}}}', []),
    ],
    "environment.yml": [
        ("a: 1", []),
        ("- x", []),
        ("dependencies: x", []),
        ("dependencies:\n  - numpy\n  - conda: [x]\n  - pip: x\n  - pip:\n    - a\n    - [b]\n    - -r x.txt\n", ["6 a"]),
        ("dependencies:\n  - pip:\n    - '???'\n    - ./x.whl\n", ["3 unread"]),
        ("? [a]\n: b\n", []),
    ],
    "pyproject.toml": [
        ('[project]\ndependencies = [1, "a"]\n', ["2 a"]),
        ('[project]\ndependencies = ["???", "./x.whl"]\n', ["2 unread"]),
        ('[tool.poetry.group]\nx = 1\n[tool.hatch.envs]\ny = 1\n', []),
        ('[tool.poetry.dependencies]\na = [{version = "1"}, {version = "2"}]\nb = {optional = true}\n', ["2 a", "3 b"]),
        ('[project]\ndependencies = ["a", "c"]\n[tool.uv.sources]\na = [{index = "x"}, 1, {path = "y"}]\nc = "z"\n', ["2 a !", "2 c"]),
        ('project = 1\n', []),
    ],
    "setup.cfg": [
        ("[options]\ninstall_requires =\n    a\n    ???\n    ./x.whl\n", ["3 a", "4 unread"]),
        ("[metadata]\nname = x\n", []),
        ("[options]\ninstall_requires = a==1\nsetup_requires: b\n  c == 2\n", ["2 a", "3 b", "4 c"]),
    ],
    "setup.py": [
        ("setup(install_requires=names, extras_require={'x': ['a'] + ['b'], **more})\n", ["1 a", "1 b", "1 unread", "1 unread"]),
        ("A = ['a']\nB = A\nsetup(install_requires=A, tests_require=B)\n", ["1 a", "2 unread"]),
        ("setuptools.setup(install_requires='''\na\n./x.whl\n''')\n", ["1-4 a"]),
        ("x[0] = 1\n(lambda: 1)()\nsetup(name='x')\n", []),
    ],
    "Cargo.toml": [
        ("[package]\nname = 1\n[dependencies]\na = true\n", ["4 a"]),
        ("package = 1\nworkspace = 1\ntarget = 1\n", []),
        ("[target]\nx = 1\n[target.y]\ndependencies = 1\n", []),
        ('[dependencies]\na = { registry = "mine" }\nb = { package = "c" }\n', ["2 a !", "3 c"]),
    ],
    "Cargo.lock": [
        ('[[package]]\nname = "a"\nsource = "git+https://host.example"\n', []),
        ('[[package]]\nsource = "registry+https://host.example"\n', []),
        ('[[package]]\nname = "a"\nsource = "sparse+https://host.example"\n', ["2 a"]),
    ],
    "Pipfile.lock": [('{"default": {"x": {"hash": "1"}}, "develop": {"y": {"version": "==1"}}}', ["1 y"])],
    "poetry.lock": [('version = "1"\n[[package]]\nname = "a"\nversion = "1"\nname = "b"\n', ["3 a"])],
    "requirements.txt": [
        ("-e git+https://host.example/a.git#egg=a\n-e .\n-\n", ["1 a !"]),
        ("a \\", ["1 a"]),
        ("# b \\\nc", ["2 c"]),
        ("\\", []),
    ],
    "n.ipynb": [
        ('{"cells": [{"cell_type": "markdown", "source": "import a"}, {"source": ["import b"]}, {"x": 1}]}', []),
        ('{"cells": [{"cell_type": "code", "source": "", "id": "x"}, {"cell_type": "code", "source": "def ("}]}', []),
        ("[", ["0 unread", "0 unread"]),
    ],
    "a.py": [
        ("import importlib\nimportlib.import_module('a.b')\nimport_module(name)\n__import__('.c')\nf()\n", ["2 a"]),
        ("import os, b, b\nfrom . import x\nfrom google import protobuf\n", ["1 b", "3 google.protobuf"]),
        ("# /// script\n# dependencies = ['x']\n# ///\n", ["2 x"]),
        ("# /// script\n#\n# dependencies = ['???', './y.whl']\n# ///", ["3 unread"]),
    ],
    "a.ts": [
        ("import a from 'a';\nimport fs from 'fs';\nimport './b';\nimport x from '@/c';\n// import d from 'd'\n", ["1 a"]),
        ("import {\n  b\n} from '@s/b/deep';\nconst c = require('c/d');\nimport('UP PER');\n", ["1-3 @s/b", "4 c"]),
    ],
    "a.rs": [("use serde::X;\nmod mine;\nuse mine::Y;\nuse std::io;\nuse Big::Z;\n// use no;\n", ["1 serde"])],
    "README.md": [("pip install a\n```sh\npip install b\n~~~\n```\n~~~\npip install c\n~~~\n", ["3 b", "7 c"])],
}  # fmt: skip


def rows(reading: Reading) -> list[str]:
    """Lines and name of what a reading has; `!`: from no registry; `>`: another file."""
    shown = []
    for item in reading.dependencies:
        lines = str(item.line) if item.line == item.end_line else f"{item.line}-{item.end_line}"
        shown.append(f"{lines} {item.name}{' !' if item.origin else ''}")
    shown += [f"{part.line} unread" for part in reading.unread]
    return shown + [f"> {include.path}" for include in reading.includes]


@pytest.mark.parametrize(
    ("path", "at"), [(path, n) for path, cases in CASES.items() for n in range(len(cases))]
)
def test_odd_shapes(path: str, at: int) -> None:
    """Each is read without an exception, and only what names a package of a registry counts."""
    text, expected = CASES[path][at]
    assert rows(files.read(path, text)) == expected


def test_places_in_toml() -> None:
    """A value in unusual form is placed at its table's header, a value outside of any table at line 1."""
    lines = TomlLines('[a]\nx = ["\\u0062"]\n[a."b.c"]\ny = "v"\n[[d]]\n')
    assert lines.value("b", "a") == 1
    assert lines.value("v", "a") == 4
    assert lines.value("v", "a") == 1
    assert lines.key("y", "a.b.c") == 4
    assert lines.key("z", "d.e") == 5
    assert lines.key("z", "nothing") == 1
    assert lines.header("") == 1


DAMAGED = ["1, 2]", "{]}x", '{"a": "\n', "\x01", '"a', "[1", "nul", "}"]


@pytest.mark.parametrize("text", DAMAGED)
def test_text_that_is_no_json(text: str) -> None:
    """ValueError, never another exception."""
    with pytest.raises(ValueError, match=r"."):
        list(json_entries(text))


def test_places_in_json() -> None:
    """Keys, indexes and lines of every scalar."""
    text = json.dumps({"a": [1, {"b": None}], "c": "d"}, indent=1)
    entries = [(entry.path, entry.value, entry.line) for entry in json_entries(text)]
    assert entries == [(("a", "0"), 1, 3), (("a", "1", "b"), None, 5), (("c",), "d", 8)]


def test_the_packages_of_one_command() -> None:
    """As an agent would run it, several commands in a line included."""
    assert [item.name for item in commands.command_packages("cd x && pip install a; npm i b")] == ["a", "b"]


def test_a_lock_file_of_another_shape() -> None:
    """A Pipfile.lock that is no JSON is a gap."""
    assert python_project.read_pipfile_lock("[").unread


MANY = 6000
LONG = {
    "Cargo.toml": "".join(f'[dependencies.a{n}]\nversion = "1"\n' for n in range(MANY)),
    "pyproject.toml": "[project]\ndependencies = [\n" + "".join(f' "a{n}",\n' for n in range(MANY)) + "]\n",
    "Pipfile": "[packages]\n" + "".join(f'a{n} = "*"\n' for n in range(MANY)),
    "setup.cfg": "[options]\ninstall_requires =\n" + "".join(f"  a{n}\n" for n in range(MANY)),
    "package.json": '{"dependencies": {' + ",\n".join(f'"a{n}": "1"' for n in range(MANY)) + "}}",
    "a.py": "# /// script\n# dependencies = [\n"
    + "".join(f'# "a{n}",\n' for n in range(MANY))
    + "# ]\n# ///\n",
    "a.md": "".join(f"```\npip install a{n}\n```\n" for n in range(MANY)),
    "Dockerfile": "RUN " + "".join(f"pip install a{n} && \\\n" for n in range(MANY)) + "true\n",
}


@pytest.mark.parametrize("path", LONG)
def test_a_long_file_takes_time_by_its_length(path: str) -> None:
    """Every package is on its line. By the square of the length this would take minutes."""
    start = time.process_time()
    items = files.read(path, LONG[path]).dependencies
    assert time.process_time() - start < 8
    assert len(items) == MANY
    rows = LONG[path].split("\n")
    assert all(item.name in rows[item.line - 1] for item in items)


HOSTILE = {
    "a.ts": [
        "import {",
        "export * ",
        "import a, ",
        "`\\",
        "/* ",
        "import {}\n",
        "require(",
        "import" + " " * 50,
    ],
    "a.rs": ['r#"', '"\\', "/* ", "use ::", "extern  "],
    "run.sh": ["pip install ", "$( ", "pip install a \\\n", "install \t", "'", '"'],
    "requirements.txt": ["a.whl#&", "git+https://x#&", "a --b ", "a[", "; ", "-r "],
    "setup.cfg": ["[options]\n", "a=\n b\n", "install_requires =\n  a\n"],
    "yarn.lock": ['"a@', "a@^1, "],
}


@pytest.mark.parametrize("path", HOSTILE)
def test_repetitions_that_slow_no_pattern_down(path: str) -> None:
    """Unclosed and repeated parts: by the square of the length this would take minutes."""
    for part in HOSTILE[path]:
        start = time.process_time()
        files.read(path, part * (200_000 // len(part)))
        assert time.process_time() - start < 8, part
