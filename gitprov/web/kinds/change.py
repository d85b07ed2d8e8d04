"""The page of a change, complete in one file: numbers, findings, prompts, and its added lines by class."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from markupsafe import Markup

from gitprov.flow.index.files import FileLines
from gitprov.flow.pages.change import ChangeData
from gitprov.model.answers.change import CLASSES, ChangeFile
from gitprov.model.answers.stats import place_in_band, ratio
from gitprov.model.finding import Finding
from gitprov.web import mixes
from gitprov.web.cards import CardFacts
from gitprov.web.highlight import html_lines
from gitprov.web.kinds.commits import Commits
from gitprov.web.mixes import BarPart
from gitprov.web.pages import Frame, Renderer

if TYPE_CHECKING:
    from gitprov.git.repo import Repository

#: Added lines that the page shows, of all files; findings, and traces with a prompt.
_MOST_LINES, _MOST_FINDINGS, _MOST_TRACES = 5000, 500, 500


class AddedLine(NamedTuple):
    """An added line; `starts`: it is the first of its run. `trace` is the place of its prompt, if any."""

    number: int
    cls: str
    letter: str
    starts: bool
    trace: str
    label: str
    html: Markup


class AddedFile(NamedTuple):
    """A file of the change; `hunks` are its added lines, neighbours together."""

    place: str
    file: ChangeFile
    mix: list[BarPart]
    title: str
    hunks: list[list[AddedLine]]
    hidden: int


class FindingOnPage(NamedTuple):
    """A finding; `link` leads to its line on the page."""

    severity: str
    finding: Finding
    where: str
    link: str | None


def page(repo: Repository, change: ChangeData) -> Callable[[], bytes]:
    """What makes the page."""

    def make() -> bytes:
        data = change.data
        frame = Frame.of(data.name, change.answer.range, data.tip, data.moment)._replace(pages=())
        return Renderer(frame).page("change.html", "", "", **values(repo, change))

    return make


def values(repo: Repository, change: ChangeData) -> dict[str, Any]:
    """The values of the template."""
    answer, data = change.answer, change.data
    traces = answer.traces[:_MOST_TRACES]
    builder = _Files(repo, {trace.trace for trace in traces})
    by_path = {file.path: file for file in data.files}
    files = [builder.file(number, row, by_path.get(row.path)) for number, row in enumerate(answer.files, 1)]
    cards = CardFacts(data, {}, frozenset())
    return {
        "answer": answer,
        "models": ratio(answer.lines["ai"] + answer.lines["edited"], answer.added),
        "coverage": ratio(answer.added - answer.lines["unknown"], answer.added),
        "classes": [(cls, answer.lines[cls], ratio(answer.lines[cls], answer.added)) for cls in CLASSES],
        "mix": mixes.parts(answer.lines),
        "place": place_in_band(answer.total.delta_rate),
        "findings": [_finding(row, files, cards) for row in answer.findings[:_MOST_FINDINGS]],
        "more_findings": max(len(answer.findings) - _MOST_FINDINGS, 0),
        "traces": traces,
        "more_traces": len(answer.traces) - len(traces),
        "commits": Commits(data).list_rows(),
        "files": files,
    }


def _finding(finding: Finding, files: list[AddedFile], cards: CardFacts) -> FindingOnPage:
    where = cards.subject(finding.commit) if finding.commit else "\u2013"
    if finding.path is None:
        return FindingOnPage(finding.severity, finding, where, None)
    where, link = finding.path, None
    file = next((row for row in files if row.file.path == finding.path), None)
    if finding.lines and file:
        where = f"{finding.path}:{finding.lines[0]}"
        numbers = {line.number for hunk in file.hunks for line in hunk}
        link = f"#{file.place}-{finding.lines[0]}" if finding.lines[0] in numbers else f"#{file.place}"
    return FindingOnPage(finding.severity, finding, where, link)


class _Files:
    """Builds the files of the page until it has enough lines."""

    def __init__(self, repo: Repository, traces: set[str]) -> None:
        self._repo = repo
        self._traces = traces
        self._remaining = _MOST_LINES

    def file(self, number: int, row: ChangeFile, file: FileLines | None) -> AddedFile:
        """The file with the number on the page."""
        lines = self._lines(file) if file is not None and file.runs else []
        hidden = (sum(row.lines.values()) if row.why is None else 0) - len(lines)
        hunks: list[list[AddedLine]] = []
        for line in lines:
            if not hunks or hunks[-1][-1].number != line.number - 1:
                hunks.append([])
            hunks[-1].append(line)
        title = mixes.words(row.lines)
        return AddedFile(f"f{number}", row, mixes.parts(row.lines), title, hunks, hidden)

    def _lines(self, file: FileLines) -> list[AddedLine]:
        texts = html_lines(file.path, self._repo.objects.blob(file.blob))
        out: list[AddedLine] = []
        for run in file.runs:
            cls, trace = run.facts.cls, run.facts.trace or ""
            label = f"{mixes.WORDS[cls]}, lines {run.first} to {run.last}"
            for n in range(run.first, min(run.last, len(texts)) + 1):
                if self._remaining <= 0:
                    return out
                self._remaining -= 1
                place = trace if trace in self._traces else ""
                out.append(AddedLine(n, cls, mixes.LETTERS[cls], n == run.first, place, label, texts[n - 1]))
        return out
