"""A repository's directories, as one answer of git has them, and writing to refs whose values it reads."""

from __future__ import annotations

import pytest

from gitprov.errors import GitprovError
from gitprov.git.repo import Repository
from gitprov.git.write import RefChange, read_refs, write
from tests.support.repo import GitRepo

REF = "refs/notes/gitprov"
COMMITTER = "Alice <alice@example.com> 1700000000 +0000"


def changes(values: dict[str, str]) -> list[RefChange]:
    """A change that adds a file of the ref's name to it."""
    return [RefChange(REF, values.get(REF), "Add", {"file": b"text\n"})]


@pytest.mark.parametrize("name", ["hooks", "two\nlines", "a\nb\n"])
def test_hooks_are_where_git_looks_for_them(repo: GitRepo, name: str) -> None:
    """The directory of hooks and the work tree are git's, also where the former has newlines in its name."""
    repo.git("config", "core.hooksPath", f"../{name}")
    with Repository.discover(str(repo.path), repo.env) as opened:
        assert opened.hooks_dir == f"{repo.path}/../{name}"
        assert (opened.worktree, opened.git_dir) == (str(repo.path), f"{repo.path}/.git")


def test_a_bare_repository_has_hooks_and_no_work_tree(repo: GitRepo) -> None:
    """In a bare repository, too, one answer has all there is."""
    repo.git("config", "core.bare", "true")
    with Repository.discover(str(repo.path / ".git"), repo.env) as opened:
        assert opened.worktree is None
        assert opened.hooks_dir == f"{repo.path}/.git/hooks"


def test_refs_move_from_their_present_values(repo: GitRepo) -> None:
    """Each write starts from what the ref is then, although one reader serves all writes."""
    with Repository.discover(str(repo.path), repo.env) as opened:
        for _ in range(2):
            write(opened, COMMITTER, changes, [REF])
        assert repo.git("rev-list", "--count", REF).stdout.strip() == "2"
        other = repo.git("commit-tree", "-m", "other", f"{REF}^{{tree}}").stdout.strip()
        repo.git("update-ref", REF, other)
        write(opened, COMMITTER, changes, [REF])
        assert repo.git("rev-parse", f"{REF}^").stdout.strip() == other


def test_a_ref_whose_commit_is_missing_is_kept(repo: GitRepo) -> None:
    """What a ref names may come back from a backup, so nothing is written over it."""
    place = repo.path / ".git/refs/notes/gitprov"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text("1" * 40 + "\n")
    with Repository.discover(str(repo.path), repo.env) as opened:
        with pytest.raises(GitprovError):
            write(opened, COMMITTER, changes, [REF])
        assert read_refs(opened, [REF]) == {REF: "1" * 40}
