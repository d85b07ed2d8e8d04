"""Sessions whose edits are reported by hooks, or only stand in the agent's transcript, or both."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gitprov.flow.capture.dispatch import capture
from gitprov.flow.capture.moment import Moment
from gitprov.flow.capture.sweep.run import sweep
from gitprov.git.repo import Repository
from gitprov.model.answers.sweep import SweepResult
from gitprov.store.inbox.inbox import Inbox
from tests.support import sealed
from tests.support.claude import ClaudeSession
from tests.support.repo import GitRepo

Row = dict[str, Any]
HOOKS = {"SessionStart", "UserPromptSubmit", "PreToolUse", "PostToolUse", "Stop", "SubagentStop"}


class Session(ClaudeSession):
    """A session whose hooks run in this process. `hooks` names those that the user has; none by default."""

    def __init__(self, repo: GitRepo, hooks: bool = False, session_id: str = "5e55-1") -> None:
        super().__init__(repo, session_id=session_id)
        self.hooks = set(HOOKS) if hooks else set()

    def send(self, payload: Row) -> subprocess.CompletedProcess[str]:
        """Capture a payload at the moment of the repository's clock, if the user has that hook."""
        if self.hooks and payload["hook_event_name"] in self.hooks:
            env = {**self.repo.env, "CLAUDE_PROJECT_DIR": str(self.repo.path)}
            moment = Moment(sealed.clock(self.repo.env), env, str(self.repo.path))
            assert capture("claude-code", json.dumps(payload).encode(), moment) is None
        return subprocess.CompletedProcess([], 0, "", "")


def copy_of(project: GitRepo, place: Path) -> GitRepo:
    """A copy of a repository in a directory of its own, with a home of its own, at the same moment."""
    shutil.copytree(project.path, place / "repo", symlinks=True)
    env = {**sealed.sealed_env(place), "PATH": project.env["PATH"]}
    sealed.set_clock(env, sealed.clock(project.env))
    return GitRepo(place / "repo", env)


def swept(repo: GitRepo) -> SweepResult:
    """One sweep, in this process."""
    with Repository.discover(str(repo.path), repo.env) as opened:
        return sweep(opened, Inbox(opened.inbox_dir), time.time())


def facts(repo: GitRepo, rev: str = "HEAD") -> list[Row]:
    """The note's rows without what a hook cannot have in common with a transcript: evidence and ids."""
    rows = [
        {key: value for key, value in row.items() if key not in ("evidence", "id")} for row in repo.note(rev)
    ]
    return sorted(rows, key=json.dumps)


Story = Callable[[Session], None]
