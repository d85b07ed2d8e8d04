"""Commits while 20,000 live events wait in the inbox: of one of their files, and of none.

The evidence is a model's new files, each of ten lines, one event a file. The person's commit is compared with the
same commit without hooks.
"""

from __future__ import annotations

import statistics
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import commit_no_evidence, common
from benchmarks.commit_waiting import reports

ROUNDS = 8
EVENTS = 20_000
BOUND = 0.5
"""Seconds for the commit of a file that has evidence."""


def rows() -> list[common.Row]:
    """Two rows."""
    with common.place() as (top, env):
        bare, full = top / "bare", top / "full"
        for root in (bare, full):
            commit_no_evidence.prepare(root, env)
        common.run(["gitprov", "install", "--agents", "none"], cwd=full, env=env)
        common.run(["gitprov", "capture", "generic"], cwd=full, env=env, stdin=reports(EVENTS))
        sides = (commit_no_evidence.committer(root, env) for root in (bare, full))
        without, other = common.alternately(ROUNDS, *sides)
        concerned = statistics.median([commit_of_evidence(full, env, n) for n in range(ROUNDS)][1:])
    work = f"{EVENTS:,} live events in the inbox"
    return [
        common.Row(f"{work}: commit of one of them", "≤ 0.5 s", common.ms(concerned), concerned / BOUND),
        common.Row(
            f"{work}: commit of none of them",
            "≤ 2.5 × the same commit without hooks",
            f"{common.ms(other)} against {common.ms(without)}: {other / without:.2f} ×",
            other / without / 2.5,
        ),
    ]


def commit_of_evidence(root: Path, env: dict[str, str], number: int) -> float:
    """Seconds of a commit of the file that one event is about, as the model wrote it."""
    lines = "".join(f"    value_{number}_{k} = compute(argument_{k}, {number})\n" for k in range(10))
    path = f"generated/part_{number}.py"
    (root / path).parent.mkdir(exist_ok=True)
    (root / path).write_text(lines)
    common.run(["git", "add", path], cwd=root, env=env)
    seconds = common.measured(["git", "commit", "-q", "-m", "Part"], cwd=root, env=env).seconds
    message = common.run(["git", "log", "-1", "--format=%B"], cwd=root, env=env).stdout
    if b"AI-Trace: " not in message:
        raise SystemExit("the commit that was measured has no trace")
    return seconds


if __name__ == "__main__":
    common.main(rows)
