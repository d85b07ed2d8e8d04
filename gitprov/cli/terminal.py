"""Standard output as git treats it: pager, colours, width."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from itertools import islice
from types import TracebackType

from gitprov.errors import UsageError
from gitprov.model.named import NamedTuple
from gitprov.model.untrusted.printed import clean_painted, clean_painted_block

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import IO

    from typing_extensions import Self

    from gitprov.git.user.pager import Pager

#: Lines that are written together.
_TOGETHER = 500

_WHEN = ("always", "never", "auto")


class Screen(NamedTuple):
    """Properties of standard output. `width` is in columns, None without COLUMNS and a terminal."""

    terminal: bool
    width: int | None
    env: Mapping[str, str]

    @classmethod
    def of_stdout(cls, env: Mapping[str, str]) -> Screen:
        """The screen of our stdout, or that of the pager which git started for us (`git -p`)."""
        paged = env.get("GIT_PAGER_IN_USE", "").lower() in ("true", "1", "yes", "on")
        terminal = paged or os.isatty(1)
        return cls(terminal, _width(env, terminal), env)

    def colour(self, cwd: str, command: str, when: str | None) -> bool:
        """Whether to use colours; `when` is the value of --color, None if it is absent."""
        if when is not None and when not in _WHEN:
            raise UsageError(f"--color takes always, never or auto, not {when!r}")
        if when in ("always", "never"):
            return when == "always"
        if self.env.get("NO_COLOR"):
            return False
        from gitprov.git.user.settings import uses_colour

        able = self.terminal and self.env.get("TERM", "dumb") != "dumb"
        return able if when == "auto" else uses_colour(command, able, cwd=cwd, env=self.env)

    def colours(
        self, cwd: str, command: str, when: str | None, defaults: Mapping[str, str]
    ) -> Mapping[str, str]:
        """Slot → escape sequence: what `color.<command>.<slot>` sets, else the default; none where there
        are no colours.
        """
        if not self.colour(cwd, command, when):
            return {}
        from gitprov.git.user.settings import colours

        return {**defaults, **colours(command, defaults, cwd=cwd, env=self.env)}

    def open(self, cwd: str, command: str, paging: bool = True) -> Out:
        """The output to write to: a pager if stdout is a terminal and paging is enabled, else stdout."""
        if not (paging and os.isatty(1)):
            return Out(sys.stdout.buffer, None)
        from gitprov.git.user import pager, settings

        if not settings.uses_pager(command, cwd=cwd, env=self.env):
            return Out(sys.stdout.buffer, None)
        chosen = pager.chosen(cwd, self.env)
        if chosen is None:
            return Out(sys.stdout.buffer, None)
        started = pager.Pager(chosen, self.env)
        return Out(started.input, started)


class Out:
    """An output for bytes. If the user quits the pager early, output ends without an error."""

    def __init__(self, stream: IO[bytes], pager: Pager | None) -> None:
        self._pager = pager
        self.exact = stream.write
        self.flush = stream.flush

    def write(self, text: str | bytes) -> None:
        """Write whole lines with colours; other control characters are shown as escapes."""
        self.exact(clean_painted_block(text))

    def lines(self, lines: Iterable[str]) -> None:
        """Write lines given without newlines; a newline inside one is shown as an escape."""
        rest = iter(lines)
        while some := list(islice(rest, _TOGETHER)):
            self.exact("".join([f"{clean_painted(line)}\n" for line in some]).encode("utf-8"))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> bool:
        if self._pager is None:
            if kind is None:
                self.flush()
            return False
        self._pager.close()
        return kind is not None and issubclass(kind, BrokenPipeError)


def _width(env: Mapping[str, str], terminal: bool) -> int | None:
    """Columns from COLUMNS, else of the terminal (80 if unknown); None if there is neither."""
    columns = env.get("COLUMNS", "")
    if columns.isdigit() and int(columns) > 0:
        return int(columns)
    if not terminal:
        return None
    for handle in (1, 2, 0):
        try:
            return os.get_terminal_size(handle).columns or 80
        except OSError:
            continue
    return 80
