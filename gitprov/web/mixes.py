"""The parts of a bar that shows the classes of lines side by side, and their words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

CLASSES = ("ai", "edited", "human", "declared", "unknown")
LETTERS = {"ai": "A", "edited": "E", "human": "H", "declared": "D", "unknown": "?"}
WORDS = {
    "ai": "as a model wrote it",
    "edited": "a model's, then changed",
    "human": "typed by a person",
    "declared": "only declared",
    "unknown": "unknown",
}


class BarPart(NamedTuple):
    """A part of a bar from `x`, in percent of its width."""

    cls: str
    x: float
    width: float


def parts(lines: Mapping[str, int]) -> list[BarPart]:
    """The parts of a bar for class → lines; none without lines."""
    total = sum(lines.get(cls, 0) for cls in CLASSES)
    out: list[BarPart] = []
    at = 0.0
    for cls in CLASSES:
        width = 100 * lines.get(cls, 0) / total if total else 0.0
        if width:
            out.append(BarPart(cls, round(at, 1), round(width, 1)))
        at += width
    return out


def words(lines: Mapping[str, int]) -> str:
    """The lines by class in words: `12 ai, 3 unknown`."""
    return ", ".join(f"{lines[cls]} {cls}" for cls in CLASSES if lines.get(cls)) or "no lines"
