"""`gitprov verify` against git's own diff of the same commits: 10,000 commits, 5,000 notes, 5,000
generations.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import common, history

ROUNDS = 3
COMMITS = 10_000
LINES = 20
STORE = "refs/gitprov/generations"


def record(n: int) -> tuple[str, bytes, bytes]:
    """The n-th generation: its trace id, its record and its prompt."""
    prompt = f"Change number {n}, in a few words of a developer.\n".encode()
    row: dict[str, object] = {
        "v": 1, "key": f"{n:016x}", "agent": {"name": "claude-code", "version": None}, "subagent": None,
        "model": "claude-opus-4-5-20251101", "params": {}, "session": f"s{n // 10}", "turn": f"{n % 10:06d}",
        "request_id": None, "request_ids": [], "parent": None, "at": "2026-02-01T10:00:04Z", "human": "A <a@example.com>",
        "prompt": {"digest": _digest(prompt), "available": True, "redactions": 0, "name": None, "version": None},
        "output": {"digest": None, "available": False, "redactions": 0}, "edits": [], "instructions": [], "usage": {},
    }  # fmt: skip
    digest = _digest(_canonical(row))
    trace = f"gen_20260201_{digest[7:17]}"
    return trace, _canonical({**row, "digest": digest, "id": trace}), prompt


def commits() -> Iterator[bytes]:
    """200 files in turns; every other commit has the trailer of its trace."""
    for n in range(COMMITS):
        content = b"".join(b"value_%d = %d\n" % (k, n) for k in range(LINES))
        trailer = f"\nAI-Trace: {record(n)[0]}\n" if n % 2 else ""
        yield history.commit(n, path(n), content, f"Change {n}\n{trailer}")


def store() -> Iterator[bytes]:
    """The generations ref."""
    yield f"commit {STORE}\ncommitter A <a@example.com> {history.START} +0000\ndata 2\nx\n".encode()
    for n in range(1, COMMITS, 2):
        trace, data, prompt = record(n)
        for name, content in (("record.json", data), ("prompt.txt", prompt)):
            yield (
                f"M 100644 inline {trace[-10:-8]}/{trace}/{name}\ndata {len(content)}\n".encode()
                + content
                + b"\n"
            )


def note(oid: str, n: int) -> bytes:
    """The n-th commit's note, of its generation."""
    trace, _, prompt = record(n)
    text = history.note(oid, n, path(n), {"ai": "1-5,9-10", "edited": "6-7"}, LINES).decode()
    return text.replace(history.trace_id(n), trace).replace(f"sha256:{n:064x}", _digest(prompt)).encode()


def path(n: int) -> str:
    """The file of the n-th commit."""
    return f"package_{n % 20}/module_{n % 200}.py"


def prepare(root: Path, env: Mapping[str, str]) -> None:
    """The repository with notes and generations."""
    oids = history.make(root, env, commits())
    history.feed(root, env, history.notes([(oid, note(oid, n)) for n, oid in enumerate(oids) if n % 2]))
    history.feed(root, env, store())


def rows() -> list[common.Row]:
    """Two rows: the ratio, and the time as such."""
    with common.place() as (top, env):
        root = top / "repo"
        prepare(root, env)
        diff = ["git", "log", "-p", "-U0", "--raw", "-M"]
        git, ours = common.alternately(
            ROUNDS,
            lambda: common.measured(diff, cwd=root, env=env).seconds,
            lambda: common.measured(["gitprov", "verify", "--strict"], cwd=root, env=env).seconds,
        )
    work = "`gitprov verify`, 10,000 commits, 5,000 notes, 5,000 generations"
    shown = f"{common.ms(ours)} against {common.ms(git)}: {ours / git:.2f} ×"
    return [
        common.Row(work, "≤ 8 × `git log -p -U0 --raw -M`", shown, ours / git / 8),
        common.Row("the same", "≤ 5 s", f"{ours:.2f} s", ours / 5),
    ]


def _canonical(row: Mapping[str, object]) -> bytes:
    return json.dumps(row, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def _digest(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


if __name__ == "__main__":
    common.main(rows)
