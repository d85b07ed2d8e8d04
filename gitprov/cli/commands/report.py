"""`gitprov report`: pages for a browser about who wrote what."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Annotated

import typer

from gitprov.cli.commands.check.frame import repository
from gitprov.cli.commands.index import Db, opened, refreshed
from gitprov.cli.commands.stats import Revisions, usable
from gitprov.cli.door import Progress, say
from gitprov.errors import GitprovError
from gitprov.git.repo import Repository

if TYPE_CHECKING:
    from gitprov.store.index.database import Database
    from gitprov.web.server import Pages

_PATIENCE = 1.0


def site_of(repo: Repository, base: Database, revisions: list[str]) -> Pages:
    """The pages of a report. GitprovError where a library is missing."""
    try:
        from gitprov.flow.index.report import report_data
        from gitprov.flow.pages.findings import open_findings, subjects_of
        from gitprov.web.site import Site
    except ModuleNotFoundError as error:
        raise GitprovError(
            f"reports need {error.name}, which is not installed", "pip install 'gitprov[report]'"
        ) from error
    data = report_data(repo, base, revisions)
    answer = open_findings(repo, subjects_of(repo, data.files), data.rows)
    return Site(repo, data, answer).pages()


def command(
    html: Annotated[str, typer.Option("--html", metavar="DIR", help="The directory of the pages.")],
    revs: Revisions = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    db: Db = None,
) -> None:
    """Write a report as pages for a browser: overview, tree, files, prompts, commits.

    The pages open from the disk, ask for nothing outside and run no script but their own. The same records
    make the same bytes. The directory must be new, empty, or an earlier report.

    Examples: gitprov report --html report; gitprov report --html report origin/main..HEAD
    """
    revisions = usable(revs, "report")
    place = os.path.abspath(html)
    with repository() as repo, opened(repo, db) as base:
        refreshed(repo, base)
        progress = Progress(_PATIENCE)
        pages = site_of(repo, base, revisions)
        from gitprov.web.write import write

        written = write(place, pages, progress)
        progress.end()
    first = os.path.join(html, "index.html")
    if as_json:
        say(json.dumps({"index": first, "pages": len(pages), "written": written}))
    else:
        say(f"{first}: {len(pages)} pages, {written} of them new or changed")
