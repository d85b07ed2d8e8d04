"""The commands that people start all day: `gitprov status`, `show`, `doctor` and `--help`, whole processes, in
processor time; and what `import gitprov` adds to a program.

The repository has one commit of a model, and one edit that waits for the next.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import common
from benchmarks.session import Session

ROUNDS = 15
BOUND = 0.12
"""Seconds of processor time that each may take, git's included."""
COMMANDS = ("status", "show", "doctor", "--help")
IMPORT = 0.02
"""Seconds of processor time that `import gitprov` may add to a program."""


def prepare(root: Path, env: Mapping[str, str]) -> None:
    """The repository."""
    root.mkdir()
    common.run(["git", "init", "-q", "."], cwd=root, env=env)
    common.run(["gitprov", "install", "--agents", "none"], cwd=root, env=env)
    session = Session(root, env)
    session.prompt("Two numbers")
    session.edit("numbers.py", "", "ONE = 1\nTWO = 2\n")
    session.stop()
    common.run(["git", "add", "-A"], cwd=root, env=env)
    common.run(["git", "commit", "-q", "-m", "Numbers"], cwd=root, env=env)
    session.prompt("One more")
    session.edit("numbers.py", "TWO = 2\n", "TWO = 2\nTHREE = 3\n")
    session.stop()


def rows() -> list[common.Row]:
    """A row for each command; a start of Python is what none of them can do without."""
    with common.place() as (top, env):
        root = top / "repo"
        prepare(root, env)

        def seconds(*words: str) -> float:
            return common.measured(words, cwd=root, env=env, ok=(0, 1)).processor

        sides = [functools.partial(seconds, "gitprov", command) for command in COMMANDS]
        start, program, *each = common.alternately(
            ROUNDS,
            functools.partial(seconds, sys.executable, "-c", "pass"),
            functools.partial(seconds, sys.executable, "-c", "import gitprov; gitprov.record"),
            *sides,
            of=min,
        )
    added = max(program - start, 0)
    imported = common.Row(
        "`import gitprov`, and the first use of `gitprov.record`",
        "≤ 20 ms more than `python -c pass`",
        f"{common.ms(added)} of processor time (`python -c pass`: {common.ms(start)})",
        added / IMPORT,
    )
    return [
        imported,
        *(
            common.Row(
                f"`gitprov {command}`",
                "≤ 120 ms",
                f"{common.ms(taken)} of processor time (`python -c pass`: {common.ms(start)})",
                taken / BOUND,
            )
            for command, taken in zip(COMMANDS, each, strict=True)
        ),
    ]


if __name__ == "__main__":
    common.main(rows)
