"""How often `gitprov check nondeterminism` is right on samples, what it finds in installed packages, and its pace.

    python -m benchmarks.nondeterminism                     the figures
    python -m benchmarks.nondeterminism --wrong             the samples that were judged wrong
    python -m benchmarks.nondeterminism --real DIR --show 40  findings in other code, chosen by chance, to be judged

Samples are in `samples/nondeterminism/`. A third of them is kept apart: rules are adjusted on the others alone, and
`--wrong` does not show them.
"""

from __future__ import annotations

import argparse
import ast
import random
import re
import statistics
import sysconfig
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.common import Row
from gitprov.checks.nondeterminism.check import sightings

SAMPLES = Path(__file__).parent / "samples" / "nondeterminism"
FILES = {"python.txt": "a.py", "javascript.txt": "a.jsx"}
#: Lines of the measured pace, and how often each is measured.
LINES, ROUNDS = 66_000, 3
SEED = 9
#: The pace, as a multiple of what Python's parser takes for the same lines; 2 s where it takes 0.4 s.
PARSING = 5


class Sample(NamedTuple):
    """One sample. `rules`: one of these has to be reported; empty: nothing may be. `apart`: not looked at while
    rules are adjusted.
    """

    title: str
    path: str
    code: str
    rules: tuple[str, ...]
    apart: bool


class Figures(NamedTuple):
    """Bad samples that are reported, good ones that are, and bad ones that are not."""

    right: int
    alarms: int
    missed: int

    @property
    def text(self) -> str:
        """Precision and recall."""
        precision = self.right / max(1, self.right + self.alarms)
        recall = self.right / max(1, self.right + self.missed)
        return f"P {precision:.2f} R {recall:.2f} ({self.right} right, {self.alarms} alarms, {self.missed} missed)"


def samples() -> Iterator[Sample]:
    """All samples; every third is kept apart."""
    for name, path in FILES.items():
        parts = re.split(r"^=== ", (SAMPLES / name).read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
        for number, part in enumerate(parts):
            head, _, code = part.partition("\n")
            title, _, label = head.partition(" | ")
            yield Sample(title, path, code, tuple(label.split()[1:]), number % 3 == 2)


def judged(some: Iterable[Sample]) -> tuple[Figures, list[str]]:
    """The figures of some samples, and those that were judged wrong."""
    counts: Counter[str] = Counter()
    wrong = []
    for sample in some:
        reported = {row.name for row in sightings(sample.path, sample.code, None)[0]}
        if sample.rules:
            kind = "right" if reported & {*sample.rules} else "missed"
        else:
            kind = "alarm" if reported else "quiet"
        counts[kind] += 1
        if kind in ("missed", "alarm"):
            wrong.append(f"{kind}: {sample.path} {sample.title}: {', '.join(sorted(reported)) or 'nothing'}")
    return Figures(counts["right"], counts["alarm"], counts["missed"]), wrong


def python_files(top: Path) -> list[Path]:
    """The Python files below a directory, without tests, which are no results."""
    skipped = {"tests", "test", "testing", "__pycache__"}
    return sorted(path for path in top.rglob("*.py") if not skipped & {*path.relative_to(top).parts})


def in_code(paths: Iterable[Path]) -> tuple[list[tuple[Path, int, str, str]], int]:
    """(path, line, rule, detail) of all findings, and how many lines were read."""
    rows, count = [], 0
    for path in paths:
        text = path.read_text(encoding="utf-8", errors="replace")
        count += text.count("\n")
        rows += [(path, row.line, row.name, row.detail) for row in sightings(str(path), text, None)[0]]
    return rows, count


def shown(rows: Sequence[tuple[Path, int, str, str]], count: int, seed: int) -> Iterator[str]:
    """Some findings by chance, each with the lines around it."""
    chosen = random.Random(seed).sample(rows, min(count, len(rows)))  # noqa: S311
    for number, (path, line, rule, detail) in enumerate(chosen, 1):
        yield f"--- {number}. {path}:{line} {rule}: {detail}"
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        for at in range(max(0, line - 5), min(len(lines), line + 8)):
            yield f"{'>' if at == line - 1 else ' '} {lines[at][:110]}"


def pace() -> tuple[float, float, int]:
    """Seconds for a fixed number of lines of the standard library: the check's, those of parsing alone, and
    the lines.
    """
    texts, count = [], 0
    for path in python_files(Path(sysconfig.get_path("stdlib"))):
        if count < LINES and "site-packages" not in path.parts:
            texts.append(path.read_text(encoding="utf-8", errors="replace"))
            count += texts[-1].count("\n")
    checks, parses = [], []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        for text in texts:
            ast.parse(text)
        middle = time.perf_counter()
        for text in texts:
            sightings("a.py", text, None)
        checks.append(time.perf_counter() - middle)
        parses.append(middle - start)
    return statistics.median(checks), statistics.median(parses), count


def rows() -> list[Row]:
    """The rows of the table."""
    apart, _ = judged(sample for sample in samples() if sample.apart)
    seconds, parsing, count = pace()
    precision = apart.right / max(1, apart.right + apart.alarms)
    return [
        Row("check nondeterminism, samples kept apart", "P 0.90", apart.text, 0.9 / max(0.01, precision)),
        Row(
            f"check nondeterminism, {count} lines",
            f"{PARSING} times parsing",
            f"{seconds:.2f} s, {seconds / parsing:.1f} times parsing",
            seconds / parsing / PARSING,
        ),
    ]


def main() -> None:
    """Print what the arguments ask for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--wrong", action="store_true")
    parser.add_argument("--real", type=Path)
    parser.add_argument("--show", type=int, default=0)
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    if options.real:
        findings, count = in_code(python_files(options.real))
        print(
            f"{len(findings)} findings in {count} lines:",
            dict(Counter(row[2] for row in findings).most_common()),
        )
        print("\n".join(shown(findings, options.show, options.seed)))
        return
    seen = [sample for sample in samples() if not sample.apart]
    for path in FILES.values():
        figures, wrong = judged(sample for sample in seen if sample.path == path)
        print(f"{path} adjusted: {figures.text}")
        print("\n".join(wrong) if options.wrong else "", end="\n" if options.wrong else "")
    if not options.wrong:
        for row in rows():
            print(f"{row.work}: {row.measured} (budget {row.budget})")


if __name__ == "__main__":
    main()
