"""A server of models on loopback that answers by a script."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_FULL = 429
Answer = tuple[int, str | bytes | None]
"""HTTP status, and the text of the completion; bytes are the whole answer as it stands."""
CUT = b"a stream that ends in the middle"
"""As bytes of an answer: the beginning of a completion, and then the server hangs up."""


class ScriptedModels:
    """Answers requests in turn; those after the end of the script get the last answer again.

    A 429 asks to be left alone for `pause` seconds, where it is set.
    """

    def __init__(self, script: Sequence[Answer], pause: str = "") -> None:
        self.requests: list[dict[str, Any]] = []
        waiting = list(script)
        lock = threading.Lock()
        requests = self.requests

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                with lock:
                    requests.append(
                        {"key": self.headers.get("authorization"), "path": self.path, "body": body}
                    )
                    status, text = waiting.pop(0) if len(waiting) > 1 else waiting[0]
                data = text if isinstance(text, bytes) else completion(body["model"], text)
                self.send_response(status)
                if pause and status == _FULL:
                    self.send_header("retry-after", pause)
                self.send_header("content-length", str(len(data) + (data is CUT)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def address(self) -> str:
        """The address before `/chat/completions`."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def __enter__(self) -> ScriptedModels:  # noqa: PYI034 - Self needs Python 3.11
        """The server, listening."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def completion(model: str, text: str | None) -> bytes:
    """A whole answer of a model that has the name `model`."""
    row = {
        "id": "request-1",
        "model": model,
        "choices": [{"message": {"role": "assistant", "content": text}}],
        "usage": {"prompt_tokens": 7, "completion_tokens": 9},
    }
    return json.dumps(row).encode()
