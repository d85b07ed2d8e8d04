"""`gitprov check deps` with a service of the OSV format, on loopback: answers, failures, the cache, the list."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from tests.gates.test_deps import answer
from tests.support.registry import LoopbackRegistry, Reply, running
from tests.support.repo import GitRepo

FILES = {
    "requirements.txt": "requests==2.19.0\npyjokes>=0.5\n",
    "package.json": '{"dependencies": {\n"left-pad": "1.0.0",\n"is-odd": "^3.0.0"}}\n',
}


def reply(*vulns: list[str], token: str | None = None) -> Reply:
    """An answer to a batch: the ids of each question."""
    results: list[dict[str, Any]] = [
        {"vulns": [{"id": name} for name in names]} if names else {} for names in vulns
    ]
    results[0]["next_page_token"] = token
    return Reply(data=json.dumps({"results": results}).encode())


@pytest.fixture
def server() -> Iterator[LoopbackRegistry]:
    """Registries and a service: a fault with two entries, and one of which no details come."""
    with running() as loopback:
        loopback.pypi("requests")
        loopback.pypi("pyjokes")
        versions = {"versions": {"1.0.0": {}}, "dist-tags": {"latest": "1.0.0"}}
        for name in ("left-pad", "is-odd"):
            loopback.add(f"/{name}", Reply(data=json.dumps(versions).encode()))
        loopback.add("/osv/v1/querybatch", reply(["GHSA-x", "PYSEC-1"], ["GHSA-npm"]))
        ranges = [
            {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.20.0"}, {"fixed": "2.3"}]}
        ]
        package = {"name": "Requests", "ecosystem": "PyPI"}
        record = {
            "id": "GHSA-x",
            "aliases": ["CVE-1", "PYSEC-1"],
            "affected": [{"package": package, "ranges": ranges}],
        }
        loopback.add("/osv/v1/vulns/GHSA-x", Reply(data=json.dumps(record).encode()))
        loopback.add("/osv/v1/vulns/PYSEC-1", Reply(data=b'{"aliases": ["GHSA-x", 3], "affected": [3]}'))
        yield loopback


@pytest.fixture
def project(repo: GitRepo, server: LoopbackRegistry) -> GitRepo:
    """A repository with versions in files, and a configured service."""
    repo.env["PIP_INDEX_URL"] = f"{server.address}/simple"
    repo.env["npm_config_registry"] = server.address
    repo.write("a.txt", "a\n")
    repo.commit("Begin")
    for path, text in FILES.items():
        repo.write(path, text)
    repo.git("add", ".")
    repo.git("config", "gitprov.feeds.osv", f"{server.address}/osv")
    return repo


def check(repo: GitRepo, *args: str, status: int = 1) -> tuple[list[str], dict[str, Any]]:
    """The messages about vulnerabilities, and the document."""
    document = answer(repo, "--staged", "--all-lines", *args, status=status)
    rows = [row for row in document["findings"] if row["id"] == "deps/vulnerable"]
    return [f"{row['package']}: {row['message']}; {row['fix']}" for row in rows], document


def test_a_service_is_asked(project: GitRepo, server: LoopbackRegistry) -> None:
    """Single versions are asked for once; entries of one fault are one finding, with source, day and fix."""
    rows, document = check(project)
    batches = [json.loads(body)["queries"] for body in server.bodies]
    assert batches == [
        [
            {"package": {"name": "left-pad", "ecosystem": "npm"}, "version": "1.0.0"},
            {"package": {"name": "requests", "ecosystem": "PyPI"}, "version": "2.19.0"},
        ]
    ]
    assert document["unknown"] == []
    server.replies["/osv/v1/querybatch"] = [Reply(500)]
    assert check(project, "--offline")[0] == rows
    assert len(server.bodies) == 1
    first, second = rows
    assert "requests 2.19.0 is known to be vulnerable" in second
    assert first.endswith("no fixed release is recorded")


def test_a_service_that_fails(project: GitRepo, server: LoopbackRegistry) -> None:
    """What could not be asked for is unknown, with the reason; for PyPI the dated list answers."""
    server.add("/osv/v1/querybatch", Reply(401))
    rows, document = check(project)
    assert all("pypa/advisory-database of 2024-10-10" in row for row in rows)
    assert all(row.startswith("requests: ") for row in rows)
    unknown = [row["reason"] for row in document["unknown"]]
    assert len(unknown) == 1
    assert "known vulnerabilities of 2 versions could not be asked for" in unknown[0]
    assert "HTTP 401" in unknown[0]
    assert "the list is used" in unknown[0]


def test_old_answers_are_named(project: GitRepo) -> None:
    """Offline an answer counts whatever its age; above 90 days that is a remark on every run."""
    check(project)
    base = os.path.join(project.env["XDG_CACHE_HOME"], "gitprov", "answers.db")
    with closing(sqlite3.connect(base, isolation_level=None)) as cache:
        cache.execute("UPDATE texts SET at = at - 100 * 86400")
    _, document = check(project, "--offline")
    remarks = [row["message"] for row in document["remarks"] if row["id"] == "deps/stale-advisories"]
    assert len(remarks) == 1
    assert "(127.0.0.1)" in remarks[0]
    assert "100 days ago" in remarks[0]
