"""Questions to a service of the OSV format: pages, fixes, and answers that cannot be used."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gitprov.feeds import osv
from gitprov.feeds.addresses import Registry
from gitprov.feeds.client import Client
from tests.support.registry import LoopbackRegistry, Reply, running

PINS = [osv.OsvPin("pypi", "a-b", "1"), osv.OsvPin("npm", "@s/x", "1.0.0")]
BATCH = "/v1/querybatch"


def results(*rows: object) -> Reply:
    """An answer to a batch."""
    return Reply(data=json.dumps({"results": rows}).encode())


def page(*names: object, token: str | None = None) -> dict[str, Any]:
    """One result."""
    return {"vulns": [{"id": name} for name in names], "next_page_token": token}


def ask(server: LoopbackRegistry) -> list[list[str]]:
    """The ids of PINS."""
    with Client(user_agent="test", retry_wait=0) as client:
        return osv.known_ids(client, Registry(server.address, "test"), PINS)


def test_pages_are_followed() -> None:
    """Only questions with a further page are asked again; what is no id is left out."""
    with running() as server:
        server.add(BATCH, results(page("A"), page("B", 3, "\x1b[31m", token="t")), results(page("C")))
        assert ask(server) == [["A"], ["B", "C"]]
        queries = json.loads(server.bodies[1])["queries"]
    assert [(row["package"]["ecosystem"], row["page_token"]) for row in queries] == [("npm", "t")]


BROKEN: dict[str, list[Reply]] = {
    "HTTP 500": [Reply(500)],
    "HTTP 404": [Reply(404)],
    "cannot be read": [Reply(data=b"[" * 100_000)],
    "no JSON object": [Reply(data=b"[]")],
    "not a result for each": [results(page())],
    "a result that is no object": [results(page(), 3)],
    "too many pages": [results(page(), page(token="t")), results(page(token="t"))],
    "another host": [Reply(302, headers=(("location", "http://127.0.0.9:1/"),))],
}


@pytest.mark.slow
def test_answers_that_cannot_be_used() -> None:
    """Each has its reason."""
    with running() as server:
        for reason, replies in BROKEN.items():
            server.add(BATCH, *replies)
            with pytest.raises(ValueError, match=reason):
                ask(server)


def test_the_fixes_of_a_package() -> None:
    """Those of its own name in its own ecosystem; commits are no versions."""

    def affected(ecosystem: str, name: str, kind: str, *events: object) -> dict[str, Any]:
        package = {"ecosystem": ecosystem, "name": name}
        return {"package": package, "ranges": [{"type": kind, "events": [*events]}]}

    rows = [
        affected("PyPI", "A_B", "ECOSYSTEM", {"introduced": "0"}, {"fixed": "2"}, 3, {"fixed": 4}),
        affected("PyPI", "a.b", "GIT", {"fixed": "c0ffee"}),
        affected("npm", "a-b", "SEMVER", {"fixed": "9"}),
        {"package": 3, "ranges": 3},
        {
            "package": {"ecosystem": "any", "name": "a-b", "purl": "pkg:cargo/a-b"},
            "ranges": [{"type": "SEMVER", "events": [{"fixed": "7"}]}],
        },
    ]
    with running() as server, Client(user_agent="test") as client:
        data = json.dumps({"aliases": ["X", 3, ""], "affected": rows}).encode()
        server.add("/v1/vulns/A%2F..", Reply(data=data))
        record = osv.record(client, Registry(server.address, "test"), "A/..")
    assert record.aliases == ("X",)
    assert record.fixed_in(PINS[0]) == ["2"]
    assert record.fixed_in(PINS[1]) == []
    assert record.fixed_in(osv.OsvPin("crates", "a_b", "1")) == ["7"]


def test_crates_are_asked_for_by_their_package_url() -> None:
    """Their name in the format is the address of a registry, which a project may have another one of."""
    with running() as server, Client(user_agent="test", retry_wait=0) as client:
        server.add(BATCH, results(page("A")))
        pins = [osv.OsvPin("crates", "serde", "1.0.0")]
        assert osv.known_ids(client, Registry(server.address, "test"), pins) == [["A"]]
        queries = json.loads(server.bodies[0])["queries"]
    assert queries == [{"package": {"purl": "pkg:cargo/serde"}, "version": "1.0.0"}]
