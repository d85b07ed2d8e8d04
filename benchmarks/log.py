"""`git ai-log` against `git log --notes`: 5,000 commits, half of them with a note and a trailer."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import common, history

ROUNDS = 15
COMMITS = 5_000
LINES = 20


def commits() -> Iterator[bytes]:
    """200 files in turns; every other commit has the trailer of its trace."""
    for n in range(COMMITS):
        content = b"".join(b"value_%d = %d\n" % (k, n) for k in range(LINES))
        trailer = f"\nAI-Trace: {history.trace_id(n)}\n" if n % 2 else ""
        yield history.commit(
            n, path(n), content, f"Change {n}\n\nWhy this was done, in a few words.\n{trailer}"
        )


def path(n: int) -> str:
    """The file of the n-th commit."""
    return f"package_{n % 20}/module_{n % 200}.py"


def prepare(root: Path, env: Mapping[str, str]) -> None:
    """The repository with its notes."""
    oids = history.make(root, env, commits())
    ranges = {"ai": "1-5,9-10", "edited": "6-7"}
    rows = [(oid, history.note(oid, n, path(n), ranges, LINES)) for n, oid in enumerate(oids) if n % 2]
    history.feed(root, env, history.notes(rows))


def rows() -> list[common.Row]:
    """One row. Git shows the very notes that we read."""
    with common.place() as (top, env):
        root = top / "repo"
        prepare(root, env)
        git, ours = common.alternately(
            ROUNDS,
            lambda: common.measured(["git", "log", "--notes=gitprov"], cwd=root, env=env).seconds,
            lambda: common.measured(["git-ai-log"], cwd=root, env=env).seconds,
        )
    shown = f"{common.ms(ours)} against {common.ms(git)}: {ours / git:.2f} ×"
    return [
        common.Row(
            "`git ai-log`, 5,000 commits, 2,500 notes", "≤ 3 × `git log --notes`", shown, ours / git / 3
        )
    ]


if __name__ == "__main__":
    common.main(rows)
