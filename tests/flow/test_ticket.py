"""The ticket: what the shims of the message hooks do by themselves, and when they leave it to Python."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from tests.support.agent import Agent
from tests.support.claude import ClaudeSession
from tests.support.repo import GitRepo, run
from tests.support.sealed import ROOT


@pytest.fixture
def log(hooked: GitRepo, tmp_path: Path) -> Path:
    """A file in which each hook that starts Python leaves its name."""
    log = tmp_path / "log"
    for hook in ("pre-commit", "prepare-commit-msg", "commit-msg", "post-commit"):
        path = hooked.path / ".git/hooks" / hook
        text = path.read_text()
        (found,) = re.findall(r"^python='(.*)'$", text, re.MULTILINE)
        spy = tmp_path / f"spy-{hook}"
        spy.write_text(f'#!/bin/sh\necho {hook} >>"{log}"\nexec "{found}" "$@"\n')
        spy.chmod(0o755)
        path.write_text(text.replace(f"python='{found}'", f"python='{spy}'"))
    return log


def started(log: Path) -> list[str]:
    """The hooks that started Python."""
    return log.read_text().split() if log.exists() else []


def written(repo: GitRepo, claude: ClaudeSession, path: str = "a.py") -> None:
    """A file of the model's, staged."""
    claude.prompt("write")
    claude.write_file(path, "one = 1\ntwo = 2\n")
    claude.stop()
    repo.git("add", "-A")


def gate(repo: GitRepo) -> str:
    """What the note says of the gate."""
    (row,) = (row for row in repo.note() if row["kind"] == "commit")
    return str(row["gate"])


def test_a_plain_message_needs_no_python(hooked: GitRepo, claude: ClaudeSession, log: Path) -> None:
    """Trailer, gate and note of an ordinary commit are settled in sh, with the same result."""
    written(hooked, claude)
    hooked.commit_staged("Add a\n\nBecause.")
    assert started(log) == ["pre-commit"]
    assert hooked.message().startswith("Add a\n\nBecause.\n\n")
    assert [key for key, _ in hooked.trailers()] == ["AI-Trace"]
    assert gate(hooked) == "passed"
    assert not (hooked.path / ".git/gitprov/ticket").exists()


@pytest.mark.parametrize(
    ("message", "args"),
    [
        ("Add a", ["-s"]),
        ("Re-do: a", []),
        ("Add a\n\nReviewed-by: Bob <bob@example.com>", []),
    ],
)
def test_any_other_message_is_for_python(
    hooked: GitRepo, claude: ClaudeSession, log: Path, message: str, args: list[str]
) -> None:
    """Where the message might mean something else to git, Python decides, and the trailer is there all the same."""
    written(hooked, claude)
    hooked.commit_staged(message, *args)
    assert "commit-msg" in started(log)
    assert "AI-Trace" in [key for key, _ in hooked.trailers()]
    assert gate(hooked) == "passed"


def test_an_editor_that_removes_the_trailer_is_refused(
    hooked: GitRepo, claude: ClaudeSession, log: Path, tmp_path: Path
) -> None:
    """With `-e` the shim writes the trailer, and the gate still sees that it was taken out."""
    written(hooked, claude)
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\ngrep -v ^AI-Trace "$1" >"$1.new" && mv "$1.new" "$1"\n')
    editor.chmod(0o755)
    hooked.env["GIT_EDITOR"] = str(editor)
    done = hooked.git("commit", "-q", "-e", "-m", "Add a", check=False)
    assert done.returncode == 1
    assert "was removed" in done.stderr
    assert started(log) == ["pre-commit", "commit-msg"]


def chained(repo: GitRepo, hook: str, text: str) -> None:
    """A hook of somebody else's, which runs before ours."""
    path = repo.path / ".git/hooks" / f"{hook}.gitprov-chained"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def test_an_index_that_changed_voids_the_ticket(hooked: GitRepo, claude: ClaudeSession, log: Path) -> None:
    """Where the index was written after pre-commit looked at it, Python looks again."""
    written(hooked, claude)
    chained(hooked, "prepare-commit-msg", 'touch "$GIT_INDEX_FILE"')
    hooked.commit_staged("Add a")
    assert started(log) == ["pre-commit", "prepare-commit-msg", "commit-msg", "post-commit"]
    assert gate(hooked) == "passed"


def test_a_ticket_serves_one_attempt(hooked: GitRepo, claude: ClaudeSession) -> None:
    """The ticket of a commit that was given up does not let a later one pass."""
    written(hooked, claude)
    chained(hooked, "commit-msg", "exit 1")
    assert hooked.git("commit", "-q", "-m", "Add a", check=False).returncode == 1
    assert "+added" in (hooked.path / ".git/gitprov/ticket").read_text()
    hooked.commit_staged("Add a", "--no-verify")
    assert gate(hooked) == "bypassed"
    assert [key for key, _ in hooked.trailers()] == ["AI-Trace"]


def test_an_amendment_has_no_ticket(hooked: GitRepo, claude: ClaudeSession, log: Path) -> None:
    """Amending is for Python to look at, from the first hook that is needed to the last."""
    written(hooked, claude)
    hooked.commit_staged("Add a")
    log.unlink()
    written(hooked, claude, "b.py")
    hooked.commit_staged("Add a and b", "--amend")
    assert started(log) == ["pre-commit", "prepare-commit-msg", "commit-msg", "post-commit"]
    assert gate(hooked) == "passed"


#: Modules that the plan of an ordinary commit does without; each belongs to a rare case.
RARE = (
    *("typing", "dataclasses", "pathlib", "hashlib", "pygit2", "tempfile", "inspect", "datetime", "shutil"),
    *("gitprov.attribution.inherit", "gitprov.attribution.links", "gitprov.attribution.matching.moved_block"),
    *("gitprov.checks.gate", "gitprov.flow.carry.next_commit", "gitprov.flow.carry.resets"),
    *("gitprov.flow.evidence.moved_blocks", "gitprov.flow.evidence.renames", "gitprov.interop.messages"),
    *("gitprov.model.finding", "gitprov.store.inbox.intents", "gitprov.store.inbox.outputs"),
    *("gitprov.store.inbox.seen", "gitprov.store.inbox.snapshots", "gitprov.store.inbox.worktree_owner"),
)


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="there named tuples are those of typing")
def test_the_hot_path_stays_lean(project: GitRepo, agent: Agent) -> None:
    """The plan of a commit with a file that a model wrote loads none of the modules that rare cases need."""
    agent.write("a.py", "a = 1\n")
    project.git("add", "-A")
    code = (
        "import sys\nfrom gitprov.cli.main import main\nassert main() == 0\n"
        f"print(*sorted({{*{RARE}}} & set(sys.modules)))\n"
    )
    command = [sys.executable, "-S", "-c", code, "hook", "pre-commit"]
    done = run(command, cwd=project.path, env={**project.env, "PYTHONPATH": str(ROOT)})
    assert done.stdout == "\n"
    assert (project.path / ".git/gitprov/plan.json").exists()
