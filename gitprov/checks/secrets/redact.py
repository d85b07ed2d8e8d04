"""Replaces secrets in text with marks before it is stored; the number of lines does not change.

Text is bytes in any encoding that contains ASCII; a line ends at a newline byte. The result for a line
depends only on the line and on whether a private key is open before it, so that versions of one file share
the work for equal lines.
"""

import re
from collections.abc import Sequence

from gitprov.checks.secrets import assigned
from gitprov.checks.secrets.rules import MARK, Rule, compiled
from gitprov.checks.secrets.suspects import lines_that_read_otherwise, ruled_lines, rules_for
from gitprov.checks.secrets.unwrapped import view_of
from gitprov.model.lines import common_prefix, common_suffix
from gitprov.model.named import NamedTuple

_KEY_MARK = MARK + b"private-key]"
_FILE_MARK = MARK + b"key-file]"
_KEY_BORDER = (
    rb"-{4,5} ?(BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY|END )|^[^\r\n]{0,200}?(Private-Lines: [0-9]{1,4})\s*$"
)
_DECORATION = (
    rb"(?:[\s\"'`#*>|;:+-]|[0-9]{1,7}(?:[:\t|-]|\xe2\x86\x92|\s{1,4}\xe2\x94\x82)|\xe2\x94\x82"
    rb"|//\s|echo\s){0,40}"
)
_KEY_TEXT = rb"(?P<body>[A-Za-z0-9+/=]{4,}|\[REDACTED:private-key\])"
_KEY_AFTER = (
    rb"(?P<after>(?:\\+[nr])*(?:`n)?[\"'`]?(?: ?\. ?PHP_EOL|[ \t]+[|<>](?:\s.{0,200})?)?"
    rb"(?:</?[a-z]{1,6} ?/?>|[\s,;|\\)][\s,;+|\\)]*)?(?:>> .{1,80})?)"
)
_KEY_LINE = rb"(?P<before>" + _DECORATION + rb")" + _KEY_TEXT + _KEY_AFTER
_KEY_TAIL = rb"(?P<before>(?:[^\r\n]{0,159}[^A-Za-z0-9+/=])?)(?<![A-Za-z0-9+/=])" + _KEY_TEXT + _KEY_AFTER
_KEY_HEADER = _DECORATION + rb"(?:[A-Za-z-]{4,20}: .*)?"
_Find = tuple[int, int, str]
_EXTRA_REACH = 1 << 14
"""Bytes of a line that a project's patterns are applied to, so that none can delay a commit for long."""
_State = tuple[int, bytes]
_OPENED, _INSIDE, _WRAPPED = 1, 2, 3
"""In a key: before its first line of text, after such a line; and in a base64 key file over several lines."""
_CLOSED: _State = (0, b"")
"""The state outside keys: whether a private key is open, and the shape of the text before its lines."""


class Redacted(NamedTuple):
    """Text without its secrets. `count` is the number of replaced secrets, `kinds` that of each kind."""

    text: bytes
    count: int  # type: ignore[assignment]  # hides tuple.count, which is not used here
    kinds: dict[str, int]


class _Change(NamedTuple):
    """One changed line: its bytes [start, end) in the original text, the new line, the replaced kinds."""

    start: int
    end: int
    line: bytes
    kinds: tuple[str, ...]


class _RedactedText(NamedTuple):
    """A text, its changes in order, and the starts of lines before which a private key is open."""

    text: bytes
    changes: list[_Change]
    open_keys: dict[int, _State]


class Redactor:
    """Redacts texts in turn; lines that a text shares at its ends with the text before are not redone.

    `allow`: regular expressions; a find that one of them matches in is not replaced. `extra`: (kind, regular
    expression) pairs, searched line by line. ValueError for an extra kind that is not lower-case words joined
    by "-".
    """

    def __init__(self, *, allow: Sequence[str] = (), extra: Sequence[tuple[str, str]] = ()) -> None:
        for kind, _ in extra:
            if re.fullmatch(r"[a-z][a-z0-9-]{0,39}", kind) is None or kind == "private-key":
                raise ValueError(f"{kind!r} cannot name a kind of secret")
        self._allow = [compiled(regex.encode("utf-8", "surrogatepass")) for regex in allow]
        self._extra = [(kind, compiled(regex.encode("utf-8", "surrogatepass"))) for kind, regex in extra]
        self._last = _RedactedText(b"", [], {})
        self.lines_examined = 0
        """Number of lines that were searched with rules since this object was made."""

    def redact(self, text: bytes) -> Redacted:
        """The text without its secrets: equal to `redact(text)`, independent of earlier texts."""
        if text != self._last.text:
            self._last = self._scan_beside_last(text)
        changes = self._last.changes
        kinds: dict[str, int] = {}
        for change in changes:
            for kind in change.kinds:
                kinds[kind] = kinds.get(kind, 0) + 1
        return Redacted(_rebuilt(text, changes), sum(kinds.values()), kinds)

    def _scan_beside_last(self, text: bytes) -> _RedactedText:
        """The result for `text`. Changes in lines shared with the last text at both ends are reused."""
        old = self._last
        head, tail, old_tail = _shared_lines(old.text, text)
        new = _RedactedText(
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

    def _scan(self, result: _RedactedText, start: int, end: int, state: _State) -> _State:
        """Adds to `result` the changes in [start, end), which is whole lines; returns the state after it."""
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
        """Start of line -> the rules that may match in it; None stands for assignments and extra rules."""
        suspects: dict[int, list[Rule | None]] = {}
        folded = text[start:end].lower()
        for at, rule in ruled_lines(text, start, end, folded):
            suspects.setdefault(at, []).append(rule)
        for at in lines_that_read_otherwise(text, start, end):
            suspects.setdefault(at, []).append(None)
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
                if any(pattern.search(line[:_EXTRA_REACH]) for _, pattern in self._extra):
                    suspects.setdefault(at, []).append(None)
                at += len(line) + 1
        return suspects

    def _line(
        self, line: bytes, state: _State, rules: Sequence[Rule | None]
    ) -> tuple[bytes, list[str], _State]:
        """One line redacted, the kinds replaced, and whether a private key is open after it."""
        self.lines_examined += 1
        if state != _CLOSED:
            view = view_of(line)
            body = _key_line(line if view is None else view.text, state)
            if body is not None:
                inside = (_WRAPPED if state[0] == _WRAPPED else _INSIDE, state[1])
                if body["body"] == _KEY_MARK or self._allowed(body["body"]):
                    return line, [], inside
                start, end = body.span("body")
                if view is not None:
                    start, end = view.origin(start), view.origin(end, end=True)
                kinds = ["private-key"] if state[0] == _OPENED else []
                return line[:start] + _KEY_MARK + line[end:], kinds, inside
        new, kinds = self._plain_line(line, rules)
        return new, kinds, _state_after(new, state)

    def _plain_line(self, line: bytes, rules: Sequence[Rule | None]) -> tuple[bytes, list[str]]:
        """Redacts a line outside private keys until the result has no finds; each round removes bytes."""
        kinds: list[str] = []
        while rules:
            finds = self._finds(line, rules)
            if not finds:
                break
            kinds += [kind for _, _, kind in finds]
            line = _marked(line, finds)
            rules = rules_for(line)
        return line, kinds

    def _finds(self, line: bytes, rules: Sequence[Rule | None]) -> list[_Find]:
        """Finds in a line and in its view, as (start, end, kind) in the line; sorted, without overlaps."""
        finds = self._finds_as_written(line, rules)
        view = view_of(line)
        if view is not None:
            seen = self._finds_as_written(view.text, rules_for(view.text))
            finds += [(view.origin(start), view.origin(end, end=True), kind) for start, end, kind in seen]
        return _united(_beside_marks(line, finds))

    def _finds_as_written(self, line: bytes, rules: Sequence[Rule | None]) -> list[_Find]:
        """Finds of the rules in a line without its view, in the order of `rules`."""
        raw: list[_Find] = []
        for rule in dict.fromkeys(rules):
            if rule is None:
                continue
            finds = compiled(rule.pattern).finditer(line)
            fit = (match for match in finds if rule.check is None or rule.check(match[1]))
            raw += [(*match.span(1), rule.kind) for match in fit]
        if None in rules:
            for kind, pattern in self._extra:
                raw += [(match.start(), match.end(), kind) for match in pattern.finditer(line[:_EXTRA_REACH])]
            raw += assigned.find(line)
        untouched = _beside_marks(line, raw)
        return [find for find in untouched if not self._allowed(line[find[0] : find[1]])]

    def _allowed(self, secret: bytes) -> bool:
        """Whether the project's `allow` patterns exclude this find."""
        return any(pattern.search(secret[:_EXTRA_REACH]) for pattern in self._allow)


def _key_line(line: bytes, state: _State) -> re.Match[bytes] | None:
    """The match of a line of an open key, with any usual prefix or that of the line that opened the key."""
    inside, shape = state
    body = compiled(_KEY_LINE).fullmatch(line)
    if body is None and len(line) < 4096:
        body = compiled(_KEY_TAIL).fullmatch(line)
        if body is not None and _shape(body["before"]) != shape:
            body = None
    if body is None:
        return None
    long = inside == _INSIDE or len(body["body"]) >= 32 or body["body"] == _KEY_MARK
    return body if long or (inside == _WRAPPED and body["body"].endswith(b"=")) else None


def _shape(before: bytes) -> bytes:
    """The text before a key's line in a normal form: all numbers are equal, and so is all white space."""
    return compiled(rb"\s+").sub(b" ", compiled(rb"[0-9]+").sub(b"0", before[-160:])).strip()


def _state_after(line: bytes, state: _State) -> _State:
    """The state after a line that is not itself a line of a key's body."""
    view = view_of(line)
    text = line if view is None else view.text
    borders = list(compiled(_KEY_BORDER).finditer(text))
    if borders:
        last = borders[-1]
        if last[1] == b"END ":
            return _CLOSED
        return _OPENED, _shape(text[: last.start() if last[1] else last.start(2)])
    if text.endswith(_FILE_MARK):
        return _WRAPPED, _shape(text[: -len(_FILE_MARK)])
    if state[0] in (0, _WRAPPED):
        return _CLOSED
    headed = compiled(_KEY_HEADER).fullmatch(text) is not None or _shape(text) == state[1]
    headed = (
        headed
        or compiled(rb".{0,160}\b[A-Z][A-Za-z]{2,10}-[A-Z][A-Za-z]{2,10}: .*").fullmatch(text) is not None
    )
    return state if headed else _CLOSED


def _beside_marks(line: bytes, finds: Sequence[_Find]) -> list[_Find]:
    """The finds that are not empty and do not overlap a mark already in the line."""
    if MARK not in line:
        return [find for find in finds if find[0] < find[1]]
    from bisect import bisect_left

    marks = [match.span() for match in compiled(rb"\[REDACTED:[a-z0-9-]{1,40}\]").finditer(line)]
    ends = [stop for _, stop in marks]
    beside = []
    for find in finds:
        turn = bisect_left(ends, find[0] + 1)
        if find[0] < find[1] and (turn == len(marks) or marks[turn][0] >= find[1]):
            beside.append(find)
    return beside


def _united(finds: Sequence[_Find]) -> list[_Find]:
    """Sorted finds without overlaps: overlapping ones become one, with the kind of the first in `finds`."""
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


def _shared_lines(old: bytes, new: bytes) -> tuple[int, int, int]:
    """End of the lines that both texts begin with; starts of the lines that both end with, in new and in old.

    All three are starts of lines (or the end of the text); the two shared parts never overlap.
    """
    head = old.rfind(b"\n", 0, common_prefix(old, new)) + 1
    common = common_suffix(old, new, min(len(old), len(new)) - head)
    border = new.find(b"\n", len(new) - common) if common else -1
    tail = len(new) if border < 0 else border + 1
    return head, tail, len(old) - (len(new) - tail)


def redact(text: bytes, *, allow: Sequence[str] = (), extra: Sequence[tuple[str, str]] = ()) -> Redacted:
    """One text without its secrets. The number of lines stays; redacting twice changes nothing more."""
    return Redactor(allow=allow, extra=extra).redact(text)
