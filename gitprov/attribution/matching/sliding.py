"""The place of a run of lines that was only inserted, or only removed, and could stand in several places.

An inserted function whose last line is blank, below another blank line, has two possible places. git chooses
by the indentation and the blank lines around the run. This is the same choice, computed without xdiff.
"""

from __future__ import annotations

from gitprov.model.lines import split_lines

_FARTHEST = 100
"""Lines that git moves a run up at most."""
_BLANKS = 20
"""Blank lines that git looks through at most, above and below a place."""
_DEEPEST = 200
_BLANK = -1
"""Stands for the indentation of a blank line."""
_INDENT_WEIGHT = 60

_Score = tuple[int, int]
"""The indentation of the lines below the two ends of a run, and the penalties of both ends."""


def rise(text: bytes, start: int, stop: int) -> int:
    """How many lines above the lowest possible place git puts the run [start, stop) of whole lines of `text`.

    `start` is the lowest place: the other text is equal to `text` up to it and has no line of the run.
    """
    above = split_lines(text[_up(text, start, _FARTHEST + _BLANKS + 1) : start])
    run = split_lines(text[start:stop])
    lines = above + run + split_lines(text[stop : _down(text, stop, _BLANKS + 2)])
    end, size = len(above) + len(run), len(run)
    most = min(_FARTHEST, size + 1, len(above))
    steps = 0
    while steps < most and lines[end - size - steps - 1] == lines[end - steps - 1]:
        steps += 1
    best, result = None, 0
    for step in range(steps, -1 if steps else 0, -1):
        score = _sum(_score(lines, end - step), _score(lines, end - size - step))
        if best is None or _compared(score, best) <= 0:
            best, result = score, step
    return result


def _up(text: bytes, at: int, count: int) -> int:
    """The start of the line that is `count` lines above the line that starts at `at`, or of the text."""
    for _ in range(count):
        if not at:
            break
        at = text.rfind(b"\n", 0, at - 1) + 1
    return at


def _down(text: bytes, at: int, count: int) -> int:
    """The end of the line that is `count` lines below, or of the text."""
    for _ in range(count):
        at = text.find(b"\n", at) + 1
        if not at:
            return len(text)
    return at


def _sum(first: _Score, second: _Score) -> _Score:
    return first[0] + second[0], first[1] + second[1]


def _compared(score: _Score, other: _Score) -> int:
    """Below 0: the first is better; 0: equal."""
    indent = (score[0] > other[0]) - (score[0] < other[0])
    return _INDENT_WEIGHT * indent + score[1] - other[1]


def _score(lines: list[bytes], at: int) -> _Score:
    """How bad it is that a run begins or ends above line `at`, by the numbers of git's indent heuristic."""
    above_blank, above = _nearest(lines, range(at - 1, -1, -1))
    below_blank, below = _nearest(lines, range(at + 1, len(lines)))
    first = _indent(lines[at]) if at < len(lines) else _BLANK
    penalty = 1 if above == _BLANK and not above_blank else 0
    if at >= len(lines):
        penalty += 21
    under = 1 + below_blank if first == _BLANK else 0
    blanks = above_blank + under
    penalty += 6 * under - 30 * blanks
    indent = below if first == _BLANK else first
    if _BLANK in (indent, above) or indent == above:
        return indent, penalty
    if indent > above:
        return indent, penalty + (10 if blanks else -4)
    if below > indent:
        return indent, penalty + (17 if blanks else 24)
    return indent, penalty + (17 if blanks else 23)


def _nearest(lines: list[bytes], places: range) -> tuple[int, int]:
    """How many of the lines at these places are blank before another comes, and that one's indentation."""
    blanks = 0
    for place in places:
        indent = _indent(lines[place])
        if indent != _BLANK:
            return blanks, indent
        blanks += 1
        if blanks == _BLANKS:
            return blanks, 0
    return blanks, _BLANK


def _indent(line: bytes) -> int:
    """The columns before a line's first character that is not white space: to git, a form feed is none."""
    columns = 0
    for byte in line:
        if byte == 0x20:
            columns += 1
        elif byte == 0x09:
            columns += 8 - columns % 8
        elif byte not in b"\n\r":
            return columns
        if columns >= _DEEPEST:
            return _DEEPEST
    return _BLANK
