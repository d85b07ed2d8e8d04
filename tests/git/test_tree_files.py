"""Files of a work tree: nothing leads out of it, nothing blocks, nothing fills memory."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from gitprov.errors import Obstructed
from gitprov.git.files import tree_files

LIMIT = 1000


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A tree with a file in a directory, and a secret beside it."""
    (tmp_path / "secret").write_text("secret\n")
    (tmp_path / "away").mkdir()
    (tmp_path / "away/f").write_text("secret\n")
    top = tmp_path / "tree"
    (top / "d").mkdir(parents=True)
    (top / "d/f").write_text("plain\n")
    (top / ".git").mkdir()
    (top / ".git/config").write_text("[core]\n")
    return top


OBSTACLES: dict[str, Callable[[Path], None]] = {
    "file link": lambda top: (top / "x").symlink_to("../secret"),
    "link inside": lambda top: (top / "x").symlink_to("d/f"),
    "link to git's config": lambda top: (top / "x").symlink_to(".git/config"),
    "dangling link": lambda top: (top / "x").symlink_to("../new"),
    "loop": lambda top: (top / "x").symlink_to("x"),
    "device link": lambda top: (top / "x").symlink_to("/dev/zero"),
    "pipe": lambda top: os.mkfifo(top / "x"),
    "directory": lambda top: (top / "x").mkdir(),
}


@pytest.mark.parametrize("kind", OBSTACLES)
def test_what_is_no_file(tree: Path, kind: str) -> None:
    """It is neither read nor written nor removed, and what a link leads to stays as it was."""
    OBSTACLES[kind](tree)
    before = os.lstat(tree / "x")
    assert tree_files.read(str(tree), "x", LIMIT) is None
    assert tree_files.head(str(tree), "x", LIMIT) is None
    acts: list[Callable[[], object]] = [
        lambda: tree_files.plain(str(tree), "x", LIMIT),
        lambda: tree_files.write(str(tree), "x", b"new\n"),
        lambda: tree_files.remove(str(tree), "x"),
    ]
    for act in acts:
        with pytest.raises(Obstructed) as caught:
            act()
        assert caught.value.path == "x"
    assert os.lstat(tree / "x") == before
    assert (tree / "../secret").read_text() == "secret\n"
    assert not (tree / "../new").exists()
    assert (tree / ".git/config").read_text() == "[core]\n"
    assert not list(tree.glob(".gitprov-*"))


@pytest.mark.parametrize("target", ["../away", ".git", "d", "../nowhere", "/dev"])
def test_a_directory_that_is_a_link(tree: Path, target: str) -> None:
    """What is behind it is not in the tree."""
    (tree / "x").symlink_to(target)
    for name in ("f", "config", "zero", "new/f"):
        assert tree_files.read(str(tree), f"x/{name}", LIMIT) is None
        with pytest.raises(Obstructed, match="x is a symbolic link"):
            tree_files.write(str(tree), f"x/{name}", b"new\n")
    assert sorted(os.listdir(tree / "../away")) == ["f"]


@pytest.mark.parametrize(
    "path",
    ["../secret", "d/../../secret", "/etc/passwd", "", ".", ".git/config", ".GIT/config", "d/.git/x", ".git./config",
     ".git /config", "GIT~1/config", ".g\u200cit/config", ".git::$INDEX_ALLOCATION/config", "d/f\0"],
)  # fmt: skip
def test_paths_that_lead_elsewhere(tree: Path, path: str) -> None:
    """They name nothing in the tree, whatever the file system makes of them."""
    assert tree_files.read(str(tree), path, LIMIT) is None
    with pytest.raises(Obstructed):
        tree_files.write(str(tree), path, b"new\n")


def test_a_file_is_replaced_in_one_step(tree: Path) -> None:
    """Its mode stays, a hard link to it keeps the old bytes, and missing directories are made."""
    os.link(tree / "d/f", tree / "../other")
    (tree / "d/f").chmod(0o640)
    tree_files.write(str(tree), "d/f", b"new\n")
    assert stat.S_IMODE((tree / "d/f").stat().st_mode) == 0o640
    assert (tree / "../other").read_text() == "plain\n"
    tree_files.write(str(tree), "p/q/r", b"new\n", durable=False)
    assert tree_files.read(str(tree), "p/q/r", LIMIT) == b"new\n"
    tree_files.remove(str(tree), "p/q/r")
    assert os.listdir(tree / "p/q") == []


def test_size(tree: Path) -> None:
    """A file above the limit is an error, or is cut."""
    with (tree / "big").open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(OSError, match="larger than") as caught:
        tree_files.read(str(tree), "big", LIMIT)
    assert caught.value.errno == errno.EFBIG
    assert tree_files.head(str(tree), "big", LIMIT) == b"\0" * LIMIT


def test_a_file_where_a_directory_belongs(tree: Path) -> None:
    """It is in the way of a writer, and for a reader there is nothing."""
    assert tree_files.read(str(tree), "d/f/g", LIMIT) is None
    with pytest.raises(Obstructed, match="d/f is a file"):
        tree_files.write(str(tree), "d/f/g", b"")
