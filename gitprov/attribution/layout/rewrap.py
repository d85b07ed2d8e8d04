"""Matches new lines to old lines with another layout: the same tokens in other lines."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate

from gitprov.attribution.diff import hunks, single_hunk
from gitprov.attribution.layout.bare import bare_lines
from gitprov.attribution.layout.pairs import equal_tokens, paired
from gitprov.attribution.layout.patterns import same_tokens
from gitprov.attribution.sides import Gap, Match, Sides
from gitprov.model.lines import is_trivial
from gitprov.model.named import NamedTuple
from gitprov.model.ranges import Hunk

#: Hunks with more lines between them are compared separately.
_NEAR = 8
#: From so many bytes on, both sides together, a hunk is first compared as a whole.
_LARGE = 100_000
#: Lists of so few items are compared item by item first: texts made of them for a diff cost more.
_FEW = 64
_SPACE = b" \t\n\r\v\f"


class Block(NamedTuple):
    """`size` tokens that are the same on both sides, from indices `old` and `new` on."""

    old: int
    new: int
    size: int


def spaced(sides: Sides, hunk: Hunk) -> bool:
    """Match a large hunk that differs in white space only, without its tokens; False for any other hunk."""
    old = sides.old.lines[hunk.old_start : hunk.old_end]
    new = sides.new.lines[hunk.new_start : hunk.new_end]
    if sum(map(len, old)) + sum(map(len, new)) < _LARGE:
        return False
    sizes = (
        [len(line.translate(None, _SPACE)) for line in old],
        [len(line.translate(None, _SPACE)) for line in new],
    )
    texts = b"".join(old), b"".join(new)
    if (
        sum(sizes[0]) != sum(sizes[1])
        or texts[0].translate(None, _SPACE) != texts[1].translate(None, _SPACE)
        or not same_tokens(*texts, sides.language)
    ):
        return False
    starts = [0, *accumulate(sizes[0])]
    at = 0
    for n, size in enumerate(sizes[1], hunk.new_start):
        first = max(0, bisect_right(starts, at) - 1)
        if size:
            last = bisect_left(starts, at + size, first + 1)
            counts = {
                hunk.old_start + o: min(starts[o + 1], at + size) - max(starts[o], at)
                for o in range(first, last)
            }
            if n not in sides.closed:
                sides.blended(n, {o: count for o, count in counts.items() if count or len(counts) > 1})
        elif (
            n - 1 in sides.matches
            and sides.matches[n - 1].old not in sides.human_lines
            and n not in sides.closed
        ):
            sides.matches[n] = Match(sides.matches[n - 1].old, False)
        at += size
    return True


def same_lines(sides: Sides, hunk: Hunk) -> None:
    """Match lines whose tokens are the same, in order, as a diff of lines pairs them."""
    olds, lines = sides.free_old(hunk.old_start, hunk.old_end), sides.free_new(hunk.new_start, hunk.new_end)
    if not olds or not lines:
        sides.anchors[hunk] = []
        return
    texts = sides.old.texts(hunk.old_start, hunk.old_end), sides.new.texts(hunk.new_start, hunk.new_end)
    old = [texts[0][o - hunk.old_start] for o in olds]
    new = [texts[1][n - hunk.new_start] for n in lines]
    pairs: dict[int, int] = {}
    for block in blocks(old, new):
        pairs.update(
            (lines[block.new + k], olds[block.old + k])
            for k in range(block.size)
            if new[block.new + k]
            or sides.new.lines[lines[block.new + k]].strip() == sides.old.lines[olds[block.old + k]].strip()
        )
    sure = {n: o for n, o in pairs.items() if sides.is_telling(n)}
    _with_trivial_neighbours(pairs, sure)
    for n, o in sure.items():
        sides.take(n, Match(o, False))
    sides.anchors[hunk] = sorted((o, n) for n, o in sure.items())


def _with_trivial_neighbours(pairs: dict[int, int], sure: dict[int, int]) -> None:
    """Add trivial lines to `sure`: only those directly beside a line in `sure`, on both sides."""
    for step, order in ((-1, sorted(pairs)), (1, sorted(pairs, reverse=True))):
        for n in order:
            if n not in sure and sure.get(n + step) == pairs[n] + step:
                sure[n] = pairs[n]


def blocks(old: Sequence[bytes], new: Sequence[bytes]) -> list[Block]:
    """The equal runs in a diff of two lists. No item may have a line break."""
    if set(old).isdisjoint(new):
        return []  # most hunks are reworded: a diff costs ten times as much
    changed = single_hunk(old, new) if min(len(old), len(new)) <= _FEW else None
    if changed is None:
        changed = hunks(b"\n".join([*old, b""]), b"\n".join([*new, b""]))
    common: list[Block] = []
    at_old = at_new = 0
    for hunk in [*changed, None]:
        stop = hunk.old_start if hunk else len(old)
        if stop > at_old:
            common.append(Block(at_old, at_new, stop - at_old))
        if hunk:
            at_old, at_new = hunk.old_end, hunk.new_end
    return common


def span(sides: Sides) -> None:
    """Match the equal tokens from the first hunk on, and up to the last one, across the lines between the
    hunks.

    After a large change of layout a diff of lines confuses short lines that are alike.
    """
    first, last = sides.hunks[0], sides.hunks[-1]
    lines = range(first.old_start, last.old_end), sides.free_new(first.new_start, last.new_end)
    (old, olds), (new, news) = sides.old.tokens(lines[0]), sides.new.tokens(lines[1])
    at_old, at_new = sides.old.indices(lines[0]), sides.new.indices(lines[1])
    if old == new:
        _take(sides, at_old, at_new)
    else:
        least = min(len(old), len(new))
        front = next((n for n in range(least) if old[n] != new[n]), least)
        back = next((n for n in range(least - front) if old[-1 - n] != new[-1 - n]), least - front)
        while front and not (olds[front - 1] < _at(olds, front) and news[front - 1] < _at(news, front)):
            front -= 1
        while back and not (_at(olds, -1 - back) < olds[-back] and _at(news, -1 - back) < news[-back]):
            back -= 1
        _take(sides, at_old[:front], at_new[:front])
        if back:
            _take(sides, at_old[-back:], at_new[-back:])


def _at(lines: list[int], n: int) -> int:
    """The line of token `n`, with one more line at either end."""
    return lines[n] if -len(lines) <= n < len(lines) else (-1 if n < 0 else lines[-1] + 1)


def _take(sides: Sides, at_old: list[int], at_new: list[int]) -> None:
    if not at_new:
        return
    olds, news = sides.old.stream.lines, sides.new.stream.lines
    bounds = (olds[at_old[0]], news[at_new[0]], olds[at_old[-1]] + 1, news[at_new[-1]] + 1)
    still = {n: o for n, o in sides.still() if bounds[1] <= n < bounds[3]}
    for n, counts in paired(sides, at_old, at_new).counts().items():
        if n not in still or counts.keys() != {still[n]}:
            sides.blended(n, counts)
    free = sides.free_old(bounds[0], bounds[2]), sides.free_new(bounds[1], bounds[3])
    same = set(still.values())
    gap = Gap([o for o in free[0] if o not in same], [n for n in free[1] if n not in still], *bounds)
    bare_lines(sides, gap, still)


def equal_gaps(sides: Sides) -> None:
    """Match the gaps whose tokens are the same on both sides."""
    for hunk in sides.hunks:
        for gap in list(sides.gaps(hunk)):
            if gap.old or gap.new:
                equal(sides, gap)


def whole(sides: Sides, hunk: Hunk) -> bool:
    """Match a whole hunk whose tokens are the same on both sides; False where tokens differ."""
    old, new = (hunk.old_start, hunk.old_end), (hunk.new_start, hunk.new_end)
    gap = Gap(sides.free_old(*old), sides.free_new(*new), old[0], new[0], old[1], new[1])
    return bool(sides.old.tokens(gap.old)[0]) and equal(sides, gap)


def equal(sides: Sides, gap: Gap) -> bool:
    """Match a gap whose tokens are the same on both sides; False where they are not."""
    pairs = equal_tokens(sides, gap)
    if pairs is None:
        return False
    for n, counts in pairs.counts().items():
        sides.blended(n, counts)
    bare_lines(sides, gap)
    return True


def together(new: list[bytes], hunks: Sequence[Hunk]) -> list[Hunk]:
    """The hunks, joined where only brackets and blank lines are between them: a diff may confuse these."""
    out: list[Hunk] = []
    for hunk in hunks:
        last = out[-1] if out else None
        if (
            last is not None
            and hunk.new_start - last.new_end <= _NEAR
            and all(is_trivial(line) for line in new[last.new_end : hunk.new_start])
        ):
            counts = hunk.old_end - last.old_start, hunk.new_end - last.new_start
            out[-1] = Hunk(last.old_start, counts[0], last.new_start, counts[1])
        else:
            out.append(hunk)
    return out
