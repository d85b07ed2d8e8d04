"""Formats a delta for people: unified hunks, in which a reworded line shows its changed words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gitprov.model.answers.show import Delta, DeltaHunk, DeltaLine
from gitprov.output.text import PLAIN, clean, clean_line, paint

#: Slots of `color.diff`, as git names and colours them.
COLOURS: Mapping[str, str] = {
    "commit": "\x1b[33m",
    "frag": "\x1b[36m",
    "meta": "\x1b[1m",
    "new": "\x1b[32m",
    "old": "\x1b[31m",
}
_SLOTS = {"-": "old", "+": "new", "*": "new"}


def render(path: str, committed: str, delta: Delta, colours: Mapping[str, str] = PLAIN) -> Iterator[str]:
    """Lines without newlines: headers, then the blocks. `committed` describes the new side in its header."""
    if not delta.blocks:
        return
    meta = colours.get("meta", "")
    yield paint(f"--- {clean(path)} (as generated)", meta)
    yield paint(f"+++ {clean(path)} ({clean(committed)})", meta)
    for block in delta.blocks:
        yield paint(_header(block), colours.get("frag", ""))
        yield from (_line(piece, colours) for piece in block.pieces)
    if delta.elsewhere:
        changed = f"{delta.elsewhere} changed {_lines(delta.elsewhere)}"
        yield f"({changed} elsewhere in the file, apart from this trace's)"


def words(piece: DeltaLine, colours: Mapping[str, str] = PLAIN) -> str:
    """A reworded line with marks around removed and added words, or, if `colours` has any, with colours."""
    shown = []
    for op, raw in piece.words:
        text = clean_line(raw)
        if op == " ":
            shown.append(text)
        elif colours:
            shown.append(paint(text, colours.get(_SLOTS[op], "")))
        else:
            shown.append(f"[-{text}-]" if op == "-" else f"{{+{text}+}}")
    return "".join(shown)


def _header(block: DeltaHunk) -> str:
    return f"@@ -{_range(block.raw_start, block.raw_lines)} +{_range(block.start, block.lines)} @@"


def _range(start: int, lines: int) -> str:
    return str(start) if lines == 1 else f"{start},{lines}"


def _line(piece: DeltaLine, colours: Mapping[str, str]) -> str:
    if piece.op == "~":
        return "~" + words(piece, colours)
    return paint(piece.op + clean_line(piece.text), colours.get(_SLOTS.get(piece.op, ""), ""))


def _lines(count: int) -> str:
    return "line" if count == 1 else "lines"
