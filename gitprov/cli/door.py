"""The one door to standard output and standard error: text for a person cannot steer the terminal, data stays
exact.

No other module writes to either stream (`tests/test_layers.py`). Colours pass only through
`cli.terminal.Out`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable

from gitprov.model.untrusted.printed import clean_line

_CLEAR = "\r\x1b[K"


def say(*lines: str) -> None:
    """Lines for a person on stdout. Whatever steers in one is shown as an escape, a newline too."""
    exact(_block(lines).encode("utf-8"))


def complain(*lines: str) -> None:
    """Such lines on stderr; a stderr that cannot be written to is no error."""
    if sys.stderr is None:  # closed by whoever started us
        return
    try:
        sys.stderr.write(_block(lines))
        sys.stderr.flush()
    except OSError:
        pass


def _block(lines: Iterable[str]) -> str:
    return "".join(f"{clean_line(line)}\n" for line in lines)


def exact(data: bytes) -> None:
    """Bytes for a program on stdout, as they are."""
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def progress(text: str) -> None:
    """One line on a terminal's stderr, drawn over the one before; an empty text takes it away."""
    sys.stderr.write(_CLEAR + clean_line(text))
    sys.stderr.flush()
