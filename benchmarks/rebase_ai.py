"""A rebase of 50 commits of a model, each of 10 new files and 1,000 lines with a trace, against the same rebase
without hooks.

Upstream added another file, so all picks are clean. Both repositories take turns.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import common, history, rebase

ROUNDS = 4
COMMITS, FILES, LINES = 50, 10, 100
BOUND = 0.06
"""Seconds more than twice the bare rebase."""


def paths(n: int) -> list[str]:
    """The files of the n-th commit."""
    return [f"part_{n}/module_{k}.py" for k in range(FILES)]


def prepare(root: Path, env: Mapping[str, str]) -> None:
    """Branch `topic` with the commits and their notes, branch `main` with one commit that topic lacks."""
    root.mkdir()
    common.run(["git", "init", "-q", "."], cwd=root, env=env)
    common.run(["git", "commit", "-q", "--allow-empty", "-m", "Start"], cwd=root, env=env)
    common.run(["git", "switch", "-q", "-c", "topic"], cwd=root, env=env)
    for n in range(COMMITS):
        for path in paths(n):
            (root / path).parent.mkdir(exist_ok=True)
            (root / path).write_text("".join(f"    value_{n}_{k} = compute({k})\n" for k in range(LINES)))
        common.run(["git", "add", "-A"], cwd=root, env=env)
        message = f"Part {n}\n\nAI-Trace: {history.trace_id(n)}"
        common.run(["git", "commit", "-q", "-m", message], cwd=root, env=env)
    listed = common.run(["git", "rev-list", "--reverse", "main..topic"], cwd=root, env=env).stdout.decode()
    history.feed(root, env, history.notes([(oid, note(oid, n)) for n, oid in enumerate(listed.split())]))
    common.run(["git", "switch", "-q", "main"], cwd=root, env=env)
    (root / "NEWS").write_text("something\n")
    common.run(["git", "add", "NEWS"], cwd=root, env=env)
    common.run(["git", "commit", "-q", "-m", "Upstream"], cwd=root, env=env)


def note(oid: str, n: int) -> bytes:
    """The note of the n-th commit: its trace has all lines of all its files."""
    trace, *others = history.note(oid, n, "", {}, FILES * LINES).splitlines(keepends=True)
    row = json.loads(trace)
    row["files"] = {path: {"ai": f"1-{LINES}"} for path in paths(n)}
    text = json.dumps(row, sort_keys=True, separators=(",", ":"))
    return b"".join([text.encode() + b"\n", *others])


def rows() -> list[common.Row]:
    """One row."""
    with common.place() as (top, env):
        roots = [top / "bare", top / "hooked"]
        for root in roots:
            prepare(root, env)
        common.run(["gitprov", "install", "--agents", "none"], cwd=roots[1], env=env)
        bare, hooked = common.alternately(ROUNDS, *(rebase.rebaser(root, env) for root in roots))
        rebase.check(roots[1], env, COMMITS)
    return [
        common.Row(
            f"rebase of {COMMITS} AI commits, each of {FILES} files and {FILES * LINES:,} lines, all native hooks",
            "≤ 2 × the same rebase without hooks + 60 ms",
            f"{hooked * 1000:.0f} ms against {bare * 1000:.0f} ms: {hooked / bare:.2f} ×",
            hooked / (2 * bare + BOUND),
        )
    ]


if __name__ == "__main__":
    common.main(rows)
