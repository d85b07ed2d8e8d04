"""What `gitprov stats` answers: numbers about the lines of a range of commits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gitprov.attribution.statistics import deltas, shares
from gitprov.attribution.statistics.shares import RecordedLines
from gitprov.attribution.statistics.survival import by_model, lifetimes, survival
from gitprov.flow.index.update import key_of
from gitprov.git.history.facts import listed, selected
from gitprov.model.answers.stats import SessionCounts, StatsAnswer
from gitprov.store.index.recorded import RecordReader

if TYPE_CHECKING:
    from gitprov.git.repo import Repository
    from gitprov.store.index.database import Connection, Database


def reader_of(repo: Repository, base: Database, connection: Connection) -> RecordReader:
    """The rows of this repository in an index."""
    return RecordReader(connection, key_of(repo) if base.shared else "clone")


def recorded(repo: Repository, reader: RecordReader, revisions: Sequence[str]) -> RecordedLines:
    """What the index has about the commits that the revisions select, all of HEAD without any."""
    if revisions or repo.resolve("HEAD") is not None:
        oids = frozenset(selected(repo, revisions or ["HEAD"]))
    else:
        oids = frozenset()
    tip = reader.state.tip
    landed = oids & frozenset(listed(repo, [tip])) if tip else frozenset()
    commits, changes, traces = reader.commits(oids), reader.changes(oids), reader.traces(oids)
    return RecordedLines(commits, changes, traces, reader.ranges(oids), reader.dropped(oids), landed)


def stats(repo: Repository, base: Database, revisions: Sequence[str], group: str | None) -> StatsAnswer:
    """Numbers about the commits that the revisions select; `group`: a name in GROUPS, None for none."""
    with base.reading() as connection:
        reader = reader_of(repo, base, connection)
        rows = recorded(repo, reader, revisions)
        lines = reader.survivors()
        traces = reader.traces()
        sessions = _sessions(reader, rows)
        names = _prompt_names(reader) if group == "prompt" else {}
        tip = next((row.committed for row in reader.commits() if row.oid == reader.state.tip), 0)
    models = {row.trace: row.model for row in traces}
    return StatsAnswer(
        " ".join(revisions) or "HEAD",
        reader.state.branch,
        shares.total(rows),
        group,
        shares.by(rows, group) if group else {},
        names,
        deltas.weekly(deltas.generation_rates(rows.traces)),
        survival(lifetimes(lines, tip)),
        by_model(lines, models, tip),
        sessions,
    )


def _prompt_names(reader: RecordReader) -> dict[str, str]:
    """Prompt key → the beginning of its text, as far as the index has it."""
    texts = {row.digest: row.text for row in reader.prompts() if row.text}
    return {
        row.key: " ".join(texts[row.prompt].split())[:80]
        for row in reader.generations()
        if row.key is not None and row.prompt in texts
    }


def _sessions(reader: RecordReader, rows: RecordedLines) -> SessionCounts:
    shipped = {row.session for row in rows.traces if row.session and row.oid in rows.landed}
    committed = {row.session for row in rows.traces if row.session}
    everywhere = {row.session for row in reader.traces() if row.session}
    stored = {row.session for row in reader.generations() if row.session}
    return SessionCounts(len(shipped), len(committed - shipped), len(stored - everywhere))
