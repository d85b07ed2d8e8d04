"""`gitprov feeds`: what the lists are, and newer copies from configured addresses."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from gitprov.feeds import lists
from tests.support.registry import LoopbackRegistry, Reply, running
from tests.support.repo import GitRepo

NAMES = [f"package-{n}" for n in range(150)]
ADVISORIES = {
    "source": "a list",
    "date": "2026-11-01",
    "advisories": {"shop": [{"id": "A-1", "ranges": [[["introduced", "0"]]]}]},
}


@pytest.fixture
def server() -> Iterator[LoopbackRegistry]:
    """A server on loopback."""
    with running() as loopback:
        yield loopback


@pytest.fixture
def project(repo: GitRepo, server: LoopbackRegistry) -> GitRepo:
    """A repository whose configuration names an address for each list."""
    keys = ("pypi_popular", "npm_popular", "import_map", "pypi_advisories")
    rows = "".join(f'{key} = "{server.address}/lists/{key}?v=1"\n' for key in keys)
    repo.write(".gitprov.toml", f"[feeds]\n{rows}")
    return repo


def status(repo: GitRepo) -> dict[str, dict[str, str]]:
    """List → what it is."""
    rows = json.loads(repo.gitprov("feeds", "status", "--json").stdout)["lists"]
    return {row["name"]: row for row in rows}


def offer(server: LoopbackRegistry, key: str, data: object) -> None:
    """Answer for a list."""
    content = data if isinstance(data, bytes) else json.dumps(data).encode()
    server.add(f"/lists/{key}?v=1", Reply(data=content))


def copies(repo: GitRepo) -> list[str]:
    """The files of refreshed lists."""
    folder = Path(repo.env["XDG_CACHE_HOME"]) / "gitprov"
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_status(repo: GitRepo) -> None:
    """Source, date, licence and digest of each list, for a person and as JSON."""
    rows = status(repo)
    assert set(rows) == {"pypi-popular", "npm-popular", "import-map", "pypi-advisories"}
    for row in rows.values():
        assert all(row[key] for key in ("what", "source", "date", "licence"))
        assert row["digest"].startswith("sha256:")
        assert not row["refreshed"]
    text = repo.gitprov("feeds", "status").stdout
    assert "pypa/advisory-database, 2024-10-10, as packaged; licence: CC-BY-4.0" in text


GOOD: dict[str, tuple[object, str | None]] = {
    "pypi_popular": ({"last_update": "2026-10-01 06:00", "rows": [{"project": name} for name in NAMES]}, "2026-10-01"),
    "npm_popular": ("\n".join(NAMES).encode(), None),
    "import_map": ({name: [name] for name in NAMES}, None),
    "pypi_advisories": (ADVISORIES, "2026-11-01"),
}  # fmt: skip


def test_update(project: GitRepo, server: LoopbackRegistry) -> None:
    """Every list with an address is fetched and in use from then on, dated by itself where it has a date."""
    before = status(project)
    assert GOOD.keys() == {"pypi_popular", "npm_popular", "import_map", "pypi_advisories"}
    for key, (data, _) in GOOD.items():
        offer(server, key, data)
    text = project.gitprov("feeds", "update").stdout
    assert f"pypi-advisories: of 2026-11-01, from {server.address}/lists/pypi_advisories?v=1" in text
    after = status(project)
    for key, (_, date) in GOOD.items():
        name = key.replace("_", "-")
        assert after[name]["refreshed"]
        assert after[name]["date"] >= (date or "2026-11-29"[:4])
        assert date is None or after[name]["date"] == date
        assert after[name]["digest"] != before[name]["digest"]
        assert after[name]["source"] == (
            "a list" if key == "pypi_advisories" else f"{server.address}/lists/{key}"
        )
        assert after[name]["licence"] == "unknown"
    digest = hashlib.sha256(("\n".join(NAMES) + "\n").encode()).hexdigest()
    assert after["npm-popular"]["digest"] == after["pypi-popular"]["digest"] == f"sha256:{digest}"
    assert len(copies(project)) == 8


BAD: dict[str, tuple[str, object]] = {
    "page": ("pypi_popular", b"<html><body>no such list</body></html>"),
    "few": ("npm_popular", NAMES[:5]),
    "numbers": ("npm_popular", list(range(500))),
    "text": ("npm_popular", b"\xff" * 500),
    "list": ("import_map", NAMES),
    "values": ("import_map", dict.fromkeys(NAMES, "x")),
    "undated": ("pypi_advisories", {**ADVISORIES, "date": "soon"}),
    "empty": ("pypi_advisories", {**ADVISORIES, "advisories": {}}),
    "entries": ("pypi_advisories", {**ADVISORIES, "advisories": {"x": [{"id": "A"}]}}),
    "no-json": ("pypi_advisories", b"{"),
}


@pytest.mark.parametrize("case", BAD)
def test_an_answer_that_is_no_list(project: GitRepo, server: LoopbackRegistry, case: str) -> None:
    """The list in use stays, the reason is said, and nothing is written."""
    key, data = BAD[case]
    offer(server, key, data)
    name = key.replace("_", "-")
    done = project.gitprov("feeds", "update", name, "--json", check=False)
    assert done.returncode == 3
    row = json.loads(done.stdout)["lists"][0]
    assert row["problem"]
    assert not row["refreshed"]
    assert copies(project) == []


def test_a_page_in_place_of_a_list(project: GitRepo, server: LoopbackRegistry) -> None:
    """The reason is said in words."""
    offer(server, "import_map", b"<html>")
    done = project.gitprov("feeds", "update", "import-map", check=False)
    assert f"not refreshed from {server.address}/lists/import_map?v=1: it is no JSON: " in done.stdout


def test_a_login_in_an_address(repo: GitRepo, server: LoopbackRegistry) -> None:
    """It is neither printed nor kept."""
    address = f"{server.address}/lists/import_map?v=1".replace("//", "//me:pass-word@")
    repo.git("config", "gitprov.feeds.importMap", address)
    refused = repo.gitprov("feeds", "update", check=False)
    offer(server, "import_map", GOOD["import_map"][0])
    done = repo.gitprov("feeds", "update")
    said = refused.stdout + refused.stderr + done.stdout + repo.gitprov("feeds", "status").stdout
    assert said.count(f"{server.address}/lists/import_map") == 3
    assert "pass-word" not in said


def test_a_server_without_the_list(project: GitRepo) -> None:
    """The same."""
    done = project.gitprov("feeds", "update", "import-map", check=False)
    assert done.returncode == 3
    assert "import-map: not refreshed from" in done.stdout
    assert "HTTP 404" in done.stdout


def test_names_and_addresses_that_do_not_exist(repo: GitRepo) -> None:
    """Each with what to do."""
    done = repo.gitprov("feeds", "update", "no-list", check=False)
    assert done.returncode == 2
    assert "the lists are pypi-popular" in done.stderr
    for args in ((), ("import-map",)):
        done = repo.gitprov("feeds", "update", *args, check=False)
        assert done.returncode == 3
        assert "git config gitprov.feeds." in done.stderr
    repo.git("config", "gitprov.feeds.importmap", "ftp://host.example/x")
    done = repo.gitprov("feeds", "update", check=False)
    assert "must be an http or https address" in done.stderr


def test_a_damaged_copy_is_not_used(tmp_path: Path) -> None:
    """The packaged list is read in its place."""
    for file in ("import-map.json", "pypi-popular.txt"):
        (tmp_path / file).write_bytes(b"\xff{")
        (tmp_path / f"{file}.date").write_text("2026-11-01")
    assert lists.table(lists.IMPORT_MAP, str(tmp_path)) == lists.table(lists.IMPORT_MAP)
    assert lists.names(lists.PYPI_POPULAR, str(tmp_path)) == lists.names(lists.PYPI_POPULAR)
