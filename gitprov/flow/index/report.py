"""Everything that a report shows, read from the index once."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from gitprov.attribution.statistics import shares
from gitprov.attribution.statistics.shares import RecordedLines
from gitprov.flow.index.files import FileLines, files_of
from gitprov.flow.index.stats import reader_of, recorded, stats
from gitprov.git.process import decode
from gitprov.model.answers.stats import Counts, StatsAnswer
from gitprov.model.exchange.index_rows import (
    CommitEntry,
    GenerationEntry,
    PromptEntry,
    ReviewEntry,
    SurvivorEntry,
    TraceEntry,
)

if TYPE_CHECKING:
    from gitprov.git.repo import Repository
    from gitprov.store.index.database import Database


class ReportData(NamedTuple):
    """What a report is made of. `moment` is that of the newest commit, 0 without commits; `tip` is its id.

    `traces` and `ranges` are those of the range; `all_traces` those of all commits, by id.
    """

    name: str
    tip: str | None
    moment: int
    answer: StatsAnswer
    rows: RecordedLines
    weeks: Mapping[str, Counts]
    models: Mapping[str, Counts]
    files: Sequence[FileLines]
    all_traces: Mapping[str, list[TraceEntry]]
    commits: Mapping[str, CommitEntry]
    reviews: Sequence[ReviewEntry]
    generations: Mapping[str, GenerationEntry]
    prompts: Mapping[str, PromptEntry]
    survivors: Sequence[SurvivorEntry]


def report_data(
    repo: Repository,
    base: Database,
    revisions: Sequence[str],
    files: Sequence[FileLines] | None = None,
    head: str = "HEAD",
) -> ReportData:
    """The data of a report on the commits that the revisions select, and on the files of `head`: all of them,
    or those that the caller has read.
    """
    answer = stats(repo, base, revisions, None)
    tip = repo.resolve(head)
    with base.reading() as connection:
        reader = reader_of(repo, base, connection)
        rows = recorded(repo, reader, revisions)
        commits = {row.oid: row for row in reader.commits()}
        traces: dict[str, list[TraceEntry]] = {}
        for row in reader.traces():
            traces.setdefault(row.trace, []).append(row)
        reviews, survivors = reader.reviews(), reader.survivors()
        generations = {row.trace: row for row in reader.generations()}
        prompts = {row.digest: row for row in reader.prompts()}
    return ReportData(
        name_of(repo),
        tip,
        commits[tip].committed if tip in commits else 0,
        answer,
        rows,
        shares.by(rows, "week"),
        shares.by(rows, "model"),
        files if files is not None else list(files_of(repo, tip)) if tip else [],
        traces,
        commits,
        reviews,
        generations,
        prompts,
        survivors,
    )


def name_of(repo: Repository) -> str:
    """The repository's name: the last part of the address of `origin`, else of its directory."""
    address = decode(repo.try_run("config", "--get", "remote.origin.url").stdout).strip()
    place = address or repo.worktree or repo.common_dir
    return os.path.basename(place.rstrip("/")).removesuffix(".git") or "repository"
