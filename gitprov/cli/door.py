"""Writes to standard output and standard error: text without control characters, data unchanged.

No other module writes to either stream (`tests/test_layers.py`). Colours pass only through
`cli.terminal.Out`.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable, Sequence

from gitprov.model.untrusted.printed import clean_line

_CLEAR = "\r\x1b[K"
#: Seconds between two drawings of a progress line.
_OFTEN = 0.2


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


def answered(argv: Sequence[str], command: str, help_module: str) -> bool:
    """Answer `-h`, `--help` or `--version` where `argv` has one before `--`; returns whether it has.

    `help_module` is the name of the module with the text HELP, which is imported only if it is shown.
    """
    options = argv[: argv.index("--")] if "--" in argv else argv
    if {"-h", "--help"} & {*options}:
        from importlib import import_module

        say(*import_module(help_module).HELP.splitlines())
        return True
    if "--version" in options:
        from gitprov import __version__

        say(f"git {command} (gitprov) {__version__}")
        return True
    return False


class Progress:
    """One line on a terminal's stderr, drawn over itself while long work goes on; nothing where stderr is no
    terminal.

    It is shown from `patience` seconds on, and drawn five times a second at most.
    """

    def __init__(self, patience: float = 0.0) -> None:
        self._next = time.monotonic() + patience if os.isatty(2) else float("inf")
        self._shown = False

    def __call__(self, what: str, done: int, total: int) -> None:
        """Show how many are done, and of how many where that is known (`total` 0: not known)."""
        now = time.monotonic()
        if now >= self._next:
            self._draw(f"{what}: {done:,} of {total:,}" if total else f"{what}: {done:,}")
            self._next = now + _OFTEN
            self._shown = True

    def end(self) -> None:
        """Take the line away."""
        if self._shown:
            self._draw("")

    @staticmethod
    def _draw(text: str) -> None:
        sys.stderr.write(_CLEAR + clean_line(text))
        sys.stderr.flush()
