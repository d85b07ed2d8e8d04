"""Reports of edits that the launcher stores without Python, and what becomes of them."""

from __future__ import annotations

import pytest

from tests.support import launcher
from tests.support.claude import ClaudeSession
from tests.support.repo import GitRepo


@pytest.fixture
def agent(project: GitRepo) -> ClaudeSession:
    """A session whose hooks run the launcher."""
    claude = ClaudeSession(project)
    claude.command = launcher.put(project)
    return claude


def test_an_edit_is_stored_and_committed(project: GitRepo, agent: ClaudeSession) -> None:
    """Both reports of an edit wait in the spool; the commit's note has its lines."""
    agent.prompt("a greeting")
    agent.write_file("hello.py", "print('hello')\n")
    assert len(launcher.entries(project)) == 2
    assert list(project.inbox().glob("events/*")) == []
    project.commit("Greet")
    (trace,) = project.traces()
    assert launcher.entries(project) == []
    assert project.classes("hello.py") == ["ai"]
