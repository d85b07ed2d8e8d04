"""Notices to a program that records: each text is shown once in a process, as a Python warning."""

from __future__ import annotations

import warnings

_shown: set[str] = set()


def notice(text: str) -> None:
    """Warn with `text`, attributed to the caller's code, unless this process has done so before."""
    if text not in _shown:
        _shown.add(text)
        warnings.warn(f"gitprov: {text}", RuntimeWarning, stacklevel=_level())


def _level() -> int:
    """The stack level of the first frame outside of this room, counted from `notice`."""
    import sys

    level, frame = 1, sys._getframe(1)  # noqa: SLF001
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith("gitprov.sdk"):
        level, frame = level + 1, frame.f_back
    return level
