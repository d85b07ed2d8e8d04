"""Policy, suppressing comments and the baseline, end to end with `gitprov check deps`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.agent import Agent
from tests.support.registry import LoopbackRegistry, running
from tests.support.repo import GitRepo

BAD = "fastapi-turbo-auth"


@pytest.fixture
def registry() -> Iterator[LoopbackRegistry]:
    """A registry on loopback that has one package."""
    with running() as loopback:
        loopback.pypi("requests")
        yield loopback


@pytest.fixture
def written(repo: GitRepo, registry: LoopbackRegistry) -> GitRepo:
    """A repository in which an agent staged a package that does not exist, in line 2 of requirements.txt."""
    repo.env["PIP_INDEX_URL"] = f"{registry.address}/simple"
    repo.install()
    repo.write("main.py", "import requests\n")
    repo.commit("Begin")
    agent = Agent(repo)
    agent.prompt("Add packages\nfor the web")
    agent.write("requirements.txt", f"requests\n{BAD}\n")
    repo.git("add", ".")
    return repo


def answer(repo: GitRepo, *args: str, status: int) -> dict[str, Any]:
    """The document of a check of the index, or of what `args` name."""
    where = (
        args if any(text == "--range" or not text.startswith("-") for text in args) else ("--staged", *args)
    )
    done = repo.gitprov("check", "deps", "--format", "json", *where, check=False)
    assert done.returncode == status, done.stdout + done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    return document


@pytest.mark.slow
def test_a_project_decides_what_fails(written: GitRepo, registry: LoopbackRegistry) -> None:
    """`checks.deps`: what fails, another severity, a rule switched off, paths, the whole check."""
    for table, status, ids in (
        ('fail_on = "never"', 0, ["deps/nonexistent"]),
        ('severity = {"deps/nonexistent" = "low"}', 0, ["deps/nonexistent"]),
        ('severity = {"deps/nonexistent" = "low"}\nfail_on = "low"', 1, ["deps/nonexistent"]),
        ('severity = {"deps/nonexistent" = "off"}', 0, []),
        ('exclude = ["requirements*"]', 0, []),
        ('include = ["src/"]', 0, []),
    ):
        written.write(".gitprov.toml", f"[checks.deps]\n{table}\n")
        assert [row["id"] for row in answer(written, status=status)["findings"]] == ids, table
    count = len(registry.requests)
    written.write(".gitprov.toml", "[checks.deps]\nenabled = false\n")
    assert answer(written, status=0)["status"] == "off"
    assert len(registry.requests) == count
    written.write(".gitprov.toml", "[checks.deps]\nenable = false\n")
    done = written.gitprov("check", "deps", "--staged", check=False)
    assert (done.returncode, "checks.deps has no key" in done.stderr) == (2, True)


def test_who_wrote_it(written: GitRepo) -> None:
    """A finding has trace, agent, model, the prompt's first line, and the committer once there is a commit."""
    row = answer(written, status=1)["findings"][0]
    assert (row["agent"], row["model"], row["commit"], row["committer"]) == ("my-tool", "model-1", None, None)
    written.commit_staged("Add")
    row = answer(written, "--range", "HEAD~1..HEAD", status=1)["findings"][0]
    head = written.git("log", "-1", "--format=%H%n%cn <%ce>").stdout.splitlines()
    assert [row["commit"], row["committer"]] == head
    assert (row["trace"], row["prompt"]) == (written.traces()[0]["id"], "Add packages")
    done = written.gitprov("check", "deps", "requirements.txt", check=False)
    assert f"committed by {head[1]}: “Add packages”" in done.stdout


def test_comments(written: GitRepo) -> None:
    """A reason suppresses; without one, and where nothing is reported, the comment is reported itself."""
    agent = Agent(written)
    agent.write(
        "requirements.txt", f"requests\n{BAD} # gitprov: ignore[deps/nonexistent] published on Monday\n"
    )
    written.git("add", ".")
    document = answer(written, status=0)
    assert (document["status"], document["counts"]["suppressed"]) == ("clean", 1)
    agent.write(
        "requirements.txt",
        f"requests # gitprov: ignore[deps/young] old\n{BAD} # gitprov: ignore[deps/nonexistent]\n",
    )
    written.git("add", ".")
    rows = [(row["id"], row["line"]) for row in answer(written, status=1)["findings"]]
    assert rows == [
        ("check/unused-suppression", 1),
        ("check/suppression-without-reason", 2),
        ("deps/nonexistent", 2),
    ]


def test_the_baseline(written: GitRepo) -> None:
    """Written once, it holds the finding back wherever its line moves, but no other; what is gone is named."""
    document = answer(written, "--write-baseline", status=0)
    assert (document["findings"], document["counts"]["baseline"]) == ([], 1)
    text = written.read(".gitprov-baseline.json")
    assert len(text.splitlines()) == 3
    agent = Agent(written)
    agent.write("requirements.txt", f"# ours\nrequests\n{BAD}\n{BAD}\n")
    written.git("add", "requirements.txt")
    document = answer(written, status=1)
    assert [row["line"] for row in document["findings"]] == [4]
    assert document["counts"]["baseline"] == 1
    agent.write("requirements.txt", "requests\n")
    written.git("add", "requirements.txt")
    gone = [{"id": "deps/nonexistent", "path": "requirements.txt"}]
    assert answer(written, status=0)["vanished"] == gone
    (written.path / "requirements.txt").unlink()
    written.git("add", "requirements.txt")
    assert answer(written, status=0)["vanished"] == gone
    assert answer(written, "--write-baseline", status=0)["vanished"] == gone
    assert len(written.read(".gitprov-baseline.json").splitlines()) == 2


def test_a_baseline_elsewhere(written: GitRepo) -> None:
    """`--baseline`: a file of another name; one that is missing or broken is an error, never an empty one."""
    answer(written, "--baseline=old.json", "--write-baseline", status=0)
    assert answer(written, "--baseline=old.json", status=0)["counts"]["baseline"] == 1
    answer(written, status=1)
    written.write("old.json", "<<<<<<< HEAD\n")
    for name in ("old.json", "missing.json", "."):
        done = written.gitprov("check", "deps", "--staged", f"--baseline={name}", check=False)
        assert done.returncode == 2, name
        assert "--write-baseline" in done.stderr
