"""The plug-in on a module that an agent wrote: accepted, changed by another prompt, seen."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.agent import Agent
from tests.support.repo import GitRepo, run
from tests.support.sealed import sealed_env

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent / "invoices"
FILE = "artifacts/baseline_hashes.json"
CASES = "tests/ai_baseline/test_invoices.py"
AMOUNTS = '{"input": [1050, "1.1"]}\n{"input": [250, "0.05"], "id": "half"}\n'
KEYS = {
    "digest",
    "kind",
    "preview",
    "order",
    "tolerance",
    "trace",
    "prompt_version",
    "accepted_by",
    "at",
    "reason",
}


def run_pytest(repo: GitRepo, *args: str, seed: str = "0") -> subprocess.CompletedProcess[str]:
    """The documented command line, here; only the plug-ins that it needs are loaded, and no second start is needed."""
    plugins = ["gitprov.testing.plugin", *(["xdist"] if "-n" in args else []), "no:cacheprovider"]
    words = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        *(word for name in plugins for word in ("-p", name)),
        *args,
    ]
    env = {
        **repo.env,
        "PYTHONPATH": str(repo.path),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTHONHASHSEED": seed,
    }
    return run(words, cwd=repo.path, env=env, check=False)


def compare(repo: GitRepo, *args: str, seed: str = "0") -> subprocess.CompletedProcess[str]:
    """Compare the cases with the baseline."""
    return run_pytest(repo, "tests/ai_baseline/", "--compare-hashes", FILE, *args, seed=seed)


def rows(repo: GitRepo) -> dict[str, Any]:
    """The cases of the baseline by the part of their names after the file."""
    document = json.loads((repo.path / FILE).read_text())
    return {name.partition("::")[2]: row for name, row in document["cases"].items()}


@pytest.fixture(scope="module")
def accepted(tmp_path_factory: pytest.TempPathFactory, hooked_template: Path) -> Path:
    """A project whose module an agent wrote, committed, with its baseline accepted and committed."""
    place = tmp_path_factory.mktemp("accepted")
    shutil.copytree(hooked_template, place / "repo", symlinks=True)
    repo = GitRepo(place / "repo", sealed_env(place))
    repo.tick()
    agent = Agent(repo)
    agent.prompt("Write invoices", prompt_version="v1")
    agent.write("shop/invoices.py", (HERE / "first.txt").read_text())
    repo.write(CASES, (HERE / "cases.txt").read_text())
    repo.write("tests/ai_baseline/amounts.jsonl", AMOUNTS)
    repo.write(".gitignore", "__pycache__\n")
    repo.commit("Invoices")
    missing = compare(repo)
    assert (missing.returncode, "there is no baseline" in missing.stderr) == (4, True)
    refused = compare(repo, "--update-hashes")
    assert (refused.returncode, "needs --reason" in refused.stderr) == (4, True)
    done = compare(repo, "--update-hashes", "--reason", "First baseline")
    assert done.returncode == 0, done.stdout
    assert "test_invoices.py::test_due[no-date]: new" in done.stdout
    repo.commit("Baseline")
    return place


@pytest.fixture
def shop(accepted: Path, tmp_path: Path) -> GitRepo:
    """A copy of that project."""
    shutil.copytree(accepted / "repo", tmp_path / "repo", symlinks=True)
    repo = GitRepo(tmp_path / "repo", sealed_env(tmp_path))
    for _ in range(5):
        repo.tick()
    return repo


def test_what_is_accepted(shop: GitRepo) -> None:
    """The file has each case with who accepted it, when, why, and which generation wrote the code."""
    cases = rows(shop)
    trace = shop.git("notes", "--ref=gitprov", "show", "HEAD~1").stdout
    assert len(cases) == 7
    for row in cases.values():
        assert set(row) == KEYS
        assert row["accepted_by"] == "Alice <alice@example.com>"
        assert (row["reason"], row["prompt_version"]) == ("First baseline", "v1")
        assert row["trace"] in trace
    assert cases["test_due[no-date]"]["kind"] == "raised"
    assert cases["test_sum[sum]"]["preview"] == "observed(exited=0, stdout='3\\n')"
    assert cases["test_converted[half]"]["preview"] == "observed(returned=decimal.Decimal('0.13'))"


def test_another_prompt_is_seen(shop: GitRepo) -> None:
    """Floats for integers, a zone that is gone, another rounding: each fails with the path and the prompt that did
    it; unchanged cases pass. An update shows old beside new.
    """
    agent = Agent(shop, session="s2")
    agent.prompt("Simplify", prompt_version="v2")
    agent.write("shop/invoices.py", (HERE / "second.txt").read_text())
    shop.commit("Simpler")
    done = compare(shop, "--baseline-report", "report.json")
    assert done.returncode == 1
    for text in (
        "at returned['cents']:\n  - 399 (int)\n  + 399.0 (float)",
        "- datetime.datetime('2026-03-29T12:00:00+00:00 UTC') (datetime.datetime)",
        "+ datetime.datetime('2026-03-29T12:00:00') (datetime.datetime)",
        "- decimal.Decimal('0.13') (decimal.Decimal)\n  + decimal.Decimal('0.12') (decimal.Decimal)",
        "prompt version v2",
        "accepted by Alice <alice@example.com> at ",
    ):
        assert text in done.stdout
    assert "3 failed, 4 passed" in done.stdout
    report = json.loads((shop.path / "report.json").read_text())
    assert report["counts"] == {"same": 4, "differs": 3, "order": 0, "new": 0, "unknown": 0, "not_run": 0}
    assert {row["state"] for row in report["cases"]} == {"differs"}
    before = rows(shop)
    done = compare(shop, "--update-hashes", "--reason", "Floats are fine", "-n", "2", seed="random")
    assert done.returncode == 0, done.stdout
    assert "      - 399 (int)\n      + 399.0 (float)" in done.stdout
    after = rows(shop)
    changed = {name for name in after if after[name] != before[name]}
    assert len(changed) == 3
    assert {after[name]["prompt_version"] for name in changed} == {"v2"}
    assert {after[name]["reason"] for name in changed} == {"Floats are fine"}


def test_cases_that_nobody_runs(shop: GitRepo) -> None:
    """A case that is gone is an error of a whole run, with workers too, and none of a run that leaves tests out."""
    path = shop.path / CASES
    path.write_text(path.read_text().replace('gitprov.case([], "USD")(total)', "total"))
    name = "nobody runs this case any more: tests/ai_baseline/test_invoices.py::test_total["
    for args, status in ((("-n", "2"), 1), (("-k", "due"), 0)):
        done = compare(shop, *args)
        assert (done.returncode, name in done.stdout) == (status, bool(status)), done.stdout
    alone = run_pytest(shop, f"{CASES}::test_due[no-date]", "--compare-hashes", FILE)
    assert (alone.returncode, name in alone.stdout) == (0, False)
    shop.write("tests/ai_baseline/test_broken.py", "import no_such_module\n")
    done = compare(shop, "--update-hashes", "--reason", "a part")
    assert "not written, the run did not come to its end" in done.stdout
    shop.write("tests/ai_baseline/test_broken.py", "import pytest\npytest.importorskip('no_such_module')\n")
    compare(shop, "--update-hashes", "--reason", "a part")
    assert len(rows(shop)) == 7
    (shop.path / "tests/ai_baseline/test_broken.py").unlink()
    done = compare(shop, "--update-hashes", "--reason", "gone")
    assert "removed, nobody runs it" in done.stdout
    assert len(rows(shop)) == 6


BACKWARDS = "def pytest_collection_modifyitems(items):\n    items.reverse()\n"


def test_any_order(shop: GitRepo) -> None:
    """The file is the same whether the cases run forwards, backwards, in parts or in two processes."""

    def made(*runs: tuple[str, ...]) -> str:
        (shop.path / FILE).unlink()
        for args in runs:
            done = compare(shop, "--update-hashes", "--reason", "First baseline", *args)
            assert done.returncode == 0, done.stdout
        return re.sub('"at":"[^"]*"', '"at":""', (shop.path / FILE).read_text())

    forwards = re.sub('"at":"[^"]*"', '"at":""', (shop.path / FILE).read_text())
    shop.write("tests/ai_baseline/conftest.py", BACKWARDS)
    assert made(()) == forwards
    assert made(("-k", "due or sum"), ("-k", "not due", "-n", "2")) == forwards
    before = (shop.path / FILE).read_bytes()
    assert compare(shop, "-k", "total").returncode == 0
    assert (shop.path / FILE).read_bytes() == before


def test_files_that_are_no_baseline(shop: GitRepo) -> None:
    """A half-merged file and one of another version stop the run with the reason; a case without a digest fails."""
    path = shop.path / FILE
    text = path.read_text()
    for changed, message in (
        (text.replace('{"v":1', '{"v":9'), "of version 9"),
        ("<<<<<<< HEAD\n" + text, "half merged"),
    ):
        path.write_text(changed)
        done = compare(shop)
        assert done.returncode == 4
        assert message in done.stderr
        assert "hint: " in done.stderr
    path.write_text(text)
    digest = rows(shop)["test_due[no-date]"]["digest"]
    path.write_text(text.replace(f'"{digest}"', "null"))
    done = compare(shop, "-k", "no-date")
    assert (done.returncode, "the baseline has no digest of this case" in done.stdout) == (1, True)


def test_bad_input(shop: GitRepo) -> None:
    """Cases that hang, exit, flood, change state or leave threads are seen as what they did, and harm no other."""
    shop.write(".gitprov.toml", 'privacy = "full"\n')  # previews are redacted all the same
    shop.write("tests/bad/test_bad.py", (HERE / "bad_input.txt").read_text())
    args = ("tests/bad", "--compare-hashes", "bad.json", "--update-hashes", "--reason", "r")
    done = run_pytest(shop, *args)
    document = json.loads((shop.path / "bad.json").read_text())
    previews = {
        name.partition("::test_")[2].removesuffix("[x]"): row["preview"]
        for name, row in document["cases"].items()
    }
    assert previews == {
        "exits": "observed(raised=SystemExit(args=(3,)))",
        "ends": "observed(raised=SystemExit(args=(0,)))",
        "method": "observed(returned='TestMethodsTestMethods')",
        "changes_everything": "observed(returned=([], 'UTC'), files={'sub/out.txt': 'written'})",
        "sees_nothing_of_it": "observed(returned=([], None, 0.8444218515250481, ('UTC', 'UTC')))",
        "threads": "observed(returned=None, threads=1)",
        "calls_out": "observed(returned='a case makes no calls out', calls_out=['192.0.2.1:80'])",
        "recursive": "observed(returned={'self': cycle(1)})",
        "clock": "observed(returned=(datetime.datetime('2026-01-02T03:04:05'), datetime.date('2026-01-02'), 1767323045.0, 3, True, datetime.datetime('2026-01-01T00:00:00')))",
        "files": "observed(returned=None, stderr='careful\\n', files={'in.txt': '1more', 'same.txt': None})",
        "coroutine": "observed(returned=1)",
        "secret": "observed(returned={'b': 2, 'key': '[REDACTED:aws-access-key]'})",
    }  # fmt: skip
    for text in (
        "the case ran longer than 0.2 s",
        "the case wrote more than is kept",
        "the case needs the module no_such_module, which is not installed",
        "no rule for a part of the value: object: no rule for values of this type",
        "4 failed, 12 passed",
    ):
        assert text in done.stdout
    again = run_pytest(shop, *args[:3])
    assert "4 failed, 12 passed" in again.stdout


def test_without_options(shop: GitRepo) -> None:
    """Cases are skipped where nobody asks for a baseline; the plug-in imports nothing then."""
    done = run_pytest(shop, "tests/ai_baseline")
    assert (done.returncode, "7 skipped" in done.stdout) == (0, True)
    shop.write("none.py", "")
    shop.write(
        "conftest.py",
        "import sys\n"
        "def pytest_sessionfinish():\n"
        "    print('loaded', sorted(name for name in sys.modules if name.startswith('gitprov')))\n",
    )
    done = run_pytest(shop, "--collect-only", "none.py")
    assert "loaded ['gitprov', 'gitprov.testing', 'gitprov.testing.plugin']" in done.stdout


def test_public_names() -> None:
    """Each name of the table can be imported from gitprov; other names are an AttributeError."""
    import gitprov

    for name in ("case", "cases", "command", "equivalent", "register", "Tolerance"):
        assert callable(getattr(gitprov, name))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = gitprov.nothing  # type: ignore[attr-defined]
    assert os.path.exists(str(gitprov.__file__))
