"""`git ai-blame --json` against `git blame -w --porcelain`: a file of 10,000 lines from 5,000 commits, 10,000
notes.

A second row has the same lines in one commit: there git is done at once, and what counts is our own time.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import common, history

ROUNDS = 7
COMMITS, LINES_EACH, NOTES = 5_000, 2, 10_000
PATH = "src/long.py"
BUDGET = "≤ 1.3 × `git blame -w --porcelain` + 100 ms"
BOUND = 0.06
"""Seconds of processor time for the lines of one commit."""


def prepare(root: Path, env: Mapping[str, str]) -> None:
    """The long history. Half of the notes are of commits in it, half of commits that this clone does not
    have.
    """
    oids = history.make(root, env, history.growing_file(PATH, COMMITS, LINES_EACH))
    # Each commit claims one of its lines; where that is in the file does not matter to the cost of a lookup.
    rows = [
        (oid, history.note(oid, n, PATH, {"ai": f"1-{2 * n + 2}"}, LINES_EACH)) for n, oid in enumerate(oids)
    ]
    others = ((n, f"{n * 2654435761 % (1 << 32):08x}{n:032x}") for n in range(NOTES - len(oids)))
    rows += [(oid, history.note(oid, n, PATH, {"ai": "1-5,9"}, LINES_EACH)) for n, oid in others]
    history.feed(root, env, history.notes(rows))


def prepare_short(root: Path, env: Mapping[str, str]) -> None:
    """The same number of lines in a single commit."""
    text = b"".join(b"    value_%d = compute(%d)\n" % (n, n * 31 % 97) for n in range(COMMITS * LINES_EACH))
    (oid,) = history.make(root, env, [history.commit(0, PATH, text, "All\n")])
    data = history.note(oid, 0, PATH, {"ai": "1-5000", "edited": "5001-6000"}, COMMITS * LINES_EACH)
    history.feed(root, env, history.notes([(oid, data)]))


def compare(root: Path, env: Mapping[str, str], figure: str) -> list[float]:
    """A figure of the cost of both commands, git's first, in turns."""

    def cost(words: list[str]) -> float:
        value: float = getattr(common.measured(words, cwd=root, env=env), figure)
        return value

    return common.alternately(
        ROUNDS,
        lambda: cost(["git", "blame", "-w", "--porcelain", PATH]),
        lambda: cost(["git-ai-blame", "--json", PATH]),
    )


def rows() -> list[common.Row]:
    """Two rows: the long history, and one commit."""
    with common.place() as (top, env):
        prepare(top / "long", env)
        prepare_short(top / "short", env)
        git, ours = compare(top / "long", env, "seconds")
        git_short, ours_short = compare(top / "short", env, "processor")
    return [
        common.Row(
            "`git ai-blame --json`, 10,000 lines, 5,000 commits, 10,000 notes",
            BUDGET,
            f"{common.ms(ours)} against {common.ms(git)}: {ours / git:.2f} ×",
            ours / (1.3 * git + 0.1),
        ),
        common.Row(
            "the same lines in one commit",
            "≤ 60 ms",
            f"{common.ms(ours_short)} of processor time (`git blame -w --porcelain`: {common.ms(git_short)})",
            ours_short / BOUND,
        ),
    ]


if __name__ == "__main__":
    common.main(rows)
