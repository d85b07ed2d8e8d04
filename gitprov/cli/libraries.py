"""Finds the directories of libraries that gitprov imports, for a Python that is started without site."""

from __future__ import annotations

import os
import sys
from importlib.machinery import PathFinder

#: Modules that hooks import besides the standard library.
_NEEDED = ("pygit2", *(("tomli",) if sys.version_info < (3, 11) else ()))


def directory() -> str:
    """The directory of all modules that hooks need besides gitprov; empty if no single one has them all."""
    places = {_place(name) for name in _NEEDED}
    return places.pop() or "" if len(places) == 1 else ""


def complete() -> None:
    """Import site, which finds libraries, if this process was started without it and lacks one."""
    if any(_place(name) is None for name in _NEEDED):
        import site

        site.main()


def _place(name: str) -> str | None:
    """The directory on the search path that holds a module; None if there is none."""
    spec = PathFinder.find_spec(name)
    return None if spec is None or spec.origin is None else _above(spec.origin, name)


def _above(origin: str, name: str) -> str | None:
    """`<directory>` of an origin `<directory>/<name>/__init__.py` or `<directory>/<name>.py`."""
    parent = os.path.dirname(os.path.abspath(origin))
    return os.path.dirname(parent) if os.path.basename(parent) == name else parent
