"""`gitprov acp` between an editor and an agent, in a repository with installed hooks."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.acp.fake_editor import FakeEditor
from tests.support.recorded import lines
from tests.support.repo import GitRepo, run_bytes

START = "one = 1\ntwo = 2\nthree = 3\n"


@pytest.fixture
def project(hooked: GitRepo) -> GitRepo:
    """A repository with one file that a person wrote."""
    hooked.write("a.py", START)
    hooked.commit("Start")
    return hooked


def blame(repo: GitRepo, path: str) -> list[dict[str, Any]]:
    """The rows of `git ai-blame --json`."""
    rows: list[dict[str, Any]] = json.loads(repo.git("ai-blame", "--json", "--", path).stdout)["lines"]
    return rows


@pytest.mark.slow
@pytest.mark.parametrize(("style", "version"), [("whole", 1), ("fragment", 2)])
def test_a_session_becomes_evidence(project: GitRepo, style: str, version: int) -> None:
    """Lines of writes and of diffs of either kind are the agent's, with prompt, model, tokens and host."""
    with FakeEditor(project, style, version) as editor:
        editor.prompt("Write b", ["write", "b.py", "b = 1\n"])
        done = editor.prompt(
            "Change a",
            ["replace", "a.py", "two = 2", "two = 22\nmore = 5"],
            ["replace", "a.py", "three = 3", "three = 33"],
        )
        editor.prompt("Refused", ["replace", "a.py", "one = 1", "one = 11", "failed"])
        editor.prompt("Quietly", ["silent", "b.py", "b = 1\nc = 2\n"])
    assert done["result"]["stopReason"] == "end_turn"
    assert editor.process.returncode == 0
    project.commit("Edits")
    assert [(row["text"], row["class"], row["agent"]) for row in blame(project, "a.py")] == [
        ("one = 1", "unknown", None),
        ("two = 22", "ai", "fake-agent"),
        ("more = 5", "ai", "fake-agent"),
        ("three = 33", "ai", "fake-agent"),
    ]
    assert lines(project, "b.py") == [
        ("ai", "fake-agent", "fake-model", "b = 1"),
        ("ai", "fake-agent", "fake-model", "c = 2"),
    ]
    trace = blame(project, "a.py")[1]["trace"]
    record = json.loads(project.generation_file(trace, "record.json"))
    assert record["agent"] == {"name": "fake-agent", "version": "1.2.3", "host": "acp"}
    assert record["usage"] == {"input_tokens": 7, "output_tokens": 5}
    assert project.generation_file(trace, "prompt.txt").startswith(b"Change a")
    assert project.generation_file(trace, "output.txt").endswith(b"\n\nDone.")


@pytest.mark.slow
def test_a_secret_is_in_no_object(project: GitRepo) -> None:
    """Secrets in a prompt, in an answer and in an edit that failed are in no object of git."""
    secret = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
    with FakeEditor(project) as editor:
        steps = (["say", f"the key is {secret}"], ["write", "b.py", "b = 1\n"])
        editor.prompt(f"use the key {secret}", *steps, ["replace", "a.py", "two = 2", "two = 22"])
        editor.prompt("Refused", ["replace", "a.py", "one = 1", f"key = '{secret}'", "failed"])
    project.commit("Edits")
    assert project.classes("a.py") == ["unknown", "ai", "unknown"]
    (trace,) = project.traces()
    assert b"the key is" in project.generation_file(trace["id"], "output.txt")
    assert "objects" not in project.holders(secret)


@pytest.mark.slow
def test_nothing_disturbs_the_stream(project: GitRepo) -> None:
    """Garbage, half lines, unknown methods and a replay pass and claim nothing; a signal ends both."""
    unknown = json.dumps({"jsonrpc": "2.0", "method": "_future/thing", "params": {"deep": "[" * 500}})
    with FakeEditor(project, "fragment", 1, "--agent", "renamed") as editor:
        editor.request("session/load", sessionId="s1", cwd=str(project.path), mcpServers=[])
        editor.prompt(
            "Noise",
            ["send", "no JSON\n\n\ufffd[[[\n" + "[" * 5000 + "\n"],
            ["send", unknown[:20]],
            ["send", unknown[20:] + "\n"],
            ["replace", "a.py", "two", "2wo"],
            ["replace", "b.py", "", "b = 1\n", "completed", False],
        )
        editor.prompt("End", ["exit", -15])
    assert editor.process.returncode == -15
    assert [row["method"] for row in editor.rows if row.get("method") == "_future/thing"] == ["_future/thing"]
    project.commit("Edits")
    assert [(row["text"], row["agent"]) for row in blame(project, "a.py")] == [
        ("one = 1", None),
        ("2wo = 2", "renamed"),
        ("three = 3", None),
    ]
    assert [row["agent"] for row in blame(project, "b.py")] == ["renamed"]


def test_bytes_and_exit_codes(project: GitRepo) -> None:
    """Every byte comes back as it was sent, without a line end too; exit codes are the agent's."""
    noise = bytes(range(256)) * 300 + b'\n{"id": 1, "method": "session/prompt"}\n' + b"x" * 200_000
    done = run_bytes(["gitprov", "acp", "--", "cat"], cwd=project.path, env=project.env, stdin=noise)
    assert (done.returncode, done.stdout, done.stderr) == (0, noise, b"")
    assert (
        run_bytes(["gitprov", "acp", "sh", "-c", "exit 7"], cwd=project.path, env=project.env).returncode == 7
    )
    absent = run_bytes(["gitprov", "acp", "--", "absent-agent"], cwd=project.path, env=project.env)
    assert (absent.returncode, absent.stdout) == (127, b"")
    assert run_bytes(["gitprov", "acp", "--agent"], cwd=project.path, env=project.env).returncode == 2
