"""What the work tree holds while a framework hides a part of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gitprov.flow.work_tree import _is, _newest, _patched, _patches
from tests.support.repo import GitRepo
from tests.support.sealed import sealed_env

CONTENT = st.builds(
    lambda rows, end: b"".join(row + b"\n" for row in rows) + end,
    st.lists(
        st.sampled_from(
            [b"a", b"b", b"", b"--- x", b"+++ b/a.py", b"@@ -1 +1 @@", b"diff --git a b", b"\xff", b"c\r"]
        )
    ),
    st.sampled_from([b"", b"end", b"\\ No newline at end of file"]),
)


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> GitRepo:
    """One repository for all examples."""
    place = tmp_path_factory.mktemp("view")
    return GitRepo.init(place / "repo", sealed_env(place), "--template=")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(staged=CONTENT, hidden=CONTENT)
def test_hidden_changes_come_back(repo: GitRepo, staged: bytes, hidden: bytes) -> None:
    """The patch of a hidden change, applied to what is visible, is the file as its author has it."""
    name = 'odd "name"\nb.py'
    repo.write(name, staged)
    repo.write("other.py", staged)
    repo.git("add", "-A")
    repo.write(name, hidden)
    repo.write("other.py", hidden + b"more\n")
    patch = repo.git_bytes(
        "diff-index",
        "--ignore-submodules",
        "--binary",
        "--no-color",
        "--no-ext-diff",
        repo.git("write-tree").stdout.strip(),
        "-p",
        "--",
    )
    found = _patches(b"# a comment\n" + patch)
    assert _patched(staged, found.get(name)) == hidden
    assert _patched(staged, found.get("other.py")) == hidden + b"more\n"


def test_newest_patch_of_the_process(tmp_path: Path) -> None:
    """Of patches left by processes with one id the newest counts; other files are none."""
    for name in ("patch1700000001-42", "patch1700000002-42", "patch1700000003-421", "notes-42"):
        (tmp_path / name).write_text(name)
    assert _newest(str(tmp_path), 42) == b"patch1700000002-42"
    (tmp_path / "1700000000004-42.patch").write_text("prek")
    assert _newest(str(tmp_path), 7) == b""
    assert _newest(str(tmp_path / "nothing"), 42) == b""


@pytest.mark.parametrize(
    ("words", "tool"),
    [
        (["/usr/bin/python3", "/venv/bin/pre-commit", "run"], "pre-commit"),
        (["python", "-mpre_commit", "hook-impl"], "pre-commit"),
        (["python", "-m", "pre_commit", "hook-impl"], "pre-commit"),
        (["/opt/prek", "hook-impl"], "prek"),
    ],
)
def test_frameworks_are_known(words: list[str], tool: str) -> None:
    """A framework is known by the script, module or binary that runs."""
    assert _is(tool, words)
    assert not _is(tool, ["/bin/sh", ".git/hooks/pre-commit-x", "vim"])
