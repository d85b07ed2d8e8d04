"""Matches lines of hunks whose tokens differ, by the runs of tokens that both sides share."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from itertools import accumulate, compress, pairwise

from gitprov.attribution.layout.pairs import paired
from gitprov.attribution.layout.rewrap import Block, blocks
from gitprov.attribution.matching.similar import SIMILAR, WORD, similarity
from gitprov.attribution.sides import Gap, Match, Sides

#: So many equal words in a row on both sides are no coincidence.
_EVIDENCE = 3


def aligned_gaps(sides: Sides) -> None:
    """Match the lines all of whose tokens are in one run of both sides, in gaps where tokens differ."""
    for hunk in sides.hunks:
        for gap in list(sides.gaps(hunk)):
            if gap.old and gap.new:
                Alignment(sides, gap).settle()


def _with_words(keys: list[bytes]) -> list[bool]:
    """Whether each token has a word; equal tokens are searched once."""
    has_word = {key: WORD.search(key) is not None for key in set(keys)}
    return [has_word[key] for key in keys]


class Alignment:
    """The tokens of a gap, aligned by a diff of one token a line."""

    def __init__(self, sides: Sides, gap: Gap) -> None:
        self._sides = sides
        self._old, self._old_lines = sides.old.tokens(gap.old)
        self._new, self._new_lines = sides.new.tokens(gap.new)
        self._gap = gap
        self._blocks = blocks(self._old, self._new) if self._has_whole_line() else []
        self._starts = [block.new for block in self._blocks]
        self._words = [0, *accumulate(_with_words(self._old))]
        self._whole = {n for n in range(len(self._blocks)) if self._is_evidence(self._blocks[n])}
        if len(self._whole) < len(self._blocks) and len(gap.new) > 1:
            self._whole |= self._of_broken_lines()
        for order in (range(1, len(self._blocks)), range(len(self._blocks) - 2, -1, -1)):
            self._whole.update(n for n in order if n not in self._whole and self._goes_on(n, n - order.step))

    def _has_whole_line(self) -> bool:
        """Whether all tokens of some new line are old ones. In most gaps none is, and a diff costs more."""
        old = set(self._old)
        changed = {n for key, n in zip(self._new, self._new_lines, strict=True) if key not in old}
        return not changed.issuperset(self._new_lines)

    def _is_evidence(self, block: Block) -> bool:
        words = self._words[block.old + block.size] - self._words[block.old]
        return words >= _EVIDENCE or (words == _EVIDENCE - 1 and self._is_closed(block))

    def _of_broken_lines(self) -> set[int]:
        """Indices of blocks of old lines that were broken into lines which together still resemble them."""
        has_word = _with_words(self._old)
        # Lines ascend on both sides, so the first and the last pair of an old line show how far it reaches.
        pairs: list[tuple[int, int]] = []
        ends_of: list[int] = []
        for old, new, size in self._blocks:
            lines = zip(self._old_lines[old : old + size], self._new_lines[new : new + size], strict=True)
            pairs += compress(lines, has_word[old : old + size])
            ends_of.append(len(pairs))
        first, last = dict(reversed(pairs)), dict(pairs)
        broken = {o for o, n in last.items() if first[o] < n}
        if not broken:
            return set()
        new_words = [0, *accumulate(_with_words(self._new))]
        ends = {n: at + 1 for at, n in enumerate(self._new_lines)}
        starts = {n: at for at, n in reversed([*enumerate(self._new_lines)])}
        words, common = Counter(compress(self._old_lines, has_word)), Counter(o for o, _ in pairs)
        alike = {
            o
            for o in broken
            if 2 * common[o] >= SIMILAR * (words[o] + new_words[ends[last[o]]] - new_words[starts[first[o]]])
        }
        return {
            n
            for n, (start, end) in enumerate(pairwise([0, *ends_of]))
            if any(o in alike for o, _ in pairs[start:end])
        }

    def _goes_on(self, n: int, beside: int) -> bool:
        """Whether a block continues the old line of the block beside it, which is evidence."""
        if beside not in self._whole:
            return False
        first, second = (self._blocks[at] for at in sorted((n, beside)))
        return self._old_lines[first.old + first.size - 1] == self._old_lines[second.old]

    def _is_closed(self, block: Block) -> bool:
        """Whether a block is whole lines on both sides."""
        sides = ((self._old_lines, block.old), (self._new_lines, block.new))
        return all(
            (start == 0 or lines[start - 1] != lines[start])
            and (
                start + block.size == len(lines) or lines[start + block.size] != lines[start + block.size - 1]
            )
            for lines, start in sides
        )

    def settle(self) -> None:
        """Match new lines within a block; compare the others with the rests of broken old lines."""
        places: dict[int, tuple[int, int]] = {}
        for at, n in enumerate(self._new_lines):
            places[n] = (places[n][0] if n in places else at, at + 1)
        kept: dict[int, tuple[int, int]] = {}
        for n, (start, end) in places.items():
            k = bisect_right(self._starts, start) - 1
            if k >= 0 and k in self._whole and end <= self._blocks[k].new + self._blocks[k].size:
                shift = self._blocks[k].old - self._blocks[k].new
                kept[n] = (start + shift, end + shift)
        if not kept:
            return
        covered = bytearray(len(self._old))
        for start, end in kept.values():
            covered[start:end] = b"\1" * (end - start)
        partly = {line for at, line in enumerate(self._old_lines) if not covered[at]}
        cut = self._cut(kept, covered)
        for n, counts in self._counts(places, kept).items():
            self._sides.blended(n, counts, partly)
            if n in cut:
                self._sides.matches[n] = self._sides.matches[n]._replace(edited=True)
        self._parts(places, kept, covered)

    def _counts(
        self, places: dict[int, tuple[int, int]], kept: dict[int, tuple[int, int]]
    ) -> dict[int, dict[int, int]]:
        """Line of `kept`, and lines on which a string of it continues → old line → number of words."""
        at_old, at_new = self._sides.old.indices(self._gap.old), self._sides.new.indices(self._gap.new)
        olds = [at_old[at] for start, end in kept.values() for at in range(start, end)]
        news = [at_new[at] for n in kept for at in range(*places[n])]
        counts = paired(self._sides, olds, news).counts()
        return {n: count for n, count in counts.items() if n in kept or n not in places}

    def _cut(self, kept: dict[int, tuple[int, int]], covered: bytearray) -> set[int]:
        """New lines beside which a part of their old line was removed without replacement."""
        order = sorted(kept.items(), key=lambda item: item[1])
        cut = set()
        for (n, (_, end)), (after, (start, _)) in pairwise(order):
            if after != n + 1 or start == end:
                continue
            gone = set(self._old_lines[end:start])
            if self._old_lines[end - 1] in gone:
                cut.add(n)
            elif self._old_lines[start] in gone:
                cut.add(after)
        last, (_, end) = order[-1]
        if (
            last == self._new_lines[-1]
            and end < len(self._old)
            and self._old_lines[end] == self._old_lines[end - 1]
        ):
            cut.add(last)
        first, (start, _) = order[0]
        if first == self._new_lines[0] and start and self._old_lines[start - 1] == self._old_lines[start]:
            cut.add(first)
        return cut

    def _parts(
        self, places: dict[int, tuple[int, int]], kept: dict[int, tuple[int, int]], covered: bytearray
    ) -> None:
        """Match new lines that reword the rest of an old line between two unchanged parts."""
        broken = {self._old_lines[at] for start, end in kept.values() for at in range(start, end)}
        low = 0
        for n, (start, end) in sorted(places.items()):
            if n in kept:
                low = kept[n][1]
                continue
            rest = self._rest(low, covered)
            olds = {self._old_lines[at] for at in rest} & broken
            for o in sorted(olds):
                part = [at for at in rest if self._old_lines[at] == o]
                text = b" ".join(self._old[at] for at in part)
                if similarity(text, b" ".join(self._new[start:end])) >= SIMILAR:
                    self._sides.take(n, Match(o, True))
                    for at in part:
                        covered[at] = 1
                    break

    def _rest(self, low: int, covered: bytearray) -> range:
        """Indices of the old tokens from `low` to before the next unchanged one."""
        end = covered.find(b"\1", low)
        return range(low, len(self._old) if end < 0 else end)
