"""Matches new lines of replaced hunks to old lines that were re-indented, re-wrapped or reworded.

The evidence is the text of the line itself. Each old line has at most one rewording, and a line that
resembles a person's old line more than a model's is not the model's.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence

from gitprov.attribution.layout.alignment import aligned_gaps
from gitprov.attribution.layout.bare import bare_rest
from gitprov.attribution.layout.imports import moved_items
from gitprov.attribution.layout.language import PLAIN, Language
from gitprov.attribution.layout.rewrap import equal_gaps, same_lines, spaced, span, together, whole
from gitprov.attribution.matching.moves import moved_lines, moved_rows
from gitprov.attribution.matching.similar import SIMILAR, WORD, bag_of, dice, similarity, words_of
from gitprov.attribution.sides import Match, Sides
from gitprov.model.lines import is_trivial
from gitprov.model.ranges import Hunk

__all__ = ["MOST", "SIMILAR", "Match", "match", "matches", "similarity", "too_large"]

#: Changed lines of more bytes than this, both sides together, are not compared: a commit should take seconds.
MOST = 4_000_000

#: A new line is compared with about _CANDIDATES old lines, those first that share a rare word; with fewer if
#: the hunk has many new lines, down to _FEWEST, so that a hunk takes about _COMPARED comparisons at most.
_CANDIDATES, _FEWEST, _COMPARED = 48, 8, 100_000


def match(
    old: list[bytes], new: list[bytes], human_lines: Collection[int] = (), language: Language = PLAIN
) -> dict[int, Match]:
    """New line (0-based within the hunk) → its origin, for every new line that has one.

    `human_lines` are the old lines that are not a model's: a new line that resembles one of them most is not
    matched to any other old line.
    """
    return matches(old, new, [Hunk(0, len(old), 0, len(new))], human_lines, language)


def matches(
    old: list[bytes],
    new: list[bytes],
    hunks: Sequence[Hunk],
    human_lines: Collection[int] = (),
    language: Language = PLAIN,
    closed: Collection[int] = (),
) -> dict[int, Match]:
    """`match` for all hunks of a file at once: numbers are those of the file's lines, and a line's origin may
    be in another hunk. New lines that are `closed` are not matched.

    A line outside all hunks is in the result only if a blank line beside it was removed.
    """
    if not hunks:
        return {}
    sides = Sides(old, new, together(new, hunks), human_lines, language, closed)
    if too_large(old, new, hunks):
        for hunk in sides.hunks:
            spaced(sides, hunk)
        return sides.matches
    if len(sides.hunks) > 1:
        span(sides)
    for hunk in sides.hunks:
        if (
            hunk.old_count
            and hunk.new_count
            and not (spaced(sides, hunk) or sides.differs(hunk) or whole(sides, hunk))
        ):
            same_lines(sides, hunk)
    equal_gaps(sides)
    moved_lines(sides)
    moved_items(sides)
    equal_gaps(sides)
    moved_rows(sides)
    aligned_gaps(sides)
    for hunk in sides.hunks:
        if hunk.old_count and hunk.new_count:
            _reworded(sides, hunk)
    bare_rest(sides)
    return sides.matches


def too_large(old: list[bytes], new: list[bytes], hunks: Sequence[Hunk]) -> str | None:
    """The reason to compare lines of some hunks for white space only; None if they are fully compared."""
    size = sum(
        len(line)
        for hunk in hunks
        for line in (*old[hunk.old_start : hunk.old_end], *new[hunk.new_start : hunk.new_end])
    )
    return f"changed lines of {size} bytes: above {MOST} they are not compared" if size > MOST else None


def _reworded(sides: Sides, hunk: Hunk) -> None:
    if hunk.old_count == hunk.new_count == 1:
        _reworded_line(sides, hunk.old_start, hunk.new_start)
        return
    old, new, human_lines, matches, used = (
        sides.old.lines,
        sides.new.lines,
        sides.human_lines,
        sides.matches,
        sides.used,
    )
    fresh = [n for n in sides.free_new(hunk.new_start, hunk.new_end) if not is_trivial(new[n])]
    if not fresh:
        return
    words = {
        o: words_of(old[o])
        for o in range(hunk.old_start, hunk.old_end)
        if (o in human_lines or o not in used) and not is_trivial(old[o])
    }
    by_word = _by_word(words)
    most = min(_CANDIDATES, max(_FEWEST, _COMPARED // len(fresh)))
    scored: list[tuple[float, int, int, int]] = []
    for n in fresh:
        place = hunk.old_start + (n - hunk.new_start) * hunk.old_count // hunk.new_count
        tokens = WORD.findall(new[n])
        bag = bag_of(tokens)
        near = [(dice(words[o], bag), o) for o in _nearest(by_word, tokens, place, most)]
        least = max([SIMILAR, *(score for score, o in near if o in human_lines)]) if human_lines else SIMILAR
        scored += [(-score, abs(o - place), n, o) for score, o in near if score >= least and o not in used]
    for _, _, n, o in sorted(scored):
        if n not in matches and o not in used:
            matches[n] = Match(o, True)
            used.add(o)


def _reworded_line(sides: Sides, old: int, new: int) -> None:
    """As `_reworded`, for a hunk of one old and one new line."""
    if old in sides.used or new in sides.matches or new in sides.closed:
        return
    was, now = sides.old.lines[old], sides.new.lines[new]
    if not is_trivial(was) and not is_trivial(now) and similarity(was, now) >= SIMILAR:
        sides.take(new, Match(old, True))


def _by_word(words: dict[int, frozenset[bytes]]) -> dict[bytes, list[int]]:
    """Word → the old lines that have it, ascending."""
    places: dict[bytes, list[int]] = {}
    for o, bag in words.items():
        for word in bag:
            places.setdefault(word, []).append(o)
    return places


def _nearest(by_word: dict[bytes, list[int]], words: Iterable[bytes], place: int, most: int) -> set[int]:
    """Old lines that share a word: the rarest words first, for each word the lines nearest to `place`."""
    near: set[int] = set()
    for lines in sorted((by_word[word] for word in dict.fromkeys(words) if word in by_word), key=len):
        if len(lines) > most:
            at = bisect_left(lines, place)
            first, last = max(at - most, 0), min(at, len(lines) - most)
            while first < last:
                middle = (first + last) // 2
                if place - lines[middle] > lines[middle + most] - place:
                    first = middle + 1
                else:
                    last = middle
            near.update(lines[first : first + most])
        else:
            near.update(lines)
        if len(near) >= most:
            break
    return near
