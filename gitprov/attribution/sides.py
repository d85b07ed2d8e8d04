"""The two sides of a comparison: their lines and tokens, and the matches of new to old lines."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from functools import cached_property
from itertools import pairwise

from gitprov.attribution.layout.language import Language
from gitprov.attribution.layout.lexer import lex
from gitprov.attribution.layout.streams import stream
from gitprov.attribution.layout.tokens import TokenStream
from gitprov.model.lines import is_trivial
from gitprov.model.named import NamedTuple
from gitprov.model.ranges import Hunk


class Match(NamedTuple):
    """The origin of a new line: the old line with most of its tokens, and whether its text was changed.

    `also` are further old lines that were joined to it. `partly` are those of all these old lines of which
    another part was changed: this new line is unchanged, but the old line as a whole is not. Numbers are
    0-based.
    """

    old: int
    edited: bool
    also: tuple[int, ...] = ()
    partly: tuple[int, ...] = ()


class Gap(NamedTuple):
    """The unmatched old and new lines of a hunk between two lines that are the same."""

    old: list[int]
    new: list[int]
    old_start: int
    new_start: int
    old_end: int
    new_end: int


class Side:
    """One side: its lines and, computed on first use, the tokens of the lines in the hunks."""

    def __init__(self, lines: list[bytes], language: Language, first: int, last: int) -> None:
        self.lines = lines
        self._bounds = (lines, first, last, language)

    @cached_property
    def stream(self) -> TokenStream:
        """The tokens, without those that are only layout."""
        return stream(*self._bounds)

    @cached_property
    def _starts(self) -> list[int]:
        """Line → the index of the first token on or after it; one more for the end of the file."""
        starts: list[int] = []
        for at, line in enumerate(self.stream.lines):
            if line >= len(starts):
                starts += [at] * (line + 1 - len(starts))
        return starts + [len(self.stream.lines)] * (len(self.lines) + 1 - len(starts))

    def span(self, line: int) -> tuple[int, int]:
        """The indices (first, one past last) of the tokens that begin on a line."""
        return self._starts[line], self._starts[line + 1]

    def key(self, line: int) -> bytes:
        """A line in its normal form; empty if it has only layout."""
        first, last = self.span(line)
        return b"\x1f".join(self.stream.keys[first:last])

    def normal(self, first: int, last: int) -> list[bytes]:
        """The keys of the lines from `first` to before `last`."""
        keys, bounds = self.stream.keys, self._starts[first : last + 1]
        return [b"\x1f".join(keys[start:end]) for start, end in pairwise(bounds)]

    def texts(self, first: int, last: int) -> list[bytes]:
        """As `normal`, and the tokens of a string where it continues on a line without a key."""
        return [key or self._goes_on(line) for line, key in enumerate(self.normal(first, last), first)]

    def _goes_on(self, line: int) -> bytes:
        """The tokens of a line on which a string continues; empty on other lines."""
        return b"\x1f".join(lex(self.lines[line], self._bounds[3]).keys) if line in self.stream.spans else b""

    def tokens(self, lines: Sequence[int]) -> tuple[list[bytes], list[int]]:
        """The tokens of some ascending lines, and the line of each."""
        keys: list[bytes] = []
        places: list[int] = []
        stream = self.stream
        for first, last in runs(lines):
            a, b = self._starts[first], self._starts[last]
            keys += stream.keys[a:b]
            places += stream.lines[a:b]
        return keys, places

    def indices(self, lines: Sequence[int]) -> list[int]:
        """The indices in the stream of the tokens of some ascending lines."""
        starts = self._starts
        return [at for first, last in runs(lines) for at in range(starts[first], starts[last])]

    def count(self, text: bytes) -> int:
        """How many lines of the whole file have this text, apart from white space around it."""
        return self._counts[text]

    @cached_property
    def _counts(self) -> Counter[bytes]:
        return Counter(line.strip() for line in self.lines)

    def is_bare(self, line: int) -> bool:
        """Whether a line has no token of its own."""
        first, last = self.span(line)
        return first == last and line not in self.stream.spans


def runs(lines: Sequence[int]) -> list[tuple[int, int]]:
    """Ascending numbers as (first, one past last)."""
    if lines and lines[-1] - lines[0] == len(lines) - 1:
        return [(lines[0], lines[-1] + 1)]
    out: list[list[int]] = []
    for line in lines:
        if out and out[-1][1] == line:
            out[-1][1] = line + 1
        else:
            out.append([line, line + 1])
    return [(first, last) for first, last in out]


class Sides:
    """The state of a comparison. `matches`: new line → its origin. `used`: old lines that are matched.
    `anchors`: hunk → its pairs (old, new) of lines that are the same, ascending. `human_lines`: old lines
    that are not a model's. `closed`: new lines not to be matched.
    """

    def __init__(
        self,
        old: list[bytes],
        new: list[bytes],
        hunks: Sequence[Hunk],
        human_lines: Collection[int],
        language: Language,
        closed: Collection[int],
    ) -> None:
        self.hunks = hunks
        self.human_lines = human_lines
        self.closed = closed
        self.old = Side(old, language, hunks[0].old_start, hunks[-1].old_end)
        self.new = Side(new, language, hunks[0].new_start, hunks[-1].new_end)
        self.language = language
        self.matches: dict[int, Match] = {}
        self.used: set[int] = set()
        self.anchors: dict[Hunk, list[tuple[int, int]]] = {}
        self._settled: set[Hunk] = set()  # hunks whose gaps hold no equal tokens, and so for good

    def take(self, new: int, hit: Match) -> None:
        """Record the origin of a new line."""
        self.matches[new] = hit
        self.used.add(hit.old)
        self.used.update(hit.also)

    def free_old(self, first: int, last: int) -> list[int]:
        """The old lines in a range that are not matched yet."""
        return [o for o in range(first, last) if o not in self.used]

    def free_new(self, first: int, last: int) -> list[int]:
        """The new lines in a range that are not matched yet."""
        return [n for n in range(first, last) if n not in self.matches and n not in self.closed]

    def gaps(self, hunk: Hunk) -> Iterable[Gap]:
        """The rest of a hunk between its lines that are the same; no empty gaps."""
        if hunk in self._settled:
            return
        o, n, settled = hunk.old_start, hunk.new_start, True
        for old, new in [*self.anchors.get(hunk, ()), (hunk.old_end, hunk.new_end)]:
            if old > o or new > n:
                gap = Gap(self.free_old(o, old), self.free_new(n, new), o, n, old, new)
                if gap.old or gap.new:
                    settled = False
                    yield gap
            o, n = old + 1, new + 1
        if settled:
            self._settled.add(hunk)

    def differs(self, hunk: Hunk) -> bool:
        """Whether every new line of a hunk has a token that its old lines lack, and every line has tokens.

        Then no gap of the hunk has equal tokens. In most hunks of a reworded file a line stands for a line.
        """
        if hunk in self._settled:
            return True
        old, olds = self.old.tokens(range(hunk.old_start, hunk.old_end))
        new, news = self.new.tokens(range(hunk.new_start, hunk.new_end))
        keys = set(old)
        changed = {line for key, line in zip(new, news, strict=True) if key not in keys}
        if len(changed) < hunk.new_count or len(set(olds)) < hunk.old_count:
            return False
        self._settled.add(hunk)
        return True

    def still(self) -> Iterable[tuple[int, int]]:
        """(new, old) of the lines outside all hunks, which did not change."""
        o = n = 0
        for hunk in [*self.hunks, Hunk(len(self.old.lines), 0, len(self.new.lines), 0)]:
            yield from zip(range(n, hunk.new_start), range(o, hunk.old_start), strict=False)
            o, n = hunk.old_end, hunk.new_end

    def blended(self, new: int, counts: dict[int, int], partly: Collection[int] = ()) -> None:
        """Match a new line to the old line with most of its tokens; `counts`: old line → number of words
        from it, 0 for one that gave signs only.

        If words of a person's line and of a model's are among them, the new line counts as edited.
        """
        if len(counts) == 1:
            o = next(iter(counts))
            self.take(new, Match(o, False, (), (o,) if o in partly else ()))
            return
        most = max(counts, key=lambda o: (counts[o], -o))
        telling = [o for o in counts if counts[o]] or [*counts]
        mixed = len({o in self.human_lines for o in telling}) > 1
        also = tuple(o for o in sorted(counts) if o != most)
        self.take(new, Match(most, mixed, also, tuple(o for o in sorted(counts) if o in partly)))

    def is_telling(self, new: int) -> bool:
        """Whether a new line is more than blank or lone brackets."""
        return not is_trivial(self.new.lines[new])
