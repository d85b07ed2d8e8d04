"""An independent model of who wrote what, played against the arithmetic.

Every line has words of its own and a place of its own among all lines that ever were, so that its identity is never
in doubt. The model only moves records about; it knows nothing of diffs, folds or matching. After each commit both
must say the same of every line, and of what became of everybody's output.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import NamedTuple

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from gitprov.attribution.fold import fold
from gitprov.attribution.outcome import Outcome, outcome
from gitprov.attribution.state import Folded, FoldStep, begin
from gitprov.model.notes.spent import Spent
from gitprov.model.ranges import Hunk

WORDS = 8
MOST_REWORDINGS = 3
PLACE = st.floats(0, 1, exclude_max=True)
FEW = st.integers(0, 3)
CHANCE = st.randoms(use_true_random=False)
MODELS = ("ai", "edited")


class Line(NamedTuple):
    """One line as the model knows it.

    `place` orders all lines that ever were; versions of one line share it. `key` is the line of somebody's output
    that it is a version of. `source` and `cls` are None where no record speaks of the line.
    """

    words: tuple[str, ...]
    place: Fraction
    key: int
    indent: int = 0
    source: int | None = None
    cls: str | None = None
    reworded: int = 0

    @property
    def text(self) -> str:
        return " " * self.indent + " ".join(self.words) + "\n"


def data(lines: Iterable[Line]) -> bytes:
    """The content that lines make."""
    return "".join(line.text for line in lines).encode()


def texts(lines: Iterable[Line]) -> set[str]:
    """What the lines read."""
    return {line.text for line in lines}


def keys(lines: Iterable[Line]) -> set[int]:
    """Whose versions the lines are."""
    return {line.key for line in lines}


def added(old: list[Line], new: list[Line]) -> list[Hunk]:
    """The hunks between two lists in which no text stands twice and common texts keep their order."""
    before, after = [line.text for line in old], [line.text for line in new]
    both = set(before) & set(after)
    found, at, to = [], 0, 0
    for text in [*(text for text in before if text in both), None]:
        i = len(before) if text is None else before.index(text)
        j = len(after) if text is None else after.index(text)
        if i > at or j > to:
            found.append(Hunk(at, i - at, to, j - to))
        at, to = i + 1, j + 1
    return found


class Office(RuleBasedStateMachine):
    """A file, a model, a person whose editor reports, a person whose editor does not, and commits of parts."""

    def __init__(self) -> None:
        super().__init__()
        self.words = self.keys = self.sources = self.commits = 0
        self.head: list[Line] = []
        self.tree: list[Line] = []
        self.index: list[Line] | None = None
        self.reported = False
        self.inbox: list[FoldStep] = []
        self.marks: dict[int, Spent] = {}
        self.committed: set[int] = set()
        self.retired: list[Line] = []
        self.versions: set[Fraction] = set()

    @initialize(size=st.integers(0, 8))
    def start(self, size: int) -> None:
        """A first commit, made without records."""
        self.tree = self.new(0, size, None, None)
        self.head = list(self.tree)

    # -- making lines ----------------------------------------------------------------------------------------------

    def word(self) -> str:
        self.words += 1
        return f"w{self.words}"

    def new(self, at: int, count: int, source: int | None, cls: str | None) -> list[Line]:
        """Fresh lines for position `at` of the file."""
        low = self.tree[at - 1].place if at else Fraction(0)
        high = self.tree[at].place if at < len(self.tree) else low + 1
        made = []
        for n in range(count):
            self.keys += 1
            words = tuple(self.word() for _ in range(WORDS))
            place = low + (high - low) * Fraction(n + 1, count + 1)
            made.append(Line(words, place, self.keys, self.keys % 3, source, cls))
        return made

    def reworded(self, line: Line) -> Line:
        self.versions.add(line.place)
        words = [*line.words]
        words[line.reworded] = self.word()
        return line._replace(words=tuple(words), reworded=line.reworded + 1)

    def as_new(self, line: Line, source: int | None, cls: str | None) -> Line:
        self.keys += 1
        return line._replace(key=self.keys, source=source, cls=cls)

    def done(self, before: list[Line], recorded: bool, human: bool = True) -> None:
        """The file was changed; where it is `recorded`, an event says so."""
        self.reported = recorded
        if recorded:
            self.inbox.append(FoldStep(self.sources, data(before), data(self.tree), human))
            self.sources += 1

    def replace(self, place: float, gone: int, come: int, source: int | None, cls: str | None) -> None:
        at = int(place * (len(self.tree) + 1))
        fresh = self.new(at, come, source, cls)
        self.tree[at : at + gone] = fresh

    # -- what happens to the file ----------------------------------------------------------------------------------

    @rule(place=PLACE, gone=FEW, come=FEW)
    def model_edits(self, place: float, gone: int, come: int) -> None:
        """The model replaces lines, anybody's, by its own."""
        before = list(self.tree)
        self.replace(place, gone, come, self.sources, "ai")
        self.done(before, recorded=True, human=False)

    @precondition(lambda self: self.tree)
    @rule(place=PLACE)
    def model_rewords(self, place: float) -> None:
        """What the model rewords is the model's, whoever wrote it before."""
        before, at = list(self.tree), int(place * len(self.tree))
        if self.tree[at].reworded < MOST_REWORDINGS:
            line = self.as_new(self.reworded(self.tree[at]), self.sources, "ai")
            self.tree[at] = line
            self.done(before, recorded=True, human=False)

    @rule(place=PLACE, gone=FEW, come=FEW, recorded=st.booleans())
    def person_edits(self, place: float, gone: int, come: int, recorded: bool) -> None:
        """A person replaces lines by new ones: human where it is recorded, else of unknown origin."""
        before = list(self.tree)
        self.replace(place, gone, come, *((self.sources, "human") if recorded else (None, None)))
        self.done(before, recorded)

    @precondition(lambda self: self.tree)
    @rule(place=PLACE, recorded=st.booleans())
    def person_rewords(self, place: float, recorded: bool) -> None:
        """A reworded line of the model is an edited one; any other is a new line of whoever did it.

        Left out: a recorded rewording of a model's line that a commit is about to have.
        """
        before, at = list(self.tree), int(place * len(self.tree))
        line = self.tree[at]
        if line.reworded >= MOST_REWORDINGS or (recorded and line.key in keys(self.index or ())):
            return
        if line.cls in MODELS:
            self.tree[at] = self.reworded(line)._replace(cls="edited")
        else:
            self.tree[at] = self.as_new(
                self.reworded(line), *((self.sources, "human") if recorded else (None, None))
            )
        self.done(before, recorded)

    @precondition(lambda self: self.tree)
    @rule(place=PLACE, count=st.integers(1, 4), deeper=st.integers(1, 4), recorded=st.booleans())
    def person_indents(self, place: float, count: int, deeper: int, recorded: bool) -> None:
        """Re-indented lines stay whose they were."""
        before, at = list(self.tree), int(place * len(self.tree))
        for n in range(at, min(at + count, len(self.tree))):
            self.tree[n] = self.tree[n]._replace(indent=self.tree[n].indent + deeper)
        self.done(before, recorded)

    @precondition(lambda self: self.retired)
    @rule(which=CHANCE)
    def person_retypes(self, which: random.Random) -> None:
        """A line that one commit held and a later one deleted is typed again by hand: it is not the model's.

        Left out: lines of which there is another version, for the retyped one may be an edit of that.
        """
        line = which.choice(self.retired)
        if line.place not in self.versions | {
            one.place for one in (*self.tree, *self.head, *(self.index or ()))
        }:
            self.tree = sorted([*self.tree, line], key=lambda one: one.place)
            self.done([], recorded=False)

    # -- commits ---------------------------------------------------------------------------------------------------

    @precondition(lambda self: self.reported)
    @rule()
    def stage(self) -> None:
        """`git add` in the middle of a session; the file may change before the commit."""
        self.index = list(self.tree)

    @precondition(lambda self: self.index is not None)
    @rule(seen=st.booleans())
    def commit_staged(self, seen: bool) -> None:
        """What was staged is committed, whatever the file has become since."""
        self.commit(self.index or [], seen)

    @rule()
    def commit_all(self) -> None:
        """`git commit -a`."""
        self.commit(list(self.tree), True)

    @rule(seen=st.booleans(), chance=CHANCE)
    def commit_some(self, seen: bool, chance: random.Random) -> None:
        """`git add -p`: at each place where file and HEAD differ, one or the other."""
        old = {line.place: line for line in self.head}
        new = {line.place: line for line in self.tree}
        staged = []
        for place in sorted(old.keys() | new.keys()):
            line = (new if chance.random() < 0.5 else old).get(place)
            if line is not None:
                staged.append(line)
        self.commit(staged, seen)

    def commit(self, staged: list[Line], seen: bool) -> None:
        """What the arithmetic says of the commit is what the model knows."""
        self.commits += 1
        content = data(staged)
        spent = {source: marks.lines for source, marks in self.marks.items()}
        state = begin(data(self.head), content, spent)
        for step in self.inbox:
            state = fold(state, [step])
            assert len(state.origins) == state.content.count(b"\n")
        view = data(self.tree) if seen else None
        result = outcome(state, content, added(self.head, staged), view, self.marks)
        assert claims(result) == {
            n: (line.source, line.cls)
            for n, line in enumerate(staged, 1)
            if line.cls is not None and line.text not in texts(self.head)
        }
        self.check_tallies(result, state, staged, seen)
        self.keep_books(result, staged)

    def check_tallies(self, result: Outcome, state: Folded, staged: list[Line], seen: bool) -> None:
        """Each source's lines are kept, edited, dropped or pending, exactly as the model counts them."""
        assert set(result.tallies) == {step.source for step in self.inbox}
        for source, tally in result.tallies.items():
            here = [line for line in staged if line.source == source]
            waiting = {line.key for line in self.tree if line.source == source} - keys(here)
            assert len(tally.edited) == sum(line.cls == "edited" for line in here)
            if (
                source in state.people
            ):  # what HEAD took as an edit of a model's line may be told as a person's later
                mine, theirs = (
                    sum(line.cls == "human" for line in here),
                    sum(line.cls is None for line in staged),
                )
                assert mine <= len(tally.kept) <= mine + theirs
            else:
                assert len(tally.kept) == sum(line.cls == "ai" for line in here)
            if seen:
                assert len(tally.pending) == len(waiting)
            else:
                assert not tally.dropped
                assert len(tally.pending) >= len(waiting)
            marks = self.marks.get(source, Spent())
            parts = [set(tally.kept), set(tally.edited), set(tally.dropped), set(tally.pending)]
            whole = set().union(*parts)
            assert sum(map(len, parts)) == len(whole)
            replaced = {line + 1 for owner, line, _ in state.superseded if owner == source}
            made = {line + 1 for line in state.created[source]} - set(marks.lines)
            assert made - replaced - set(marks.dropped) <= whole <= made
            assert whole & replaced <= parts[0] | parts[1]
            assert tally.finished == (made - replaced <= parts[0] | parts[1])

    def keep_books(self, result: Outcome, staged: list[Line]) -> None:
        """What a commit leaves behind: lines are spent, finished events retire, HEAD moves on."""
        for source, tally in result.tallies.items():
            was = self.marks.get(source, Spent())
            assert not was.lines & (tally.kept | tally.edited), "one line, two commits"
            spent = was.lines | tally.kept | tally.edited | tally.replaced
            self.marks[source] = Spent(spent, (was.dropped | tally.dropped) - spent)
        done = {source for source, tally in result.tallies.items() if tally.finished}
        self.inbox = [step for step in self.inbox if step.source not in done]
        self.committed |= {line.key for line in staged if line.cls is not None}
        gone = texts(self.head) - texts(staged)
        self.retired += [line for line in self.head if line.text in gone and line.key in self.committed]
        self.head = [line._replace(source=None, cls=None) for line in staged]
        self.tree = [
            line._replace(source=None, cls=None) if line.key in self.committed else line for line in self.tree
        ]
        self.index = None
        self.reported = False


def claims(result: Outcome) -> dict[int, tuple[int, str]]:
    """Committed line (1-based) → its source and class; no line has two."""
    said: dict[int, tuple[int, str]] = {}
    for source, classes in result.lines.items():
        for cls, lines in classes.items():
            for n in lines:
                assert n not in said, "two claims on one line"
                said[n] = (source, cls)
    return said


TestOffice = Office.TestCase
TestOffice.settings = settings(max_examples=100, stateful_step_count=25, deadline=None)


@pytest.mark.parametrize("seed", range(60))
def test_long_stories(seed: int) -> None:
    """Stories of 150 steps by plain chance, in which every kind of edit meets every kind of commit."""
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    office = Office()
    office.start(size=chance.randrange(9))
    for _ in range(150):
        act = chance.choice([*EDITS, *EDITS, *COMMITS])
        act(office, chance)
    assert office.commits > 3


def _few(chance: random.Random) -> int:
    return chance.randrange(4)


EDITS: list[Callable[[Office, random.Random], None]] = [
    lambda o, c: o.model_edits(place=c.random(), gone=_few(c), come=1 + _few(c)),
    lambda o, c: o.model_edits(place=c.random(), gone=0, come=1 + _few(c)),
    lambda o, c: o.person_edits(place=c.random(), gone=_few(c), come=_few(c), recorded=c.random() < 0.5),
    lambda o, c: o.person_rewords(place=c.random(), recorded=c.random() < 0.5) if o.tree else None,
    lambda o, c: o.person_rewords(place=c.random(), recorded=c.random() < 0.5) if o.tree else None,
    lambda o, c: o.model_rewords(place=c.random()) if o.tree else None,
    lambda o, c: (
        o.person_indents(place=c.random(), count=1 + _few(c), deeper=2, recorded=c.random() < 0.5)
        if o.tree
        else None
    ),
    lambda o, c: o.person_retypes(which=c) if o.retired else None,
]
COMMITS: list[Callable[[Office, random.Random], None]] = [
    lambda o, _: o.stage() if o.reported else None,
    lambda o, c: o.commit_staged(seen=c.random() < 0.5) if o.index is not None else None,
    lambda o, c: o.commit_some(seen=c.random() < 0.5, chance=c),
    lambda o, _: o.commit_all(),
]
