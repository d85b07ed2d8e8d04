"""What pages say about a trace: prompt, model, moment, reviewers, and links to other pages."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain, islice

from gitprov.flow.index.files import FileRun
from gitprov.flow.index.report import ReportData
from gitprov.flow.pages.deltas import RawDeltas
from gitprov.model.answers.stats import ratio
from gitprov.model.exchange.index_rows import CommitEntry, TraceEntry
from gitprov.web.links import commit_page, session_page
from gitprov.web.pages import percent
from gitprov.web.raw import RawLine, raw_lines

Facts3 = tuple[str, str, "str | None"]
"""A term, its value, and the page it links to."""
#: Characters of a prompt on a card, whose page has all of it; names of reviewers.
_LONGEST, _MOST_NAMES = 700, 20


class CardFacts:
    """Facts of traces and commits for pages one directory below the top.

    `prompts`: trace → its place on the page of a prompt, from the top.
    """

    def __init__(
        self,
        data: ReportData,
        prompts: Mapping[str, str],
        listed: frozenset[str],
        deltas: RawDeltas | None = None,
    ) -> None:
        self.commits: Mapping[str, CommitEntry] = data.commits
        self.sessions: frozenset[str] = frozenset()
        self._deltas = deltas
        self._data = data
        self._prompts = prompts
        self._listed = listed
        self._reviewers: dict[tuple[str, str | None], dict[str, None]] = {}
        for row in data.reviews:
            self._reviewers.setdefault((row.oid, row.trace), {})[row.by] = None

    def prompt(self, trace: str) -> str | None:
        """The beginning of a trace's prompt; None where it is not in the index."""
        text = self.whole_prompt(trace)
        if text is None:
            return None
        return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"

    def whole_prompt(self, trace: str) -> str | None:
        """A trace's prompt; None where it is not in the index."""
        generation = self._data.generations.get(trace)
        digest = generation.prompt if generation else self._digest(trace)
        row = self._data.prompts.get(digest or "")
        return row.text if row else None

    def _digest(self, trace: str) -> str | None:
        return next((row.prompt for row in self._data.all_traces.get(trace, ()) if row.prompt), None)

    def of_trace(self, run: FileRun) -> list[Facts3]:
        """The facts of the origin of some lines of a model."""
        facts = run.facts
        trace = facts.trace or ""
        rows: list[Facts3] = [("Trace", trace, self.prompt_link(trace))]
        rows += [("Agent", facts.agent, None)] if facts.agent else []
        if facts.session:
            page = f"../{session_page(facts.session)}" if facts.session in self.sessions else None
            rows.append(("Session", facts.session, page))
        rows.append(("Moment", facts.at or "not recorded", None))
        if facts.prompt_version:
            rows.append(("Version", facts.prompt_version, None))
        if facts.human:
            rows.append(("For", facts.human, None))
        rows.append(("Reviewed by", self.reviewers(run.oid, trace) or "nobody recorded", None))
        delta = self.delta(self._data.all_traces.get(trace, ()))
        if delta is not None:
            rows.append(("Delta", percent(delta), None))
        if self.whole_prompt(trace) is None:
            rows.append(("Prompt", "not in this clone", None))
        rows += [("Evidence", facts.evidence, None)] if facts.evidence else []
        rows.append(("Commit", self.subject(run.oid), self.commit_link(run.oid)))
        return rows

    def raw(self, run: FileRun, path: str) -> list[RawLine]:
        """How the raw output of some lines' trace became the committed text, around the changes."""
        if self._deltas is None or run.facts.trace is None:
            return []
        answer = self._deltas.of(run.oid, run.facts.trace, path)
        return raw_lines(answer) if answer else []

    @staticmethod
    def delta(rows: tuple[()] | list[TraceEntry]) -> float | None:
        """The delta rate over some rows of traces."""
        changed = sum(row.edited + row.dropped for row in rows)
        return ratio(changed, changed + sum(row.kept for row in rows))

    def reviewers(self, oid: str, trace: str | None) -> str:
        """Who reviewed a trace in a commit, or the commit."""
        of_trace, whole = self._reviewers.get((oid, trace), {}), self._reviewers.get((oid, None), {})
        names = list(islice(chain(of_trace, (name for name in whole if name not in of_trace)), _MOST_NAMES))
        more = len(of_trace) + len(whole) - len(of_trace.keys() & whole.keys()) - len(names)
        return ", ".join(names) + (f" and {more} more" if more else "")

    def subject(self, oid: str) -> str:
        """The start of a commit's id, and its subject."""
        commit = self.commits.get(oid)
        return f"{oid[:10]} {commit.subject}" if commit else oid[:10]

    def commit_link(self, oid: str) -> str | None:
        """The page of a commit; None where the report has none."""
        return f"../{commit_page(oid)}" if oid in self._listed else None

    def prompt_link(self, trace: str) -> str | None:
        """The place of a trace on the page of its prompt."""
        place = self._prompts.get(trace)
        return f"../{place}" if place else None
