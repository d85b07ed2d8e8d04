"""Every setting does something: another value changes what gitprov does."""

from __future__ import annotations

import os
import re

import pytest

from gitprov.model.settings.config import KEYS, Config
from gitprov.store.inbox import limits
from tests.support.agent import Agent
from tests.support.claude import ClaudeSession
from tests.support.repo import GitRepo
from tests.support.sealed import ROOT

pytestmark = pytest.mark.plain

HERE = "tests/flow/test_settings.py"
#: Key → the test that shows its effect.
SHOWN = {
    "trailers": "tests/flow/test_commit_profiles.py::test_profiles",
    "custom_trailers": "tests/flow/test_commit_profiles.py::test_custom_profile",
    "require": "tests/flow/test_commit_gate.py::test_incomplete",
    "privacy": "tests/flow/test_commit_privacy.py::test_secrets",
    "sidecar": "tests/flow/test_commit_profiles.py::test_sidecar_removed",
    "markers": "tests/flow/test_commit_profiles.py::test_markers_not_guarded",
    "sweep": "tests/sweep/test_edges.py::test_switched_off",
    "instructions": "tests/flow/test_capture_claude.py::test_a_project_names_its_own_instruction_files",
    "plans": "tests/agents/test_origins.py::test_plans_are_instructions",
    "prompts": "tests/versions/test_prompts.py::test_files_that_a_project_names",
    "share.generations": "tests/flow/test_sync.py::test_generations_stay_at_home_until_somebody_decides",
    "share.required": "tests/install/test_pre_push.py::test_where_sharing_is_required",
    "inbox.max_file_bytes": f"{HERE}::test_size_of_a_file",
    "inbox.keep_days": f"{HERE}::test_days_of_evidence",
    "inbox.max_archive_bytes": f"{HERE}::test_size_of_the_archive",
    "redact.allow": "tests/flow/test_commit_privacy.py::test_rules_of_the_project",
    "redact.extra": "tests/flow/test_commit_privacy.py::test_rules_of_the_project",
    "verify.signatures": "tests/flow/test_verify.py::test_signatures",
    "feeds.pypi_popular": "tests/gates/test_feeds.py::test_update",
    "feeds.npm_popular": "tests/gates/test_feeds.py::test_update",
    "feeds.import_map": "tests/gates/test_feeds.py::test_update",
    "feeds.pypi_advisories": "tests/gates/test_feeds.py::test_update",
    "feeds.osv": "tests/gates/test_osv.py::test_a_service_is_asked",
    "feeds.uv_audit": "tests/gates/test_uv_audit.py::test_uv_is_asked",
    "features": "tests/flow/test_nondeterminism_run.py::test_a_feature",
    "drift": "tests/flow/test_drift.py::test_money",
    "checks": "tests/gates/test_policy.py::test_a_project_decides_what_fails",
    "personal_instructions": "tests/flow/test_links.py::test_a_persons_own_instructions",
}


def test_every_key_is_shown() -> None:
    """Each key has a test that sets it, by its name in a file or as git config spells it."""
    assert SHOWN.keys() == {key.name for key in KEYS}
    for key, place in SHOWN.items():
        path, _, name = place.partition("::")
        match = re.search(
            rf"^def {name}\(.*?(?=^(?:def|@|[A-Z])|\Z)", (ROOT / path).read_text(), re.MULTILINE | re.DOTALL
        )
        assert match, place
        last = key.rpartition(".")[2].replace("_", "").lower()
        assert last in match[0].replace("_", "").lower(), place


@pytest.mark.slow
@pytest.mark.parametrize("how", ["install", "commit"])
def test_size_of_a_file(project: GitRepo, agent: Agent, how: str) -> None:
    """A file above `inbox.max_file_bytes` is recorded by its digest, from the next install or commit with evidence on."""
    agent.write("a.py", "x = 1\n" * 10)
    assert project.events()[-1]["after"]["stored"]
    project.git("config", "gitprov.inbox.maxFileBytes", "20")
    if how == "install":
        project.install()
    else:
        project.git("add", "-A")
        project.commit_staged("Add a")
    agent.write("b.py", "x = 1\n" * 10)
    assert not project.events()[-1]["after"]["stored"]
    project.git("config", "--unset", "gitprov.inbox.maxFileBytes")
    project.install()
    agent.write("c.py", "x = 1\n" * 10)
    assert project.events()[-1]["after"]["stored"]


def test_the_limits_of_capture_are_the_documented_defaults() -> None:
    """A clone that keeps no limits has those of an empty configuration."""
    assert limits.of_config(Config()) == limits.DEFAULT


def _age(project: GitRepo, days: float) -> None:
    """Make all evidence older."""
    for path in project.inbox().rglob("*.json"):
        moment = path.stat().st_mtime - days * 86400
        os.utime(path, (moment, moment))


@pytest.mark.parametrize(("days", "kept"), [(2, 0), (60, 1)])
def test_days_of_evidence(project: GitRepo, agent: Agent, days: int, kept: int) -> None:
    """Evidence that no commit took goes after `inbox.keep_days`."""
    project.write(".gitprov.toml", f"[inbox]\nkeep_days = {days}\n")
    project.install()
    agent.write("a.py", "x = 1\n")
    _age(project, days=31 if days > 30 else 3)
    ClaudeSession(project).start()
    assert len(project.events()) == kept


@pytest.mark.slow
@pytest.mark.parametrize(("size", "kept"), [(0, 0), (1_000_000, 1)])
def test_size_of_the_archive(project: GitRepo, agent: Agent, size: int, kept: int) -> None:
    """Evidence of finished commits goes above `inbox.max_archive_bytes`, what no commit took yet stays."""
    project.git("config", "gitprov.inbox.maxArchiveBytes", str(size))
    project.install()
    agent.write("a.py", "x = 1\n")
    project.git("add", "-A")
    project.commit_staged("Add a")
    agent.write("b.py", "y = 1\n")
    ClaudeSession(project).start()
    assert len(list((project.inbox() / "archive").glob("*.json"))) == kept
    assert [event["path"] for event in project.events()] == ["b.py"]
    assert "max_archive_bytes" not in project.gitprov("doctor", check=False).stdout
