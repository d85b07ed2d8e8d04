"""`gitprov check deps` with `uv audit`: a program that prints what uv 0.13 did; the real one runs in `make test-live`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.gates.test_osv import check
from tests.support.registry import LoopbackRegistry, running
from tests.support.repo import GitRepo

UV = """\
#!/bin/sh
echo "$@" >>"$HOME/uv-args"
grep -c 'name = "requests"' uv.lock >>"$HOME/uv-args"
[ -z "$UV_LOCKED" ] || exit 2
echo '{"schema": {"version": "preview"}, "summary": {"audited_packages": 1, "vulnerabilities": 1},
"vulnerabilities": [{"dependency": {"name": "requests", "version": "2.19.0"}, "id": "GHSA-x",
"display_id": "GHSA-x", "aliases": ["CVE-1"], "summary": "s", "fix_versions": ["2.20.0"]}]}'
exit 1
"""


@pytest.fixture
def server() -> Iterator[LoopbackRegistry]:
    """An index that has the package."""
    with running() as loopback:
        loopback.pypi("requests")
        yield loopback


@pytest.fixture
def project(repo: GitRepo, server: LoopbackRegistry, tmp_path: Path) -> GitRepo:
    """A repository with one version, and a uv before all others on PATH."""
    repo.env["PIP_INDEX_URL"] = f"{server.address}/simple"
    repo.env["UV_LOCKED"] = "1"
    repo.env["PATH"] = f"{tmp_path / 'fake'}{os.pathsep}{repo.env['PATH']}"
    (tmp_path / "fake").mkdir()
    (tmp_path / "fake/uv").write_text(UV)
    (tmp_path / "fake/uv").chmod(0o755)
    repo.write("requirements.txt", "requests==2.19.0\n")
    repo.git("add", ".")
    return repo


def test_uv_is_asked(project: GitRepo, tmp_path: Path) -> None:
    """With the setting its report counts, with source and fix, at the configured address; answers are kept."""
    project.git("config", "gitprov.feeds.uvAudit", "true")
    project.git("config", "gitprov.feeds.osv", "http://127.0.0.1:9/osv")
    ((row,), document) = check(project)
    assert "GHSA-x, CVE-1 (uv audit, " in row
    assert row.endswith("use 2.20.0 or later")
    assert document["unknown"] == []
    assert check(project)[0] == [row]
    words, packages = (tmp_path / "home/uv-args").read_text().splitlines()
    assert words.endswith("--output-format json --service-url http://127.0.0.1:9/osv/")
    assert packages == "2"


def test_uv_that_gives_no_answer(project: GitRepo, tmp_path: Path) -> None:
    """One that fails is unknown with its words, and the list answers; without the setting it is not started."""
    (tmp_path / "fake/uv").write_text("#!/bin/sh\necho 'error: no such command' >&2; exit 2\n")
    ((row, *_), document) = check(project)
    assert "pypa/advisory-database" in row
    assert document["unknown"] == []
    project.git("config", "gitprov.feeds.uvAudit", "true")
    ((row, *_), document) = check(project)
    assert "pypa/advisory-database" in row
    (unknown,) = document["unknown"]
    assert "it failed with status 2: error: no such command" in unknown["reason"]
    assert "for PyPI, the list is used" in unknown["reason"]
