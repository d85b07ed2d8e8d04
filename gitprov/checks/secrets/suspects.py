"""Selects lines that may hold secrets by a quick search for text that every match of a rule contains."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gitprov.checks.secrets.rules import RULES, Rule, compiled
from gitprov.checks.secrets.unwrapped import SIGN, SIGNS, reads_otherwise

_LONG = 18
_LONG_WORD = rb"[A-Za-z0-9_.+/=~:-]{%d,}" % _LONG
_WORDS = bytes(byte if bytes([byte]).isalnum() or byte in b"_.+/=~:-" else 32 for byte in range(256))
"""Bytes that are in no long word → a space."""


def ruled_lines(text: bytes, start: int, end: int, folded: bytes) -> Iterator[tuple[int, Rule]]:
    """(start of line, rule that may match there) for [start, end); `folded` is that part in lower case."""
    yield from _lines_with_tokens(text, start, end)
    for rule in RULES:
        if rule.word:
            continue
        for needle in rule.needles:
            if (needle not in folded) if rule.fold else (text.find(needle, start, end) < 0):
                continue  # most texts have no needle, and a search costs less than an iterator
            if rule.scan:
                matches = compiled(rule.scan).finditer(text, start, end)
                yield from ((at, rule) for at in _lines_of(text, (match.start() for match in matches)))
                break
            yield from (
                (at, rule) for at in _lines_with(text, needle, start, end, folded if rule.fold else None)
            )


def _lines_with_tokens(text: bytes, start: int, end: int) -> Iterator[tuple[int, Rule]]:
    """Lines with a long word that may be a token. Most texts have few long words, so this search is quick."""
    from bisect import bisect_right

    at = 0
    # To split a text costs less than to try the pattern at each byte, and most texts have no such word.
    if max(map(len, text[start:end].translate(_WORDS).split()), default=0) < _LONG:
        return
    words: list[bytes] = []
    places: list[int] = []
    origins: list[int] = []
    for match in compiled(_LONG_WORD).finditer(text, start, end):
        words.append(match[0])
        places.append(at)
        origins.append(match.start())
        at += len(match[0]) + 1
    joined = b"\n".join(words)
    for rule in RULES:
        for needle in rule.needles if rule.word else ():
            if needle not in joined:
                continue
            starts = (
                (match.start() for match in compiled(rule.scan).finditer(joined))
                if rule.scan
                else _lines_with(joined, needle, 0, len(joined), None)
            )
            where = (origins[bisect_right(places, place) - 1] for place in starts)
            yield from ((line, rule) for line in _lines_of(text, where))


def _lines_of(text: bytes, places: Iterable[int]) -> Iterator[int]:
    """The start of each line that contains one of `places`, which ascend."""
    stop = -1
    for place in places:
        if place > stop:
            yield text.rfind(b"\n", 0, place) + 1
            stop = text.find(b"\n", place)
            stop = len(text) if stop < 0 else stop


def lines_that_read_otherwise(text: bytes, start: int, end: int) -> Iterator[int]:
    """Starts of lines that have a view of their own, or that begin a key which has no border line."""
    if any(text.find(sign, start, end) >= 0 for sign in SIGNS):
        places = (sign.start() for sign in compiled(SIGN).finditer(text, start, end))
        yield from (at for at in _lines_of(text, places) if reads_otherwise(text, at))
    yield from _lines_with(text, b"Private-Lines: ", start, end, None)


def _may_match(rule: Rule, line: bytes, folded: bytes) -> bool:
    """Whether a line contains the text that a match of the rule needs; `folded` is it in lower case."""
    if rule.scan:
        return compiled(rule.scan).search(line) is not None
    return any(needle in (folded if rule.fold else line) for needle in rule.needles)


def rules_for(line: bytes) -> list[Rule | None]:
    """The rules that may match in a line; None stands for assignments and extra rules."""
    folded = line.lower()
    return [None, *(rule for rule in RULES if _may_match(rule, line, folded))]


def _lines_with(text: bytes, needle: bytes, start: int, end: int, folded: bytes | None) -> Iterator[int]:
    """The start of each line in [start, end) with the needle; `folded`: that part in lower case, or None."""
    where, shift = (text, 0) if folded is None else (folded, start)
    at = where.find(needle, start - shift, end - shift)
    while at >= 0:
        yield text.rfind(b"\n", 0, at + shift) + 1
        stop = where.find(b"\n", at, end - shift)
        at = where.find(needle, stop, end - shift) if stop >= 0 else -1
