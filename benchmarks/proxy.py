"""`gitprov proxy` before a server that streams: the latency that it adds to a piece of an answer, and to the end
of an answer, which is held until it is recorded; against the same calls without it.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import common

CALLS = 40
PIECES = 25
BUDGET_PIECE = 0.001
"""Seconds that may be added to a piece of a stream, in the median: the rest is what else the machine does."""
BUDGET_END = 0.05
"""Seconds that may be added to the end of an answer, for its recording."""

SERVER = """
import json, sys, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for n in range(int(sys.argv[1]) + 1):
            time.sleep(0.002)
            choices = [{"index": 0, "delta": {"content": f"line_{n} = {n}\\n"}}]
            row = json.dumps({"at": time.monotonic(), "model": "m", "choices": choices})
            end = "data: [DONE]\\n\\n" if n == int(sys.argv[1]) else ""
            data = f"data: {row}\\n\\n{end}".encode()
            self.wfile.write(b"%x\\r\\n%s\\r\\n" % (len(data), data))
        self.wfile.write(b"0\\r\\n\\r\\n")
    def log_message(self, *_):
        pass
server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
"""
CLIENT = """
import http.client, json, os, sys, time
from urllib.parse import urlsplit
address = urlsplit(os.environ["OPENAI_BASE_URL"])
line = http.client.HTTPConnection(address.netloc)
pieces, ends = [], []
for _ in range(int(sys.argv[1])):
    body = json.dumps({"model": "m", "messages": [{"role": "user", "content": "Write lines."}]})
    line.request("POST", address.path + "/chat/completions", body, {"Content-Type": "application/json"})
    answer = line.getresponse()
    while data := answer.read1():
        late = time.monotonic() - json.loads(data.split(b"\\n")[0][6:])["at"]
        (ends if b"[DONE]" in data else pieces).append(late)
print(json.dumps([pieces, ends]))
"""


class Delays(NamedTuple):
    """Seconds between sending and arrival: of the pieces of streams, sorted, and of their ends."""

    pieces: list[float]
    ends: list[float]


def _delays(words: list[str], root: Path, env: dict[str, str]) -> Delays:
    """The delays of a client that is started with these words before its own."""
    client = [*words, sys.executable, "-c", CLIENT, str(CALLS)]
    done = subprocess.run(client, cwd=root, env=env, capture_output=True, check=True)
    pieces, ends = json.loads(done.stdout)
    return Delays(sorted(pieces[PIECES:]), sorted(ends[1:]))


def rows() -> list[common.Row]:
    """A row for the pieces of a stream, and a row for the ends."""
    with common.place() as (top, env):
        root = top / "repo"
        root.mkdir()
        common.run(["git", "init", "-q", "."], cwd=root, env=env)
        words = [sys.executable, "-c", SERVER, str(PIECES)]
        with subprocess.Popen(words, env=env, stdout=subprocess.PIPE) as server:
            try:
                if server.stdout is None:
                    raise SystemExit("no pipe")
                env["OPENAI_BASE_URL"] = f"http://127.0.0.1:{int(server.stdout.readline())}"
                bare = _delays([], root, env)
                full = _delays(["gitprov", "proxy", "--"], root, env)
            finally:
                server.kill()
    late = len(full.pieces) * 99 // 100
    added = full.pieces[late] - bare.pieces[late]
    middle = statistics.median(full.pieces) - statistics.median(bare.pieces)
    end = statistics.median(full.ends) - statistics.median(bare.ends)
    return [
        common.Row(
            "a piece of a stream through `gitprov proxy`, median over direct",
            f"≤ {common.ms(BUDGET_PIECE)}",
            f"{common.ms(middle)} (p99 {common.ms(added)})",
            middle / BUDGET_PIECE,
        ),
        common.Row(
            "the end of an answer, recorded, median over direct",
            f"≤ {common.ms(BUDGET_END)}",
            common.ms(end),
            end / BUDGET_END,
        ),
    ]


if __name__ == "__main__":
    common.main(rows)
