"""`git ai-log` against `git log --notes`: 2,000 commits, half of them with a note and a trailer; and its latest one."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import common, history

ROUNDS = 15
COMMITS = 2_000
LINES = 20
BOUND = 0.035
"""Seconds of processor time for the latest commit."""
START = """import sys
from gitprov.cli.ai_log import main
if __name__ == "__main__":
    sys.exit(main())
"""
"""The start script that uv and recent versions of pip write; that of pip 23 imports `re`, which takes 6 ms."""


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
    """Two rows. Git shows the very notes that we read."""
    with common.place() as (top, env):
        root = top / "repo"
        prepare(root, env)
        script = top / "git-ai-log"
        script.write_text(START)
        command = [sys.executable, str(script)]
        git, ours, latest, start = common.alternately(
            ROUNDS,
            lambda: common.measured(["git", "log", "--notes=gitprov"], cwd=root, env=env).seconds,
            lambda: common.measured(command, cwd=root, env=env).seconds,
            lambda: common.measured([*command, "-1"], cwd=root, env=env).processor,
            lambda: common.measured([sys.executable, "-c", "pass"], cwd=root, env=env).processor,
        )
    shown = f"{common.ms(ours)} against {common.ms(git)}: {ours / git:.2f} ×"
    return [
        common.Row(
            f"`git ai-log`, {COMMITS:,} commits, {COMMITS // 2:,} notes",
            "≤ 3 × `git log --notes`",
            shown,
            ours / git / 3,
        ),
        common.Row(
            "`git ai-log -1`",
            "≤ 35 ms",
            f"{common.ms(latest)} of processor time (`python -c pass`: {common.ms(start)})",
            latest / BOUND,
        ),
    ]


if __name__ == "__main__":
    common.main(rows)
