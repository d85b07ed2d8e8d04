"""Sparse checkouts: what is outside of the cone was not deleted by anybody."""

from __future__ import annotations

import pytest

from tests.shapes.story import BASE, CLASSES, MODEL, counts, tell
from tests.support.agent import Agent
from tests.support.commits import claims, lines, stage
from tests.support.repo import GitRepo


@pytest.fixture(params=["--no-sparse-index", "--sparse-index"])
def sparse(hooked: GitRepo, request: pytest.FixtureRequest) -> GitRepo:
    """`inside/` is checked out, `outside/` is not, though HEAD has both."""
    for folder in ("inside", "outside/deep"):
        hooked.write(f"{folder}/a.py", BASE)
    hooked.commit("Both")
    hooked.git("sparse-checkout", "set", "--cone", str(request.param), "inside")
    assert not (hooked.path / "outside").exists()
    return hooked


@pytest.mark.slow
def test_story(sparse: GitRepo) -> None:
    """The main path holds inside the cone."""
    tell(sparse, "inside/b.py")


@pytest.mark.slow
def test_blame_outside(sparse: GitRepo) -> None:
    """A file outside of the cone is blamed in a commit; asked of the work tree, git's own words say that it is not there."""
    sparse.git("sparse-checkout", "disable")
    tell(sparse, "outside/b.py")
    sparse.git("sparse-checkout", "set", "--cone", "inside")
    assert sparse.classes("outside/b.py", "HEAD") == CLASSES
    done = sparse.git("ai-blame", "outside/b.py", check=False)
    assert done.returncode in (0, 3)
    assert "Traceback" not in done.stderr


def test_staged_then_outside(sparse: GitRepo) -> None:
    """A staged edit that leaves the cone before its commit is recorded in full, nothing counts as dropped."""
    sparse.git("sparse-checkout", "disable")
    Agent(sparse).write("outside/deep/a.py", MODEL)
    sparse.git("add", "-A")
    sparse.git("sparse-checkout", "set", "--cone", "inside")
    (sparse.path / "outside/deep/a.py").unlink(missing_ok=True)
    assert counts(sparse) == {"outside/deep/a.py": (2, 0, 0)}
    sparse.commit_staged("Model")
    assert claims(sparse) == {"outside/deep/a.py": {"ai": "2-3"}}
    [row] = sparse.traces()
    assert (row["delta"]["dropped"], row["delta"]["kept"]) == (0, 2)


@pytest.mark.slow
def test_pending_lines_of_a_skipped_file(hooked: GitRepo) -> None:
    """Lines of a file that git is told not to look for in the work tree wait; they are not dropped for its absence."""
    Agent(hooked).write("a.py", lines(6))
    stage(hooked, "a.py", "".join(lines(6).splitlines(keepends=True)[:2]))
    hooked.git("update-index", "--skip-worktree", "a.py")
    kept = (hooked.path / "a.py").read_bytes()
    (hooked.path / "a.py").unlink()
    assert counts(hooked) == {"a.py": (2, 4, 0)}
    hooked.commit_staged("Part")
    [row] = hooked.traces()
    assert (row["delta"]["kept"], row["delta"]["dropped"], row["delta"]["pending"]) == (2, 0, 4)
    hooked.git("update-index", "--no-skip-worktree", "a.py")
    (hooked.path / "a.py").write_bytes(kept)
    hooked.commit("Rest")
    assert claims(hooked) == {"a.py": {"ai": "3-6"}}
    assert hooked.classes("a.py") == ["ai"] * 6


def test_agent_writes_outside(sparse: GitRepo) -> None:
    """What an agent writes outside of the cone is recorded once it is added with `--sparse`."""
    Agent(sparse).write("outside/deep/new.py", MODEL)
    assert counts(sparse) == {"outside/deep/new.py": (0, 4, 0)}
    sparse.git("add", "--sparse", "outside/deep/new.py")
    sparse.commit_staged("Model")
    assert claims(sparse) == {"outside/deep/new.py": {"ai": "1-4"}}
    assert sparse.events() == []
