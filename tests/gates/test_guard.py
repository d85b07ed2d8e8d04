"""`gitprov guard`: an agent's hook before a tool, with answers of registries from the cache."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from gitprov.agents.payloads.before_tool import ShellCall
from gitprov.flow.gates import guard
from gitprov.model.package import PackageFacts, absent
from gitprov.store.index.answers import Answers
from tests.support.registry import Reply, running
from tests.support.repo import GitRepo

#: An address where nobody listens: processes answer from the cache, whatever the machine's load.
NOBODY = "http://127.0.0.1:9"
DAY = 86400.0
OLD = PackageFacts(True, first=1_500_000_000.0, releases=30, source="127.0.0.1")
ANSWERS = {
    "requests": OLD,
    "pyjokes": OLD,
    "requestss": OLD._replace(first=time.time() - 30 * DAY, releases=1),
    "fastapi-turbo-auth": absent("127.0.0.1"),
    "no-such-package-at-all": absent("127.0.0.1"),
    "other": absent("127.0.0.1"),
}


def fill_cache(repo: GitRepo, answers: dict[str, PackageFacts]) -> None:
    """Keep answers of both registries."""
    with Answers(str(Path(repo.env["XDG_CACHE_HOME"]) / "gitprov" / "answers.db")) as cache:
        for address in (f"{NOBODY}/simple", NOBODY):
            cache.put(address, answers.items(), time.time())


@pytest.fixture
def project(repo: GitRepo) -> GitRepo:
    """A repository whose installers are configured, with answers in the cache."""
    repo.env["PIP_INDEX_URL"] = f"{NOBODY}/simple"
    repo.env["npm_config_registry"] = NOBODY
    repo.write("a.txt", "a\n")
    repo.commit("Begin")
    fill_cache(repo, ANSWERS)
    return repo


def run(
    repo: GitRepo, payload: bytes, *args: str, cwd: str | None = None
) -> subprocess.CompletedProcess[bytes]:
    """A run of the hook. It never fails and never writes to stderr."""
    words = [sys.executable, "-m", "gitprov", "guard", *args]
    done = subprocess.run(
        words, input=payload, capture_output=True, env=repo.env, cwd=cwd or repo.path, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")
    return done


def reason(repo: GitRepo, command: str, *args: str) -> str:
    """Why a command is refused; empty where it passes."""
    payload = {"hook_event_name": "PreToolUse", "tool_name": "Bash", "tool_input": {"command": command}}
    done = run(repo, json.dumps({**payload, "cwd": str(repo.path)}).encode(), *args)
    if not done.stdout:
        return ""
    answer = json.loads(done.stdout)["hookSpecificOutput"]
    assert answer["permissionDecision"] == "deny"
    return str(answer["permissionDecisionReason"])


def record(repo: GitRepo) -> list[tuple[str, str, str]]:
    """(outcome, package, rule) of the record."""
    rows: list[dict[str, Any]] = json.loads(repo.gitprov("guard", "--json").stdout)["packages"]
    return [(row["outcome"], row["package"], row["rule"]) for row in rows]


def test_names_that_are_refused(project: GitRepo) -> None:
    """Absent names, squats and names that were absent before; the reason names each, the memory keeps them."""
    text = reason(project, "cd /tmp && python -m pip install -q requests fastapi-turbo-auth==1.2 | tail -3")
    assert "there is no package fastapi-turbo-auth on 127.0.0.1 (deps/nonexistent)" in text
    assert "requests" not in text
    text = reason(project, "uv add requestss")
    assert "requestss looks like requests" in text
    assert text.count("is requests meant?\n") == 1
    assert "fastapi-turbo-auth" in project.git("show", "refs/gitprov/phantoms:names").stdout
    fill_cache(project, {"fastapi-turbo-auth": OLD})
    text = reason(project, "pip install fastapi-turbo-auth", "claude-code")
    assert "did not exist when it was looked up on" in text
    assert record(project) == [
        ("refused", "fastapi-turbo-auth", "deps/nonexistent"),
        ("refused", "requestss", "deps/typosquat"),
        ("refused", "fastapi-turbo-auth", "deps/resurrected"),
    ]
    assert "refused  pypi requestss  deps/typosquat\n" in project.gitprov("guard", "--log").stdout


def test_what_passes(project: GitRepo) -> None:
    """Real packages, other commands, and what cannot be determined, which is recorded."""
    for command in ("pip install requests 'pyjokes>=0.1'", "ls", "pip install -r requirements.txt"):
        assert reason(project, command) == ""
    assert record(project) == []
    assert reason(project, "pip install secret && pip install --extra-index-url https://x other") == ""
    assert record(project) == [("unknown", "secret", ""), ("unknown", "other", "")]


def test_registries_are_asked(repo: GitRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the cache has no answer; one that fails makes the name unknown."""
    monkeypatch.setattr(guard, "_PATIENCE", 60.0)
    with running() as server:
        server.pypi("requests")
        server.add("/simple/dark/", Reply(401))
        env = {**repo.env, "PIP_INDEX_URL": f"{server.address}/simple"}
        call = ShellCall("codex", "pip install requests dark gone", str(repo.path))
        moment = guard.GuardMoment(time.time(), env, "/", env["XDG_CACHE_HOME"])
        answers = [guard.guard(call, moment) for _ in range(2)]
        paths = [path for _, path, _ in server.requests]
    for answer in answers:
        assert [refusal.item.name for refusal in answer.refusals] == ["gone"]
        assert [item.name for item, _ in answer.unknown] == ["dark"]
    assert paths.count("/simple/gone/") == 1
    assert paths.count("/simple/dark/") == 2


def test_a_project_may_allow(project: GitRepo) -> None:
    """Rules that the policy switches off, and squats that the project's own files name already."""
    project.write("requirements.txt", "requestss\n")
    project.git("add", ".")
    assert reason(project, "pip install requestss") == ""
    project.write(".gitprov.toml", '[checks.deps.severity]\n"deps/nonexistent" = "off"\n')
    assert reason(project, "pip install no-such-package-at-all") == ""


def test_failures_let_the_command_pass(project: GitRepo) -> None:
    """Silently for the agent; doctor's log has what went wrong."""
    for payload in (b"", b"{", b"[" * 100_000, b"\xff\xfe"):
        assert run(project, payload).stdout == b""
    assert run(project, b"{}", "no-such-agent").stdout == b""
    project.write(".gitprov.toml", "[[[")
    assert reason(project, "pip install no-such-package-at-all") == ""
    logs = list((project.path / ".git" / "gitprov" / "inbox").glob("*/log"))
    text = logs[0].read_text()
    assert "guard: ConfigError" in text
    assert "there is no agent no-such-agent" in text


def test_outside_of_a_repository(project: GitRepo) -> None:
    """The same refusals, and nothing is recorded."""
    payload = {"toolName": "bash", "cwd": "/", "toolArgs": {"command": "npm i no-such-package-at-all"}}
    done = run(project, json.dumps(payload).encode(), cwd="/")
    answer = json.loads(done.stdout)
    assert answer["permissionDecision"] == "deny"
    assert "no-such-package-at-all" in answer["permissionDecisionReason"]


def test_help_has_the_settings(project: GitRepo) -> None:
    """One unbroken line of JSON for each agent."""
    shown = project.gitprov("guard", "--help").stdout
    rows = [json.loads(row) for row in shown.splitlines() if row.strip().startswith("{")]
    assert len(rows) == 5
