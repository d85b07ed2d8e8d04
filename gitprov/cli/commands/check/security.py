"""`gitprov check security`: weaknesses in the code that models wrote."""

from __future__ import annotations

from typing import Annotated

import typer

from gitprov.cli.commands.check import frame
from gitprov.cli.door import Progress

_PATIENCE = 2.0


def command(
    paths: frame.Paths = None,
    commits: frame.Range = None,
    staged: frame.Staged = False,
    form: frame.Format = "text",
    strict: frame.Strict = False,
    all_lines: frame.AllLines = False,
    tools: Annotated[
        list[str] | None,
        typer.Option(
            "--tool", metavar="NAME", help="Join the findings of ruff, bandit or semgrep; may be repeated."
        ),
    ] = None,
    baseline: frame.Baseline = None,
    write_baseline: frame.WriteBaseline = False,
    color: frame.Color = None,
) -> None:
    """Look for weaknesses in the lines that models wrote, in Python, JavaScript and TypeScript.

    Injection, unsafe deserialisation, secrets and placeholders in code, TLS verification off, outgoing calls
    without timeout, retry or handling, endpoints without authentication, secrets in logs, input that is used
    unvalidated, weak cryptography, debug servers, archives and temporary files.

    A finding is at the line where the value is used. A file that does not parse is judged by patterns alone,
    and counts as not looked at for the rest. Exit code 1 where there are findings.

    Examples: gitprov check security --staged; gitprov check security --range origin/main..HEAD --format sarif
    """
    from gitprov.flow.gates.report import ReportOptions, load_policy
    from gitprov.flow.gates.security import rules, weaknesses
    from gitprov.flow.gates.subjects import subjects
    from gitprov.flow.gates.tools import tool_options, with_tools

    book = rules()
    options = ReportOptions(all_lines, baseline, write_baseline)
    answer = frame.CheckAnswer("security", form, strict, color, book.texts(), options)
    progress = Progress(_PATIENCE)
    with frame.repository() as repo:
        policy = load_policy(repo, "security")
        others = tool_options(repo, policy, tools or [], all_lines)
        judged = list(subjects(repo, frame.scope(repo, paths or [], commits, staged)))
    findings = list(
        weaknesses(judged, book, all_lines, lambda done, files: progress("files judged", done, files))
    )
    if policy.enabled:
        findings = with_tools(findings, (row for row in judged if policy.judges(row.path)), book, others)
    progress.end()
    answer.print(findings, {subject.path: subject for subject in judged})
