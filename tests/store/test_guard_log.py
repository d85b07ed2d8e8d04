"""The record of `gitprov guard` is bounded, and damaged lines do no harm."""

from __future__ import annotations

from pathlib import Path

from gitprov.store import guard_log
from gitprov.store.guard_log import GuardRow

ROW = GuardRow("2026-11-29T12:00:00Z", "codex", "npm", "x", "unknown", "", "HTTP 500 " + "y" * 1000)


def test_rows_are_kept_in_order(tmp_path: Path) -> None:
    """Damaged lines are left out."""
    top = str(tmp_path)
    assert guard_log.read(top) == []
    guard_log.append(top, [ROW, ROW._replace(package="é")])
    path = tmp_path / "gitprov" / "guard.jsonl"
    path.write_bytes(path.read_bytes() + b'{"at": 3}\n[]\n{"half')
    assert [row.package for row in guard_log.read(top)] == ["x", "é"]


def test_the_record_is_bounded(tmp_path: Path) -> None:
    """Of many rows the last remain."""
    for number in range(20):
        guard_log.append(str(tmp_path), [ROW._replace(package=f"{number}-{n}") for n in range(50)])
    rows = guard_log.read(str(tmp_path))
    assert rows[-1].package == "19-49"
    assert rows[0].package != "0-0"
    assert sum(path.stat().st_size for path in (tmp_path / "gitprov").iterdir()) < 1 << 20
