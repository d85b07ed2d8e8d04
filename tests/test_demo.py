"""The demo: the recorded session plays as documented, every step does what it says, and the README shows it."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest

from demo import drift
from demo.replay import LENGTH, MOMENT, RECORDING, Replay
from demo.story import Stage
from gitprov.sandbox.run import BACKENDS, usable
from tests.support.repo import GitRepo, run
from tests.support.sealed import ROOT, sealed_env

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


SHOWN = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)
#: What differs from run to run.
CHANGING = (
    (re.compile(r"gen_\d{8}_[0-9a-f]{10}"), "gen_"),
    (re.compile(r"\b[0-9a-f]{8,40}\b"), "hex"),
    (re.compile(r"\w{3} \w{3} +\d+ [\d:]{8} \d{4} [+-]\d{4}"), "date"),
)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What a fresh run of the demo prints, without a terminal; it has to end well."""
    top = tmp_path_factory.mktemp("demo")
    env = sealed_env(top)
    # The demo seals itself; it must not need what a test's environment gives to commits.
    for name in [name for name in env if name.startswith("GIT_")]:
        del env[name]
    done = run([str(ROOT / "demo/run")], cwd=top, env=env, check=False)
    assert done.returncode == 0, done
    return done.stdout


def steady(text: str) -> list[str]:
    """Lines without indentation, ids and dates."""
    for pattern, word in CHANGING:
        text = pattern.sub(word, text)
    return [line.strip() for line in text.splitlines()]


@pytest.mark.slow
def test_the_demo_does_what_it_says(told: str) -> None:
    """Every step checks itself; each is explained, and all of it can be read on 100 columns."""
    assert "Every step did what it says." in told
    assert [line for line in told.splitlines() if len(line) > 100] == []
    assert [int(line.split(".")[0]) for line in told.splitlines() if re.match(r"\d+\. ", line)] == list(
        range(1, 12)
    )


@pytest.mark.slow
def test_the_demo_leaves_nothing_behind(told: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The throw-away repository is gone."""
    assert "~/wordcount" in told
    left = tmp_path_factory.getbasetemp().glob("demo*/tmp/gitprov-demo-*")
    assert list(left) == []


@pytest.mark.slow
def test_the_readme_shows_what_the_demo_prints(told: str) -> None:
    """Each output in the README is a fresh run's, apart from ids and dates; `…` stands for lines left out."""
    printed = "\n".join(steady(told))
    blocks = SHOWN.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    assert len(blocks) >= 4
    for block in blocks:
        for part in "\n".join(steady(block)).split("\n…\n"):
            assert part in printed, part


def test_a_step_that_fails_ends_the_demo(tmp_path: Path) -> None:
    """Where a command is not what it should be, the demo says which and exits 1."""
    env = sealed_env(tmp_path)
    (tmp_path / "fake").mkdir()
    (tmp_path / "fake/gitprov").write_text("#!/bin/sh\nexit 7\n")
    (tmp_path / "fake/gitprov").chmod(0o755)
    env["PATH"] = f"{tmp_path / 'fake'}:{env['PATH']}"
    done = run([str(ROOT / "demo/run")], cwd=tmp_path, env=env, check=False)
    assert done.returncode == 1
    assert "gitprov install" in done.stderr


def test_without_our_commands_there_is_no_demo(tmp_path: Path, env: dict[str, str]) -> None:
    """Run before anything was installed, the demo names what is missing and how to get it."""
    env["PATH"] = "/usr/bin:/bin"
    env["PYTHON"] = sys.executable
    done = run([str(ROOT / "demo/run")], cwd=tmp_path, env=env, check=False)
    assert done.returncode == 3
    assert "make demo" in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    "number",
    [pytest.param(0, marks=pytest.mark.wide), pytest.param(1, marks=pytest.mark.wide), 2],
)
def test_the_demo_of_drift(
    tmp_path: Path, env: dict[str, str], monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """An edit of a prompt moves what the generated code does; the alarm comes, and the search names that edit."""
    if not any(map(usable, BACKENDS[:-1])):
        pytest.skip("no sandbox but the weak one works on this machine")
    monkeypatch.setattr(drift, "STORIES", drift.STORIES[number : number + 1])
    monkeypatch.setenv("PATH", env["PATH"])
    drift.story(Stage(tmp_path, "shop"))
