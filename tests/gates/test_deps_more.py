"""`gitprov check deps`: included files, and remarks that never fail it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.gates.test_deps import answer, rows
from tests.support.agent import Agent
from tests.support.registry import LoopbackRegistry, basic, running
from tests.support.repo import GitRepo


@pytest.fixture
def server() -> Iterator[LoopbackRegistry]:
    """A registry on loopback with one package."""
    with running() as loopback:
        loopback.pypi("requests")
        yield loopback


@pytest.fixture
def project(repo: GitRepo, server: LoopbackRegistry) -> GitRepo:
    """A repository whose pip is configured for the registry on loopback."""
    repo.env["PIP_INDEX_URL"] = f"{server.address}/simple"
    repo.env["npm_config_registry"] = server.address
    repo.install()
    repo.write("main.py", "x = 1\n")
    repo.commit("Begin")
    return repo


def remarks(document: dict[str, Any]) -> list[tuple[str, str]]:
    """(rule, first word of the message) of the remarks."""
    return [(row["id"], row["message"].split()[0]) for row in document["remarks"]]


@pytest.mark.slow
def test_included_files_are_followed(project: GitRepo) -> None:
    """Also in a circle, also those whose names do not show what they are; each name is reported once."""
    agent = Agent(project)
    agent.write("requirements.txt", "requests\n-r deps/all.lst\n-c pins.lst\n-r requirements.txt\n")
    agent.write("deps/all.lst", "-r ../requirements.txt\n-r inner.lst\nno-such-x\n")
    agent.write("deps/inner.lst", "-r all.lst\nno-such-y\n")
    project.write("pins.lst", "no-such-z==1\n")
    project.git("add", ".")
    expected = [("deps/nonexistent", "deps/all.lst", 3), ("deps/nonexistent", "deps/inner.lst", 2)]
    assert rows(answer(project, "--staged", status=1)) == expected
    project.commit_staged("Add packages")
    for args in (("--range", "HEAD~1..HEAD"), (".",), ("requirements.txt",)):
        document = answer(project, *args, status=1)
        assert rows(document) == expected
        assert document["findings"][0]["agent"] == "my-tool"
    every = answer(project, "--range", "HEAD~1..HEAD", "--all-lines", status=1)
    assert ("deps/nonexistent", "pins.lst", 1) in rows(every)


def test_a_file_that_was_included_later(project: GitRepo) -> None:
    """Its lines are judged though the change touches only the file that includes it."""
    Agent(project).write("deps.lst", "no-such-x\n")
    project.git("add", ".")
    project.commit_staged("Add a list")
    Agent(project).write("requirements.txt", "-r deps.lst\n-r gone.lst\n-r ../out.txt\n")
    project.git("add", ".")
    document = answer(project, "--staged", status=1)
    assert rows(document) == [("deps/nonexistent", "deps.lst", 1)]
    assert [row["line"] for row in document["unknown"]] == [2, 3]


def test_a_chain_without_end(project: GitRepo) -> None:
    """The depth is bounded, and said to be."""
    agent = Agent(project)
    agent.write("requirements.txt", "-r 0.lst\n")
    for n in range(12):
        agent.write(f"{n}.lst", f"-r {n + 1}.lst\n")
    project.git("add", ".")
    document = answer(project, "--staged")
    assert [row["reason"] for row in document["unknown"]] == ["8.lst is included too deep, or as one of many"]


def test_installers_without_a_cool_down(project: GitRepo) -> None:
    """One remark for each installer that the change concerns; none where it holds releases back."""
    agent = Agent(project)
    agent.write("requirements.txt", "requests\n")
    project.git("add", ".")
    document = answer(project, "--staged")
    assert remarks(document) == [("deps/cool-down", "pip"), ("deps/stale-advisories", "the")]
    assert document["status"] == "clean"
    project.env["PIP_UPLOADED_PRIOR_TO"] = "P7D"
    assert remarks(answer(project, "--staged", "--strict")) == [("deps/stale-advisories", "the")]
    text = project.gitprov("check", "deps", "--staged").stdout
    assert "note: the list of known vulnerabilities (" in text
    assert "\nclean: " in text


def test_the_installers_of_a_project(project: GitRepo) -> None:
    """They are known by the project's files."""
    agent = Agent(project)
    agent.write("requirements.txt", "requests\n")
    agent.write("package.json", '{"dependencies": {"no-such-x": "1"}}\n')
    project.write("uv.lock", "version = 1\n")
    project.write("pnpm-lock.yaml", "lockfileVersion: 9\n")
    project.git("add", ".")
    document = answer(project, "--staged", status=1)
    assert remarks(document)[:2] == [("deps/cool-down", "pnpm"), ("deps/cool-down", "uv")]
    project.write("poetry.lock", "")
    project.write("yarn.lock", "")
    project.git("rm", "-q", "--cached", "uv.lock", "pnpm-lock.yaml")
    project.git("add", "poetry.lock", "yarn.lock")
    assert remarks(answer(project, "--staged", status=1)) == [("deps/stale-advisories", "the")]


@pytest.mark.parametrize(("library", "args"), [("rapidfuzz", ["--offline"]), ("httpx", [])])
def test_a_missing_library_is_named(project: GitRepo, tmp_path: Path, library: str, args: list[str]) -> None:
    """With what installs it; never a traceback."""
    stub = f'raise ModuleNotFoundError(name="{library}")\n'
    (tmp_path / "without").mkdir()
    (tmp_path / "without" / f"{library}.py").write_text(stub)
    project.env["PYTHONPATH"] = str(tmp_path / "without")
    project.write("requirements.txt", "requests\n")
    project.git("add", ".")
    done = project.gitprov("check", "deps", "--staged", "--all-lines", *args, check=False)
    assert done.returncode == 3, done.stderr
    assert f"needs {library}, which is not installed" in done.stderr
    assert "hint: pip install 'gitprov[checks]'" in done.stderr


@pytest.mark.parametrize("committed", [False, True])
def test_files_that_no_commit_has(repo: GitRepo, server: LoopbackRegistry, committed: bool) -> None:
    """They are judged as they are on disk, before the first commit too, with their author."""
    repo.env["PIP_INDEX_URL"] = f"{server.address}/simple"
    repo.install()
    if committed:
        repo.write("main.py", "x = 1\n")
        repo.commit("Begin")
    Agent(repo).write("requirements.txt", "no-such-package-x\n")
    document = answer(repo, ".", status=1)
    assert rows(document) == [("deps/nonexistent", "requirements.txt", 1)]
    assert document["findings"][0]["agent"] == "my-tool"


@pytest.mark.usefixtures("forked")
def test_the_login_of_the_netrc_file(repo: GitRepo, server: LoopbackRegistry) -> None:
    """It is sent with every request to its host."""
    repo.env["PIP_INDEX_URL"] = f"{server.address}/simple"
    Path(repo.env["HOME"], ".netrc").write_text("machine 127.0.0.1 login me password word\n")
    repo.write("requirements.txt", "requests\n")
    assert rows(answer(repo, "--all-lines", ".")) == []
    assert {headers.get("authorization") for _, _, headers in server.requests} == {basic("me", "word")}
