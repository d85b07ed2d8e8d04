"""Registries of npm and cargo that lie, on loopback: what cannot be believed is unknown, and never clean."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from gitprov.feeds import registries
from gitprov.feeds.addresses import Registry, registry
from gitprov.feeds.client import Client
from gitprov.model.package import PackageFacts
from tests.support.registry import LoopbackRegistry, Reply, running


@pytest.fixture
def server() -> Iterator[LoopbackRegistry]:
    """A registry on loopback."""
    with running() as loopback:
        yield loopback


def at(server: LoopbackRegistry) -> Registry:
    """The server's address as a configured registry."""
    entry = registry(server.address, "a test")
    assert entry is not None
    return entry


def npm(server: LoopbackRegistry, *replies: Reply) -> PackageFacts:
    """Facts of the npm package `lamp`, for which the server gives some replies."""
    server.add("/lamp", *replies)
    with Client(user_agent="test", retry_wait=0.001) as client:
        return registries.npm(client, at(server), "lamp")


def crate(server: LoopbackRegistry, *replies: Reply) -> PackageFacts:
    """Facts of the crate `lamp`, for which the server gives some replies."""
    server.add("/la/mp/lamp", *replies)
    with Client(user_agent="test", retry_wait=0.001) as client:
        return registries.crates(client, at(server), "lamp")


def page(**changes: Any) -> Reply:
    """An npm document of two releases with some entries changed."""
    document = {
        "name": "lamp",
        "versions": {"1.0.0": {}, "2.0.0": {}},
        "dist-tags": {"latest": "2.0.0"},
        "time": {
            "created": "2020-01-01T00:00:00Z",
            "1.0.0": "2020-01-01T00:00:01Z",
            "2.0.0": "2021-01-01T00:00:00Z",
        },
    }
    return Reply(data=json.dumps({**document, **changes}).encode())


def lines(*rows: object) -> Reply:
    """A file of a sparse index."""
    return Reply(data="\n".join(json.dumps(row) for row in rows).encode(), kind="text/plain")


FAILURES = {
    "500": Reply(500),
    "401": Reply(401),
    "429": Reply(429),
    "empty": Reply(data=b""),
    "cut": Reply(data=b'{"name": "lamp", "vers', cut=True),
    "half": Reply(data=b'{"name": "lamp", "vers'),
    "login": Reply(data=b"<html><form action=/login></form></html>", kind="text/html"),
    "list": Reply(data=b"[]"),
    "null": Reply(data=b"null"),
    "deep": Reply(data=b'{"versions": ' + b"[" * 100_000),
    "other-host": Reply(302, headers=(("location", "http://other.example/lamp"),)),
    "no-text": Reply(data=b"\xff\xfe\x00\x01"),
}
PAGES = {
    "other-package": page(name="loadsh"),
    "versions-list": page(versions=["1.0.0"]),
    "no-versions": page(versions=None),
    "empty-versions": page(versions={}),
}
FILES = {
    "other-crate": lines({"name": "lime", "vers": "1.0.0"}),
    "other-crate-later": lines({"name": "lamp", "vers": "1.0.0"}, {"name": "lime", "vers": "2.0.0"}),
    "no-version": lines({"name": "lamp", "vers": "1.0.0"}, {"name": "lamp"}),
    "numbers": lines(1, 2),
    "half-line": Reply(data=b'{"name": "lamp", "vers": "1.0.0"}\n{"name": "lamp", "ve'),
}


@pytest.mark.parametrize("name", [*FAILURES, *PAGES])
def test_npm_answers_that_are_none(server: LoopbackRegistry, name: str) -> None:
    """Errors, broken documents and those of another package: unknown, with a reason."""
    facts = npm(server, {**FAILURES, **PAGES}[name])
    assert facts.exists is None
    assert facts.reason


@pytest.mark.parametrize("name", [*FAILURES, *FILES])
def test_crates_answers_that_are_none(server: LoopbackRegistry, name: str) -> None:
    """Errors, broken files and lines of another crate: unknown, with a reason."""
    facts = crate(server, {**FAILURES, **FILES}[name])
    assert facts.exists is None
    assert facts.reason


TIMES = {
    "epoch": {"created": "1970-01-01T00:00:00Z", "1.0.0": "2020-01-01T00:00:00Z", "2.0.0": "2021-01-01T00:00:00Z"},
    "numbers": {"created": 1577836800, "1.0.0": 1577836800, "2.0.0": 1577836801},
    "no-date": {"created": "long ago", "1.0.0": "2020-01-01T00:00:00Z", "2.0.0": "2021-01-01T00:00:00Z"},
    "no-calendar": {"created": "2020-02-31T00:00:00Z", "1.0.0": "2020-01-01T00:00:00Z", "2.0.0": "2021-01-01T00:00:00Z"},
    "list": ["2020-01-01T00:00:00Z"],
}  # fmt: skip


@pytest.mark.parametrize("name", TIMES)
def test_npm_dates_that_cannot_be(server: LoopbackRegistry, name: str) -> None:
    """The package exists, and its age is unknown."""
    facts = npm(server, page(time=TIMES[name]))
    assert facts.exists
    assert facts.first is None


@pytest.mark.parametrize("moment", ["1970-01-01T00:00:00Z", "yesterday", 1577836800, None])
def test_crates_dates_that_cannot_be(server: LoopbackRegistry, moment: object) -> None:
    """The crate exists, and its age is unknown."""
    facts = crate(server, lines({"name": "lamp", "vers": "1.0.0", "pubtime": moment}))
    assert facts.exists
    assert facts.first is None


@pytest.mark.parametrize("entry", [{"maintainers": 7}, {"maintainers": [[], None, 3]}, {"dist-tags": []},
                                   {"dist-tags": {"latest": {}}}, {"versions": {"1.0.0": None}}, {"description": []}])  # fmt: skip
def test_npm_entries_of_another_type(server: LoopbackRegistry, entry: dict[str, object]) -> None:
    """They are passed over; what else the document says counts."""
    facts = npm(server, page(**entry))
    assert facts.exists
    assert facts.releases
