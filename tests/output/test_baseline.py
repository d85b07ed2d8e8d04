"""Pins and comparisons, as text."""

from __future__ import annotations

from typing import NamedTuple

from gitprov.output.behaviour.baseline import comparison_lines, pin_lines

FACTS = {
    "function": "shop:total", "cases": {"path": "c.jsonl", "count": 1}, "prompt": {"path": "p.md", "version": None, "digest": "sha256:ab"},
    "divergence": 0.5, "by": "Alice <a@example.com>", "at": "2026-02-01T10:00:00Z", "reason": "right",
}  # fmt: skip


class Row(NamedTuple):
    """A case that diverges."""

    case: str
    old: str | None
    new: str | None
    places: list[str]


def test_a_pin() -> None:
    """When, by whom, of what; a prompt and a reason where there are some."""
    assert list(pin_lines("0123456789abcdef", FACTS)) == [
        "0123456789ab 2026-02-01T10:00:00Z by Alice <a@example.com>",
        "  shop:total, 1 case of c.jsonl",
        "  prompt p.md, version not recorded, sha256:ab",
        "  accepted divergence 0.5 %",
        "  right",
    ]
    short = list(
        pin_lines("0123456789abcdef", {**FACTS, "prompt": None, "reason": None, "cases": {"count": 2}})
    )
    assert len(short) == 3
    assert "2 cases" in short[1]


def test_a_comparison() -> None:
    """The places that differ, or both values, and what could not be compared."""
    rows = [Row("a", "1", "2", ["at x: 1 → 2"]), Row("b", None, "2", []), Row("c", "1", None, [])]
    assert list(comparison_lines("f", "3 of 4", rows, [("d", "hung")])) == [
        "f: 3 of 4",
        "  a",
        "    at x: 1 → 2",
        "  b",
        "    - nothing",
        "    + 2",
        "  c",
        "    - 1",
        "    + nothing",
        "  d: unknown: hung",
    ]
