"""Real semgrep, uv audit, GitHub's rules for SARIF and actionlint; each is skipped where it is not installed."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gitprov.checks.deps.advisories import Advisory, Pin
from gitprov.flow.gates.lookup import LookupOptions
from gitprov.flow.gates.programs.uv_audit import ask_uv
from gitprov.flow.gates.security import rules
from gitprov.flow.gates.subjects import Subject
from gitprov.flow.gates.tools import ToolOptions, with_tools
from gitprov.model.ranges import LineSet
from gitprov.output.checks.sarif import document
from tests.output.checks.samples import EVERYTHING, NOTHING
from tests.support.registry import Reply, running
from tests.support.sealed import ROOT

pytestmark = pytest.mark.skipif("GITPROV_LIVE" not in os.environ, reason="`make test-live` runs these")
PLACE = Path(os.environ.get("GITPROV_LIVE", ROOT / "build" / "live"))
FOLDERS = [str(PLACE / "venv/bin"), str(PLACE / "bin"), str(Path(sys.executable).parent)]
PATH = os.pathsep.join([*FOLDERS, os.environ.get("PATH", os.defpath)])
RULE = """\
rules:
  - id: query-from-parts
    languages: [python]
    severity: ERROR
    message: A query is put together with the percent sign.
    pattern: $Q = "..." % $X
    metadata: {cwe: ["CWE-89: SQL Injection"], confidence: HIGH}
"""
CODE = "def rows(db, name):\n    query = \"SELECT * FROM t WHERE n = '%s'\" % name\n    return list(db.execute(query))\n"


def program(name: str) -> str:
    """The path of a tool."""
    path = shutil.which(name, path=PATH)
    if path is None:
        pytest.skip(f"{name} is not installed")
    return path


@pytest.mark.parametrize("name", ["ruff", "bandit", "semgrep"])
def test_a_tool_and_its_report(name: str, tmp_path: Path) -> None:
    """The version of today is started, its report is read, and the string of a query is found."""
    program(name)
    (tmp_path / "rule.yml").write_text(RULE)
    subject = Subject("a.py", CODE.encode(), LineSet([1, 2, 3]))
    env = {**os.environ, "PATH": PATH, "HOME": str(tmp_path)}
    options = ToolOptions((name,), (str(tmp_path / "rule.yml"),), True, env)
    (row,) = with_tools([], [subject], rules(), options)
    assert (row.rule, row.lines) == ("security/sql-injection", (2, 2))
    assert f"({name} " in row.message


def test_uv_audit(tmp_path: Path) -> None:
    """The uv of today reads the locked project, and its report on a service on loopback is read."""
    program("uv")
    old, new = Pin("pypi", "jinja2", "3.1.2"), Pin("pypi", "pyyaml", "6.0b1")
    with running() as service:
        results = [{"vulns": [{"id": "GHSA-x", "modified": "2026-01-01T00:00:00Z"}]}, {}]
        service.add("/osv/v1/querybatch", Reply(data=json.dumps({"results": results}).encode()))
        fixed = [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "3.1.3"}]}]
        affected = {"package": {"ecosystem": "PyPI", "name": "jinja2"}, "ranges": fixed}
        record = {
            "id": "GHSA-x",
            "modified": "2026-01-01T00:00:00Z",
            "aliases": ["CVE-1"],
            "affected": [affected],
        }
        service.add("/osv/v1/vulns/GHSA-x", Reply(data=json.dumps(record).encode()))
        env = {"PATH": PATH, "HOME": str(tmp_path)}
        answer = ask_uv(f"{service.address}/osv", [old, new], LookupOptions(False, 0.0, str(tmp_path)), env)
    assert answer.problem == ""
    assert answer.reported is not None
    assert answer.reported.entries == {old: [Advisory("GHSA-x", ("CVE-1",), "3.1.3")], new: []}


def test_rules_of_github_for_sarif(tmp_path: Path) -> None:
    """No error of the multitool, with GitHub's rules besides the standard's."""
    multitool = shutil.which(
        "Sarif.Multitool", path=str(PLACE / "node_modules/@microsoft/sarif-multitool-linux")
    )
    if multitool is None:
        pytest.skip("the multitool is not installed")
    env = {**os.environ, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1", "HOME": str(tmp_path)}
    for report in (EVERYTHING, NOTHING):
        log = tmp_path / "log.sarif"
        log.write_text(json.dumps(document(report, "1.2.3", "deps", {})))
        words = [
            multitool,
            "validate",
            str(log),
            "--rule-kind",
            "Sarif;Ghas",
            "--output",
            str(tmp_path / "v.sarif"),
        ]
        done = subprocess.run(
            [*words, "--log", "ForceOverwrite"], env=env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert "error " not in done.stdout


def test_the_workflow_of_the_documentation(tmp_path: Path) -> None:
    """The linter has nothing against it, nor against the inputs that it gives the action."""
    linter = program("actionlint")
    blocks = re.findall(r"^```yaml\n(.*?)^```", (ROOT / "docs/ci.md").read_text(), re.MULTILINE | re.DOTALL)
    text = next(block for block in blocks if block.startswith("# .github"))
    folder = tmp_path / ".github/workflows"
    folder.mkdir(parents=True)
    (tmp_path / "action.yml").write_text((ROOT / "action.yml").read_text())
    (folder / "gitprov.yml").write_text(re.sub(r"OWNER/gitprov@\S+", "./", text))
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    done = subprocess.run([linter], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    broken = (folder / "gitprov.yml").read_text().replace("require-trace-id:", "no-such-input:")
    (folder / "gitprov.yml").write_text(broken)
    assert subprocess.run([linter], cwd=tmp_path, capture_output=True, check=False).returncode == 1
