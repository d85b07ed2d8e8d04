"""Open findings in the index: the files at the newest commit of the default branch, judged on request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from gitprov.attribution.statistics.shares import RecordedLines
from gitprov.errors import GitprovError
from gitprov.flow.index.files import files_of
from gitprov.flow.index.findings import ACCEPTED, OPEN
from gitprov.flow.index.stats import reader_of
from gitprov.flow.pages.findings import open_findings, subjects_of
from gitprov.model.exchange.index_rows import FindingEntry
from gitprov.store.index import read
from gitprov.store.index.load import Writer
from gitprov.store.index.totals import Totals

if TYPE_CHECKING:
    from gitprov.git.repo import Repository
    from gitprov.model.finding import Finding
    from gitprov.store.index.database import Database

#: Commits past the gate and dropped traces are rows of the index already.
_NO_RECORDS = RecordedLines((), (), (), (), (), frozenset())


def judge(repo: Repository, base: Database) -> int:
    """Judge the files at the indexed tip of the default branch, and keep their open findings; how many.

    They are those in models' lines of checks that need no network. GitprovError where a check's library is
    missing, and where another indexer has changed the index meanwhile.
    """
    with base.reading() as connection:
        state = reader_of(repo, base, connection).state
    if state.tip is None:
        return 0
    answer = open_findings(repo, subjects_of(repo, files_of(repo, state.tip)), _NO_RECORDS)
    if answer.missing:
        raise GitprovError(f"findings are not judged: {answer.missing}", "pip install 'gitprov[checks]'")
    with base.writing() as connection:
        writer = Writer(connection, state.key)
        if writer.state != state:
            raise GitprovError("the index has changed while findings were judged", "gitprov index --findings")
        models = {row.trace: row.model for row in reader_of(repo, base, connection).traces()}
        keys = read.keys(connection, state.repo, {row.trace for row in answer.findings if row.trace})
        accepted = [row for row in Totals(connection, state.repo, None).findings() if row.state == ACCEPTED]
        judged = [_entry(state.repo, row, models, keys) for row in answer.findings]
        writer.clear(FindingEntry)
        writer.add([*accepted, *judged])
        writer.keep(state._replace(judged=state.tip))
    return len(judged)


def _entry(
    number: int, row: Finding, models: Mapping[str, str | None], keys: Mapping[str, str | None]
) -> FindingEntry:
    line, trace = row.lines[0] if row.lines else None, row.trace
    author = (trace, models.get(trace or ""), keys.get(trace or ""))
    return FindingEntry(number, row.check, row.rule, row.path, line, None, row.evidence or "", *author, OPEN)
