"""Equal tokens of two sides, counted by the lines that they are on."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from gitprov.attribution.layout.tokens import COMMENT
from gitprov.model.named import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitprov.attribution.layout.tokens import TokenStream
    from gitprov.attribution.sides import Gap, Sides

#: Words that formatters move from the end of a line to the begin of the next, as they do with operators.
_LINKS = frozenset((b"and", b"or", b"if", b"else", b"in", b"not", b"is", b"for"))


class Pairs(NamedTuple):
    """Equal tokens, each with its line on both sides. A string that was broken into several is there once
    for each pair of lines that hold the same part of it.
    """

    keys: Sequence[bytes]
    new: Sequence[int]
    old: Sequence[int]

    def counts(self) -> dict[int, dict[int, int]]:
        """New line → old line → number of words that they share; 0 where they share signs only."""
        by_line: dict[int, dict[int, int]] = {}
        last, counts = -1, {}
        tells = {key: _tells(key) for key in set(self.keys)}
        for key, n, o in zip(self.keys, self.new, self.old, strict=True):
            if n != last:
                last, counts = n, by_line.setdefault(n, {})
            counts[o] = counts.get(o, 0) + tells[key]
        return by_line


def equal_tokens(sides: Sides, gap: Gap) -> Pairs | None:
    """The tokens of a gap, if they are the same on both sides; comments may stand elsewhere between them."""
    (old, old_lines), (new, new_lines) = sides.old.tokens(gap.old), sides.new.tokens(gap.new)
    if old == new and not (sides.old.stream.spans or sides.new.stream.spans):
        return Pairs(old, new_lines, old_lines)
    if old == new:
        return paired(sides, sides.old.indices(gap.old), sides.new.indices(gap.new))
    if len(old) != len(new) or all(key[:1] != COMMENT for key in old):
        return None
    orders = _code_first(old), _code_first(new)
    if any(old[a] != new[b] for a, b in zip(*orders, strict=True)):
        return None
    indices = sides.old.indices(gap.old), sides.new.indices(gap.new)
    return paired(sides, [indices[0][a] for a in orders[0]], [indices[1][b] for b in orders[1]])


def _code_first(keys: Sequence[bytes]) -> list[int]:
    """Indices of tokens: first those of code, then those of comments."""
    return sorted(range(len(keys)), key=lambda n: keys[n][:1] == COMMENT)


def paired(sides: Sides, old: Sequence[int], new: Sequence[int]) -> Pairs:
    """The pairs of equal tokens; `old` and `new` are their indices in the streams of the sides."""
    was, now = sides.old.stream, sides.new.stream
    pairs = Pairs([was.keys[at] for at in old], [now.lines[at] for at in new], [was.lines[at] for at in old])
    if not (was.spans or now.spans):
        return pairs
    parts = _parts(was), _parts(now)
    keys, news, olds = list(pairs.keys), list(pairs.new), list(pairs.old)
    for a, b in zip(old, new, strict=True):
        if a in parts[0] or b in parts[1]:
            rows = _shared(
                parts[0].get(a, [(0, was.lines[a])]), parts[1].get(b, [(0, now.lines[b])]), len(was.keys[a])
            )
            keys += [was.keys[a]] * len(rows)
            olds += [o for o, _ in rows]
            news += [n for _, n in rows]
    return Pairs(keys, news, olds)


def _tells(key: bytes) -> bool:
    """Whether a token is a word, a string or a number."""
    first = key[:1]
    return (first.isalnum() or first in b"_$\"'`" or first >= b"\x80" or first < b" ") and key not in _LINKS


def _parts(stream: TokenStream) -> dict[int, list[tuple[int, int]]]:
    """Token → (offset in the string, line) of each of its parts, the first one too."""
    parts: dict[int, list[tuple[int, int]]] = {}
    for line, (at, offset) in sorted(stream.spans.items()):
        parts.setdefault(at, [(0, stream.lines[at])]).append((offset, line))
    return parts


def _shared(old: list[tuple[int, int]], new: list[tuple[int, int]], size: int) -> list[tuple[int, int]]:
    """(old line, new line) of parts that overlap, but for the pair of first lines, which the token is for."""
    starts = [offset for offset, _ in old]
    rows: list[tuple[int, int]] = []
    for k, (first, n) in enumerate(new):
        end = new[k + 1][0] if k + 1 < len(new) else size
        low = max(bisect_right(starts, first) - 1, 0)
        rows += [(old[at][1], n) for at in range(low, max(bisect_left(starts, end), low + 1))]
    return rows[1:] if rows[0] == (old[0][1], new[0][1]) else rows
