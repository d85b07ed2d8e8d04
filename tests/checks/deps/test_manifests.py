"""Every kind of file that names packages, with the lines on which it names them."""

from __future__ import annotations

import pytest

from gitprov.checks.deps import files
from gitprov.checks.deps.dependency import Dependency

SAMPLES: dict[str, tuple[str, list[str]]] = {
    "requirements.txt": (
        """# comment
requests==2.31.0 \\
    --hash=sha256:abc \\
    --hash=sha256:def
-r other.txt
-cbase.txt
flask[async]>=2 ; python_version<"3.9" # why
git+https://host.example/z.git#egg=zed
./local
foo @ https://host.example/y.whl
-e .
--index-url https://host.example
numpy
""",
        [
            "2-4 pypi requests ==2.31.0",
            "7 pypi flask >=2",
            "8 pypi zed (git+https://host.example/z.git#egg=zed)",
            "10 pypi foo (https://host.example/y.whl)",
            "13 pypi numpy",
            "5 include other.txt",
            "6 constrain base.txt",
        ],
    ),
    "pyproject.toml": (
        """[project]
name = "me"
dependencies = [
  "httpx>=0.28",  # the client
  'yaml-reader',
]
[project.optional-dependencies]
dev = ["pytest", "httpx>=0.28"]
[dependency-groups]
lint = ["ruff", {include-group = "x"}]
[tool.uv.sources]
pytest = { git = "https://host.example" }
[tool.poetry.dependencies]
python = "^3.10"
requests = "^2"
mine = { path = "../mine" }
[tool.poetry.group.dev.dependencies.black]
version = "1"
[tool.pdm.dev-dependencies]
test = ["tox"]
[tool.hatch.envs.docs]
dependencies = ["mkdocs"]
""",
        [
            "4 pypi httpx >=0.28",
            "5 pypi yaml-reader",
            "8 pypi pytest (git https://host.example)",
            "8 pypi httpx >=0.28",
            "10 pypi ruff",
            "15 pypi requests ^2",
            "16 pypi mine (path ../mine)",
            "17 pypi black 1",
            "20 pypi tox",
            "22 pypi mkdocs",
            "own me",
        ],
    ),
    "package.json": (
        """{
  "name": "shop",
  "dependencies": {
    "left-pad": "^1.0.0",
    "a": "npm:b@1",
    "w": "workspace:*",
    "g": "user/repo",
    "@s/p": "1.x", "l": "latest"
  },
  "scripts": {"x": ["y", {"z": 1}, 2]}
}""",
        [
            "4 npm left-pad ^1.0.0",
            "5 npm b 1",
            "6 npm w workspace:* (workspace:*)",
            "7 npm g user/repo (user/repo)",
            "8 npm @s/p 1.x",
            "8 npm l latest",
            "own shop",
        ],
    ),
    "Cargo.toml": (
        """[package]
name = "x"
[dependencies]
serde = { version = "1", features = ["derive"] }
foo = { package = "real-foo", version = "1" }
loc = { path = "../x" }
rand = "0.8"
[target.'cfg(unix)'.dependencies]
nix = "0.2"
[dev-dependencies.tokio]
version = "1"
[workspace.dependencies]
log = "0.4"
""",
        [
            "4 crates serde 1",
            "5 crates real-foo 1",
            "6 crates loc (path ../x)",
            "7 crates rand 0.8",
            "10 crates tokio 1",
            "13 crates log 0.4",
            "9 crates nix 0.2",
            "own x",
        ],
    ),
    "Dockerfile": (
        """FROM python
RUN apt-get install -y curl && pip install --no-cache-dir flask==2.0 "uvicorn[standard]>=0.2" \\
   'gunicorn' && npm i -g typescript@5
RUN ["pip", "install", "boto3"]
RUN --mount=type=cache,target=/x pip3 install -r requirements.txt $EXTRA
""",
        [
            "2 pypi flask ==2.0",
            "2 pypi uvicorn >=0.2",
            "3 pypi gunicorn",
            "3 npm typescript 5",
            "4 pypi boto3",
            "5 include requirements.txt",
        ],
    ),
    ".github/workflows/ci.yml": (
        """
jobs:
  a:
    steps:
      - run: python -m pip install -U pip setuptools
      - run: |
          uv add ruff@latest
          cargo install cargo-nextest --locked --version 1.2
          npx create-react-app my-app
          uvx --from httpie http
          yarn global add serve && pnpm add -D vite
""",
        [
            "5 pypi pip",
            "5 pypi setuptools",
            "7 pypi ruff",
            "8 crates cargo-nextest",
            "9 npm create-react-app",
            "10 pypi httpie",
            "11 npm serve",
            "11 npm vite",
        ],
    ),
    "README.md": (
        """In prose: pip install nothing
```bash
$ pip install gitprov  # comment
npm install --save-dev jest @types/jest
```
""",
        ["3 pypi gitprov", "4 npm jest", "4 npm @types/jest"],
    ),
    "a.py": (
        """# /// script
# dependencies = [
#   "rich",
# ]
# ///
import os, yaml.x as y
from google.cloud import storage
from . import z
try:
    import cv2
except ImportError: pass
importlib.import_module("pluginx.y")
""",
        [
            "6 pypi yaml",
            "7 pypi google.cloud.storage",
            "10 pypi cv2",
            "12 pypi pluginx",
            "3 pypi rich",
        ],
    ),
    "a.ts": (
        """import React, {x} from 'react';
import type { A } from "@scope/pkg/sub";
import './local'; import "side-effect";
// import z from 'commented'
const s = "require('not')";
const a = require("lodash/fp"); const b = await import('node:fs'); import fs from 'fs/promises';
export * from "exported";
import {
  m,
} from 'multi';
""",
        [
            "1 npm react",
            "2 npm @scope/pkg",
            "3 npm side-effect",
            "6 npm lodash",
            "7 npm exported",
            "8-10 npm multi",
        ],
    ),
    "a.rs": (
        """use serde::Deserialize;
use std::io;
mod x;
use x::y;
// use foo::b;
extern crate libc;
pub use tokio_util::z;
""",
        ["1 crates serde", "6 crates libc", "7 crates tokio_util", "own x"],
    ),
    "environment.yml": (
        "name: x\ndependencies:\n  - python=3\n  - pip:\n    - flask==1\n    - -r x.txt\n",
        ["5 pypi flask ==1"],
    ),
    "setup.py": (
        """from setuptools import setup
R = ['a>1', 'b']
setup(install_requires=R + ['c'], extras_require={'x': ['d']}, tests_require=f())
""",
        [
            "2 pypi a >1",
            "2 pypi b",
            "3 pypi c",
            "3 pypi d",
            "1 pypi setuptools",
            "3 unread tests_require is computed, and setup.py is not run",
        ],
    ),
    "setup.cfg": (
        "[options]\ninstall_requires =\n  one>=1\n  two ; python_version<'3'\n[options.extras_require]\nx =\n  three\n",
        ["3 pypi one >=1", "4 pypi two", "7 pypi three"],
    ),
    "Pipfile": (
        '[packages]\nrequests = "*"\nmine = {path = "."}\n[dev-packages]\ntox = {version = ">=4"}\n',
        ["2 pypi requests *", "3 pypi mine (path .)", "5 pypi tox >=4"],
    ),
    "n.ipynb": (
        '{"cells":[\n{"cell_type":"code","source":["!pip install foo\\n",\n"import bar\\n"]}]}',
        ["3 pypi bar", "2 pypi foo"],
    ),
    "package-lock.json": (
        """{"packages": {"": {"version": "1"}, "node_modules/a": {"version": "1.2"},
"node_modules/a/node_modules/@s/b": {
"version": "2"}}}""",
        ["1 npm a 1.2", "3 npm @s/b 2"],
    ),
    "yarn.lock": (
        '"@s/a@^1", "@s/a@^2":\n  version "1"\nb@1:\n  version "1"\n"w@workspace:.":\n  version 0\n',
        ["1 npm @s/a", "3 npm b"],
    ),
    "pnpm-lock.yaml": (
        "packages:\n\n  '@s/a@1.2.3':\n    resolution: x\n  /b@1.0.0(peer@1):\n  c@2.0.0:\n",
        ["3 npm @s/a 1.2.3", "5 npm b 1.0.0", "6 npm c 2.0.0"],
    ),
    "uv.lock": ('[[package]]\nname = "x"\nversion = "1"\n', ["2 pypi x ==1"]),
    "Pipfile.lock": ('{"default": {"x": {"version": "==1"}}, "_meta": {"version": "0"}}', ["1 pypi x ==1"]),
    "Cargo.lock": (
        """[[package]]
name = "a"
version = "1"
source = "registry+https://host.example/index"
[[package]]
name = "own"
version = "1"
""",
        ["2 crates a 1"],
    ),
}  # fmt: skip


def shown(item: Dependency) -> str:
    """A dependency as one line: lines, ecosystem, name, constraint, origin."""
    lines = str(item.line) if item.line == item.end_line else f"{item.line}-{item.end_line}"
    origin = f"({item.origin})" if item.origin else ""
    return " ".join(filter(None, (lines, item.ecosystem, item.name, item.spec, origin)))


@pytest.mark.parametrize("path", SAMPLES)
def test_each_kind_of_file(path: str) -> None:
    """A reader names every package on its line, and nothing else."""
    text, expected = SAMPLES[path]
    reading = files.read(path, text)
    rows = [shown(item) for item in reading.dependencies]
    rows += [f"{item.line} unread {item.reason}" for item in reading.unread]
    rows += [
        f"{item.line} {'constrain' if item.constraint else 'include'} {item.path}"
        for item in reading.includes
    ]
    rows += [f"own {name}" for name in sorted(reading.skipped)]
    assert rows == expected


BROKEN = {
    "pyproject.toml": "[project\n",
    "Pipfile": "a = ",
    "Cargo.toml": "[[",
    "package.json": '{"dependencies": {"a": "1"',
    "package-lock.json": "[" * 100_000,
    "Pipfile.lock": "nothing",
    "n.ipynb": "{",
    "a.py": "def f(:\n",
    "setup.py": "setup(\n",
    "setup.cfg": "no section",
    "environment.yml": "a: [",
    "b.py": "# /// script\n# dependencies = [\n",
    "c.py": "# /// script\n# dependencies = [\n# ///\n",
}


@pytest.mark.parametrize("path", BROKEN)
def test_a_file_that_cannot_be_parsed_is_unknown(path: str) -> None:
    """A broken file gives a reason and no exception."""
    reading = files.read(path, BROKEN[path])
    assert reading.unread
    assert all(item.reason for item in reading.unread)


def test_a_line_that_is_no_requirement_is_unknown() -> None:
    """The other lines of its file are read."""
    reading = files.read("requirements.txt", "???\nflask\n")
    assert [item.name for item in reading.dependencies] == ["flask"]
    assert [item.line for item in reading.unread] == [1]


COMMANDS = {
    "pip install $PACKAGES -r r.txt": [],
    "sudo pip3.11 install --upgrade --index-url https://x y": ["pypi y"],
    "pip install -e . ./wheel.whl": [],
    "pip install <your-package>": [],
    "uv pip install 'a<2' b[c]==1": ["pypi a", "pypi b"],
    "npm --silent install x@^1.2 @s/y ./z": ["npm x", "npm @s/y"],
    "npm install y@npm:real@2": ["npm real"],
    "pnpm add --filter web x": ["npm x"],
    "cargo add --features derive serde@1 tokio": ["crates serde", "crates tokio"],
    "poetry add --group dev black@^24": ["pypi black"],
    "FOO=1 python3 -m pip install x": ["pypi x"],
    "echo done; (pip install x)": ["pypi x"],
    "pipx run cowsay hello": ["pypi cowsay"],
    "git add file.py": [],
    'echo "it\'s pip install"': [],
}


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command(command: str) -> None:
    """Options, variables, paths and placeholders are no packages."""
    items = files.read("x.sh", command).dependencies
    assert [f"{item.ecosystem} {item.name}" for item in items] == COMMANDS[command]
