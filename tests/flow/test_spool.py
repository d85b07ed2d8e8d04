"""Reports of edits that the launcher stores without Python, and what becomes of them."""

from __future__ import annotations

import errno
import json
import re
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from gitprov.flow.capture.digest import open_inbox
from gitprov.flow.evidence.gather import gather
from gitprov.model.event import Event
from gitprov.store.inbox import seen, spool
from gitprov.store.inbox.inbox import Inbox
from tests.support import launcher
from tests.support.claude import COMMAND, ClaudeSession
from tests.support.repo import GitRepo, run
from tests.support.sealed import ROOT, sealed_env

THREE = "a = 1\nb = 1\nc = 1\n"


@pytest.fixture
def agent(project: GitRepo) -> ClaudeSession:
    """A session whose hooks run the launcher."""
    claude = ClaudeSession(project)
    claude.command = launcher.put(project)
    return claude


@pytest.mark.slow
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
    claude.write_file("large.txt", "x" * 99 + "\n" + "".join(f"{n} {'text' * 25_000}\n" for n in range(12)))
    claude.edit("large.txt", "x" * 99, "y" * 99)
    claude.write_file("deep/er/new.py", THREE)
    repo.git("worktree", "add", "-q", "../linked")
    claude.write_file("../linked/in.py", THREE)
    claude.edit("plain.py", "b = 1", "b = 2")


STORIES = [plain, subagents, unannounced, resumed_subagent, stashed, unusual]


def _text(inbox: Inbox, ref: Any) -> Any:
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


@pytest.mark.slow
@pytest.mark.parametrize("story", STORIES, ids=lambda story: str(story.__name__))
def test_law_of_late_digestion(
    tmp_path: Path, hooked_template: Path, story: Callable[[ClaudeSession], None]
) -> None:
    """What a report means does not depend on when it is digested: inbox, turns, message and note are the same."""
    now = told(tmp_path / "w", hooked_template, story, spool=False)
    late = told(tmp_path / "w", hooked_template, story, spool=True)
    assert now.pop("waiting") == 0
    assert (late.pop("waiting") > 0) is (story is not subagents)
    assert late == now


# -- the launcher alone: no Python runs, except in this process -----------------------------------------------------


@pytest.fixture
def quick(repo: GitRepo) -> ClaudeSession:
    """A session in a repository whose spool is open, and whose only hooks are those of edits."""
    claude = ClaudeSession(repo)
    claude.command = launcher.put(repo)
    claude.hooks = {"PreToolUse", "PostToolUse"}
    spool.open_for_reports(Inbox(str(repo.inbox())))
    return claude


def digested(repo: GitRepo) -> list[str]:
    """The paths of all events after a digestion, in order; each was recorded once."""
    inbox = open_inbox(str(repo.inbox()), repo.env)
    events = [event for event in inbox.events() if isinstance(event, Event)]
    assert len({event.tool_use_id for event in events}) == len(events)
    return [event.path for event in events]


def put_first(repo: GitRepo, folder: Path, name: str, text: str) -> None:
    """A command of this name that is run instead of the system's."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_text("#!/bin/sh\n" + text)
    (folder / name).chmod(0o755)
    repo.env["PATH"] = f"{folder}:{repo.env['PATH']}"


def test_private(repo: GitRepo, quick: ClaudeSession) -> None:
    """Only the owner can read what the launcher stored."""
    quick.write_file("a.py", THREE)
    room = repo.inbox() / "spool"
    assert [path.stat().st_mode & 0o777 for path in (room, *room.iterdir())] == [0o700, 0o600, 0o600]


@pytest.mark.parametrize("command", ["dd", "mv", "sync"])
def test_a_launcher_that_is_killed(repo: GitRepo, quick: ClaudeSession, tmp_path: Path, command: str) -> None:
    """Killed at any of its commands, the launcher leaves no half report; delivered again, the edit is there once."""
    quick.write_file("a.py", THREE)
    payload = json.dumps(quick.payloads[-1], separators=(",", ":"))
    env, path = repo.env.copy(), repo.env["PATH"]
    counter = tmp_path / "count"
    put_first(
        repo,
        tmp_path / "fatal",
        command,
        f'echo >>{counter}; kill -9 $PPID; exec {shutil.which(command)} "$@"\n',
    )
    done = run([*quick.command], cwd=repo.path, env=repo.env, stdin=payload, check=False)
    assert done.returncode != 0
    assert counter.exists()
    repo.env["PATH"] = path
    run([*quick.command], cwd=repo.path, env=env, stdin=payload)
    assert digested(repo) == ["a.py"]
    assert Inbox(str(repo.inbox())).problems() == []


def test_a_command_that_fails(repo: GitRepo, quick: ClaudeSession, tmp_path: Path) -> None:
    """Where the report cannot be stored, Python records it at once, and what waited before it."""
    quick.write_file("a.py", THREE)
    put_first(repo, tmp_path / "failing", "mv", "exit 1\n")
    quick.write_file("b.py", THREE)
    assert launcher.entries(repo) == []
    assert digested(repo) == ["a.py", "b.py"]


@pytest.mark.slow
def test_bounds_and_damage(repo: GitRepo, quick: ClaudeSession) -> None:
    """A full spool is digested at once. What cannot be read is set aside, named by the doctor, and erased by forget."""
    room = repo.inbox() / "spool"
    for number in range(1, 129):
        (room / f"{number:010}").write_text("a secret")
    quick.write_file("a.py", THREE)
    assert launcher.entries(repo) == ["0000000001"]
    assert digested(repo) == ["a.py"]
    inbox = Inbox(str(repo.inbox()))
    assert len(spool.undigested(inbox)) == 128
    assert "128 reports of edits" in repo.gitprov("doctor", check=False).stdout
    (event,) = inbox.events()
    assert isinstance(event, Event)
    quick.write_file("b.py", THREE)
    (room / ".0000000003").write_text("a secret")
    assert event.key is not None
    repo.gitprov("forget", f"{event.key}/{event.turn}", "--yes")
    left = [path.read_bytes() for path in repo.inbox().rglob("*") if path.is_file() and path.name != "log"]
    assert not any(b"a secret" in data or b"c = 1" in data for data in left)


@pytest.mark.slow
def test_sixteen_reporters(repo: GitRepo, quick: ClaudeSession) -> None:
    """Sixteen agents report at once while others digest: nothing is lost, nothing is doubled."""
    sessions = [ClaudeSession(repo, session_id=f"session-{n}") for n in range(16)]

    def edit(number: int) -> None:
        claude = sessions[number]
        claude.command, claude.hooks = quick.command, quick.hooks
        for turn in range(3):
            claude.write_file(f"{number}-{turn}.py", THREE)
            if number % 4 == 0:
                open_inbox(str(repo.inbox()), repo.env)

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(edit, range(16)))
    assert sorted(set(digested(repo))) == sorted(f"{n}-{turn}.py" for n in range(16) for turn in range(3))
    inbox = Inbox(str(repo.inbox()))
    assert len(inbox.events()) == 48
    assert (inbox.problems(), spool.undigested(inbox), launcher.entries(repo)) == ([], [], [])


def test_an_inbox_that_cannot_be_written(
    repo: GitRepo, quick: ClaudeSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reading command answers without the reports that wait; they stay."""
    quick.write_file("a.py", THREE)
    with monkeypatch.context() as patch:
        patch.setattr("gitprov.store.inbox.spool.take_lock", _refuse)
        patch.setattr("gitprov.store.inbox.inbox.Inbox.can_write", lambda _: False)
        assert digested(repo) == []
    assert digested(repo) == ["a.py"]


def _refuse(_: Inbox) -> int:
    raise PermissionError(errno.EACCES, "closed")


def test_all_of_flow_opens_inboxes_in_one_way() -> None:
    """An inbox that is opened elsewhere would be read without the reports in its spool."""
    flow = ROOT / "gitprov" / "flow"
    users = {path.name for path in flow.rglob("*.py") if re.search(r"(?<!\w)Inbox\(", path.read_text())}
    assert users == {"digest.py", "moment.py"}
