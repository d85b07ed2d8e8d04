"""A server for the pages of a report: on loopback, for reading only, behind a token in the address."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock

from gitprov import __version__

ADDRESS = "127.0.0.1"
_NAMES = (ADDRESS, "localhost")
Pages = Mapping[str, Callable[[], bytes]]


class PageServer(ThreadingHTTPServer):
    """Serves pages below `/<token>/`. `fresh` returns the pages as of now; one request is answered at a time.

    Port 0: any that is free. OSError where the port is taken.
    """

    daemon_threads = True

    def __init__(self, port: int, token: str, fresh: Callable[[], Pages]) -> None:
        self._token = token
        self._fresh = fresh
        self._lock = Lock()
        super().__init__((ADDRESS, port), _PageHandler)

    @property
    def url(self) -> str:
        """The address of the first page."""
        return f"http://{ADDRESS}:{self.server_port}/{self._token}/index.html"

    def hosts(self) -> set[str]:
        """The values of the `Host` header that are answered: a page elsewhere cannot send them."""
        return {f"{name}:{self.server_port}" for name in _NAMES}

    def page(self, path: str) -> bytes | None:
        """The page at a path; None for a wrong token and for what is no page."""
        token, _, name = path.partition("?")[0].removeprefix("/").partition("/")
        if not hmac.compare_digest(token.encode("utf-8", "replace"), self._token.encode("ascii")):
            return None
        with self._lock:
            make = self._fresh().get(name or "index.html")
            return None if make is None else make()


class _PageHandler(BaseHTTPRequestHandler):
    """Answers GET with a page; every other method is not there."""

    server: PageServer
    server_version = f"gitprov/{__version__}"
    sys_version = ""

    def do_GET(self) -> None:
        """A page, or 404; 421 where the request was meant for another host."""
        if self.headers.get("Host") not in self.server.hosts():
            self.send_error(HTTPStatus.MISDIRECTED_REQUEST)
            return
        data = self.server.page(self.path)
        if data is None:
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        self.send_response(HTTPStatus.OK)
        for name, value in (
            ("Content-Type", "text/html; charset=utf-8"),
            ("Content-Length", str(len(data))),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
            ("X-Frame-Options", "DENY"),
            ("Referrer-Policy", "no-referrer"),
            ("Cross-Origin-Resource-Policy", "same-origin"),
        ):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name in the library
        """Say nothing: the address has the token."""
