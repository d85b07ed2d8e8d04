"""`check deps` on files and registries as nobody wants them: it answers, and never says clean without a look."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.gates.test_deps import answer, rows
from tests.support.registry import LoopbackRegistry, Reply, running
from tests.support.repo import GitRepo


@pytest.fixture
def server() -> Iterator[LoopbackRegistry]:
    """A registry on loopback with one package."""
    with running() as loopback:
        loopback.pypi("requests")
        yield loopback


@pytest.fixture
def project(repo: GitRepo, server: LoopbackRegistry) -> GitRepo:
    """A repository whose installers are configured for the registry on loopback."""
    repo.env["PIP_INDEX_URL"] = f"{server.address}/simple"
    repo.env["npm_config_registry"] = server.address
    repo.write("a.txt", "a\n")
    repo.commit("Begin")
    return repo


CYRILLIC = "r\u0435quests"
CONFUSABLE = {
    "requirements.txt": f"requests\n{CYRILLIC}[socks]>=2\n",
    "package.json": json.dumps({"dependencies": {"l\u043edash": "1"}}, indent=1, ensure_ascii=False),
    "setup.sh": f"pip install '{CYRILLIC}==1' && npm i l\u043edash@4\n",
    "app.py": f"import {CYRILLIC}\n",
}


def test_names_that_only_look_like_others(project: GitRepo, server: LoopbackRegistry) -> None:
    """They have an id of their own, with network and without, and no registry is asked for them."""
    for path, text in CONFUSABLE.items():
        project.write(path, text)
    project.git("add", ".")
    expected = [
        ("deps/confusable", "app.py", 1),
        ("deps/confusable", "package.json", 3),
        ("deps/confusable", "requirements.txt", 2),
        ("deps/confusable", "setup.sh", 1),
        ("deps/confusable", "setup.sh", 1),
    ]
    document = answer(project, "--staged", "--all-lines", status=1)
    assert rows(document) == expected
    assert "looks like requests, and has U+0435" in document["findings"][0]["message"]
    assert {path for _, path, _ in server.requests} == {"/simple/requests/", "/pypi/requests/json"}
    assert rows(answer(project, "--staged", "--all-lines", "--offline", status=1)) == expected


def test_a_registry_that_moves_elsewhere(project: GitRepo, server: LoopbackRegistry) -> None:
    """Another host is not asked: it gets neither names nor credentials. The name is unknown."""
    with running() as other:
        location = other.address.replace("127.0.0.1", "localhost") + "/simple/moved/"
        server.add("/simple/moved/", Reply(302, headers=(("location", location),)))
        project.write("requirements.txt", "moved\n")
        project.git("add", ".")
        document = answer(project, "--staged", "--all-lines")
        assert other.requests == []
    assert document["status"] == "unknown"
    assert "another host" in document["unknown"][0]["reason"]


def test_two_runs_at_once(project: GitRepo) -> None:
    """With one cache and one memory of names: both report the same."""
    project.write("requirements.txt", "".join(f"no-such-package-{n}\n" for n in range(20)))
    project.git("add", ".")
    words = [sys.executable, "-m", "gitprov", "check", "deps", "--staged", "--all-lines", "--format", "json"]
    runs = [
        subprocess.Popen(
            words, cwd=project.path, env=project.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        for _ in range(3)
    ]
    outputs = [run.communicate() for run in runs]
    assert [errors for _, errors in outputs] == [b""] * 3
    assert {len(json.loads(output)["findings"]) for output, _ in outputs} == {20}
    names = project.git("show", "refs/gitprov/phantoms:names").stdout.splitlines()
    assert len(names) == 20


@pytest.mark.slow
def test_a_lock_file_of_50_megabytes(project: GitRepo) -> None:
    """It is unknown, and everything else is judged."""
    entry = '[[package]]\nname = "x"\nversion = "1"\n'
    project.write("uv.lock", entry * (50 * (1 << 20) // len(entry)))
    project.write("requirements.txt", "no-such-package-x\n")
    project.git("add", ".")
    document = answer(project, "--staged", "--all-lines", status=1)
    assert rows(document) == [("deps/nonexistent", "requirements.txt", 1)]
    assert [(row["path"], row["reason"]) for row in document["unknown"]] == [
        ("uv.lock", "it is larger than 8 MiB")
    ]


def deep(path: str) -> str:
    """Nested 3,000 deep."""
    n = 3000
    return {
        "pyproject.toml": "[project]\ndependencies = " + "[" * n + "]" * n + "\n",
        "package.json": '{"dependencies": ' + '{"a":' * n + "1" + "}" * n + "}",
        "environment.yml": "dependencies: " + "[" * n + "]" * n + "\n",
        "app.py": "x = " + "(" * n + ")" * n + "\n",
        "attributes.py": "x" + ".a" * n * 10 + "\n",
        "setup.py": "setup(install_requires=" + "[" * n + "]" * n + ")\n",
        "notes.ipynb": '{"cells": ' + "[" * n + "]" * n + "}",
        "app.ts": "import {" * n,
        "lib.rs": "use a::{" * n,
        "run.sh": "pip install $(" * n + "\n",
        "Cargo.toml": "[dependencies]\na = " + "{ b = " * n + "1" + " }" * n + "\n",
    }[path]


DEEP = ("pyproject.toml", "package.json", "environment.yml", "app.py", "attributes.py", "setup.py", "notes.ipynb", "app.ts", "lib.rs", "run.sh", "Cargo.toml")  # fmt: skip


@pytest.mark.slow
def test_deep_nesting(project: GitRepo) -> None:
    """Each file is read or unknown; no name comes of it, and the run goes on."""
    for path in DEEP:
        project.write(path, deep(path))
    project.write("requirements.txt", "no-such-package-x\n")
    project.git("add", ".")
    document = answer(project, "--staged", "--all-lines", status=1)
    assert rows(document)[-1] == ("deps/nonexistent", "requirements.txt", 1)
    assert {"pyproject.toml", "package.json", "app.py"} <= {row["path"] for row in document["unknown"]}


@pytest.mark.usefixtures("forked")
@pytest.mark.parametrize("ending", ["answers.db", "answers.db-wal"])
def test_a_half_written_cache(project: GitRepo, ending: str) -> None:
    """It is made anew: a name that does not exist is reported as before, and the next run needs no registry."""
    project.write("requirements.txt", "no-such-package-h\n")
    project.git("add", ".")
    before = answer(project, "--staged", "--all-lines", status=1)
    (cache,) = Path(project.env["HOME"]).rglob("answers.db")
    data = cache.read_bytes()
    cache.with_name(ending).write_bytes(data[: len(data) // 2] + b"\xff" * 100)
    after = answer(project, "--staged", "--all-lines", status=1)
    offline = answer(project, "--staged", "--all-lines", "--offline", status=1)
    assert rows(before) == rows(after) == rows(offline) == [("deps/nonexistent", "requirements.txt", 1)]
