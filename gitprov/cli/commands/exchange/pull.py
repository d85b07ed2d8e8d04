"""`gitprov pull`: record generations that an observability service has."""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING, Annotated

import typer

from gitprov.cli.door import complain, say
from gitprov.errors import EXIT_FINDINGS, GitprovError, UsageError
from gitprov.flow.capture.moment import Moment
from gitprov.output.text import clean

if TYPE_CHECKING:
    from gitprov.model.answers.pull import PullAnswer

_Endpoint = Annotated[
    str | None,
    typer.Option("--endpoint", metavar="URL", help="The address, instead of that of the environment."),
]


def command(
    service: Annotated[
        str, typer.Argument(metavar="SERVICE", help="langsmith, weave, helicone or langfuse.")
    ],
    endpoint: _Endpoint = None,
    days: Annotated[int, typer.Option("--days", min=1, max=3650, help="Calls of the last days.")] = 7,
    most: Annotated[int, typer.Option("--most", min=1, max=1000, help="The newest calls, so many.")] = 500,
    agent: Annotated[
        str | None, typer.Option("--agent", help="The agent in records; without it, the service.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("-n", "--dry-run", help="Only count what would be recorded.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Record calls of models that an observability service has, for programs that report to it alone.

    Lines of their outputs are recognized in what is committed later, as with `gitprov record --jsonl`. A
    second pull records only what is new. Secrets are removed from prompts and outputs before they are stored.

    Addresses and keys come from the environment, in the variables of the service, or from the keyring of the
    system: docs/pull.md. They are written nowhere.

    Exit code 1 where a call cannot be recorded, 3 where the service gives no answer.

    Examples: gitprov pull langfuse -n; gitprov pull langsmith --days 1
    """
    from gitprov.feeds.keyring import with_keys
    from gitprov.flow.exchange.pull import PullOrder, pull
    from gitprov.interop.telemetry.services import SERVICES

    if service not in SERVICES:
        raise UsageError(f"there is no service {service!r}", f"the services are {', '.join(SERVICES)}")
    if agent is not None and not agent.strip():
        raise UsageError("--agent is empty", "name the program that asks the model")
    order = PullOrder(SERVICES[service], endpoint, agent or service, days, most, dry_run)
    env = with_keys(order.service.target.needed, os.environ)
    answer = pull(order, Moment(time.time(), os.environ, os.getcwd()), env)
    say(json.dumps(answer._asdict()) if as_json else _line(answer))
    complain(*(f"gitprov: not recorded: {problem}" for problem in answer.refused))
    if answer.problem:
        raise GitprovError(
            f"{service} did not answer to the end: {answer.problem}", "the next gitprov pull reads the rest"
        )
    if answer.refused:
        raise typer.Exit(EXIT_FINDINGS)


def _line(answer: PullAnswer) -> str:
    verb = "would be recorded" if answer.dry_run else "recorded"
    counts = f"{answer.listed} calls since {answer.since}, {answer.recorded} {verb}"
    return f"{answer.service} {clean(answer.url)}: {counts}"
