"""Long histories with notes, made by fast-import: they stand in seconds, and every object in them is a
plain one.
"""

from __future__ import annotations

import json
import random
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from benchmarks import common

NOTES = "refs/notes/gitprov"
START = 1769940000


def make(root: Path, env: Mapping[str, str], commits: Iterable[bytes]) -> list[str]:
    """A repository of the commits (`commit`), work tree included; their names, oldest first."""
    root.mkdir()
    common.run(["git", "init", "-q", "."], cwd=root, env=env)
    feed(root, env, commits)
    common.run(["git", "reset", "-q", "--hard", "main"], cwd=root, env=env)
    return common.run(["git", "rev-list", "--reverse", "main"], cwd=root, env=env).stdout.decode().split()


def feed(root: Path, env: Mapping[str, str], stream: Iterable[bytes]) -> None:
    """Run fast-import on a stream, without holding it in memory."""
    command = ["git", "fast-import", "--quiet", "--done"]
    with subprocess.Popen(command, cwd=root, env=env, stdin=subprocess.PIPE) as process:
        if process.stdin is not None:
            process.stdin.writelines(stream)
            process.stdin.write(b"done\n")
    if process.returncode:
        raise SystemExit(f"git fast-import: exit {process.returncode}")


def commit(n: int, path: str, content: bytes, message: str) -> bytes:
    """The n-th commit of the main branch: one file, one of seven authors, a minute after the one before."""
    who = f"A. Developer {n % 7} <developer{n % 7}@example.com> {START + 60 * n} +0000"
    text = message.encode()
    head = f"commit refs/heads/main\nauthor {who}\ncommitter {who}\ndata {len(text)}\n{message}M 100644 inline {path}\n"
    return head.encode() + b"data %d\n%s\n" % (len(content), content)


def growing_file(path: str, commits: int, lines_each: int) -> Iterator[bytes]:
    """Commits that each put a few lines somewhere into one file."""
    places = random.Random(1)  # noqa: S311 - the same history each time
    lines: list[bytes] = []
    for n in range(commits):
        new = [
            b"    value_%d_%d = compute(%d)  # of commit %d\n" % (n, k, places.randint(0, 999), n)
            for k in range(lines_each)
        ]
        at = places.randint(0, len(lines))
        lines[at:at] = new
        yield commit(n, path, b"".join(lines), f"Change {n}\n")


def trace_id(n: int) -> str:
    """A trace id for each number."""
    return f"gen_20260201_{n * 2654435761 % (1 << 40):010x}"


def note(oid: str, n: int, path: str, ranges: Mapping[str, str], added: int) -> bytes:
    """The note that gitprov writes for a commit with one trace: a trace row and a commit row."""
    rows = (
        {
            "kind": "trace", "v": 1, "id": trace_id(n), "agent": "claude-code", "model": "claude-opus-4-5-20251101",
            "session": f"0b9c41d2-e7aa-4c1e-9d52-{n // 10:012x}", "at": "2026-02-01T10:00:04Z",
            "prompt": f"sha256:{n:064x}", "key": f"{n:016x}", "prompt_version": None,
            "human": f"A. Developer {n % 7} <developer{n % 7}@example.com>", "evidence": "captured",
            "files": {path: dict(ranges)},
            "delta": {"raw": added + 1, "kept": added - 1, "edited": 1, "dropped": 1, "pending": 0},
        },
        {"kind": "commit", "v": 1, "id": oid, "gate": "passed", "tool": "gitprov 0.1.0", "added": added},
    )  # fmt: skip
    return b"".join(json.dumps(row, sort_keys=True, separators=(",", ":")).encode() + b"\n" for row in rows)


def notes(rows: Sequence[tuple[str, bytes]]) -> Iterator[bytes]:
    """The notes ref, one directory deep, as gitprov spreads it."""
    who = f"committer A <a@example.com> {START} +0000"
    yield f"commit {NOTES}\n{who}\ndata 2\nx\n".encode()
    for oid, data in rows:
        yield f"M 100644 inline {oid[:2]}/{oid[2:]}\ndata {len(data)}\n".encode() + data + b"\n"
