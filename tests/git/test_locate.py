"""Which work tree a path belongs to, held against git's own answer."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gitprov.git.locate import Location, locate
from tests.support.repo import GitRepo


def at(path: Path) -> Location | None:
    """Location of a path."""
    return locate(str(path))


def agrees(repo: GitRepo) -> None:
    """A located work tree is the one git finds."""
    found = at(repo.path)
    assert found is not None
    told = repo.git(
        "rev-parse", "--path-format=absolute", "--show-toplevel", "--absolute-git-dir", "--git-common-dir"
    )
    assert [found.worktree, found.git_dir, found.common_dir] == told.stdout.splitlines()


def test_files_of_a_repository(repo: GitRepo) -> None:
    """A file is found with its path from the root, whether it and its folders exist or not."""
    agrees(repo)
    for name in ("a.py", "new/folder/a.py", "a\nb", "-x", "ü"):
        found = at(repo.path / name)
        assert found is not None
        assert (found.path, found.worktree_id) == (name, "@")


def test_linked_worktree(repo: GitRepo, tmp_path: Path) -> None:
    """A linked worktree has its own id and the common directory of the first."""
    repo.write("a", "a")
    repo.commit("Start")
    linked = repo.add_worktree(tmp_path / "side tree", "-b", "side")
    agrees(linked)
    found = at(linked.path / "a")
    assert found is not None
    assert found.worktree_id == Path(found.git_dir).name != "@"


def test_submodule(repo: GitRepo, tmp_path: Path, env: dict[str, str]) -> None:
    """A submodule's files are the submodule's."""
    other = GitRepo.init(tmp_path / "other", env)
    other.write("a", "a")
    other.commit("Start")
    repo.git("submodule", "add", "-q", other.path.as_uri(), "sub")
    agrees(GitRepo(repo.path / "sub", env))
    found = at(repo.path / "sub" / "a")
    assert found is not None
    assert (found.path, found.worktree_id) == ("a", "@")


def test_separate_git_dir(tmp_path: Path, env: dict[str, str]) -> None:
    """A .git file that names another directory is followed."""
    agrees(GitRepo.init(tmp_path / "tree", env, f"--separate-git-dir={tmp_path / 'store'}"))
    assert at(tmp_path / "store" / "config") is None


def test_what_is_in_no_work_tree(repo: GitRepo, tmp_path: Path, env: dict[str, str]) -> None:
    """Nothing is found outside, inside .git, in bare repositories and beside broken .git files."""
    assert at(tmp_path) is None
    assert at(repo.path / ".git") is None
    assert at(repo.path / ".git" / "hooks" / "x") is None
    assert at(GitRepo.init(tmp_path / "bare", env, "--bare").path / "x") is None
    assert locate(str(repo.path) + "/a\0b") is None
    for name, content in (("1", "gitdir: nowhere"), ("2", "rubbish"), ("3", "")):
        folder = tmp_path / name
        folder.mkdir()
        (folder / ".git").write_text(content)
        assert at(folder / "x") is None
    (tmp_path / "4" / ".git").mkdir(parents=True)
    assert at(tmp_path / "4" / "x") is None


def test_bare_repository_with_a_dot_git_folder(repo: GitRepo) -> None:
    """A .git folder whose config says bare has no work tree."""
    repo.git("config", "core.bare", "true")
    assert at(repo.path / "x") is None


def test_links_are_followed(repo: GitRepo, tmp_path: Path) -> None:
    """A path through links is the path of what they lead to."""
    (tmp_path / "way").symlink_to(repo.path)
    (repo.path / "link").symlink_to("real")
    (repo.path / "out").symlink_to(tmp_path / "elsewhere")
    found = at(tmp_path / "way" / "link")
    assert found is not None
    assert (found.worktree, found.path) == (str(repo.path.resolve()), "real")
    assert at(repo.path / "out") is None


def test_the_environment_is_not_asked(
    repo: GitRepo, tmp_path: Path, env: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """GIT_DIR speaks of another repository and changes nothing."""
    other = GitRepo.init(tmp_path / "other", env)
    monkeypatch.setenv("GIT_DIR", str(other.path / ".git"))
    found = at(repo.path / "a")
    assert found is not None
    assert found.git_dir == str((repo.path / ".git").resolve())


def test_names_that_are_not_utf8(repo: GitRepo) -> None:
    """A name that is not UTF-8 is kept as surrogate escapes."""
    name = os.path.join(bytes(repo.path), b"\xff\xfe")
    found = locate(name.decode("utf-8", "surrogateescape"))
    assert found is not None
    assert found.path == "\udcff\udcfe"


def test_nested_repositories(repo: GitRepo, env: dict[str, str]) -> None:
    """The innermost work tree is the one."""
    inner = GitRepo.init(repo.path / "inner", env)
    found = at(inner.path / "a")
    assert found is not None
    assert (found.worktree, found.path) == (str(inner.path.resolve()), "a")
