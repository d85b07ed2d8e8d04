"""The `gitprov` command: runs commands that must be fast directly, else loads the full program."""

from __future__ import annotations

import gitprov.cli.search_path  # noqa: F401 - before all others  # isort: skip

import sys


def main() -> int:
    """Run the command line of this process and return its exit code; short commands end the process here."""
    argv = sys.argv[1:]
    if argv[:1] == ["capture"] and not ({"-h", "--help"} & set(argv)):
        from gitprov.cli.capture import run

        return run(argv[1:])
    if argv[:1] == ["hook"] and not ({"-h", "--help"} & set(argv)):
        from gitprov.cli.hook import run as run_hook

        return run_hook(argv[1:])
    if argv[:1] == ["guard"] and not any(word.startswith("-") for word in argv):
        from gitprov.cli.plain.guard import run as run_guard

        return run_guard(argv[1:])
    if argv[:1] == ["acp"] and not ({"-h", "--help"} & {*argv[1 : argv.index("--") if "--" in argv else 2]}):
        from gitprov.cli.plain.acp import run as run_acp

        return run_acp(argv[1:])
    if argv == ["heal"]:
        from gitprov.cli.boundary import guarded
        from gitprov.cli.commands.records.heal_run import run as run_heal
        from gitprov.flow.heal.run import HealRequest

        return guarded(lambda: run_heal(HealRequest()))
    if argv == ["--version"]:
        from gitprov import __version__
        from gitprov.cli.door import say

        say(f"gitprov {__version__}")
        return 0
    from gitprov.cli.plain.words import run_plain

    code = run_plain(argv)
    if code is not None:
        from gitprov.cli.boundary import leave

        leave(code)
    from gitprov.cli.app import run_app

    return run_app(argv)
