"""The list of checks. A new check is a module with a function `command`, and one line here."""

from __future__ import annotations

import typer

from gitprov.cli.commands.check import deps, nondeterminism, security, trace

app = typer.Typer(
    help="Judge the lines that models wrote: their records, their packages.",
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("trace")(trace.command)
app.command("deps")(deps.command)
app.command("security")(security.command)
app.command("nondeterminism")(nondeterminism.command)
