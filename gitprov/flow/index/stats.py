"""What `gitprov stats` answers: numbers about the lines of a range of commits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from gitprov.attribution.statistics import deltas
from gitprov.attribution.statistics.churn import finding_counts, prompt_churn
from gitprov.attribution.statistics.shares import NAMELESS, OF_COMMITS, RecordedLines
from gitprov.attribution.statistics.sums import COUNTED, DECLARED, TRACE
from gitprov.attribution.statistics.survival import survivals
from gitprov.flow.index.findings import ACCEPTED, OPEN
from gitprov.flow.index.update import key_of
from gitprov.git.history.facts import listed, selected
from gitprov.model.answers.stats import Counts, SessionCounts, StatsAnswer
from gitprov.store.index.recorded import RecordReader
from gitprov.store.index.totals import GenerationDelta, GroupKey, Totals

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
        state = reader.state
        totals = Totals(connection, state.repo, _scope(repo, reader, revisions))
        total = _counts(totals, None).get("", Counts())
        groups = _grouped(totals, group, total) if group else {}
        names = _prompt_names(totals) if group == "prompt" else {}
        rates, lives, prompts = totals.deltas(), totals.lives(), totals.named_prompts()
        shipped, committed = totals.sessions()
        sessions = SessionCounts(len(shipped), len(committed - shipped), totals.abandoned())
        findings = totals.findings()
        tip = reader.committed(state.tip) or 0
    lines, lines_of_models = survivals(lives, tip)
    return StatsAnswer(
        " ".join(revisions) or "HEAD",
        state.branch,
        total,
        group,
        groups,
        names,
        deltas.weekly(_rates(rates)),
        lines,
        lines_of_models,
        sessions,
        prompt_churn(prompts, tip),
        finding_counts(row for row in findings if row.state == ACCEPTED),
        finding_counts(row for row in findings if row.state == OPEN) if state.judged else None,
    )


def _scope(repo: Repository, reader: RecordReader, revisions: Sequence[str]) -> frozenset[str] | None:
    """The commits that the revisions select; None for those of the default branch as it is indexed."""
    head = repo.resolve("HEAD")
    if not revisions and head is not None and head == reader.state.tip:
        return None
    return frozenset(selected(repo, revisions or ["HEAD"])) if revisions or head else frozenset()


def _counts(totals: Totals, group: GroupKey | None) -> dict[str, Counts]:
    """Group → counts, sorted by group."""
    rows = totals.counts(COUNTED, group)
    names = (*COUNTED, "landed", "commits")
    return {name: Counts(**dict(zip(names, rows[name], strict=True))) for name in sorted(rows)}


def _grouped(totals: Totals, group: str, total: Counts) -> dict[str, Counts]:
    """Group → counts as `shares.by` has them."""
    if group in OF_COMMITS:
        return _counts(totals, GroupKey(group))
    column = "key" if group == "prompt" else group
    sources = (TRACE,) if group == "prompt" else (TRACE, DECLARED)
    groups = _counts(totals, GroupKey(column, NAMELESS, sources))
    return {name: counts._replace(added=total.added, human=0) for name, counts in groups.items()}


def _rates(rows: Iterable[GenerationDelta]) -> list[tuple[str, float]]:
    """(week, delta rate) of each generation."""
    sums: dict[str, GenerationDelta] = {}
    for row in rows:
        before = sums.get(row.trace)
        if before is not None:
            changed, raw = before.changed + row.changed, before.raw + row.raw
            row = GenerationDelta(row.trace, row.week or before.week, changed, raw)  # noqa: PLW2901 - the sum
        sums[row.trace] = row
    return [(row.week, row.changed / row.raw) for row in sums.values() if row.week is not None]


def _prompt_names(totals: Totals) -> dict[str, str]:
    """Prompt key → the beginning of its text, as far as the index has it."""
    return {key: " ".join(text.split())[:80] for key, text in totals.prompt_texts().items()}
