"""What is said where somebody else owns a file that is needed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gitprov.store import access


def test_an_error_without_a_name() -> None:
    """Where the system names no file, what it says is all there is."""
    assert access.explain(PermissionError(1, "no")) == (
        "not permitted: no",
        "ask the owner of this repository for access",
    )


def test_a_file_of_our_own(tmp_path: Path) -> None:
    """Where nobody else owns anything on the way, the hint is to look at the file."""
    what, mend = access.explain(PermissionError(13, "Permission denied", str(tmp_path / "a b")))
    assert what == f"not permitted: Permission denied: {tmp_path}/a b"
    assert mend == f"see who may use it: ls -ld '{tmp_path}/a b'"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_directory_of_somebody_else(tmp_path: Path) -> None:
    """The highest directory that somebody else owns is named, with the command that gives it back."""
    inner = tmp_path / "gitprov" / "inbox"
    inner.mkdir(parents=True)
    for path in (inner, inner.parent):
        os.chown(path, 54321, 54321)
    what, mend = access.explain(PermissionError(13, "Permission denied", str(inner / "events")))
    assert what == f"not permitted: {inner.parent} belongs to user 54321, and this is root"
    assert mend == f'make it yours: sudo chown -R "$(id -u):$(id -g)" {inner.parent}'


def test_a_path_up_to_the_root() -> None:
    """A path of which nothing is there has no owner to name."""
    assert access.foreign("/") in (None, "/")
