"""Replaces secrets in text before it is stored: same lines, marks in place of what nobody should read.

Text is bytes in any encoding that keeps ASCII; a line ends at a newline byte. What a line becomes depends on that
line and on whether a private key is open before it, so versions of one file share the work for equal lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from gitprov.checks import assigned
from gitprov.checks.secret_rules import MARK, RULES, Rule, compiled

_KEY_MARK = MARK + b"private-key]"
_KEY_BORDER = rb"-----(BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY|END )"
_KEY_LINE = (
    rb"(?P<before>[\s\"'`#*>|-]{0,40})(?P<body>[A-Za-z0-9+/=]{4,}|\[REDACTED:private-key\])"
    rb"(?P<after>(?:\\+[nr])*[\"'`]?(?:[\s,;\\)][\s,;+\\)]*)?)"
)
_KEY_HEADER = rb"[\s\"'`#*>|-]{0,40}(?:[A-Za-z-]{4,20}: .*)?"
_Find = tuple[int, int, str]
_CLOSED, _OPENED, _INSIDE = 0, 1, 2


class Redacted(NamedTuple):
    """Text without its secrets. `count` is how many were replaced, `kinds` how many of each kind."""

    text: bytes
    count: int  # type: ignore[assignment]  # hides tuple.count, which nobody asks a result for
    kinds: dict[str, int]


class _Change(NamedTuple):
    """One changed line: its bytes [start, end) of the text given, what stands there now, the kinds replaced."""

    start: int
    end: int
    line: bytes
    kinds: tuple[str, ...]


class _Result(NamedTuple):
    """The last text, its changes in order, and the places of lines before which a private key is open."""

    text: bytes
    changes: list[_Change]
    open_keys: dict[int, int]


class Redactor:
    """Redacts texts one after the other; what a text shares with the one before it at both ends is not done again.

    `allow`: regular expressions; a find in which one of them is found stays. `extra`: (kind, regular expression)
    pairs, searched line by line. ValueError for an extra kind that is not lower-case words joined by "-".
    """

    def __init__(self, *, allow: Sequence[str] = (), extra: Sequence[tuple[str, str]] = ()) -> None:
        for kind, _ in extra:
            if re.fullmatch(r"[a-z][a-z0-9-]{0,39}", kind) is None or kind == "private-key":
                raise ValueError(f"{kind!r} cannot name a kind of secret")
        self._allow = [compiled(regex.encode("utf-8", "surrogatepass")) for regex in allow]
        self._extra = [(kind, compiled(regex.encode("utf-8", "surrogatepass"))) for kind, regex in extra]
        self._last = _Result(b"", [], {})
        self.lines_examined = 0
        """How many lines were looked at closely since this object was made."""

    def redact(self, text: bytes) -> Redacted:
        """The text without its secrets: equal to `redact(text)` whatever came before."""
        if text != self._last.text:
            self._last = self._scan_beside_last(text)
        changes = self._last.changes
        kinds: dict[str, int] = {}
        for change in changes:
            for kind in change.kinds:
                kinds[kind] = kinds.get(kind, 0) + 1
        return Redacted(_rebuilt(text, changes), sum(kinds.values()), kinds)

    def _scan_beside_last(self, text: bytes) -> _Result:
        """The result for a text, with the last one's changes for the lines that both begin and end with."""
        old = self._last
        head, tail, old_tail = _shared_lines(old.text, text)
        new = _Result(
            text,
            [change for change in old.changes if change.start < head],
            {at: state for at, state in old.open_keys.items() if at <= head},
        )
        state = self._scan(new, head, tail, old.open_keys.get(head, _CLOSED))
        if state != old.open_keys.get(old_tail, _CLOSED):
            self._scan(new, tail, len(text), state)
            return new
        shift = tail - old_tail
        later = (change for change in old.changes if change.start >= old_tail)
        new.changes.extend(
            _Change(start + shift, end + shift, line, kinds) for start, end, line, kinds in later
        )
        new.open_keys.update({at + shift: was for at, was in old.open_keys.items() if at >= old_tail})
        return new

    def _scan(self, result: _Result, start: int, end: int, state: int) -> int:
        """Adds to a result what changes in the lines of [start, end), whole lines; returns what is open after them."""
        suspects = self._suspects(result.text, start, end)
        order = sorted(suspects)
        turn, at = 0, start
        while True:
            while turn < len(order) and order[turn] < at:
                turn += 1
            if state != _CLOSED:
                result.open_keys[at] = state
            elif turn < len(order):
                at = order[turn]
            else:
                return _CLOSED
            if at >= end:
                return state
            stop = result.text.find(b"\n", at, end)
            stop = end if stop < 0 else stop
            line = result.text[at:stop]
            new, kinds, state = self._line(line, state, suspects.get(at, ()))
            if new != line:
                result.changes.append(_Change(at, stop, new, tuple(kinds)))
            at = min(stop + 1, end)

    def _suspects(self, text: bytes, start: int, end: int) -> dict[int, list[Rule | None]]:
        """Start of line -> the rules that may find something in it; None stands for assignments and extra rules."""
        suspects: dict[int, list[Rule | None]] = {}
        folded = text[start:end].lower()
        for rule in RULES:
            for needle in rule.needles:
                for at in _lines_with(text, needle, start, end, folded if rule.fold else None):
                    suspects.setdefault(at, []).append(rule)
        for needle in assigned.NEEDLES:
            at = folded.find(needle)
            while at >= 0:
                stop = at + 1
                if assigned.may_be_here(text, start + at):
                    suspects.setdefault(text.rfind(b"\n", 0, start + at) + 1, []).append(None)
                    stop = folded.find(b"\n", at)
                at = folded.find(needle, stop) if stop >= 0 else -1
        if self._extra:
            at = start
            for line in text[start:end].split(b"\n"):
                if any(pattern.search(line) for _, pattern in self._extra):
                    suspects.setdefault(at, []).append(None)
                at += len(line) + 1
        return suspects

    def _line(self, line: bytes, state: int, rules: Sequence[Rule | None]) -> tuple[bytes, list[str], int]:
        """One line redacted, the kinds replaced, and whether a private key is open after it."""
        self.lines_examined += 1
        if state != _CLOSED:
            body = compiled(_KEY_LINE).fullmatch(line)
            if body is not None and (
                state == _INSIDE or len(body["body"]) >= 32 or body["body"] == _KEY_MARK
            ):
                if body["body"] == _KEY_MARK or self._allowed(body["body"]):
                    return line, [], _INSIDE
                kinds = ["private-key"] if state == _OPENED else []
                return body["before"] + _KEY_MARK + body["after"], kinds, _INSIDE
        new, kinds = self._plain_line(line, rules)
        borders = compiled(_KEY_BORDER).findall(new)
        if borders:
            return new, kinds, _OPENED if borders[-1].startswith(b"BEGIN") else _CLOSED
        return new, kinds, state if compiled(_KEY_HEADER).fullmatch(new) is not None else _CLOSED

    def _plain_line(self, line: bytes, rules: Sequence[Rule | None]) -> tuple[bytes, list[str]]:
        """A line outside private keys redacted, until a look at the result finds no more; each look removes bytes."""
        kinds: list[str] = []
        while rules:
            finds = self._finds(line, rules)
            if not finds:
                break
            kinds += [kind for _, _, kind in finds]
            line = _marked(line, finds)
            folded = line.lower()
            rules = [None, *(r for r in RULES if any(n in (folded if r.fold else line) for n in r.needles))]
        return line, kinds

    def _finds(self, line: bytes, rules: Sequence[Rule | None]) -> list[_Find]:
        """What the rules find in a line as (start, end, kind), in order and apart; the first rule names a find."""
        raw: list[_Find] = []
        for rule in dict.fromkeys(rules):
            if rule is None:
                continue
            finds = compiled(rule.pattern).finditer(line)
            fit = (found for found in finds if rule.check is None or rule.check(found[1]))
            raw += [(*found.span(1), rule.kind) for found in fit]
        if None in rules:
            for kind, pattern in self._extra:
                raw += [(found.start(), found.end(), kind) for found in pattern.finditer(line)]
            raw += assigned.find(line)
        untouched = _beside_marks(line, raw)
        return _united([find for find in untouched if not self._allowed(line[find[0] : find[1]])])

    def _allowed(self, secret: bytes) -> bool:
        """Whether the project says that this is no secret."""
        return any(pattern.search(secret) for pattern in self._allow)


def _beside_marks(line: bytes, finds: Sequence[_Find]) -> list[_Find]:
    """The finds that hold something and touch no mark which is already there."""
    if MARK not in line:
        return [find for find in finds if find[0] < find[1]]
    from bisect import bisect_left

    marks = [found.span() for found in compiled(rb"\[REDACTED:[a-z0-9-]{1,40}\]").finditer(line)]
    ends = [stop for _, stop in marks]
    beside = []
    for find in finds:
        turn = bisect_left(ends, find[0] + 1)
        if find[0] < find[1] and (turn == len(marks) or marks[turn][0] >= find[1]):
            beside.append(find)
    return beside


def _united(finds: Sequence[_Find]) -> list[_Find]:
    """Finds in order and apart; where some overlap, the one that was listed first names the whole."""
    united: list[tuple[int, int, int]] = []
    for turn, (start, end, _) in sorted(enumerate(finds), key=lambda item: item[1][:2]):
        if united and start < united[-1][1]:
            before, stop, first = united[-1]
            united[-1] = (before, max(stop, end), min(first, turn))
        else:
            united.append((start, end, turn))
    return [(start, end, finds[turn][2]) for start, end, turn in united]


def _marked(line: bytes, finds: Sequence[_Find]) -> bytes:
    """A line with a mark in place of each find."""
    parts, at = [], 0
    for start, end, kind in finds:
        parts += [line[at:start], MARK, kind.encode(), b"]"]
        at = end
    return b"".join([*parts, line[at:]])


def _rebuilt(text: bytes, changes: Sequence[_Change]) -> bytes:
    """A text with its changed lines in place."""
    parts, at = [], 0
    for change in changes:
        parts += [text[at : change.start], change.line]
        at = change.end
    return b"".join([*parts, text[at:]]) if changes else text


def _lines_with(text: bytes, needle: bytes, start: int, end: int, folded: bytes | None) -> Iterator[int]:
    """The start of each line in [start, end) that holds a needle; `folded` is that part in lower case, or None."""
    where, shift = (text, 0) if folded is None else (folded, start)
    at = where.find(needle, start - shift, end - shift)
    while at >= 0:
        yield text.rfind(b"\n", 0, at + shift) + 1
        stop = where.find(b"\n", at, end - shift)
        at = where.find(needle, stop, end - shift) if stop >= 0 else -1


def _shared(one: bytes, other: bytes, *, at_end: bool) -> int:
    """How many bytes two texts begin (or end) with in common."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if at_end:
            same = one[len(one) - middle : len(one) - low] == other[len(other) - middle : len(other) - low]
        else:
            same = one[low:middle] == other[low:middle]
        low, high = (middle, high) if same else (low, middle - 1)
    return low


def _shared_lines(old: bytes, new: bytes) -> tuple[int, int, int]:
    """Where the lines that both texts begin with end, and where those that both end with start: in new, in old.

    All three are starts of lines (or the end of the text); the two ends never overlap.
    """
    head = old.rfind(b"\n", 0, _shared(old, new, at_end=False)) + 1
    common = min(_shared(old, new, at_end=True), len(old) - head, len(new) - head)
    border = new.find(b"\n", len(new) - common) if common else -1
    tail = len(new) if border < 0 else border + 1
    return head, tail, len(old) - (len(new) - tail)


def redact(text: bytes, *, allow: Sequence[str] = (), extra: Sequence[tuple[str, str]] = ()) -> Redacted:
    """One text without its secrets. The number of lines stays; redacting twice changes nothing more."""
    return Redactor(allow=allow, extra=extra).redact(text)
