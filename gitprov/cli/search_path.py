"""Imported first by every command: nothing of the directory that we run in is imported.

The hooks start Python so that it cannot be (`python -I`); the commands that an installer made are started by
whoever types them, with whatever PYTHONPATH they have. An entry of it that is empty or relative means the
work tree of the moment, so it is taken off the search path before anything else is imported.
"""

import os
import sys


def without_relative(path: list[str], entries: str, directory: str) -> list[str]:
    """The search path `path` without those places that empty or relative entries of PYTHONPATH (`entries`)
    stand for in `directory`, the current one.
    """
    relative = [entry for entry in entries.split(os.pathsep) if not os.path.isabs(entry)]
    places = {os.path.normpath(os.path.join(directory, entry)) for entry in relative} | {*relative}
    return [entry for entry in path if entry not in places]


if os.environ.get("PYTHONPATH") and not sys.flags.ignore_environment:
    try:
        sys.path[:] = without_relative(sys.path, os.environ["PYTHONPATH"], os.getcwd())
    except OSError:  # somebody removed the directory: nothing can be imported from it
        pass
