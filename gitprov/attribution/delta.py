"""The delta from a model's version of a file to the committed one, by lines and words."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import NamedTuple

from gitprov.attribution.diff import hunks
from gitprov.attribution.fold import fold
from gitprov.attribution.layout.language import PLAIN, Language
from gitprov.attribution.state import BASE, FoldStep, begin
from gitprov.model.answers.show import Delta, DeltaHunk, DeltaLine
from gitprov.model.lines import split_lines
from gitprov.model.ranges import Hunk

_CONTEXT = 3
_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")
#: Longer pairs of lines are reported as replaced whole: a comparison would cost too much.
_TOKENS = 2000


class Raw(NamedTuple):
    """A model's version of a file; `model_lines` are the lines (0-based) that the model wrote."""

    lines: list[bytes]
    model_lines: frozenset[int]


def raw_version(edits: Sequence[tuple[bytes, bytes]]) -> Raw:
    """The result of a trace's edits (before, after) of one file.

    Changes of people between two edits are undone where they can be recognized: their lines are left out, and
    lines that they reworded are as the model wrote them.
    """
    state = begin(edits[0][0] if edits else b"")
    state = fold(state, (FoldStep(n, before, after, human=False) for n, (before, after) in enumerate(edits)))
    lines: list[bytes] = []
    model_lines: set[int] = set()
    for text, (source, line, edited) in zip(split_lines(state.content), state.origins, strict=True):
        if source >= 0:
            model_lines.add(len(lines))
            lines.append(split_lines(edits[source][1])[line] if edited else text)
        elif source == BASE:
            lines.append(text)
    whole = [line if line.endswith(b"\n") else line + b"\n" for line in lines[:-1]]
    return Raw(whole + lines[-1:], frozenset(model_lines))


def compare(
    raw: Raw,
    committed: bytes,
    kept: Container[int],
    others: Mapping[int, str],
    language: Language = PLAIN,
) -> Delta:
    """The delta from a model's version to the committed content.

    `kept` are the committed lines (1-based) that the note claims as this trace's unchanged ones: they are
    shown as unchanged even where the stored version differs because it is redacted. `others`: committed line
    (1-based) → another trace that owns it. `language` determines which differences are layout.
    """
    new = split_lines(committed)
    changed = hunks(b"".join(raw.lines), committed)
    pairs = _pairs(raw, new, changed, kept, others, language)
    pieces = list(_pieces(raw, new, changed, pairs, others))
    shown = _shown(pieces)
    count = sum(1 for piece in pieces if piece.op != " ")
    blocks = tuple(_block(pieces, first, last) for first, last in _windows(shown, len(pieces)))
    visible = sum(1 for block in blocks for piece in block.pieces if piece.op != " ")
    return Delta(blocks, count - visible, *_counts(raw, new, changed, pairs))


class _Pairs(NamedTuple):
    """`new`: new line → (old line, whether it was reworded). `joined`: further old line → the new line it
    is part of. `partly`: old lines of which a part was changed. All 0-based.
    """

    new: dict[int, tuple[int, bool]]
    joined: dict[int, int]
    partly: set[int]

    def olds(self) -> set[int]:
        """The old lines that have a new line."""
        return {o for o, _ in self.new.values()} | self.joined.keys()


def _counts(raw: Raw, new: list[bytes], changed: list[Hunk], pairs: _Pairs) -> tuple[int, int, int, int]:
    """Counts of the model's lines: kept, edited, absent, and kept with another layout."""
    edited = {o for o, reworded in pairs.new.values() if reworded} | pairs.partly
    inside = {o for hunk in changed for o in range(hunk.old_start, hunk.old_end)}
    absent = inside - pairs.olds() - edited
    texts: dict[int, bytes] = {}
    other = set()
    for n, (o, _) in pairs.new.items():
        if o not in texts:
            texts[o] = raw.lines[o].rstrip(b"\r\n")
        bare = new[n].rstrip(b"\r\n")
        if bare != texts[o] and bare.strip():
            other.add(o)
    other |= {line for o, n in pairs.joined.items() for line in (o, pairs.new.get(n, (o, False))[0])}
    gone = len(raw.model_lines & absent)
    changes = len(raw.model_lines & edited)
    return (
        len(raw.model_lines) - gone - changes,
        changes,
        gone,
        len((raw.model_lines & other) - edited - absent),
    )


def _pieces(
    raw: Raw, new: list[bytes], changed: list[Hunk], pairs: _Pairs, others: Mapping[int, str]
) -> Iterable[DeltaLine]:
    at_old = at_new = 0
    covered: set[int] = set()
    paired = pairs.olds()
    for hunk in [*changed, Hunk(len(raw.lines), 0, len(new), 0)]:
        for step in range(hunk.old_start - at_old):
            yield _same(raw, new, at_old + step, at_new + step)
        removals = deque(o for o in range(hunk.old_start, hunk.old_end) if o not in paired)
        yield from _changed(raw, new, hunk, pairs.new, others, removals, covered)
        at_old, at_new = hunk.old_end, hunk.new_end


def _changed(
    raw: Raw,
    new: list[bytes],
    hunk: Hunk,
    pairs: dict[int, tuple[int, bool]],
    others: Mapping[int, str],
    removals: deque[int],
    covered: set[int],
) -> Iterable[DeltaLine]:
    """The pieces of one hunk: removed lines come before the lines that replaced them."""
    stops = _stops(pairs, hunk)
    for n in range(hunk.new_start, hunk.new_end):
        while removals and removals[0] < stops[n - hunk.new_start]:
            yield _gone(raw, removals.popleft())
        if n not in pairs:
            yield DeltaLine("*" if n + 1 in others else "+", None, n + 1, False, _text(new[n]))
            continue
        o, edited = pairs[n]
        if edited:
            words = tuple(changed_words(_text(raw.lines[o]), _text(new[n])))
            yield DeltaLine("~", o + 1, n + 1, o in raw.model_lines, _text(new[n]), words)
        else:
            yield _same(raw, new, o, n) if o not in covered else _again(new, n)
        covered.add(o)
    for o in removals:
        yield _gone(raw, o)


def _pairs(
    raw: Raw,
    new: list[bytes],
    changed: list[Hunk],
    kept: Container[int],
    others: Mapping[int, str],
    language: Language,
) -> _Pairs:
    pairs, joined, partly = _Pairs({}, {}, set())
    if not changed:
        return _Pairs(pairs, joined, partly)
    # Most files are committed as the model wrote them, and `reword` takes longer to import than the rest.
    from gitprov.attribution.matching.reword import matches

    inside = {n for hunk in changed for n in range(hunk.new_start, hunk.new_end)}
    for n, hit in matches(raw.lines, new, changed, (), language).items():
        # A new line of another trace is not a rewording of the line that it resembles.
        if n + 1 in others and n + 1 not in kept:
            continue
        if n in inside:
            pairs[n] = (hit.old, hit.edited and n + 1 not in kept)
        joined.update(dict.fromkeys(hit.also, n))
        partly.update(hit.partly)
    used = {o for o, _ in pairs.values()} | joined.keys()
    for hunk in changed:
        free = iter(
            [o for o in range(hunk.old_start, hunk.old_end) if o in raw.model_lines and o not in used]
        )
        # A line that is unchanged according to the note differs only because the stored version is redacted.
        masked = (n for n in range(hunk.new_start, hunk.new_end) if n + 1 in kept and n not in pairs)
        pairs.update({n: (o, False) for n, o in zip(masked, free, strict=False)})
    return _Pairs(pairs, joined, partly)


def _stops(pairs: Mapping[int, tuple[int, bool]], hunk: Hunk) -> list[int]:
    """For each new line the old line of the next pair: removed lines before that one come first."""
    stop, out = hunk.old_end, []
    for n in range(hunk.new_end - 1, hunk.new_start - 1, -1):
        if n in pairs and hunk.old_start <= pairs[n][0] < hunk.old_end:
            stop = min(stop, pairs[n][0])
        out.append(stop)
    return out[::-1]


def _same(raw: Raw, new: list[bytes], o: int, n: int) -> DeltaLine:
    return DeltaLine(" ", o + 1, n + 1, o in raw.model_lines, _text(new[n]))


def _again(new: list[bytes], n: int) -> DeltaLine:
    """A further new line of an old line that was broken into several: the old line counts once."""
    return DeltaLine(" ", None, n + 1, False, _text(new[n]))


def _gone(raw: Raw, o: int) -> DeltaLine:
    return DeltaLine("-", o + 1, None, o in raw.model_lines, _text(raw.lines[o]))


def _shown(pieces: list[DeltaLine]) -> list[int]:
    """Indices of changed pieces with the model's lines, and of those directly beside its lines."""
    indices: list[int] = []
    run: list[int] = []
    for n, piece in enumerate([*pieces, DeltaLine(" ", None, None, False, "")]):
        if piece.op != " ":
            run.append(n)
            continue
        if run:
            before, after = run[0] - 1, run[-1] + 1
            beside = (before >= 0 and pieces[before].of_trace) or (
                after < len(pieces) and pieces[after].of_trace
            )
            if beside or any(pieces[k].of_trace for k in run):
                indices += run
        run = []
    return indices


def _windows(shown: list[int], total: int) -> list[tuple[int, int]]:
    """(first, one past last) of the pieces to print: `shown` with context, joined where they touch."""
    out: list[tuple[int, int]] = []
    for n in shown:
        first, last = max(0, n - _CONTEXT), min(total, n + _CONTEXT + 1)
        if out and first <= out[-1][1]:
            out[-1] = (out[-1][0], last)
        else:
            out.append((first, last))
    return out


def _block(pieces: list[DeltaLine], first: int, last: int) -> DeltaHunk:
    part = tuple(pieces[first:last])
    raws: list[int] = []  # ascending: a moved line counts at its old place
    for piece in part:
        if piece.raw is not None and (not raws or piece.raw > raws[-1]):
            raws.append(piece.raw)
    lines = [piece.line for piece in part if piece.line is not None]
    before = pieces[first - 1 :: -1] if first and not (raws and lines) else []
    raw_before = next((piece.raw for piece in before if piece.raw is not None), 0)
    line_before = next((piece.line for piece in before if piece.line is not None), 0)
    raw_start, start = min(raws, default=raw_before), min(lines, default=line_before)
    return DeltaHunk(raw_start, len(raws), start, len(lines), part)


def changed_words(old: str, new: str) -> list[tuple[str, str]]:
    """The changes between two lines: (` ` | `-` | `+`, text) in order. Without `-` they are `new`, without
    `+` `old`.
    """
    a, b = _TOKEN.findall(old), _TOKEN.findall(new)
    if len(a) + len(b) > _TOKENS:
        return [(op, text) for op, text in (("-", old), ("+", new)) if text]
    first, last = _ends(a, b)
    before, after = "".join(a[:first]), "".join(a[len(a) - last :])
    out = [(" ", before)] if before else []
    out += _between(a[first : len(a) - last], b[first : len(b) - last])
    return _joined([*out, (" ", after)] if after else out)


def _ends(a: list[str], b: list[str]) -> tuple[int, int]:
    """The numbers of common tokens at the start and at the end."""
    least = min(len(a), len(b))
    first = next((n for n in range(least) if a[n] != b[n]), least)
    least -= first
    return first, next((n for n in range(least) if a[-1 - n] != b[-1 - n]), least)


def _between(a: list[str], b: list[str]) -> list[tuple[str, str]]:
    if not a or not b or len(a) == len(b) == 1:
        return [(op, text) for op, text in (("-", "".join(a)), ("+", "".join(b))) if text]
    from difflib import SequenceMatcher

    out: list[tuple[str, str]] = []
    for tag, a1, a2, b1, b2 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        same = "".join(a[a1:a2])
        if tag == "equal":
            out.append((" ", same))
        else:
            out += [(op, text) for op, text in (("-", same), ("+", "".join(b[b1:b2]))) if text]
    return out


def _joined(words: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The words with changes joined that only white space separates, which is easier to read."""
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
