"""`gitprov check deps`: an agent's commit names packages, and a registry on loopback answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.agent import Agent
from tests.support.registry import LoopbackRegistry, Reply, running
from tests.support.repo import GitRepo

PERSON = "import requests\n"


@pytest.fixture
def server() -> Iterator[LoopbackRegistry]:
    """A registry on loopback that has two real packages."""
    with running() as loopback:
        loopback.pypi("requests")
        loopback.pypi("pyjokes")
        yield loopback


@pytest.fixture
def project(repo: GitRepo, server: LoopbackRegistry) -> GitRepo:
    """A repository whose pip is configured for the registry on loopback."""
    repo.env["PIP_INDEX_URL"] = f"{server.address}/simple"
    repo.env["npm_config_registry"] = server.address
    repo.install()
    repo.write("main.py", PERSON)
    repo.commit("Begin")
    return repo


def answer(repo: GitRepo, *args: str, status: int = 0) -> dict[str, Any]:
    """The document of a check."""
    done = repo.gitprov("check", "deps", "--format", "json", *args, check=False)
    assert done.returncode == status, done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def rows(document: dict[str, Any]) -> list[tuple[str, str, int]]:
    """(id, path, line) of the findings."""
    return [(row["id"], row["path"], row["line"]) for row in document["findings"]]


def test_a_package_that_does_not_exist(project: GitRepo, server: LoopbackRegistry) -> None:
    """Staged, in a range and on disk: the line of the model is found, with its trace; a person's is not judged."""
    agent = Agent(project)
    agent.write("requirements.txt", "requests==2.31.0\nfastapi-turbo-auth\n")
    project.git("add", ".")
    staged = answer(project, "--staged", status=1)
    assert rows(staged) == [("deps/nonexistent", "requirements.txt", 2)]
    project.commit_staged("Add packages")
    trace = project.traces()[0]["id"]
    for args in (("--range", "HEAD~1..HEAD"), ("requirements.txt",), (".",)):
        document = answer(project, *args, status=1)
        assert rows(document) == [("deps/nonexistent", "requirements.txt", 2)]
        row = document["findings"][0]
        assert (row["trace"], row["agent"], row["model"]) == (trace, "my-tool", "model-1")
        assert (row["package"], row["severity"]) == ("fastapi-turbo-auth", "high")
        assert document["status"] == "findings"
    asked = [path for _, path, _ in server.requests if "fastapi-turbo-auth" in path]
    assert len(asked) == 1


def test_lines_of_a_person_are_judged_on_request(project: GitRepo) -> None:
    """`--all-lines`."""
    project.write("requirements.txt", "fastapi-turbo-auth\n")
    project.git("add", ".")
    assert answer(project, "--staged")["status"] == "clean"
    assert len(answer(project, "--staged", "--all-lines", status=1)["findings"]) == 1


def test_an_import_is_no_package_name(project: GitRepo, server: LoopbackRegistry) -> None:
    """`import yaml` is pyyaml, which exists; a module that nothing provides is found."""
    server.like("pyyaml", "requests")
    Agent(project).write("app.py", "import yaml\nimport main\nimport no_such_module_at_all\n")
    project.git("add", ".")
    assert rows(answer(project, "--staged", status=1)) == [("deps/nonexistent", "app.py", 3)]


def test_a_registry_that_fails_is_unknown(project: GitRepo, server: LoopbackRegistry) -> None:
    """Not clean, not a finding; `--strict` fails."""
    server.add("/simple/other/", Reply(401))
    Agent(project).write("requirements.txt", "other\n")
    project.git("add", ".")
    document = answer(project, "--staged")
    assert document["status"] == "unknown"
    assert document["unknown"][0]["path"] == "requirements.txt"
    answer(project, "--staged", "--strict", status=1)


def test_offline(project: GitRepo, server: LoopbackRegistry) -> None:
    """Earlier answers count, anything else is unknown; nobody is asked."""
    Agent(project).write("requirements.txt", "no-such-package-x\npyjokes\n")
    project.git("add", ".")
    first = answer(project, "--staged", "--offline")
    assert first["counts"]["unknown"] == 2
    assert server.requests == []
    answer(project, "--staged", status=1)
    count = len(server.requests)
    assert rows(answer(project, "--staged", "--offline", status=1)) == [
        ("deps/nonexistent", "requirements.txt", 1)
    ]
    assert len(server.requests) == count


def test_text(project: GitRepo) -> None:
    """Place, message, source line, who wrote it, how to mend it."""
    Agent(project).write("requirements.txt", "reqeusts\n")
    project.git("add", ".")
    project.commit_staged("Add")
    done = project.gitprov("check", "deps", "--range", "HEAD~1..HEAD", check=False)
    assert done.returncode == 1
    assert (
        "requirements.txt:1: high: there is no package reqeusts on 127.0.0.1 [deps/nonexistent]"
        in done.stdout
    )
    assert "1 | reqeusts\n    | ^^^^^^^^\n" in done.stdout
    assert "written by my-tool model-1, gen_" in done.stdout
    assert "requests may be meant" in done.stdout
    assert done.stdout.endswith("1 finding\n")


@pytest.mark.parametrize("form", ["sarif", "github", "gitlab", "junit"])
def test_other_formats(project: GitRepo, form: str) -> None:
    """Each has the finding."""
    Agent(project).write("requirements.txt", "reqeusts\n")
    project.git("add", ".")
    done = project.gitprov("check", "deps", "--staged", "--format", form, check=False)
    assert done.returncode == 1
    assert "deps/nonexistent" in done.stdout
