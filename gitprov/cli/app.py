"""The full program: the list of commands, and functions that load and run one of them.

A new command is a module with a function `command` (or a typer application `app` if it has subcommands),
and one line in `COMMANDS`.
"""

from __future__ import annotations

import importlib
import io
from collections.abc import Sequence

import typer

from gitprov import __version__
from gitprov.cli.boundary import guarded
from gitprov.cli.door import complain, say
from gitprov.errors import EXIT_INTERRUPTED

COMMANDS = {
    "install": "gitprov.cli.commands.setup.install",
    "uninstall": "gitprov.cli.commands.setup.uninstall",
    "doctor": "gitprov.cli.commands.setup.doctor",
    "capture": "gitprov.cli.commands.capture.capture_help",
    "acp": "gitprov.cli.commands.capture.acp",
    "mcp": "gitprov.cli.commands.capture.mcp",
    "record": "gitprov.cli.commands.capture.record",
    "proxy": "gitprov.cli.commands.capture.proxy",
    "sweep": "gitprov.cli.commands.capture.sweep",
    "status": "gitprov.cli.commands.status",
    "show": "gitprov.cli.commands.show",
    "versions": "gitprov.cli.commands.behaviour.versions",
    "compare": "gitprov.cli.commands.behaviour.compare",
    "restore": "gitprov.cli.commands.behaviour.restore",
    "review": "gitprov.cli.commands.records.review",
    "sync": "gitprov.cli.commands.records.sync",
    "clone-setup": "gitprov.cli.commands.setup.clone_setup",
    "verify": "gitprov.cli.commands.records.verify",
    "prompts": "gitprov.cli.commands.behaviour.prompts",
    "check": "gitprov.cli.commands.check.program",
    "guard": "gitprov.cli.commands.capture.guard",
    "ci": "gitprov.cli.commands.ci",
    "baseline": "gitprov.cli.commands.behaviour.baseline",
    "drift": "gitprov.cli.commands.behaviour.drift",
    "feeds": "gitprov.cli.commands.feeds",
    "backfill": "gitprov.cli.commands.capture.backfill",
    "heal": "gitprov.cli.commands.records.heal",
    "forget": "gitprov.cli.commands.records.forget",
    "index": "gitprov.cli.commands.index",
    "stats": "gitprov.cli.commands.stats",
    "search": "gitprov.cli.commands.search",
    "trace": "gitprov.cli.commands.trace",
    "report": "gitprov.cli.commands.report",
    "serve": "gitprov.cli.commands.serve",
    "import": "gitprov.cli.commands.exchange.importing",
    "export": "gitprov.cli.commands.exchange.exporting",
    "attest": "gitprov.cli.commands.exchange.attest",
    "verify-attestation": "gitprov.cli.commands.exchange.verify_attestation",
    "disclose": "gitprov.cli.commands.exchange.disclose",
    "push": "gitprov.cli.commands.exchange.push",
    "pull": "gitprov.cli.commands.exchange.pull",
    "collect": "gitprov.cli.commands.capture.collect",
}
"""Each command and its module, in the order of the help. Only the requested command is imported."""

HELP = """Where each line of AI-written code came from, kept inside git.

`git ai-blame FILE` and `git ai-log` answer; the commands below record, check and share.
"""


def run_app(argv: Sequence[str]) -> int:
    """Run one command line, without the program's name, and return its exit code."""
    return guarded(lambda: _run(argv))


def make_app(names: Sequence[str]) -> typer.Typer:
    """The program with only the commands in `names` loaded."""
    app = typer.Typer(
        name="gitprov",
        help=HELP,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(invoke_without_command=True)(_root)
    for name in names:
        module = importlib.import_module(COMMANDS[name])
        if hasattr(module, "app"):
            app.add_typer(module.app, name=name)
        else:
            settings = getattr(module, "CONTEXT_SETTINGS", None)
            app.command(name, context_settings=settings)(module.command)
    return app


def _run(argv: Sequence[str]) -> int:
    names = argv[:1] if argv and argv[0] in COMMANDS else list(COMMANDS)
    app = make_app(names)
    try:
        code = app(args=list(argv) or ["--help"], prog_name="gitprov", standalone_mode=False)
    except typer.Abort:
        return EXIT_INTERRUPTED
    except Exception as error:
        # Command-line errors have a method `show`; typer does not export their common class.
        show = getattr(error, "show", None)
        if show is None:
            raise
        shown = io.StringIO()
        show(file=shown)
        complain(*shown.getvalue().rstrip("\n").split("\n"))
        return int(getattr(error, "exit_code", 2))
    return code if isinstance(code, int) else 0


def _root(version: bool = typer.Option(False, "--version", help="Show the version and exit.")) -> None:
    if version:
        say(f"gitprov {__version__}")
        raise typer.Exit
