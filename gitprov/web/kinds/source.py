"""The values of the page of a file: its lines, each with the class of its origin and a card about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from markupsafe import Markup

from gitprov.flow.index.files import FileLines, FileRun
from gitprov.model.moments import day_of
from gitprov.web import mixes
from gitprov.web.cards import CardFacts, Facts3
from gitprov.web.kinds.findings import FindingRow
from gitprov.web.kinds.tree import lines_of
from gitprov.web.raw import RawLine

#: Lines of a part that the browser lays out only when it is near the screen.
_CHUNK = 100


class SourceLine(NamedTuple):
    """A line of a file; `starts`: it is the first of its run. `card` is the number of its card."""

    number: int
    cls: str
    letter: str
    starts: bool
    card: int
    label: str
    html: Markup


class SourceCard(NamedTuple):
    """What is recorded about lines of one origin. `facts` has (term, value, page or None); `raw` is the way
    from the model's output to the committed text.
    """

    number: int
    cls: str
    heading: str
    prompt: str | None
    facts: list[Facts3]
    raw: list[RawLine]


def values(
    file: FileLines, texts: Sequence[Markup], cards: CardFacts, findings: Sequence[FindingRow] = ()
) -> dict[str, Any]:
    """The values of the template; `texts` are all lines of the file as HTML."""
    numbers: dict[tuple[str, str | None, str], int] = {}
    shown: list[SourceCard] = []
    lines: list[SourceLine] = []
    for run in file.runs:
        key = (run.facts.cls, run.facts.trace, run.oid)
        if key not in numbers:
            numbers[key] = len(shown) + 1
            shown.append(_card(numbers[key], run, cards, file.path))
        lines += _lines(run, numbers[key], texts)
    chunks = [lines[start : start + _CHUNK] for start in range(0, len(lines), _CHUNK)]
    return {
        "path": file.path,
        "lines": file.lines,
        "summary": mixes.words(lines_of(file)),
        "chunks": chunks,
        "cards": shown,
        "findings": findings,
    }


def _lines(run: FileRun, card: int, texts: Sequence[Markup]) -> list[SourceLine]:
    cls = run.facts.cls
    label = f"{mixes.WORDS[cls]}, lines {run.first} to {run.last}"
    return [
        SourceLine(n, cls, mixes.LETTERS[cls], n == run.first, card, label, texts[n - 1])
        for n in range(run.first, min(run.last, len(texts)) + 1)
    ]


def _card(number: int, run: FileRun, cards: CardFacts, path: str) -> SourceCard:
    facts = run.facts
    if facts.trace is not None:
        heading = facts.model or facts.agent or "a model that is not recorded"
        raw = cards.raw(run, path) if facts.cls == "edited" else []
        return SourceCard(number, facts.cls, heading, cards.prompt(facts.trace), cards.of_trace(run), raw)
    rows: list[Facts3] = []
    if facts.cls == "declared":
        rows.append(("Declared", ", ".join(filter(None, (facts.agent, facts.model))) or "an agent", None))
    if facts.human:
        rows.append(("Typed by", facts.human, None))
    commit = cards.commits.get(run.oid)
    if commit is not None:
        rows += [("Author", commit.author, None), ("Date", day_of(commit.authored), None)]
    rows.append(("Commit", cards.subject(run.oid), cards.commit_link(run.oid)))
    return SourceCard(number, facts.cls, mixes.WORDS[facts.cls], None, rows, [])
