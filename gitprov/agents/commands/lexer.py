"""Splits shell text into pipelines of simple commands with literal words.

Reads words, quotes, here-documents, redirections, comments, `;`, `&&`, `|` and line ends. At anything else
(`||`, `&`, groups, substitutions, keywords) reading stops: what comes before it is kept. A word with a
variable, a glob or braces is not literal. The time is linear in the length of the text.
"""

from __future__ import annotations

import re
from typing import NamedTuple

LONGEST = 1 << 18
"""Characters of the longest text that is read."""
MOST = 200
"""Most pipelines that are read of one text, and most commands of a pipeline."""

_PLAIN = re.compile(r"""[^\s'"\\$`(){}\[\]*?<>|&;]+""")
_DOUBLE = re.compile(r'"((?:[^"\\]+|\\.)*)"', re.DOTALL)
_VARIABLE = re.compile(r"\$(?:\w+|[@*#?!$-]|\{\w+\})")
_NUMBER = re.compile(r"[0-9]+(?=[<>])")
_REDIRECTION = re.compile(r"&>>?|<<<|<<-|<<|<&|<>|<|>>|>\||>&|>")
_EXPANSION = re.compile(r"\\[$`\\\n]|`|\$[\w({@*#?!$-]")
_QUOTED_EXPANSION = re.compile(r'\\[$`"\\\n]|`|\$[\w({@*#?!$-]')
_KEYWORDS = frozenset((
    "if", "then", "else", "elif", "fi", "for", "while", "until", "do", "done", "case", "esac", "select",
    "function", "time", "coproc", "!", "[[", "{", "}",
))  # fmt: skip


class Redirection(NamedTuple):
    """A redirection of file descriptor `number`. `operator` is `<`, `>`, `>>`, `>&` or `<<`.

    `target` is the word after it; for `<<` it is the text of the input. None where it is not literal.
    """

    number: int
    operator: str
    target: str | None


class SimpleCommand(NamedTuple):
    """A command with its arguments, None for a word that is not literal, and its redirections."""

    words: tuple[str | None, ...]
    redirections: tuple[Redirection, ...]


def pipelines(text: str) -> list[tuple[SimpleCommand, ...]]:
    """The pipelines of a text in order, as far as it can be read; none where a quotation has no end."""
    scanner = _Scanner(text if len(text) <= LONGEST else "")
    try:
        scanner.scan()
    except _UnterminatedError:
        return []
    except _UnsupportedError:
        pass  # what comes before the place is read
    return [
        tuple(SimpleCommand(tuple(draft.words), tuple(draft.redirections)) for draft in pipeline)
        for pipeline in scanner.pipelines[:MOST]
    ]


class _UnsupportedError(Exception):
    """The text goes on with syntax that is not read."""


class _UnterminatedError(Exception):
    """The text ends within a quotation or a here-document."""


class _Draft:
    """A simple command that is being read."""

    def __init__(self) -> None:
        self.words: list[str | None] = []
        self.redirections: list[Redirection] = []


class _HereDocument(NamedTuple):
    """A here-document whose text is still to come; the redirection of a command at `place` gets it."""

    delimiter: str
    is_literal: bool
    has_tabs: bool
    command: _Draft
    place: int


class _Scanner:
    """Reads a text from its start. `pipelines` has those that are complete."""

    def __init__(self, text: str) -> None:
        self.pipelines: list[list[_Draft]] = []
        self._text = text
        self._at = 0
        self._commands = [_Draft()]
        self._waiting: list[_HereDocument] = []
        self._is_quoted = False

    def scan(self) -> None:
        """Read the text to its end."""
        text = self._text
        while self._at < len(text) and len(self.pipelines) < MOST:
            char = text[self._at]
            if char in " \t":
                self._at += 1
            elif text.startswith("\\\n", self._at):
                self._at += 2
            elif char == "\n":
                self._at += 1
                self._end()
                self._read_documents()
            elif char == "#":
                end = text.find("\n", self._at)
                self._at = len(text) if end < 0 else end
            elif (match := _NUMBER.match(text, self._at)) is not None:
                self._at = match.end()
                self._redirect(int(match.group()[:3]))
            elif char in "<>" or text.startswith("&>", self._at):
                self._redirect(None)
            elif char in ";&|":
                self._separate(char)
            else:
                self._add_word()
        self._end()
        if self._waiting:
            raise _UnterminatedError

    def _separate(self, char: str) -> None:
        """Read `;`, `&&` or `|`."""
        pair = self._text[self._at : self._at + 2]
        if pair in ("||", ";;", "|&") or (char == "&" and pair != "&&"):
            raise _UnsupportedError
        if char == "|":
            self._commands.append(_Draft())
            if len(self._commands) > MOST:
                raise _UnsupportedError
        else:
            self._end()
        self._at += 2 if pair == "&&" else 1

    def _end(self) -> None:
        """End the pipeline, unless it is empty, or goes on after a line end."""
        *_, last = self._commands
        if last.words or last.redirections:
            self.pipelines.append(self._commands)
            self._commands = [_Draft()]

    def _add_word(self) -> None:
        word = self._word()
        command = self._commands[-1]
        if not command.words and not self._is_quoted and word in _KEYWORDS:
            raise _UnsupportedError
        command.words.append(word)

    def _redirect(self, number: int | None) -> None:
        """Read a redirection from its operator on."""
        match = _REDIRECTION.match(self._text, self._at)
        if match is None:
            raise _UnsupportedError
        operator = match.group()
        self._at = match.end()
        while self._text[self._at : self._at + 1] in (" ", "\t"):
            self._at += 1
        target = self._word()
        if target == "" and not self._is_quoted:
            raise _UnsupportedError
        command = self._commands[-1]
        if operator in ("<<", "<<-"):
            if target is None:
                raise _UnsupportedError
            place = len(command.redirections)
            self._waiting.append(_HereDocument(target, self._is_quoted, operator == "<<-", command, place))
            target = None
        elif operator == "<<<":
            target = None if target is None else target + "\n"
        kind = {"<<-": "<<", "<<<": "<<", ">|": ">", "&>": ">&", "&>>": ">&"}.get(operator, operator)
        normal = 1 if kind.startswith(">") else 0
        command.redirections.append(Redirection(normal if number is None else number, kind, target))

    def _word(self) -> str | None:
        """The word at the place; None where it is not literal. `_is_quoted`: a part of it was quoted."""
        text, start, parts = self._text, self._at, []
        is_literal, self._is_quoted = not text.startswith("~", start), False
        while self._at < len(text) and (char := text[self._at]) not in " \t\n;|&<>":
            if (match := _PLAIN.match(text, self._at)) is not None:
                parts.append(match.group())
                self._at = match.end()
            elif char == "'":
                parts.append(self._single())
            elif char == '"':
                inner = self._double()
                is_literal = is_literal and inner is not None
                parts.append(inner or "")
            elif char == "\\":
                parts.append(self._escaped())
            elif char == "$":
                self._at = self._end_of_variable()
                is_literal = False
            elif char in "`()":
                raise _UnsupportedError
            else:
                is_literal = is_literal and char not in "*?[]{}"
                parts.append(char)
                self._at += 1
        return "".join(parts) if is_literal else None

    def _single(self) -> str:
        end = self._text.find("'", self._at + 1)
        if end < 0:
            raise _UnterminatedError
        inner, self._at, self._is_quoted = self._text[self._at + 1 : end], end + 1, True
        return inner

    def _double(self) -> str | None:
        match = _DOUBLE.match(self._text, self._at)
        if match is None:
            raise _UnterminatedError
        inner = match.group(1)
        if "$(" in inner or "`" in inner.replace("\\`", "") or re.search(r"\$\{\w*[^\w}]", inner):
            raise _UnsupportedError  # these have quotations of their own
        self._at, self._is_quoted = match.end(), True
        return _expanded(inner, _QUOTED_EXPANSION)

    def _escaped(self) -> str:
        char = self._text[self._at + 1 : self._at + 2]
        if not char:
            raise _UnterminatedError
        self._at += 2
        self._is_quoted = True
        return "" if char == "\n" else char

    def _end_of_variable(self) -> int:
        match = _VARIABLE.match(self._text, self._at)
        if match is None:
            raise _UnsupportedError
        return match.end()

    def _read_documents(self) -> None:
        """Read the here-documents of the line that has just ended."""
        for document in self._waiting:
            lines: list[str] = []
            while (line := self._line(document)) != document.delimiter:
                lines.append(line + "\n")
            text = "".join(lines)
            body = text if document.is_literal else _expanded(text, _EXPANSION)
            redirections, place = document.command.redirections, document.place
            redirections[place] = redirections[place]._replace(target=body)
        self._waiting = []

    def _line(self, document: _HereDocument) -> str:
        """The next line of a here-document, without the tabs that the shell takes off."""
        if self._at >= len(self._text):
            raise _UnterminatedError
        end = self._text.find("\n", self._at)
        end = len(self._text) if end < 0 else end
        line, self._at = self._text[self._at : end], end + 1
        return line.lstrip("\t") if document.has_tabs else line


def _expanded(text: str, pattern: re.Pattern[str]) -> str | None:
    """A text without its escapes; None where the shell would put something else into it."""
    parts, place = [], 0
    for match in pattern.finditer(text):
        if not match.group().startswith("\\"):
            return None
        parts += [text[place : match.start()], match.group()[1:].replace("\n", "")]
        place = match.end()
    return "".join(parts) + text[place:]
