"""The directories of the libraries that gitprov imports: named to whatever starts Python without looking for
them.
"""

from __future__ import annotations

import os
import sys
from importlib.machinery import PathFinder

#: What hooks import besides Python's own modules.
_NEEDED = ("pygit2", *(("tomli",) if sys.version_info < (3, 11) else ()))


def directory() -> str:
    """Where hooks find what they import besides gitprov; empty where no one directory has all of it."""
    places = {_place(name) for name in _NEEDED}
    return places.pop() or "" if len(places) == 1 else ""


def complete() -> None:
    """Look for libraries as Python does by itself, if this process was started without that and lacks one."""
    if any(_place(name) is None for name in _NEEDED):
        import site

        site.main()


def _place(name: str) -> str | None:
    """The directory on the search path that holds a module; None where there is none."""
    spec = PathFinder.find_spec(name)
    return None if spec is None or spec.origin is None else _above(spec.origin, name)


def _above(origin: str, name: str) -> str | None:
    """`<directory>/<name>/__init__.py` and `<directory>/<name>.py` are in `<directory>`."""
    parent = os.path.dirname(os.path.abspath(origin))
    return os.path.dirname(parent) if os.path.basename(parent) == name else parent
