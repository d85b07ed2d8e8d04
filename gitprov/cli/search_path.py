"""The current directory of this process, and a search path without it.

Every command imports this module first, so that no other module is imported from the current directory.

Hooks prevent that with `python -I`. Commands that an installer made run with their user's PYTHONPATH. Its
empty or relative entries are places in the current work tree, so they are removed from the search path before
other imports.
"""

import os
import sys


def without_relative(path: list[str], entries: str, directory: str) -> list[str]:
    """`path` without the places that empty or relative entries of PYTHONPATH (`entries`) name.

    They are relative to `directory`, the current one.
    """
    relative = [entry for entry in entries.split(os.pathsep) if not os.path.isabs(entry)]
    places = {os.path.normpath(os.path.join(directory, entry)) for entry in relative} | {*relative}
    return [entry for entry in path if entry not in places]


def current_directory() -> str:
    """The current directory of this process; `/` if it was removed."""
    try:
        return os.getcwd()
    except OSError:
        return "/"


if os.environ.get("PYTHONPATH") and not sys.flags.ignore_environment:
    try:
        sys.path[:] = without_relative(sys.path, os.environ["PYTHONPATH"], os.getcwd())
    except OSError:  # the directory was removed: nothing can be imported from it
        pass
