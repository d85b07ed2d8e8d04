"""`gitprov baseline`: what a feature does, pinned; and inputs recorded from a running program."""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING, Annotated

import typer

from gitprov.cli.commands.behaviour import sandbox_options as box
from gitprov.cli.door import complain, say
from gitprov.errors import EXIT_FINDINGS, UsageError
from gitprov.git.repo import Repository
from gitprov.model.canonical import JsonObject

if TYPE_CHECKING:
    from gitprov.sandbox.functions import FunctionBox

_GRADE_SECONDS = 120
app = typer.Typer(
    help="What a feature does, pinned: prompt, corpus and the result of each case.",
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Name = Annotated[str, typer.Argument(metavar="FEATURE", help="A feature of the configuration.")]
Commit = Annotated[
    str | None, typer.Option("--pin", metavar="COMMIT", help="An older pin; the newest without it.")
]


@app.command("record", context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
def record(
    target: Annotated[str, typer.Argument(metavar="MODULE:FUNCTION", help="The function.")],
    words: Annotated[list[str], typer.Argument(metavar="-- COMMAND...", help="The program to run.")],
    to: Annotated[
        str | None, typer.Option("--to", metavar="FILE", help="File of cases; FUNCTION.jsonl without it.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Run a command, and keep the inputs of a function in it as cases.

    Distinct inputs are kept, a few of each shape, without secrets. A file that exists gets the new ones.
    Options stand before MODULE:FUNCTION.

    Example: gitprov baseline record --to tests/ai_baseline/total.jsonl shop.prices:total -- python -m shop
    """
    from gitprov.flow.behaviour import record as recording

    module, colon, function = target.partition(":")
    if not (module and colon and function):
        raise UsageError(f"{target} names no function", "write package.module:function")
    path = to or f"{function}.jsonl"
    done = recording.record(target, words[1:] if words[0] == "--" else words, os.getcwd(), os.environ)
    added = recording.add(os.path.join(os.getcwd(), path), done.lines)
    if as_json:
        say(json.dumps({"file": path, "added": added, "redacted": done.redacted, "status": done.status}))
    else:
        say(
            f"{path}: {added} inputs added"
            + (f", {done.redacted} without their secrets" if done.redacted else "")
        )
    if not done.lines:
        complain(
            f"hint: {function} was not called in a module {module} that a Python of this environment imported"
        )
    if done.status:
        complain(f"the command ended with status {done.status}")
        raise typer.Exit(EXIT_FINDINGS)


@app.command("pin")
def pin(
    name: Name,
    reason: Annotated[str | None, typer.Option(metavar="TEXT", help="Why this behaviour is right.")] = None,
    allow_weak: box.AllowWeak = False,
    python: box.Python = None,
    as_json: Json = False,
) -> None:
    """Run a feature's cases in the sandbox, and keep what they do as its newest pin.

    Example: gitprov baseline pin invoices --reason "rounds half up, as the ledger does"
    """
    from gitprov.flow.behaviour import pins

    with Repository.discover(os.getcwd(), os.environ) as repo:
        made = pins.pin(repo, name, reason, _box(repo, name, allow_weak, python), time.time())
    _say_pins([made.commit], [made.facts], as_json)


@app.command("show")
def show(name: Name, commit: Commit = None, as_json: Json = False) -> None:
    """Show a pin: when, by whom, with which prompt, and what each case does.

    Example: gitprov baseline show invoices
    """
    from gitprov.flow.behaviour import pins
    from gitprov.output.behaviour.baseline import pin_lines

    with Repository.discover(os.getcwd(), os.environ) as repo:
        shown = pins.load(repo, name, commit)
    rows = {case: row.preview for case, row in sorted(shown.baseline.cases.items())}
    if as_json:
        say(json.dumps({"commit": shown.commit, **shown.facts, "results": rows}))
        return
    say(*pin_lines(shown.commit, shown.facts))
    say(*(f"  {case}: {preview}" for case, preview in rows.items()))


@app.command("check")
def check(
    name: Name,
    commit: Commit = None,
    allow_weak: box.AllowWeak = False,
    python: box.Python = None,
    as_json: Json = False,
) -> None:
    """Run the cases of a pin against the code as it is now, in the sandbox.

    Exit code 1 where more of them diverge than the feature accepts, or one cannot be compared.

    Example: gitprov baseline check invoices
    """
    from gitprov.flow.behaviour import pins
    from gitprov.output.behaviour.baseline import comparison_lines

    with Repository.discover(os.getcwd(), os.environ) as repo:
        result = pins.compare(repo, name, _box(repo, name, allow_weak, python), commit)
    if as_json:
        fields = {
            "feature": name,
            "pin": result.pin.commit,
            "cases": result.cases,
            "percent": round(result.percent, 2),
            "accepted": result.accepted,
            "fits": result.fits,
            "moved": [row._asdict() for row in result.moved],
            "unknown": {row.case: row.problem for row in result.unknown},
        }
        say(json.dumps(fields))
    else:
        summary = (
            f"{len(result.moved)} of {result.cases} cases diverge from {result.pin.commit[:12]}: "
            f"{result.percent:.1f} %, accepted {result.accepted:g} %"
        )
        problems = [(row.case, row.problem or "") for row in result.unknown]
        say(*comparison_lines(name, summary, result.moved, problems))
    if not result.fits:
        raise typer.Exit(EXIT_FINDINGS)


@app.command("grade")
def grade(
    name: Name,
    least: Annotated[
        float, typer.Option(min=0, max=100, metavar="PERCENT", help="Exit with 1 below this share.")
    ] = 0.0,
    most: Annotated[int, typer.Option(min=1, metavar="N", help="Try at most so many changes.")] = 200,
    allow_weak: box.AllowWeak = False,
    python: box.Python = None,
    as_json: Json = False,
) -> None:
    """Grade a feature's cases: the share of small changes of its function that they notice.

    Each change is one operator, constant, condition or result of the function, or of a function of its module
    that it uses; the changed code runs in the sandbox. A change that no case notices asks for another case,
    or does not matter.

    Example: gitprov baseline grade invoices --least 90
    """
    from gitprov.flow.behaviour.grading import graded
    from gitprov.output.behaviour.baseline import grade_json, grade_lines

    with Repository.discover(os.getcwd(), os.environ) as repo:
        result = graded(repo, name, most, _box(repo, name, allow_weak, python, _GRADE_SECONDS))
    say(json.dumps(grade_json(name, result))) if as_json else say(*grade_lines(name, result))
    if result.percent < least:
        raise typer.Exit(EXIT_FINDINGS)


@app.command("history")
def history(name: Name, as_json: Json = False) -> None:
    """List the pins of a feature, the newest first.

    Example: gitprov baseline history invoices
    """
    from gitprov.flow.behaviour import pins

    with Repository.discover(os.getcwd(), os.environ) as repo:
        rows = pins.history(repo, name)
    _say_pins([row.commit for row in rows], [row.facts for row in rows], as_json)


def _box(repo: Repository, name: str, allow_weak: bool, python: str | None, seconds: int = 0) -> FunctionBox:
    """The sandbox for a feature, for its time or at least for `seconds`."""
    from gitprov.flow.behaviour.features import feature_of
    from gitprov.flow.behaviour.targets import box_for

    place = box_for(box.options(allow_weak, python), max(seconds, feature_of(repo, name).seconds))
    if place.backend == box.WEAK:
        complain(box.WARNING)
    return place


def _say_pins(commits: list[str], facts: list[JsonObject], as_json: bool) -> None:
    from gitprov.output.behaviour.baseline import pin_lines

    pairs = list(zip(commits, facts, strict=True))
    if as_json:
        say(json.dumps({"pins": [{"commit": commit, **fields} for commit, fields in pairs]}))
    else:
        say(*(line for commit, fields in pairs for line in pin_lines(commit, fields)))
