"""Writes to standard output and standard error: text without control characters, data unchanged.

No other module writes to either stream (`tests/test_layers.py`). Colours pass only through
`cli.terminal.Out`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable

from gitprov.model.untrusted.printed import clean_line

_CLEAR = "\r\x1b[K"


def say(*lines: str) -> None:
    """Write lines of text to stdout; control characters in them, newlines too, are shown as escapes."""
    exact(_block(lines).encode("utf-8"))


def complain(*lines: str) -> None:
    """Write lines to stderr, with escapes as in `say`; a failure to write is ignored."""
    if sys.stderr is None:  # the parent process closed it
        return
    try:
        sys.stderr.write(_block(lines))
        sys.stderr.flush()
    except OSError:
        pass


def _block(lines: Iterable[str]) -> str:
    return "".join(f"{clean_line(line)}\n" for line in lines)


def exact(data: bytes) -> None:
    """Write data to stdout unchanged."""
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def progress(text: str) -> None:
    """Write a line over the last progress line on a terminal's stderr; an empty text removes it."""
    sys.stderr.write(_CLEAR + clean_line(text))
    sys.stderr.flush()
