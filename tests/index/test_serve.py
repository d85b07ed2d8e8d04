"""`gitprov serve`: who gets a page, and who does not."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator

import pytest

from gitprov.web.server import PageServer

PAGES = {"index.html": lambda: b"first", "files/a.html": lambda: b"a file"}


@pytest.fixture
def server() -> Iterator[PageServer]:
    """A server with two pages and the token `secret`."""
    with PageServer(0, "secret", lambda: PAGES) as pages:
        thread = threading.Thread(target=pages.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield pages
        pages.shutdown()
        thread.join()


def ask(server: PageServer, path: str, method: str = "GET", host: str | None = None) -> tuple[int, bytes]:
    """Status and body of an answer; the headers of a page keep it out of frames and caches."""
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=20)
    connection.putrequest(method, path, skip_host=True)
    connection.putheader("Host", host if host is not None else f"127.0.0.1:{server.server_port}")
    connection.endheaders()
    answer = connection.getresponse()
    body = answer.read()
    if answer.status == 200:
        assert (answer.getheader("X-Frame-Options"), answer.getheader("Cache-Control")) == (
            "DENY",
            "no-store",
        )
    connection.close()
    return answer.status, body


def test_pages_behind_the_token(server: PageServer) -> None:
    """The address that is printed has the first page; others are below the token."""
    assert server.url == f"http://127.0.0.1:{server.server_port}/secret/index.html"
    assert ask(server, "/secret/index.html") == (200, b"first")
    assert ask(server, "/secret/") == (200, b"first")
    assert ask(server, "/secret/files/a.html?x=1") == (200, b"a file")
    assert ask(server, "/secret/index.html", host=f"localhost:{server.server_port}")[0] == 200


@pytest.mark.parametrize(
    "path",
    [
        "/", "/index.html", "/other/index.html", "/secre/index.html", "/secret", "/secret/../secret/nothing.html",
        "/secret/../../etc/passwd", "/secret/%2e%2e/%2e%2e/etc/passwd", "/secret/files/../index.html", "//secret/x",
        "/s%65cret/index.html", "/secret//etc/passwd", "/%C3%A9/index.html",
    ],
)  # fmt: skip
def test_nothing_else_is_there(server: PageServer, path: str) -> None:
    """No other token, no path that leads out, no page that is not in the report."""
    expected = 200 if path == "/secret" else 404
    assert ask(server, path)[0] == expected


@pytest.mark.parametrize("host", ["", "evil.example", "127.0.0.1", "evil.example:80"])
def test_another_host_gets_nothing(server: PageServer, host: str) -> None:
    """A name that leads here from elsewhere is refused, whatever the token."""
    status, body = ask(server, "/secret/index.html", host=host)
    assert (status, b"first" in body) == (421, False)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "HEAD", "OPTIONS"])
def test_only_reading(server: PageServer, method: str) -> None:
    """No other method is answered."""
    assert ask(server, "/secret/index.html", method)[0] == 501


def test_only_this_machine(server: PageServer) -> None:
    """The server listens on loopback."""
    assert server.server_address[0] == "127.0.0.1"
