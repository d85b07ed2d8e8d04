"""A provider of models for tests: a server on loopback that answers each path as a test says."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Reply = Callable[["Request"], None]


class Request(BaseHTTPRequestHandler):
    """One request; `body` is what was sent."""

    protocol_version = "HTTP/1.1"
    server: FakeUpstream
    body = b""

    def do_POST(self) -> None:
        self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.requests.append(self)
        self.server.replies[self.path.partition("?")[0]](self)

    def do_GET(self) -> None:
        self.do_POST()

    def do_PUT(self) -> None:
        self.do_POST()

    def reply(self, body: Any, status: int = 200, **headers: str) -> None:
        """Send an answer as a whole, with its length."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        first = {"Content_Type": "application/json", "Content_Length": str(len(data))}
        for name, value in {**first, **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(data)

    def start(self, kind: str = "text/event-stream", **headers: str) -> None:
        """Begin an answer in chunks."""
        self.send_response(200)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Type", kind)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def chunk(self, data: bytes) -> None:
        """Send a chunk; an empty one is the end."""
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()

    def cut(self) -> None:
        """Break the connection before the end of the answer."""
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class FakeUpstream(ThreadingHTTPServer):
    """Answers by `replies`: path → function. `requests` are those that came; `go` is for replies that wait."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Request)
        self.replies: dict[str, Reply] = {}
        self.requests: list[Request] = []
        self.go = threading.Event()
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.server_port}"

    def close(self) -> None:
        """Stop answering."""
        self.go.set()
        self.shutdown()
        self.server_close()


def events(*rows: Any, named: bool = True) -> list[bytes]:
    """Rows as server-sent events; a text stands for itself."""
    made = []
    for row in rows:
        data = row if isinstance(row, str) else json.dumps(row)
        head = f"event: {row['type']}\n" if named and isinstance(row, dict) else ""
        made.append(f"{head}data: {data}\n\n".encode())
    return made


def streamed(*chunks: bytes, ended: bool = True, **headers: str) -> Reply:
    """A reply of server-sent events, each in a chunk of its own; without its end where it was cut."""

    def reply(request: Request) -> None:
        request.start(**headers)
        for chunk in chunks:
            request.chunk(chunk)
        if ended:
            request.chunk(b"")
        else:
            request.cut()

    return reply
