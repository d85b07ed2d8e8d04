"""Linked worktrees: each has evidence of its own, for as long as it lives."""

from __future__ import annotations

import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.shapes.story import BASE, MODEL, counts, status, tell
from tests.support.agent import Agent
from tests.support.commits import claims
from tests.support.repo import GitRepo

pytestmark = pytest.mark.slow


def linked(repo: GitRepo, path: Path, branch: str = "side") -> GitRepo:
    """A linked worktree on a new branch."""
    return repo.add_worktree(path, "-b", branch)


def test_story(hooked: GitRepo, tmp_path: Path) -> None:
    """The main path holds in a linked worktree, and the main one hears nothing of it."""
    side = linked(hooked, tmp_path / "side")
    tell(side)
    assert not hooked.inbox().exists()
    tell(hooked, "other.py")


def test_same_path_in_both(hooked: GitRepo, tmp_path: Path) -> None:
    """Evidence for one path in two worktrees stays apart until each commits its own."""
    side = linked(hooked, tmp_path / "side")
    Agent(hooked, session="main").write("a.py", "main = 1\n")
    Agent(side, session="side").write("a.py", "side = 1\nside = 2\n")
    assert (counts(hooked), counts(side)) == ({"a.py": (0, 1, 0)}, {"a.py": (0, 2, 0)})
    side.commit("Side")
    hooked.commit("Main")
    assert (claims(hooked), claims(side)) == ({"a.py": {"ai": "1"}}, {"a.py": {"ai": "1-2"}})


@pytest.mark.parametrize("how", ["remove", "delete and prune"])
def test_new_worktree_of_an_old_name(hooked: GitRepo, tmp_path: Path, how: str) -> None:
    """A worktree that takes the name of a removed one does not take its evidence; doctor knows where that is."""
    side = linked(hooked, tmp_path / "side")
    Agent(side).write("a.py", MODEL)
    if how == "remove":
        hooked.git("worktree", "remove", "--force", str(side.path))
    else:
        shutil.rmtree(side.path)
        hooked.git("worktree", "prune")
    again = linked(hooked, side.path, "again")
    again.write("a.py", MODEL)
    assert again.git("rev-parse", "--git-dir").stdout.strip().endswith("/worktrees/side")
    assert counts(again) == {}
    again.commit("Typed")
    assert again.classes("a.py") == ["unknown"] * 4
    assert again.note() == []
    tell(again, "b.py")
    assert len(hooked.events("side.1")) == 1
    said = hooked.gitprov("doctor", check=False).stdout
    assert "inbox side.1 belongs to a worktree that is gone; it holds 1 uncommitted edits" in said


def test_a_commit_is_the_first_to_notice(hooked: GitRepo, tmp_path: Path) -> None:
    """Hooks alone part a new worktree from what another left under its name."""
    side = linked(hooked, tmp_path / "side")
    Agent(side).write("a.py", MODEL)
    hooked.git("worktree", "remove", "--force", str(side.path))
    again = linked(hooked, side.path, "again")
    again.write("a.py", MODEL)
    again.commit("Typed")
    assert again.note() == []
    assert again.trailers() == []


def test_each_generation_of_a_name_is_kept(hooked: GitRepo, tmp_path: Path) -> None:
    """Worktrees that come and go under one name leave one inbox each, whoever has a name like theirs."""
    linked(hooked, tmp_path / "side.1", "dotted")
    for n in range(3):
        side = linked(hooked, tmp_path / "side", f"b{n}")
        Agent(side, session=f"s{n}").write("a.py", f"a = {n}\n")
        assert len(side.events("side")) == 1
        hooked.git("worktree", "remove", "--force", str(side.path))
    root = hooked.inbox().parent
    assert sorted(one.name for one in root.iterdir()) == ["side", "side.2", "side.3"]
    assert [hooked.events(name)[0]["session"] for name in ("side.2", "side.3", "side")] == ["s0", "s1", "s2"]


def test_sixteen_first_captures(hooked: GitRepo, tmp_path: Path) -> None:
    """Many first captures at once in a worktree of an old name: all theirs are kept, the old ones once, aside."""
    side = linked(hooked, tmp_path / "side")
    Agent(side).write("old.py", MODEL)
    hooked.git("worktree", "remove", "--force", str(side.path))
    again = linked(hooked, side.path, "again")
    start = threading.Barrier(16)

    def report(n: int) -> None:
        start.wait()
        row = (
            f'{{"v":1,"type":"ai","path":"f{n}","before":null,"after":"{n}\\n","agent":"t","session":"s{n}"}}'
        )
        again.gitprov("capture", "generic", input=row)

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(report, range(16)))
    assert sorted(event["path"] for event in again.events("side")) == sorted(f"f{n}" for n in range(16))
    assert [event["path"] for event in again.events("side.1")] == ["old.py"]
    assert not again.inbox("side.2").exists()


def test_moved_and_locked(hooked: GitRepo, tmp_path: Path) -> None:
    """`worktree lock` and `worktree move` change nothing: evidence from before is committed after."""
    side = linked(hooked, tmp_path / "side")
    side.write("a.py", BASE)
    side.commit("Base")
    Agent(side).write("a.py", MODEL)
    hooked.git("worktree", "lock", str(side.path))
    hooked.git("worktree", "move", "-f", "-f", str(side.path), str(tmp_path / "elsewhere"))
    moved = GitRepo(tmp_path / "elsewhere", hooked.env)
    assert counts(moved) == {"a.py": (0, 2, 0)}
    moved.commit("Model")
    assert moved.classes("a.py") == ["unknown", "ai", "ai", "unknown"]
    assert status(moved)["worktree"] == "side"


def test_repaired(hooked: GitRepo, tmp_path: Path) -> None:
    """After both sides were moved by hand and `worktree repair`, evidence from before is committed."""
    side = linked(hooked, tmp_path / "side")
    Agent(side).write("a.py", MODEL)
    side.path.rename(tmp_path / "aside")
    hooked.path.rename(tmp_path / "main")
    main, moved = GitRepo(tmp_path / "main", hooked.env), GitRepo(tmp_path / "aside", hooked.env)
    main.git("worktree", "repair", str(moved.path))
    moved.commit("Model")
    assert moved.classes("a.py") == ["ai"] * 4
    assert moved.events("side") == []


def test_worktree_of_a_bare_repository(hooked: GitRepo, tmp_path: Path) -> None:
    """Worktrees of a bare repository are as good as any; the hooks go in from one of them."""
    bare = GitRepo.init(tmp_path / "bare.git", hooked.env, "--bare")
    hooked.git("push", "-q", str(bare.path), "main")
    side = linked(bare, tmp_path / "tree")
    side.install()
    tell(side)
