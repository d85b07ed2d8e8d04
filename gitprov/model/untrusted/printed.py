"""Text from others for terminals and shells: characters that could steer these are shown as escapes.

Names, messages, prompts and file contents come from the authors of a repository, of its notes or of the
model's answer. A terminal obeys control characters, reorders text at bidirectional ones and hides invisible
ones.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Callable
    from typing import AnyStr

#: Steering characters: controls (C0, DEL, C1), bidirectional and invisible formatting characters, line and
#: paragraph separators, fillers, variation selectors, surrogates, tags.
_STEERING = (
    r"\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    r"\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\ud800-\udfff"
    r"\U00013430-\U0001345f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
#: Patterns are compiled at their first use: hooks import this, and compiling takes milliseconds.
_IN_BLOCKS = f"[{_STEERING}]"
_IN_LINES = f"[\\n{_STEERING}]"
_IN_FIELDS = f"[\\t\\n{_STEERING}]"
_BUT_COLOURS = f"[\\n{_STEERING}](?:(?<=\\x1b)\\[[0-9;]*m)?"
#: An emoji may be followed by a variation selector: shown as text, or as a picture.
_SELECTORS = ("\ufe0e", "\ufe0f")
_SYMBOL = r"[#*0-9\u00a9\u00ae\u203c-\u3299\U0001f000-\U0001faff]"
_SHORT = {9: "\\t", 10: "\\n", 13: "\\r"}
_CONTROL_BYTE = rb"[\x00-\x08\x0b-\x1f\x7f]"


def clean(text: str) -> str:
    r"""A field of a line, with steering characters, tabs and newlines as escapes (`\x1b`, `\n`, `\u202e`).

    A surrogate that stands for a byte which is not UTF-8 is shown as that byte, `\xff`.
    """
    if text.isascii() and text.isprintable():
        return text
    return _sub(_IN_FIELDS, _escape, text)


def clean_rows(rows: list[str]) -> list[str]:
    """`clean` for each of several fields; all are checked at once, since hardly any has such characters."""
    joined = "".join(rows)
    return rows if joined.isascii() and joined.isprintable() else [clean(row) for row in rows]


def clean_line(text: str) -> str:
    r"""`clean` for a line in which tabs are text, such as a file's; a `\r` at its end is removed."""
    if text.isascii() and text.isprintable():
        return text
    return _sub(_IN_LINES, _escape, text.removesuffix("\r"))


def clean_block(text: str) -> str:
    r"""`clean` for text of several lines: tabs and newlines stay, `\r\n` becomes `\n`."""
    return _sub(_IN_BLOCKS, _escape, text.replace("\r\n", "\n"))


def clean_bytes(line: bytes) -> bytes:
    r"""`clean_line` for a line of a file, as UTF-8; a `\r` at its end belongs to the line end and stays."""
    if line.isascii() and not _has(_CONTROL_BYTE, line):
        return line
    end = b"\r" if line.endswith(b"\r") else b""
    return clean_line(line.decode("utf-8", "surrogateescape")).encode("utf-8") + end


def clean_painted(line: str) -> str:
    """`clean_line` for a composed and coloured line: colours (SGR sequences) stay.

    A second safeguard: parts of a line are cleaned before they are coloured, since others can write colours
    too.
    """
    if line.isascii() and line.isprintable():
        return line
    return _sub(_BUT_COLOURS, _escape_but_colour, line.removesuffix("\r"))


def clean_painted_block(text: str | bytes) -> bytes:
    r"""`clean_painted` for several lines, each with its newline or its `\r\n`, as UTF-8."""
    if isinstance(text, bytes):
        if text.isascii() and not _has(_CONTROL_BYTE, text):
            return text
        text = text.decode("utf-8", "surrogateescape")
    if text.isascii() and text.replace("\n", "").isprintable():
        return text.encode("ascii")
    ends = text.split("\n")
    shown = (clean_painted(line) + ("\r" if line.endswith("\r") else "") for line in ends[:-1])
    return "\n".join([*shown, clean_painted(ends[-1])]).encode("utf-8")


def without_steering(text: str) -> str:
    """Text without the characters that `clean` escapes, for output that is read later: a trailer, a file."""
    return _sub(_IN_FIELDS, "", text)


def _has(pattern: AnyStr, text: AnyStr) -> bool:
    """Whether a text has a match of a pattern."""
    import re  # takes half as long as Python itself takes to start, and hardly any text needs it

    return re.search(pattern, text) is not None


def _sub(pattern: str, shown: str | Callable[[re.Match[str]], str], text: str) -> str:
    import re

    return re.sub(pattern, shown, text)


def _escape_but_colour(match: re.Match[str]) -> str:
    return match[0] if len(match[0]) > 1 else _escape(match)


def _escape(match: re.Match[str]) -> str:
    char = match[0]
    if char in _SELECTORS and _has(_SYMBOL, match.string[match.start() - 1 : match.start()]):
        return char
    number = ord(char)
    if 0xDC80 <= number <= 0xDCFF:
        number -= 0xDC00
    if number < 0x100:
        return _SHORT.get(number) or f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


_PLAIN_WORD = r"\A[A-Za-z0-9_@%+:,./-][A-Za-z0-9_@%+=:,./-]*\Z"
_PATTERN = r"[*?\[\\]|^:"


def shell_quoted(word: str) -> str:
    """A word to paste into a shell, which reads it back unchanged.

    It is unquoted where that is safe, else in single quotes. With steering characters it is `$'…'` with
    octal escapes of their bytes, which bash, zsh and ksh read. A surrogate stands for its byte, as in paths.
    """
    if _has(_PLAIN_WORD, word):
        return word
    if not _has(_IN_FIELDS, word):
        return "'" + word.replace("'", "'\"'\"'") + "'"
    return "$'" + "".join(map(_ansi_c, word)) + "'"


def argument_quoted(word: str) -> str:
    """`shell_quoted` for an argument that must not be read as an option: `-- ` before a leading dash."""
    return ("-- " if word.startswith("-") else "") + shell_quoted(word)


def path_quoted(path: str) -> str:
    """`shell_quoted` for a path from the work tree's top, which git never takes as a pattern."""
    return shell_quoted(f":(top,literal){path}" if _has(_PATTERN, path) else path)


def _ansi_c(char: str) -> str:
    if char in "'\\":
        return "\\" + char
    if not _has(_IN_FIELDS, char):
        return char
    try:
        data = char.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # half a surrogate pair, out of a JSON escape
        data = char.encode("utf-8", "surrogatepass")
    return "".join(f"\\{byte:03o}" for byte in data)
