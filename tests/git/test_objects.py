"""Reading objects through one process: every asker gets its own answers."""

from __future__ import annotations

import pytest

from gitprov.git.repo import Repository
from tests.support.repo import GitRepo


@pytest.fixture
def opened(repo: GitRepo) -> Repository:
    """A repository with two files, `a` and `b`, that hold their own names."""
    repo.write("a", "a")
    repo.write("b", "b")
    repo.commit("Start")
    return Repository.discover(str(repo.path), repo.env)


def test_a_question_after_half_an_answer_gets_its_own(opened: Repository) -> None:
    """Whoever stops reading in the middle takes nothing from the next one."""
    with opened as repo:
        some = repo.objects.get_many(["HEAD:a", "HEAD:b", "HEAD:a"])
        first = next(some)
        assert first is not None
        assert first.data == b"a"
        second = repo.objects.get("HEAD:b")
        assert second is not None
        assert second.data == b"b"


def test_an_answer_that_was_given_up_cannot_be_read_on(opened: Repository) -> None:
    """Going on with it is an error of ours that must show, never another object's bytes."""
    with opened as repo:
        some = repo.objects.get_many(["HEAD:a", "HEAD:b"])
        next(some)
        assert repo.objects.get("HEAD:nothing") is None
        with pytest.raises(RuntimeError, match="other objects"):
            next(some)


def test_commits_by_any_name(opened: Repository) -> None:
    """Only commits are answered, under the names that were asked for; what is missing or no commit is left out."""
    with opened as repo:
        commits = repo.objects.commits(["HEAD", "HEAD:a", "no such thing", "HEAD", "main"])
        assert [*commits] == ["HEAD", "main"]
        assert commits["HEAD"] == commits["main"] == repo.objects.commit("HEAD")
        assert repo.objects.commit("HEAD:a") is None


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_the_empty_tree_is_gits(repo: GitRepo, object_format: str) -> None:
    """The id that we compare with is that of a tree without entries, which git has without anybody storing it."""
    repo.git("init", "-q", f"--object-format={object_format}", "other")
    with Repository.discover(str(repo.path / "other"), repo.env) as other:
        git = repo.git("-C", "other", "hash-object", "-t", "tree", "--stdin", input="").stdout.strip()
        assert other.empty_tree() == git
        assert repo.git("-C", "other", "diff-tree", git, git).stdout == ""
