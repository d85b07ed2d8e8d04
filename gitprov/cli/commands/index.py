"""`gitprov index`: bring the database of everything that is recorded up to date, and query it."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from gitprov.cli.door import Progress, exact, say
from gitprov.errors import GitprovError, UsageError
from gitprov.git.repo import Repository
from gitprov.model.untrusted.printed import clean
from gitprov.model.wording import amount
from gitprov.store.config import load_config

if TYPE_CHECKING:
    from gitprov.flow.index.update import Updated
    from gitprov.store.index.database import Answered, Database

#: Seconds before progress is shown.
_PATIENCE = 1.0
PARQUET = "parquet"
FORMS = ("text", "csv", "jsonl", PARQUET)
_EXTRA = "pip install 'gitprov[index]'"

Db = Annotated[
    str | None,
    typer.Option(
        "--db", metavar="URL", help="A shared index: postgresql://host/name. Default: the clone's own."
    ),
]


@contextmanager
def opened(repo: Repository, url: str | None) -> Iterator[Database]:
    """The index at an address, or that of the clone. GitprovError where its library is not installed."""
    try:
        from gitprov.store.index.database import open_file, open_url
    except ModuleNotFoundError as error:
        raise GitprovError(f"the index needs {error.name}, which is not installed", _EXTRA) from error
    try:
        base = open_file(repo.home) if url is None else open_url(url)
    except ModuleNotFoundError as error:
        raise GitprovError(f"this index needs {error.name}, which is not installed", _EXTRA) from error
    try:
        yield base
    finally:
        base.close()


def refreshed(repo: Repository, base: Database, *, quiet: bool = False) -> Updated:
    """Bring an open index up to date, with progress on a terminal."""
    from gitprov.flow.index.update import update
    from gitprov.flow.recover import finish_interrupted
    from gitprov.flow.share.incoming import take_in

    finish_interrupted(repo)
    take_in(repo)
    config = load_config(repo.worktree, repo.config("gitprov."))
    progress = Progress(float("inf") if quiet else _PATIENCE)
    done = update(repo, base, progress, share=config.share_generations)
    progress.end()
    return done


def command(
    db: Db = None,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Begin anew, whatever is there.")] = False,
    findings: Annotated[
        bool,
        typer.Option("--findings", help="Judge the default branch, and keep its open findings."),
    ] = False,
    sql: Annotated[
        str | None, typer.Option("--sql", metavar="QUERY", help="Answer a query; it can change nothing.")
    ] = None,
    export: Annotated[
        str, typer.Option("--export", metavar="|".join(FORMS), help="The form of the answer.")
    ] = "text",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Index what notes, generations and history record, for queries, statistics and reports.

    The index is derived: it may be deleted at any time, and is brought up to date from where it is. Its
    tables: commits, changes, traces, ranges, survivors, generations, prompts, reviews, dropped, phantoms,
    findings, baseline_runs, drift_runs, sums.

    Examples: gitprov index; gitprov index --sql "SELECT model, SUM(raw) FROM traces GROUP BY model";
    gitprov index --sql "SELECT * FROM traces" --export parquet > traces.parquet;
    gitprov index --db postgresql://db.example.com/provenance
    """
    if export not in FORMS:
        raise UsageError(f"--export takes {', '.join(FORMS)}, not {export!r}", "gitprov index -h")
    if export != "text" and sql is None:
        raise UsageError("--export is the form of an answer to --sql", 'gitprov index --sql "SELECT …"')
    with Repository.discover(os.getcwd(), os.environ) as repo, opened(repo, db) as base:
        if rebuild:
            base.rebuild()
        done = refreshed(repo, base)
        count = _judged(repo, base) if findings else None
        answer = None if sql is None else base.ask(sql)
    if answer is not None and export == PARQUET:
        exact(_parquet(answer))
    elif answer is not None:
        _print(answer, "jsonl" if as_json else export)
    elif as_json:
        say(json.dumps({**done._asdict(), **({} if count is None else {"open_findings": count})}))
    else:
        say(_sentence(done), *([] if count is None else [f"open findings: {count}"]))


def _judged(repo: Repository, base: Database) -> int:
    try:
        from gitprov.flow.pages.judged import judge
    except ModuleNotFoundError as error:
        hint = "pip install 'gitprov[checks]'"
        raise GitprovError(f"judging needs {error.name}, which is not installed", hint) from error
    return judge(repo, base)


def _sentence(done: Updated) -> str:
    parts = [
        f"{amount(done.added, 'commit')} added",
        f"{done.changed} with a changed note",
        f"{done.removed} removed",
        f"{amount(done.generations, 'generation')} read",
    ]
    return f"index {'built' if done.whole else 'brought up to date'}: {', '.join(parts)}"


def _parquet(answer: Answered) -> bytes:
    from gitprov.store.index.parquet import parquet

    try:
        return parquet(answer)
    except ModuleNotFoundError as error:
        hint = "pip install 'gitprov[parquet]', or --export csv"
        raise GitprovError(f"Parquet needs {error.name}, which is not installed", hint) from error


def _print(answer: Answered, form: str) -> None:
    if form == "jsonl":
        say(*(json.dumps(dict(zip(answer.columns, row, strict=True)), default=str) for row in answer.rows))
        return
    if form == "csv":
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerows([answer.columns, *answer.rows])
        exact(text.getvalue().encode("utf-8", "backslashreplace"))
        return
    say(*("\t".join(clean(_shown(value)) for value in row) for row in [answer.columns, *answer.rows]))


def _shown(value: object) -> str:
    return "" if value is None else str(value)
