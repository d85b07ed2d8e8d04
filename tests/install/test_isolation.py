"""No code of the work tree runs in what hooks, agents and commands start, whatever PYTHONPATH says."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from gitprov.cli.search_path import without_relative
from gitprov.model import hook_names
from tests.install.shelf import put_first, recorder
from tests.support.claude import ClaudeSession
from tests.support.repo import GitRepo, run
from tests.support.sealed import ROOT
from tests.support.sharing import hub

#: Names that Python or we import: at its start, by hooks, by libraries.
NAMES = (
    "__future__",
    "collections",
    "encodings",
    "gitprov",
    "json",
    "os",
    "pygit2",
    "re",
    "sitecustomize",
    "subprocess",
    "tomli",
    "typing",
    "usercustomize",
)
#: What Python without -I runs before any line of a program is reached: not ours to keep out.
EARLY = ("encodings", "os", "re", "sitecustomize", "usercustomize", "gitprov", "__future__", "collections")
PATHS = [":/x", "/x:", "/x::/y", ".", "src/..", ":"]


@pytest.fixture
def marker(tmp_path: Path) -> Path:
    """Where a module of the work tree says that it was run."""
    return tmp_path / "marker"


def trap(repo: GitRepo, marker: Path, names: tuple[str, ...] = NAMES) -> None:
    """Modules and packages in the work tree that write to the marker and fail."""
    text = f"open({str(marker)!r}, 'a').write(__name__ + '\\n')\nraise SystemExit(9)\n"
    for name in names:
        repo.write(
            f"{name}/__init__.py" if name in {"gitprov", "encodings", "collections"} else f"{name}.py", text
        )


def story(repo: GitRepo, marker: Path, pythonpath: str) -> None:
    """An agent's work and two commits of it, with the modules in the way."""
    trap(repo, marker)
    repo.env["PYTHONPATH"] = pythonpath
    repo.write("hello.py", "print('hello')\n")
    repo.git("add", "-A")
    repo.commit_staged("Greet")
    repo.env["GIT_EDITOR"] = "true"
    repo.git("commit", "-q", "--amend", "-c", "HEAD")


def agent_works(repo: GitRepo) -> None:
    """Evidence for hello.py."""
    claude = ClaudeSession(repo)
    claude.prompt("a greeting")
    claude.write_file("hello.py", "print('hello')\n")
    claude.stop()


@pytest.mark.parametrize("pythonpath", PATHS)
def test_native_hooks(hooked: GitRepo, marker: Path, pythonpath: str) -> None:
    """A commit and an amendment run nothing of the work tree, and record the model's line."""
    agent_works(hooked)
    story(hooked, marker, pythonpath)
    assert not marker.exists()
    assert hooked.traces()[0]["files"]["hello.py"] == {"ai": "1"}


@pytest.mark.slow
def test_a_push(hooked: GitRepo, marker: Path, tmp_path: Path) -> None:
    """Neither does a push that shares records."""
    remote = hub(tmp_path / "hub.git", hooked.env)
    hooked.git("remote", "add", "origin", str(remote.path))
    hooked.install("--agents", "none", "--push")
    agent_works(hooked)
    story(hooked, marker, ":/x")
    done = hooked.git("push", "origin", "HEAD:refs/heads/main")
    assert "notes: 0 came, 1 went" in done.stderr
    assert not marker.exists()


def test_an_agents_hook_and_the_commands_beside_it(repo: GitRepo, marker: Path) -> None:
    """What agents' settings run, and the commands in the same place, import nothing of where they are run."""
    repo.install("--agents", "claude-code")
    settings = json.loads((repo.path / ".claude/settings.json").read_text())
    command = settings["hooks"]["UserPromptSubmit"][0]["hooks"][0]["command"]
    payload = {"hook_event_name": "UserPromptSubmit", "session_id": "s", "cwd": str(repo.path), "prompt": "x"}
    repo.commit("One")
    trap(repo, marker)
    env = {**repo.env, "PYTHONPATH": ":/x"}
    done = run(["sh", "-c", command], cwd=repo.path, env=env, stdin=json.dumps(payload))
    assert (done.stdout, done.stderr) == ("", "")
    assert list(repo.inbox().glob("sessions/*/*.json"))
    env["PATH"] = f"{repo.env['HOME']}/.local/share/gitprov/bin:{env['PATH']}"
    for words in (
        ["git", "ai-log"],
        ["git", "ai-blame", ".claude/settings.json"],
        ["gitprov", "status"],
        ["gitprov", "install", "--dry-run"],
    ):
        run(words, cwd=repo.path, env=env)
    assert not marker.exists()


@pytest.mark.parametrize(
    "command",
    [["git", "ai-log"], ["git", "ai-blame", "a"], ["gitprov", "status"], ["gitprov", "capture", "generic"]],
)
def test_the_commands_of_an_installer(repo: GitRepo, marker: Path, command: list[str]) -> None:
    """They start without -I, so what Python itself reads early is the person's affair; nothing else is imported."""
    repo.write("a", "1\n")
    repo.commit("One")
    trap(repo, marker, tuple(name for name in NAMES if name not in EARLY))
    run(command, cwd=repo.path, env={**repo.env, "PYTHONPATH": ":/x"}, stdin="{}")
    assert not marker.exists()


def test_gitprov_as_a_module(repo: GitRepo, marker: Path) -> None:
    """`python -m gitprov` in a work tree does not import its modules."""
    trap(repo, marker, ("json", "typing", "subprocess"))
    run([sys.executable, "-m", "gitprov", "--version"], cwd=repo.path, env=repo.env)
    run([sys.executable, "-m", "gitprov", "status"], cwd=repo.path, env=repo.env)
    assert not marker.exists()


def test_hooks_that_fall_back_to_path(repo: GitRepo, tmp_path: Path) -> None:
    """Where the shim's own Python is gone, gitprov on PATH is started without a PYTHONPATH that has a relative entry."""
    log = tmp_path / "log"
    recorder(tmp_path / "fake/gitprov", log, body=f'echo "path=${{PYTHONPATH-none}}" >>"{log}"')
    repo.install("--agents", "none")
    shim = repo.path / ".git/hooks/pre-commit"
    shim.write_text(shim.read_text().replace(sys.executable, "/gone/python"))
    guard = repo.path / ".git/gitprov/guard"
    guard.parent.mkdir(exist_ok=True)
    guard.touch()
    put_first(repo, tmp_path / "fake")
    for value, passed in ((":/x", "none"), ("/x:lib", "none"), ("/x:/y", "/x:/y")):
        log.unlink(missing_ok=True)
        run([str(shim)], cwd=repo.path, env={**repo.env, "PYTHONPATH": value})
        assert f"path={passed}\n" in log.read_text()


def test_published_hooks_are_isolated() -> None:
    """Every hook for pre-commit and prek starts Python with -I, those of a commit by a script."""
    text = (ROOT / ".pre-commit-hooks.yaml").read_text()
    entries = [line.split(": ", 1)[1] for line in text.splitlines() if line.startswith("  entry:")]
    names = [f"gitprov-hook {name}" for name in hook_names.FRAMEWORK]
    assert entries[: len(names) + 1] == [*names, "python -I -m gitprov hook pre-push"]
    script = (ROOT / "hooks/gitprov-hook").read_text()
    assert script.count("exec python -I -m gitprov hook ") == script.count("exec ") > 0
    gates = text[text.index("# The gates.") :]
    assert gates.count("- id: ") == gates.count("python -I -m gitprov check ") == gates.count("python ") > 0


@pytest.mark.slow
def test_hooks_of_a_framework(repo: GitRepo, marker: Path) -> None:
    """The entries of the manifest, run by a framework that is no Python program itself, import nothing of the work tree."""
    if not (Path(sys.executable).parent / "prek").exists():
        pytest.skip("prek is not installed here")
    repo.write("README", "x\n")
    repo.commit("Start")
    entries = "".join(
        f"      - {{id: gitprov-{hook}, name: g, language: system, entry: {ROOT}/hooks/gitprov-hook {hook}, "
        f"stages: [{hook}], always_run: true, pass_filenames: {str(hook.endswith('-msg')).lower()}}}\n"
        for hook in hook_names.FRAMEWORK
    )
    types = f"default_install_hook_types: [{', '.join(hook_names.FRAMEWORK)}]\n"
    repo.write(".pre-commit-config.yaml", f"{types}repos:\n  - repo: local\n    hooks:\n{entries}")
    repo.commit("Configure")
    run(["prek", "install"], cwd=repo.path, env=repo.env)
    agent_works(repo)
    story(repo, marker, ":/x")
    assert not marker.exists()
    assert repo.traces()[0]["files"]["hello.py"] == {"ai": "1"}


def test_only_relative_places_leave_the_search_path() -> None:
    """Absolute entries stay, whatever they name; what stands for the directory of the moment goes."""
    path = ["/venv/bin", "/w", "/x", "", "src", "/w/src", "/lib"]
    assert without_relative(path, ":/x:src:.", "/w") == ["/venv/bin", "/x", "/lib"]
    assert without_relative(["/w", "/lib"], "/w", "/w") == ["/w", "/lib"]
