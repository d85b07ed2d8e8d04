"""Codex, Gemini CLI and Claude Code as they are: hooks that gitprov installed, a scripted model, one commit.

They are skipped unless GITPROV_AGENTS names a folder in which npm installed them (`make test-agents`).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from gitprov.agents.payloads import table
from tests.agents.real.model_server import MODEL, Step, serving
from tests.support.repo import GitRepo

PLACE = Path(os.environ.get("GITPROV_AGENTS", "/nowhere"))
pytestmark = pytest.mark.skipif("GITPROV_AGENTS" not in os.environ, reason="`make test-agents` runs these")

TEXT = "def hello():\n    return 'hello'\n"
COMMAND = "printf 'one\\ntwo\\n' > gen.txt && sed -i 's/^third/shell/' app.py"
PATCH = "*** Begin Patch\n*** Add File: hello.py\n+def hello():\n+    return 'hello'\n*** End Patch\n"
EDIT = "*** Begin Patch\n*** Update File: app.py\n@@\n first\n-second\n+edited\n third\n*** End Patch\n"


class RealAgent(NamedTuple):
    """One agent. `prepare` writes its settings for a server and returns its environment; `words` start it."""

    package: str
    program: str
    script: Callable[[str], list[Step]]
    prepare: Callable[[GitRepo, str], dict[str, str]]
    words: tuple[str, ...]


def _plain_steps(names: tuple[str, str, str], reads: bool) -> Callable[[str], list[Step]]:
    write, edit, shell = names

    def steps(root: str) -> list[Step]:
        path = f"{root}/app.py"
        change = {"file_path": path, "old_string": "second", "new_string": "edited", "instruction": "Edit"}
        return [
            Step(((write, {"file_path": f"{root}/hello.py", "content": TEXT}),)),
            *([Step((("Read", {"file_path": path}),))] if reads else []),
            Step(((edit, {name: value for name, value in change.items() if not reads or name[0] != "i"}),)),
            Step(((shell, {"command": COMMAND, "description": "Write"}),)),
        ]

    return steps


def _codex_steps(_root: str) -> list[Step]:
    def patched(text: str) -> Step:
        heredoc = f"apply_patch <<'EOP'\n{text}EOP\n"
        through = [("exec_command", {"cmd": heredoc}), ("shell_command", {"command": heredoc})]
        return Step((("apply_patch", text), *through))

    commands = (("exec_command", {"cmd": COMMAND}), ("shell_command", {"command": COMMAND}))
    return [patched(PATCH), patched(EDIT), Step(commands)]


def _codex(repo: GitRepo, url: str) -> dict[str, str]:
    place = Path(repo.env["HOME"]) / ".codex"
    place.mkdir(parents=True, exist_ok=True)
    (place / "config.toml").write_text(
        'model = "gpt-5.5"\nmodel_provider = "scripted"\ncheck_for_update_on_startup = false\n'
        f'[model_providers.scripted]\nname = "scripted"\nbase_url = "{url}/v1"\nwire_api = "responses"\n'
        'env_key = "SCRIPTED_KEY"\n[features]\nhooks = true\n[analytics]\nenabled = false\n'
        f'[projects."{repo.path}"]\ntrust_level = "trusted"\n'
    )
    return {"SCRIPTED_KEY": "dummy"}


def _gemini(repo: GitRepo, url: str) -> dict[str, str]:
    path = Path(repo.env["HOME"]) / ".gemini/settings.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    settings = {
        "security": {"auth": {"selectedType": "gemini-api-key"}},
        "general": {"disableAutoUpdate": True, "enableAutoUpdate": False},
        "privacy": {"usageStatisticsEnabled": False},
        "telemetry": {"enabled": False},
    }
    path.write_text(json.dumps(settings))
    return {
        "GEMINI_API_KEY": "dummy",
        "GOOGLE_GEMINI_BASE_URL": url,
        "GEMINI_CLI_TRUST_WORKSPACE": "true",
    }


def _claude(_repo: GitRepo, url: str) -> dict[str, str]:
    quiet = dict.fromkeys(
        ("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "DISABLE_AUTOUPDATER", "DISABLE_TELEMETRY"), "1"
    )
    return {"ANTHROPIC_BASE_URL": url, "ANTHROPIC_API_KEY": "dummy", **quiet}


AGENTS = {
    "codex": RealAgent(
        "@openai/codex",
        "codex",
        _codex_steps,
        _codex,
        ("exec", "--dangerously-bypass-approvals-and-sandbox", "--dangerously-bypass-hook-trust"),
    ),
    "gemini": RealAgent(
        "@google/gemini-cli",
        "gemini",
        _plain_steps(("write_file", "replace", "run_shell_command"), reads=False),
        _gemini,
        ("--approval-mode", "yolo", "--skip-trust", "-m", "gemini-2.5-flash", "-o", "json", "-p"),
    ),
    "claude-code": RealAgent(
        "@anthropic-ai/claude-code",
        "claude",
        _plain_steps(("Write", "Edit", "Bash"), reads=True),
        _claude,
        (
            *("--model", "claude-opus-4-5-20251101", "--permission-mode", "acceptEdits"),
            *("--allowedTools", "Bash Edit Write Read", "--output-format", "json", "-p"),
        ),
    ),
}


def work(repo: GitRepo, name: str, *before: str) -> None:
    """Let an agent work in a repository, against the scripted server; `before`: words before its program, in which
    `{}` is the address of the server.
    """
    agent = AGENTS[name]
    program = shutil.which(agent.program, path=str(PLACE / "node_modules/.bin"))
    if program is None:
        pytest.skip(f"{agent.package} is not installed")
    with serving(agent.script(str(repo.path))) as server:
        nowhere = dict.fromkeys(("HTTPS_PROXY", "https_proxy"), "http://127.0.0.1:9")
        local = dict.fromkeys(("NO_PROXY", "no_proxy"), "127.0.0.1,localhost")
        env = {**repo.env, **agent.prepare(repo, server.url), **nowhere, **local, "TERM": "dumb"}
        done = subprocess.run(
            [*(word.format(server.url) for word in before), program, *agent.words, "Please make a greeting"],
            cwd=repo.path,
            env=env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    said = f"exit {done.returncode}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}\n{server.requests}"
    assert (repo.path / "gen.txt").exists(), said


@pytest.fixture
def started(hooked: GitRepo) -> GitRepo:
    """A repository with a file that the agent edits."""
    hooked.write("app.py", "first\nsecond\nthird\n")
    hooked.commit("Start")
    return hooked


@pytest.mark.parametrize("name", ["claude-code", "gemini"])
def test_a_real_agent_behind_the_proxy(started: GitRepo, name: str) -> None:
    """Without hooks and transcripts, lines of the agent's calls of tools are its own, with the prompt; what a command
    wrote is unknown. Its key is nowhere below .git.
    """
    started.git("config", "gitprov.sweep", "false")
    work(started, name, "gitprov", "proxy", "--agent", "behind", "--upstream", "{}", "--")
    started.git("add", "hello.py", "app.py", "gen.txt")
    started.commit_staged("Work")
    assert started.classes("hello.py") == ["ai", "ai"]
    assert started.classes("app.py") == ["unknown", "ai", "unknown"]
    assert started.classes("gen.txt") == ["unknown", "unknown"]
    rows = started.ai_blame("hello.py")["lines"]
    assert {(row["agent"], row["model"]) for row in rows} == {("behind", MODEL)}
    (trace,) = {row["trace"] for row in rows}
    assert "Please make a greeting" in started.generation_file(trace, "prompt.txt").decode()
    assert started.generation(trace)["agent"]["host"] == "proxy"


@pytest.mark.parametrize("name", AGENTS)
def test_a_real_agent(started: GitRepo, name: str) -> None:
    """What the agent writes, edits and generates by a command is its own, with the prompt that it was given."""
    hooked = started
    hooked.install("--agents", name)
    hooked.git("add", "-A")
    hooked.commit("Hooks of gitprov")
    work(hooked, name)
    log = hooked.inbox() / "log"
    assert not log.exists() or log.read_text() == ""
    hooked.git("add", "hello.py", "app.py", "gen.txt")
    hooked.commit_staged("Work")
    assert hooked.classes("hello.py") == ["ai", "ai"]
    assert hooked.classes("app.py") == ["unknown", "ai", "ai"]
    assert hooked.classes("gen.txt") == ["ai", "ai"]
    rows = hooked.ai_blame("hello.py")["lines"]
    assert {row["agent"] for row in rows} == {table.recorded_as(name)}
    assert {row["model"] for row in rows} <= {MODEL, "gpt-5.5", "gemini-2.5-flash"}
    (trace,) = {row["trace"] for row in rows}
    assert hooked.generation_file(trace, "prompt.txt").decode() == "Please make a greeting"
    assert hooked.generation(trace)["agent"].get("host") in ("cli", "sdk", None)


@pytest.mark.parametrize("name", AGENTS)
def test_the_version_is_that_of_the_table(name: str) -> None:
    """An agent of another version than the table names needs new recordings."""
    package = PLACE / "node_modules" / AGENTS[name].package / "package.json"
    row = table.row_of(name)
    if not package.exists():
        pytest.skip(f"{name} is not installed")
    assert row is not None
    assert json.loads(package.read_text())["version"] == row.checked.partition(",")[0]
