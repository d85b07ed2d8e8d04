"""Reports of edits that the launcher stores without Python, and what becomes of them."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gitprov.flow.evidence.gather import gather
from gitprov.store.inbox import seen
from gitprov.store.inbox.inbox import Inbox
from tests.support import launcher
from tests.support.claude import COMMAND, ClaudeSession
from tests.support.repo import GitRepo
from tests.support.sealed import sealed_env

THREE = "a = 1\nb = 1\nc = 1\n"


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
    assert len(project.traces()) == 1
    assert launcher.entries(project) == []
    assert project.classes("hello.py") == ["ai"]


def writes(repo: GitRepo, path: str, content: str) -> Callable[[], None]:
    """Something else that writes a file, when called."""

    def act() -> None:
        repo.write(path, content)

    return act


def plain(claude: ClaudeSession) -> None:
    """Two turns with all tools that edit, and changes of others in between."""
    repo = claude.repo
    claude.prompt("one")
    claude.write_file("a.py", THREE)
    claude.edit("a.py", "b = 1", "b = 2", during=writes(repo, "a.py", THREE + "d = 1\n"))
    claude.multi_edit("a.py", [("a = 1", "a = 2"), ("c = 1", "c = 2")])
    claude.fail_edit("a.py", "x", "y")
    claude.stop("First.")
    claude.prompt("two")
    claude.write_file("b.py", "x=1\n", after_write=writes(repo, "b.py", "x = 1\n"))
    claude.bash("rm a.py")
    claude.write_file("a.py", "a = 3\n", accepted="a = 3\nb = 4\n")
    claude.edit("a.py", "a = 3", "a = 5", accepted="a = 6")


def subagents(claude: ClaudeSession) -> None:
    """A turn with two subagents that edit the same file."""
    claude.prompt("one")
    with claude.subagent("make it"):
        claude.write_file("sub/a.py", THREE)
    claude.edit("sub/a.py", "b = 1", "b = 2")
    with claude.subagent("change it"):
        claude.edit("sub/a.py", "c = 1", "c = 3")
        claude.edit("sub/a.py", "c = 3", "c = 4")


def unannounced(claude: ClaudeSession) -> None:
    """The turns of prompts whose hooks did not run come from the transcript, written late."""
    claude.prompt("zero")
    claude.hooks = {"PreToolUse", "PostToolUse"}
    claude.prompt("one")
    claude.write_file("a.py", THREE)
    claude.prompt("two")
    claude.edit("a.py", "b = 1", "b = 2")
    claude.edit("a.py", "c = 1", "c = 2")


def resumed_subagent(claude: ClaudeSession) -> None:
    """No hook reports a subagent's end before it gets another prompt."""
    claude.prompt("one")
    claude.hooks = {"PreToolUse", "PostToolUse"}
    with claude.subagent("make it"):
        claude.write_file("a.py", THREE)
        claude._row({"type": "user", "message": {"role": "user", "content": "now change it"}})
        claude.edit("a.py", "b = 1", "b = 2")
        claude.edit("a.py", "c = 1", "c = 2")


def stashed(claude: ClaudeSession) -> None:
    """A stash is made between two edits, and comes back after them."""
    claude.prompt("one")
    claude.write_file("README", THREE)
    claude.bash("git stash -q")
    claude.write_file("b.py", THREE)
    claude.bash("git stash pop -q")
    claude.edit("README", "b = 1", "b = 2")


def unusual(claude: ClaudeSession) -> None:
    """Files that the launcher leaves to Python: links, large and binary ones, odd names, other work trees."""
    repo = claude.repo
    claude.prompt("one")
    claude.write_file("plain.py", THREE)
    (repo.path / "link.py").symlink_to("plain.py")
    claude.edit("link.py", "a = 1", "a = 2")
    claude.write_file('na"me.py', THREE)
    claude.write_file("gr\u00fc\u00dfe und mehr.py", THREE)
    claude.write_file("large.txt", "x" * 99 + "\n" + "a line of text\n" * 80_000)
    claude.edit("large.txt", "x" * 99, "y" * 99)
    claude.write_file("deep/er/new.py", THREE)
    repo.git("worktree", "add", "-q", "../linked")
    claude.write_file("../linked/in.py", THREE)
    claude.edit("plain.py", "b = 1", "b = 2")


STORIES = [plain, subagents, unannounced, resumed_subagent, stashed, unusual]


def _text(inbox: Inbox, ref: Any) -> Any:  # noqa: ANN401 - JSON
    """A text, cut where a comparison of it would take minutes; the reference has its digest."""
    return inbox.get_blob(ref).decode()[:2000] if ref is not None and ref.stored else ref


def evidence(repo: GitRepo, worktree: str = "@") -> dict[str, Any]:
    """Everything in the inbox that has a meaning, without moments."""
    inbox = Inbox(str(repo.inbox(worktree)))
    facts = gather(inbox)
    return {
        "problems": [*facts.problems, *inbox.problems()],
        "events": [
            (event._replace(at=""), _text(inbox, event.before), _text(inbox, event.after))
            for event in facts.events
        ],
        "turns": {
            name: (turn._replace(at=None), _text(inbox, turn.prompt), _text(inbox, turn.output))
            for name, turn in facts.turns.items()
        },
        "seen": seen.read(inbox),
    }


def told(top: Path, template: Path, story: Callable[[ClaudeSession], None], *, spool: bool) -> dict[str, Any]:
    """A story in a new repository at `top`, and what it left before and after a commit."""
    shutil.rmtree(top, ignore_errors=True)
    env = sealed_env(top)
    shutil.copytree(template, top / "repo", symlinks=True)
    repo = GitRepo(top / "repo", env)
    repo.tick()
    claude = ClaudeSession(repo)
    claude.command = launcher.put(repo) if spool else COMMAND
    story(claude)
    waiting = len(launcher.entries(repo))
    shown = repo.gitprov("status", "--json").stdout
    assert launcher.entries(repo) == []
    state = evidence(repo)
    repo.commit("All")
    return {
        "waiting": waiting,
        "shown": len(shown) > 2,
        "state": state,
        "linked": evidence(repo, "linked") if (top / "linked").exists() else None,
        "note": without_ids(json.dumps(repo.note()).replace(repo.oid(), "")),
        "message": without_ids(repo.message()),
    }


def without_ids(text: str) -> str:
    """A text with its trace ids numbered and its moments left out: both come from the clock."""
    ids = list(dict.fromkeys(re.findall(r"gen_\d{8}_\w+", text)))
    for number, trace in enumerate(ids):
        text = text.replace(trace, f"gen_{number}")
    return re.sub(r"20\d\d-\d\d-\d\dT[\d:]+Z", "", text)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: str(story.__name__))
def test_law_of_late_digestion(
    tmp_path: Path, hooked_template: Path, story: Callable[[ClaudeSession], None]
) -> None:
    """What a report means does not depend on when it is digested: inbox, turns, message and note are the same."""
    now = told(tmp_path / "w", hooked_template, story, spool=False)
    late = told(tmp_path / "w", hooked_template, story, spool=True)
    assert now.pop("waiting") == 0
    assert late.pop("waiting") > 0
    assert late == now
