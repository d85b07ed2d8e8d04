"""Views of text as a person reads it: no terminal colours or invisible characters, escapes resolved.

Rules are applied to the view too. A view maps its places to places in the original text, where finds are
replaced.
"""

import re

from gitprov.checks.secrets.rules import compiled
from gitprov.model.named import NamedTuple

SIGN = (
    rb"[\x1b%&\\\xe2\xef\xc2](?:[0-7][0-9A-Fa-f]|[ux_/#\[\]\\@-Z^]|quot;|\x80[\x8b-\x8f\xaa-\xae]|\x81[\xa0-\xa4]"
    rb"|\xbb|\xad)"
)
"""Matches in every text whose view differs from it."""
SIGNS = (b"\x1b", b"%", b"&", b"\\", b"\xe2", b"\xef", b"\xc2")
"""The first bytes of these matches: a text that has none of them is read as it is."""

_HIDDEN = (
    rb"\x1b\[[0-?]{0,40}[ -/]{0,4}[@-~]|\x1b\][^\x07\x1b\r\n]{0,400}(?:\x07|\x1b\\)|\x1b[@-Z\\^_]"
    rb"|\xe2\x80[\x8b-\x8f\xaa-\xae]|\xe2\x81[\xa0-\xa4]|\xef\xbb\xbf|\xc2\xad"
)
_ESCAPED = (
    rb"%(?:25){0,3}([0-7][0-9A-Fa-f])|\\{1,4}(?:u00|x)([0-7][0-9A-Fa-f])"
    rb"|&#(?:x([0-7]?[0-9A-Fa-f])|([0-9]{1,3}));|\\([_/])|(&quot;)"
)
_EITHER = rb"(?P<hidden>" + _HIDDEN + rb")|" + _ESCAPED


class View(NamedTuple):
    """The text of a view, and for each of its parts the start in the view and in the line, ascending."""

    text: bytes
    starts: list[int]
    origins: list[int]

    def origin(self, at: int, *, end: bool = False) -> int:
        """The place in the line for place `at` in the view; with `end`, that after the byte before `at`."""
        from bisect import bisect_right

        if end:
            return self._inside(bisect_right(self.starts, at - 1) - 1, at - 1, 1)
        return self._inside(bisect_right(self.starts, at) - 1, at, 0)

    def _inside(self, part: int, at: int, more: int) -> int:
        """The origin of `at` in a part, which is bytes of the line, or one byte for a longer escape."""
        if more and part + 1 < len(self.starts) and self.starts[part + 1] == at + 1 == self.starts[part] + 1:
            return self.origins[part + 1]
        return self.origins[part] + at - self.starts[part] + more


def reads_otherwise(text: bytes, at: int) -> bool:
    """Whether the line that starts at `at` may have a view that differs from it."""
    end = text.find(b"\n", at)
    return compiled(_EITHER).search(text, at, len(text) if end < 0 else end) is not None


def _resolved(match: re.Match[bytes]) -> bytes:
    """The bytes that an escape represents; control characters become spaces, so that lines stay lines."""
    if match["hidden"] is not None:
        return b""
    if match[7] is not None:
        return b'"'
    digits = match[2] or match[3] or match[4]
    if match[6] is not None:
        return match[6]
    number = int(digits, 16) if digits is not None else int(match[5])
    return match[0] if number > 127 else b" " if number < 32 else bytes([number])


def view_of(line: bytes) -> View | None:
    """The view of a line; None if it is equal to the line."""
    parts, starts, origins = [], [0], [0]
    at = size = 0
    for match in compiled(_EITHER).finditer(line):
        new = _resolved(match)
        if new == match[0]:
            continue
        parts += [line[at : match.start()], new]
        size += match.start() - at
        starts.append(size)
        origins.append(match.start())
        size += len(new)
        starts.append(size)
        origins.append(match.end())
        at = match.end()
    if not parts:
        return None
    return View(b"".join([*parts, line[at:]]), starts, origins)
