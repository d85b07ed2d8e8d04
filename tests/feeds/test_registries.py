"""The three kinds of registries, by recorded answers on loopback: a failed question is unknown, never an answer."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from gitprov.feeds import registries
from gitprov.feeds.addresses import Registry, registry
from gitprov.feeds.client import Client
from gitprov.model.package import PackageFacts
from tests.support.registry import SIMPLE, LoopbackRegistry, Reply, basic, running

EMPTY = b'{"files": [], "versions": [], "name": "x"}'


@pytest.fixture
def server() -> Iterator[LoopbackRegistry]:
    """A registry on loopback."""
    with running() as loopback:
        yield loopback


def at(server: LoopbackRegistry, path: str = "") -> Registry:
    """The server's address as a configured registry."""
    entry = registry(server.address + path, "a test")
    assert entry is not None
    return entry


def pypi(server: LoopbackRegistry, name: str, path: str = "/simple") -> PackageFacts:
    """Facts of a Python package."""
    with Client(user_agent="test", retry_wait=0.001) as client:
        return registries.pypi(client, at(server, path), name)


def test_a_python_package(server: LoopbackRegistry) -> None:
    """Its first upload, its versions, those taken back, its people."""
    for name in ("pyjokes", "requests"):
        server.pypi(name)
    facts = pypi(server, "requests")
    assert facts.exists
    assert (facts.first, facts.releases, facts.current) == (1327208897.091441, 163, "2.34.2")
    assert {"2.32.0", "2.32.1"} <= facts.yanked
    assert facts.maintainers == frozenset({"Lukasa", "graffatcolmingov", "nateprewitt"})
    assert facts.linked
    assert pypi(server, "pyjokes").current == "0.8.3"


def test_a_name_that_does_not_exist(server: LoopbackRegistry) -> None:
    """404 means absent, and only that."""
    assert pypi(server, "no-such-name").exists is False


FAILURES = {
    "500": Reply(500),
    "cut": Reply(data=EMPTY[:20], kind=SIMPLE, cut=True),
    "no-json": Reply(data=b"<html>", kind=SIMPLE),
    "list": Reply(data=b"[]", kind=SIMPLE),
    "deep": Reply(data=b"[" * 100_000, kind=SIMPLE),
    "no-files": Reply(data=b'{"name": "x"}', kind=SIMPLE),
    "other-host": Reply(302, headers=(("location", "http://other.example/simple/x/"),)),
    "circle": Reply(302, headers=(("location", "/simple/x/"),)),
    "401": Reply(401),
    "403": Reply(403),
    "teapot": Reply(418),
}


@pytest.mark.parametrize("name", FAILURES)
def test_a_failed_question_is_unknown(server: LoopbackRegistry, name: str) -> None:
    """Errors, broken answers, redirects elsewhere: unknown, with a reason."""
    server.add("/simple/x/", FAILURES[name])
    facts = pypi(server, "x")
    assert facts.exists is None
    assert facts.reason


def test_nobody_listens() -> None:
    """An address where no server is: unknown."""
    with Client(user_agent="test", retry_wait=0.001) as client:
        facts = registries.pypi(client, Registry("http://127.0.0.1:9", "a test"), "x")
    assert (facts.exists, facts.first) == (None, None)
    assert facts.reason.startswith("no answer")


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_busy_server_is_asked_again(server: LoopbackRegistry, status: int) -> None:
    """The second answer counts."""
    server.add("/simple/x/", Reply(status, headers=(("retry-after", "0"),)), Reply(data=EMPTY, kind=SIMPLE))
    assert pypi(server, "x").exists
    assert len([path for _, path, _ in server.requests if path == "/simple/x/"]) == 2


def test_an_index_that_answers_html(server: LoopbackRegistry) -> None:
    """The name exists, and its age is unknown. A page without the package's files, as of a login, is none."""
    rows = "".join(
        f'<a href="{file}">{file}</a>' for file in ("a_b-1.tar.gz", "A.b-1-py3-none-any.whl", "a_b-2.zip")
    )
    server.add("/simple/a-b/", Reply(data=rows.encode(), kind="text/html; charset=utf-8"))
    facts = pypi(server, "a-b")
    assert (facts.exists, facts.first, facts.releases) == (True, None, 2)
    assert "HTML" in facts.reason
    server.add("/simple/x/", server.replies["/simple/a-b/"][0])
    assert pypi(server, "x").exists is None


def test_answers_about_another_package(server: LoopbackRegistry) -> None:
    """A server that answers everything alike has no package for sure."""
    server.add("/simple/x/", Reply(data=EMPTY.replace(b'"x"', b'"other"'), kind=SIMPLE))
    server.add("/x", Reply(data=b'{"name": "other", "versions": {"1": {}}}'))
    server.add("/1/x", Reply(data=b'{"name": "other", "vers": "1"}'))
    with Client(user_agent="test", retry_wait=0.001) as client:
        crate = registries.crates(client, at(server), "x")
    for facts in (pypi(server, "x"), npm(server, "x"), crate):
        assert facts.exists is None
        assert "another package" in facts.reason


def test_dates_that_cannot_be(server: LoopbackRegistry) -> None:
    """The epoch is no release's date."""
    page = b'{"name": "x", "versions": ["1"], "files": [{"filename": "x-1.zip", "upload-time": "1970-01-01T00:00:00Z"}]}'
    server.add("/simple/x/", Reply(data=page, kind=SIMPLE))
    assert pypi(server, "x").first is None


def test_answers_that_never_end() -> None:
    """A server that sends a byte now and then is given up; with patience, all of it together."""

    def drip(server: socket.socket) -> None:
        while True:
            try:
                peer, _ = server.accept()
                with peer:
                    peer.sendall(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n")
                    for _ in range(100):
                        peer.sendall(b" ")
                        time.sleep(0.05)
            except OSError:
                return

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=drip, args=(server,), daemon=True)
        thread.start()
        address = f"http://127.0.0.1:{server.getsockname()[1]}"
        with Client(user_agent="test", patience=0.3) as client:
            rows = [registries.npm(client, Registry(address, "a test"), name) for name in "xy"]
        server.shutdown(socket.SHUT_RDWR)
    thread.join()
    assert [facts.exists for facts in rows] == [None, None]
    assert all("in time" in facts.reason for facts in rows)


def test_a_redirect_on_the_same_host(server: LoopbackRegistry) -> None:
    """Followed."""
    server.add("/simple/x/", Reply(301, headers=(("location", "/simple/y/"),)))
    server.add("/simple/y/", Reply(data=EMPTY, kind=SIMPLE))
    assert pypi(server, "x").exists


def test_credentials_of_the_address(server: LoopbackRegistry) -> None:
    """They are sent as basic authentication, and stand in no message."""
    server.pypi("pyjokes")
    address = server.address.replace("//", "//me:pass@") + "/simple"
    entry = registry(address, "a test")
    assert entry is not None
    with Client(user_agent="test", retry_wait=0.001) as client:
        assert registries.pypi(client, entry, "pyjokes").exists
    assert {headers["authorization"] for _, _, headers in server.requests} == {basic("me", "pass")}
    assert "pass" not in entry.address


def test_an_answer_without_end(server: LoopbackRegistry) -> None:
    """What is larger than the limit is not read; that the name exists is known."""
    server.add("/big", Reply(data=b'{"x": "' + b" " * (17 << 20) + b'"}'))
    with Client(user_agent="test") as client:
        facts = registries.npm(client, at(server), "big")
    assert facts.exists
    assert facts.first is None
    assert "larger" in facts.reason


def npm(server: LoopbackRegistry, name: str) -> PackageFacts:
    """Facts of an npm package."""
    with Client(user_agent="test", retry_wait=0.001) as client:
        return registries.npm(client, at(server), name)


@pytest.mark.parametrize("name", ["left-pad", "request", "loadsh"])
def test_dates_of_a_mirror(server: LoopbackRegistry, name: str) -> None:
    """Times without `created`, in no order: the age is unknown."""
    server.npm(name)
    facts = npm(server, name)
    assert facts.exists
    assert facts.first is None
    assert facts.releases


def test_a_placeholder_of_the_registry(server: LoopbackRegistry) -> None:
    """A version `-security` stands for a package that was removed."""
    server.npm("crossenv")
    assert npm(server, "crossenv").placeholder


def test_a_scoped_name(server: LoopbackRegistry) -> None:
    """Its slash is escaped in the path."""
    server.add(
        "/@a%2Fb",
        Reply(data=b'{"versions": {"1.0.0": {"deprecated": "use c"}}, "dist-tags": {"latest": "1.0.0"}}'),
    )
    facts = npm(server, "@a/b")
    assert (facts.exists, facts.notice) == (True, "use c")


TIMES = {
    "real": ({"created": "2020-01-01T00:00:00Z", "1": "2020-01-01T00:00:01Z", "2": "2021-01-01T00:00:00Z"}, 1577836800.0),
    "backwards": ({"created": "2020-01-01T00:00:00Z", "1": "2022-01-01T00:00:01Z", "2": "2021-01-01T00:00:00Z"}, None),
    "missing": ({"created": "2020-01-01T00:00:00Z", "1": "2022-01-01T00:00:01Z"}, None),
    "none": (None, None),
}  # fmt: skip


@pytest.mark.parametrize("name", TIMES)
def test_when_an_npm_package_was_created(server: LoopbackRegistry, name: str) -> None:
    """Only a registry's own dates count."""
    import json

    times, first = TIMES[name]
    page = {"versions": {"1": {}, "2": {}}, "dist-tags": {"latest": "2"}, "time": times}
    server.add("/x", Reply(data=json.dumps(page).encode()))
    assert npm(server, "x").first == first


def test_crates(server: LoopbackRegistry) -> None:
    """A sparse index has the dates of releases; short names have directories of their own."""
    server.crate("itoa", "it/oa/itoa")
    server.crate("ad", "2/ad")
    with Client(user_agent="test", retry_wait=0.001) as client:
        facts = registries.crates(client, at(server), "itoa")
        short = registries.crates(client, at(server), "ad")
        absent = registries.crates(client, at(server), "abc")
    assert facts.first == 1466891433.0
    assert facts.releases == 38
    assert short.releases == 1
    assert absent.exists is False
    assert server.requests[-1][1] == "/3/a/abc"
