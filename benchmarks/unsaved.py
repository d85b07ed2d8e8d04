"""`git ai-blame --contents - --json` for an unsaved text of 5,000 lines against `git blame --contents -`.

Half of the file is committed, the other half is waiting in the inbox. The editor has changed 40 lines since: in
one place, or one in each 125, which is the dear case, since all lines between the changes are compared. Times are
of processors, the least of each side.
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


def text(last: int, changed: range = range(0)) -> str:
    """The first lines of a program; those with a number in `changed` are others."""
    rows = (f"    value_{n} = compute({n * 31 % 97 + (n in changed)})" for n in range(last))
    return "".join(f"{row}\n" for row in rows)


def prepare(root: Path, env: Mapping[str, str]) -> None:
    """The repository."""
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
        whole = text(last)
        (root / PATH).write_text(whole)
        common.run(["gitprov", "capture", "generic"], cwd=root, env=env, stdin=json.dumps(row).encode())
        if last < LINES:
            common.run(["git", "add", "-A"], cwd=root, env=env)
            common.run(["git", "commit", "-q", "-m", "Half"], cwd=root, env=env)


def compare(work: str, unsaved: bytes, root: Path, env: Mapping[str, str]) -> common.Row:
    """Both commands in turns."""
    words = ["--contents", "-", "--", PATH]
    answer = json.loads(
        common.run(["git", "ai-blame", "--json", *words], cwd=root, env=env, stdin=unsaved).stdout
    )
    classes = [line["class"] for line in answer["lines"]]
    if classes.count("ai") + classes.count("edited") < LINES * 9 // 10:
        raise SystemExit("the lines of the inbox were not recognized")

    def cost(*command: str) -> float:
        return common.measured([*command, *words], cwd=root, env=env, stdin=unsaved).processor

    git, ours = common.alternately(
        ROUNDS,
        lambda: cost("git", "blame", "--porcelain"),
        lambda: cost("git-ai-blame", "--json"),
        of=min,
    )
    shown = f"{common.ms(ours)} of processor time against {common.ms(git)}: {common.ms(ours - git)} more"
    return common.Row(work, BUDGET, shown, ours / (git + 0.1))


def rows() -> list[common.Row]:
    """Two rows: changes in one place, and all over the file."""
    with common.place() as (top, env):
        prepare(top / "r", env)
        near, far = range(3_000, 3_040), range(0, LINES, LINES // 40)
        work = f"`git ai-blame --contents - --json`, {LINES:,} lines, 40 changed"
        return [
            compare(f"{work} in one place", text(LINES, near).encode(), top / "r", env),
            compare(f"{work} all over", text(LINES, far).encode(), top / "r", env),
        ]


if __name__ == "__main__":
    common.main(rows)
