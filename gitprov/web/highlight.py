"""Source code as lines of HTML, with classes for the few kinds of tokens that have a colour."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from markupsafe import Markup, escape
from pygments.lexers import get_lexer_for_filename
from pygments.token import Comment, Keyword, Name, Number, Operator, String, _TokenType
from pygments.util import ClassNotFound

from gitprov.git.process import decode
from gitprov.model.lines import split_lines
from gitprov.model.untrusted.printed import clean_line
from gitprov.web.tokens import TokenReader

#: Characters of the longest file whose tokens are coloured.
_LONGEST = 600_000
_CLASSES = (
    (Comment, "c"), (String, "s"), (Number, "n"), (Keyword, "k"), (Operator.Word, "k"),
    (Name.Function, "f"), (Name.Class, "f"), (Name.Decorator, "f"), (Name.Builtin, "f"), (Name.Tag, "f"),
)  # fmt: skip


def html_lines(path: str, content: bytes) -> list[Markup]:
    """The lines of a file as safe HTML; characters that steer or reorder text are shown as escapes."""
    lines = [clean_line(decode(line.removesuffix(b"\n"))) for line in split_lines(content)]
    lexer = None if sum(map(len, lines)) > _LONGEST else _lexer(path)
    if lexer is not None:
        shown = _coloured(lexer.tokens("\n".join(lines)))
        if len(shown) == len(lines):
            return shown
    return [escape(line) for line in lines]


def _coloured(tokens: Iterable[tuple[_TokenType, str]]) -> list[Markup]:
    """The lines of a text from its tokens; neighbouring tokens of one colour are escaped together."""
    lines: list[list[str]] = [[]]
    waiting, colour = "", ""
    for kind, text in tokens:
        cls = _class_of(kind)
        if cls == colour:
            waiting += text
            continue
        _write(waiting, colour, lines)
        waiting, colour = text, cls
    _write(waiting, colour, lines)
    return [Markup("".join(pieces)) for pieces in lines]  # noqa: S704 - every piece is escaped


def _write(text: str, cls: str, lines: list[list[str]]) -> None:
    """Add a text of one colour to the last of the lines, and lines after it."""
    for number, piece in enumerate(str(escape(text)).split("\n")):
        if number:
            lines.append([])
        if piece:
            lines[-1].append(f"<span class={cls}>{piece}</span>" if cls and not piece.isspace() else piece)


@lru_cache(maxsize=512)
def _class_of(kind: _TokenType) -> str:
    for parent, cls in _CLASSES:
        if kind in parent:  # type: ignore[comparison-overlap]  # a kind contains those below it
            return cls
    return ""


@lru_cache(maxsize=64)
def _lexer_of(name: str) -> TokenReader | None:
    try:
        return TokenReader(get_lexer_for_filename(name, stripnl=False, ensurenl=False))
    except ClassNotFound:
        return None


def _lexer(path: str) -> TokenReader | None:
    """The lexer for a file's name; of names with an ending only the ending counts."""
    name = path.rpartition("/")[2]
    ending = name.rpartition(".")[2]
    return (_lexer_of(f"x.{ending}") if "." in name else None) or _lexer_of(name)
