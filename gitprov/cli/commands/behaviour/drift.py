"""`gitprov drift`: does what a prompt generates now still do what was pinned?"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from gitprov import __version__
from gitprov.cli.commands.behaviour import sandbox_options as box
from gitprov.cli.commands.check.frame import repository
from gitprov.cli.door import Progress, complain, say
from gitprov.errors import EXIT_FINDINGS, UsageError
from gitprov.model.canonical import JsonObject

if TYPE_CHECKING:
    from gitprov.flow.behaviour.drift.drift_bisect import Bisected

app = typer.Typer(
    help="Generate with the present prompt, run the code, and compare it with what was pinned.",
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
_FORMATS = ("text", "json", "markdown", "sarif")
_PATIENCE = 0.5
Json = Annotated[bool, typer.Option("--json", help="The same as --format json.")]
Model = Annotated[str | None, typer.Option("--model", help="The model, instead of the feature's.")]
Samples = Annotated[
    int | None,
    typer.Option("--samples", min=1, metavar="N", help="Samples, instead of the feature's number."),
]
Format = Annotated[str, typer.Option("--format", metavar="|".join(_FORMATS), help="How runs are printed.")]
MaxCost = Annotated[
    float | None,
    typer.Option("--max-cost", min=0, metavar="AMOUNT", help="The most to spend, instead of the settings'."),
]


@app.command("run")
def run(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FEATURE]...", help="Features; all that have a prompt, without any."),
    ] = None,
    samples: Samples = None,
    model: Model = None,
    max_cost: MaxCost = None,
    allow_weak: box.AllowWeak = False,
    python: box.Python = None,
    form: Format = "text",
    as_json: Json = False,
) -> None:
    """Generate each feature's code anew, run it in the sandbox on the pinned cases, and compare.

    Each sample becomes a generation record, with the whole reply. The result is the percentage of cases that
    diverge, its interval, how far the samples differ from each other, and which samples did not run. It is
    kept in the history. Exit code 1 where a feature is over its threshold, or no sample could be run.
    What it takes, and what that costs where [drift.prices] has the model, is said before it starts.

    Examples: gitprov drift run; gitprov drift run totals --samples 20 --max-cost 0.5 --format markdown
    """
    from gitprov.flow.behaviour.drift import drift
    from gitprov.flow.behaviour.drift.budget import Budget
    from gitprov.flow.behaviour.features import feature_of
    from gitprov.flow.behaviour.targets import box_for
    from gitprov.store.config import load_config

    form = _format(form, as_json)
    progress = Progress(_PATIENCE)
    rows: list[JsonObject] = []
    with repository() as repo:
        config = load_config(repo.worktree, repo.config("gitprov."))
        every = config.features or {}
        chosen = names or [name for name, feature in every.items() if feature.prompt]
        if not chosen:
            raise UsageError("no feature has a prompt", "add [features.NAME] with function, cases and prompt")
        options = drift.DriftOptions(samples, model)
        budget = Budget(config.drift, max_cost)
        for name in chosen:
            cost = drift.estimate(repo, name, options, budget)
            complain(f"{name}: {cost.calls} calls of the generator{budget.words(cost)}")
            place = box_for(box.options(allow_weak, python), feature_of(repo, name).seconds)
            rows.append(drift.run(repo, name, place, options, progress, None, budget).facts)
            progress.end()
    if any(row["sandbox"] == box.WEAK for row in rows):
        complain(box.WARNING)
    _print(rows, form)
    if any(row["over"] for row in rows):
        raise typer.Exit(EXIT_FINDINGS)


def _format(form: str, as_json: bool) -> str:
    if form not in _FORMATS:
        raise UsageError(f"--format takes {', '.join(_FORMATS)}, not {form!r}", "gitprov drift -h")
    return "json" if as_json else form


def _print(rows: list[JsonObject], form: str) -> None:
    from gitprov.model.answers.report import Report
    from gitprov.output.behaviour import drift as output
    from gitprov.output.checks import sarif

    if form == "json":
        say(json.dumps({"runs": rows}, sort_keys=True))
    elif form == "markdown":
        say(*output.markdown(rows))
    elif form == "sarif":
        report = Report(tuple(finding for row in rows for finding in output.findings(row)))
        say(json.dumps(sarif.document(report, __version__, "drift", output.RULES), sort_keys=True))
    else:
        say(*(line for row in rows for line in output.run_lines(row)))


@app.command("log")
def log(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[FEATURE]...", help="Features; all, without any.")
    ] = None,
    count: Annotated[
        int, typer.Option("-n", min=1, metavar="N", help="Only the newest N runs of each.")
    ] = 30,
    form: Format = "text",
    as_json: Json = False,
) -> None:
    """Show the drift runs of features, the newest first, as a plot in text or as `drift run` prints them.

    Nothing is generated: after a run, its result can be had in every format.

    Examples: gitprov drift log totals -n 10; gitprov drift log -n 1 --format markdown
    """
    from gitprov.flow.behaviour.drift import drift
    from gitprov.flow.behaviour.features import feature_of
    from gitprov.output.behaviour import drift as output
    from gitprov.store.config import load_config

    form = _format(form, as_json)
    with repository() as repo:
        every = load_config(repo.worktree, repo.config("gitprov.")).features or {}
        for name in names or ():
            feature_of(repo, name)
        histories = {name: drift.runs(repo, name)[:count] for name in names or every}
    if form != "text":
        _print([row for rows in histories.values() for row in rows], form)
        return
    if not histories:
        say("No feature: [features.NAME] of .gitprov.toml declares one; gitprov drift run measures it.")
    for name, rows in histories.items():
        say(*(output.log_lines(name, rows) if rows else [f"{name}: no runs yet"]))


@app.command("bisect")
def bisect(
    name: Annotated[str, typer.Argument(metavar="FEATURE", help="A feature of the configuration.")],
    samples: Samples = None,
    model: Model = None,
    max_cost: MaxCost = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", "-n", help="Only say what it takes.")] = False,
    allow_weak: box.AllowWeak = False,
    python: box.Python = None,
    as_json: Json = False,
) -> None:
    """Find the edit that moved a feature over its threshold, by a binary search.

    The versions are those of the prompt, of the feature's instruction files and of its model in the settings,
    in git since the pin and in the work tree. Each version that is measured becomes a drift run of the
    history; runs with the same versions, pin and model are used again, so that an interrupted search goes on
    where it stopped. Exit code 1 where a version is named.

    Example: gitprov drift bisect totals --samples 10 --max-cost 2
    """
    from gitprov.flow.behaviour.drift import drift_bisect
    from gitprov.flow.behaviour.drift.budget import Budget
    from gitprov.flow.behaviour.drift.drift import DriftOptions
    from gitprov.flow.behaviour.features import feature_of
    from gitprov.flow.behaviour.targets import box_for
    from gitprov.output.behaviour.drift import plan_line
    from gitprov.store.config import load_config

    progress = Progress(_PATIENCE)
    options = DriftOptions(samples, model)
    with repository() as repo:
        budget = Budget(load_config(repo.worktree, repo.config("gitprov.")).drift, max_cost)
        needed = drift_bisect.plan(repo, name, options, budget)
        parts = list(dict.fromkeys(version.part for version in needed.versions if version.part))
        line = plan_line(name, len(needed.versions), parts, needed.steps, needed.calls)
        line += budget.words(needed.cost)
        if dry_run:
            facts = {"steps": needed.steps, "calls": needed.calls, "cost": needed.cost.amount}
            say(json.dumps(facts) if as_json else line)
            return
        complain(line)
        place = box_for(box.options(allow_weak, python), feature_of(repo, name).seconds)
        done = drift_bisect.Bisection(repo, name, place, options, progress, budget).run(needed.versions)
        progress.end()
    if place.backend == box.WEAK:
        complain(box.WARNING)
    _say_bisected(name, done, as_json)
    if done.culprit is not None:
        raise typer.Exit(EXIT_FINDINGS)


def _say_bisected(name: str, done: Bisected, as_json: bool) -> None:
    versions = [
        {**dict(zip(("commit", "at", "author", "subject", "part", "change"), entry, strict=False))}
        for entry in done.versions
    ]
    if as_json:
        steps = [step._asdict() for step in done.measured]
        fields = {"feature": name, "culprit": done.culprit, "reason": done.reason}
        say(json.dumps({**fields, "versions": versions, "measured": steps}, sort_keys=True))
        return
    for step in sorted(done.measured):
        facts = versions[step.number]
        words = "diverges" if step.diverges else "is fine"
        notes = [f"{step.percent:.1f} %", f"{step.usable} samples"]
        notes += ["earlier run"] * step.earlier + ["unsure"] * step.unsure
        say(f"  {facts['commit'][:12]} {words} ({', '.join(notes)}): {facts['subject']}")
    if done.culprit is None:
        say(f"{name}: {done.reason}")
        return
    culprit = versions[done.culprit]
    say(f"{name}: {culprit['commit']} is the first version that diverges")
    say(f"  it changes {culprit['change']}", f"  {culprit['at']} {culprit['author']}: {culprit['subject']}")
