"""Tokens of a text as a lexer of Pygments has them, with fewer matches.

Pygments tries the rules of a state one after the other, each with a regular expression of its own. Here
those that can stand beside each other are alternatives of one expression, in the same order.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, TypeAlias

from pygments.lexer import Lexer, RegexLexer
from pygments.token import Error, Whitespace, _TokenType

#: What an expression with other groups before it would mean otherwise: references to groups, and flags.
_ALONE = re.compile(r"\\[1-9]|\(\?P|\(\?\(|\(\?[aiLmsux-]")
#: The only flag that Pygments sets inside of expressions, at their beginning.
_IGNORES_CASE = "(?i)"
#: A rule of Pygments: the match of its expression, its token or callback, and its move between states.
_Rule: TypeAlias = tuple[Any, Any, Any]


class _Segment(NamedTuple):
    """Rules that one expression decides between; `rules` by the group that marks the end of each."""

    match: Callable[[str, int], re.Match[str] | None]
    rules: dict[int, _Rule]


class TokenReader:
    """Reads texts with one lexer."""

    def __init__(self, lexer: Lexer) -> None:
        self._lexer = lexer
        plain = type(lexer).get_tokens_unprocessed is RegexLexer.get_tokens_unprocessed
        self._rules: dict[str, Sequence[_Rule]] | None = getattr(lexer, "_tokens", None) if plain else None
        self._states: dict[str, list[_Segment]] = {}

    def tokens(self, text: str) -> Iterator[tuple[_TokenType, str]]:
        """The kinds and texts of the tokens, as `Lexer.get_tokens` has them without options.

        The text has no carriage returns.
        """
        if self._rules is None:
            return iter(self._lexer.get_tokens(text))
        return self._read(text)

    def _read(self, text: str) -> Iterator[tuple[_TokenType, str]]:
        at = 0
        stack = ["root"]
        segments = self._segments("root")
        while True:
            for segment in segments:
                match = segment.match(text, at)
                if match:
                    break
            else:
                if at >= len(text):
                    return
                newline = text[at] == "\n"
                if newline:
                    stack = ["root"]
                    segments = self._segments("root")
                yield (Whitespace if newline else Error), text[at]
                at += 1
                continue
            rexmatch, action, move = segment.rules[match.lastindex or 0 if len(segment.rules) > 1 else 0]
            if type(action) is _TokenType:
                yield action, match.group()
            elif action is not None:
                for _, kind, part in action(self._lexer, rexmatch(text, at)):
                    yield kind, part
            at = match.end()
            if move is not None:
                _move(stack, move)
                segments = self._segments(stack[-1])

    def _segments(self, state: str) -> list[_Segment]:
        segments = self._states.get(state)
        if segments is None:
            segments = self._states[state] = list(_joined((self._rules or {})[state]))
        return segments


def _move(stack: list[str], move: object) -> None:
    """Change the stack of states as a rule of Pygments demands; one state stays."""
    if isinstance(move, int):
        del stack[max(1, len(stack) + move) if move < 0 else max(1, move) :]
        return
    for state in move if isinstance(move, tuple) else (move,):
        if state == "#pop":
            del stack[max(1, len(stack) - 1) :]
        else:
            stack.append(stack[-1] if state == "#push" else state)


def _joined(rules: Sequence[_Rule]) -> Iterator[_Segment]:
    """The rules of a state in segments, in their order."""
    run: list[_Rule] = []
    for rule in rules:
        if not _fits(rule, run):
            yield from _segment(run)
            run = []
        run.append(rule)
    yield from _segment(run)


def _fits(rule: _Rule, run: Sequence[_Rule]) -> bool:
    """Whether a rule can be an alternative beside those of a run."""
    return all(_text(row) is not None and _flags(row) == _flags(rule) for row in (rule, *run[:1]))


def _text(rule: _Rule) -> str | None:
    """The expression of a rule as an alternative; None where groups before it change its meaning."""
    pattern = getattr(rule[0], "__self__", None)
    if not isinstance(pattern, re.Pattern) or pattern.flags & re.VERBOSE:
        return None
    text: str = pattern.pattern
    scope = "(?:"
    if text.startswith(_IGNORES_CASE):
        scope, text = "(?i:", text[len(_IGNORES_CASE) :]
    return None if _ALONE.search(text) else f"{scope}{text})"


def _flags(rule: _Rule) -> int:
    """The flags of a rule's expression, besides those in its text."""
    pattern = rule[0].__self__
    flags: int = pattern.flags
    return flags & ~re.IGNORECASE if pattern.pattern.startswith(_IGNORES_CASE) else flags


def _segment(run: Sequence[_Rule]) -> Iterator[_Segment]:
    if len(run) == 1:
        yield _Segment(run[0][0], {0: run[0]})
    if len(run) < 2:
        return
    rules: dict[int, _Rule] = {}
    group = 0
    for rule in run:
        group += rule[0].__self__.groups + 1
        rules[group] = rule
    text = "|".join(f"{_text(rule)}()" for rule in run)
    yield _Segment(re.compile(text, _flags(run[0])).match, rules)
