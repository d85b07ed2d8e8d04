"""Repositories that git is told of by settings and the environment instead of by a `.git` above the files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.shapes.story import BASE, CLASSES, MODEL, counts, tell
from tests.support.agent import Agent
from tests.support.claude import ClaudeSession
from tests.support.commits import claims
from tests.support.repo import GitRepo

pytestmark = pytest.mark.slow


def test_separate_git_dir(tmp_path: Path, env: dict[str, str]) -> None:
    """The main path holds with `init --separate-git-dir`."""
    repo = GitRepo.init(tmp_path / "repo", env, f"--separate-git-dir={tmp_path / 'git dir'}")
    assert (repo.path / ".git").is_file()
    repo.install()
    tell(repo)
    assert (tmp_path / "git dir/gitprov/inbox/@").is_dir()


@pytest.fixture
def outside(tmp_path: Path, env: dict[str, str]) -> GitRepo:
    """A work tree without `.git`, whose repository GIT_DIR and GIT_WORK_TREE name."""
    bare = GitRepo.init(tmp_path / "dotfiles.git", env, "--bare")
    bare.git("config", "core.bare", "false")
    (tmp_path / "home tree").mkdir()
    tree = GitRepo(tmp_path / "home tree", env)
    env |= {"GIT_DIR": str(bare.path), "GIT_WORK_TREE": str(tree.path)}
    tree.install()
    return tree


def test_git_dir_and_work_tree_in_the_environment(outside: GitRepo) -> None:
    """The main path holds where only GIT_DIR and GIT_WORK_TREE tell of the repository."""
    tell(outside)


def test_a_files_own_repository_wins(outside: GitRepo) -> None:
    """A repository inside such a work tree keeps what is edited in it."""
    named = {name: outside.env.pop(name) for name in ("GIT_DIR", "GIT_WORK_TREE")}
    inner = GitRepo.init(outside.path / "inner", outside.env)
    outside.env |= named
    claude = ClaudeSession(outside)
    claude.prompt("Both.")
    claude.write_file("a.py", MODEL)
    claude.write_file("inner/b.py", MODEL)
    claude.stop()
    assert counts(outside) == {"a.py": (0, 4, 0)}
    for name in named:
        del outside.env[name]
    assert counts(inner) == {"b.py": (0, 4, 0)}


def test_before_is_read_from_such_a_repository(outside: GitRepo) -> None:
    """What a file was before an edit that does not tell it comes from the commit that GIT_DIR leads to."""
    outside.write("a.py", BASE)
    outside.commit("Base")
    outside.write("a.py", MODEL)
    row = {"v": 1, "type": "ai", "path": "a.py", "agent": "t", "session": "s", "prompt": "p"}
    outside.gitprov("capture", "generic", input=json.dumps(row))
    outside.commit("Model")
    assert outside.classes("a.py") == CLASSES


def test_relative_git_dir(tmp_path: Path, env: dict[str, str]) -> None:
    """The main path holds with a GIT_DIR and a GIT_WORK_TREE that are relative."""
    repo = GitRepo.init(tmp_path / "repo", env)
    (repo.path / ".git").rename(repo.path / "hidden")
    (repo.path / ".gitignore").write_text("/hidden\n")
    env |= {"GIT_DIR": "hidden", "GIT_WORK_TREE": "."}
    repo.install()
    tell(repo)


def test_core_worktree(tmp_path: Path, env: dict[str, str]) -> None:
    """The main path holds with `core.worktree`, asked from the repository's own directory."""
    repo = GitRepo.init(tmp_path / "repo", env)
    (tmp_path / "the tree").mkdir()
    repo.git("config", "core.worktree", str(tmp_path / "the tree"))
    repo.install()
    (tmp_path / "the tree/a.py").write_text(BASE)
    repo.git("-C", "../the tree", "--git-dir", str(repo.path / ".git"), "add", "a.py")
    repo.commit_staged("Base")
    claude = ClaudeSession(repo)
    claude.prompt("Fill it in.")
    claude.edit(str(tmp_path / "the tree/a.py"), BASE, MODEL)
    claude.stop()
    assert counts(repo) == {"a.py": (0, 2, 0)}
    repo.git("-C", "../the tree", "--git-dir", str(repo.path / ".git"), "add", "a.py")
    repo.commit_staged("Model")
    assert claims(repo) == {"a.py": {"ai": "2-3"}}
    assert repo.classes("a.py", "HEAD") == CLASSES


def test_index_file(hooked: GitRepo, tmp_path: Path) -> None:
    """The main path holds with an index elsewhere; the usual one does not matter then."""
    hooked.env["GIT_INDEX_FILE"] = str(tmp_path / "other index")
    hooked.git("read-tree", "HEAD")
    tell(hooked)


def test_relative_index_file(hooked: GitRepo) -> None:
    """The main path holds with GIT_INDEX_FILE relative to the work tree."""
    hooked.env["GIT_INDEX_FILE"] = ".git/other-index"
    hooked.git("read-tree", "HEAD")
    tell(hooked)


def test_object_directory(hooked: GitRepo, tmp_path: Path) -> None:
    """In a quarantine-like environment the main path holds, and all new objects go where git's own go."""
    place = tmp_path / "quarantine"
    place.mkdir()
    before = sorted(path for path in (hooked.path / ".git/objects").rglob("*") if path.is_file())
    hooked.env["GIT_OBJECT_DIRECTORY"] = str(place)
    hooked.env["GIT_ALTERNATE_OBJECT_DIRECTORIES"] = str(hooked.path / ".git/objects")
    tell(hooked)
    assert sorted(path for path in (hooked.path / ".git/objects").rglob("*") if path.is_file()) == before


def test_below_the_top(hooked: GitRepo) -> None:
    """The main path holds from a folder of the work tree, paths meant from there."""
    (hooked.path / "src").mkdir()
    tell(GitRepo(hooked.path / "src", hooked.env), "a.py", inner="src/a.py")


def test_through_a_link(hooked: GitRepo, tmp_path: Path) -> None:
    """The main path holds in a work tree that is reached through a symbolic link."""
    (tmp_path / "link").symlink_to(hooked.path)
    tell(GitRepo(tmp_path / "link", hooked.env))


def test_agent_with_git_variables_of_another_repository(hooked: GitRepo, tmp_path: Path) -> None:
    """GIT_DIR of somebody else's repository in an agent's environment takes no edit away from the file's own."""
    other = GitRepo.init(tmp_path / "other", hooked.env)
    env = {**hooked.env, "GIT_DIR": str(other.path / ".git"), "GIT_WORK_TREE": str(other.path)}
    Agent(GitRepo(hooked.path, env)).write("a.py", MODEL)
    assert counts(hooked) == {"a.py": (0, 4, 0)}
    assert not other.inbox().exists()
