"""Submodules: each keeps its own provenance, and the superproject says where that is."""

from __future__ import annotations

import json
import os
import shlex
from pathlib import Path

import pytest

from tests.shapes.story import BASE, MODEL, counts, status, tell
from tests.support.agent import Agent
from tests.support.claude import ClaudeSession
from tests.support.repo import GitRepo

pytestmark = pytest.mark.slow


@pytest.fixture
def inner(hooked: GitRepo, tmp_path: Path) -> GitRepo:
    """The submodule `libs/sub` of `hooked`, with hooks of its own and `a.py` in it."""
    origin = GitRepo.init(tmp_path / "origin", hooked.env)
    origin.write("a.py", BASE)
    origin.commit("Base")
    hooked.git("submodule", "--quiet", "add", origin.path.as_uri(), "libs/sub")
    hooked.commit("Submodule")
    sub = GitRepo(hooked.path / "libs/sub", hooked.env)
    sub.install()
    return sub


def test_story(hooked: GitRepo, inner: GitRepo) -> None:
    """The main path holds inside a submodule; the superproject's commit of the new pointer claims no line."""
    tell(inner, "b.py")
    assert not hooked.inbox().exists()
    hooked.commit("Pointer")
    assert hooked.note() == []
    tell(hooked, "b.py")


def test_agent_in_the_superproject(hooked: GitRepo, inner: GitRepo) -> None:
    """What an agent that runs in the superproject edits in a submodule is the submodule's, its prompt too."""
    claude = ClaudeSession(hooked)
    claude.prompt("Fill both in.")
    claude.write_file("top.py", "top = 1\n")
    claude.edit("libs/sub/a.py", BASE, MODEL)
    claude.stop()
    assert (counts(hooked), counts(inner)) == ({"top.py": (0, 1, 0)}, {"a.py": (0, 2, 0)})
    inner.commit("Inner")
    hooked.commit("Outer")
    assert inner.classes("a.py") == ["unknown", "ai", "ai", "unknown"]
    assert hooked.classes("top.py") == ["ai"]
    [trace] = {row["trace"] for row in inner.ai_blame("a.py")["lines"] if row["trace"]}
    assert json.loads(inner.gitprov("show", "--json", trace).stdout)["prompt"]["text"] == "Fill both in."


def test_blame_of_a_path_in_a_submodule(hooked: GitRepo, inner: GitRepo) -> None:
    """The superproject's blame names the submodule and the command that answers, from any folder and for any form."""
    for form in ([], ["--json"], ["--porcelain"], ["--stats"]):
        done = hooked.git("ai-blame", *form, "HEAD", "--", "libs/sub/a.py", check=False)
        assert done.returncode == 3
        assert "libs/sub/a.py is in the submodule libs/sub" in done.stderr
        assert f"git -C libs/sub ai-blame {inner.oid()} -- a.py" in done.stderr
    below = GitRepo(hooked.path / "libs", hooked.env)
    done = below.git("ai-blame", "sub/a.py", check=False)
    assert (done.returncode, "git -C sub ai-blame -- a.py" in done.stderr) == (3, True)
    done = hooked.git("ai-blame", "libs/sub", check=False)
    assert done.returncode == 3
    assert "libs/sub is a submodule" in done.stderr
    done = hooked.git("ai-blame", "libs/none.py", check=False)
    assert "submodule" not in done.stderr


def test_the_command_that_is_named_answers(hooked: GitRepo, inner: GitRepo) -> None:
    """Run as it stands, the named command blames the file, also under a name that a shell would take apart."""
    inner.write("b c.py", MODEL)
    inner.commit("More")
    done = hooked.git("ai-blame", "libs/sub/b c.py", check=False)
    command = done.stderr.partition("hint: ")[2].strip()
    assert command == "git -C libs/sub ai-blame -- 'b c.py'"
    words = shlex.split(command)[1:]
    assert "model_1 = 1" in hooked.git(*words).stdout


def test_status_names_submodules_with_evidence(hooked: GitRepo, inner: GitRepo) -> None:
    """The superproject's status counts what waits in its submodules, and says nothing of quiet ones."""
    assert status(hooked)["submodules"] == []
    Agent(inner).write("a.py", MODEL)
    assert status(hooked)["submodules"] == [{"path": "libs/sub", "edits": 1}]
    shown = hooked.gitprov("status").stdout
    assert "submodule libs/sub: 1 recorded edit waits for a commit there" in shown
    inner.commit("Inner")
    assert status(hooked)["submodules"] == []


@pytest.mark.parametrize("planted", ["link", "pipe", "outside", "through-a-link"])
def test_gitmodules_of_strangers(hooked: GitRepo, inner: GitRepo, tmp_path: Path, planted: str) -> None:
    """No link or pipe in place of `.gitmodules` is read, and no path in it leads to another repository."""
    secret = GitRepo.init(tmp_path / "secret", hooked.env)
    secret.install()
    Agent(secret).write("a.py", MODEL)
    modules = hooked.path / ".gitmodules"
    text = modules.read_text()
    modules.unlink()
    if planted == "link":
        (tmp_path / "modules").write_text(text)
        modules.symlink_to(tmp_path / "modules")
        Agent(inner).write("a.py", MODEL)
    elif planted == "pipe":
        os.mkfifo(modules)
    elif planted == "outside":
        modules.write_text(text.replace("path = libs/sub", "path = ../secret"))
    else:
        (hooked.path / "led").symlink_to(secret.path)
        modules.write_text(text.replace("path = libs/sub", "path = led"))
    assert status(hooked)["submodules"] == []


def test_nested(hooked: GitRepo, inner: GitRepo, tmp_path: Path) -> None:
    """A submodule of a submodule is named too, by its path from where status was asked."""
    deep = GitRepo.init(tmp_path / "deep", hooked.env)
    deep.write("d.py", BASE)
    deep.commit("Base")
    inner.git("submodule", "--quiet", "add", deep.path.as_uri(), "more/deep")
    inner.commit("Deep")
    Agent(GitRepo(inner.path / "more/deep", hooked.env)).write("d.py", MODEL)
    assert status(hooked)["submodules"] == [{"path": "libs/sub/more/deep", "edits": 1}]
    assert status(inner)["submodules"] == [{"path": "more/deep", "edits": 1}]
