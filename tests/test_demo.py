"""The recorded session plays as it is documented to."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from demo.replay import LENGTH, MOMENT, RECORDING, Replay
from tests.support.repo import GitRepo

SILENT = ("sh", "-c", "cat >/dev/null")


@pytest.fixture
def replay(repo: GitRepo) -> Replay:
    """A replay whose payloads go nowhere."""
    return Replay(repo.path, env=repo.env, command=SILENT, start=0)


def test_the_session_is_the_promised_one(replay: Replay) -> None:
    """Three prompts, two files of the agent's, and developer edits between and after."""
    steps = replay.steps()
    prompts = [
        s for s in steps if s["do"] == "hook" and s["payload"]["hook_event_name"] == "UserPromptSubmit"
    ]
    assert len(prompts) == 3
    assert {s["path"] for s in steps if s["do"] == "agent"} == {"wordcount.py", "test_wordcount.py"}
    authors = [s["do"] for s in steps if s.get("path") == "wordcount.py" and s["do"] != "row"]
    assert authors == ["agent", "developer", "agent", "agent", "agent", "developer"]


def test_placeholders_are_filled(replay: Replay, repo: GitRepo) -> None:
    """No placeholder is left, and each path is under the repository or the sealed home."""
    text = json.dumps(replay.steps())
    assert "@" not in text
    assert str(repo.path) in text
    assert "1970-01-01T00:0" in text


def test_no_moment_lies_in_the_future() -> None:
    """A replay that starts LENGTH seconds ago is over by now."""
    assert max(int(n) for n in MOMENT.findall(RECORDING.read_text())) <= LENGTH


def test_parts_play_alone_and_in_order(replay: Replay, repo: GitRepo) -> None:
    """After the first part there is no command line yet; after the second there is, in the developer's wording."""
    replay.play("project", "first")
    assert "argparse" not in repo.read("wordcount.py")
    replay.play("second")
    assert 'help="a text file, UTF-8"' in repo.read("wordcount.py")
    transcripts = list((Path(repo.env["HOME"]) / ".claude/projects").glob("*/*.jsonl"))
    assert len(transcripts) == 1


def test_unknown_part_is_refused(replay: Replay) -> None:
    """A part that is not in the recording is named together with those that are."""
    with pytest.raises(ValueError, match=r"third.*first"):
        replay.play("third")
