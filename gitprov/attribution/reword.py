"""Which new lines of a replaced hunk are old lines that somebody re-indented, re-wrapped or reworded.

Evidence is the text of the line itself. Each old line answers for at most one rewording, and a line that
resembles a person's old line more than a model's is not the model's.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterable
from typing import NamedTuple

from gitprov.attribution.diff import hunks
from gitprov.model.lines import is_trivial

#: At and above this share of common words a line is a rewording (Dice coefficient over the words of both lines).
SIMILAR = 0.5

_TOKEN = re.compile(rb"[\w\x80-\xff]+|[^\w\s]")
_WORD = re.compile(rb"[\w\x80-\xff]+")
_SPACE = re.compile(rb"\s+")
#: What a formatter adds or removes where it breaks a line.
_GLUE = frozenset((b",", b"(", b")", b"\\", b";"))
#: A new line is compared with at most this many old lines, nearest first, so that huge hunks stay linear.
_CANDIDATES = 48


class Match(NamedTuple):
    """Where a new line came from: an old line of the hunk (0-based within it) and whether its text was changed."""

    old: int
    edited: bool


def match(old: list[bytes], new: list[bytes], theirs: Collection[int] = ()) -> dict[int, Match]:
    """New line (0-based within the hunk) → its origin, for every new line that has one.

    `theirs` are the old lines that are not a model's: a line that resembles one of them more than any other old
    line is matched with no other.
    """
    found = {n: Match(o, False) for n, o in _same_but_for_space(old, new).items()}
    _rewrapped(old, new, found)
    _reworded(old, new, found, theirs)
    return found


def _same_but_for_space(old: list[bytes], new: list[bytes]) -> dict[int, int]:
    bare_old, bare_new = _bare(old), _bare(new)
    pairs: dict[int, int] = {}
    at_old = at_new = 0
    for hunk in [*hunks(b"".join(bare_old), b"".join(bare_new)), None]:
        stop = hunk.old_start if hunk else len(old)
        pairs.update({at_new + k: at_old + k for k in range(stop - at_old)})
        if hunk:
            at_old, at_new = hunk.old_end, hunk.new_end
    sure = {n: o for n, o in pairs.items() if not is_trivial(new[n])}
    return _with_trivial_neighbours(pairs, sure)


def _with_trivial_neighbours(pairs: dict[int, int], sure: dict[int, int]) -> dict[int, int]:
    """A trivial line counts by position only: directly beside a line that counts, on both sides alike."""
    for step, order in ((-1, sorted(pairs)), (1, sorted(pairs, reverse=True))):
        for n in order:
            if n not in sure and sure.get(n + step) == pairs[n] + step:
                sure[n] = pairs[n]
    return sure


def _bare(lines: list[bytes]) -> list[bytes]:
    return [_SPACE.sub(b"", line) + b"\n" for line in lines]


def _rewrapped(old: list[bytes], new: list[bytes], found: dict[int, Match]) -> None:
    """Old lines whose every token stands in new lines, and these hold nothing else, were only broken differently."""
    used = {hit.old for hit in found.values()}
    free_old = [o for o in range(len(old)) if o not in used and not is_trivial(old[o])]
    free_new = [n for n in range(len(new)) if n not in found and not is_trivial(new[n])]
    if not free_old or not free_new or len(free_old) == len(free_new) == 1:
        return
    old_tokens = [(o, token) for o in free_old for token in _TOKEN.findall(old[o]) if token not in _GLUE]
    new_tokens = [(n, token) for n in free_new for token in _TOKEN.findall(new[n]) if token not in _GLUE]
    pairs = _aligned([token for _, token in old_tokens], [token for _, token in new_tokens])
    links = {(new_tokens[b][0], old_tokens[a][0]) for a, b in pairs}
    broken_old = {old_tokens[a][0] for a in set(range(len(old_tokens))) - {a for a, _ in pairs}}
    broken_new = {new_tokens[b][0] for b in set(range(len(new_tokens))) - {b for _, b in pairs}}
    _spread(links, broken_old, broken_new)
    alone = _alone(links)
    for n, o in sorted(links, reverse=True):
        if n not in broken_new and (n, o) not in alone:
            found[n] = Match(o, False)


def _alone(links: set[tuple[int, int]]) -> set[tuple[int, int]]:
    """Links of one line to one line: nothing was broken or joined, so what differs was changed by somebody."""
    of_new: dict[int, int] = {}
    of_old: dict[int, int] = {}
    for n, o in links:
        of_new[n] = of_new.get(n, 0) + 1
        of_old[o] = of_old.get(o, 0) + 1
    return {(n, o) for n, o in links if of_new[n] == of_old[o] == 1}


def _spread(links: set[tuple[int, int]], broken_old: set[int], broken_new: set[int]) -> None:
    """A line tied to a broken one is broken too: only a closed group of lines was merely re-wrapped."""
    size = -1
    while size != len(broken_old) + len(broken_new):
        size = len(broken_old) + len(broken_new)
        for n, o in links:
            if n in broken_new:
                broken_old.add(o)
            if o in broken_old:
                broken_new.add(n)


def _aligned(old: list[bytes], new: list[bytes]) -> list[tuple[int, int]]:
    """Index pairs of the tokens that a line diff, one token a line, keeps."""
    pairs: list[tuple[int, int]] = []
    at_old = at_new = 0
    for hunk in [*hunks(b"\n".join(old) + b"\n", b"\n".join(new) + b"\n"), None]:
        stop = hunk.old_start if hunk else len(old)
        pairs.extend((at_old + k, at_new + k) for k in range(stop - at_old))
        if hunk:
            at_old, at_new = hunk.old_end, hunk.new_end
    return pairs


def _reworded(old: list[bytes], new: list[bytes], found: dict[int, Match], theirs: Collection[int]) -> None:
    used = {hit.old for hit in found.values()}
    words = {
        o: _counted(line)
        for o, line in enumerate(old)
        if (o in theirs or o not in used) and not is_trivial(line)
    }
    by_word = _by_word(words)
    scored: list[tuple[float, int, int, int]] = []
    for n, line in enumerate(new):
        if n not in found and not is_trivial(line):
            mine, place = _counted(line), n * len(old) // len(new)
            near = [(_dice(words[o], mine), o) for o in _nearest(by_word, mine, place)]
            least = max([SIMILAR, *(score for score, o in near if o in theirs)])
            scored += [
                (-score, abs(o - place), n, o) for score, o in near if score >= least and o not in used
            ]
    for _, _, n, o in sorted(scored):
        if n not in found and o not in used:
            found[n] = Match(o, True)
            used.add(o)


def _by_word(words: dict[int, dict[bytes, int]]) -> dict[bytes, list[int]]:
    """Word → the old lines that have it, ascending."""
    found: dict[bytes, list[int]] = {}
    for o, counts in words.items():
        for word in counts:
            found.setdefault(word, []).append(o)
    return found


def _nearest(by_word: dict[bytes, list[int]], mine: Iterable[bytes], place: int) -> list[int]:
    """The old lines nearest to a place that share a word; of each word only the nearest are looked at."""
    near: set[int] = set()
    for word in mine:
        lines = by_word.get(word, ())
        at = bisect_left(lines, place)
        near.update(lines[max(at - _CANDIDATES, 0) : at + _CANDIDATES])
    return sorted(near, key=lambda o: (abs(o - place), o))[:_CANDIDATES]


def similarity(a: bytes, b: bytes) -> float:
    """Share of common words of two lines, 0 to 1; 0 where one has no words."""
    return _dice(_counted(a), _counted(b))


def _counted(line: bytes) -> dict[bytes, int]:
    counts: dict[bytes, int] = {}
    for word in _WORD.findall(line):
        counts[word] = counts.get(word, 0) + 1
    return counts


def _dice(a: dict[bytes, int], b: dict[bytes, int]) -> float:
    total = sum(a.values()) + sum(b.values())
    common = sum(min(count, b.get(word, 0)) for word, count in a.items())
    return 2 * common / total if total else 0.0
