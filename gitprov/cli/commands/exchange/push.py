"""`gitprov push`: send what is recorded of models' turns to a collector or an observability service."""

from __future__ import annotations

import json
import os
import time
from typing import Annotated

import typer

from gitprov.cli.commands.stats import usable
from gitprov.cli.door import say
from gitprov.errors import EXIT_FINDINGS, GitprovError, UsageError
from gitprov.git.repo import Repository
from gitprov.model.wording import amount

_Endpoint = Annotated[
    str | None,
    typer.Option("--endpoint", metavar="URL", help="The address, instead of that of the environment."),
]
_Range = Annotated[
    str | None, typer.Option("--range", metavar="RANGE", help="Which commits; all of HEAD without it.")
]
_Content = Annotated[bool, typer.Option("--with-content", help="Also prompts and outputs, without secrets.")]
_Semconv = Annotated[
    str, typer.Option("--semconv", metavar="VERSION", help="GenAI conventions: 1.37 or 1.36.")
]


def command(
    target: Annotated[
        str,
        typer.Argument(
            metavar="TARGET",
            help="otlp, langsmith, weave, langfuse, datadog, phoenix, mlflow, loki, datadog-logs, helicone.",
        ),
    ],
    endpoint: _Endpoint = None,
    revs: _Range = None,
    content: _Content = False,
    dry_run: Annotated[bool, typer.Option("-n", "--dry-run", help="Only count what would be sent.")] = False,
    semconv: _Semconv = "1.37",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Send recorded turns of models to a collector, as spans of OpenTelemetry or as lines of a log.

    Models, agents, counts of lines and digests are sent; prompts and outputs only with --with-content, after
    redaction. Names of people and paths are not sent. A second push sends only what is new or has changed.

    Addresses and keys come from the environment: OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_HEADERS and
    the other variables of OpenTelemetry, or those of the service. Keys are written nowhere.

    Exit code 1 where a row is refused, 3 where the target gives no answer.

    Examples: gitprov push otlp --dry-run; gitprov push langfuse --range v1.0..HEAD
    """
    from gitprov.flow.exchange.push import PushRequest, push
    from gitprov.interop.genai import SCHEMAS
    from gitprov.interop.push_targets import TARGETS
    from gitprov.output import push as output

    if target not in TARGETS:
        raise UsageError(f"there is no target {target!r}", f"the targets are {', '.join(TARGETS)}")
    if semconv not in SCHEMAS:
        raise UsageError(f"--semconv takes {', '.join(SCHEMAS)}, not {semconv!r}", "gitprov push -h")
    revisions = usable([revs] if revs else None, "push")
    request = PushRequest(TARGETS[target], endpoint, revisions, semconv, content, dry_run)
    with Repository.discover(os.getcwd(), os.environ) as repo:
        answer = push(repo, request, time.time())
    say(*([json.dumps(output.document(answer))] if as_json else output.lines(answer)))
    if answer.problem:
        raise GitprovError(
            f"{amount(answer.waiting, 'row')} not sent: {answer.problem}", "the next gitprov push sends them"
        )
    if answer.refused:
        raise typer.Exit(EXIT_FINDINGS)
