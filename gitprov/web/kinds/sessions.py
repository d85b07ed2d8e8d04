"""The values of the list of sessions, and of the page of one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from gitprov.flow.index.report import ReportData
from gitprov.model.answers.stats import ratio
from gitprov.model.exchange.index_rows import GenerationEntry, SurvivorEntry, TraceEntry
from gitprov.web.cards import CardFacts
from gitprov.web.kinds.list_pages import SMALL, ListPage, list_pages
from gitprov.web.links import commit_page, file_page, lines_place, session_page

STATES = ("shipped", "elsewhere", "abandoned")
STATE_WORDS = {
    "shipped": "lines of it are on the default branch",
    "elsewhere": "committed, not on the default branch",
    "abandoned": "recorded, and in no commit",
}
#: Sessions that have a page, the newest ones; rows of a table on a page.
MOST, _MOST_ROWS = 2000, 500


class SessionRow(NamedTuple):
    """A session in the list. `alive` counts lines on the default branch."""

    name: str
    page: str
    state: str
    agents: str
    models: str
    people: str
    turns: int
    raw: int
    delta: float | None
    alive: int
    first: str
    last: str


class SessionTurn(NamedTuple):
    """A generation of a session."""

    trace: str
    prompt: str
    page: str | None
    model: str
    at: str
    raw: int
    delta: float | None
    commits: list[tuple[str, str | None]]


class SessionLines(NamedTuple):
    """A file with lines of a session that are alive; `page` leads to the first of them."""

    path: str
    page: str | None
    runs: int
    lines: int


class SessionPages:
    """The sessions of a report: those of the range's traces, and those in no commit."""

    def __init__(self, data: ReportData, cards: CardFacts, listed: frozenset[str]) -> None:
        self._data = data
        self._cards = cards
        self._listed = listed
        self._paths = {file.path for file in data.files if not file.why}
        self._traces = _by_session(data.rows.traces)
        everywhere = {row.session for rows in data.all_traces.values() for row in rows}
        stored = _by_session(data.generations.values())
        self._stored = {name: rows for name, rows in stored.items() if name not in everywhere}
        self._alive: dict[str, list[SurvivorEntry]] = {}
        for line in data.survivors:
            if line.first:
                self._alive.setdefault(line.trace, []).append(line)
        rows = [self._row(name) for name in {**self._traces, **self._stored}]
        self.rows = sorted(rows, key=lambda row: (row.last, row.name), reverse=True)
        self._by_name = {row.name: row for row in self.rows}
        self.shown = [row.name for row in self.rows[:MOST]]

    def _row(self, name: str) -> SessionRow:
        rows: Sequence[TraceEntry | GenerationEntry] = self._traces.get(name) or self._stored[name]
        traces = self._traces.get(name, [])
        moments = sorted(row.at or "" for row in rows)
        names = {row.trace for row in rows}
        alive = sum(line.lines for trace in names for line in self._alive.get(trace, ()))
        return SessionRow(
            name, session_page(name), self._state(name), _joined(row.agent for row in rows),
            _joined(row.model for row in rows), _joined(row.human for row in rows), len(names),
            sum(row.raw for row in rows), CardFacts.delta(traces), alive,
            _minute(moments[0]), _minute(moments[-1]),
        )  # fmt: skip

    def _state(self, name: str) -> str:
        if name not in self._traces:
            return "abandoned"
        landed = any(row.oid in self._data.rows.landed for row in self._traces[name])
        return "shipped" if landed else "elsewhere"

    def lists(self) -> dict[str, list[ListPage]]:
        """State → the pages of its list, the newest sessions first; all lists begin on the same page."""
        shown = self.rows[:MOST]
        return {
            state: list_pages(
                f"sessions-{state}", [row for row in shown if row.state == state], SMALL, "sessions.html"
            )
            for state in STATES
        }

    def list_values(self, parts: Mapping[str, ListPage]) -> dict[str, Any]:
        """The values of a page with a part of some lists, by state."""
        counts = Counter(row.state for row in self.rows[:MOST])
        groups = [(state, STATE_WORDS[state], part, counts[state]) for state, part in parts.items()]
        total = len(self.rows)
        return {"groups": groups, "total": total, "more": total - len(self.shown)}

    def page_values(self, name: str) -> dict[str, Any]:
        """The values of the page of a session."""
        row = self._by_name[name]
        rows: dict[str, list[TraceEntry | GenerationEntry]] = {}
        for entry in self._traces.get(name) or self._stored[name]:
            rows.setdefault(entry.trace, []).append(entry)
        turns = sorted(rows, key=lambda trace: (rows[trace][0].at or "", trace))
        generations = [self._data.generations[trace] for trace in turns if trace in self._data.generations]
        return {
            "row": row,
            "words": STATE_WORDS[row.state],
            "input_tokens": sum(entry.input_tokens or 0 for entry in generations),
            "output_tokens": sum(entry.output_tokens or 0 for entry in generations),
            "turns": [self._turn(trace, rows[trace]) for trace in turns[:_MOST_ROWS]],
            "more": max(len(turns) - _MOST_ROWS, 0),
            "alive": self._living(turns)[:_MOST_ROWS],
        }

    def _turn(self, trace: str, rows: Sequence[TraceEntry | GenerationEntry]) -> SessionTurn:
        row = rows[0]
        held = [entry for entry in rows if isinstance(entry, TraceEntry)]
        oids = list(dict.fromkeys(entry.oid for entry in held))
        commits = [(oid, f"../{commit_page(oid)}" if oid in self._listed else None) for oid in oids]
        changed = sum(entry.edited + entry.dropped for entry in held)
        return SessionTurn(
            trace, self._cards.prompt(trace) or "the prompt is not in this clone",
            self._cards.prompt_link(trace),
            row.model or "\u2013", _minute(row.at or ""), sum(entry.raw for entry in rows),
            ratio(changed, changed + sum(entry.kept for entry in held)), commits,
        )  # fmt: skip

    def _living(self, traces: Iterable[str]) -> list[SessionLines]:
        lines: dict[str, list[SurvivorEntry]] = {}
        for trace in traces:
            for line in self._alive.get(trace, ()):
                lines.setdefault(line.path, []).append(line)
        out = []
        for path, rows in sorted(lines.items()):
            first = min(rows, key=lambda row: row.first)
            place = lines_place(first.first, first.first + first.lines - 1)
            page = f"../{file_page(path)}{place}" if path in self._paths else None
            out.append(SessionLines(path, page, len(rows), sum(row.lines for row in rows)))
        return out


def _by_session(rows: Iterable[Any]) -> dict[str, list[Any]]:
    out: dict[str, list[Any]] = {}
    for row in rows:
        if row.session:
            out.setdefault(row.session, []).append(row)
    return out


def _joined(names: Iterable[str | None]) -> str:
    counts = Counter(name for name in names if name)
    return ", ".join(sorted(counts, key=lambda name: (-counts[name], name))) or "\u2013"


def _minute(moment: str) -> str:
    return moment[:16].replace("T", " ") or "not recorded"
