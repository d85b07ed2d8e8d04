"""Logins of registries from netrc and the keyring, and where they are not sent."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from gitprov.feeds.addresses import Places, Registry, registry
from gitprov.feeds.client import Client
from gitprov.feeds.credentials import with_credentials

NETRC = "machine a.example login me password word\nmachine default login x password y\ndefault login any password z\n"
CASES = {
    "login of the host": ("http://a.example:8080/s", ("me", "word")),
    "the same user": ("http://me@a.example/s", ("me", "word")),
    "another user": ("http://you@a.example/s", ("you", None)),
    "password in the address": ("http://me:own@a.example/s", ("me", "own")),
    "another host": ("http://b.example/s", (None, None)),
    "a host with that name": ("http://default/s", (None, None)),
}


def entry(address: str) -> Registry:
    """A registry of this address."""
    value = registry(address, "a test")
    assert value is not None
    return value


@pytest.mark.parametrize("name", CASES)
def test_netrc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """A login is of its host alone, and what the address names comes first."""
    monkeypatch.setitem(sys.modules, "keyring", None)
    address, login = CASES[name]
    (tmp_path / ".netrc").write_text(NETRC)
    row = with_credentials(entry(address), Places({}, str(tmp_path), ""))
    assert (row.user, row.password) == login


def test_netrc_files(tmp_path: Path) -> None:
    """The variable NETRC names another one; one that cannot be read has no logins; a token needs none."""
    (tmp_path / "mine").write_text(NETRC)
    (tmp_path / "_netrc").write_text("machine a.example login\n")
    plain = entry("http://a.example/s")
    assert with_credentials(plain, Places({}, str(tmp_path), "")) == plain
    places = Places({"NETRC": str(tmp_path / "mine")}, str(tmp_path), "")
    assert with_credentials(plain, places).password == "word"
    with_token = plain._replace(token="t")
    assert with_credentials(with_token, places) == with_token


def test_keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked for the user that the address names: for the address, then for the host. One that fails has nothing."""
    (tmp_path / "keyring.py").write_text(
        "def get_password(service, user):\n"
        "    if user == 'bad':\n"
        "        raise RuntimeError('locked')\n"
        "    return {('http://a.example/s', 'me'): 'word', ('b.example', 'me'): 'other'}.get((service, user))\n"
    )
    monkeypatch.delitem(sys.modules, "keyring", raising=False)
    monkeypatch.syspath_prepend(tmp_path)
    places = Places({}, str(tmp_path), "")
    addresses = (
        "http://me@a.example/s",
        "http://me@b.example/s",
        "http://bad@a.example/s",
        "http://a.example/s",
    )
    rows = [with_credentials(entry(address), places) for address in addresses]
    assert [(row.user, row.password) for row in rows] == [
        ("me", "word"), ("me", "other"), ("bad", None), (None, None),
    ]  # fmt: skip
    monkeypatch.delitem(sys.modules, "keyring", raising=False)


def redirecting(location: str, requests: list[str]) -> Callable[[httpx.Request], httpx.Response]:
    """A server that sends every first request elsewhere."""

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(str(request.url))
        return (
            httpx.Response(302, headers={"location": location}) if len(requests) == 1 else httpx.Response(404)
        )

    return answer


@pytest.mark.parametrize(("scheme", "status", "asked"), [("http", 302, 1), ("https", 404, 2)])
def test_redirects_between_schemes(scheme: str, status: int, asked: int) -> None:
    """From https to http no redirect is followed: the credentials would go over the network in the clear."""
    requests: list[str] = []
    transport = httpx.MockTransport(redirecting(f"{scheme}://a.example/s/y/", requests))
    with Client(user_agent="test") as client:
        client._http = httpx.Client(transport=transport)
        answer = client.get(entry("https://me:word@a.example/s"), "x/", "application/json")
    assert (answer.status, len(requests)) == (status, asked)
    assert bool(answer.reason) == (scheme == "http")


LOGINS = {
    "user and password": (("me", "word"), {}, "Basic bWU6d29yZA=="),
    "password alone": (("", "word"), {}, "Basic OndvcmQ="),
    "npm's token": ((None, None), {"token": "t"}, "Bearer t"),
    "cargo's token": ((None, None), {"authorization": "t"}, "t"),
}


@pytest.mark.parametrize("name", LOGINS)
def test_header_of_a_login(name: str) -> None:
    """Each kind of login is sent as its installer sends it."""
    headers: list[str | None] = []

    def answer(request: httpx.Request) -> httpx.Response:
        headers.append(request.headers.get("authorization"))
        return httpx.Response(404)

    (user, password), further, header = LOGINS[name]
    with Client(user_agent="test") as client:
        client._http = httpx.Client(transport=httpx.MockTransport(answer))
        place = entry("http://a.example/s")._replace(user=user, password=password, **further)
        client.get(place, "x/", "application/json")
    assert headers == [header]
