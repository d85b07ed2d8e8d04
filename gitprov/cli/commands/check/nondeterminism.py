"""`gitprov check nondeterminism`: code of models whose result differs from run to run."""

from __future__ import annotations

from gitprov.checks.nondeterminism.rules.table import RULES
from gitprov.cli.commands.check import frame


def command(
    paths: frame.Paths = None,
    commits: frame.Range = None,
    staged: frame.Staged = False,
    form: frame.Format = "text",
    strict: frame.Strict = False,
    all_lines: frame.AllLines = False,
    baseline: frame.Baseline = None,
    write_baseline: frame.WriteBaseline = False,
    color: frame.Color = None,
) -> None:
    """Look for results that differ from run to run: chance, the clock, unsorted listings and sets, races.

    Reads Python, JavaScript and TypeScript, tests included. Code whose order or chance does no harm is not
    reported: sorted listings, generators with a seed, clocks that a caller hands in.

    A file that cannot be parsed is unknown, not fine. Exit code 1 where there are findings.

    Examples: gitprov check nondeterminism --staged; gitprov check nondeterminism src --all-lines
    """
    from gitprov.flow.gates.nondeterminism import nondeterminism
    from gitprov.flow.gates.report import ReportOptions
    from gitprov.flow.gates.subjects import subjects

    options = ReportOptions(all_lines, baseline, write_baseline)
    answer = frame.CheckAnswer("nondeterminism", form, strict, color, RULES, options)
    with frame.repository() as repo:
        scope = frame.scope(repo, paths or [], commits, staged)
        judged = list(subjects(repo, scope))
        findings = list(nondeterminism(judged, all_lines))
    answer.print(findings, {subject.path: subject for subject in judged})
