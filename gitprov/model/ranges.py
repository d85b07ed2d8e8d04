"""Sets of line numbers, their text form in notes (`1-5,9`), and hunks: runs of lines that were replaced."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

from gitprov.model.named import NamedTuple

#: git compares no file above 1 GiB, so no line has a higher number. Ranges are expanded into numbers only
#: within the number of a file's lines, so a range up to MAX_LINE costs nothing.
MAX_LINE = 1 << 30

#: Characters of a pair of numbers up to MAX_LINE; longer text is not converted.
_LONGEST = 2 * len(str(MAX_LINE)) + 1

#: Characters of range text for one file. Ten thousand runs take a tenth of it; longer text attacks memory.
MAX_TEXT = 1 << 20


#: Longer texts are first tested for single numbers only, which are read in half the time.
_SHORT = 64
_NUMBERS = r"[0-9]{1,10}(?:,[0-9]{1,10})*"


class LineSet:
    """An immutable set of 1-based line numbers, kept as disjoint ascending runs.

    Text form: `a` or `a-b` (inclusive), comma-joined, ascending; the empty set is "".
    Reading accepts any order and overlaps (other writers exist); writing is canonical.
    """

    __slots__ = ("_runs",)

    def __init__(self, lines: Iterable[int] = ()) -> None:
        self._runs = _runs_of(sorted(lines))

    @classmethod
    def of_runs(cls, runs: Iterable[tuple[int, int]]) -> LineSet:
        """From (first, last) pairs, both inclusive, in any order."""
        return cls._made(_runs(runs))

    @classmethod
    def _made(cls, runs: tuple[tuple[int, int], ...]) -> LineSet:
        """From runs that are disjoint and ascend."""
        made = cls.__new__(cls)
        made._runs = runs  # noqa: SLF001 - of this class
        return made

    @classmethod
    def parse(cls, text: str) -> LineSet:
        """From text; ValueError if it is no range list, above MAX_TEXT, or with lines outside 1..MAX_LINE."""
        if not isinstance(text, str):
            raise ValueError(f"line ranges must be text, not {type(text).__name__}")
        if len(text) > MAX_TEXT:
            raise ValueError(f"line ranges of {len(text)} characters")
        if len(text) <= _LONGEST and "," not in text:
            return cls._made((_parse_run(text),)) if text else cls()
        if len(text) > _SHORT and _is_of_numbers(text):
            numbers = [int(part) for part in text.split(",")]
            if min(numbers) >= 1 and max(numbers) <= MAX_LINE:
                return cls(numbers)
        return cls.of_runs(_parse_run(part) for part in text.split(","))

    @property
    def runs(self) -> tuple[tuple[int, int], ...]:
        """The (first, last) pairs, both inclusive, ascending, never touching."""
        return self._runs

    def __str__(self) -> str:
        return ",".join([str(a) if a == b else f"{a}-{b}" for a, b in self._runs])

    def __repr__(self) -> str:
        return f"LineSet({str(self)!r})"

    def __iter__(self) -> Iterator[int]:
        for first, last in self._runs:
            yield from range(first, last + 1)

    def __len__(self) -> int:
        return sum([last - first + 1 for first, last in self._runs])

    def __bool__(self) -> bool:
        return bool(self._runs)

    def __contains__(self, line: int) -> bool:
        at = bisect_right(self._runs, (line, MAX_LINE + 1))
        return at > 0 and line <= self._runs[at - 1][1]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LineSet) and self._runs == other._runs

    def __hash__(self) -> int:
        return hash(self._runs)

    def __or__(self, other: LineSet) -> LineSet:
        return LineSet.of_runs(self._runs + other._runs)

    def __sub__(self, other: LineSet) -> LineSet:
        return LineSet.of_runs(_without(self._runs, other._runs)) if other._runs else self

    def __and__(self, other: LineSet) -> LineSet:
        return self - (self - other)


def _is_of_numbers(text: str) -> bool:
    import re

    return re.fullmatch(_NUMBERS, text) is not None


def readable(text: str) -> LineSet:
    """The lines of a text; none where it cannot be read."""
    try:
        return LineSet.parse(text)
    except ValueError:
        return LineSet()


def number_of(text: str) -> int:
    """The number of lines in a text; 0 where it cannot be read. Without a LineSet where ranges ascend."""
    total = before = 0
    for part in text.split(",") if text else ():
        first, dash, last = part.partition("-")
        usual = len(part) <= _LONGEST and part.isascii() and first.isdigit() and (last.isdigit() or not dash)
        start, end = (int(first), int(last or first)) if usual else (0, 0)
        if not before < start <= end <= MAX_LINE:
            return len(readable(text))
        total, before = total + end - start + 1, end
    return total


def union(sets: Iterable[LineSet]) -> LineSet:
    """All lines of some sets. Time: sorting their runs."""
    return LineSet.of_runs(run for one in sets for run in one.runs)


def repeated(sets: Iterable[LineSet]) -> LineSet:
    """The lines that are in more than one of some sets. Time: sorting their runs."""
    twice: list[tuple[int, int]] = []
    reached = 0
    for first, last in sorted(run for one in sets for run in one.runs):
        if first <= reached:
            twice.append((first, min(last, reached)))
        reached = max(reached, last)
    return LineSet.of_runs(twice)


def owners(sets: Sequence[LineSet]) -> list[tuple[int, int, int]]:
    """(first line, last line, index of the first set that contains these lines), for all lines of some sets.

    The runs ascend and do not overlap. Time: sorting the runs of all sets.
    """
    from heapq import heappop, heappush

    starts = sorted((first, last, n) for n, one in enumerate(sets) for first, last in one.runs)
    out: list[tuple[int, int, int]] = []
    waiting: list[tuple[int, int]] = []  # a heap of (index, last line): the first set with the line is on top
    at, line = 0, 0
    while at < len(starts) or waiting:
        if not waiting:
            line = starts[at][0]
        while at < len(starts) and starts[at][0] <= line:
            heappush(waiting, (starts[at][2], starts[at][1]))
            at += 1
        n, last = waiting[0]
        if last < line:
            heappop(waiting)
            continue
        upto = min(last, starts[at][0] - 1) if at < len(starts) else last
        if out and out[-1][2] == n and out[-1][1] == line - 1:
            out[-1] = (out[-1][0], upto, n)
        else:
            out.append((line, upto, n))
        line = upto + 1
    return out


def shared_out(sets: Sequence[LineSet]) -> list[LineSet]:
    """Each set without the lines of the sets before it. Time: sorting their runs."""
    runs: list[list[tuple[int, int]]] = [[] for _ in sets]
    for first, last, n in owners(sets):
        runs[n].append((first, last))
    return [LineSet.of_runs(one) for one in runs]


def _parse_run(part: str) -> tuple[int, int]:
    first, dash, last = part.partition("-")
    if len(part) > _LONGEST:
        raise ValueError(f"not a line range: {part[:40]!r}...")
    if not (first.isascii() and first.isdigit()) or (dash and not (last.isascii() and last.isdigit())):
        raise ValueError(f"not a line range: {part!r}")
    run = (int(first), int(last) if dash else int(first))
    if run[0] < 1 or run[1] < run[0] or run[1] > MAX_LINE:
        raise ValueError(f"not a line range: {part!r}")
    return run


def _without(
    runs: tuple[tuple[int, int], ...], gone: tuple[tuple[int, int], ...]
) -> Iterator[tuple[int, int]]:
    for first, last in runs:
        at = bisect_right(gone, (first,))
        if at and gone[at - 1][1] >= first:
            at -= 1
        while at < len(gone) and gone[at][0] <= last:
            if gone[at][0] > first:
                yield first, gone[at][0] - 1
            first = gone[at][1] + 1  # noqa: PLW2901 - the rest of the run
            at += 1
        if first <= last:
            yield first, last


def _runs_of(lines: list[int]) -> tuple[tuple[int, int], ...]:
    """The runs of ascending numbers, which may repeat."""
    if not lines:
        return ()
    out: list[tuple[int, int]] = []
    first = last = lines[0]
    for line in lines:
        if line > last + 1:
            out.append((first, last))
            first = line
        last = line
    return (*out, (first, last))


def _runs(pairs: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    ordered = sorted(pairs)
    if len(ordered) < 2:
        return tuple(ordered)
    out: list[tuple[int, int]] = []
    for first, last in ordered:
        if out and first <= out[-1][1] + 1:
            if last > out[-1][1]:
                out[-1] = (out[-1][0], last)
        else:
            out.append((first, last))
    return tuple(out)


class Hunk(NamedTuple):
    """A replaced run: `old_count` lines from `old_start` became `new_count` lines from `new_start`.

    Starts are 0-based; an empty side lies before the line at its start.
    """

    old_start: int
    old_count: int
    new_start: int
    new_count: int

    @property
    def old_end(self) -> int:
        """One past the last old line."""
        return self.old_start + self.old_count

    @property
    def new_end(self) -> int:
        """One past the last new line."""
        return self.new_start + self.new_count


def added_lines(hunks: Iterable[Hunk]) -> LineSet:
    """The new lines of hunks, 1-based."""
    return LineSet.of_runs((hunk.new_start + 1, hunk.new_end) for hunk in hunks if hunk.new_count)
