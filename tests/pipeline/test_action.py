"""The scripts of `action.yml`, run as a runner runs them: pull request, push, fork, hostile values, repair."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.agent import Agent
from tests.support.registry import LoopbackRegistry, running
from tests.support.repo import NOTES_REF, GitRepo
from tests.support.sealed import ROOT
from tests.support.server import Server
from tests.support.workflow import Action, Interface, interface

pytestmark = pytest.mark.slow

BAD = {"requirements.txt": "requests\nfastapi-turbo-auth\n"}
#: A Python that makes environments whose Python writes down its arguments.
FAKE = """#!/bin/sh
mkdir -p "$4/bin"
cat >"$4/bin/python" <<END
#!/bin/sh
echo "\\$@" >"$4/pip"
END
chmod +x "$4/bin/python"
"""
GOOD = {"requirements.txt": "requests\n"}


@pytest.fixture
def server(tmp_path: Path, env: dict[str, str]) -> Server:
    """The forge."""
    return Server(tmp_path, env)


@pytest.fixture
def registry(server: Server) -> Iterator[LoopbackRegistry]:
    """A registry of packages that jobs ask."""
    with running() as loopback:
        loopback.pypi("requests")
        server.alice.env["PIP_INDEX_URL"] = f"{loopback.address}/simple"
        yield loopback


@pytest.fixture
def forge() -> Iterator[Interface]:
    """The interface for comments."""
    with interface() as loopback:
        yield loopback


def checkout(server: Server, base: str, head: str) -> GitRepo:
    """A job as the runner's checkout makes it for a pull request: the server's merge commit, and nothing else."""
    job = server.job("--depth=1")
    args = ("commit-tree", f"{head}^{{tree}}", "-p", base, "-p", head, "-m", "Merge")
    merge = server.alice.git(*args).stdout.strip()
    server.alice.git("push", "-q", "--no-verify", "origin", f"+{merge}:refs/pull/7/merge")
    job.git("fetch", "-q", "--depth=1", "origin", "refs/pull/7/merge")
    job.git("checkout", "-q", "FETCH_HEAD")
    return job


def action(
    server: Server, job: GitRepo, settings: dict[str, str], forge: Interface | None = None, **inputs: str
) -> Action:
    """The action in a job."""
    job.env |= {**settings, "GITHUB_REPOSITORY": "a/b", "GITHUB_API_URL": forge.address if forge else ""}
    document = json.loads(Path(settings["GITHUB_EVENT_PATH"]).read_text())
    server.jobs += 1
    names = {name.replace("_", "-"): value for name, value in inputs.items()}
    return Action(job, server.place / f"runner{server.jobs}", names, document)


@pytest.mark.usefixtures("registry")
def test_pull_request(server: Server, forge: Interface) -> None:
    """Annotations, summary, SARIF, one comment that is brought up to date, and a failed job."""
    base = server.alice.oid()
    head = server.request(7, BAD)
    server.grow()
    settings = server.pull_request(7, server.alice.oid("main"), head)
    done = action(
        server, checkout(server, server.alice.oid("main"), head), settings, forge, upload_sarif="true"
    )
    assert done.run() == 1
    assert done.values["steps.range.outputs.range"] == f"{base}..{head}"
    assert "::error file=requirements.txt,line=2,endLine=2,title=deps/nonexistent::" in done.text
    assert "fastapi-turbo-auth" in done.summary
    reports = Path(done.values["steps.gates.outputs.reports"]) / "sarif"
    results = {path.stem: json.loads(path.read_text())["runs"][0]["results"] for path in reports.iterdir()}
    assert {name: len(rows) for name, rows in results.items()} == {"trace": 0, "deps": 1, "security": 0}
    assert [step["with"] for step in done.used] == [{"sarif_file": str(reports)}]
    assert len(forge.comments) == 1
    assert "fastapi-turbo-auth" in forge.comments[0]["body"]
    _mend(server, forge)


def _mend(server: Server, forge: Interface) -> None:
    """The branch without the package: the comment is changed, not repeated, and the job is green."""
    server.alice.git("checkout", "-q", "feature")
    Agent(server.alice, session="later").write("requirements.txt", GOOD["requirements.txt"])
    server.alice.commit("Leave it out")
    server.alice.git("push", "-q", "origin", "feature")
    head = server.alice.oid()
    server.publish(7, head)
    settings = server.pull_request(7, server.alice.oid("main"), head)
    done = action(server, checkout(server, server.alice.oid("main"), head), settings, forge)
    assert done.run() == 0, done.text
    assert len(forge.comments) == 1
    assert "fastapi-turbo-auth" not in forge.comments[0]["body"]
    assert forge.calls[-1] == "PATCH /repos/a/b/issues/comments/1"


@pytest.mark.usefixtures("registry")
def test_push(server: Server) -> None:
    """The commits of the push, in a shallow clone; no comment."""
    before = server.alice.oid()
    head = server.request(7, BAD)
    server.alice.git("push", "-q", "origin", "feature:main")
    job = server.job("--depth=1")
    done = action(server, job, server.pushed(before, head))
    assert done.run() == 1
    assert done.values["steps.range.outputs.range"] == f"{before}..{head}"
    assert "deps/nonexistent" in done.text


def test_fork(server: Server, forge: Interface, tmp_path: Path) -> None:
    """The notes come from the fork; a token that may not write is a notice and fails nothing."""
    base = server.alice.oid()
    head = server.request(7, {"a.py": "a = 1\n"})
    fork = GitRepo(tmp_path / "fork.git", server.remote.env)
    fork.path.mkdir()
    fork.git("init", "-q", "--bare")
    server.alice.git("push", "-q", "--no-verify", str(fork.path), f"{NOTES_REF}:{NOTES_REF}")
    server.alice.git("update-ref", "-d", NOTES_REF)
    server.remote.git("update-ref", "-d", NOTES_REF)
    forge.refused = 403
    settings = server.pull_request(7, base, head, fork=fork.path.as_uri())
    done = action(server, checkout(server, base, head), settings, forge, checks="trace", strict="true")
    assert done.run() == 1  # the note is there, and the prompt is private
    assert "its generation is not in this clone" in done.text
    gone = server.pull_request(7, base, head, fork=(tmp_path / "gone").as_uri())
    done = action(server, checkout(server, base, head), gone, forge, checks="trace", strict="true")
    assert done.run() == 1
    assert "the notes of the fork cannot be read" in done.text
    assert "this clone has no notes" in done.text
    assert "no comment: the token may not write here (HTTP 403)" in done.text
    assert forge.comments == []


@pytest.mark.usefixtures("registry")
def test_comments_of_others(server: Server, forge: Interface) -> None:
    """A person's comment with our mark is left alone; what is in the findings calls nobody."""
    forge.comments.append(
        {"id": 1, "user": {"type": "User", "login": "eve"}, "body": "<!-- gitprov: findings -->"}
    )
    base = server.alice.oid()
    head = server.request(7, {"package.json": '{"dependencies": {"@nobody/at-all-x": "1"}}\n'})
    settings = server.pull_request(7, base, head)
    done = action(server, checkout(server, base, head), settings, forge, checks="deps", strict="true")
    assert done.run() == 1
    assert forge.comments[0]["body"] == "<!-- gitprov: findings -->"
    assert "@<!-- -->nobody" in forge.comments[1]["body"].replace("\\", "")
    assert "@nobody" not in forge.comments[1]["body"].replace("\\", "")


def test_hostile_values(server: Server, tmp_path: Path) -> None:
    """Values of inputs and of the event are no shell text; a check that does not exist fails the job."""
    base = server.alice.oid()
    head = server.request(7, {"a.py": "a = 1\n"})
    settings = server.pull_request(7, base, head)
    document = json.loads(Path(settings["GITHUB_EVENT_PATH"]).read_text())
    evil = f"x; touch {tmp_path}/pwned; $(touch {tmp_path}/pwned)"
    document["pull_request"]["head"]["ref"] = document["pull_request"]["base"]["ref"] = evil
    document["pull_request"]["title"] = evil
    Path(settings["GITHUB_EVENT_PATH"]).write_text(json.dumps(document))
    done = action(server, checkout(server, base, head), settings, checks=f"trace {evil}", comment="false")
    assert done.run() == 2
    assert "::error title=gitprov::check x; could not run, exit code 2" in done.text
    assert not (tmp_path / "pwned").exists()


def test_repair(server: Server) -> None:
    """`mode: repair` after a squash, in a push to main."""
    head = server.request(7, {"a.py": "a = 1\n"})
    before, after = server.merge(7, head, "squash")
    done = action(server, server.job("--depth=1"), server.pushed(before, after), mode="repair")
    assert done.run() == 0, done.text
    clone = server.notes()
    assert [row["files"] for row in clone.traces(after)] == [{"a.py": {"ai": "1"}}]
    assert clone.git("log", "-1", "--format=%cn", NOTES_REF).stdout == "github-actions[bot]\n"


def test_python_and_installation(server: Server, tmp_path: Path) -> None:
    """Python is looked for; gitprov goes into an environment of its own, of which only the commands are on PATH."""
    done = action(server, server.job(), server.pushed(server.alice.oid(), server.alice.oid()))
    steps = {step["name"]: step for step in done.document["runs"]["steps"]}
    assert done.script(steps["Look for Python"]) == 0
    assert Path(done.values["steps.python.outputs.path"]).name == "python3"
    fake = tmp_path / "fake"
    fake.write_text(FAKE)
    fake.chmod(0o755)
    done.values["steps.python.outputs.path"] = str(fake)
    assert done.script(steps["Install gitprov"]) == 0, done.text
    args = (done.place / "gitprov-venv/pip").read_text()
    assert args == f"-I -m pip install --quiet --disable-pip-version-check {ROOT}[checks]\n"
    assert (done.place / "path").read_text() == f"{done.place}/gitprov-bin\n"
    names = ["git-ai-blame", "git-ai-log", "gitprov"]
    assert sorted(path.name for path in (done.place / "gitprov-bin").iterdir()) == names
    assert done.value(steps["Set up Python"]["if"]) == ""


def test_no_expression_inside_of_a_script() -> None:
    """Expressions stand in `env:` and `with:` alone; other actions are pinned to a commit."""
    document: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text())
    for step in document["runs"]["steps"]:
        assert "${{" not in step.get("run", "")
        if "uses" in step:
            assert len(step["uses"].rpartition("@")[2]) == 40
