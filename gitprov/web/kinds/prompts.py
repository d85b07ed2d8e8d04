"""The values of the list of prompts, and of the page of one with its versions and generations."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from gitprov.flow.index.report import ReportData
from gitprov.model.answers.stats import ratio
from gitprov.model.exchange.index_rows import SurvivorEntry, TraceEntry
from gitprov.web.kinds.commits import Commits
from gitprov.web.kinds.list_pages import ListPage, list_pages
from gitprov.web.links import commit_page, file_page, prompt_page

_WORD = re.compile(r"\s+|\w+|\W")
#: Versions, generations and places of living lines of a prompt that its page shows.
_MOST_VERSIONS, _MOST_ROWS = 30, 500
#: Characters of two texts that are compared word by word.
_COMPARED = 8000
_NAME = 90


class PromptRow(NamedTuple):
    """A prompt in the list."""

    name: str
    page: str
    versions: int
    generations: int
    delta: float | None
    alive: int
    last: str


class VersionOnPage(NamedTuple):
    """One text of a prompt; `diff` has (sign, text) against the one before."""

    name: str
    day: str
    generations: int
    delta: float | None
    text: str | None
    diff: list[tuple[str, str]]


class PromptGeneration(NamedTuple):
    """A generation of a prompt."""

    trace: str
    model: str
    agent: str
    at: str
    raw: int
    delta: float | None
    commits: list[tuple[str, str | None]]


class LivingRow(NamedTuple):
    """Lines of a prompt that are alive; `is_listed`: their trace is among the generations on the page."""

    path: str
    page: str | None
    run: str
    lines: int
    trace: str
    is_listed: bool


class PromptPages:
    """The prompts of a report. A prompt is a name that its script gave it, else one text.

    Prompts of listed traces have pages. `links` has the place of each trace whose prompt has a page: its row,
    or the page alone where it does not list the trace, which is none of the newest.
    """

    def __init__(self, data: ReportData, commits: Commits) -> None:
        self._data = data
        self._listed = commits.listed
        self._paths = {file.path for file in data.files if not file.why}
        self._traces: dict[str, list[TraceEntry]] = {}
        for row in data.rows.traces:
            self._traces.setdefault(row.trace, []).append(row)
        self._members: dict[str, list[str]] = {}
        for trace in self._traces:
            self._members.setdefault(self._group(trace), []).append(trace)
        self._names = sorted({self._group(trace) for trace in commits.traces})
        for group in self._names:
            self._members[group].sort(key=lambda trace: (self._traces[trace][0].at or "", trace))
        self.links = {trace: link for group in self._names for trace, link in self._places(group)}
        self._alive: dict[str, list[SurvivorEntry]] = {}
        for line in data.survivors:
            if line.first:
                self._alive.setdefault(line.trace, []).append(line)

    def _digest(self, trace: str) -> str | None:
        generation = self._data.generations.get(trace)
        return generation.prompt if generation else self._traces[trace][0].prompt

    def _group(self, trace: str) -> str:
        digest = self._digest(trace)
        row = self._data.prompts.get(digest or "")
        return f"name:{row.name}" if row and row.name else digest or trace

    def _places(self, group: str) -> Iterator[tuple[str, str]]:
        page, traces = prompt_page(group), self._members[group]
        yield from ((trace, page) for trace in traces[:-_MOST_ROWS])
        yield from ((trace, f"{page}#{trace}") for trace in traces[-_MOST_ROWS:])

    def names(self) -> list[str]:
        """The prompts that have pages, by their names."""
        return self._names

    def shown(self, group: str) -> str:
        """The name of a prompt on a page."""
        if group.startswith("name:"):
            return group.removeprefix("name:")
        row = self._data.prompts.get(group)
        text = " ".join((row.text if row and row.text else "").split())
        return (
            text if len(text) <= _NAME else text[: _NAME - 1] + "…"
        ) or f"a prompt that is not here ({group[:20]})"

    def text(self, group: str) -> str:
        """All texts of a prompt, and the ids of its generations."""
        rows = (self._data.prompts.get(self._digest(trace) or "") for trace in self._members[group])
        texts = dict.fromkeys(row.text for row in rows if row and row.text)
        return " ".join([*texts, *self._members[group]])

    def lists(self) -> list[ListPage]:
        """The pages of the list, the prompts with most lines alive first."""
        rows = [self._row(group) for group in self._names]
        ordered = sorted(rows, key=lambda row: (-row.alive, -row.generations, row.name, row.page))
        return list_pages("prompts", ordered)

    def list_values(self, part: ListPage) -> dict[str, Any]:
        """The values of a page of the list."""
        total = len(self._members)
        return {"part": part, "rows": part.rows, "total": total, "more": total - len(self._names)}

    def _row(self, group: str) -> PromptRow:
        traces = self._members[group]
        moments = [row.at or "" for trace in traces for row in self._traces[trace]]
        alive = sum(line.lines for trace in traces for line in self._alive.get(trace, ()))
        versions = {self._digest(trace) for trace in traces}
        page = prompt_page(group)
        name = self.shown(group)
        return PromptRow(
            name, page, len(versions), len(traces), self._delta(traces), alive, max(moments)[:10]
        )

    def _delta(self, traces: Sequence[str]) -> float | None:
        rows = [row for trace in traces for row in self._traces[trace]]
        changed = sum(row.edited + row.dropped for row in rows)
        return ratio(changed, changed + sum(row.kept for row in rows))

    def page_values(self, group: str) -> dict[str, Any]:
        """The values of the page of a prompt."""
        traces = self._members[group]
        versions = self._versions(traces)
        lines = [line for trace in traces for line in self._alive.get(trace, ())]
        ordered = sorted(lines, key=lambda line: (line.path, line.first))
        return {
            "name": self.shown(group),
            "delta": self._delta(traces),
            "versions": versions[::-1][:_MOST_VERSIONS],
            "more_versions": max(len(versions) - _MOST_VERSIONS, 0),
            "generations": [self._generation(trace) for trace in traces[: -_MOST_ROWS - 1 : -1]],
            "more_generations": max(len(traces) - _MOST_ROWS, 0),
            "alive": [self._living(line) for line in ordered[:_MOST_ROWS]],
            "alive_lines": sum(line.lines for line in lines),
        }

    def _versions(self, traces: Sequence[str]) -> list[VersionOnPage]:
        """The texts of a prompt in the order of their first use."""
        by_digest: dict[str, list[str]] = {}
        for trace in traces:
            by_digest.setdefault(self._digest(trace) or trace, []).append(trace)
        out: list[VersionOnPage] = []
        for number, (digest, members) in enumerate(by_digest.items(), 1):
            row = self._data.prompts.get(digest)
            text = row.text if row else None
            first = self._traces[members[0]][0]
            before = out[-1].text if out else None
            diff = word_diff(before, text) if before is not None and text is not None else []
            version = f"{number}. {first.version or ''}".strip()
            name = f"Version {version}"
            out.append(
                VersionOnPage(name, (first.at or "")[:10], len(members), self._delta(members), text, diff)
            )
        return out

    def _generation(self, trace: str) -> PromptGeneration:
        rows = self._traces[trace]
        row = rows[0]
        commits = [(oid, f"../{commit_page(oid)}" if oid in self._listed else None) for oid in _oids(rows)]
        return PromptGeneration(
            trace, row.model or "\u2013", row.agent or "\u2013", (row.at or "")[:16].replace("T", " "),
            sum(row.raw for row in rows), self._delta([trace]), commits,
        )  # fmt: skip

    def _living(self, line: SurvivorEntry) -> LivingRow:
        last = line.first + line.lines - 1
        run = f"{line.first}-{last}" if line.lines > 1 else str(line.first)
        page = f"../{file_page(line.path)}#L{run}" if line.path in self._paths else None
        return LivingRow(line.path, page, run, line.lines, line.trace, "#" in self.links[line.trace])


def _oids(rows: Sequence[TraceEntry]) -> list[str]:
    return list(dict.fromkeys(row.oid for row in rows))


def word_diff(old: str, new: str) -> list[tuple[str, str]]:
    """What became of a text, word by word: (`=`, `-` or `+`, text). Long texts are replaced as a whole."""
    if len(old) + len(new) > _COMPARED:
        return [("-", old), ("+", new)]
    before, after = _WORD.findall(old), _WORD.findall(new)
    out: list[tuple[str, str]] = []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            out.append(("=", "".join(before[a:b])))
            continue
        out += [
            (sign, text) for sign, text in (("-", "".join(before[a:b])), ("+", "".join(after[c:d]))) if text
        ]
    return out
