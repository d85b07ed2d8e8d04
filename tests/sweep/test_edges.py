"""What a sweep must not believe, must not lose and must not count twice."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from gitprov.flow.capture.sweep import reading
from gitprov.flow.capture.sweep.collection import UNREADABLE
from gitprov.model.answers.sweep import SweepResult
from tests.support.repo import GitRepo
from tests.sweep.stories import Session, copy_of, swept

KEY = "ghp_16C7e42F292c6912E7710c838347Ae178B4a"


@pytest.fixture
def claude(project: GitRepo) -> Session:
    """A session without hooks, after its first prompt."""
    session = Session(project)
    session.prompt("a greeting")
    return session


def classes(repo: GitRepo, path: str) -> list[tuple[str, str]]:
    """(class, text) of each line."""
    return [(row["class"], row["text"]) for row in repo.ai_blame(path)["lines"]]


def test_a_person_changed_the_file_afterwards(project: GitRepo, claude: Session) -> None:
    """Lines that are left are the model's, a reworded one is edited, and the person's are nobody's."""
    claude.write_file("a.py", "alpha = compute(1)\nbeta = compute(2)\ngamma = compute(3)\n")
    project.write("a.py", "alpha = compute(1)\nbeta = compute(2, 3)\nown = 'mine'\n")
    project.commit("A")
    assert classes(project, "a.py") == [
        ("ai", "alpha = compute(1)"),
        ("edited", "beta = compute(2, 3)"),
        ("unknown", "own = 'mine'"),
    ]


def test_what_the_file_does_not_hold_is_not_believed(project: GitRepo, claude: Session) -> None:
    """An edit of which the file has nothing, and lines that are committed already, give no event."""
    claude.write_file("a.py", "one = 1\n")
    project.write("a.py", "two = 2\n")
    claude.write_file("old.py", "three = 3\n")
    project.git("add", "old.py")
    project.git("commit", "-q", "-n", "-m", "Old")
    project.write("old.py", "three = 3\nfour = 4\n")
    result = swept(project)
    assert (result.edits, result.events, result.rejected) == (2, 0, 2)
    project.commit("A")
    assert project.classes("a.py") == ["unknown"]


def test_an_edit_that_was_never_done(project: GitRepo, claude: Session) -> None:
    """A call without a result counts only where the file is exactly what it would have made."""
    call = claude._tool_use("Write", {"file_path": str(project.path / "a.py"), "content": "one = 1\n"})
    project.write("a.py", "one = 1\nmine = 2\n")
    assert (call, swept(project).events) == (call, 0)
    claude.prompt("another")
    project.write("b.py", "x\n")
    assert swept(project).events == 0
    project.write("a.py", "one = 1\n")
    claude.prompt("and another")
    assert swept(project).events == 0  # the turn is behind the cursor
    (project.inbox() / "swept").unlink()
    assert swept(project).events == 1


def test_sessions_elsewhere(project: GitRepo, tmp_path: Path) -> None:
    """A session of another repository or work tree owns no line here, though it wrote the same text here."""
    other = GitRepo.init(Path(f"{project.path}-other"), project.env)
    elsewhere = Session(other)
    elsewhere.prompt("a greeting")
    elsewhere.write_file(str(project.path / "a.py"), "one = 1\n")
    tree = project.add_worktree(tmp_path / "tree")
    inside = Session(tree, session_id="5e55-2")
    inside.prompt("a greeting")
    inside.write_file(str(project.path / "b.py"), "one = 1\n")
    assert swept(project).events == 0
    assert (swept(project), swept(tree).events) == (SweepResult(), 0)


def test_half_a_row(project: GitRepo, claude: Session) -> None:
    """A last row that is still being written is read by the next sweep; a damaged one is counted."""
    claude.write_file("a.py", "one = 1\n")
    path = claude.transcript_path
    data = path.read_bytes()
    path.write_bytes(data[:-40])
    assert swept(project) == SweepResult(transcripts=1)
    path.write_bytes(data)
    assert swept(project).events == 1
    with path.open("ab") as file:
        file.write(b'{"type":"assistant","message":{"content":[{"type":"tool_use","name":"Edit"}}\n')
    claude.edit("a.py", "one", "two")
    assert swept(project).skipped == {"rows that are no JSON object": 1}
    shown = project.gitprov("doctor", check=False).stdout
    assert "1 rows that are no JSON object" in shown


def test_parts(project: GitRepo, claude: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """However small the parts are in which a transcript is read, the edits are the same."""
    for n in range(4):
        claude.write_file(f"{n}.py", f"value = {n}\n")
    claude.prompt("more " * 100)
    claude.edit("0.py", "value", "amount")
    claude.stop()
    monkeypatch.setattr(reading, "PART", 2500)
    assert swept(project).events == 5
    (project.inbox() / "swept").unlink()
    monkeypatch.setattr(reading, "PART", 300)
    result = swept(project)
    assert result.events == 0
    assert reading.LONG_ROW in result.skipped


def test_another_file_under_the_same_name(project: GitRepo, claude: Session) -> None:
    """A transcript that was replaced is read from its start; one that is gone is forgotten."""
    claude.write_file("a.py", "one = 1\n")
    assert swept(project).events == 1
    claude.transcript_path.unlink()
    again = Session(project, session_id="5e55-3")
    again.prompt("something else")
    again.write_file("b.py", "two = 2\n")
    again.transcript_path.rename(claude.transcript_path)
    assert swept(project).events == 1
    renamed = claude.transcript_path.with_name("renamed.jsonl")
    claude.transcript_path.rename(renamed)
    assert swept(project).events == 0
    assert list(json.loads((project.inbox() / "swept").read_text())["files"]) == [str(renamed)]


def test_switched_off(project: GitRepo, claude: Session) -> None:
    """With `sweep = false` a commit reads no transcript."""
    project.write(".gitprov.toml", "sweep = false\n")
    claude.write_file("a.py", "one = 1\n")
    project.commit("A")
    assert project.classes("a.py") == ["unknown"]
    assert not (project.inbox() / "swept").exists()
    assert (project.path / ".git/gitprov/no-sweep").exists()


@pytest.mark.parametrize("by", ["file", "git", "removal"])
def test_switched_on_again(project: GitRepo, claude: Session, by: str) -> None:
    """The first commit after `sweep = false` was taken back reads transcripts, without any other evidence."""
    if by == "git":
        project.git("config", "gitprov.sweep", "false")
    else:
        project.write(".gitprov.toml", "sweep = false\n")
    claude.write_file("a.py", "one = 1\n")
    project.commit("A")
    if by == "git":
        project.git("config", "--unset", "gitprov.sweep")
    elif by == "file":
        project.write(".gitprov.toml", "sweep = true\n")
    else:
        (project.path / ".gitprov.toml").unlink()
    claude.write_file("b.py", "two = 2\n")
    project.commit("B")
    assert (project.classes("a.py"), project.classes("b.py")) == (["unknown"], ["ai"])


def test_a_secret_in_a_prompt(project: GitRepo) -> None:
    """Secrets in prompts, answers and inputs are removed before they come into the inbox."""
    claude = Session(project)
    claude.prompt(f"use the key {KEY}")
    claude.write_file("a.py", "one = 1\n")
    claude.stop(f"The key {KEY} is not needed.")
    assert swept(project).events == 1
    event = project.events()[0]
    turn = json.loads((project.inbox() / f"sessions/{event['key']}/turn-{event['turn']}.json").read_text())
    end = json.loads((project.inbox() / f"sessions/{event['key']}/end-{event['turn']}.json").read_text())
    assert (turn["prompt"]["redactions"], end["output"]["redactions"]) == (1, 1)
    assert project.holders(KEY) == []
    project.commit("A")
    assert b"use the key" in project.generation_file(project.traces()[0]["id"], "prompt.txt")
    assert project.holders(KEY) == []


def test_a_format_of_tomorrow(project: GitRepo, claude: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader that a new format breaks stops neither the commit nor the other transcripts."""
    claude.write_file("a.py", "one = 1\n")
    monkeypatch.setattr("gitprov.agents.transcripts.claude._prompt", lambda *_: 1 / 0)
    result = swept(project)
    assert (result.events, result.skipped) == (0, {reading.UNKNOWN_FORM: 1})


@pytest.mark.slow
def test_two_sweeps_at_once(project: GitRepo, claude: Session) -> None:
    """Sweeps that run at the same time record each edit once."""
    for n in range(4):
        claude.write_file(f"{n}.py", f"value = {n}\n")
    runs = [
        subprocess.Popen(["gitprov", "sweep"], cwd=project.path, env=project.env, stdout=subprocess.DEVNULL)
        for _ in range(2)
    ]
    assert [run.wait(60) for run in runs] == [0, 0]
    assert [event["path"] for event in project.events()] == ["0.py", "1.py", "2.py", "3.py"]


@pytest.mark.slow
@pytest.mark.usefixtures("forked")
@pytest.mark.parametrize("change", [5, 14, 26])
def test_killed(project: GitRepo, claude: Session, change: int) -> None:
    """Killed before any change of the disk, a sweep leaves what the next one completes: each edit once."""
    claude.write_file("a.py", "one = 1\n")
    claude.edit("a.py", "one = 1\n", "one = 1\ntwo = 2\n")
    args = ["struck", str(change), "command", "sweep"]
    done = subprocess.run(args, cwd=project.path, env=project.env, capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL
    swept(project)
    events = project.events()
    assert [(event["path"], event["tool"]) for event in events] == [("a.py", "Write"), ("a.py", "Edit")]
    assert len({event["turn"] for event in events}) == 1


def test_live_beside_swept(project: GitRepo) -> None:
    """An edit between two that hooks reported comes between them, whenever the sweep finds it."""
    live = Session(project, hooks=True)
    live.prompt("first")
    live.write_file("a.py", "one = 1\n")
    live.hooks = set()
    live.edit("a.py", "one = 1\n", "one = 1\ntwo = 2\n")
    live.hooks = {"PreToolUse", "PostToolUse"}
    live.edit("a.py", "two = 2\n", "two = 2\nthree = 3\n")
    project.commit("A")
    assert classes(project, "a.py") == [("ai", "one = 1"), ("ai", "two = 2"), ("ai", "three = 3")]
    assert len(project.traces()) == 1
    assert project.traces()[0]["delta"]["kept"] == 3


def test_a_home_without_agents(project: GitRepo, tmp_path: Path) -> None:
    """A commit starts no Python without records of agents, nor for a session that is known to be elsewhere."""
    repo = copy_of(project, tmp_path / "plain")
    python = tmp_path / "bin"
    python.mkdir()
    hook = repo.path / ".git/hooks/pre-commit"
    started = tmp_path / "started"
    script = python / "python"
    script.write_text(f"#!/bin/sh\necho x >>'{started}'\n")
    script.chmod(0o755)
    text = "\n".join(
        f"python='{script}'" if line.startswith("python=") else line for line in hook.read_text().splitlines()
    )
    hook.write_text(text + "\n")
    repo.write("a.py", "one = 1\n")
    repo.commit("A")
    assert not started.exists()
    rollout = Path(repo.env["HOME"]) / ".codex/sessions/2026/11/28/rollout-1.jsonl"
    os.makedirs(rollout.parent)
    rollout.write_text(json.dumps({"type": "session_meta", "payload": {"cwd": str(tmp_path)}}) + "\n")
    repo.write("b.py", "one = 1\n")
    repo.commit("B")
    assert started.exists()
    assert swept(repo).transcripts == 1
    assert (repo.inbox() / "elsewhere").read_text() == f"{rollout}\n"
    started.unlink()
    rollout.write_text(rollout.read_text() + "{}\n")
    os.utime(rollout, (4e9, 4e9))  # later than any sweep
    repo.write("c.py", "one = 1\n")
    repo.commit("C")
    assert not started.exists()
    (rollout.parent / "rollout-2.jsonl").write_text("{}\n")
    repo.write("d.py", "one = 1\n")
    repo.commit("D")
    assert started.exists()


def test_a_truncated_database(project: GitRepo, claude: Session) -> None:
    """OpenCode's database cut in the middle, empty, or something else is counted; other transcripts are read."""
    place = Path(project.env["HOME"]) / ".local/share/opencode/opencode.db"
    place.parent.mkdir(parents=True)
    whole = place.with_name("whole.db")
    with closing(sqlite3.connect(whole)) as database:
        database.execute("create table session (id, directory, time_updated)")
        database.executemany("insert into session values (?, ?, 1)", [("s", "x" * 500)] * 50)
        database.commit()
    data = whole.read_bytes()
    for n, content in enumerate((data[: len(data) // 2], data[:100], data[:7], b"", b"{}\n" * 4096)):
        place.write_bytes(content)
        claude.write_file(f"{n}.py", f"value = {n}\n")
        result = swept(project)
        assert (result.events, result.skipped) == (1, {UNREADABLE: 1}), n
        assert place.read_bytes() == content


def test_sessions_of_another_person(project: GitRepo, claude: Session, tmp_path: Path) -> None:
    """Sessions in another person's home are not read; what is closed to this user is counted."""
    claude.write_file("a.py", "one = 1\n")
    other = GitRepo(project.path, {**project.env, "HOME": str(tmp_path / "other")})
    (tmp_path / "other").mkdir()
    assert swept(other) == SweepResult()
    closed = claude.transcript_path.with_name("closed.jsonl")
    closed.mkdir()  # cannot be read, by root either
    result = swept(project)
    assert (result.events, result.skipped) == (1, {UNREADABLE: 1})


def test_homes_and_work_trees_behind_links(project: GitRepo, tmp_path: Path) -> None:
    """A linked home is read as the one it leads to; files that a session names by a link are the work tree's."""
    claude = Session(project)
    claude.prompt("a greeting")
    claude.write_file("a.py", "one = 1\n")
    home = tmp_path / "linked home"
    home.symlink_to(project.env["HOME"])
    linked = GitRepo(project.path, {**project.env, "HOME": str(home)})
    assert swept(linked).events == 1
    assert swept(project).events == 0  # the same transcript under its other name
    tree = tmp_path / "linked tree"
    tree.symlink_to(project.path)
    claude.write_file(str(tree / "b.py"), "two = 2\n")
    project.commit("A")
    assert classes(project, "a.py") == [("ai", "one = 1")]
    assert classes(project, "b.py") == [("ai", "two = 2")]


def test_a_repository_that_was_moved(project: GitRepo, claude: Session, tmp_path: Path) -> None:
    """After a move, sessions of the new place count; what only the old place's sessions show is unknown."""
    claude.write_file("a.py", "one = 1\n")
    moved = GitRepo(project.path.rename(tmp_path / "moved"), project.env)
    after = Session(moved, session_id="5e55-2")
    after.prompt("another")
    after.write_file("b.py", "two = 2\n")
    moved.commit("A")
    assert classes(moved, "a.py") == [("unknown", "one = 1")]
    assert classes(moved, "b.py") == [("ai", "two = 2")]


def test_bytes_that_are_not_utf8(project: GitRepo, claude: Session) -> None:
    """A damaged row is counted, a prompt with such bytes is read; a file that is not UTF-8 is nobody's, and the others are read."""
    project.write("a.py", b"name = '\xe9'\n")
    project.git("add", "a.py")
    project.git("commit", "-q", "-n", "-m", "Latin")
    rows = b'{"type":"user","message":{"role":"user","content":"caf\xe9"}}\n'
    rows += b'\xff\xfe{"type":"assistant","message":{"content":[{"type":"tool_use","name":"Edit"}]}}\n'
    with claude.transcript_path.open("ab") as file:
        file.write(rows)
    claude.write_file("b.py", "two = 2\n")
    project.write("a.py", b"name = '\xe9'\nown = '\xe8'\n")
    result = swept(project)
    assert (result.events, result.skipped) == (1, {"rows that are no JSON object": 1})
    project.commit("A")
    assert project.classes("a.py") == ["unknown", "unknown"]
    assert classes(project, "b.py") == [("ai", "two = 2")]


@pytest.mark.parametrize("seconds", [10_000_000, -10_000_000])
def test_a_clock_that_jumps(project: GitRepo, claude: Session, seconds: int) -> None:
    """Lines from before and after a jump of the clock are the model's; a person's line is nobody's."""
    claude.write_file("a.py", "one = 1\ntwo = 2\n")
    project.tick(seconds)
    claude.edit("a.py", "two = 2\n", "two = 2\nthree = 3\n")
    claude.edit("a.py", "one = 1\n", "uno = 1\n")
    project.write("a.py", project.read("a.py") + "own = 3\n")
    project.commit("A")
    assert project.classes("a.py") == ["ai", "ai", "ai", "unknown"]
