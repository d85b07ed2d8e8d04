"""`gitprov index` against `git log --numstat`: 20,000 commits, notes of a million lines, 100 new commits, queries."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import common
from demo import year

COMMITS = 20_000
NEW = 100
#: Seconds for a million lines, MB, and seconds for the new commits.
WHOLE, MEMORY, UPDATE = 60.0, 300.0, 0.5
#: Seconds of processor time of a query that a page needs.
QUERY = 0.2
QUERIES = (("stats",), ("search", "keep", "names"))


def rows() -> list[common.Row]:
    """Rebuild with its memory, and an update; git's own walk over the history in the same run."""
    with common.place() as (top, env):
        root = top / "repo"
        year.build(root, seed=2, commits=COMMITS, lines=75, packages=100)
        _set(root, env, "refs/kept/all", "main")
        _set(root, env, "refs/heads/main", f"main~{NEW}")
        git = common.measured(["git", "log", "--numstat"], cwd=root, env=env)
        whole = common.measured(["gitprov", "index"], cwd=root, env=env)
        nothing = common.measured(["gitprov", "index"], cwd=root, env=env)
        _set(root, env, "refs/heads/main", "refs/kept/all")
        update = common.measured(["gitprov", "index"], cwd=root, env=env)
        start = min(_processor(root, env, "index") for _ in range(3))
        costs = [min(_processor(root, env, *query) for _ in range(3)) - start for query in QUERIES]
    seconds = update.seconds - nothing.seconds
    against = f"git log --numstat {git.seconds:.1f} s"
    return [
        common.Row(
            "`gitprov index`, 20,000 commits, a million lines", f"≤ {WHOLE:.0f} s",
            f"{whole.seconds:.1f} s ({against})", whole.seconds / WHOLE,
        ),
        common.Row(
            "memory of that", f"≤ {MEMORY:.0f} MB", f"{whole.megabytes:.0f} MB", whole.megabytes / MEMORY
        ),
        common.Row(
            f"`gitprov index` after {NEW} new commits, without the start", f"≤ {UPDATE} s",
            f"{common.ms(seconds)}, and {common.ms(nothing.seconds)} without anything new", seconds / UPDATE,
        ),
        *(
            common.Row(
                f"`gitprov {' '.join(query)}` on that, without the start", f"≤ {common.ms(QUERY)}",
                f"{common.ms(cost)} of processor time", cost / QUERY,
            )
            for query, cost in zip(QUERIES, costs, strict=True)
        ),
    ]  # fmt: skip


def _processor(root: Path, env: Mapping[str, str], *args: str) -> float:
    return common.measured(["gitprov", *args], cwd=root, env=env).processor


def _set(root: Path, env: Mapping[str, str], ref: str, rev: str) -> None:
    common.measured(["git", "update-ref", ref, rev], cwd=root, env=env)


if __name__ == "__main__":
    common.main(rows)
