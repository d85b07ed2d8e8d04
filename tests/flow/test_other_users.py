"""Evidence that belongs to another user, and a repository that does: said at the commit, by commands and by doctor."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.agent import Agent
from tests.support.repo import GitRepo, run

PERSON = 1000

pytestmark = [
    pytest.mark.plain,
    pytest.mark.skipif(
        os.geteuid() != 0 or shutil.which("setpriv") is None, reason="only root can be somebody else"
    ),
]


def as_person(repo: GitRepo, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command as a person who is not root."""
    start = ["setpriv", f"--reuid={PERSON}", f"--regid={PERSON}", "--clear-groups"]
    return run([*start, *command], cwd=repo.path, env=repo.env, check=False)


def need_interpreter(repo: GitRepo) -> None:
    """Skip where a process of the person cannot start this interpreter, as where it lies in root's home."""
    if as_person(repo, "sh", "-c", f"exec {sys.executable} -c 'import gitprov'").returncode:
        pytest.skip("another user cannot start this interpreter")


@pytest.fixture
def shared(project: GitRepo, agent: Agent, tmp_path: Path) -> GitRepo:
    """A person's clone in which an agent worked as root: its evidence is root's, and a file of it is staged."""
    for above in (tmp_path, *tmp_path.parents[:-1]):
        if os.stat(above).st_uid == 0 and not os.stat(above).st_mode & 0o001 and "pytest" in str(above):
            above.chmod(0o755)
    agent.write("a.py", "one\n")
    for place, folders, names in os.walk(tmp_path):
        if Path(place) == project.path / ".git":
            folders.remove("gitprov")
        for path in (place, *(os.path.join(place, name) for name in names)):
            os.lchown(path, PERSON, PERSON)
    if as_person(project, sys.executable, "-c", "import gitprov").returncode:
        pytest.skip("another user cannot start this interpreter")
    assert as_person(project, "git", "add", "-A").returncode == 0
    return project


def test_a_commit_is_refused(shared: GitRepo) -> None:
    """The refusal names the directory and the command; after that command the commit has its trace."""
    assert as_person(shared, "git", "commit", "-qm", "x").returncode
    done = as_person(shared, "gitprov", "hook", "pre-commit")
    assert done.returncode == 1
    assert "recorded evidence cannot be read" in done.stderr
    assert f'sudo chown -R "$(id -u):$(id -g)" {shared.path}/.git/gitprov' in done.stderr
    run(
        ["chown", "-R", f"{PERSON}:{PERSON}", str(shared.path / ".git/gitprov")],
        cwd=shared.path,
        env=shared.env,
    )
    need_interpreter(shared)
    assert as_person(shared, "git", "commit", "-qm", "x").returncode == 0
    assert "AI-Trace: gen_" in as_person(shared, "git", "log", "-1", "--format=%B").stdout


def test_without_the_gate_it_is_at_least_said(shared: GitRepo) -> None:
    """--no-verify goes on, and the evidence stays."""
    need_interpreter(shared)
    done = as_person(shared, "git", "commit", "-qm", "x", "--no-verify")
    assert done.returncode == 0
    assert "Permission denied" in done.stderr
    assert list((shared.path / ".git/gitprov/inbox/@/events").iterdir())


@pytest.mark.parametrize("room", ["inbox", "inbox/@", "inbox/@/events"])
def test_closed_further_down(shared: GitRepo, room: str) -> None:
    """Whichever directory is another user's, the commit is refused, and doctor says it once."""
    place = shared.path / ".git/gitprov"
    for folder in (place, place / "inbox", place / "inbox/@"):
        if folder != place / room:
            os.chown(folder, PERSON, PERSON)
        else:
            break
    assert as_person(shared, "git", "commit", "-qm", "x").returncode
    done = as_person(shared, "gitprov", "hook", "pre-commit")
    assert done.returncode == 1
    assert f"recorded evidence cannot be read: {place / room}".removesuffix("/events") in done.stderr
    report = as_person(shared, "gitprov", "doctor")
    assert report.returncode == 1
    assert report.stdout.count("could not look") == 1


def test_commands_cannot_work(shared: GitRepo) -> None:
    """Exit code 3 with the command that mends it, and no report of a bug."""
    for command in ("status", "install"):
        done = as_person(shared, "gitprov", command)
        assert done.returncode == 3, done.stderr
        assert "hint: sudo chown -R" in done.stderr


def test_gits_reason_and_command(project: GitRepo) -> None:
    """In a repository of another user git's own words are shown, both the reason and the way out."""
    run(["chown", "-R", f"{PERSON}:{PERSON}", str(project.path)], cwd=project.path, env=project.env)
    done = project.gitprov("status", check=False)
    assert done.returncode == 3
    assert "dubious ownership in repository" in done.stderr
    assert "hint: git config --global --add safe.directory" in done.stderr
    report = '{"v":1,"agent":"x","model":"m","path":"README","prompt":"p"}'
    assert project.gitprov("capture", "generic", input=report).returncode == 0
    project.git("config", "--global", "safe.directory", "*")
    assert "was not recorded" in project.gitprov("doctor", check=False).stdout


def test_a_report_that_nobody_could_keep(shared: GitRepo) -> None:
    """An agent that may not write to the inbox exits with 0, and doctor tells its user what was lost."""
    report = '{"v":1,"agent":"x","model":"m","path":"a.py","before":null,"after":"one\\n","prompt":"p"}'
    start = [
        "setpriv",
        f"--reuid={PERSON}",
        f"--regid={PERSON}",
        "--clear-groups",
        "gitprov",
        "capture",
        "generic",
    ]
    done = run(start, cwd=shared.path, env=shared.env, stdin=report, check=False)
    assert done.returncode == 0
    assert "1 reports of agents were lost" in as_person(shared, "gitprov", "doctor").stdout
