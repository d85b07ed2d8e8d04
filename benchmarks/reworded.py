"""A commit of 100,000 lines of a model, each of which a person reworded before the commit.

They are in two files: of a file of more than a MiB the inbox keeps no content.
"""

from __future__ import annotations

import json
import statistics
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import common

ROUNDS = 1
LINES = 100_000
FILES = ("first.txt", "second.txt")
BOUND = 3.0
"""Seconds."""


def text(verb: str) -> str:
    """One of the files."""
    return "".join(f"v{n} = {verb}({n % 17})\n" for n in range(LINES // len(FILES)))


def rows() -> list[common.Row]:
    """One row."""
    with common.place() as (top, env):
        taken = [commit(top / f"r{n}", env) for n in range(ROUNDS)]
    seconds = statistics.median(taken)
    return [
        common.Row(
            f"{LINES:,} lines each reworded, whole commit", "≤ 3 s", f"{seconds:.1f} s", seconds / BOUND
        )
    ]


def commit(root: Path, env: dict[str, str]) -> float:
    """Seconds of the commit in a new repository."""
    root.mkdir()
    common.run(["git", "init", "-q", "."], cwd=root, env=env)
    common.run(["gitprov", "install", "--agents", "none"], cwd=root, env=env)
    report = {"v": 1, "agent": "tool", "turn": "t", "before": None, "after": text("get")}
    rows = "".join(json.dumps({**report, "path": path}) + "\n" for path in FILES)
    common.run(["gitprov", "capture", "generic"], cwd=root, env=env, stdin=rows.encode())
    for path in FILES:
        (root / path).write_text(text("take"))
    common.run(["git", "add", "-A"], cwd=root, env=env)
    seconds = common.measured(["git", "commit", "-q", "-m", "Reworded"], cwd=root, env=env).seconds
    note = common.run(["git", "notes", "--ref=gitprov", "show"], cwd=root, env=env).stdout
    if note.count(f'"edited":"1-{LINES // len(FILES)}"'.encode()) != len(FILES):
        raise SystemExit("not every line of the commit that was measured is an edited one")
    return seconds


if __name__ == "__main__":
    common.main(rows)
