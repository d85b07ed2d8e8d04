"""From raw output to commit: what became of a model's version of a file, line by line and word by word."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import NamedTuple

from gitprov.attribution.diff import hunks
from gitprov.attribution.fold import BASE, Step, begin, fold
from gitprov.attribution.reword import match
from gitprov.model.hunk import Hunk
from gitprov.model.lines import split_lines
from gitprov.model.shown import Block, Delta, Piece

_CONTEXT = 3
_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")
#: Above so many tokens a line is told as replaced whole: comparing would cost more than it shows.
_TOKENS = 2000


class Raw(NamedTuple):
    """A model's version of a file; `own` are the lines (0-based) that the model put there."""

    lines: list[bytes]
    own: frozenset[int]


def raw_version(edits: Sequence[tuple[bytes, bytes]]) -> Raw:
    """The version that a trace's edits (before, after) of one file come to.

    What people did between two edits is taken out again where it can be told: their lines are left away, lines they
    reworded stand as the model wrote them.
    """
    state = begin(edits[0][0] if edits else b"")
    state = fold(state, (Step(n, before, after, human=False) for n, (before, after) in enumerate(edits)))
    lines: list[bytes] = []
    own: set[int] = set()
    for text, (source, line, edited) in zip(split_lines(state.content), state.origins, strict=True):
        if source >= 0:
            own.add(len(lines))
            lines.append(split_lines(edits[source][1])[line] if edited else text)
        elif source == BASE:
            lines.append(text)
    whole = [line if line.endswith(b"\n") else line + b"\n" for line in lines[:-1]]
    return Raw(whole + lines[-1:], frozenset(own))


def compare(raw: Raw, committed: bytes, kept: Container[int], others: Mapping[int, str]) -> Delta:
    """The delta from a model's version to the committed content.

    `kept` holds the committed lines (1-based) that the note calls this trace's unchanged ones: they are shown so even
    where the stored version reads differently, as redacted text does. `others` maps committed lines to the other
    trace they belong to.
    """
    pieces = list(_pieces(raw, split_lines(committed), kept, others))
    shown = _shown(pieces)
    changed = sum(1 for piece in pieces if piece.op != " ")
    blocks = tuple(_block(pieces, first, last) for first, last in _windows(shown, len(pieces)))
    visible = sum(1 for block in blocks for piece in block.pieces if piece.op != " ")
    ops = [piece.op for piece in pieces if piece.own]
    return Delta(blocks, changed - visible, ops.count(" "), ops.count("~"), ops.count("-"))


def _pieces(raw: Raw, new: list[bytes], kept: Container[int], others: Mapping[int, str]) -> Iterable[Piece]:
    at_old = at_new = 0
    ends = Hunk(len(raw.lines), 0, len(new), 0)
    for hunk in [*hunks(b"".join(raw.lines), b"".join(new)), ends]:
        for step in range(hunk.old_start - at_old):
            yield _same(raw, new, at_old + step, at_new + step)
        yield from _changed(raw, new, hunk, kept, others)
        at_old, at_new = hunk.old_end, hunk.new_end


def _changed(
    raw: Raw, new: list[bytes], hunk: Hunk, kept: Container[int], others: Mapping[int, str]
) -> Iterable[Piece]:
    """One hunk: what went stands before what came in its place."""
    pairs = _pairs(raw, new, hunk, kept, others)
    paired = {o for o, _ in pairs.values()}
    left = [o for o in range(hunk.old_start, hunk.old_end) if o not in paired]
    stops = _stops(pairs, hunk)
    told: set[int] = set()
    for n in range(hunk.new_start, hunk.new_end):
        while left and left[0] < stops[n - hunk.new_start]:
            yield _gone(raw, left.pop(0))
        if n not in pairs:
            yield Piece("*" if n + 1 in others else "+", None, n + 1, False, _text(new[n]))
            continue
        o, edited = pairs[n]
        if edited and n + 1 not in kept:
            words = tuple(changed_words(_text(raw.lines[o]), _text(new[n])))
            yield Piece("~", o + 1, n + 1, o in raw.own, _text(new[n]), words)
        else:
            yield _same(raw, new, o, n) if o not in told else _again(new, n)
        told.add(o)
    for o in left:
        yield _gone(raw, o)


def _pairs(
    raw: Raw, new: list[bytes], hunk: Hunk, kept: Container[int], others: Mapping[int, str]
) -> dict[int, tuple[int, bool]]:
    """New line → the old line it was, and whether it was reworded."""
    texts = raw.lines[hunk.old_start : hunk.old_end], new[hunk.new_start : hunk.new_end]
    pairs = {
        hunk.new_start + n: (hunk.old_start + hit.old, hit.edited)
        for n, hit in match(*texts).items()
        # A line that another trace wrote anew is no rewording of what it resembles.
        if hunk.new_start + n + 1 not in others or hunk.new_start + n + 1 in kept
    }
    used = {o for o, _ in pairs.values()}
    free = iter(o for o in range(hunk.old_start, hunk.old_end) if o in raw.own and o not in used)
    # A line that the note calls unchanged reads differently only because the stored version is redacted.
    masked = (n for n in range(hunk.new_start, hunk.new_end) if n + 1 in kept and n not in pairs)
    pairs.update({n: (o, False) for n, o in zip(masked, free, strict=False)})
    return pairs


def _stops(pairs: Mapping[int, tuple[int, bool]], hunk: Hunk) -> list[int]:
    """For each new line the old line that the next pair needs: what went before it is told first."""
    stop, out = hunk.old_end, []
    for n in range(hunk.new_end - 1, hunk.new_start - 1, -1):
        stop = pairs[n][0] if n in pairs else stop
        out.append(stop)
    return out[::-1]


def _same(raw: Raw, new: list[bytes], o: int, n: int) -> Piece:
    return Piece(" ", o + 1, n + 1, o in raw.own, _text(new[n]))


def _again(new: list[bytes], n: int) -> Piece:
    """One more line of an old one that was only broken into several: it counts once."""
    return Piece(" ", None, n + 1, False, _text(new[n]))


def _gone(raw: Raw, o: int) -> Piece:
    return Piece("-", o + 1, None, o in raw.own, _text(raw.lines[o]))


def _shown(pieces: list[Piece]) -> list[int]:
    """Indices of changed pieces that concern the model's lines: its own, and what stands directly beside them."""
    found: list[int] = []
    run: list[int] = []
    for n, piece in enumerate([*pieces, Piece(" ", None, None, False, "")]):
        if piece.op != " ":
            run.append(n)
            continue
        if run:
            before, after = run[0] - 1, run[-1] + 1
            beside = (before >= 0 and pieces[before].own) or (after < len(pieces) and pieces[after].own)
            if beside or any(pieces[k].own for k in run):
                found += run
        run = []
    return found


def _windows(shown: list[int], total: int) -> list[tuple[int, int]]:
    """(first, one past last) of the pieces to print: what is shown, with its context, joined where they touch."""
    out: list[tuple[int, int]] = []
    for n in shown:
        first, last = max(0, n - _CONTEXT), min(total, n + _CONTEXT + 1)
        if out and first <= out[-1][1]:
            out[-1] = (out[-1][0], last)
        else:
            out.append((first, last))
    return out


def _block(pieces: list[Piece], first: int, last: int) -> Block:
    part = tuple(pieces[first:last])
    raws = [piece.raw for piece in part if piece.raw is not None]
    lines = [piece.line for piece in part if piece.line is not None]
    before = pieces[first - 1 :: -1] if first and not (raws and lines) else []
    raw_before = next((piece.raw for piece in before if piece.raw is not None), 0)
    line_before = next((piece.line for piece in before if piece.line is not None), 0)
    raw_start, start = min(raws, default=raw_before), min(lines, default=line_before)
    return Block(raw_start, len(raws), start, len(lines), part)


def changed_words(old: str, new: str) -> list[tuple[str, str]]:
    """What turns one line into another: (` ` | `-` | `+`, text) in order; leaving out `-` gives `new`, `+` gives `old`."""
    a, b = _TOKEN.findall(old), _TOKEN.findall(new)
    if len(a) + len(b) > _TOKENS:
        return [(op, text) for op, text in (("-", old), ("+", new)) if text]
    from difflib import SequenceMatcher

    out: list[tuple[str, str]] = []
    for tag, a1, a2, b1, b2 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        same = "".join(a[a1:a2])
        if tag == "equal":
            out.append((" ", same))
        else:
            out += [(op, text) for op, text in (("-", same), ("+", "".join(b[b1:b2]))) if text]
    return _joined(out)


def _joined(words: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Changes with nothing but space between them are one change: easier to read."""
    out: list[tuple[str, str]] = []
    old = new = ""
    for n, (op, text) in enumerate(words):
        inside = 0 < n < len(words) - 1 and text.isspace()
        if op == " " and not ((old or new) and inside):
            out += [(sign, part) for sign, part in (("-", old), ("+", new)) if part]
            out.append((op, text))
            old = new = ""
        else:
            old += text if op in " -" else ""
            new += text if op in " +" else ""
    return out + [(sign, part) for sign, part in (("-", old), ("+", new)) if part]


def _text(line: bytes) -> str:
    return line.removesuffix(b"\n").decode("utf-8", "surrogateescape")
