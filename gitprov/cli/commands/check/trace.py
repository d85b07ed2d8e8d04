"""`gitprov check trace`: do the commits of a change have the records of their AI-written lines?"""

from __future__ import annotations

from typing import Annotated

import typer

from gitprov.cli.commands.check import frame
from gitprov.cli.door import Progress

_PATIENCE = 2.0


def command(
    commits: frame.Range = None,
    require_trace_id: Annotated[
        bool,
        typer.Option("--require-trace-id", help="Every commit that declares AI must have traces in a note."),
    ] = False,
    form: frame.Format = "text",
    strict: frame.Strict = False,
    baseline: frame.Baseline = None,
    write_baseline: frame.WriteBaseline = False,
    color: frame.Color = None,
) -> None:
    """Check the records of some commits: notes, trailers, sidecars and the store agree and cover the lines.

    Bypassed gates and dropped traces are listed. Records that are not in this clone are unknown, with the
    command that fetches them. Exit code 1 where there are findings.

    Examples: gitprov check trace --range origin/main..HEAD --require-trace-id
    """
    from gitprov.flow.gates.report import ReportOptions, load_policy
    from gitprov.flow.gates.trace_records import RULES, TraceOptions, trace_records

    options = ReportOptions(baseline=baseline, write=write_baseline)
    answer = frame.CheckAnswer("trace", form, strict, color, RULES, options)
    progress = Progress(_PATIENCE)
    with frame.repository() as repo:
        scope = frame.scope(repo, [], commits or "HEAD", False)
        policy = load_policy(repo, "trace")
        rules = TraceOptions(require_trace_id, policy)
        findings = trace_records(repo, scope, rules, progress) if policy.enabled else []
    progress.end()
    answer.print(findings, None)
