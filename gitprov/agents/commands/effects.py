"""The edits of files that a shell command makes, as far as its text alone proves them.

These are `cat`, `echo`, `printf` and `tee` with literal text into a file, `mv`, `git mv`, `rm`, `git rm`, and
`sed -i` with plain substitutions. Other commands are taken to change no file that a later one edits, unless
their output goes into it; whether an edit took place is for the files to show.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable

from gitprov.agents.commands import sed
from gitprov.agents.commands.lexer import SimpleCommand, pipelines
from gitprov.agents.payloads.report import FileEdit

MOST_EDITS = 500
"""Edits of one command above which none is reported."""

_ENDS = frozenset(("exit", "return", "exec", "eval", "source", ".", "pushd", "popd"))
"""Commands after which the text does not show what runs, or in which directory."""
_MOVE_OPTIONS = frozenset(("-f", "-v", "-k", "--force", "--verbose"))
_REMOVE_OPTIONS = frozenset((
    "-f", "-r", "-R", "-v", "-q", "-rf", "-fr", "-Rf", "--force", "--recursive", "--verbose", "--quiet",
))  # fmt: skip
_PIECE = re.compile(r'%s|%%|\\[nt\\"]|[^%\\]+')
"""A piece of a format of `printf`: what an argument replaces, an escape, or text."""
_ESCAPES = {"\\n": "\n", "\\t": "\t", "\\\\": "\\", '\\"': '"', "%%": "%"}


def edits_of(command: str, directory: str = "") -> tuple[FileEdit, ...]:
    """The edits that a command makes, in order. `directory` is the one in which it runs."""
    effects = _Effects(directory)
    for pipeline in pipelines(command):
        if not effects.run(pipeline):
            break
    return tuple(effects.edits) if len(effects.edits) <= MOST_EDITS else ()


def texts(edits: tuple[FileEdit, ...]) -> tuple[FileEdit, ...]:
    """Those of the edits that put text into a file."""
    return tuple(edit for edit in edits if edit.content or edit.appended)


class _Effects:
    """The edits of the pipelines so far. Files with contents that the text does not show get no edit."""

    def __init__(self, directory: str) -> None:
        self.edits: list[FileEdit] = []
        self._directory = directory
        self._unclear: set[str] = set()
        self._verbs: dict[str, Callable[[list[str]], None]] = {
            "mv": self._move,
            "rm": self._remove,
            "cp": self._copy,
            "sed": self._substitute,
        }

    def run(self, pipeline: tuple[SimpleCommand, ...]) -> bool:
        """Add the edits of a pipeline; False where the text does not show what comes after it."""
        first, last = pipeline[0], pipeline[-1]
        words = [word for word in first.words if word is not None]
        is_literal = len(words) == len(first.words)
        if len(pipeline) == 1 and first.words[:1] == ("cd",):
            if len(words) != 2 or not is_literal or words[1].startswith("-"):
                return False
            self._directory = self._place(words[1]) or ""
            return True
        if any(command.words and command.words[0] in _ENDS for command in pipeline):
            return False
        if len(pipeline) == 2 and last.words[:1] == ("tee",) and not _targets(first):
            self._write_by_tee(last, _output(first))
        elif len(pipeline) == 1 and first.words[:1] == ("tee",):
            self._write_by_tee(first, _input(first))
        else:
            for command in pipeline:
                self._redirect(command, _output(command) if len(pipeline) == 1 else None)
        if len(pipeline) == 1 and is_literal and words:
            verb, arguments = words[0], words[1:]
            if verb == "git" and arguments[:1] in (["mv"], ["rm"]):
                verb, arguments = arguments[0], arguments[1:]
            if verb in self._verbs:
                self._verbs[verb](arguments)
        return True

    def _redirect(self, command: SimpleCommand, text: str | None) -> None:
        """Add what a command writes to the file of its standard output; `text` None: not known."""
        targets = _targets(command)
        for operator, target in targets:
            is_plain = len(targets) == 1 and operator in (">", ">>")
            self._write(target, text if is_plain else None, operator == ">>")

    def _write_by_tee(self, command: SimpleCommand, text: str | None) -> None:
        arguments = list(command.words[1:])
        is_appended = arguments[:1] == ["-a"]
        for path in arguments[1:] if is_appended else arguments:
            self._write(path, text, is_appended)
        for _, target in _targets(command):
            self._write(target, None, False)

    def _write(self, path: str | None, text: str | None, is_appended: bool) -> None:
        place = None if path is None else self._place(path)
        if place is None:
            return
        if text is None:
            self._unclear.add(place)
        elif not is_appended:
            self._unclear.discard(place)
            self.edits.append(FileEdit(place, content=text))
        elif place not in self._unclear and text:
            self.edits.append(FileEdit(place, appended=text))

    def _move(self, arguments: list[str]) -> None:
        paths = _operands(arguments, _MOVE_OPTIONS)
        if paths is None or len(paths) < 2:
            return
        *sources, target = paths
        is_directory = len(sources) > 1 or target.endswith("/") or target in (".", "..")
        for source in sources:
            name = posixpath.basename(source.rstrip("/"))
            old = self._place(source)
            new = self._place(posixpath.join(target, name) if is_directory else target)
            if old is not None and new is not None and old not in self._unclear:
                self._unclear.discard(new)
                self.edits += [FileEdit(new, source=old), FileEdit(old, removed=True)]

    def _remove(self, arguments: list[str]) -> None:
        for path in _operands(arguments, _REMOVE_OPTIONS) or ():
            place = self._place(path)
            if place is not None:
                self._unclear.discard(place)
                self.edits.append(FileEdit(place, removed=True))

    def _copy(self, arguments: list[str]) -> None:
        self._write(arguments[-1] if arguments else None, None, False)

    def _substitute(self, arguments: list[str]) -> None:
        call = sed.read(arguments)
        if call is None:
            return
        for path in call.paths:
            place = self._place(path)
            if place is not None and place not in self._unclear:
                self.edits.append(FileEdit(place, substitutions=call.substitutions))

    def _place(self, path: str) -> str | None:
        """A path from the directory in which the tool runs; None for devices."""
        place = posixpath.normpath(posixpath.join(self._directory, path)) if path else ""
        return None if not place or place.startswith("/dev/") else place


def _targets(command: SimpleCommand) -> list[tuple[str, str | None]]:
    """(operator, word) of each redirection of a command's standard output to a file."""
    return [
        (redirection.operator, redirection.target)
        for redirection in command.redirections
        if redirection.number == 1
        and redirection.operator in (">", ">>", ">&")
        and not (redirection.operator == ">&" and (redirection.target or "").isdecimal())
    ]


def _input(command: SimpleCommand) -> str | None:
    """The text of a command's standard input; None where it is not known."""
    inputs = [entry for entry in command.redirections if entry.number == 0]
    return inputs[0].target if len(inputs) == 1 and inputs[0].operator == "<<" else None


def _output(command: SimpleCommand) -> str | None:
    """What a command writes to its standard output; None where it is not known."""
    words = [word for word in command.words if word is not None]
    is_elsewhere = any(entry.number == 1 and entry.operator == ">&" for entry in command.redirections)
    if len(words) < len(command.words) or is_elsewhere:
        return None
    verb, arguments = (words[0], words[1:]) if words else (":", [])
    if verb in (":", "true"):
        return ""
    if verb == "cat":
        return _input(command) if arguments in ([], ["-"]) else None
    if verb == "echo":
        return _echoed(arguments)
    return _printed(arguments) if verb == "printf" else None


def _echoed(arguments: list[str]) -> str | None:
    """The output of `echo`; None where shells differ in it."""
    end = "" if arguments[:1] == ["-n"] else "\n"
    rest = arguments[1:] if not end else arguments
    text = " ".join(rest)
    return None if "\\" in text or (rest and rest[0].startswith("-")) else text + end


def _printed(arguments: list[str]) -> str | None:
    """The output of `printf` with a format of text and `%s`; None for other formats."""
    if not arguments or arguments[0].startswith("-"):
        return None
    pieces = _pieces(arguments[0])
    if pieces is None:
        return None
    rest, count = arguments[1:], pieces.count(None)
    if not count:
        return None if rest else "".join(piece or "" for piece in pieces)
    parts: list[str] = []
    while rest or not parts:
        values = iter(rest[:count])
        parts += [next(values, "") if piece is None else piece for piece in pieces]
        rest = rest[count:]
    return "".join(parts)


def _pieces(pattern: str) -> list[str | None] | None:
    """The pieces of a format of `printf`, None for each `%s`; None for other formats."""
    pieces: list[str | None] = []
    place = 0
    while place < len(pattern):
        match = _PIECE.match(pattern, place)
        if match is None:
            return None
        piece, place = match.group(), match.end()
        pieces.append(None if piece == "%s" else _ESCAPES.get(piece, piece))
    return pieces


def _operands(arguments: list[str], options: frozenset[str]) -> list[str] | None:
    """The arguments after known options; None where there are others."""
    paths = list(arguments)
    while paths and paths[0] in options:
        paths.pop(0)
    if paths[:1] == ["--"]:
        return paths[1:]
    return None if any(path.startswith("-") for path in paths) else paths
