"""Living with pre-commit and prek: under them, over them, beside them, and out again."""

from __future__ import annotations

import json
import re
import shutil
import sys
from pathlib import Path

import pytest

from gitprov.flow.setup.doctor import framework as doctor_framework
from gitprov.model import hook_names
from gitprov.store.setup import hook_dir, shims
from tests.install.shelf import evidence, lines, recorder, snapshot
from tests.support.claude import ClaudeSession
from tests.support.repo import GitRepo

pytestmark = pytest.mark.slow

HOOK = """\
      - id: seen-{stage}
        name: seen
        language: system
        entry: {tool}
        stages: [{stage}]
        always_run: true
        pass_filenames: false
"""
TYPES = f"default_install_hook_types: [{', '.join(hook_names.FRAMEWORK)}]\n"
FRAMEWORKS = ["pre-commit", *(["prek"] if (Path(sys.executable).parent / "prek").exists() else [])]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Where recorders write."""
    return tmp_path / "log"


@pytest.fixture
def framed(repo: GitRepo, log: Path) -> GitRepo:
    """A repository whose pre-commit configuration has a hook of its own at each stage; nothing is installed yet."""
    tool = recorder(repo.path / "tools/framework", log)
    hooks = "".join(HOOK.format(stage=stage, tool=tool) for stage in hook_names.FRAMEWORK)
    repo.write(".pre-commit-config.yaml", f"{TYPES}repos:\n  - repo: local\n    hooks:\n{hooks}")
    repo.commit("Start")
    return repo


def hooks_of(repo: GitRepo) -> Path:
    """The hooks directory."""
    return repo.path / ".git/hooks"


def run_tool(repo: GitRepo, *args: str) -> None:
    """A command of a framework, in the repository."""
    repo.git("-c", f"alias.tool=!{args[0]}", "tool", *args[1:])


def ours_record(repo: GitRepo, log: Path) -> None:
    """Let each hook file of ours start a recorder instead of Python; there is evidence, so each has to."""
    python = recorder(log.parent / "python", log, name="ours")
    for path in hooks_of(repo).iterdir():
        if hook_dir.kind_of(str(path)) == hook_dir.OURS:
            path.write_bytes(shims.render(shims.Settings(str(python), "/lib")))
    evidence(repo)


def ran(repo: GitRepo, log: Path) -> list[str]:
    """Who ran in one commit, in order; a stage begins with whoever runs first."""
    log.unlink(missing_ok=True)
    repo.git("commit", "-q", "--allow-empty", "-m", "x")
    return [line.split()[0] for line in lines(log) if re.match(r"(ours|framework|earlier)\b", line)]


def steps(repo: GitRepo, command: str) -> list[object]:
    """What a command of ours did."""
    found: list[object] = json.loads(repo.gitprov(command, "--json").stdout)["steps"]
    return found


@pytest.mark.parametrize("tool", FRAMEWORKS)
def test_a_framework_that_was_there_first(framed: GitRepo, log: Path, tool: str) -> None:
    """Its hooks run before ours, each once, and uninstalling gives back its files."""
    run_tool(framed, tool, "install")
    before = snapshot(hooks_of(framed))
    framed.install()
    assert framed.gitprov("doctor").returncode == 0
    ours_record(framed, log)
    assert ran(framed, log) == ["framework", "ours"] * 4
    framed.gitprov("uninstall")
    assert snapshot(hooks_of(framed)) == before


@pytest.mark.parametrize("tool", FRAMEWORKS)
@pytest.mark.parametrize("earlier", [False, True])
def test_a_framework_that_comes_over_us(framed: GitRepo, log: Path, tool: str, earlier: bool) -> None:
    """It moves our hooks aside and runs them first; a hook from before us still runs; we know our place again."""
    if earlier:
        recorder(hooks_of(framed) / "commit-msg", log, name="earlier")
    framed.install()
    run_tool(framed, tool, "install")
    assert (hooks_of(framed) / "pre-commit.legacy").exists()
    assert framed.gitprov("doctor").returncode == 0
    assert steps(framed, "install") == []
    ours_record(framed, log)
    expected = ["ours", "framework"] * 4
    if earlier:
        expected.insert(4, "earlier")
    assert ran(framed, log) == expected


@pytest.mark.parametrize("tool", FRAMEWORKS)
@pytest.mark.parametrize("earlier", [False, True])
def test_leaving_from_under_a_framework(framed: GitRepo, log: Path, tool: str, earlier: bool) -> None:
    """Uninstalling from below leaves the directory as if the framework had come without us."""
    if earlier:
        recorder(hooks_of(framed) / "commit-msg", log, name="earlier")
    started = shutil.copytree(hooks_of(framed), log.parent / "started", symlinks=True)
    run_tool(framed, tool, "install")
    alone = snapshot(hooks_of(framed))
    shutil.rmtree(hooks_of(framed))
    shutil.copytree(started, hooks_of(framed), symlinks=True)
    framed.install()
    run_tool(framed, tool, "install")
    framed.gitprov("uninstall")
    assert snapshot(hooks_of(framed)) == alone


@pytest.mark.parametrize("tool", FRAMEWORKS)
def test_a_framework_installed_before_and_after_us(framed: GitRepo, log: Path, tool: str) -> None:
    """Its older copy behind ours is not started a second time, and goes with us."""
    run_tool(framed, tool, "install")
    alone = snapshot(hooks_of(framed))
    framed.install()
    run_tool(framed, tool, "install")
    assert steps(framed, "install") == []
    ours_record(framed, log)
    assert ran(framed, log) == ["ours", "framework"] * 4
    framed.gitprov("uninstall")
    assert snapshot(hooks_of(framed)) == alone


@pytest.mark.parametrize("tool", FRAMEWORKS)
def test_a_framework_that_leaves_puts_us_back(framed: GitRepo, log: Path, tool: str) -> None:
    """After its uninstall our hooks stand where they stood."""
    framed.install()
    alone = snapshot(hooks_of(framed))
    run_tool(framed, tool, "install")
    run_tool(framed, tool, "uninstall")
    assert snapshot(hooks_of(framed)) == alone
    ours_record(framed, log)
    assert ran(framed, log) == ["ours"] * 4


def test_under_a_framework_the_gate_still_waits_for_the_message(
    framed: GitRepo, claude: ClaudeSession
) -> None:
    """Our hooks below pre-commit's refuse at commit-msg, where the way out in the message can be read."""
    framed.write(".gitprov.toml", 'require = ["model"]\n')
    framed.install()
    run_tool(framed, "pre-commit", "install")
    claude.model = None
    claude.prompt("a greeting")
    claude.write_file("hello.py", "print('hello')\n")
    claude.stop()
    framed.git("add", "-A")
    refused = framed.git("commit", "-m", "x", check=False)
    assert refused.returncode == 1
    (trace,) = set(re.findall(r"gen_[0-9]{8}_[0-9a-f]{10}", refused.stderr))
    framed.git("commit", "-m", "x", "--trailer", f"AI-Trace-Dropped: {trace} written on a train")
    assert [row["id"] for row in framed.traces()] == [trace]


# -- gitprov's own hooks from the framework's configuration -----------------------------------------------------------


def configured(repo: GitRepo, *hooks: str, types: str = "") -> None:
    """A configuration with gitprov's hooks, run from PATH."""
    entries = "".join(
        HOOK.format(stage=hook, tool=f"gitprov hook {hook}").replace("seen-", "gitprov-") for hook in hooks
    )
    repo.write(".pre-commit-config.yaml", f"{types}repos:\n  - repo: local\n    hooks:\n{entries}")
    repo.git("add", "-A")


def findings(repo: GitRepo, code: int) -> list[dict[str, str]]:
    """What the doctor finds; `code` is the exit code it must have."""
    done = repo.gitprov("doctor", "--json", check=False)
    assert done.returncode == code, done.stdout + done.stderr
    found: list[dict[str, str]] = json.loads(done.stdout)["findings"]
    return found


def test_the_doctor_misses_stages_that_pre_commit_did_not_install(repo: GitRepo) -> None:
    """`pre-commit install` alone brings one stage; the doctor names the other three and the command."""
    configured(repo, *hook_names.FRAMEWORK)
    run_tool(repo, "pre-commit", "install")
    (found,) = findings(repo, 1)
    assert "prepare-commit-msg, commit-msg, post-commit" in found["what"]
    assert "pre-commit install --install-hooks --hook-type prepare-commit-msg" in found["mend"]
    assert "default_install_hook_types" in found["mend"]


def test_the_doctor_is_content_with_all_stages(repo: GitRepo) -> None:
    """With default_install_hook_types every stage is there."""
    configured(repo, *hook_names.FRAMEWORK, types=TYPES)
    run_tool(repo, "pre-commit", "install")
    assert findings(repo, 0) == []


def test_the_doctor_misses_hooks_in_the_configuration(repo: GitRepo) -> None:
    """A stage that pre-commit runs without our hook in it is named by the id that belongs there."""
    configured(repo, "pre-commit", "prepare-commit-msg", "commit-msg", types=TYPES)
    run_tool(repo, "pre-commit", "install")
    (found,) = findings(repo, 1)
    assert "gitprov-post-commit" in found["what"]


OTHERS = """\
repos:
  - repo: local
    hooks:
      - id: tests
        name: tests
      - {id: lint, name: lint, stages: [pre-commit]}
      - id: gitprov-commit-msg
"""


@pytest.mark.parametrize(
    ("head", "names"),
    [
        (TYPES, ["tests"]),
        ("default_install_hook_types:\n  - pre-commit\n  - post-commit\n", ["tests"]),
        (f"{TYPES}default_stages: [pre-commit]\n", []),
        (f"{TYPES}# default_stages: [pre-commit]\n", ["tests"]),
        ("default_install_hook_types: [pre-commit]\n", []),
        ("", []),
    ],
)
def test_hooks_of_others_that_run_more_than_once(head: str, names: list[str]) -> None:
    """Other people's hooks without stages are named where more stages are installed and no default binds them."""
    assert doctor_framework.multiplied(head + OTHERS) == names


def test_the_doctor_says_default_stages(repo: GitRepo) -> None:
    """A hook of the project that would run at every stage is a warning, and the line that mends it does."""
    configured(repo, *hook_names.FRAMEWORK, types=TYPES)
    path = repo.path / ".pre-commit-config.yaml"
    path.write_text(path.read_text() + "      - {id: lint, name: lint, language: system, entry: 'true'}\n")
    run_tool(repo, "pre-commit", "install")
    (found,) = findings(repo, 0)
    assert (found["kind"], found["level"]) == ("stages", "warning")
    assert "default_stages: [pre-commit]" in found["mend"]
    path.write_text("default_stages: [pre-commit]\n" + path.read_text())
    assert findings(repo, 0) == []


def test_the_doctor_sees_both_routes_at_once(repo: GitRepo) -> None:
    """Native hooks and hooks of the configuration would do everything twice: a warning."""
    configured(repo, *hook_names.FRAMEWORK, types=TYPES)
    repo.install()
    run_tool(repo, "pre-commit", "install")
    (found,) = findings(repo, 0)
    assert (found["kind"], found["level"]) == ("routes", "warning")


def test_installing_beside_configured_hooks_connects_agents_only(repo: GitRepo) -> None:
    """Where pre-commit runs our hooks already, native ones are left out, and the command says why."""
    configured(repo, *hook_names.FRAMEWORK, types=TYPES)
    run_tool(repo, "pre-commit", "install")
    before = snapshot(hooks_of(repo))
    assert "twice" in repo.gitprov("install", "--agents", "claude-code").stderr
    assert snapshot(hooks_of(repo)) == before
    assert (repo.path / ".claude/settings.json").exists()
    assert findings(repo, 0) == []
