"""`gitprov compare`: what differs between two versions of code."""

from __future__ import annotations

import json
import os
from typing import Annotated

import typer

from gitprov.cli.commands.behaviour import sandbox_options as box
from gitprov.cli.door import complain, exact
from gitprov.cli.terminal import Screen
from gitprov.errors import EXIT_FINDINGS
from gitprov.git.repo import Repository


def command(
    old: Annotated[str, typer.Argument(metavar="OLD", help="A generation, GEN:PATH or REV:PATH.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="Another one.")],
    patch: Annotated[bool, typer.Option("--patch", "-p", help="Print git's diff as well.")] = False,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit with 1 where something differs.")
    ] = False,
    allow_weak: box.AllowWeak = False,
    python: box.Python = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as one JSON document.")] = False,
) -> None:
    """Compare two versions of code: their text, their structure and their behaviour.

    Each is the same, differs, or is unknown, with the reason. A version is a generation (gen_…), a file of
    one (gen_…:PATH), or a file of a revision (REV:PATH).

    Structure is read by definition, in Python, JavaScript, TypeScript and Rust. Layout, comments, names of
    local variables and the order of independent definitions do not count.

    Behaviour: functions of Python that both versions have are run in the sandbox, on the cases of their
    feature and on inputs made from annotations and from those cases. The same means no difference in so many
    inputs.

    Examples: gitprov compare HEAD~1:src/api.py HEAD:src/api.py; gitprov compare gen_20260201_0b9c41d2e7
    gen_20260202_77aa01c2d3 --exit-code
    """
    from gitprov.flow.behaviour.compare import compare
    from gitprov.flow.recover import finish_interrupted
    from gitprov.output.behaviour import compare as output

    screen = Screen.of_stdout(os.environ)
    with Repository.discover(os.getcwd(), os.environ) as repo:
        finish_interrupted(repo)
        answer = compare(repo, old, new, box.options(allow_weak, python))
    if answer.behaviour.sandbox == box.WEAK:
        complain(box.WARNING)
    if as_json:
        exact(json.dumps(output.as_json(answer)).encode("ascii") + b"\n")
    else:
        with screen.open(os.getcwd(), "gitprov-compare") as out:
            out.lines(output.render(answer, patch=patch))
    if exit_code and answer.differs:
        raise typer.Exit(EXIT_FINDINGS)
