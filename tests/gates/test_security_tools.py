"""`gitprov check security` with other tools: real ruff and bandit, a semgrep that prints what a real one did."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from gitprov.flow.gates import tools
from gitprov.flow.gates.security import rules
from gitprov.flow.gates.subjects import Subject
from gitprov.flow.gates.tools import ToolOptions, with_tools
from gitprov.model.ranges import LineSet
from tests.support.agent import Agent
from tests.support.repo import GitRepo

CODE = """\
import telnetlib

def ask(name):
    try:
        with telnetlib.Telnet(name) as line:
            return line.read_all()
    except Exception:
        pass

def rows(db, name):
    query = "SELECT * FROM users WHERE name = '%s'" % name
    return db.execute(query)
"""
SEMGREP = """\
#!/bin/sh
echo "$@" >>"$HOME/semgrep-args"
ls >>"$HOME/semgrep-args"
echo '{"version":"1.185.0","results":[{"check_id":"...query-from-parts","path":"f0.py",
"start":{"line":12,"col":5,"offset":87},"end":{"line":12,"col":49,"offset":131},"extra":{"message":"From parts.",
"metadata":{"cwe":["CWE-89: Improper Neutralization"],"confidence":"HIGH"},"severity":"ERROR"}},
{"check_id":"...opened","path":"f0.py","start":{"line":6,"col":1,"offset":1},"end":{"line":6,"col":2,"offset":2},
"extra":{"message":"Telnet is read.","metadata":{},"severity":"WARNING"}}],"errors":[]}'
"""


def script(path: Path, text: str) -> None:
    """Write a program."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


def answer(repo: GitRepo, *args: str, status: int) -> dict[str, Any]:
    """The document of a check of the index."""
    done = repo.gitprov("check", "security", "--staged", "--format", "json", *args, check=False)
    assert done.returncode == status, done.stdout + done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def test_tools_of_the_policy(repo: GitRepo, tmp_path: Path) -> None:
    """Findings of models' lines, each once, with author and tools; a comment suppresses them like others."""
    repo.install()
    repo.write("old.py", CODE)
    repo.write(
        ".gitprov.toml",
        '[checks.security]\ntools = ["ruff", "bandit", "semgrep"]\nsemgrep_rules = ["my.yml"]\n',
    )
    repo.write("my.yml", "rules: []\n")
    repo.commit("Begin")
    Agent(repo).write("build/tests/new.py", CODE)
    repo.git("add", ".")
    script(tmp_path / "fake/semgrep", SEMGREP)
    repo.env["PATH"] = f"{tmp_path / 'fake'}{os.pathsep}{repo.env['PATH']}"
    document = answer(repo, status=1)
    rows = {(row["id"], row["line"]): row for row in document["findings"]}
    assert {*rows} == {
        ("security/call-without-timeout", 5),
        ("security/cleartext-protocol", 5),
        ("security/semgrep-opened", 6),
        ("security/ruff-s110", 7),
        ("security/sql-injection", 11),
        ("security/sql-injection", 12),
    }
    assert document["unknown"] == []
    assert "(ruff S110, bandit B110)" in rows["security/ruff-s110", 7]["message"]
    assert rows["security/sql-injection", 12]["message"].endswith(" (also semgrep query-from-parts)")
    assert {row["model"] for row in rows.values()} == {"model-1"}
    assert {row["path"] for row in rows.values()} == {"build/tests/new.py"}
    args, files = (tmp_path / "home/semgrep-args").read_text().splitlines()
    assert args.startswith("scan --experimental --json --quiet --metrics off ")
    assert args.endswith(f" --config {repo.path}/my.yml .")
    assert files == "f0.py"
    Agent(repo, session="later").write(
        "build/tests/new.py",
        CODE.replace("Exception:", "Exception:  # gitprov: ignore[security/ruff-s110] a probe"),
    )
    repo.git("add", ".")
    document = answer(repo, "--tool", "ruff", status=1)
    assert document["counts"]["suppressed"] == 1
    done = repo.gitprov("check", "security", "--tool", "other", check=False)
    assert (done.returncode, "--tool takes ruff, bandit, semgrep" in done.stderr) == (2, True)
    repo.write(".gitprov.toml", '[checks.security]\ntools = ["other"]\n')
    done = repo.gitprov("check", "security", check=False)
    assert (done.returncode, "checks.security.tools" in done.stderr) == (2, True)


def judged(text: str = CODE, path: str = "a.py") -> list[Subject]:
    """One file, all of whose lines are new."""
    return [Subject(path, text.encode(), LineSet.of_runs([(1, 99)]))]


def reasons(name: str, subjects: list[Subject], *args: str) -> list[tuple[str | None, str, str | None]]:
    """(path, reason, remedy) of what a tool could not look at."""
    options = ToolOptions((name,), args, every_line=True, env=os.environ)
    return [(row.path, row.message, row.mend) for row in with_tools([], subjects, rules(), options)]


def test_a_tool_that_cannot_look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Missing, failing, slow, printing no report or too much, a file that does not parse: unknown with its remedy."""
    fake = tmp_path / "bin"
    monkeypatch.setenv("PATH", f"{fake}{os.pathsep}/usr/bin{os.pathsep}/bin")
    monkeypatch.setattr(sys, "executable", str(fake / "python"))
    remedy = "pip install bandit, or leave it out of the tools"
    assert reasons("bandit", judged()) == [(None, "bandit is not installed", remedy)]
    again = "see what is wrong: bandit --version"
    for text, reason, mend in (
        (
            "echo first >&2; echo 'no such option' >&2; exit 2",
            "bandit failed with status 2: no such option",
            again,
        ),
        (
            "echo Traceback",
            "the report of bandit cannot be read: Expecting value: line 1 column 1 (char 0)",
            again,
        ),
        ("sleep 60", "bandit took more than 1 seconds", "judge a smaller range"),
        ("head -c 3000 /dev/zero", "bandit printed more than 0 MiB", "judge a smaller range"),
    ):
        monkeypatch.setattr(tools, "_LONGEST", 1.0 if text.startswith("sleep") else 60.0)
        monkeypatch.setattr(tools, "_LARGEST", 2000)
        script(fake / "bandit", f"#!/bin/sh\n{text}\n")
        assert reasons("bandit", judged()) == [(None, reason, mend)]
    script(fake / "bandit", "#!/no/such/interpreter\n")
    (row,) = reasons("bandit", judged())
    assert row[1].startswith("bandit could not be started: ")
    assert reasons("semgrep", judged())[0][1] == "semgrep has no rules to run"
    assert reasons("bandit", []) == []


def test_files_that_a_tool_does_not_judge() -> None:
    """One that does not parse is unknown by name; other languages are not given to tools of Python."""
    assert reasons("ruff", judged("def f(:\n"))[0][:2] == (
        "a.py",
        "ruff could not judge it: Expected a parameter or the end of the parameter list",
    )
    assert reasons("bandit", judged("eval(x)\n", "a.js")) == []
    assert reasons("bandit", judged("def f(:\n"))[0][0] == "a.py"
