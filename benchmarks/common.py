"""What benchmarks share: a sealed place to measure in, whole processes timed with their memory, a row of the
table.

A benchmark is a script of its own and a function `rows() -> list[Row]` in it. Numbers are medians; what is
compared runs alternately, so that a machine that slows down slows both sides down. Nothing here fails because
something was slow.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

GITCONFIG = """\
[user]
	name = Alice
	email = alice@example.com
[init]
	defaultBranch = main
[commit]
	gpgSign = false
[gc]
	auto = 0
[maintenance]
	auto = false
"""


class Row(NamedTuple):
    """One line of the table. `ratio` is measured divided by budget: at most 1 where the budget holds."""

    work: str
    budget: str
    measured: str
    ratio: float


class Cost(NamedTuple):
    """What one command took: seconds of wall time, the largest resident set of any process in it, in MB, and
    seconds of processor time with all processes that it waited for, which depend little on what else runs.
    """

    seconds: float
    megabytes: float
    processor: float = 0.0


@contextmanager
def place() -> Iterator[tuple[Path, dict[str, str]]]:
    """An empty directory and an environment whose home is in it; both are gone afterwards."""
    top = Path(tempfile.mkdtemp(prefix="gitprov-bench-")).resolve()
    try:
        (top / ".gitconfig").write_text(GITCONFIG)
        yield top, sealed(top)
    finally:
        shutil.rmtree(top, ignore_errors=True)


def sealed(top: Path) -> dict[str, str]:
    """An environment with no setting of the person who measures, but with their PATH."""
    return {
        "PATH": os.environ["PATH"],
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "HOME": str(top),
        "XDG_CONFIG_HOME": str(top / ".config"),
        "XDG_CACHE_HOME": str(top / ".cache"),
        "GIT_CONFIG_GLOBAL": str(top / ".gitconfig"),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_EDITOR": "false",
        "GIT_PAGER": "cat",
        "GIT_TERMINAL_PROMPT": "0",
    }


def run(
    args: Sequence[str], *, cwd: Path, env: Mapping[str, str], stdin: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    """A command that has to succeed."""
    done = subprocess.run(args, cwd=cwd, env=env, input=stdin, capture_output=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(args)}: exit {done.returncode}\n{done.stderr.decode(errors='replace')}")
    return done


# The watcher is a process of its own and small: until its exec, a new process is counted with the memory of
# the one that started it, which may be a test run of hundreds of MB.
WATCH = """
import os, subprocess, sys, time
start = time.perf_counter()
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
_, status, usage = os.wait4(process.pid, 0)
seconds = time.perf_counter() - start
process.returncode = os.waitstatus_to_exitcode(status)
print(seconds, process.returncode, usage.ru_maxrss, usage.ru_utime + usage.ru_stime)
"""


def measured(
    args: Sequence[str], *, cwd: Path, env: Mapping[str, str], stdin: bytes = b"", ok: Sequence[int] = (0,)
) -> Cost:
    """Run a command to its end, output thrown away, and say what it took."""
    with tempfile.TemporaryFile() as source:
        source.write(stdin)
        source.seek(0)
        watch = [sys.executable, "-I", "-S", "-c", WATCH, *args]
        done = subprocess.run(watch, cwd=cwd, env=env, stdin=source, capture_output=True, check=True)
    seconds, code, size, processor = done.stdout.split()
    if int(code) not in ok:
        raise SystemExit(f"{' '.join(args)}: exit {int(code)}")
    megabytes = int(size) / (1 << 20 if sys.platform == "darwin" else 1 << 10)
    return Cost(float(seconds), megabytes, float(processor))


def alternately(
    rounds: int, *sides: Callable[[], float], of: Callable[[list[float]], float] = statistics.median
) -> list[float]:
    """The median, or what `of` computes, of each side, measured in turns; the first turn is not counted."""
    found: list[list[float]] = [[] for _ in sides]
    for turn in range(rounds + 1):
        for side, times in zip(sides, found, strict=True):
            value = side()
            if turn:
                times.append(value)
    return [of(times) for times in found]


def ms(seconds: float) -> str:
    """Seconds as milliseconds for people."""
    return f"{seconds * 1000:.0f} ms" if seconds >= 0.01 else f"{seconds * 1000:.1f} ms"


def table(rows: Sequence[Row]) -> str:
    """Rows as a Markdown table."""
    lines = ["| work | budget | measured | measured / budget |", "|---|---|---|---|"]
    lines += [f"| {row.work} | {row.budget} | {row.measured} | {row.ratio:.2f} |" for row in rows]
    return "\n".join(lines)


def main(rows: Callable[[], list[Row]]) -> None:
    """What a benchmark does when it is run alone."""
    print(table(rows()))
