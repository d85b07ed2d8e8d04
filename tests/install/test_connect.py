"""Hooks files of agents other than Claude Code: merged in, shown, taken out again byte for byte."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gitprov.agents.payloads import table
from gitprov.errors import ConfigError
from gitprov.flow.setup import agent_files, connect, setting_lines
from gitprov.store.setup import json_comments, originals
from tests.support.repo import GitRepo

MINE = """{
  // my own settings
  "theme": "dark", /* nice */
  "hooks": {
    "AfterTool": [
      {"matcher": "*", "hooks": [{"type": "command", "command": "say done"}]}, // keep
    ],
  },
}
"""
TEXTS = [
    MINE,
    "{}",
    "{}\n",
    "{ }\n",
    '{"hooks": {}}\n',
    "{\n  // nothing yet\n}\n",
    '\ufeff{\r\n\t"a": [1]\r\n}\r\n',
]
EDITED = [
    row for row in table.ROWS if row.hooks is not None and row.hooks.style in (table.NESTED, table.FLAT)
]


@pytest.mark.parametrize("text", TEXTS)
def test_json_with_comments(text: str) -> None:
    """Our hooks are added for every event, once, and comments and everything else keep their bytes."""
    for row in EDITED:
        assert row.hooks is not None
        after = agent_files.added("p", text, row, row.hooks)
        assert agent_files.missing("p", after, row.hooks) == []
        assert agent_files.added("p", after, row, row.hooks) == after
        for comment in ("// my own settings", "/* nice */", "// keep", "// nothing yet"):
            assert (comment in text) == (comment in after)
        old, new = json_comments.loads(text), json_comments.loads(after)
        assert [new[key] for key in old if key != "hooks"] == [old[key] for key in old if key != "hooks"]
        bare = agent_files.removed("p", after, row.hooks)
        assert bare is not None
        assert agent_files.missing("p", bare, row.hooks) == [*row.hooks.events]
        assert "say done" not in text or "say done" in bare


@pytest.mark.parametrize(
    "text", ["[", "[]", '{"hooks": []}', '{"hooks": {"Stop": 1, "AfterTool": 1}}', "{,}"]
)
def test_a_damaged_file_is_left_alone(text: str) -> None:
    """Settings that cannot be read are named in an error."""
    for row in EDITED:
        assert row.hooks is not None
        with pytest.raises(ConfigError, match="the/file cannot be read"):
            agent_files.added("the/file", text, row, row.hooks)


def test_a_flag_is_set_where_it_is_absent() -> None:
    """A setting that the user switched off stays off; an absent one is switched on, in JSON and in TOML."""
    row = table.row_of("gemini")
    assert row is not None
    assert row.hooks is not None
    after = json_comments.loads(
        agent_files.added("p", '{"tools": {"enableHooks": false}, "hooksConfig": 1}', row, row.hooks)
    )
    assert (after["tools"], after["hooksConfig"]) == ({"enableHooks": False}, 1)
    text = "# mine\n[features]\nx = 1 # one\n"
    assert agent_files.toml_switched_on("p", text, ("features", "hooks")) == text + "hooks = true\n"
    off = "[features]\nhooks = false\n"
    assert agent_files.toml_switched_on("p", off, ("features", "hooks")) == off
    assert agent_files.toml_value(off, ("features", "hooks")) is False
    assert agent_files.toml_value("= 1", ("features",)) is None
    for damaged in ("= 1", "features = 1\n"):
        with pytest.raises(ConfigError):
            agent_files.toml_switched_on("p", damaged, ("features", "hooks"))


def test_install_shows_and_uninstall_restores(repo: GitRepo) -> None:
    """Installing twice changes nothing more; the diff and the trust step are shown; all bytes come back."""
    texts = {".gemini/settings.json": MINE, ".codex/config.toml": "# mine\nmodel = 'm'\n"}
    for path, text in texts.items():
        repo.write(path, text)
    names = ",".join(connect.NAMES)
    before = tree(repo.path)
    shown = repo.gitprov("install", "--agents", names, "--dry-run")
    assert '+  "hooks"' in shown.stdout or '+    "' in shown.stdout
    assert "/hooks" in shown.stderr
    assert tree(repo.path) == before
    repo.install("--agents", names)
    installed = tree(repo.path)
    for row in table.ROWS:
        if row.hooks is not None and row.hooks.project is not None:
            own = [name for name in installed if name.startswith(row.hooks.project)]
            assert own
            for name in own if row.hooks.style != table.LINES else ():
                assert f"gitprov capture {row.name}".encode() in installed[name]
                assert b"allow" not in installed[name]
    again = repo.gitprov("install", "--agents", names)
    assert "already installed" in again.stdout
    assert tree(repo.path) == installed
    repo.gitprov("uninstall")
    assert tree(repo.path) == before


def test_a_command_without_a_shell() -> None:
    """Where no shell runs the hooks the command is plain words; no hook stands before a tool and decides."""
    row = table.row_of("antigravity")
    assert row is not None
    assert row.hooks is not None
    hooks = json_comments.loads(agent_files.added("p", None, row, row.hooks))["hooks"]
    (entry,) = hooks.pop("PostToolUse")
    assert hooks == {}
    assert [call["command"] for call in entry["hooks"]] == ["gitprov capture antigravity PostToolUse"]


AIDER = table.row_of("aider")


@pytest.mark.parametrize(
    ("text", "after"),
    [
        (None, "git-commit-verify: true  # gitprov install wrote this line\n"),
        ("model: m", "model: m\ngit-commit-verify: true  # gitprov install wrote this line\n"),
        ("git-commit-verify: false\n", "git-commit-verify: false\n"),
        ("git-commit-verify : true # mine\n", "git-commit-verify : true # mine\n"),
    ],
)
def test_lines_of_settings(text: str | None, after: str) -> None:
    """A key that no line sets gets a line at the end; what a person set stays."""
    assert AIDER is not None
    assert AIDER.hooks is not None
    assert agent_files.added("p", text, AIDER, AIDER.hooks) == after
    assert agent_files.missing("p", after, AIDER.hooks) == []
    mine = None if text is None else text if text.endswith("\n") else text + "\n"
    assert agent_files.removed("p", after, AIDER.hooks) == mine
    assert bool(setting_lines.differing(after, AIDER.hooks)) == ("false" in after)


def test_settings_that_are_no_lines(repo: GitRepo) -> None:
    """YAML in braces is left alone; a person's other value is shown, and counts as not connected."""
    repo.write(".aider.conf.yml", "{model: m}\n")
    refused = repo.gitprov("install", "--agents", "aider", check=False)
    assert (refused.returncode, "add by hand" in refused.stderr) == (2, True)
    repo.write(".aider.conf.yml", "git-commit-verify: false\n")
    assert "another value" in repo.gitprov("install", "--agents", "aider").stderr
    assert "not connected" in repo.gitprov("doctor", check=False).stdout


def test_a_file_that_changed_since_loses_our_hooks_only(repo: GitRepo) -> None:
    """What a user added after the installation stays."""
    repo.install("--agents", "gemini,copilot")
    path = repo.path / ".gemini/settings.json"
    settings = json.loads(path.read_text())
    path.write_text(json.dumps({**settings, "later": True}, indent=3))
    repo.gitprov("uninstall")
    assert json.loads(path.read_text()) == {
        "tools": {"enableHooks": True},
        "hooksConfig": {"enabled": True},
        "later": True,
    }
    assert not (repo.path / ".github").exists()


def test_user_scope_detected_and_refused(repo: GitRepo) -> None:
    """`detected` connects the agents that are in use, in the home directory with --scope user."""
    home = Path(repo.env["HOME"])
    (home / ".codex").mkdir(parents=True)
    repo.gitprov("install", "--agents", "detected", "--scope", "user")
    assert "gitprov capture codex" in (home / ".codex/hooks.json").read_text()
    assert (home / ".codex/config.toml").read_text().strip() == "[features]\nhooks = true"
    assert not (home / ".gemini").exists()
    repo.gitprov("uninstall", "--user")
    assert not (home / ".codex").exists() or not list((home / ".codex").iterdir())
    repo.write(".github/hooks/gitprov.json", "{}\n")
    assert repo.gitprov("install", "--agents", "copilot", check=False).returncode == 2
    assert repo.gitprov("install", "--agents", "nobody", check=False).returncode == 2
    assert repo.gitprov("install", "--agents", "codex", "--scope", "moon", check=False).returncode == 2


def test_originals_that_are_damaged_are_none(tmp_path: Path) -> None:
    """A record that cannot be read restores nothing."""
    (tmp_path / "agent-files.json").write_text(
        '{"a": 1, "b": {"before": 7, "after": ""}, "c": {"before": "!"}}'
    )
    assert originals.load(str(tmp_path)) == {}


def tree(top: Path) -> dict[str, bytes]:
    """Every file of a work tree outside of `.git`, by its relative path."""
    return {
        str(path.relative_to(top)): path.read_bytes()
        for path in top.rglob("*")
        if path.is_file() and ".git" not in path.relative_to(top).parts
    }


def test_doctor_lists_agents(repo: GitRepo) -> None:
    """Agents that are here, and those that are connected, with what remains to be done."""
    (repo.path / ".gemini").mkdir()
    repo.install("--agents", "codex,claude-code")
    shown = repo.gitprov("doctor", check=False).stdout
    assert "agent: Codex CLI: connected (project), not heard from yet; run /hooks" in shown
    assert "agent: Claude Code: connected (project)" in shown
    assert "agent: Gemini CLI: here, not connected: gitprov install --agents gemini" in shown
    repo.write(".codex/hooks.json", "[")
    assert "agent: Codex CLI: here, not connected" in repo.gitprov("doctor", check=False).stdout
