"""Separates an agent's edit of one cell of a Jupyter notebook from other changes of the notebook."""

from __future__ import annotations

import json
from typing import Any

Cells = list[dict[str, Any]]


def isolate(
    before: bytes, after: bytes, cell_id: str | None, tool_input: dict[str, Any]
) -> tuple[bytes, bytes]:
    """(before, after) around the edit of one cell alone.

    First tries to undo the edit in `after`, then to apply it to `before`; both only where the notebook can be
    written again byte for byte. Otherwise the two are returned unchanged.
    """
    old, new = _load(before), _load(after)
    if old is None or new is None:
        return before, after
    place = _edited_cell(old["cells"], new["cells"], cell_id, tool_input)
    if place is None:
        return before, after
    at_old, at_new = place
    undone = _spliced(new, at_new, old["cells"], at_old)
    if undone == old:
        return before, after  # nothing else changed
    written = _dump_like(undone, new, after)
    if written is not None:
        return written, after
    redone = _dump_like(_spliced(old, at_old, new["cells"], at_new), old, before)
    return (before, redone) if redone is not None else (before, after)


def _edited_cell(
    old: Cells, new: Cells, cell_id: str | None, tool_input: dict[str, Any]
) -> tuple[slice, slice] | None:
    """The cells that the edit replaced: a slice of the old cells, a slice of the new cells."""
    mode = tool_input.get("edit_mode") or "replace"
    at_old, at_new = _find(old, cell_id), _find(new, cell_id)
    if mode == "insert":
        fresh = -1 if cell_id is None else at_old
        if cell_id is not None and (at_old is None or at_new is None):
            return None
        start_old = 0 if fresh == -1 else (at_old or 0) + 1
        start_new = 0 if fresh == -1 else (at_new or 0) + 1
        return slice(start_old, start_old), slice(start_new, start_new + 1)
    if at_old is None:
        return None
    if mode == "delete":
        # The deleted cell was before its old successor.
        start = next((n for n in (_find(new, _name(old, at_old + 1)), len(new)) if n is not None), 0)
        return slice(at_old, at_old + 1), slice(start, start)
    if at_new is None:
        return None
    return slice(at_old, at_old + 1), slice(at_new, at_new + 1)


def _find(cells: Cells, cell_id: str | None) -> int | None:
    """Index of a cell by its id, or by its number as `cell-<n>` where cells have no ids."""
    if cell_id is None:
        return None
    for place, cell in enumerate(cells):
        if cell.get("id") == cell_id:
            return place
    number = cell_id.removeprefix("cell-")
    if number.isascii() and number.isdigit() and int(number) < len(cells):
        return int(number)
    return None


def _name(cells: Cells, place: int) -> str | None:
    if place >= len(cells):
        return None
    name = cells[place].get("id")
    return name if isinstance(name, str) else None


def _spliced(book: dict[str, Any], into: slice, cells: Cells, taken: slice) -> dict[str, Any]:
    made = list(book["cells"])
    made[into] = cells[taken]
    return {**book, "cells": made}


def _load(data: bytes) -> dict[str, Any] | None:
    try:
        book = json.loads(data)
    except (ValueError, RecursionError):
        return None
    if not isinstance(book, dict) or not isinstance(book.get("cells"), list):
        return None
    return book if all(isinstance(cell, dict) for cell in book["cells"]) else None


def _dump_like(book: dict[str, Any], sample: dict[str, Any], data: bytes) -> bytes | None:
    """`book` in the JSON style in which `sample` is exactly `data`; None if there is none."""
    end = data[len(data.rstrip()) :]
    for indent in (1, 2, 4, "\t", None):
        for ascii_only in (False, True):
            style: dict[str, Any] = {"indent": indent, "ensure_ascii": ascii_only}
            try:
                if json.dumps(sample, **style).encode() + end == data:
                    return json.dumps(book, **style).encode() + end
            except UnicodeEncodeError:
                continue
    return None
