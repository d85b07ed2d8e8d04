"""The note of a coming commit: rows from evidence, file by file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gitprov.attribution import note_rows
from gitprov.errors import Damaged
from gitprov.flow.evidence import attribute
from gitprov.flow.evidence.attribute import FileResult
from gitprov.model import ids
from gitprov.model.canonical import JsonObject
from gitprov.model.event import Event
from gitprov.model.notes.rows import HumanRow, LineRow, NoteRow, ReviewRow, TraceRow, files_entry
from gitprov.store import generations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitprov.flow.context import CommitContext
    from gitprov.model.notes.note import Note


class EvidenceRows:
    """Makes the rows of a commit's note from the results of its files.

    `trace`: event seq → the generation that it is in. `records`: the records of new generations; those of
    earlier commits are added as they are read. `amended`: the note of the commit that is replaced.
    """

    def __init__(
        self,
        context: CommitContext,
        results: list[FileResult],
        trace: Mapping[int, str],
        records: dict[str, JsonObject],
        amended: Note | None,
    ) -> None:
        self._context = context
        self._results = results
        self._trace = trace
        self.records = records
        self._amended = amended

    def rows(self) -> list[NoteRow]:
        """The rows, by trace id, and the reviews of the amended note that still hold."""
        rows_by_key: dict[tuple[str, str], LineRow] = {}
        for result in self._results:
            for source, row in self._file_rows(result):
                key = row.identity
                carried = source >= attribute.CARRIED
                rows_by_key[key] = (
                    note_rows.add(rows_by_key[key], row, carried) if key in rows_by_key else row
                )
        before = self._amended.traces if self._amended else {}
        kept = [note_rows.settled(row, before.get(row.id)) for row in rows_by_key.values()]
        rows = sorted((row for row in kept if row.files), key=lambda row: row.id)
        return [*rows, *self._reviews({row.id for row in rows})]

    def _reviews(self, traces: set[str]) -> list[ReviewRow]:
        """Reviews of the amended commit's traces that this commit still has."""
        reviews = self._amended.of(ReviewRow).values() if self._amended else ()
        return [row for row in reviews if row.trace in traces]

    def _file_rows(self, result: FileResult) -> Iterable[tuple[int, LineRow]]:
        lines, tallies, bounded = result.outcome
        groups: dict[tuple[str, str], list[int]] = {}
        for source in tallies:
            if source in result.events:
                owner = self._owner(result.events[source])
                groups.setdefault(owner, []).append(source)
        for (kind, name), sources in groups.items():
            claims = note_rows.together(lines.get(source, {}) for source in sources)
            if kind == "human":
                files = {result.path: files_entry(claims)}
                yield sources[0], HumanRow.make(ids.human_id(name), author=name, files=files)
            elif name:
                trace_tallies = [tallies[source] for source in sources]
                entry = files_entry(claims, sum(tally.gone for tally in trace_tallies), bounded)
                row = self._trace_row(name, [result.events[one] for one in sources], {result.path: entry})
                yield sources[0], row.replace(delta=note_rows.delta(trace_tallies))
        for source, carried in result.carried.items():
            rest = note_rows.carried_row(
                carried, result.path, lines.get(source, {}), tallies[source], bounded
            )
            yield source, rest

    def _owner(self, event: Event) -> tuple[str, str]:
        """Kind of row, and author or trace id; the id is empty where a model's event is in no generation."""
        if event.type == "human":
            return "human", event.human or self._context.human()
        return "trace", self._trace.get(event.seq, "")

    def _trace_row(self, trace: str, events: list[Event], files: dict[str, JsonObject]) -> TraceRow:
        """The row of a generation for a file that these of its events wrote."""
        event = events[0]
        record = self._record(trace)
        prompt = record.get("prompt") or {}
        return TraceRow.make(
            trace,
            agent=(record.get("agent") or {}).get("name") or event.agent,
            model=record.get("model") or event.model,
            session=record.get("session") or event.session,
            at=record.get("at") or event.at,
            prompt=prompt.get("digest"),
            key=record.get("key"),
            prompt_version=prompt.get("version"),
            human=record.get("human"),
            evidence="swept" if any(event.is_swept for event in events) else "captured",
            files=files,
        )

    def _record(self, trace: str) -> JsonObject:
        """The record of a generation of this or an earlier commit; empty where it is missing or damaged."""
        if trace not in self.records:
            try:
                self.records[trace] = generations.record(self._context.repo, trace) or {}
            except Damaged:
                self.records[trace] = {}
        return self.records[trace]
