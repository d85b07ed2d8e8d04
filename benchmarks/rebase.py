"""A rebase of 100 AI-assisted commits with native hooks, against the same rebase without hooks.

1,000 files, every commit changes 10 of them and has a note. What upstream added does not touch them, so all
picks are clean. Both repositories take turns.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import commit_no_evidence, common, history

ROUNDS = 6
COMMITS, CHANGED = 100, 10


def prepare(root: Path, env: Mapping[str, str]) -> None:
    """Branch `topic` with the commits and their notes, branch `main` with one commit that topic lacks."""
    commit_no_evidence.prepare(root, dict(env))
    common.run(["git", "switch", "-q", "-c", "topic"], cwd=root, env=env)
    for n in range(COMMITS):
        for k in range(CHANGED):
            with commit_no_evidence.file(root, n * CHANGED + k).open("a") as out:
                out.write(f"MORE_{n} = {k}\n")
        common.run(["git", "commit", "-q", "-a", "-m", f"Change {n}"], cwd=root, env=env)
    common.run(["git", "switch", "-q", "main"], cwd=root, env=env)
    (root / "NEWS").write_text("something\n")
    common.run(["git", "add", "NEWS"], cwd=root, env=env)
    common.run(["git", "commit", "-q", "-m", "Upstream"], cwd=root, env=env)
    listed = common.run(["git", "rev-list", "--reverse", "main..topic"], cwd=root, env=env).stdout.decode()
    line = commit_no_evidence.LINES + 1
    rows = []
    for n, oid in enumerate(listed.split()):
        path = str(commit_no_evidence.file(root, n * CHANGED).relative_to(root))
        rows.append((oid, history.note(oid, n, path, {"ai": str(line)}, CHANGED)))
    history.feed(root, dict(env), history.notes(rows))


def rebaser(root: Path, env: Mapping[str, str]) -> Callable[[], float]:
    """A function that rebases a fresh copy of the branch and returns how long git took."""

    def rebase() -> float:
        common.run(["git", "switch", "-q", "-C", "work", "topic"], cwd=root, env=env)
        return common.measured(["git", "rebase", "-q", "main"], cwd=root, env=env).seconds

    return rebase


def rows() -> list[common.Row]:
    """One row."""
    with common.place() as (top, env):
        roots = [top / "bare", top / "hooked"]
        for root in roots:
            prepare(root, env)
        common.run(["gitprov", "install", "--agents", "none"], cwd=roots[1], env=env)
        bare, hooked = common.alternately(ROUNDS, *(rebaser(root, env) for root in roots))
        check(roots[1], env, COMMITS)
    return [
        common.Row(
            f"rebase of {COMMITS} commits with notes, each of {CHANGED} of 1,000 files, all native hooks",
            "≤ 1.5 × the same rebase without hooks",
            f"{hooked * 1000:.0f} ms against {bare * 1000:.0f} ms: {hooked / bare:.2f} ×",
            hooked / bare / 1.5,
        )
    ]


def check(root: Path, env: Mapping[str, str], commits: int) -> None:
    """What was measured is what was meant: every new commit has its note."""
    new = common.run(["git", "rev-list", "main..work"], cwd=root, env=env).stdout.decode().split()
    noted = common.run(["git", "notes", "--ref=gitprov", "list"], cwd=root, env=env).stdout.decode().split()
    if len(new) != commits or not {*new} <= {*noted}:
        raise SystemExit("the rebase that was measured left commits without notes")


if __name__ == "__main__":
    common.main(rows)
