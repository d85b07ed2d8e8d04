"""Whose hook we are: the git process above, and what its arguments ask for."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gitprov.git.user.parent_command import Process, _from_ps, above, git_process, says_amend


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("commit --amend", True),
        ("commit --amen --no-edit", True),
        ("-C /x -c a.b=c --git-dir=/y commit -a --amend", True),
        ("commit -q -m text --amend", True),
        ("commit -am --amend", False),
        ("commit -m --amend", False),
        ("commit --message=--amend", False),
        ("commit -m x -- --amend", False),
        ("commit -- --amend", False),
        ("commit --amend --no-amend", False),
        ("commit --no-am --amend", True),
        ("commit --a", False),
        ("commit -S --amend", True),
        ("commit -s -v --amend", True),
        ("commit", False),
        ("rebase --continue", None),
        ("mend --amend", None),
        ("-c commit", None),
        ("", None),
    ],
)
def test_arguments(words: str, said: bool | None) -> None:
    """`--amend` is one where git takes it as an option of commit."""
    assert says_amend(words.split()) is said


def test_chain() -> None:
    """The processes above are found, this one first, with their arguments."""
    [first, second, *_] = above(os.getpid())
    assert (first.pid, first.parent) == (os.getpid(), os.getppid())
    assert second.pid == os.getppid()
    assert first.words
    assert first.token == next(above(os.getpid())).token
    assert list(above(0)) == []
    assert list(above(1 << 30)) == []


def test_ps_tells_the_same() -> None:
    """Where there is no /proc, `ps` names the same parent."""
    found = _from_ps(os.getpid())
    if found is None:
        pytest.skip("no ps here")
    assert (found.pid, found.parent) == (os.getpid(), os.getppid())
    assert _from_ps(1 << 30) is None


def test_nearest_git(tmp_path: Path) -> None:
    """Through shells and wrappers, the git process nearest to the hook is the one that counts."""
    script = tmp_path / "look.py"
    script.write_text(
        f"import sys, os\nsys.path.insert(0, {str(Path(__file__).resolve().parents[2])!r})\n"
        "from gitprov.git.user.parent_command import git_process\nprint(git_process(os.getppid()).words)\n"
    )
    alias = f'alias.look=!sh -c "{sys.executable} {script}; true"'
    done = subprocess.run(["git", "-c", alias, "look", "--here"], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("'look', '--here']")


def test_dashed_git(monkeypatch: pytest.MonkeyPatch) -> None:
    """`git-commit` is git too, and a directory named git is not."""
    rows = {
        7: Process(7, 6, ["/opt/git/hook"], "1"),
        6: Process(6, 5, ["/usr/lib/git-core/git-commit", "--amend"], "1"),
    }
    monkeypatch.setattr("gitprov.git.user.parent_command._from_proc", rows.get)
    monkeypatch.setattr("gitprov.git.user.parent_command._from_ps", rows.get)
    found = git_process(7)
    assert found is not None
    assert found.words == ["commit", "--amend"]
    assert git_process(5) is None
