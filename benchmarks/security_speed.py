"""`gitprov check security` on much code: 200 files of the standard library, 66,000 lines, all rules and flow, against
parsing the same files with `ast`; and the gate before a commit, 20 files with lines of a model.
"""

from __future__ import annotations

import ast
import statistics
import sys
import sysconfig
import time
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import common
from benchmarks.session import Session
from gitprov.checks.security.check import judge
from gitprov.checks.security.rule import Catalog
from gitprov.flow.gates.security import rules

FILES, LINES, ROUNDS = 200, 66_000, 3
GATE_FILES, GATE_ROUNDS = 20, 12


def corpus() -> list[tuple[str, str]]:
    """(path, text) of files of 100 to 1000 lines, without tests, 330 lines each on average."""
    folder = Path(sysconfig.get_paths()["stdlib"])
    rows: list[tuple[str, str]] = []
    total = 0
    for path in sorted(folder.rglob("*.py")):
        name = path.relative_to(folder).as_posix()
        if name.startswith(("test/", "site-packages/", "idlelib/", "lib2to3/")) or "/test" in name:
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        lines = text.count("\n")
        mean = (LINES - total) / max(FILES - len(rows), 1)
        if (
            100 <= lines <= 1000
            and (lines <= mean * 1.6 or len(rows) > FILES // 2)
            and total + lines <= LINES
        ):
            rows.append((name, text))
            total += lines
        if len(rows) == FILES:
            break
    return rows


def parsed(files: list[tuple[str, str]]) -> float:
    """Seconds of the processor to parse the files."""
    start = time.process_time()
    for _, text in files:
        ast.parse(text)
    return time.process_time() - start


def judged(files: list[tuple[str, str]], book: Catalog) -> float:
    """Seconds of the processor to judge the files."""
    start = time.process_time()
    for path, text in files:
        judge(path, text, book, lambda: 0.0)
    return time.process_time() - start


def speed() -> Iterator[common.Row]:
    """All rules and flow over the files."""
    files, book = corpus(), rules()
    lines = sum(text.count("\n") for _, text in files)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        base, cost = common.alternately(ROUNDS, lambda: parsed(files), lambda: judged(files, book))
    work = f"security rules and flow, {len(files)} files, {lines:,} lines of Python"
    yield common.Row(work, "≤ 2 s", f"{cost:.2f} s, {cost / base:.1f} × `ast.parse`", cost / 2)


def gate() -> Iterator[common.Row]:
    """`gitprov check security --staged` with 20 files that a model wrote, its files in the page cache."""
    with common.place() as (top, env):
        root = top / "repo"
        root.mkdir()
        prepare(root, env)
        args = ["gitprov", "check", "security", "--staged"]
        costs = [common.measured(args, cwd=root, env=env, ok=(0, 1)) for _ in range(GATE_ROUNDS)][1:]
        base = [common.measured(["gitprov", "--version"], cwd=root, env=env) for _ in range(GATE_ROUNDS)][1:]
    times = sorted(cost.seconds for cost in costs)
    high = times[min(len(times) - 1, round(0.95 * len(times)))]
    start = statistics.median(cost.seconds for cost in base)
    size = max(cost.megabytes for cost in costs)
    work = f"`gitprov check security --staged`, {GATE_FILES} files of a model"
    yield common.Row(work, "p95 ≤ 1 s", f"{high:.2f} s, {high / start:.1f} × `gitprov --version`", high)
    yield common.Row("the same: memory", "≤ 120 MB", f"{size:.0f} MB", size / 120)


def prepare(root: Path, env: Mapping[str, str]) -> None:
    """A repository whose index has files that an agent wrote."""
    common.run(["git", "init", "-q"], cwd=root, env=env)
    common.run(["gitprov", "install", "--agents", "claude-code"], cwd=root, env=env)
    common.run(["git", "commit", "-q", "--allow-empty", "-m", "Begin"], cwd=root, env=env)
    session = Session(root, env)
    session.prompt("Write the modules.")
    for number, (name, text) in enumerate(corpus()[:GATE_FILES]):
        session.edit(f"module_{number}_{Path(name).name}", "", text)
    session.stop()
    common.run(["git", "add", "."], cwd=root, env=env)


def rows() -> list[common.Row]:
    """Two parts: many files in one process, and the gate as a command."""
    return [*speed(), *gate()]


if __name__ == "__main__":
    common.main(rows)
