"""Which new lines of a replaced hunk are old lines that somebody re-indented, re-wrapped or reworded.

Evidence is the text of the line itself. Each old line answers for at most one rewording, and a line that
resembles a person's old line more than a model's is not the model's.
"""

from __future__ import annotations

import re
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


def match(old: list[bytes], new: list[bytes]) -> dict[int, Match]:
    """New line (0-based within the hunk) → its origin, for every new line that has one."""
    found = {n: Match(o, False) for n, o in _same_but_for_space(old, new).items()}
    _rewrapped(old, new, found)
    _reworded(old, new, found)
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
    for n, o in sorted(links, reverse=True):
        if n not in broken_new:
            found[n] = Match(o, False)


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


def _reworded(old: list[bytes], new: list[bytes], found: dict[int, Match]) -> None:
    used = {hit.old for hit in found.values()}
    words = {o: _counted(old[o]) for o in range(len(old)) if o not in used and not is_trivial(old[o])}
    by_word: dict[bytes, list[int]] = {}
    for o, counts in words.items():
        for word in counts:
            by_word.setdefault(word, []).append(o)
    scored: list[tuple[float, int, int, int]] = []
    for n in range(len(new)):
        if n not in found and not is_trivial(new[n]):
            mine = _counted(new[n])
            place = n * len(old) // max(len(new), 1)
            near = sorted({o for word in mine for o in by_word.get(word, ())}, key=lambda o: abs(o - place))
            for o in near[:_CANDIDATES]:
                score = _dice(words[o], mine)
                if score >= SIMILAR:
                    scored.append((-score, abs(o - place), n, o))
    for _, _, n, o in sorted(scored):
        if n not in found and o not in used:
            found[n] = Match(o, True)
            used.add(o)


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
