"""A commit without any AI evidence, native hooks in place, against the same commit without hooks.

1,000 files, 10 of them changed. Once in a repository where no model ever wrote a line, once in one whose
earlier commits have traces (there prepare-commit-msg also has to find out that this is no amendment). Three
repositories take turns, commit by commit.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import common

ROUNDS = 60
FILES, CHANGED, LINES = 1000, 10, 60


def prepare(root: Path, env: dict[str, str]) -> None:
    """A repository with one commit of all files."""
    root.mkdir()
    common.run(["git", "init", "-q", "."], cwd=root, env=env)
    for n in range(FILES):
        path = file(root, n)
        path.parent.mkdir(exist_ok=True)
        path.write_text("".join(f"VALUE_{n}_{k} = {k}\n" for k in range(LINES)))
    common.run(["git", "add", "-A"], cwd=root, env=env)
    common.run(["git", "commit", "-q", "-m", "Start"], cwd=root, env=env)


def file(root: Path, n: int) -> Path:
    """The n-th file, counted round and round."""
    n %= FILES
    return root / f"package_{n % 25}" / f"module_{n}.py"


def committer(root: Path, env: dict[str, str]) -> Callable[[], float]:
    """A function that changes the next files, stages them and returns the seconds that the commit itself
    took.
    """
    turns = iter(range(0, CHANGED * (ROUNDS + 1), CHANGED))

    def commit() -> float:
        first = next(turns)
        for n in range(first, first + CHANGED):
            with file(root, n).open("a") as out:
                out.write(f"MORE_{first} = {n}\n")
        common.run(["git", "add", "-u"], cwd=root, env=env)
        return common.measured(["git", "commit", "-q", "-m", "Change"], cwd=root, env=env).seconds

    return commit


def rows() -> list[common.Row]:
    """Two rows: a fresh repository, and one with traces in its history."""
    with common.place() as (top, env):
        roots = [top / "bare", top / "fresh", top / "active"]
        for root in roots:
            prepare(root, env)
        for root in roots[1:]:
            common.run(["gitprov", "install", "--agents", "none"], cwd=root, env=env)
        home = roots[2] / ".git" / "gitprov"
        home.mkdir(exist_ok=True)
        (home / "active").touch()
        bare, *hooked = common.alternately(ROUNDS, *(committer(root, env) for root in roots))
        check(roots)
    return [
        common.Row(
            f"commit without evidence, {CHANGED} of {FILES:,} files, all native hooks, {name} repository",
            "≤ 2 × the same commit without hooks",
            f"{seconds * 1000:.1f} ms against {bare * 1000:.1f} ms: {seconds / bare:.2f} ×",
            seconds / bare / 2,
        )
        for name, seconds in zip(("a fresh", "an AI-assisted"), hooked, strict=True)
    ]


def check(roots: list[Path]) -> None:
    """What was measured is what was meant: hooks where they should be, and no Python at work behind them."""
    for root in roots:
        if (root / ".git/hooks/commit-msg").exists() != (root != roots[0]):
            raise SystemExit(f"{root.name}: hooks are not as they should be")
        if (root / ".git/gitprov/plan.json").exists() or (root / ".git/gitprov/inbox").exists():
            raise SystemExit(f"{root.name}: Python was started, this is not the path that was meant")


if __name__ == "__main__":
    common.main(rows)
