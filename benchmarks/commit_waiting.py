"""A person's commit while evidence for other paths waits, native hooks in place, against the same commit without hooks.

1,000 files, 10 of them changed. The evidence is a model's new files that nobody staged, each of ten lines, one
event a file. All repositories take turns, commit by commit.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import common
from benchmarks.commit_no_evidence import CHANGED, FILES, committer, prepare

ROUNDS = 30
EVENTS = (1, 100, 5000)
LINES = 10


def reports(count: int) -> bytes:
    """Edits of so many new files in the plug-in protocol."""
    rows = (
        {
            "v": 1,
            "agent": "tool",
            "turn": f"t{n // 50}",
            "path": f"generated/part_{n}.py",
            "before": None,
            "after": "".join(f"    value_{n}_{k} = compute(argument_{k}, {n})\n" for k in range(LINES)),
        }
        for n in range(count)
    )
    return b"".join(json.dumps(row).encode("ascii") + b"\n" for row in rows)


def rows() -> list[common.Row]:
    """One row for each number of events that wait."""
    with common.place() as (top, env):
        roots = [top / "bare", *(top / f"waiting_{count}" for count in EVENTS)]
        for root, count in zip(roots, (0, *EVENTS), strict=True):
            prepare(root, env)
            if count:
                common.run(["gitprov", "install", "--agents", "none"], cwd=root, env=env)
                common.run(["gitprov", "capture", "generic"], cwd=root, env=env, stdin=reports(count))
        bare, *beside = common.alternately(ROUNDS, *(committer(root, env) for root in roots))
        check(roots[1:])
    return [
        common.Row(
            f"a person's commit, {CHANGED} of {FILES:,} files, while {count:,} event{'s'[: count > 1]} for other paths "
            f"wait{'s'[count > 1 :]}",
            "≤ 2.5 × the same commit without hooks, no Python",
            f"{seconds * 1000:.1f} ms against {bare * 1000:.1f} ms: {seconds / bare:.2f} ×",
            seconds / bare / 2.5,
        )
        for count, seconds in zip(EVENTS, beside, strict=True)
    ]


def check(roots: list[Path]) -> None:
    """What was measured is what was meant: the evidence is there, and no Python was started."""
    for root, count in zip(roots, EVENTS, strict=True):
        home = root / ".git/gitprov"
        if len(list((home / "inbox/@/events").iterdir())) != count or not (home / "apart").exists():
            raise SystemExit(f"{root.name}: evidence is not as it should be, or Python was started")


if __name__ == "__main__":
    common.main(rows)
