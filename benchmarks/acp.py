"""`gitprov acp` between an editor and an agent that sends back what it gets: the latency that it adds to a
message, and the memory for 100 MB of traffic, against the agent alone.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import common

ROUNDS = 2000
BUDGET = 0.002
"""Seconds that may be added to a message in 99 of 100 cases, there and back counted as two."""

MEGABYTES = 100
MOST_MEMORY = 300
"""MB of resident memory: the lines that may wait for the recorder, twice, and a Python interpreter."""


def _times(words: list[str], root: Path, env: dict[str, str]) -> list[float]:
    """Seconds for each message until it came back."""
    text = {"sessionUpdate": "agent_message_chunk", "content": {"type": "text", "text": "word " * 20}}
    row = {"jsonrpc": "2.0", "method": "session/update", "params": {"sessionId": "s", "update": text}}
    line = json.dumps(row).encode() + b"\n"
    seconds = []
    with subprocess.Popen(
        words, cwd=root, env=env, bufsize=0, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as talk:
        if talk.stdin is None or talk.stdout is None:
            raise SystemExit("no pipes")
        for _ in range(ROUNDS):
            start = time.perf_counter()
            talk.stdin.write(line)
            rest = len(line)
            while rest:
                rest -= len(talk.stdout.read(rest))
            seconds.append(time.perf_counter() - start)
        talk.stdin.close()
    return sorted(seconds[20:])


def _memory(root: Path, env: dict[str, str]) -> float:
    """MB of the largest process while 100 MB of messages pass."""
    line = (
        json.dumps({"method": "session/update", "params": {"update": {"text": "x" * 1000}}}).encode() + b"\n"
    )
    source = root / "traffic"
    source.write_bytes(line * (MEGABYTES * 1_000_000 // len(line)))
    with source.open("rb") as stdin:
        done = subprocess.run(
            ["gitprov", "acp", "--", "cat"], cwd=root, env=env, stdin=stdin, capture_output=True, check=True
        )
    if len(done.stdout) != source.stat().st_size:
        raise SystemExit("not every byte came back")
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def rows() -> list[common.Row]:
    """A row for the latency at the 99th percentile, and a row for the memory."""
    with common.place() as (top, env):
        root = top / "repo"
        root.mkdir()
        common.run(["git", "init", "-q", "."], cwd=root, env=env)
        bare = _times(["cat"], root, env)
        full = _times(["gitprov", "acp", "--", "cat"], root, env)
        memory = _memory(root, env)
    late = len(full) * 99 // 100
    added = full[late] - bare[late]
    shown = f"{common.ms(added)} (median {common.ms(statistics.median(full) - statistics.median(bare))})"
    return [
        common.Row(
            "a message through `gitprov acp` and back, p99 over `cat`", "≤ 4 ms", shown, added / BUDGET / 2
        ),
        common.Row(
            f"{MEGABYTES} MB through `gitprov acp`",
            f"≤ {MOST_MEMORY} MB",
            f"{memory:.0f} MB",
            memory / MOST_MEMORY,
        ),
    ]


if __name__ == "__main__":
    common.main(rows)
