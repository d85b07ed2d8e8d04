"""Blame of lines that no commit holds: from the inbox."""

from __future__ import annotations

import json
from typing import Any

from tests.support.claude import MODEL, ClaudeSession
from tests.support.repo import GitRepo


def lines(repo: GitRepo, path: str) -> list[dict[str, Any]]:
    """The rows of `git ai-blame --json`."""
    found: list[dict[str, Any]] = repo.ai_blame(path)["lines"]
    return found


def test_uncommitted_lines_have_their_turn(hooked: GitRepo, claude: ClaudeSession) -> None:
    """Lines of the work tree are ai, edited or unknown, with model and session and without a trace yet."""
    hooked.write("a.py", "base = 0\n")
    hooked.commit("Base")
    claude.prompt("Add.")
    claude.edit("a.py", "base = 0\n", "base = 0\none = first()\ntwo = second()\n")
    claude.stop()
    hooked.write("a.py", "base = 0\none = first()\ntwo = second(1)\nthree = 3\n")
    found = lines(hooked, "a.py")
    assert [row["class"] for row in found] == ["unknown", "ai", "edited", "unknown"]
    assert (found[1]["model"], found[1]["trace"], found[1]["evidence"]) == (MODEL, None, "captured")
    assert found[1]["session"] == claude.session_id
    assert found[1]["at"]
    assert hooked.classes("a.py", "HEAD") == ["unknown"]


def test_a_staged_new_file_is_answered(hooked: GitRepo, claude: ClaudeSession) -> None:
    """A file that HEAD does not have yet is blamed from the inbox."""
    claude.prompt("Write.")
    claude.write_file("a.py", "one = 1\n")
    claude.stop()
    hooked.git("add", "-A")
    assert hooked.classes("a.py") == ["ai"]


def test_a_renamed_files_new_lines_are_answered(hooked: GitRepo, claude: ClaudeSession) -> None:
    """After `git mv` the evidence recorded under the old name still answers."""
    hooked.write("a.py", "".join(f"line_{n} = {n}\n" for n in range(20)))
    hooked.commit("Base")
    claude.prompt("Add.")
    claude.edit("a.py", "line_19 = 19\n", "line_19 = 19\nlast = 20\n")
    claude.stop()
    hooked.git("mv", "a.py", "b.py")
    hooked.git("add", "-A")
    found = lines(hooked, "b.py")
    assert (found[-1]["text"], found[-1]["class"]) == ("last = 20", "ai")


def test_spent_lines_are_not_claimed_again(hooked: GitRepo, claude: ClaudeSession) -> None:
    """A line that a commit held, was deleted, and typed again by a person is that person's."""
    claude.prompt("Write.")
    claude.write_file("a.py", "one = 1\ntwo = 2\nthree = 3\n")
    claude.write_file("b.py", "keeps = 'the event alive'\n")
    claude.stop()
    hooked.commit("A", "a.py")
    hooked.write("a.py", "one = 1\nthree = 3\n")
    hooked.commit("Without two", "a.py")
    hooked.write("a.py", "one = 1\ntwo = 2\nthree = 3\n")
    assert hooked.classes("a.py") == ["ai", "unknown", "ai"]


def test_recorded_people_are_named(hooked: GitRepo) -> None:
    """Lines that a tool recorded as typed are human, by name."""
    event = {"v": 1, "type": "human", "path": "a.py", "before": None, "after": "mine = 1\n"}
    hooked.write("a.py", "mine = 1\n")
    hooked.gitprov("capture", "generic", input=json.dumps({**event, "human": "Bob <bob@example.com>"}))
    hooked.git("add", "-A")
    (row,) = lines(hooked, "a.py")
    assert row["class"] == "human"


def test_crlf_on_disk_changes_nothing(hooked: GitRepo, claude: ClaudeSession) -> None:
    """Line ends that git converts do not make model's lines somebody else's."""
    hooked.git("config", "core.autocrlf", "true")
    hooked.write("a.py", "base = 0\r\n")
    hooked.commit("Base")
    claude.prompt("Add.")
    claude.write_file("a.py", "base = 0\r\none = 1\r\n")
    claude.stop()
    assert hooked.classes("a.py") == ["unknown", "ai"]


def test_no_inbox_no_answer(hooked: GitRepo) -> None:
    """Without any evidence an uncommitted line is unknown."""
    hooked.write("README", "a project\nmore\n")
    assert hooked.classes("README") == ["unknown", "unknown"]
