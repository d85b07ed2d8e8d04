"""`gitprov collect`: record generations from the telemetry of programs that call models."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Annotated

import typer

from gitprov.cli.door import complain, say
from gitprov.errors import UsageError
from gitprov.flow.capture.moment import Moment

if TYPE_CHECKING:
    from gitprov.flow.exchange.calls import RecordedCalls

PORT = 4318
"""The port that OpenTelemetry names for OTLP/HTTP."""


def command(
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="0: any that is free; the address is printed.")
    ] = PORT,
    agent: Annotated[
        str, typer.Option("--agent", help="The name for programs that do not state theirs.")
    ] = "otlp",
) -> None:
    """Receive telemetry of programs that call models, and record their generations, until it is interrupted.

    It takes traces and logs by OTLP/HTTP, on 127.0.0.1 only, in the GenAI conventions of OpenTelemetry, those
    of OpenInference and of OpenLLMetry. Lines of recorded outputs are recognized in what is committed later.
    Programs have to send prompts and outputs: docs/collect.md names the settings.

    Example: gitprov collect

    Example: gitprov collect --port 0 --agent codegen
    """
    if not agent.strip():
        raise UsageError("--agent is empty", "name the tool that asks the model, as in: --agent codegen")
    cwd = os.getcwd()
    from gitprov.flow.exchange.calls import CallImporter

    recorder = CallImporter(agent, lambda: Moment(time.time(), os.environ, cwd))
    from gitprov.web.collector import Collector

    try:
        server = Collector(port, recorder, _report)
    except OSError as error:
        raise UsageError(
            f"port {port} cannot be used: {error.strerror}", "gitprov collect --port 0 takes any that is free"
        ) from error
    with server:
        say(f"OTEL_EXPORTER_OTLP_ENDPOINT={server.url}")
        server.serve_forever()


def _report(done: RecordedCalls) -> None:
    if done.generations:
        say(f"recorded {done.generations} generation{'s' * (done.generations != 1)}")
    complain(*(f"gitprov: not recorded: {problem}" for problem in done.problems))
