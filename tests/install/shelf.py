"""Helpers for tests about hooks: recorders that stand in for programs, and snapshots of whole directories."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from gitprov.model import hook_names
from gitprov.store.setup import shims
from tests.support.repo import GitRepo

RECORDER = """\
#!/bin/sh
{{ printf '%s' {name}; for word; do printf ' [%s]' "$word"; done; echo; }} >>'{log}'
{body}
exit {status}
"""


def recorder(path: Path, log: Path, *, name: str | None = None, status: int = 0, body: str = "") -> Path:
    """An executable that adds its name and its bracketed arguments to `log` as one line, and exits with `status`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(RECORDER.format(name=name or path.name, log=log, status=status, body=body))
    path.chmod(0o755)
    return path


def lines(log: Path) -> list[str]:
    """What recorders wrote so far."""
    return log.read_text().splitlines() if log.exists() else []


def bare_shims(repo: GitRepo) -> Path:
    """Shims that know no interpreter, so that whichever `gitprov` is on PATH does the work; the hooks directory."""
    folder = repo.path / ".git" / "hooks"
    folder.mkdir(exist_ok=True)
    for hook in hook_names.FRAMEWORK:
        (folder / hook).write_bytes(shims.render(shims.Settings("", "")))
        (folder / hook).chmod(0o755)
    return folder


def put_first(repo: GitRepo, folder: Path) -> None:
    """Let commands in `folder` win."""
    repo.env["PATH"] = f"{folder}{os.pathsep}{repo.env['PATH']}"


def evidence(repo: GitRepo, worktree: str = "@") -> Path:
    """An event in the inbox; only its presence matters."""
    path = repo.inbox(worktree) / "events" / "0000000001.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("{}\n")
    return path


def snapshot(root: Path, *skipped: str) -> dict[str, tuple[str, int, bytes]]:
    """Each path below `root` with its kind, mode and bytes (a link's target); those below `skipped` left out."""
    found: dict[str, tuple[str, int, bytes]] = {}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if name.split("/")[0] in skipped:
            continue
        mode = path.lstat().st_mode
        if stat.S_ISLNK(mode):
            found[name] = ("link", mode, os.fsencode(os.readlink(path)))
        elif stat.S_ISDIR(mode):
            found[name] = ("directory", mode, b"")
        else:
            found[name] = ("file", mode, path.read_bytes())
    return found
