r"""Applies an agent's text replacements to file content, forwards and backwards, byte for byte.

Agents report text with `\n`; files may have `\r\n`, a byte order mark or bytes that are not UTF-8. All of
that is kept: contents are bytes, the texts in them are UTF-8 with surrogate escapes.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable

from gitprov.model.lines import utf8
from gitprov.model.named import NamedTuple

BOM = "\ufeff"


class Replace(NamedTuple):
    """Replace `old` by `new`: at its first place, or at `every` place. An empty `old` makes a file."""

    old: str
    new: str
    every: bool = False


class Substitution(NamedTuple):
    """On each line, the first match of `pattern`, or `every` one, becomes `new`, as by `sed s`.

    `pattern` is a regular expression of Python.
    """

    pattern: str
    new: str
    every: bool = False


def substituted(before: bytes, substitutions: Iterable[Substitution]) -> bytes:
    """Content after substitutions, one after the other on each line."""
    lines = decode(before).split("\n")
    last = [] if lines[-1] else [lines.pop()]
    for pattern, new, every in substitutions:
        search = re.compile(pattern)
        lines = [search.sub(lambda _, text=new: text, line, 0 if every else 1) for line in lines]
    return encode("\n".join([*lines, *last]))


def apply(before: bytes | None, edits: list[Replace], swallow: bool = False) -> bytes | None:
    """Content after the edits in order, or None if one of them does not apply.

    `swallow`: removing a text before a line end removes the line end too, as some agents do.
    """
    text = None if before is None else decode(before)
    for edit in edits:
        if not edit.old:
            if text:
                return None
            text = edit.new
            continue
        if text is None:
            return None
        text = _replace(text, edit, swallow)
    return None if text is None else encode(text)


def unpatch(after: bytes, patch: object) -> bytes | None:
    """The content that a tool's own patch (`structuredPatch`: hunks of signed lines) turned into `after`.

    None where the patch is invalid, or does not match `after` line by line.
    """
    if not isinstance(patch, list) or not patch:
        return None
    lines = decode(after).split("\n")
    for hunk in reversed(patch):
        rows, start = (hunk.get("lines"), hunk.get("newStart")) if isinstance(hunk, dict) else (None, None)
        if not isinstance(rows, list) or not isinstance(start, int) or start < 0:
            return None
        signed = [row for row in rows if isinstance(row, str) and not row.startswith("\\")]
        new = [row[1:] for row in signed if row[:1] in (" ", "+")]
        at = max(start - 1, 0)
        if [line.removesuffix("\r") for line in lines[at : at + len(new)]] != [
            row.removesuffix("\r") for row in new
        ]:
            return None
        lines[at : at + len(new)] = [row[1:] for row in signed if row[:1] in (" ", "-")]
    return encode("\n".join(lines))


def unapply(after: bytes, edits: list[Replace]) -> bytes | None:
    """The content that the edits turned into `after`, or None where that is not certain.

    Certain means: `after` contains every new text exactly as often as the edit requires, and applying the
    edits to the result gives `after` again.
    """
    text = decode(after)
    for edit in reversed(edits):
        if not edit.new or not edit.old:
            return None
        places = _places(text, edit.new)
        if not places or (len(places) > 1 and not edit.every):
            return None
        undone = _replace(text, Replace(edit.new, edit.old, edit.every), False)
        if undone is None or len(_places(undone, edit.old)) != len(places):
            return None
        text = undone
    before = encode(text)
    return before if apply(before, edits) == after else None


def like(text: str, *models: bytes | None) -> bytes:
    """An agent's text of a file, as bytes with the byte order mark and line ends of that file.

    `models` are contents of that file at other moments: one with the same text is returned as it is, else the
    first one determines the style.
    """
    plain = _plain(text)
    contents = [content for content in models if content is not None]
    for content in contents:
        if _plain(decode(content)) == plain:
            return content
    if contents:
        style = decode(contents[0])
        if "\r\n" not in text and _mostly_crlf(style):
            text = text.replace("\n", "\r\n")
        if style.startswith(BOM) and not text.startswith(BOM):
            text = BOM + text
    return encode(text)


def decode(data: bytes) -> str:
    """Bytes as text, without loss."""
    return data.decode("utf-8", "surrogateescape")


def encode(text: str) -> bytes:
    """Text as bytes: escapes give their bytes back, other lone surrogates become U+FFFD."""
    return utf8(text, "surrogateescape")


def _replace(text: str, edit: Replace, swallow: bool) -> str | None:
    flat, ends = _flatten(text)
    old, new = edit.old.replace("\r\n", "\n"), edit.new
    places = _find(flat, old)
    if not places:
        return None
    if ends or "\r\n" in edit.old:
        new = new.replace("\r\n", "\n")
    if swallow and not new and not old.endswith("\n") and old + "\n" in flat:
        old += "\n"
        places = _find(flat, old)
    if _mostly_crlf(text):
        new = new.replace("\n", "\r\n")
    pieces, done = [], 0
    for place in places if edit.every else places[:1]:
        pieces += [text[done : _raw(place, ends)], new]
        done = _raw(place + len(old), ends)
    return "".join(pieces) + text[done:]


def _places(text: str, needle: str) -> list[int]:
    r"""Indices of `needle` in `text`, both with line ends made `\n`, without overlaps."""
    return _find(_flatten(text)[0], needle.replace("\r\n", "\n"))


def _find(text: str, needle: str) -> list[int]:
    places, place = [], text.find(needle)
    while place >= 0:
        places.append(place)
        place = text.find(needle, place + len(needle))
    return places


def _flatten(text: str) -> tuple[str, list[int]]:
    r"""Text with `\n` line ends, and the indices in it where a `\r` was removed."""
    ends: list[int] = []
    place = text.find("\r\n")
    while place >= 0:
        ends.append(place - len(ends))
        place = text.find("\r\n", place + 2)
    return (text.replace("\r\n", "\n") if ends else text), ends


def _raw(place: int, ends: list[int]) -> int:
    """A place in flattened text as a place in the text itself."""
    return place + bisect_left(ends, place)


def _mostly_crlf(text: str) -> bool:
    return text.count("\r\n") * 2 > text.count("\n")


def _plain(text: str) -> str:
    return text.removeprefix(BOM).replace("\r\n", "\n")
