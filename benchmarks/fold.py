"""500 events on one file of 10,000 lines: the fold, alone and in a whole commit, with the memory of the
hooks.
"""

from __future__ import annotations

import os
import shutil
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import common
from benchmarks.session import Session

ROUNDS = 3
LINES, EVENTS, TURNS = 10_000, 500, 10


def body(n: int) -> str:
    """One line of code; one in ten is blank and one in ten a lone bracket, as real files have them."""
    return "\n" if n % 10 == 3 else "    }\n" if n % 10 == 7 else f"    value_{n} = compute({n}, {n % 17})\n"


def prepare(root: Path, env: dict[str, str]) -> None:
    """The file a person wrote, and 500 edits of a model all over it, staged."""
    root.mkdir()
    common.run(["git", "init", "-q", "."], cwd=root, env=env)
    (root / "big.txt").write_text("".join(map(body, range(LINES))))
    common.run(["git", "add", "-A"], cwd=root, env=env)
    common.run(["git", "commit", "-q", "-m", "Start"], cwd=root, env=env)
    common.run(["gitprov", "install", "--agents", "none"], cwd=root, env=env)
    session = Session(root, env)
    places = [n for n in range(LINES) if n % 10 not in {3, 7}]
    for event in range(EVENTS):
        if event % (EVENTS // TURNS) == 0:
            session.prompt(f"Round {event}")
        old = body(places[event * 7919 % len(places)])
        new = old.replace("compute", f"compute_{event}") + f"    extra_{event} = {event}\n\n"
        session.edit("big.txt", old, new)
    session.stop()
    common.run(["git", "add", "-A"], cwd=root, env=env)


def fold_alone(root: Path, env: dict[str, str]) -> common.Cost:
    """The fold as the pre-commit hook does it, in a process of its own: reading evidence, then a diff per
    event.
    """
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.write(writer, repr(_fold(root, env)).encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as answer:
        seconds = float(answer.read())
    _, _, usage = os.wait4(pid, 0)
    return common.Cost(seconds, usage.ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10))


def _fold(root: Path, env: dict[str, str]) -> float:
    os.chdir(root)
    start = time.perf_counter()
    from gitprov.flow.change import staged_change
    from gitprov.flow.commit import plan as stage
    from gitprov.flow.context import CommitContext
    from gitprov.flow.work_tree import view_of
    from gitprov.git.repo import Repository

    with Repository.discover(str(root), env) as repo:
        context = CommitContext(repo, view_of(repo, os.getpid()))
        plan = stage.make_plan(context, staged_change(repo, False))
    if plan is None or len(plan.traces) != TURNS:
        raise SystemExit("the fold that was measured found other traces than it should")
    return time.perf_counter() - start


def rows() -> list[common.Row]:
    """Three rows: the time of the fold and of a whole commit, and the largest process."""
    with common.place() as (top, env):
        prepare(top / "template", env)
        folds = [fold_alone(top / "template", env) for _ in range(ROUNDS)]
        commits = []
        for _ in range(ROUNDS):
            root = top / "copy"
            shutil.rmtree(root, ignore_errors=True)
            shutil.copytree(top / "template", root, symlinks=True)
            commits.append(common.measured(["git", "commit", "-q", "-m", "Rounds"], cwd=root, env=env))
    seconds = statistics.median(cost.seconds for cost in folds)
    whole = statistics.median(cost.seconds for cost in commits)
    peak = max(cost.megabytes for cost in (*folds, *commits))
    work = f"{EVENTS} events on one file of {LINES:,} lines"
    return [
        common.Row(
            f"{work}: fold at commit",
            "≤ 2 s",
            f"{seconds:.2f} s",
            seconds / 2,
        ),
        common.Row(f"{work}: whole commit", "≤ 0.8 s", f"{whole:.2f} s", whole / 0.8),
        common.Row(f"{work}: largest process", "≤ 200 MB", f"{peak:.0f} MB", peak / 200),
    ]


if __name__ == "__main__":
    common.main(rows)
