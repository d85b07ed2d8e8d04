"""All benchmarks in one run, one table."""

from __future__ import annotations

import importlib
import platform
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import common

#: In the order of the table.
NAMES = (
    "capture_claude",
    "capture_shell",
    "acp",
    "proxy",
    "sweep",
    "commit_no_evidence",
    "commit_waiting",
    "commit_evidence",
    "inbox_full",
    "reworded",
    "framework",
    "commands",
    "blame",
    "unsaved",
    "log",
    "fold",
    "note_write",
    "rebase",
    "rebase_ai",
    "sync",
    "verify",
    "heal",
    "hostile",
    "secrets",
    "nondeterminism",
    "dependencies",
    "sandbox",
    "nondeterminism_run",
    "drift",
    "behaviour",
    "structure",
    "index",
    "report",
    "security_samples",
    "security_speed",
)


def main(names: list[str]) -> int:
    """Measure what is named, or all; 2 for a name that is none."""
    unknown = set(names) - set(NAMES)
    if unknown:
        print(
            f"no such benchmark: {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}", file=sys.stderr
        )
        return 2
    rows: list[common.Row] = []
    for name in names or NAMES:
        start = time.monotonic()
        rows += importlib.import_module(f"benchmarks.{name}").rows()
        print(f"{name}: {time.monotonic() - start:.0f} s", file=sys.stderr)
    print(common.table(rows))
    git = (
        common.run(["git", "--version"], cwd=Path.cwd(), env=common.sealed(Path.cwd()))
        .stdout.decode()
        .split()[2]
    )
    print(
        f"\nPython {platform.python_version()}, git {git}, {platform.system()}. A ratio above 1 is over its budget."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
