"""The installed command that agents' settings run: reports of edits go to the spool."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

from gitprov.store.setup import launchers, shims
from tests.support.repo import GitRepo
from tests.support.sealed import ROOT


def put(repo: GitRepo, python: str = sys.executable) -> tuple[str, str, str]:
    """Write the launchers into the home of `repo`; returns the command that an agent runs."""
    spec = importlib.util.find_spec("typer")
    site = str(Path(str(spec and spec.origin)).parents[1])
    home = repo.env["HOME"]
    launchers.write(home, shims.render_launcher(shims.Settings(python, str(ROOT), "", site)))
    return (str(Path(launchers.directory(home)) / "gitprov"), "capture", "claude-code")


def entries(repo: GitRepo, worktree: str = "@") -> list[str]:
    """Names of the complete entries in a spool."""
    place = repo.inbox(worktree) / "spool"
    return sorted(path.name for path in place.iterdir() if path.name[0] != ".") if place.exists() else []
