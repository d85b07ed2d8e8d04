"""Fail when a pure room is tested by less than 95% of its lines or of its branches.

    python tools/check_pure_coverage.py coverage.json

The two are checked apart: coverage's own total lets many tested lines hide untested branches.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

ROOMS = ("model", "attribution", "behaviour", "checks", "agents", "interop", "output")
FLOOR = 95.0


def counts(report: Path) -> dict[str, Counter[str]]:
    """Per room: statements, covered statements, branches and covered branches."""
    rooms: dict[str, Counter[str]] = {name: Counter() for name in ROOMS}
    for path, entry in json.loads(report.read_text())["files"].items():
        parts = Path(path).parts
        if len(parts) > 2 and parts[0] == "gitprov" and parts[1] in rooms:
            summary = entry["summary"]
            rooms[parts[1]].update(
                lines=summary["num_statements"],
                lines_covered=summary["covered_lines"],
                branches=summary["num_branches"],
                branches_covered=summary["covered_branches"],
            )
    return rooms


def percent(covered: int, total: int) -> float:
    """Covered share; where there is nothing to cover, nothing is missing."""
    return 100.0 * covered / total if total else 100.0


def main(report: str) -> int:
    """1 if any room is below the floor, or was not measured at all."""
    below = False
    for name, room in counts(Path(report)).items():
        lines = percent(room["lines_covered"], room["lines"])
        branches = percent(room["branches_covered"], room["branches"])
        low = min(lines, branches) < FLOOR or not room["lines"]
        below |= low
        print(
            f"{name:12} lines {lines:6.2f}%  branches {branches:6.2f}%{'  BELOW ' + str(FLOOR) if low else ''}"
        )
    return int(below)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
