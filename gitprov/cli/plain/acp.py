"""`gitprov acp [--agent NAME] -- AGENT [ARGS…]`, run without typer, since an editor waits for it."""

from __future__ import annotations

import os

from gitprov.cli.door import complain
from gitprov.cli.search_path import current_directory
from gitprov.errors import EXIT_USAGE

_USAGE = "gitprov acp [--agent NAME] -- AGENT [ARGS…]"


def run(argv: list[str]) -> int:
    """Run the agent of a command line until it ends, and return its exit code."""
    options, words = argv, argv
    if "--" in argv:
        options, words = argv[: argv.index("--")], argv[argv.index("--") + 1 :]
    elif argv[:1] and not argv[0].startswith("-"):
        options = []
    agent = options[1] if len(options) == 2 and options[0] == "--agent" else None
    if not words or (options and agent is None):
        complain("gitprov: acp needs the agent's command line", f"hint: {_USAGE}")
        return EXIT_USAGE
    from gitprov.flow.capture.relay import acp_run

    try:
        return acp_run.end_like(acp_run.run_agent(tuple(words), os.environ, current_directory(), agent))
    except OSError as error:
        complain(f"gitprov: {words[0]} cannot be started: {error.strerror}", f"hint: {_USAGE}")
        return 126 if isinstance(error, PermissionError) else 127
