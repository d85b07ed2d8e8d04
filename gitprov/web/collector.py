"""A receiver of OTLP/HTTP on loopback: telemetry of programs that call models becomes generations."""

from __future__ import annotations

from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import BoundedSemaphore, Lock
from typing import TYPE_CHECKING

from gitprov import __version__
from gitprov.errors import GitprovError
from gitprov.interop.telemetry import receive as otlp
from gitprov.interop.telemetry.conventions import calls
from gitprov.interop.telemetry.decode import items
from gitprov.web.server import ADDRESS

if TYPE_CHECKING:
    from gitprov.flow.exchange.calls import CallImporter, RecordedCalls

#: Seconds without a byte after which a connection is closed.
_PATIENCE = 30
#: Requests that are read at once; others wait for as many seconds.
_AT_ONCE, _WAIT = 4, 10
#: Bytes of a refused request that are read, so that its sender reads the answer.
_DRAINED = 1 << 20
_OK, _BAD, _METHOD, _TOO_LARGE, _FAULT, _LATER = 200, 400, 405, 413, 500, 503


class Collector(ThreadingHTTPServer):
    """Takes traces and logs. `report` is called with what was recorded of each request that had a call.

    Port 0: any that is free. OSError where the port is taken.
    """

    daemon_threads = True

    def __init__(self, port: int, recorder: CallImporter, report: Callable[[RecordedCalls], None]) -> None:
        self._recorder = recorder
        self._report = report
        self._lock = Lock()
        self.gate = BoundedSemaphore(_AT_ONCE)
        super().__init__((ADDRESS, port), _OtlpHandler)

    @property
    def url(self) -> str:
        """The address for `OTEL_EXPORTER_OTLP_ENDPOINT`."""
        return f"http://{ADDRESS}:{self.server_port}"

    def take(self, data: bytes, signal: str, kind: str) -> RecordedCalls | None:
        """Record what a request describes; None for metrics. ValueError where it is malformed."""
        if signal == "metrics":
            return None
        with self._lock:
            done = self._recorder.record(calls(items(data, signal, is_json=kind == otlp.JSON)))
            if done.generations or done.problems:
                self._report(done)
            return done

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a connection that broke."""


class _OtlpHandler(BaseHTTPRequestHandler):
    """Answers POST by the rules of OTLP/HTTP; other methods are not allowed."""

    server: Collector
    server_version = f"gitprov/{__version__}"
    sys_version = ""
    protocol_version = "HTTP/1.1"
    timeout = _PATIENCE

    def do_POST(self) -> None:
        """Take a request, or refuse it with the status that fits."""
        headers = {name.lower(): value for name, value in self.headers.items()}
        kind = otlp.kind_of(headers)
        refusal = otlp.refusal(self.path, headers)
        gate = self.server.gate
        if refusal is not None:
            self._refuse(kind, refusal.status, refusal.reason, drained=self._length())
        elif not gate.acquire(timeout=_WAIT):
            self._refuse(kind, _LATER, "too many requests at once", drained=self._length())
        else:
            try:
                self._take(kind, headers)
            finally:
                gate.release()

    def _take(self, kind: str, headers: dict[str, str]) -> None:
        signal = otlp.SIGNALS[self.path.partition("?")[0]]
        try:
            data = self._body(headers)
            if headers.get("content-encoding", "").strip().lower() == "gzip":
                data = otlp.unpacked(data)
            done = self.server.take(data, signal, kind)
        except OverflowError:
            self._refuse(kind, _TOO_LARGE, "the request is too large")
        except (ValueError, RecursionError) as error:
            self._refuse(kind, _BAD, f"the request is malformed: {str(error)[:200]}")
        except (OSError, GitprovError) as error:
            self._refuse(kind, _LATER, f"nothing can be recorded: {str(error)[:200]}")
        except Exception as error:  # noqa: BLE001 - the next request is answered
            self._refuse(kind, _FAULT, f"a fault of gitprov: {type(error).__name__}")
        else:
            problems = done.problems if done else ()
            self._answer(_OK, kind, otlp.answer(kind, signal, len(problems), "; ".join(problems[:3])))

    def _body(self, headers: dict[str, str]) -> bytes:
        if "transfer-encoding" not in headers:
            return self._exactly(int(headers["content-length"]))
        parts: list[bytes] = []
        size = 0
        while length := self._chunk_size():
            size += length
            if size > otlp.MAX_BODY:
                raise OverflowError
            parts.append(self._exactly(length))
            self.rfile.readline(3)
        while self.rfile.readline(1 << 12).strip():
            pass
        return b"".join(parts)

    def _chunk_size(self) -> int:
        line = self.rfile.readline(1 << 8).partition(b";")[0].strip()
        if not line or len(line) > 8 or not all(c in b"0123456789abcdefABCDEF" for c in line):
            raise ValueError("a chunk has no size")
        return int(line, 16)

    def _exactly(self, size: int) -> bytes:
        data = self.rfile.read(size)
        if len(data) < size:
            raise ValueError("the content is cut off")
        return data

    def _length(self) -> int:
        size = self.headers.get("content-length") or ""
        return min(int(size[:12]), _DRAINED) if size.isascii() and size.isdigit() else 0

    def _refuse(self, kind: str, status: int, reason: str, drained: int = 0) -> None:
        """Refuse a request, and end the connection, as the rest of its content is not read."""
        self.close_connection = True
        kind = otlp.JSON if kind == otlp.JSON else otlp.PROTOBUF
        self._answer(status, kind, otlp.failure(kind, reason))
        if drained:
            self.rfile.read(drained)

    def _answer(self, status: int, kind: str, data: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("X-Content-Type-Options", "nosniff")
        if status == _LATER:
            self.send_header("Retry-After", "5")
        if status == _METHOD:
            self.send_header("Allow", "POST")
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(data)
        self.wfile.flush()

    def do_GET(self) -> None:
        """Only POST is allowed."""
        self._refuse("", _METHOD, "OTLP is sent with POST")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name in the library
        """Say nothing: the front door reports what was recorded."""
