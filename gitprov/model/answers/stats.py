"""Numbers about the lines of many commits."""

from __future__ import annotations

from typing import NamedTuple

#: The delta rates that are usual for code that people review: below it is rarely read, above rarely right.
BAND = (0.15, 0.30)
#: From this robust z-score on a week is a spike.
SPIKE = 3.0
HORIZONS = (30, 90, 180)
"""Days after which survival is reported."""


class Counts(NamedTuple):
    """Counts of lines that commits add, by class; `landed` are the ai and edited ones on the default branch.

    Of the models' raw output: `raw` lines, of which developers `kept`, `reworded` and `dropped` some; lines
    still pending are not counted. Deletions by models are those that their traces record.
    """

    added: int = 0
    ai: int = 0
    edited: int = 0
    human: int = 0
    declared: int = 0
    landed: int = 0
    deleted: int = 0
    deleted_by_ai: int = 0
    raw: int = 0
    kept: int = 0
    reworded: int = 0
    dropped: int = 0
    commits: int = 0
    traces: int = 0
    bypassed: int = 0
    dropped_traces: int = 0

    @property
    def covered(self) -> int:
        """Lines with any evidence."""
        return self.ai + self.edited + self.human + self.declared

    @property
    def unknown(self) -> int:
        """Added lines without evidence."""
        return max(self.added - self.covered, 0)

    @property
    def coverage(self) -> float | None:
        """Lines with any evidence as a share of the added lines, 0 to 1; None without added lines."""
        return ratio(self.covered, max(self.added, self.covered))

    @property
    def deleted_by_people(self) -> int:
        """Deleted lines that no trace records."""
        return max(self.deleted - self.deleted_by_ai, 0)

    @property
    def delta_rate(self) -> float | None:
        """Raw lines that developers changed or left out, as a share of all raw lines."""
        return ratio(self.reworded + self.dropped, self.raw)

    @property
    def acceptance(self) -> float | None:
        """Raw lines that were kept, as a share of all raw lines."""
        return ratio(self.kept, self.raw)

    @property
    def landing(self) -> float | None:
        """Lines of models on the default branch, as a share of all raw lines."""
        return None if self.raw == 0 else min(self.landed / self.raw, 1.0)

    def share(self, cls: str) -> float | None:
        """The lines of a class as a share of the added lines."""
        return ratio(int(getattr(self, cls)), max(self.added, self.covered))


class WeekDelta(NamedTuple):
    """A week: the number of generations, the median of their delta rates, and its robust z-score.

    `z` is None where there are too few generations or other weeks.
    """

    week: str
    generations: int
    median: float
    z: float | None

    @property
    def is_spike(self) -> bool:
        """Whether the median is far above those of the other weeks."""
        return self.z is not None and self.z >= SPIKE


def place_in_band(rate: float | None) -> str | None:
    """`below`, `within` or `above` the usual band; None without a rate."""
    if rate is None:
        return None
    return "below" if rate < BAND[0] else "above" if rate > BAND[1] else "within"


class Survival(NamedTuple):
    """Survival of some lines. `at` has the share alive after each of HORIZONS, None where no line was
    followed for so long; `curve` has (days, share) at each removal.
    """

    lines: int
    alive: int
    at: tuple[float | None, ...]
    curve: tuple[tuple[float, float], ...]


class SessionCounts(NamedTuple):
    """SessionCounts of agents: those with a line on the default branch, with lines in other commits only, and
    those whose stored generations are in no commit.
    """

    shipped: int
    elsewhere: int
    abandoned: int


class LineLife(NamedTuple):
    """Lines of a model, with the moments of their commit and of their removal (None: alive), in seconds since
    1970.
    """

    model: str | None
    born: int
    died: int | None
    lines: int


class PromptTexts(NamedTuple):
    """A prompt with a name: how many different texts it had, and the first moment of them."""

    name: str
    texts: int
    since: str | None


class PromptEdits(NamedTuple):
    """How often a prompt with a name was edited; its first text is no edit."""

    name: str
    edits: int
    per_week: float


class FindingCount(NamedTuple):
    """Findings on the lines of a model and prompt key (None: of no trace), and the packages with
    vulnerabilities among them.
    """

    model: str | None
    prompt: str | None
    findings: int
    packages: tuple[str, ...]


class StatsAnswer(NamedTuple):
    """Numbers about the commits of a range. `names`: group → how it is shown, where that differs.

    `survival` and `by_model` are about all lines of traces on the default branch, as of its newest commit;
    `prompts` and `findings`, which are accepted ones, about all that the repository has. `open_findings` are
    those of the newest commit there, None where it was not judged.
    """

    range: str
    branch: str | None
    total: Counts
    group: str | None
    groups: dict[str, Counts]
    names: dict[str, str]
    weeks: list[WeekDelta]
    survival: Survival
    by_model: dict[str, Survival]
    sessions: SessionCounts
    prompts: list[PromptEdits]
    findings: list[FindingCount]
    open_findings: list[FindingCount] | None


def ratio(part: int, whole: int) -> float | None:
    """A share from 0 to 1; None of nothing."""
    return part / whole if whole > 0 else None
