"""Commits under a hook framework that hides unstaged changes: the same notes as under the native hooks."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from gitprov.model import hook_names
from tests.support.agent import Agent
from tests.support.commits import FRAMED, configure, lines, stage
from tests.support.repo import GitRepo, run

pytestmark = pytest.mark.slow

TEN = lines(10)


def framed(path: Path, env: dict[str, str], tool: str) -> GitRepo:
    """A repository whose hooks are a framework's (or our own, for `gitprov`), with its configuration committed."""
    repo = GitRepo.init(path, env, "--template=")
    repo.write(".pre-commit-config.yaml", FRAMED)
    repo.write("a.py", "start = 0\n")
    repo.commit("Start")
    if tool == "gitprov":
        (repo.path / ".pre-commit-config.yaml").rename(repo.path / "aside")
        repo.install()
        (repo.path / "aside").rename(repo.path / ".pre-commit-config.yaml")
    else:
        types = [word for hook in hook_names.FRAMEWORK for word in ("-t", hook)]
        run([tool, "install", *types], cwd=repo.path, env=env)
    return repo


def story(repo: GitRepo) -> list[Any]:
    """Half of a file staged, a line dropped in the work tree, -a, PATH, an amendment, a sidecar; the notes after each."""
    notes = []

    def noted() -> None:
        rows = [{k: v for k, v in row.items() if k != "tool"} for row in repo.note()]
        notes.append((repo.message(), repo.oid("HEAD^{tree}"), rows))

    agent = Agent(repo)
    agent.prompt("one").write("a.py", "start = 0\n" + TEN)
    stage(repo, "a.py", "start = 0\n" + "".join(TEN.splitlines(keepends=True)[:4]))
    repo.write("a.py", "start = 0\n" + TEN.replace("line_8 = 8\n", ""))
    repo.commit_staged("Half")
    assert repo.read("a.py") == "start = 0\n" + TEN.replace("line_8 = 8\n", "")
    noted()
    repo.git("commit", "-q", "-a", "-m", "Rest")
    noted()
    agent.prompt("two").write("b.py", TEN)
    agent.write("c.py", TEN)
    repo.git("add", "-A")
    repo.git("commit", "-q", "-m", "Path", "--", "b.py")
    noted()
    repo.write("b.py", TEN.replace("line_2 = 2\n", "line_2 = 22\n"))
    repo.git("commit", "-q", "--amend", "--no-edit")
    noted()
    configure(repo, "sidecar = true\n")
    agent.prompt("three").write("d.py", TEN)
    repo.git("add", "d.py")
    repo.git("commit", "-q", "-m", "Sidecar")
    noted()
    return [*notes, [event["path"] for event in repo.events()]]


@pytest.fixture(scope="module")
def expected() -> dict[str, list[Any]]:
    """What the native hooks gave, worked out once."""
    return {}


@pytest.mark.parametrize("tool", ["pre-commit", "prek"])
def test_same_notes(tmp_path: Path, env: dict[str, str], tool: str, expected: dict[str, list[Any]]) -> None:
    """Commit for commit the same message, tree and note, whatever runs the hooks and hides."""
    if not shutil.which(tool, path=env["PATH"]):
        pytest.skip(f"{tool} is not installed")
    moment = dict(env)
    if "gitprov" not in expected:
        expected["gitprov"] = story(framed(tmp_path / "native" / "repo", env, "gitprov"))
    found = story(framed(tmp_path / "framed" / "repo", moment, tool))
    for ours, theirs in zip(expected["gitprov"], found, strict=True):
        assert theirs == ours
