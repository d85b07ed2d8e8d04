"""Capture hooks in an agent's settings: merged in, taken out, nothing else moved."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitprov.errors import ConfigError
from gitprov.store.setup import agent_settings, launchers, shims
from tests.install.shelf import recorder
from tests.support.repo import GitRepo, run

EVENTS = {
    "PreToolUse",
    "PostToolUse",
    "PostToolUseFailure",
    "UserPromptSubmit",
    "Stop",
    "SubagentStop",
    "SessionStart",
    "SessionEnd",
}
STYLES = [
    "{}",
    "{}\n",
    '{"model": "m"}',
    '{\n  "model": "m"\n}\n',
    '{\n\t"hooks": {},\n\t"permissions": {"allow": ["Bash(ls:*)", "Read"], "deny": []}\n}\n',
    '{ "hooks" : { "Stop" : [ { "hooks": [ {"type":"command","command":"say done"} ] } ] } }\n',
    '{\n    "hooks": {\n        "PreToolUse": [\n            {"matcher": "Bash"}\n        ]\n    },\n    "ü": "\\u00fc"\n}',
    '{\r\n  "a": [1,\r\n    2]\r\n}\r\n',
    '\ufeff{\n  "a": 1\n}\n',
]


def settings(path: Path) -> Any:
    """A settings file, parsed."""
    return json.loads(path.read_text())


@pytest.mark.parametrize("text", STYLES)
def test_everything_else_stays_byte_for_byte(text: str) -> None:
    """With our hooks cut out again the text is the very same, in every style of writing JSON."""
    after = agent_settings.added("p", text)
    assert agent_settings.missing("p", after) == []
    old, new = json.loads(text.removeprefix("\ufeff")), json.loads(after.removeprefix("\ufeff"))
    assert [key for key in new if key != "hooks"] == [key for key in old if key != "hooks"]
    assert agent_settings.added("p", after) == after
    without_empty = text.replace('\n\t"hooks": {},', "")
    assert agent_settings.removed("p", after) == (None if text == "{}\n" else without_empty)


@given(
    st.dictionaries(
        st.text(max_size=8).filter(lambda key: key != "hooks"),
        st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=5),
        max_size=4,
    ),
    st.sampled_from([None, 1, 2, 4, "\t"]),
    st.booleans(),
)
@pytest.mark.slow
def test_any_settings_come_back(values: dict[str, Any], indent: int | str | None, ascii_only: bool) -> None:
    """Adding and removing our hooks is the identity on any document without hooks, however it is written."""
    text = json.dumps(values, indent=indent, ensure_ascii=ascii_only) + "\n"
    after = agent_settings.added("p", text)
    assert {**json.loads(after), "hooks": None} == {**values, "hooks": None}
    back = agent_settings.removed("p", after)
    assert (back if values else "{}\n") == (text if values else "{}\n")


def test_the_project_gets_the_hooks(repo: GitRepo) -> None:
    """Every event calls our capture with a timeout; only events of tools have a matcher; no permission is given."""
    repo.install("--agents", "claude-code")
    found = settings(repo.path / ".claude/settings.json")
    assert set(found) == {"hooks"}
    assert set(found["hooks"]) == EVENTS
    for event, entries in found["hooks"].items():
        (entry,) = entries
        assert entry["hooks"] == [{"type": "command", "command": agent_settings.COMMAND, "timeout": 10}]
        assert entry.get("matcher") == (
            "Write|Edit|MultiEdit|NotebookEdit|Bash" if "ToolUse" in event else None
        )


def test_uninstalling_removes_a_file_of_ours_alone(repo: GitRepo) -> None:
    """A settings file that held nothing but our hooks goes; one with anything else keeps that."""
    path = repo.path / ".claude/settings.json"
    repo.install("--agents", "claude-code")
    repo.gitprov("uninstall")
    assert not path.exists()
    repo.write(".claude/settings.json", STYLES[6])
    repo.install()
    assert agent_settings.missing("p", path.read_text()) == []
    repo.gitprov("uninstall")
    assert path.read_text() == STYLES[6]


@pytest.mark.parametrize("text", ['{"hooks":{}}', '{"hooks": {"PreToolUse": []}, "model": "m"}\n'])
def test_empty_hooks_of_the_user_come_back(repo: GitRepo, text: str) -> None:
    """Settings with hooks that are empty are the same bytes after an installation and its removal."""
    path = repo.write(".claude/settings.json", text)
    repo.install("--agents", "claude-code")
    assert path.read_text() != text
    repo.gitprov("uninstall")
    assert path.read_text() == text


def test_a_project_that_uses_claude_is_connected_by_default(repo: GitRepo) -> None:
    """With a .claude directory in the project the default connects it; --agents none does not."""
    (repo.path / ".claude").mkdir()
    repo.install("--agents", "none")
    assert list((repo.path / ".claude").iterdir()) == []
    repo.install()
    assert agent_settings.missing("p", (repo.path / ".claude/settings.json").read_text()) == []


def test_a_project_without_claude_is_left_alone(repo: GitRepo) -> None:
    """A .claude in the home directory alone is worth a hint and no file."""
    (Path(repo.env["HOME"]) / ".claude").mkdir()
    hint = repo.gitprov("install").stderr
    assert "--agents claude-code" in hint
    assert not (repo.path / ".claude").exists()
    assert list((Path(repo.env["HOME"]) / ".claude").iterdir()) == []


def test_user_settings_serve_all_projects(tmp_path: Path, env: dict[str, str]) -> None:
    """--user works outside of repositories too, follows a link to where dotfiles are kept, and keeps the mode."""
    real = tmp_path / "dotfiles.json"
    real.write_text('{"theme": "dark"}\n')
    real.chmod(0o600)
    path = Path(env["HOME"]) / ".claude/settings.json"
    path.parent.mkdir()
    path.symlink_to(real)
    run(["gitprov", "install", "--user", "--agents", "claude-code"], cwd=tmp_path, env=env)
    assert path.is_symlink()
    assert set(settings(path)["hooks"]) == EVENTS
    assert real.stat().st_mode & 0o777 == 0o600
    run(["gitprov", "uninstall", "--user"], cwd=tmp_path, env=env)
    assert real.read_text() == '{"theme": "dark"}\n'


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '{"hooks": []}',
        '{"hooks": {"Stop": {}}}',
        '{"a": 1} // why',
        b"\xff\xfe{".decode("latin-1"),
    ],
)
def test_damaged_settings_are_named_and_left_alone(repo: GitRepo, text: str) -> None:
    """One line names the file and what is wrong with it; neither the file nor a single hook is touched."""
    path = repo.write(".claude/settings.json", text)
    done = repo.gitprov("install", check=False)
    assert done.returncode == 2
    assert str(path) in done.stderr
    assert "--agents none" in done.stderr
    assert path.read_text() == text
    assert not (repo.path / ".git/hooks/pre-commit").exists()


def test_settings_that_are_not_text_are_damaged(tmp_path: Path) -> None:
    """Bytes that are not UTF-8 are an error of the file, not of ours."""
    path = tmp_path / "settings.json"
    path.write_bytes(b"\xff\xfe{")
    with pytest.raises(ConfigError, match=r"settings\.json"):
        agent_settings.read(str(path))


def test_an_unknown_agent_is_a_usage_error(repo: GitRepo) -> None:
    """The message lists those that are known."""
    done = repo.gitprov("install", "--agents", "hal", check=False)
    assert done.returncode == 2
    assert "claude-code" in done.stderr


def test_a_tuned_entry_of_the_user_stays(repo: GitRepo, tmp_path: Path) -> None:
    """Whoever widened our matcher or wrote our command with a path keeps that; only missing events are added.

    A path where nothing is makes the command fail, since that agent would report nothing.
    """
    program = tmp_path / "own/gitprov"
    entry = {"matcher": "*", "hooks": [{"type": "command", "command": f"{program} capture claude-code"}]}
    repo.write(".claude/settings.json", json.dumps({"hooks": {"PostToolUse": [entry]}}))
    refused = repo.gitprov("install", check=False)
    assert refused.returncode == 2
    assert f"will not find gitprov: {repo.path}/.claude/settings.json runs {program}" in refused.stderr
    assert repo.gitprov("doctor", check=False).returncode == 1
    recorder(program, tmp_path / "log")
    repo.install()
    assert settings(repo.path / ".claude/settings.json")["hooks"]["PostToolUse"] == [entry]
    assert repo.gitprov("doctor", check=False).returncode == 0


def test_the_command_of_earlier_versions_is_brought_up_to_date(repo: GitRepo) -> None:
    """An entry that names gitprov alone gets the command that works without an activated environment."""
    entry = {"matcher": "*", "hooks": [{"command": agent_settings.BARE_COMMAND}, {"command": "say hi"}]}
    repo.write(".claude/settings.json", json.dumps({"hooks": {"PostToolUse": [entry]}}))
    repo.install()
    (found,) = settings(repo.path / ".claude/settings.json")["hooks"]["PostToolUse"]
    assert found == {**entry, "hooks": [{"command": agent_settings.COMMAND}, {"command": "say hi"}]}


def newcomer(repo: GitRepo) -> dict[str, str]:
    """The environment of an agent that was started without gitprov's: HOME, and a PATH of the system's folders."""
    return {"HOME": repo.env["HOME"], "PATH": "/usr/bin:/bin"}


def report(repo: GitRepo, env: dict[str, str]) -> str:
    """Run the command of the settings as an agent does; all that it printed. It must exit 0."""
    command = settings(repo.path / ".claude/settings.json")["hooks"]["UserPromptSubmit"][0]["hooks"][0][
        "command"
    ]
    payload = {"hook_event_name": "UserPromptSubmit", "session_id": "s", "cwd": str(repo.path), "prompt": "x"}
    done = run(["sh", "-c", command], cwd=repo.path, env=env, stdin=json.dumps(payload))
    return done.stdout + done.stderr


def test_an_agent_finds_gitprov_without_its_environment(repo: GitRepo) -> None:
    """The command of the settings records with nothing of ours on PATH; commands for people are beside it."""
    repo.install("--agents", "claude-code")
    assert report(repo, newcomer(repo)) == ""
    assert list(repo.inbox().glob("sessions/*/*.json"))
    place = f"{repo.env['HOME']}/.local/share/gitprov/bin"
    env = {**repo.env, "PATH": f"{place}:/usr/bin:/bin"}
    repo.commit("One")
    assert run(["git", "ai-log"], cwd=repo.path, env=env).returncode == 0
    assert run(["gitprov", "status"], cwd=repo.path, env=env).returncode == 0


def test_a_colleague_without_gitprov_is_not_disturbed(repo: GitRepo, tmp_path: Path) -> None:
    """With the same settings, and no gitprov anywhere, the command does nothing and says nothing."""
    repo.install("--agents", "claude-code")
    assert report(repo, {**newcomer(repo), "HOME": str(tmp_path / "nobody")}) == ""


def test_a_launcher_whose_python_is_gone(repo: GitRepo) -> None:
    """An agent gets exit code 0 and one line; installing again mends it."""
    repo.install("--agents", "claude-code")
    for name in launchers.NAMES:
        data = shims.render_launcher(shims.Settings("/gone/python", "/gone"))
        Path(repo.env["HOME"], *launchers.PLACE, name).write_bytes(data)
    assert "mend: install gitprov again" in report(repo, newcomer(repo))
    repo.install()
    assert report(repo, newcomer(repo)) == ""


def test_a_launcher_of_another_version(repo: GitRepo) -> None:
    """The launcher of an earlier version works, and the doctor names and mends it."""
    repo.install("--agents", "claude-code")
    place = Path(repo.env["HOME"], *launchers.PLACE, "gitprov")
    now = place.read_bytes()
    older = now.replace(b"store_edit || exit 0", b"false || exit 0")
    place.write_bytes(shims._DIGEST.sub(b"# digest: " + shims._digest(older), older))
    assert report(repo, newcomer(repo)) == ""
    assert "another version of gitprov" in repo.gitprov("doctor", check=False).stdout
    repo.gitprov("doctor", "--fix", check=False)
    assert place.read_bytes() == now


def test_a_home_that_cannot_be_written_is_an_error(repo: GitRepo) -> None:
    """Where the agent would not find gitprov, installing fails and names the place."""
    Path(repo.env["HOME"], ".local/share/gitprov").write_text("a file")
    done = repo.gitprov("install", "--agents", "claude-code", check=False)
    assert done.returncode == 3
    assert ".local/share/gitprov" in done.stderr


def test_leaving_the_home_directory(repo: GitRepo) -> None:
    """`uninstall` leaves the launcher to other projects, `uninstall --user` takes it away."""
    place = Path(repo.env["HOME"], *launchers.PLACE)
    repo.install("--agents", "claude-code")
    repo.gitprov("uninstall")
    assert (place / "gitprov").exists()
    repo.gitprov("uninstall", "--user")
    assert not place.parent.exists()


def test_a_newcomer_is_told_what_comes_next(repo: GitRepo) -> None:
    """What was done, that the settings are to be committed, what to ask, how to undo, how git finds our commands."""
    hidden = {**repo.env, "PATH": "/usr/bin:/bin"}
    gitprov = shutil.which("gitprov", path=repo.env["PATH"]) or ""
    done = run([gitprov, "install", "--agents", "claude-code"], cwd=repo.path, env=hidden)
    assert len(done.stdout.splitlines()) <= 6
    for words in (
        "commit .claude/settings.json",
        "--user",
        "git ai-log",
        "gitprov uninstall",
        f"in {repo.path}/.git/hooks",
    ):
        assert words in done.stdout
    assert "`git ai-log` is not on PATH" in done.stderr
    assert '$HOME/.local/share/gitprov/bin:$PATH"' in done.stderr


def test_a_command_beside_ours_in_one_entry_stays() -> None:
    """Only our command leaves an entry that somebody shares with it."""
    mine = {"type": "command", "command": "say hi"}
    text = json.dumps({"hooks": {"Stop": [{"hooks": [mine, {"command": agent_settings.COMMAND}]}]}})
    assert json.loads(agent_settings.removed("p", text) or "") == {"hooks": {"Stop": [{"hooks": [mine]}]}}


def test_uninstalling_skips_a_project_that_has_no_hooks_of_ours(repo: GitRepo) -> None:
    """Settings without our hooks are not rewritten, whatever they hold."""
    path = repo.write(".claude/settings.json", '{"hooks": {"Stop": []}}')
    os.utime(path, (1, 1))
    repo.install("--agents", "none")
    repo.gitprov("uninstall")
    assert path.stat().st_mtime == 1


def test_the_readme_shows_a_first_installation(repo: GitRepo) -> None:
    """What is done, what to do next, and no line break as an escape."""
    printed = repo.gitprov("install", "--agents", "claude-code").stdout
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    block = readme.partition("$ gitprov install --agents claude-code\nhooks: ")[2].partition("```")[0]
    assert printed == "hooks: " + block.replace("/home/alice/wordcount", str(repo.path))
