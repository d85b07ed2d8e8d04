"""Plots as SVG elements: bars, bands, steps and a tree map. Colours are classes of the style sheet.

Every text is escaped by the template or comes from numbers; coordinates have one decimal, so that equal data
makes equal bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Rect(NamedTuple):
    """A rectangle in the units of its plot."""

    x: float
    y: float
    width: float
    height: float


class Dot(NamedTuple):
    """A point of a plot with its title; `cls` is its class in the style sheet."""

    x: float
    y: float
    title: str
    cls: str = ""


class PlotAxis(NamedTuple):
    """Values from `low` to `high` on a length in units of the plot, from `start` to `end`."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """The place of a value."""
        span = self.high - self.low
        part = (value - self.low) / span if span else 0.0
        return round(self.start + part * (self.end - self.start), 1)


def bars(values: Sequence[float], width: float, height: float, top: float) -> str:
    """The path of bars side by side, as high as their values; `top` is the value of the whole height."""
    step = width / max(len(values), 1)
    wide = round(step - min(2.0, step / 4), 1)
    out = []
    for n, value in enumerate(values):
        if value:
            tall = max(round(height * value / top, 1), 1.0)
            out.append(f"M{round(n * step, 1)} {round(height - tall, 1)}h{wide}v{tall}h-{wide}z")
    return "".join(out)


def steps(curve: Sequence[tuple[float, float]], across: PlotAxis, down: PlotAxis, until: float) -> str:
    """The path of a curve that falls in steps, from a share of 1 to the day `until`."""
    points = [f"M{across.at(0)} {down.at(1)}"]
    for day, share in curve:
        if day > until:
            break
        points.append(f"H{across.at(day)}V{down.at(share)}")
    return "".join([*points, f"H{across.at(until)}"])


def treemap(sizes: Sequence[float], area: Rect) -> list[Rect]:
    """Rectangles of the given sizes, which descend, that fill an area and are nearly square."""
    total = sum(sizes)
    if total <= 0:
        return []
    scale = area.width * area.height / total
    out: list[Rect] = []
    rest = area
    start = 0
    while start < len(sizes):
        end = start + 1
        short = min(rest.width, rest.height)
        while end < len(sizes) and _worst(sizes[start : end + 1], scale, short) <= _worst(
            sizes[start:end], scale, short
        ):
            end += 1
        row, rest = _row([size * scale for size in sizes[start:end]], rest)
        out += row
        start = end
    return out


def _worst(sizes: Sequence[float], scale: float, short: float) -> float:
    """The largest ratio of sides among the rectangles of a row along a side of the length `short`."""
    total = sum(sizes) * scale
    if not short or not total:
        return float("inf")
    return max(
        max(short**2 * size * scale / total**2, total**2 / (short**2 * size * scale)) for size in sizes
    )


def _row(areas: Sequence[float], space: Rect) -> tuple[list[Rect], Rect]:
    """Rectangles along the shorter side of a space, and the space beside them."""
    total = sum(areas)
    out = []
    if space.width >= space.height:
        wide = total / space.height if space.height else 0.0
        y = space.y
        for area in areas:
            tall = area / wide if wide else 0.0
            out.append(Rect(space.x, y, wide, tall))
            y += tall
        return out, Rect(space.x + wide, space.y, max(space.width - wide, 0.0), space.height)
    tall = total / space.width if space.width else 0.0
    x = space.x
    for area in areas:
        wide = area / tall if tall else 0.0
        out.append(Rect(x, space.y, wide, tall))
        x += wide
    return out, Rect(space.x, space.y + tall, space.width, max(space.height - tall, 0.0))
