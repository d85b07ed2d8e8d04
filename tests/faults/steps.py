"""The list of what is struck: to have another command tested against every fault, add a row to STEPS.

A row tells how a repository comes to the moment before the command, the command, what comes after the fault is over,
and all that must then be as if there had been no fault.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from gitprov.flow.evidence.gather import gather
from gitprov.store.inbox.inbox import Inbox
from tests.support import launcher
from tests.support.agent import Agent
from tests.support.claude import ClaudeSession
from tests.support.commits import lines, stage
from tests.support.repo import GENERATIONS_REF, NOTES_REF, GitRepo, run

TEN = lines(10)
REWRITE = ("hook", "post-rewrite", "rebase")
REFNAMES = "--format=%(refname)"
FOREIGN = '{"kind":"review","v":1,"id":"gen_20260201_0b9c41d2e7/Bob","by":"Bob <bob@example.com>"}'


class Step(NamedTuple):
    """A command that is struck. Functions get the repository; whatever `arrange` returns is the command's stdin.

    `recover` is what a user would do next anyway. `state` is compared with that of a repository in which the
    command was not struck and `recover` ran as well. `least` is how many of its changes differ on disk, at least.
    """

    name: str
    arrange: Callable[[GitRepo], str]
    command: tuple[str, ...]
    recover: Callable[[GitRepo, str], object]
    state: Callable[[GitRepo], dict[str, Any]]
    least: int = 4


def without(repo: GitRepo, hook: str, act: Callable[[], object]) -> None:
    """Do something that would run a hook, without it."""
    path = repo.path / ".git/hooks" / hook
    path.rename(path.with_suffix(".off"))
    act()
    path.with_suffix(".off").rename(path)


def tree(repo: GitRepo, ref: str) -> str:
    """All that a ref holds."""
    return repo.git("ls-tree", "-r", ref, check=False).stdout


def _read(root: Path, *patterns: str) -> dict[str, bytes]:
    found = (path for pattern in patterns for path in sorted(root.glob(pattern)))
    return {str(path.relative_to(root)): path.read_bytes() for path in found if path.is_file()}


def after_commit(repo: GitRepo) -> dict[str, Any]:
    """Everything that a commit leaves behind. A plan may be that of the next one, for what is pending."""
    repo.events()  # retires what a sealed commit used
    inbox = _read(repo.inbox(), "events/*", "spent/*", "archive/*", "sessions/*/used-*")
    return {
        "head": repo.oid(),
        "notes": tree(repo, NOTES_REF),
        "generations": tree(repo, GENERATIONS_REF),
        "inbox": inbox,
        "status": repo.git("status", "--porcelain").stdout,
    }


def half_committed(repo: GitRepo) -> str:
    """Two turns, one file whole and one in half, committed; post-commit is still to come."""
    agent = Agent(repo)
    agent.prompt("one").write("a.py", TEN)
    agent.prompt("two").write("b.py", TEN)
    repo.git("add", "a.py")
    stage(repo, "b.py", "".join(TEN.splitlines(keepends=True)[:5]))
    without(repo, "post-commit", lambda: repo.commit_staged("One"))
    assert repo.note() == []
    return ""


def amended(repo: GitRepo) -> str:
    """A noted commit that is amended, with a line more; post-commit is still to come."""
    agent = Agent(repo)
    agent.prompt("one").write("a.py", TEN)
    repo.commit("One")
    agent.prompt("two").write("a.py", TEN + "more = 1\n")
    repo.git("add", "-A")
    without(repo, "post-commit", lambda: repo.commit_staged("Two", "--amend"))
    return ""


def generic_report(repo: GitRepo) -> str:
    """A tool's report with everything in it."""
    repo.write("a.py", TEN)
    row = {
        "v": 1, "type": "ai", "path": "a.py", "before": None, "after": TEN, "agent": "my-tool", "model": "m",
        "session": "s", "turn": "t", "prompt": "do it", "output": "done", "tool_use_id": "u1",
        "at": "2026-02-01T10:00:00Z",
    }  # fmt: skip
    return json.dumps(row)


def claude_report(repo: GitRepo) -> str:
    """What Claude Code sends when it wrote a file, with the snapshot from before in place."""
    claude = ClaudeSession(repo)
    claude.prompt("do it")
    sent: list[dict[str, Any]] = []
    real = claude.hook

    def hold(name: str, **facts: Any) -> Any:
        if name != "PostToolUse":
            return real(name, **facts)
        sent.append({"hook_event_name": name, **facts})
        return None

    claude.hook = hold  # type: ignore[method-assign,assignment]
    claude.write_file("a.py", TEN)
    common = {"session_id": claude.session_id, "cwd": str(repo.path)}
    return json.dumps({**common, "transcript_path": str(claude.transcript_path), **sent[0]})


def spooled_report(repo: GitRepo) -> str:
    """An edit's two reports in the spool; returns what Claude Code sends for a tool that edits nothing."""
    claude = ClaudeSession(repo)
    claude.command = launcher.put(repo)
    claude.prompt("do it")
    claude.write_file("a.py", TEN)
    assert len(launcher.entries(repo)) == 2
    return json.dumps({"session_id": "s", "cwd": str(repo.path), "hook_event_name": "SessionEnd"})


def captured(repo: GitRepo) -> dict[str, Any]:
    """What is recorded: each event once, its turn, and contents that can be read."""
    inbox = Inbox(str(repo.inbox()))
    found = gather(inbox)
    assert found.problems == []
    refs = [
        ref for event in found.events for ref in (event.before, event.after, event.input) if ref is not None
    ]
    turns = found.turns.values()
    refs += [ref for turn in turns for ref in (turn.prompt, turn.output) if ref is not None]
    return {
        "events": [event._replace(at="") for event in found.events],
        "turns": sorted((turn.key, turn.turn, turn.model) for turn in turns),
        "contents": [inbox.get_blob(ref) for ref in refs],
    }


def again(*command: str) -> Callable[[GitRepo, str], object]:
    """The same is delivered once more."""
    return lambda repo, payload: repo.gitprov(*command, input=payload)


def next_hook(repo: GitRepo, _: str) -> None:
    """The next commit's first hook; the plan that it may make for what is pending is put away."""
    repo.gitprov("hook", "pre-commit")


def rebased(repo: GitRepo) -> str:
    """Two noted commits on a branch that was rebased while no hook ran; returns the pairs that git tells post-rewrite."""
    agent = Agent(repo)
    agent.prompt("one").write("a.py", TEN)
    repo.commit("One")
    agent.prompt("two").write("b.py", TEN)
    repo.commit("Two")
    old = [repo.oid("HEAD~1"), repo.oid()]
    repo.git("switch", "-q", "--detach", "HEAD~2")
    repo.write("c.py", "c = 1\n")
    repo.commit("Base")
    repo.git("-c", "core.hooksPath=/dev/null", "rebase", "-q", "HEAD", "main")
    return "".join(f"{a} {b}\n" for a, b in zip(old, [repo.oid("HEAD~1"), repo.oid()], strict=True))


def rewritten(repo: GitRepo) -> dict[str, Any]:
    """What the rebased commits say."""
    repo.events()  # retires what a sealed commit used
    notes = [repo.note(rev) for rev in ("HEAD~1", "HEAD")]
    assert all(notes)
    return {
        "notes": notes,
        "tree": tree(repo, NOTES_REF),
        "inbox": _read(repo.inbox(), "events/*", "archive/*"),
    }


def unshared(repo: GitRepo) -> str:
    """Notes on both sides that the other has not. The remote lies in the repository, so that it is copied with it."""
    remote = repo.path / ".git/elsewhere.git"
    Agent(repo).write("a.py", TEN)
    repo.commit("One")
    repo.git("init", "-q", "--bare", str(remote))
    repo.git("remote", "add", "origin", str(remote))
    repo.git("push", "-q", "origin", "main")
    run(["git", "notes", "--ref", NOTES_REF, "add", "-m", FOREIGN, "main~1"], cwd=remote, env=repo.env)
    return ""


def shared(repo: GitRepo) -> dict[str, Any]:
    """What both sides have in the end."""
    there = GitRepo(repo.path / ".git/elsewhere.git", repo.env)
    assert tree(there, NOTES_REF) == tree(repo, NOTES_REF)
    return {
        "notes": tree(repo, NOTES_REF),
        "refs": sorted(there.git("for-each-ref", REFNAMES).stdout.split()),
    }


STEPS = [
    Step("post-commit", half_committed, ("hook", "post-commit"), next_hook, after_commit, 8),
    Step("post-commit after --amend", amended, ("hook", "post-commit"), next_hook, after_commit, 8),
    Step("capture generic", generic_report, ("capture", "generic"), again("capture", "generic"), captured),
    Step(
        "capture claude-code",
        claude_report,
        ("capture", "claude-code"),
        again("capture", "claude-code"),
        captured,
    ),
    Step(
        "digestion",
        spooled_report,
        ("capture", "claude-code"),
        again("capture", "claude-code"),
        captured,
    ),
    Step("post-rewrite", rebased, REWRITE, again(*REWRITE), rewritten, 2),
    Step("sync", unshared, ("sync", "origin"), again("sync", "origin"), shared),
]
