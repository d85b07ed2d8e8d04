"""`gitprov report`: pages for a browser about who wrote what, and the same about one change."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Annotated

import typer

from gitprov.cli.commands.check.frame import repository
from gitprov.cli.commands.index import Db, opened, refreshed
from gitprov.cli.commands.stats import Revisions, usable
from gitprov.cli.door import Progress, say
from gitprov.errors import GitprovError, UsageError
from gitprov.git.repo import Repository

if TYPE_CHECKING:
    from gitprov.flow.pages.change import ChangeData
    from gitprov.store.index.database import Database
    from gitprov.web.server import Pages

_PATIENCE = 1.0
_HELP = "gitprov report -h"


def site_of(repo: Repository, base: Database, revisions: list[str], live: str = "") -> Pages:
    """The pages of a report; `live`: their version, for a server. GitprovError where a library is missing."""
    try:
        from gitprov.flow.index.report import report_data
        from gitprov.flow.pages.findings import open_findings, subjects_of
        from gitprov.web.site import Site
    except ModuleNotFoundError as error:
        raise _missing(error) from error
    data = report_data(repo, base, revisions)
    answer = open_findings(repo, subjects_of(repo, data.files), data.rows)
    return Site(repo, data, answer, live).pages()


def command(
    revs: Revisions = None,
    html: Annotated[
        str | None,
        typer.Option(
            "--html", metavar="DIR", help="The directory of the pages; with --range also FILE.html."
        ),
    ] = None,
    commits: Annotated[
        str | None, typer.Option("--range", metavar="A..B", help="One page about this change, by itself.")
    ] = None,
    markdown: Annotated[
        str | None,
        typer.Option("--markdown", metavar="FILE|-", help="With --range: the same, short, for a comment."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    db: Db = None,
) -> None:
    """Write a report as pages for a browser: overview, tree, files, prompts, sessions, commits, findings.

    The pages open from the disk, ask for nothing outside and run no script but their own. The same records
    make the same bytes. The directory must be new, empty, or an earlier report.

    With --range there is one page about a pull request, to attach or to open; --markdown writes what a
    comment needs of it.

    Examples: gitprov report --html report; gitprov report --html report v1.0..HEAD;
    gitprov report --range origin/main..HEAD --html change.html --markdown comment.md
    """
    if html is None and (markdown is None or commits is None):
        raise UsageError("a report needs --html, or --range with --markdown", _HELP)
    if commits is not None and revs:
        raise UsageError("--range excludes other revisions", _HELP)
    if markdown is not None and commits is None:
        raise UsageError("--markdown goes with --range", _HELP)
    if commits is not None:
        _change(commits, html, markdown, as_json, db)
        return
    revisions = usable(revs, "report")
    with repository() as repo, opened(repo, db) as base:
        refreshed(repo, base)
        _report(repo, base, revisions, html or "", as_json)


def _report(repo: Repository, base: Database, revisions: list[str], html: str, as_json: bool) -> None:
    """Write the pages of a report, unless the directory has exactly those that the last one wrote."""
    from gitprov.flow.pages import stamp
    from gitprov.store.index.database import FILE

    directory = os.path.abspath(html)
    inputs = None if base.shared else stamp.inputs_of(repo, FILE, revisions)
    pages = None if inputs is None else stamp.pages_as_written(repo, directory, inputs)
    if pages is not None:
        _say(os.path.join(html, "index.html"), pages, 0, as_json)
        return
    count = _written(site_of(repo, base, revisions), html, as_json)
    if inputs is not None:
        stamp.keep(repo, directory, inputs, count)


def _change(commits: str, html: str | None, markdown: str | None, as_json: bool, db: str | None) -> None:
    """The page of a change, its Markdown, or both."""
    usable([commits], "report")
    with repository() as repo, opened(repo, db) as base:
        refreshed(repo, base, quiet=markdown == "-")
        try:
            from gitprov.flow.pages.change import change_data
            from gitprov.web.kinds.change import page
        except ModuleNotFoundError as error:
            raise _missing(error) from error
        change = change_data(repo, base, commits)
        if html is not None:
            _written({"index.html": page(repo, change)}, html, as_json, quiet=markdown == "-")
    if markdown is not None:
        _comment(change, markdown)


def _comment(change: ChangeData, place: str) -> None:
    from gitprov.cli.commands.exchange.frame import into_file
    from gitprov.output.change import markdown

    lines = list(markdown(change.answer))
    if place == "-":
        say(*lines)
        return
    try:
        into_file(lines, place)
    except OSError as error:
        raise GitprovError(f"{place} cannot be written: {error.strerror}") from error


def _written(pages: Pages, html: str, as_json: bool, quiet: bool = False) -> int:
    """Write pages into a directory, or the only one into a file, and say so; returns their number."""
    from gitprov.web.write import write, write_file

    progress = Progress(_PATIENCE)
    place = os.path.abspath(html)
    if len(pages) == 1 and html.endswith(".html"):
        first, written = html, write_file(place, pages["index.html"])
    else:
        first, written = os.path.join(html, "index.html"), write(place, pages, progress)
        progress.end()
    if not quiet:
        _say(first, len(pages), written, as_json)
    return len(pages)


def _say(first: str, pages: int, written: int, as_json: bool) -> None:
    if as_json:
        say(json.dumps({"index": first, "pages": pages, "written": written}))
    else:
        say(f"{first}: {pages} page{'s' * (pages != 1)}, {written} of them new or changed")


def _missing(error: ModuleNotFoundError) -> GitprovError:
    return GitprovError(f"reports need {error.name}, which is not installed", "pip install 'gitprov[report]'")
