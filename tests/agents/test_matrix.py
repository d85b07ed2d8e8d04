"""Each hooked agent × each kind of edit: who wrote the lines in the end, against answers written by hand.

All agents work in one tree and one commit, each in a directory of its own and in turns with the others.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from gitprov.cli import ai_blame
from gitprov.cli.blame.args import parse
from tests.support.recorded import Replay
from tests.support.repo import GitRepo
from tests.support.shapes import AFTER, BEFORE, FAILED, PROMPT, SHAPES, STOP, Call, Edit, Moment, shell

BASE = "".join(f"base {n}\n" for n in range(1, 13))

NO_SHELL = {"amp", "antigravity", "acp"}
"""Their hooks, and the messages between an editor and its agent, show no effect of a shell command."""
NO_PROMPTS = {"cline", "antigravity"}
SUBAGENTS = {
    "qwen": "general-7",
    "copilot": "child of copilot",
    "opencode": "child of opencode",
    "amp": "child of amp",
}
"""Agents whose hooks report a subagent's prompt → the id of one."""


class Player:
    """One agent at work in its directory: every verb changes files between the reports of a real tool use."""

    def __init__(self, agent: str, repo: GitRepo) -> None:
        self.agent, self.repo, self.room = agent, repo, agent
        self.shape = SHAPES[agent]
        self.replay = Replay(agent, repo)
        self.count = 0

    def report(self, phase: str, session: str, prompt: str | None = None, **facts: object) -> None:
        """Deliver what the agent sends at this moment, if it sends anything."""
        call, parent = facts.get("call"), facts.get("parent")
        assert call is None or isinstance(call, Call)
        own = parent is not None or not session.startswith("s")
        session = session if own else f"{self.agent} {session}"
        parent = None if parent is None else f"{self.agent} {parent}"
        at = Moment(phase, str(self.repo.path), session, prompt, call, parent)
        message = self.shape.message(at)
        if message is not None:
            self.replay.deliver(message[1], message[0])

    def edit(
        self, edit: Edit, session: str = "s1", *, refused: bool = False, parent: str | None = None
    ) -> None:
        """Make an edit with the agent's tools; `refused`: it is announced, and a person says no."""
        edit = edit._replace(
            path=f"{self.room}/{edit.path}", target=f"{self.room}/{edit.target}" if edit.target else ""
        )
        calls = self.shape.calls(edit)
        for number, (tool, arguments) in enumerate(calls):
            self.count += 1
            call = Call(tool, arguments, str(self.count))
            self.report(BEFORE, session, call=call, parent=parent)
            if not refused:
                pairs = edit.pairs[number : number + 1] if len(calls) > 1 else edit.pairs
                self.change(edit._replace(pairs=pairs))
                self.report(AFTER, session, call=call, parent=parent)
            elif self.agent != "codex":  # it reports no failure
                self.report(FAILED, session, call=call, parent=parent)
        if not calls:
            self.change(edit)

    def change(self, edit: Edit) -> None:
        """What the edit does to the files."""
        if edit.kind == "write":
            self.repo.write(edit.path, edit.text)
        else:
            subprocess.run(["sh", "-c", shell(edit)], cwd=self.repo.path, check=True)


def first(player: Player) -> None:
    """The first prompt: every kind of edit."""
    player.report(PROMPT, "s1", "first")
    player.edit(Edit("write", "new.py", f"new 1\nnew 2 of {player.agent}\n"))
    player.edit(Edit("edit", "work.py", pairs=(("base 2", "edit 2"),)))
    player.edit(Edit("multi", "work.py", pairs=(("base 3", "multi 3"), ("base 5", "multi 5"))))
    player.edit(Edit("edit", "work.py", pairs=(("base 6", "refused 6"),)), refused=True)
    player.edit(Edit("edit", "work.py", pairs=(("base 7", "total = compute(7)"),)))
    player.edit(Edit("delete", "gone.py"))
    player.edit(
        Edit("rename", "old.py", target="moved.py", pairs=(("base 2", f"moved 2 of {player.agent}"),))
    )
    player.report(STOP, "s1")


def second(player: Player) -> None:
    """A second session, while the first one goes on with another prompt."""
    player.report(PROMPT, "s2", "third")
    player.report(PROMPT, "s1", "second")
    player.edit(Edit("edit", "work.py", pairs=(("base 9", "third 9"),)), "s2")
    player.edit(Edit("edit", "work.py", pairs=(("base 8", "second 8"),)), "s1")
    player.edit(Edit("shell", "work.py", pairs=(("base 10", "shell 10"),)), "s1")
    if player.agent in SUBAGENTS:
        child = SUBAGENTS[player.agent]
        player.report(PROMPT, child, "task", parent="s1")
        player.edit(Edit("write", "sub.py", f"sub 1 of {player.agent}\n"), child, parent="s1")
    player.report(STOP, "s1")
    player.report(STOP, "s2")


def person(repo: GitRepo, room: str) -> None:
    """A person writes where an edit was refused, changes a line of the agent's, and adds another."""
    path = repo.path / room / "work.py"
    text = path.read_text()
    for old, new in (
        ("base 6", "person 6"),
        ("total = compute(7)", "total = compute(77)"),
        ("base 11", "person 11"),
    ):
        assert old in text
        text = text.replace(old, new)
    path.write_text(text)


def expected(agent: str) -> dict[str, list[tuple[str, str, str | None]]]:
    """File → its lines: text, class, prompt. Written by hand, from what the agent can report."""

    def ai(text: str, prompt: str, kind: str = "ai") -> tuple[str, str, str | None]:
        return text, kind, None if agent in NO_PROMPTS else prompt

    def nobody(text: str) -> tuple[str, str, str | None]:
        return text, "unknown", None

    through_shell = nobody if agent in NO_SHELL else lambda text: ai(text, "second")
    renamed = nobody if agent in NO_SHELL else lambda text: ai(text, "first")
    files = {
        "work.py": [
            nobody("base 1"),
            ai("edit 2", "first"),
            ai("multi 3", "first"),
            nobody("base 4"),
            ai("multi 5", "first"),
            nobody("person 6"),
            ai("total = compute(77)", "first", "edited"),
            ai("second 8", "second"),
            ai("third 9", "third"),
            through_shell("shell 10"),
            nobody("person 11"),
            nobody("base 12"),
        ],
        "new.py": [ai("new 1", "first"), ai(f"new 2 of {agent}", "first")],
        "moved.py": [nobody("base 1"), renamed(f"moved 2 of {agent}")],
    }
    if agent in SUBAGENTS:
        files["sub.py"] = [ai(f"sub 1 of {agent}", "task")]
    return files


def start(repo: GitRepo) -> None:
    """Commit the files that the agents find."""
    for room in SHAPES:
        repo.write(f"{room}/work.py", BASE)
        repo.write(f"{room}/gone.py", "going\n")
        repo.write(f"{room}/old.py", "base 1\nbase 2\n")
    repo.commit("Start")


def play(players: Sequence[Player]) -> None:
    """The agents work, each turn of each after the same one of the others, and a person after them all."""
    for turn in (first, second):
        for player in players:
            turn(player)
        players[0].repo.tick()
    for player in players:
        person(player.repo, player.room)


@pytest.fixture
def worked(hooked: GitRepo) -> GitRepo:
    """A commit in which all agents took part."""
    start(hooked)
    play([Player(agent, hooked) for agent in SHAPES])
    log = hooked.inbox() / "log"
    assert not log.exists() or log.read_text() == ""
    hooked.commit("Work")
    return hooked


def blame(repo: GitRepo, path: str, prompts: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """(text, class, prompt) of each line, by the code that `git ai-blame --json` runs."""
    out = io.TextIOWrapper(io.BytesIO())
    with monkeypatch.context() as patched:
        patched.setattr(sys, "stdout", out)
        assert ai_blame._run(parse(["--json", "--", path]), str(repo.path), repo.env) == 0
    assert isinstance(out.buffer, io.BytesIO)
    rows = json.loads(out.buffer.getvalue())["lines"]
    return [(row["text"], row["class"], prompts.get(row["trace"] or "")) for row in rows]


@pytest.mark.slow
def test_the_matrix(worked: GitRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    """Blame names each line's author and prompt: every agent, every kind of edit that its hooks show."""
    prompts, agents = {}, {}
    for trace in worked.generations():
        record = worked.generation(trace)
        agents[trace] = record["agent"]["name"]
        if record["prompt"]["available"]:
            prompts[trace] = worked.generation_file(trace, "prompt.txt").decode()
    for agent, shape in SHAPES.items():
        for name, lines in expected(agent).items():
            assert (agent, name, blame(worked, f"{agent}/{name}", prompts, monkeypatch)) == (
                agent,
                name,
                lines,
            )
        assert shape.name in agents.values()
        assert not (worked.path / agent / "gone.py").exists()
    real = worked.ai_blame("codex/work.py")["lines"]
    assert [(row["text"], row["class"]) for row in real] == [row[:2] for row in expected("codex")["work.py"]]


def test_edits_elsewhere(hooked: GitRepo, tmp_path: Path) -> None:
    """An edit outside of every repository is nobody's, and one in another work tree is that work tree's."""
    other = hooked.add_worktree(tmp_path / "other", "-b", "other")
    free = tmp_path / "free"
    free.mkdir()
    for agent, shape in SHAPES.items():
        player = Player(agent, hooked)
        player.report(PROMPT, "s1", "elsewhere")
        for place in (free, other.path):
            edit = Edit("write", str(place / f"{agent}.py"), f"{agent}\n")
            for tool, arguments in shape.calls(edit):
                player.count += 1
                call = Call(tool, arguments, str(player.count))
                player.report(BEFORE, "s1", call=call)
                (place / f"{agent}.py").write_text(f"{agent}\n")
                player.report(AFTER, "s1", call=call)
        player.report(STOP, "s1")
    assert hooked.events() == []
    paths = {event["path"]: event["agent"] for event in other.events(other.path.name)}
    assert paths == {f"{agent}.py": shape.name for agent, shape in SHAPES.items()}
