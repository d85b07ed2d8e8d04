"""What shell commands of agents change: theirs by content; what git or somebody else brought is not."""

from __future__ import annotations

import os
import subprocess
from typing import Any

import pytest

from gitprov.model.event import ContentRef
from gitprov.store.inbox.inbox import Inbox
from tests.agents.test_matrix import NO_SHELL, Player
from tests.support.recorded import Replay
from tests.support.repo import GitRepo
from tests.support.shapes import PROMPT, SHAPES, STOP, Edit

pytestmark = pytest.mark.slow

BASE = "one\ntwo\nthree\n"


@pytest.fixture
def agent(hooked: GitRepo) -> Replay:
    """Codex in a repository with a file, a branch that has other lines, and a stash."""
    hooked.write("a.py", BASE)
    hooked.commit("Start")
    hooked.git("tag", "start")
    hooked.git("switch", "-q", "-c", "other")
    hooked.write("a.py", BASE + "four from the other branch\n")
    hooked.write("other.py", "only here\n")
    hooked.commit("Other")
    hooked.git("switch", "-q", "main")
    hooked.write("stashed.py", "put aside by a person\n")
    hooked.git("stash", "push", "-q", "-u")
    agent = Replay("codex", hooked)
    agent.deliver(payload("UserPromptSubmit", prompt="do it"))
    return agent


def payload(event: str, **fields: object) -> dict[str, Any]:
    """A payload of Codex."""
    return {"session_id": "s", "turn_id": "t", "hook_event_name": event, "model": "gpt-5.5", **fields}


def call(command: str, number: int = 1) -> dict[str, Any]:
    """The fields of a shell tool."""
    return {"tool_name": "Bash", "tool_input": {"command": command}, "tool_use_id": f"c{number}"}


def run(agent: Replay, command: str, during: str = ":", number: int = 1) -> None:
    """The agent runs a shell command; `during` runs before its report comes. This process is the agent."""
    agent.deliver(payload("PreToolUse", **call(command, number)), above=os.getpid())
    for text in (command, during):
        subprocess.run(["sh", "-c", text], cwd=agent.repo.path, env=agent.repo.env, check=False)
    agent.deliver(payload("PostToolUse", **call(command, number), tool_response=""))


def classes(repo: GitRepo) -> dict[str, str]:
    """Text of each line of HEAD's files → class."""
    paths = repo.git("ls-tree", "-r", "--name-only", "HEAD").stdout.splitlines()
    rows = [row for path in paths if path != "README" for row in repo.ai_blame(path)["lines"]]
    return {row["text"]: row["class"] for row in rows}


WHOSE = [
    ("sed -i 's/two/2/' a.py", {"2"}),
    ("printf 'new\\n' >> a.py; printf 'gen\\n' > 'a b.txt'", {"new", "gen"}),
    ("mkdir -p d && printf 'x\\n' > d/x.py && git add d", {"x"}),
    (
        "printf '%s\\n' '--- a/a.py' '+++ b/a.py' '@@ -1,3 +1,3 @@' ' one' '-two' '+2' ' three' | git apply",
        {"2"},
    ),
    ("git mv a.py b.py && sed -i 's/two/2/' b.py", {"2"}),
    ("mv a.py b.py && printf 'four\\n' >> b.py", {"four"}),
    ("git rm -q a.py", set()),
    ("exit 3", set()),
    ("git checkout -q other -- a.py", set()),
    ("git merge -q --squash other", set()),
    ("git cherry-pick -n other", set()),
    ("git switch -q other; git switch -q main", set()),
    ("git merge -q other", set()),
    ("git stash pop -q", set()),
    ("git restore --source other a.py other.py; printf 'mine\\n' > e.py", {"mine"}),
    ("cp typed.py copy.py", set()),
    ("cp a.py copy.py", set()),
    ("rm typed.py", set()),
]


def test_whose_lines(agent: Replay) -> None:
    """Lines that a command wrote are the agent's; lines that were somewhere before it are not."""
    repo = agent.repo
    for number, (command, texts) in enumerate(WHOSE):
        repo.write("typed.py", "typed by a person\n")
        old = len(repo.events())
        run(agent, command, number=number)
        written: set[str] = set()
        for event in repo.events()[old:]:
            before, after = (text_of(repo, event[side]) for side in ("before", "after"))
            written |= set(after) - set(before)
        assert (command, written) == (command, texts)
        repo.git("reset", "-q", "--hard", "start")
        repo.git("clean", "-fdq")
    assert not (repo.inbox() / "log").exists()


def text_of(repo: GitRepo, ref: dict[str, Any] | None) -> list[str]:
    """The lines of a content that an event names."""
    content = Inbox(str(repo.inbox())).kept(None if ref is None else ContentRef.from_json(ref))
    return (content or b"").decode().splitlines()


def test_a_command_that_commits(agent: Replay) -> None:
    """What a command commits itself is the agent's, and what it writes after that as well."""
    run(agent, "printf 'made\\n' > c.py && git add -A && git commit -q -m Made && printf 'later\\n' > l.py")
    agent.repo.commit("Rest")
    assert {text for text, kind in classes(agent.repo).items() if kind == "ai"} == {"made", "later"}


def test_a_person_and_another_agent_meanwhile(agent: Replay) -> None:
    """What another agent reports during a command is its own; what was dirty before stays a person's."""
    agent.repo.write("a.py", BASE + "typed by a person\n")
    agent.deliver(payload("PreToolUse", **call("make")), above=os.getpid())
    other = Replay("opencode", agent.repo)
    report = {"sessionID": "o", "directory": str(agent.repo.path), "tool": "write", "callID": "w1"}
    report["args"] = {"filePath": "w.py", "content": "by the other\n"}  # type: ignore[assignment]
    other.deliver({**report, "hook": "tool.execute.before", "model": {"modelID": "m"}})
    agent.repo.write("w.py", "by the other\n")
    other.deliver({**report, "hook": "tool.execute.after", "model": {"modelID": "m"}})
    agent.repo.write("a.py", BASE + "typed by a person\nmade by make\n")
    agent.deliver(payload("PostToolUse", **call("make"), tool_response=""))
    agent.repo.commit("All")
    assert classes(agent.repo)["typed by a person"] == "unknown"
    assert classes(agent.repo)["made by make"] == "ai"
    assert agent.repo.ai_blame("w.py")["lines"][0]["agent"] == "opencode"


def test_a_commit_of_somebody_else_meanwhile(agent: Replay) -> None:
    """A command without an end does not own what a person commits from another process."""
    sleeper = subprocess.Popen(["sleep", "60"])
    agent.deliver(payload("PreToolUse", **call("make")), above=sleeper.pid)
    agent.repo.write("p.py", "by a person\n")
    agent.repo.commit("Person")
    sleeper.kill()
    sleeper.wait()
    assert agent.repo.classes("p.py") == ["unknown"]
    agent.deliver(payload("Stop"))
    assert not list((agent.repo.inbox() / "spool").glob("intent-*"))


def test_claude_code_as_well(hooked: GitRepo) -> None:
    """Claude Code's Bash: the lines are the agent's, of the turn that ran it; a failed command counts too."""
    hooked.write("a.py", BASE)
    hooked.commit("Start")
    agent = Replay("claude-code", hooked)
    base = {"session_id": "s", "cwd": str(hooked.path)}
    agent.deliver({**base, "hook_event_name": "UserPromptSubmit", "prompt": "do it"})
    for event, text in (("PreToolUse", BASE), ("PostToolUseFailure", BASE + "written, then failed\n")):
        hooked.write("a.py", text)
        agent.deliver({**base, "hook_event_name": event, **call("make")})
    hooked.commit("Edit")
    assert hooked.classes("a.py") == ["unknown"] * 3 + ["ai"]
    (trace,) = hooked.traces()
    assert hooked.generation_file(trace["id"], "prompt.txt") == b"do it"


def test_every_agent_with_a_shell(hooked: GitRepo) -> None:
    """A substitution, a generator and a patch by each agent's shell tool are its lines; a copied line is nobody's."""
    players = [Player(agent, hooked) for agent in SHAPES if agent not in NO_SHELL]
    for player in players:
        hooked.write(f"{player.room}/a.py", f"one\ntwo\nof {player.room}\n")
    hooked.commit("Start")
    for player in players:
        player.report(PROMPT, "s1", "do it")
        for command in EACH:
            player.edit(Edit("shell", "a.py", command.format(player.room)))
        player.report(STOP, "s1")
    hooked.commit("Work")
    for player in players:
        rows = {
            row["text"]: row for name in "abc" for row in hooked.ai_blame(f"{player.room}/{name}.py")["lines"]
        }
        mine = {text for text, row in rows.items() if row["class"] == "ai"}
        assert (player.agent, mine) == (player.agent, {"2", f"gen {player.room}", f"patched {player.room}"})
        assert {rows[text]["agent"] for text in mine} == {player.shape.name}
        assert hooked.classes(f"{player.room}/copy.py") == ["unknown"] * 3


EACH = (
    "cp {0}/a.py {0}/copy.py",
    "sed -i 's/two/2/' {0}/a.py",
    "for word in gen; do echo $word {0} > {0}/b.py; done",
    "printf '%s\\n' '--- /dev/null' '+++ b/{0}/c.py' '@@ -0,0 +1 @@' '+patched {0}' | git apply",
)
"""Commands of every agent with a shell tool."""
