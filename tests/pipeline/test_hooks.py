"""The gates as hooks of the pre-commit framework, as `.pre-commit-hooks.yaml` publishes them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.agent import Agent
from tests.support.registry import LoopbackRegistry, running
from tests.support.repo import NOTES_REF, GitRepo, run
from tests.support.sharing import hub

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
FRAMEWORKS = ["pre-commit", *(["prek"] if (Path(sys.executable).parent / "prek").exists() else [])]


def published(name: str, **changes: object) -> dict[str, Any]:
    """A hook of the manifest, run by the environment's own Python instead of one that pre-commit builds."""
    rows = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    hook = next(row for row in rows if row["id"] == name)
    for key in ("additional_dependencies", "minimum_pre_commit_version"):
        hook.pop(key, None)
    return {**hook, "language": "system", **changes}


def configure(repo: GitRepo, tool: str, *hooks: dict[str, Any]) -> None:
    """Commit a configuration with some hooks, and install their stages."""
    document = {"repos": [{"repo": "local", "hooks": list(hooks)}]}
    repo.write(".pre-commit-config.yaml", yaml.safe_dump(document))
    repo.commit("Configure")
    stages = [f"--hook-type={stage}" for hook in hooks for stage in hook["stages"]]
    run([tool, "install", *stages], cwd=repo.path, env=repo.env)


@pytest.mark.parametrize("tool", FRAMEWORKS)
def test_packages(repo: GitRepo, tool: str) -> None:
    """Asked for by `args`, the registry answers, and the commit is refused; by default nobody is asked."""
    with running() as server:
        server.pypi("requests")
        repo.env["PIP_INDEX_URL"] = f"{server.address}/simple"
        repo.install()
        configure(repo, tool, published("gitprov-check-deps", args=[]))
        _refuse(repo, server)


def _refuse(repo: GitRepo, server: LoopbackRegistry) -> None:
    agent = Agent(repo)
    agent.write("requirements.txt", "requests\nfastapi-turbo-auth\n")
    repo.git("add", "requirements.txt")
    refused = repo.git("commit", "-m", "Add", check=False)
    assert refused.returncode == 1
    assert "deps/nonexistent" in refused.stdout + refused.stderr
    assert server.requests
    agent.write("requirements.txt", "requests\n")
    repo.commit("Add", "requirements.txt")


@pytest.mark.parametrize("tool", FRAMEWORKS)
def test_no_network_by_default(repo: GitRepo, tool: str) -> None:
    """The hook as it is published asks nobody: unknown is shown on request, and refuses nothing."""
    with running() as server:
        repo.env["PIP_INDEX_URL"] = f"{server.address}/simple"
        repo.install()
        configure(repo, tool, published("gitprov-check-deps", verbose=True))
        Agent(repo).write("requirements.txt", "fastapi-turbo-auth\n")
        repo.git("add", "requirements.txt")
        done = repo.git("commit", "-m", "Add")
        assert "could not be looked at" in done.stdout + done.stderr
        assert server.requests == []


def test_code(repo: GitRepo) -> None:
    """A commit of a model's line with a weakness is refused, and so is one whose result differs from run to run."""
    repo.install()
    hooks = [published(f"gitprov-check-{name}") for name in ("security", "nondeterminism")]
    configure(repo, "pre-commit", *hooks)
    for text, rule in (
        ("import os\n\ndef run(name):\n    os.system('ls ' + name)\n", "security/command-injection"),
        (
            "import os\n\ndef names(path):\n    return ' '.join(os.listdir(path))\n",
            "nondeterminism/directory-order",
        ),
    ):
        Agent(repo, session=rule).write("a.py", text)
        repo.git("add", "a.py")
        refused = repo.git("commit", "-m", "Add", check=False)
        assert (refused.returncode, rule in refused.stdout + refused.stderr) == (1, True)


@pytest.mark.parametrize("tool", FRAMEWORKS)
def test_records(repo: GitRepo, tool: str, tmp_path: Path) -> None:
    """A push of a commit whose note is lost is refused; with the note it goes."""
    remote = hub(tmp_path / "hub.git", repo.env)
    repo.install()
    configure(repo, tool, published("gitprov-check-trace"))
    repo.git("remote", "add", "origin", remote.path.as_uri())
    repo.git("push", "-q", "-u", "origin", "main")
    agent = Agent(repo)
    for name in ("a.py", "b.py"):
        agent.write(name, "x = 1\n")
        repo.commit("Add", name)
    tip = repo.oid(NOTES_REF)
    repo.git("notes", f"--ref={NOTES_REF}", "remove", "HEAD")
    refused = repo.git("push", "origin", "main", check=False)
    assert refused.returncode == 1
    assert "trace/no-note" in refused.stdout + refused.stderr
    repo.git("update-ref", NOTES_REF, tip)
    repo.git("push", "-q", "origin", "main")
