"""The doctor tells a git that is too old, whatever else its vendor prints beside the number."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.install.shelf import put_first
from tests.support.repo import GitRepo


def pretend(repo: GitRepo, folder: Path, said: str) -> None:
    """Let `git version` say something else; every other command is git's own."""
    real = shutil.which("git", path=repo.env["PATH"])
    folder.mkdir()
    script = folder / "git"
    script.write_text(
        f"#!/bin/sh\n[ \"$1\" != version ] || {{ echo '{said}'; exit; }}\nexec '{real}' \"$@\"\n"
    )
    script.chmod(0o755)
    put_first(repo, folder)


def findings(repo: GitRepo) -> dict[str, dict[str, object]]:
    """The doctor's findings by kind."""
    rows = json.loads(repo.gitprov("doctor", "--json", check=False).stdout)["findings"]
    return {row["kind"]: row for row in rows}


@pytest.mark.parametrize(
    "said", ["git version 2.33.9", "git version 2.9.3 (Apple Git-75)", "git version 1.8.3.1"]
)
def test_too_old(hooked: GitRepo, tmp_path: Path, said: str) -> None:
    """Below 2.34 it is broken, and the mend names the version."""
    pretend(hooked, tmp_path / "fake", said)
    row = findings(hooked)["git-version"]
    assert (row["level"], row["what"]) == ("broken", f"{said} is too old")
    assert "2.34" in str(row["mend"])
    assert hooked.gitprov("doctor", check=False).returncode == 1


@pytest.mark.parametrize("said", ["git version 2.34.0", "git version 2.100.1.windows.1", "git version 3.0.0"])
def test_new_enough(hooked: GitRepo, tmp_path: Path, said: str) -> None:
    """From 2.34 on nothing is said of it."""
    pretend(hooked, tmp_path / "fake", said)
    assert "git-version" not in findings(hooked)
