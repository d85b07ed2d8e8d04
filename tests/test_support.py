"""The helpers are what they claim to be: otherwise every other test proves nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.claude import ClaudeSession
from tests.support.repo import CommandError, GitRepo, run

SILENT = ("sh", "-c", "cat >/dev/null")


@pytest.fixture
def session(repo: GitRepo) -> ClaudeSession:
    """A session whose payloads go nowhere, so that the agent is tested and not gitprov."""
    claude = ClaudeSession(repo)
    claude.command = SILENT
    return claude


def rows(path: Path) -> list[dict[str, Any]]:
    """The parsed rows of a transcript."""
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_environment_is_sealed(env: dict[str, str], tmp_path: Path) -> None:
    """Git sees Alice and our settings only, and no folder of the person who runs the tests."""
    listing = run(["git", "config", "--list", "--show-origin"], cwd=tmp_path, env=env).stdout
    assert "user.name=Alice" in listing
    assert {line.split("\t")[0] for line in listing.splitlines()} == {f"file:{tmp_path}/home/gitconfig"}


def test_same_story_same_oids(repo: GitRepo, tmp_path: Path) -> None:
    """The clock moves only when told, so the same story gives the same object names."""
    oids = []
    for name in ("one", "two"):
        env = {**repo.env}
        there = GitRepo.init(tmp_path / name, env)
        there.write("a.txt", "a\n")
        oids.append(there.commit("A"))
    assert oids[0] == oids[1]


def test_failure_shows_what_was_printed(repo: GitRepo) -> None:
    """A command that fails raises with its own words in the message."""
    with pytest.raises(CommandError, match="Needed a single revision"):
        repo.oid("nowhere")


def test_commands_are_found(repo: GitRepo) -> None:
    """`gitprov` and the git subcommands are on the sealed PATH."""
    for name in ("gitprov", "git-ai-blame", "git-ai-log"):
        assert run(["sh", "-c", f"command -v {name}"], cwd=repo.path, env=repo.env).stdout.strip()


def test_agent_order_of_hooks(session: ClaudeSession) -> None:
    """One edit is SessionStart, UserPromptSubmit, PreToolUse, PostToolUse, Stop, in this order."""
    session.prompt("make a")
    session.write_file("a.py", "x = 1\n")
    session.stop()
    names = [payload["hook_event_name"] for payload in session.payloads]
    assert names == ["SessionStart", "UserPromptSubmit", "PreToolUse", "PostToolUse", "Stop"]


def test_edit_payload_has_the_agent_fields(session: ClaudeSession) -> None:
    """An Edit reports what was there, what is there, and the hunk between."""
    session.repo.write("a.py", "x = 1\n")
    session.prompt("set x to 2")
    session.edit("a.py", "x = 1", "x = 2", accepted="x = 3")
    post = session.payloads[-1]
    response = post["tool_response"]
    assert post["tool_input"]["new_string"] == "x = 2"
    assert response["originalFile"] == "x = 1\n"
    assert response["userModified"] is True
    assert response["structuredPatch"] == [
        {"oldStart": 1, "oldLines": 1, "newStart": 1, "newLines": 1, "lines": ["-x = 1", "+x = 3"]}
    ]
    assert session.repo.read("a.py") == "x = 3\n"


def test_transcript_rows_chain(session: ClaudeSession) -> None:
    """Each row names its parent; blocks of one response share its id; results carry toolUseResult."""
    session.prompt("make a")
    session.say("I will.")
    session.write_file("a.py", "x = 1\n")
    session.stop("There it is.")
    found = rows(session.transcript_path)
    assert [row["parentUuid"] for row in found] == [None, *(row["uuid"] for row in found[:-1])]
    assert [row["type"] for row in found] == ["user", "assistant", "assistant", "user", "assistant"]
    assert found[1]["message"]["id"] == found[2]["message"]["id"] != found[4]["message"]["id"]
    assert found[3]["toolUseResult"]["filePath"].endswith("a.py")


def test_transcript_may_lag_or_be_absent(session: ClaudeSession) -> None:
    """Late rows appear at Stop at the latest; without a transcript the file never appears."""
    session.lag = True
    session.prompt("make a")
    session.write_file("a.py", "x = 1\n")
    assert not session.transcript_path.exists()
    session.stop()
    assert len(rows(session.transcript_path)) == 4
    other = ClaudeSession(session.repo, session_id="1" * 8)
    other.command = SILENT
    other.transcript = False
    other.prompt("make b")
    other.stop()
    assert not other.transcript_path.exists()


def test_subagent_speaks_in_its_own_transcript(session: ClaudeSession) -> None:
    """A subagent's payloads name it, its rows stand in its own file, and SubagentStop says where."""
    session.prompt("delegate")
    with session.subagent("write b"):
        session.write_file("b.py", "y = 1\n")
    session.stop()
    inner = [p for p in session.payloads if p.get("tool_name") == "Write"]
    assert all(p["agent_id"] and p["agent_type"] == "general-purpose" for p in inner)
    ended = next(p for p in session.payloads if p["hook_event_name"] == "SubagentStop")
    side = rows(Path(ended["agent_transcript_path"]))
    assert all(row["isSidechain"] for row in side)
    assert not any(row["isSidechain"] for row in rows(session.transcript_path))


def test_other_tools(session: ClaudeSession) -> None:
    """MultiEdit, NotebookEdit, Bash and a refused Edit leave the files the real tools would leave."""
    repo = session.repo
    repo.write("a.py", "x = 1\ny = 1\n")
    cell: dict[str, Any] = {
        "cell_type": "code",
        "id": "c1",
        "metadata": {},
        "source": ["1\n"],
        "outputs": [],
        "execution_count": None,
    }
    repo.write("n.ipynb", json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    session.prompt("all of it")
    session.multi_edit("a.py", [("x = 1", "x = 2"), ("y = 1", "y = 2")])
    session.notebook_edit("n.ipynb", "c1", "2\n3\n")
    session.bash("echo z = 1 >> a.py")
    session.fail_edit("a.py", "nothing", "something")
    assert repo.read("a.py") == "x = 2\ny = 2\nz = 1\n"
    assert json.loads(repo.read("n.ipynb"))["cells"][0]["source"] == ["2\n", "3\n"]
    assert session.payloads[-1]["hook_event_name"] == "PostToolUseFailure"


def test_foreign_change_happens_where_asked(session: ClaudeSession) -> None:
    """`during` runs between PreToolUse and the write, `after_write` between the write and PostToolUse."""
    repo = session.repo
    seen: list[str] = []
    session.prompt("go")
    session.write_file(
        "a.py",
        "x = 1\n",
        during=lambda: seen.append(session.payloads[-1]["hook_event_name"]),
        after_write=lambda: seen.append(repo.read("a.py")),
    )
    assert seen == ["PreToolUse", "x = 1\n"]
