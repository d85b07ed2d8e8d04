"""What all checks share: whose lines are judged, how findings are printed, and the exit code."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Annotated

import typer

from gitprov import __version__
from gitprov.checks.findings import suppression
from gitprov.cli.door import exact, say
from gitprov.cli.terminal import Screen
from gitprov.errors import EXIT_FINDINGS, UsageError
from gitprov.flow.gates.report import ReportOptions, lines_of, report
from gitprov.flow.gates.subjects import CheckScope, Subject, scope_of_range
from gitprov.git.repo import Repository
from gitprov.model.answers.report import Report
from gitprov.model.finding import Finding, failed
from gitprov.output.checks import document, forges, plain, sarif

FORMATS = ("text", "json", "sarif", "github", "gitlab", "junit")
_COLOURS = {
    "high": "\x1b[31m",
    "medium": "\x1b[33m",
    "low": "\x1b[36m",
    "place": "\x1b[1m",
    "mark": "\x1b[31m",
    "dim": "\x1b[2m",
}

Paths = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[PATH]...", help="Files and directories as they are on disk, uncommitted lines included."
    ),
]
Range = Annotated[
    str | None, typer.Option("--range", metavar="A..B", help="What the commits of a range add.")
]
Staged = Annotated[bool, typer.Option("--staged", help="What the coming commit adds.")]
Format = Annotated[str, typer.Option("--format", metavar="|".join(FORMATS), help="How findings are printed.")]
Strict = Annotated[
    bool, typer.Option("--strict", help="Fail as well where something could not be looked at.")
]
AllLines = Annotated[bool, typer.Option("--all-lines", help="Judge every line, not only those of models.")]
WriteBaseline = Annotated[
    bool, typer.Option("--write-baseline", help="Put all findings into the baseline: they count no more.")
]
Baseline = Annotated[
    str | None,
    typer.Option("--baseline", metavar="FILE", help="The baseline, instead of .gitprov-baseline.json."),
]
Color = Annotated[str | None, typer.Option("--color", metavar="WHEN", help="always, never or auto.")]


@contextmanager
def repository() -> Iterator[Repository]:
    """The repository around the current directory, opened at the top of its work tree."""
    with Repository.discover(os.getcwd(), os.environ) as repo:
        top = repo.worktree
        if top is None or os.path.realpath(top) == os.path.realpath(repo.cwd):
            yield repo
            return
    with Repository.discover(top, os.environ) as whole:
        yield whole


def scope(repo: Repository, paths: Sequence[str], commits: str | None, staged: bool) -> CheckScope:
    """The one scope that the options name: paths, a range, or (without any) the index."""
    if sum(map(bool, (paths, commits, staged))) > 1:
        raise UsageError("paths, --range and --staged exclude each other", "gitprov check -h")
    if commits is not None:
        return scope_of_range(repo, commits)
    if paths:
        inside = os.path.relpath(
            os.path.realpath(os.getcwd()), os.path.realpath(repo.worktree or os.getcwd())
        )
        return CheckScope(
            repo.resolve("HEAD"), None, tuple(os.path.normpath(os.path.join(inside, path)) for path in paths)
        )
    return CheckScope(repo.resolve("HEAD"), None)


class CheckAnswer:
    """Prints the findings of one check in the format asked for, and ends the command with its exit code.

    `rules`: rule → what it is about. `options`: how the project's baseline is used, and which lines were
    judged.
    """

    def __init__(
        self,
        check: str,
        form: str,
        strict: bool,
        color: str | None,
        rules: Mapping[str, str],
        options: ReportOptions | None = None,
    ) -> None:
        if form not in FORMATS:
            raise UsageError(f"--format takes {', '.join(FORMATS)}, not {form!r}", "gitprov check -h")
        self._check = check
        self._form = form
        self._strict = strict
        self._color = color
        self._rules = {**rules, **suppression.RULES}
        self._options = options or ReportOptions()

    def print(self, findings: Sequence[Finding], sources: Mapping[str, Subject] | None) -> None:
        """Print what remains of all findings under the project's policy, comments and baseline.

        `sources`: path → each file that was judged, None where the check judges no lines. Raises typer.Exit
        with 1 where findings fail the check.
        """
        with repository() as repo:
            outcome = report(repo, self._check, findings, sources, self._options)
        if self._form == "text":
            self._text(outcome, sources or {})
        elif self._form == "json":
            say(json.dumps(document.document(outcome), sort_keys=True))
        elif self._form == "sarif":
            run = sarif.document(outcome, __version__, self._check, self._rules)
            say(json.dumps(run, sort_keys=True))
        elif self._form == "github":
            say(*forges.github(outcome))
            self._summary(outcome)
        elif self._form == "gitlab":
            say(json.dumps(forges.gitlab(outcome), sort_keys=True))
        else:
            exact("\n".join([*forges.junit(outcome, self._check), ""]).encode("utf-8"))
        if failed(outcome.findings, self._strict):
            raise typer.Exit(EXIT_FINDINGS)

    def _text(self, outcome: Report, sources: Mapping[str, Subject]) -> None:
        screen = Screen.of_stdout(os.environ)
        colour = screen.colour(os.getcwd(), "gitprov", self._color)

        def paint(text: str, part: str) -> str:
            return f"{_COLOURS[part]}{text}\033[m" if colour else text

        paths = {finding.path for finding in outcome.findings} & {*sources}
        texts = {path: lines_of(sources[path]) for path in paths if path is not None}
        with screen.open(os.getcwd(), "gitprov", paging=False) as out:
            for line in plain.lines(outcome, texts, paint, self._strict):
                out.write(f"{line}\n".encode("utf-8", "surrogateescape"))

    def _summary(self, outcome: Report) -> None:
        """Append the table of all findings to the summary of the workflow's step."""
        path = os.environ.get("GITHUB_STEP_SUMMARY")
        if path:
            rows = forges.github_summary(outcome, f"gitprov check {self._check}")
            with open(path, "a", encoding="utf-8", errors="replace") as file:
                file.write("\n".join([*rows, "", ""]))
