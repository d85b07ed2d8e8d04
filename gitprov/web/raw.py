"""From a model's raw output to the committed text, as lines for a page."""

from __future__ import annotations

from typing import NamedTuple

from gitprov.model.answers.show import Delta, DeltaLine
from gitprov.model.untrusted.printed import clean_line

#: Lines of a delta that a card shows, and unchanged lines before and after a change.
_MOST, _AROUND = 60, 1


class RawLine(NamedTuple):
    """A line of a delta as pieces: `=` stays, `-` was in the raw output only, `+` is in the commit only."""

    sign: str
    pieces: list[tuple[str, str]]


def raw_lines(delta: Delta) -> list[RawLine]:
    """The changed lines of a trace with those around them; the last line says where some are left out."""
    out: list[RawLine] = []
    for block in delta.blocks:
        changed = [n for n, piece in enumerate(block.pieces) if piece.op in "-+~"]
        near = {n for at in changed for n in range(at - _AROUND, at + _AROUND + 1)}
        out += [_line(piece) for n, piece in enumerate(block.pieces) if n in near]
    return out if len(out) <= _MOST else [*out[:_MOST], RawLine("=", [("=", "…")])]


def _line(piece: DeltaLine) -> RawLine:
    if piece.op == "~":
        return RawLine("~", [("=" if op == " " else op, clean_line(text)) for op, text in piece.words])
    sign = piece.op if piece.op in "-+" else "="
    return RawLine(sign, [(sign, clean_line(piece.text))])
