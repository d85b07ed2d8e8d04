"""Decides what a diff of the Agent Client Protocol did to a file: its texts are whole files from some agents,
and from others the replaced part alone. The contents of the file decide.
"""

from __future__ import annotations

from typing import NamedTuple

from gitprov.agents.payloads import edits
from gitprov.agents.payloads.edits import Replace
from gitprov.agents.payloads.report import same_text

_PLACES = 64
"""How many places of a replaced text are tried."""


class Seen(NamedTuple):
    """A content of the file at an earlier moment; None for no file.

    `exact`: it was read when the edit was announced, else it is the last recorded one.
    """

    content: bytes | None
    exact: bool = True


class Decided(NamedTuple):
    """A file before and after an edit."""

    before: bytes | None
    after: bytes | None


def decide(diff: Replace, seen: Seen, disk: bytes | None) -> Decided | None:
    """What replacing a text by another did to the file that is now `disk`; None where it did nothing.

    ValueError where the contents do not show it.
    """
    if diff.old == diff.new or disk is None:
        return None
    if same_text(edits.encode(diff.new), disk):
        return _whole(diff.old, seen, disk)
    if seen.content is None or not diff.old:
        return _unlike_disk(diff, seen, disk)
    if same_text(edits.encode(diff.old), seen.content):
        after = edits.like(diff.new, seen.content)
        return None if disk == seen.content else Decided(seen.content, after)
    return _fragment(diff, seen, disk)


def _whole(old: str, seen: Seen, disk: bytes) -> Decided | None:
    """The edit whose new text is the whole file."""
    if old:
        return Decided(edits.like(old, seen.content, disk), disk)
    before = seen.content if seen.exact and seen.content != disk else None
    return Decided(before, disk)


def _unlike_disk(diff: Replace, seen: Seen, disk: bytes) -> Decided | None:
    """An edit that made the file, which was changed again since; or one of a file with unknown content."""
    if not diff.old:
        if seen.content == disk:
            return None
        if not seen.content and seen.exact:
            return Decided(seen.content, edits.encode(diff.new))
    return _undone(diff, disk)


def _fragment(diff: Replace, seen: Seen, disk: bytes) -> Decided | None:
    """The edit that replaced a part of the file, at one place or at every place."""
    before = seen.content or b""
    results = _results(diff, before)
    if disk in results:
        return Decided(before, disk)
    if before != disk and seen.exact and len(results) == 1:
        return Decided(before, results[0])
    return _undone(diff, disk)


def _results(diff: Replace, before: bytes) -> list[bytes]:
    """The file after the replacement at each of its places, and at all of them."""
    whole = edits.apply(before, [diff])
    if whole is None:
        return []
    text, old = edits.decode(before), diff.old
    places: list[int] = []
    place = text.find(old)
    while place >= 0 and len(places) < _PLACES:
        places.append(place)
        place = text.find(old, place + 1)
    if len(places) < 2:
        return [whole]
    each = [edits.encode(text[:place] + diff.new + text[place + len(old) :]) for place in places]
    every = edits.apply(before, [diff._replace(every=True)])
    return [*each, *([] if every is None else [every])]


def _undone(diff: Replace, disk: bytes) -> Decided:
    before = edits.unapply(disk, [diff])
    if before is None:
        raise ValueError("the content of the file before the edit is unknown")
    return Decided(before, disk)
