"""A registry of packages on loopback: it replays recorded answers, and misbehaves where a test says so."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

RECORDED = Path(__file__).parent.parent / "feeds" / "recorded"
SIMPLE = "application/vnd.pypi.simple.v1+json"


class Reply(NamedTuple):
    """An answer: status, content, its type, further headers; `delay` in seconds; `cut`: the connection ends early."""

    status: int = 200
    data: bytes = b""
    kind: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()
    delay: float = 0.0
    cut: bool = False


class LoopbackRegistry:
    """A running registry. `replies`: path → replies, the last of which is repeated; all other paths are absent."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.replies: dict[str, list[Reply]] = {}
        self.requests: list[tuple[str, str, dict[str, str]]] = []
        self.bodies: list[bytes] = []

    def add(self, path: str, *replies: Reply) -> None:
        """Answer a path with these replies, one after the other."""
        self.replies[path] = list(replies)

    def pypi(self, name: str, *, page: bool = True) -> None:
        """Answer for a recorded Python package, below `/simple` and `/pypi`."""
        self.add(f"/simple/{name}/", Reply(data=(RECORDED / f"pypi-{name}.json").read_bytes(), kind=SIMPLE))
        if page:
            self.add(f"/pypi/{name}/json", Reply(data=(RECORDED / f"pypi-{name}-page.json").read_bytes()))

    def like(self, name: str, model: str) -> None:
        """Answer for a Python package as for a recorded one, under another name."""
        data = (RECORDED / f"pypi-{model}.json").read_bytes()
        page = {**json.loads(data), "name": name}
        self.add(f"/simple/{name}/", Reply(data=json.dumps(page).encode(), kind=SIMPLE))

    def npm(self, name: str) -> None:
        """Answer for a recorded npm package."""
        self.add(f"/{name}", Reply(data=(RECORDED / f"npm-{name}.json").read_bytes()))

    def crate(self, name: str, path: str) -> None:
        """Answer for a recorded crate at its path in a sparse index."""
        self.add(f"/{path}", Reply(data=(RECORDED / f"crates-{name}.jsonl").read_bytes(), kind="text/plain"))

    def taken(self, path: str) -> Reply:
        """The next reply for a path."""
        replies = self.replies.get(path, [Reply(404)])
        return replies.pop(0) if len(replies) > 1 else replies[0]


@contextmanager
def running() -> Iterator[LoopbackRegistry]:
    """A registry that runs until the end of the block."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            """Answer with the recorded reply."""
            self._answer()

        def do_POST(self) -> None:
            """Keep the body and answer with the recorded reply."""
            registry.bodies.append(self.rfile.read(int(self.headers.get("content-length", 0))))
            self._answer()

        def _answer(self) -> None:
            registry.requests.append(
                (self.command, self.path, {k.lower(): v for k, v in self.headers.items()})
            )
            reply = registry.taken(self.path)
            time.sleep(reply.delay)
            self.send_response(reply.status)
            self.send_header("content-type", reply.kind)
            self.send_header("content-length", str(len(reply.data) + (100 if reply.cut else 0)))
            for name, value in reply.headers:
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.data)
            if reply.cut:
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Tests print nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    registry = LoopbackRegistry(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield registry
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def basic(user: str, password: str) -> str:
    """The header of basic authentication."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
