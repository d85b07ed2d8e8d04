"""Source code as lines of HTML with classes for its tokens."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from markupsafe import Markup, escape
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_for_filename
from pygments.util import ClassNotFound

from gitprov.git.process import decode
from gitprov.model.lines import split_lines
from gitprov.model.untrusted.printed import clean_line

#: Characters of the longest file whose tokens are coloured.
_LONGEST = 600_000


def html_lines(path: str, content: bytes) -> list[Markup]:
    """The lines of a file as safe HTML; characters that steer or reorder text are shown as escapes."""
    lines = [clean_line(decode(line.removesuffix(b"\n"))) for line in split_lines(content)]
    lexer = None if sum(map(len, lines)) > _LONGEST else _lexer(path)
    if lexer is not None:
        shown = highlight("\n".join(lines), lexer, HtmlFormatter(nowrap=True)).split("\n")
        shown = shown[:-1] if len(shown) == len(lines) + 1 else shown
        if len(shown) == len(lines):
            return [Markup(line) for line in shown]  # noqa: S704 - Pygments escapes
    return [escape(line) for line in lines]


@lru_cache(maxsize=64)
def _lexer_of(name: str) -> Any:  # noqa: ANN401 - Pygments has no types
    try:
        return get_lexer_for_filename(name, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None


def _lexer(path: str) -> Any:  # noqa: ANN401 - as above
    name = path.rpartition("/")[2]
    return _lexer_of(name if "." not in name else "x." + name.rpartition(".")[2]) or _lexer_of(name)
