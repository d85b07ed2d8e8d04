"""The two reports of a shell command in a repository of 50,000 tracked files, as an agent runs them."""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import common

FILES = 50_000
ROUNDS = 7
BOUND = 0.3
"""Seconds that one report may take."""


def rows() -> list[common.Row]:
    """A row for each report of a command that changes one file; `git status` is what the tree itself costs."""
    with common.place() as (top, env):
        root = top / "repo"
        for number in range(FILES // 100):
            (root / f"d{number}").mkdir(parents=True)
            for part in range(100):
                (root / f"d{number}" / f"f{part}.py").write_text(f"VALUE = {number} * {part}\n")
        for words in (["init", "-q", "."], ["add", "-A"], ["commit", "-q", "-m", "Start"]):
            common.run(["git", *words], cwd=root, env=env)
        turn = 0

        def report(event: str) -> float:
            call = {"tool_name": "Bash", "tool_input": {"command": "make"}, "tool_use_id": f"c{turn}"}
            payload = {"session_id": "s", "turn_id": "t", "hook_event_name": event, **call}
            command = ["gitprov", "capture", "codex"]
            return common.measured(command, cwd=root, env=env, stdin=json.dumps(payload).encode()).seconds

        def before() -> float:
            return report("PreToolUse")

        def after() -> float:
            nonlocal turn
            (root / "d7" / "f7.py").write_text(f"VALUE = {turn}\n")
            seconds = report("PostToolUse")
            turn += 1
            return seconds

        def status() -> float:
            return common.measured(["git", "status", "--porcelain"], cwd=root, env=env).seconds

        tree, first, second = common.alternately(ROUNDS, status, before, after)
        if len(list((root / ".git/gitprov/inbox/@/events").glob("*.json"))) < ROUNDS:
            raise SystemExit("not every command that was measured left an event")
    return [
        common.Row(
            f"report {when} a shell command, {FILES:,} files",
            "≤ 300 ms",
            f"{common.ms(seconds)} (`git status` alone: {common.ms(tree)})",
            seconds / BOUND,
        )
        for when, seconds in (("before", first), ("after", second))
    ]


if __name__ == "__main__":
    common.main(rows)
