"""What the arithmetic of a commit says of a pair: the model wrote the ugly text, the formatted one is committed."""

from __future__ import annotations

from typing import NamedTuple

from gitprov.attribution.diff import hunks
from gitprov.attribution.fold import fold
from gitprov.attribution.layout.language import language_of
from gitprov.attribution.outcome import Tally, outcome
from gitprov.attribution.state import FoldStep, begin
from gitprov.model.lines import split_lines


class Verdict(NamedTuple):
    """The class of each committed line ("unknown" where nobody claims it), and what became of the model's lines."""

    classes: tuple[str, ...]
    tally: Tally

    @property
    def whole(self) -> bool:
        """Whether all is the model's and nobody changed anything."""
        return set(self.classes) == {"ai"} and not (self.tally.edited or self.tally.dropped)


def judge(ugly: str, formatted: str, path: str, base: str = "") -> Verdict:
    """The verdict on a file at `path` that was `base`, that a model made `ugly`, and that is committed `formatted`."""
    start, wrote, staged = (text.encode("utf-8") for text in (base, ugly, formatted))
    state = fold(begin(start, staged, language=language_of(path)), [FoldStep(0, start, wrote, human=False)])
    added = hunks(start, staged)
    settled = outcome(state, staged, added, staged, {})
    fresh = [n + 1 for hunk in added for n in range(hunk.new_start, hunk.new_end)]
    named = {line: cls for cls, lines in settled.lines.get(0, {}).items() for line in lines}
    return Verdict(tuple(named.get(line, "unknown") for line in fresh), settled.tallies[0])


def shown(formatted: str, verdict: Verdict) -> str:
    """The formatted text with each line's class in front, for a failing test's message."""
    lines = split_lines(formatted.encode("utf-8"))
    rows = [f"{cls:8}{line.decode('utf-8')}" for cls, line in zip(verdict.classes, lines, strict=False)]
    tally = verdict.tally
    return "".join([*rows, f"\nkept {tally.kept}, edited {tally.edited}, dropped {tally.dropped}"])
