"""`git ai-blame --contents - --json` for an unsaved text of 5,000 lines against `git blame --contents -`.

Half of the file is committed; the other half is waiting in the inbox, and the editor has changed 40
lines since.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import common

ROUNDS = 15
LINES = 5_000
PATH = "long.py"
BUDGET = "≤ `git blame --porcelain --contents -` + 100 ms"


def text(first: int, last: int, changed: int = 0) -> str:
    """Lines of a program; each one whose number `changed` divides is another."""
    rows = (
        f"    value_{n} = compute({n * 31 % 97 + (bool(changed) and n % changed == 0)})"
        for n in range(first, last)
    )
    return "".join(f"{row}\n" for row in rows)


def prepare(root: Path, env: Mapping[str, str]) -> bytes:
    """The repository; returns the unsaved text."""
    root.mkdir()
    common.run(["git", "init", "-q"], cwd=root, env=env)
    common.run(["gitprov", "install"], cwd=root, env=env)
    whole = ""
    for last in (LINES // 2, LINES):
        row = {
            "v": 1,
            "type": "ai",
            "path": PATH,
            "before": whole,
            "agent": "codegen",
            "model": "m",
            "prompt": "p",
        }
        whole = text(0, last)
        (root / PATH).write_text(whole)
        common.run(["gitprov", "capture", "generic"], cwd=root, env=env, stdin=json.dumps(row).encode())
        if last < LINES:
            common.run(["git", "add", "-A"], cwd=root, env=env)
            common.run(["git", "commit", "-q", "-m", "Half"], cwd=root, env=env)
    return text(0, LINES, LINES // 40).encode()


def rows() -> list[common.Row]:
    """One row."""
    with common.place() as (top, env):
        root = top / "r"
        unsaved = prepare(root, env)
        words = ["--contents", "-", "--", PATH]
        answer = json.loads(
            common.run(["git", "ai-blame", "--json", *words], cwd=root, env=env, stdin=unsaved).stdout
        )
        found = [line["class"] for line in answer["lines"]]
        if found.count("ai") + found.count("edited") < LINES * 9 // 10:
            raise SystemExit("the lines of the inbox were not recognized")
        git, ours = common.alternately(
            ROUNDS,
            lambda: (
                common.measured(
                    ["git", "blame", "--porcelain", *words], cwd=root, env=env, stdin=unsaved
                ).seconds
            ),
            lambda: (
                common.measured(["git-ai-blame", "--json", *words], cwd=root, env=env, stdin=unsaved).seconds
            ),
        )
        shown = f"{common.ms(ours)} against {common.ms(git)}: {common.ms(ours - git)} more"
        work = f"`git ai-blame --contents - --json`, {LINES:,} lines"
        return [common.Row(work, BUDGET, shown, ours / (git + 0.1))]


if __name__ == "__main__":
    common.main(rows)
