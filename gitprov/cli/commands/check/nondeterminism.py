"""`gitprov check nondeterminism`: code of models whose result differs from run to run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from gitprov.checks.nondeterminism.rules.table import RULES
from gitprov.cli.commands.behaviour import sandbox_options as box
from gitprov.cli.commands.check import frame
from gitprov.cli.door import Progress, complain
from gitprov.errors import UsageError

if TYPE_CHECKING:
    from gitprov.flow.behaviour.targets import BoxOptions
    from gitprov.model.finding import Finding

_PATIENCE = 1.0
_Run = Annotated[
    list[str] | None,
    typer.Option("--run", metavar="MODULE:FUNCTION", help="Run this function, or a feature by its name."),
]
_Corpus = Annotated[
    str | None, typer.Option("--corpus", metavar="FILE", help="With --run: the inputs, JSON lines.")
]
_Expect = Annotated[
    list[str] | None,
    typer.Option("--expect", metavar="AXIS", help="With --run: an axis that may move the result."),
]


def command(
    paths: frame.Paths = None,
    commits: frame.Range = None,
    staged: frame.Staged = False,
    run: _Run = None,
    corpus: _Corpus = None,
    expect: _Expect = None,
    allow_weak: box.AllowWeak = False,
    python: box.Python = None,
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

    With --run the function is called in a sandbox instead, on each input, once in a fixed world and then with
    one thing changed at a time: hash seeds, time zone, locale, order of files, clock, chance, processors,
    order of tasks, switches between threads, repeats. A finding names what moved the result.

    A file that cannot be parsed, and a function that cannot be run, is unknown, not fine. Exit code 1 where
    there are findings.

    Examples: gitprov check nondeterminism --staged; gitprov check nondeterminism src --all-lines;
    gitprov check nondeterminism --run shop.report:totals --corpus totals.jsonl --expect clock
    """
    if run:
        if paths or commits or staged:
            raise UsageError("--run excludes paths, --range and --staged", "gitprov check nondeterminism -h")
        _run(run, corpus, expect or [], box.options(allow_weak, python), (form, strict, color))
        return
    if corpus or expect:
        raise UsageError("--corpus and --expect go with --run", "gitprov check nondeterminism -h")
    from gitprov.flow.gates.report import ReportOptions

    options = ReportOptions(all_lines, baseline, write_baseline)
    answer = frame.CheckAnswer("nondeterminism", form, strict, color, RULES, options)
    _read(paths or [], commits, staged, all_lines, answer)


def _read(
    paths: list[str], commits: str | None, staged: bool, all_lines: bool, answer: frame.CheckAnswer
) -> None:
    """Judge lines without running them."""
    from gitprov.flow.gates.nondeterminism import nondeterminism
    from gitprov.flow.gates.subjects import subjects

    with frame.repository() as repo:
        judged = list(subjects(repo, frame.scope(repo, paths, commits, staged)))
        findings = list(nondeterminism(judged, all_lines))
    answer.print(findings, {subject.path: subject for subject in judged})


def _run(
    names: list[str],
    corpus: str | None,
    expect: list[str],
    options: BoxOptions,
    form: tuple[str, bool, str | None],
) -> None:
    """Run functions and features."""
    from gitprov.behaviour.axes import AXES
    from gitprov.flow.behaviour.nondeterminism_run import nondeterminism_run
    from gitprov.flow.behaviour.targets import box_for, target

    rules = {f"nondeterminism/run-{axis.name}": f"The result depends on {axis.about}" for axis in AXES}
    answer = frame.CheckAnswer("nondeterminism", *form, rules)
    progress = Progress(_PATIENCE)
    findings: list[Finding] = []
    with frame.repository() as repo:
        for name in names:
            subject = target(repo, name, corpus)
            place = box_for(options, subject.seconds)
            findings += nondeterminism_run(subject, place, repo.worktree or repo.cwd, expect, progress)
            progress.end()
            if place.backend == box.WEAK:
                complain(box.WARNING)
    answer.print(findings, None)
