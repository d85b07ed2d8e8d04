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
#: Origins of a file's lines that have a card of their own.
_MOST_CARDS = 1_000


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
    lines: list[str] = []
    for run in file.runs:
        key = (run.facts.cls, run.facts.trace, run.oid)
        if key not in numbers:
            numbers[key] = len(numbers) + 1
            if numbers[key] <= _MOST_CARDS:
                shown.append(_card(numbers[key], run, cards, file.path))
        lines += _lines(run, numbers[key], texts)
    chunks = [
        Markup("".join(lines[start : start + _CHUNK]))  # noqa: S704 - of `_lines`, which escapes
        for start in range(0, len(lines), _CHUNK)
    ]
    return {
        "path": file.path,
        "lines": file.lines,
        "summary": mixes.words(lines_of(file)),
        "chunks": chunks,
        "cards": shown,
        "more": len(numbers) - len(shown),
        "findings": findings,
    }


def _lines(run: FileRun, card: int, texts: Sequence[Markup]) -> list[str]:
    """The HTML of the lines of a run: number, mark of the class, text. A template takes five times as long.

    Nothing in it is from outside but the texts, which are HTML. The mark of the first line leads to the card.
    """
    cls, letter = run.facts.cls, mixes.LETTERS[run.facts.cls]
    mark = f"<i class={cls}>{letter}</i>"
    title = f'aria-label="{mixes.WORDS[cls]}, lines {run.first} to {run.last}"'
    start = f'<a class="b {cls}" href="#t{card}" {title}>{letter}</a>'
    if card > _MOST_CARDS:
        start = mark
    return [
        f"<div id=L{n} data-t={card}><u>{n}</u>{start if n == run.first else mark}"
        f"<code>{texts[n - 1]}</code></div>"
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
