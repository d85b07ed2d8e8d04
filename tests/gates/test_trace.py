"""`gitprov check trace`: the records of a range of commits."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.agent import Agent
from tests.support.repo import NOTES_REF, GitRepo


def answer(repo: GitRepo, *args: str, status: int = 0) -> dict[str, Any]:
    """The document of a check of the newest commit."""
    done = repo.gitprov("check", "trace", "--range", "HEAD~1..HEAD", "--format", "json", *args, check=False)
    assert done.returncode == status, done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def ids(document: dict[str, Any]) -> list[str]:
    """The ids of the findings."""
    return [row["id"] for row in document["findings"]]


def test_a_commit_with_its_records(project: GitRepo, agent: Agent) -> None:
    """Clean."""
    agent.write("a.py", "a = 1\n")
    project.commit("Add", "a.py")
    assert answer(project, "--require-trace-id") == {
        "status": "clean",
        "findings": [],
        "unknown": [],
        "remarks": [],
        "vanished": [],
        "counts": {
            **dict.fromkeys(
                ("findings", "failing", "unknown", "high", "medium", "low", "suppressed", "baseline"), 0
            ),
            "lines": None,
        },
    }


def test_a_commit_that_declares_ai_and_has_no_trace(project: GitRepo, agent: Agent) -> None:
    """A finding where traces are required, with the command that looks for them."""
    agent.write("a.py", "a = 1\n")
    project.commit("Add", "a.py")
    project.write("b.py", "b = 1\n")
    project.commit("Add b\n\nCo-authored-by: Claude <noreply@anthropic.com>", "b.py")
    assert ids(answer(project)) == []
    document = answer(project, "--require-trace-id", status=1)
    assert ids(document) == ["trace/no-trace"]
    assert document["findings"][0]["fix"].startswith("gitprov heal ")


def test_a_clone_without_notes(project: GitRepo) -> None:
    """Unknown, with the command that fetches them; `--strict` fails."""
    project.write("b.py", "b = 1\n")
    project.commit("Add b\n\nCo-authored-by: Claude <noreply@anthropic.com>", "b.py")
    document = answer(project, "--require-trace-id")
    assert document["status"] == "unknown"
    assert "git fetch" in document["unknown"][0]["fix"]
    answer(project, "--strict", status=1)


def test_a_lost_note(project: GitRepo, agent: Agent) -> None:
    """A message that names a trace, without a note: a finding."""
    for name in "ab":
        agent.write(f"{name}.py", "a = 1\n")
        project.commit("Add", f"{name}.py")
    project.git("notes", f"--ref={NOTES_REF}", "remove", "HEAD")
    assert "trace/no-note" in ids(answer(project, status=1))


def test_a_bypassed_gate(project: GitRepo, agent: Agent) -> None:
    """Listed; it fails nothing by itself."""
    agent.write("a.py", "a = 1\n")
    project.git("add", ".")
    project.commit_staged("Add", "--no-verify")
    document = answer(project)
    assert ids(document) == ["trace/bypassed"]
    assert document["status"] == "findings"


@pytest.mark.slow
def test_a_removed_sidecar(project: GitRepo, agent: Agent) -> None:
    """A finding while its file stays, unless a commit of the range lets the traces go; none without the file."""
    project.write(".gitprov.toml", "sidecar = true\n")
    project.commit("Configure", ".gitprov.toml")
    agent.write("a.py", "a = 1\n")
    project.commit("Add", "a.py")
    trace = project.traces()[0]["id"]
    project.git("rm", "-q", ".ai-trace/a.py.json")
    project.commit_staged("Remove", "--no-verify")
    document = answer(project, status=1)
    assert ids(document) == ["trace/sidecar-removed"]
    assert document["findings"][0]["path"] == ".ai-trace/a.py.json"
    project.git(
        "commit", "-q", "--amend", "-m", f"Remove\n\nAI-Trace-Dropped: {trace} the file is now our own"
    )
    assert ids(answer(project)) == ["trace/dropped"]
    project.git("reset", "-q", "--hard", "HEAD~1")
    project.git("rm", "-q", "a.py", ".ai-trace/a.py.json")
    project.commit_staged("Remove both")
    assert ids(answer(project)) == []


def test_a_range_that_is_no_range(project: GitRepo) -> None:
    """Exit code 2 and a hint."""
    done = project.gitprov("check", "trace", "--range", "nowhere..HEAD", check=False)
    assert done.returncode == 2
    assert "'nowhere' is no commit here" in done.stderr


def test_rules_of_the_project(project: GitRepo, agent: Agent) -> None:
    """`checks.trace`: each rule that the commit breaks is found; those that it keeps are not."""
    agent.write("src/a.py", "a = 1\nb = 2\n")
    project.commit("Add", "src/a.py")
    rules = (
        'forbid = ["src/"]\nagents = ["codex"]\nmodels = ["model-*"]\nreviewers = ["*"]\nmax_ai_share = 0.5\n'
    )
    project.write(".gitprov.toml", f"[checks.trace]\n{rules}max_delta_rate = 0.5\n")
    document = answer(project, status=1)
    assert ids(document) == [
        "trace/forbidden",
        "trace/agent-not-allowed",
        "trace/unreviewed",
        "trace/ai-share",
    ]
    assert document["findings"][0]["path"] == "src/a.py"
    assert {row["agent"] for row in document["findings"][:3]} == {"my-tool"}
    project.write(".gitprov.toml", '[checks.trace]\nmodels = ["model-1"]\nmax_ai_share = 1\n')
    assert answer(project)["status"] == "clean"


def test_a_machine_signs_off(project: GitRepo, agent: Agent) -> None:
    """A finding without any policy; a person's sign-off is none."""
    agent.write("a.py", "a = 1\n")
    project.commit("Add\n\nSigned-off-by: Ada <ada@example.com>", "a.py")
    assert ids(answer(project)) == []
    project.write("b.py", "b = 1\n")
    project.commit("Add b\n\nSigned-off-by: Claude <noreply@anthropic.com>", "b.py")
    assert ids(answer(project, status=1)) == ["trace/signed-off"]


@pytest.mark.slow
def test_registered_prompts(project: GitRepo, agent: Agent) -> None:
    """Name and version of a prompt file or template of the commit are registered; others, and lines without a
    named prompt, are findings; a record that is not here, and prompts that cannot be read, are unknown.
    """
    project.write(".gitprov.toml", "[checks.trace]\nregistered_prompts = true\n")
    project.write("prompts/sum.md", "---\nversion: 1.0\n---\nAdd them\n")
    project.write("gen.py", 'import gitprov\ngitprov.prompt("mean", "Divide", version="2")\n')
    project.commit("Prompts", "prompts/sum.md", "gen.py", ".gitprov.toml")
    cases: tuple[tuple[dict[str, str], list[str]], ...] = (
        ({"prompt_name": "sum", "prompt_version": "1.0"}, []),
        ({"prompt_name": "mean", "prompt_version": "2"}, []),
        ({"prompt_name": "sum", "prompt_version": "1.1"}, ["trace/prompt-unregistered"]),
        ({}, ["trace/prompt-unregistered"]),
    )
    for number, (facts, expected) in enumerate(cases):
        agent.prompt(f"text {number}", **facts).write(f"a{number}.py", "a = 1\n")
        project.commit("Add", f"a{number}.py")
        assert ids(answer(project, status=1 if expected else 0)) == expected, facts
    project.write("prompts/odd.md", "---\n[\n---\n")
    agent.prompt("more", prompt_name="odd").write("b.py", "b = 1\n")
    project.commit("Odd", "prompts/odd.md", "b.py")
    (row,) = answer(project)["unknown"]
    assert "prompts/odd.md" in row["reason"]
    project.git("update-ref", "-d", "refs/gitprov/generations")
    assert any(row["reason"].startswith("the prompt of ") for row in answer(project)["unknown"])


@pytest.mark.slow
def test_a_note_covers_the_lines(project: GitRepo, agent: Agent) -> None:
    """A commit that adds more lines than its note knows of is a finding; amended, picked and merged ones, whose
    notes went along, are none.
    """
    agent.write("a.py", "a = 1\nb = 2\n")
    project.commit("Add", "a.py")
    project.write("c.py", "c = 3\n")
    project.git("add", "c.py")
    project.git("commit", "--amend", "--no-edit")
    picked = project.oid()
    assert ids(answer(project, "--require-trace-id")) == []
    project.git("checkout", "-q", "-b", "other", "HEAD~1")
    project.write("d.py", "d = 4\n")
    project.commit("Other", "d.py")
    project.git("cherry-pick", picked)
    assert ids(answer(project, "--require-trace-id")) == []
    project.git("checkout", "-q", "-b", "third", "HEAD~1")
    project.git("merge", "--no-ff", "-m", "Join", "other")
    assert ids(answer(project, "--require-trace-id")) == []
    project.git("checkout", "-q", "other")
    text = project.git("notes", "--ref", NOTES_REF, "show", "HEAD").stdout
    project.git(
        "notes", "--ref", NOTES_REF, "add", "-f", "-m", text.replace('"added":3', '"added":2'), "HEAD"
    )
    assert ids(answer(project)) == []
    document = answer(project, "--require-trace-id", status=1)
    assert ids(document) == ["trace/not-covered"]
    assert "adds 3 lines, and its note is of 2" in document["findings"][0]["message"]
