"""Statements whose items may be in any order, matched item by item: imports, `use`, `__all__`."""

from collections.abc import Callable, Iterator

from gitprov.attribution.layout.parens import is_word
from gitprov.attribution.layout.tokens import COMMENT
from gitprov.attribution.sides import Match, Side, Sides
from gitprov.model.named import NamedTuple

#: Longer statements, in tokens, are not read.
_LONG = 4000


class Item(NamedTuple):
    """One imported name: its full name as key, and its line."""

    key: bytes
    line: int


class Statement(NamedTuple):
    """The lines of a statement and its items."""

    lines: range
    items: list[Item]


class _ImportReader:
    """The code tokens of one side, without comments."""

    def __init__(self, side: Side) -> None:
        keys, lines, _ = side.stream
        code = [n for n, key in enumerate(keys) if key[:1] != COMMENT]
        self.keys = [keys[n] for n in code]
        self.lines = [lines[n] for n in code]
        self.after = 0  # index of the token after the last statement that was read

    def key(self, n: int) -> bytes:
        return self.keys[n] if n < len(self.keys) else b""

    def begins(self, n: int) -> bool:
        """Whether a statement may begin with a token: on a line, or after another such statement."""
        return n == self.after or self.lines[n - 1] < self.lines[n]

    def statement(self, first: int, last: int, items: list[Item]) -> Statement:
        return Statement(range(self.lines[first], self.lines[max(first, last - 1)] + 1), items)


def _dotted(read: _ImportReader, n: int) -> tuple[bytes, int]:
    """A dotted name, and the index of the token after it."""
    start = n
    while read.key(n) in (b".", b"...") or (
        is_word(read.key(n)) and (n == start or read.keys[n - 1] in (b".", b"..."))
    ):
        if read.key(n) == b"import":
            break
        n += 1
    return b"".join(read.keys[start:n]), n


def _names(read: _ImportReader, n: int, head: bytes) -> tuple[list[Item], int]:
    """The items of `a as b, c`, with or without brackets and final comma, and the index after them."""
    items: list[Item] = []
    n += read.key(n) == b"("
    while n < len(read.keys):
        line = read.lines[n]
        name, after = (b"*", n + 1) if read.key(n) == b"*" else _dotted(read, n)
        if not name:
            break
        if read.key(after) == b"as":
            name, after = name + b" as " + read.key(after + 1), after + 2
        items.append(Item(head + name, line))
        n = after
        if read.key(n) != b",":
            break
        n += 1
    return items, n + (read.key(n) == b")")


def _python(read: _ImportReader, n: int) -> tuple[Statement, int] | None:
    key = read.keys[n]
    if not read.begins(n) or key not in (b"import", b"from", b"__all__"):
        return None
    if key == b"__all__":
        return _all(read, n)
    if key == b"import":
        items, after = _names(read, n + 1, b"import ")
    else:
        module, after = _dotted(read, n + 1)
        if read.key(after) != b"import":
            return None
        items, after = _names(read, after + 1, b"from " + module + b" import ")
    return (read.statement(n, after, items), after) if items else None


def _all(read: _ImportReader, n: int) -> tuple[Statement, int] | None:
    if read.key(n + 1) != b"=" or read.key(n + 2) not in (b"[", b"("):
        return None
    items: list[Item] = []
    for at in range(n + 3, min(len(read.keys), n + _LONG)):
        key = read.keys[at]
        if key in (b"]", b")"):
            return read.statement(n, at + 1, items), at + 1
        if key != b",":
            items.append(Item(b"__all__ " + key, read.lines[at]))
    return None


def _script(read: _ImportReader, n: int) -> tuple[Statement, int] | None:
    key = read.keys[n]
    if not read.begins(n) or key not in (b"import", b"export"):
        return None
    opener = next((at for at in range(n + 1, min(n + 8, len(read.keys))) if read.keys[at] == b"{"), None)
    if opener is None or any(read.keys[at] in (b"=", b"(", b"class", b"from") for at in range(n, opener)):
        return None
    parts: list[tuple[bytes, int]] = []
    at = opener + 1
    while at < len(read.keys) and read.keys[at] != b"}":
        if read.keys[at] == b",":
            parts.append((b"", 0))
        elif parts and parts[-1][0]:
            parts[-1] = (parts[-1][0] + b" " + read.keys[at], parts[-1][1])
        else:
            parts[-1:] = [(read.keys[at], read.lines[at])]
        at += 1
    module, after = (read.key(at + 2), at + 3) if read.key(at + 1) == b"from" else (b"", at + 1)
    head = key + b" " + module + b" "
    items = [Item(head + b" ".join([*read.keys[n + 1 : opener]]), read.lines[n])] if opener > n + 1 else []
    items += [Item(head + text, line) for text, line in parts if text]
    return (read.statement(n, after, items), after) if items else None


def _rust(read: _ImportReader, n: int) -> tuple[Statement, int] | None:
    if read.keys[n] != b"use":
        return None
    first = n
    while first and read.lines[first - 1] == read.lines[n] and read.keys[first - 1] in _VISIBLE:
        first -= 1
    if not read.begins(first):
        return None
    tree = _Tree(b" ".join(read.keys[first : n + 1]) + b" ")
    for at in range(n + 1, min(len(read.keys), n + _LONG)):
        key = read.keys[at]
        tree.take(key, read.lines[at])
        if key == b";":
            return (read.statement(first, at + 1, tree.items), at + 1) if tree.items else None
        if not tree.heads:
            break
    return None


def _go(read: _ImportReader, n: int) -> tuple[Statement, int] | None:
    if not read.begins(n) or read.keys[n] != b"import":
        return None
    is_group = read.key(n + 1) == b"("
    items: list[Item] = []
    name, at = b"", n + 1 + is_group
    while at < len(read.keys) and read.keys[at] != b")" and (is_group or not items):
        key = read.keys[at]
        if key[:1] in (b'"', b"`"):
            items.append(Item(b"import " + name + key, read.lines[at]))
        name = key + b" " if is_word(key) or key == b"." else b""
        at += 1
    after = at + is_group
    return (read.statement(n, after, items), after) if items else None


_VISIBLE = frozenset((b"pub", b"(", b"crate", b")"))


class _Tree:
    """The names of a `use`, each with its whole path."""

    def __init__(self, head: bytes) -> None:
        self.heads = [head]
        self.items: list[Item] = []
        self._path = b""
        self._line = 0

    def take(self, key: bytes, line: int) -> None:
        if key in (b",", b"}", b";") and self._path:
            self.items.append(Item(self.heads[-1] + self._path, self._line))
            self._path = b""
        if key == b"{":
            self.heads.append(self.heads[-1] + self._path)
            self._path = b""
        elif key == b"}":
            self.heads.pop()
        elif key not in (b",", b";"):
            gap = b" " if key == b"as" or self._path.endswith(b"as") else b""
            self._path, self._line = self._path + gap + key, line


_READERS: dict[str, Callable[[_ImportReader, int], tuple[Statement, int] | None]] = {
    "python": _python,
    "js": _script,
    "ts": _script,
    "rust": _rust,
    "go": _go,
}
#: Every such statement has one of these words.
_SIGNS = {
    "python": (b"import", b"__all__"),
    "js": (b"import", b"export"),
    "ts": (b"import", b"export"),
    "rust": (b"use",),
    "go": (b"import",),
}


def _statements(side: Side, language: str) -> Iterator[Statement]:
    read, n = _ImportReader(side), 0
    while n < len(read.keys):
        hit = _READERS[language](read, n) if read.keys[n] in _BEGINS else None
        if hit is not None:
            yield hit[0]
            read.after = hit[1]
        n = max(n + 1, hit[1] if hit is not None else 0)


_BEGINS = frozenset((b"import", b"from", b"__all__", b"export", b"use"))


def moved_items(sides: Sides) -> None:
    """Match lines of imports all of whose items were in imports before: split, merged or sorted ones."""
    name = sides.language.name
    if name not in _READERS:
        return
    old = {o for hunk in sides.hunks for o in sides.free_old(hunk.old_start, hunk.old_end)}
    new = {n for hunk in sides.hunks for n in sides.free_new(hunk.new_start, hunk.new_end)}
    if not old or not any(sign in sides.old.stream.keys for sign in _SIGNS[name]):
        return
    _Imports(sides, old, new).settle()


class _Imports:
    """The items of the old and the new statements, and the matches between their lines."""

    def __init__(self, sides: Sides, old: set[int], new: set[int]) -> None:
        self._sides = sides
        name = sides.language.name
        self._old = [one for one in _statements(sides.old, name) if old & {*one.lines}]
        self._all = list(_statements(sides.new, name))
        self._new = [one for one in self._all if new & {*one.lines}]
        self._free_old, self._free_new = old, new
        self._went: dict[bytes, list[int]] = {}
        for item in (item for one in reversed(self._old) for item in reversed(one.items)):
            if item.line in old:
                self._went.setdefault(item.key, []).append(item.line)
        self._taken: dict[bytes, int] = {}
        self._hits: dict[int, dict[int, int]] = {}

    def settle(self) -> None:
        """Match all lines that can be matched."""
        for statement in self._new:
            lines: dict[int, list[bytes]] = {}
            for item in statement.items:
                lines.setdefault(item.line, []).append(item.key)
            for n, keys in lines.items():
                if n in self._free_new and all(self._went.get(key) for key in keys):
                    self._take(n, keys)
        partly = self._incomplete()
        for n, counts in sorted(self._hits.items()):
            cut = sorted(o for o in counts if o in partly)
            self._sides.blended(n, counts, partly)
            if cut:
                self._sides.matches[n] = self._sides.matches[n]._replace(edited=True)
        for statement in self._new:
            self._heads(statement)
        for statement in self._old:
            self._old_heads(statement)
        self._twice()

    def _take(self, n: int, keys: list[bytes]) -> None:
        counts = self._hits.setdefault(n, {})
        for key in keys:
            o = self._went[key].pop()
            counts[o] = counts.get(o, 0) + 1
            self._taken[key] = n

    def _incomplete(self) -> set[int]:
        """Old lines with an item that is gone. A repeated item counts once."""
        gone: set[int] = set()
        for key, lines in self._went.items():
            for o in lines:
                if key in self._taken:
                    counts = self._hits[self._taken[key]]
                    counts[o] = counts.get(o, 0)
                else:
                    gone.add(o)
        return gone

    def _heads(self, statement: Statement) -> None:
        """Match lines of a new statement that have no item."""
        items = {item.line for item in statement.items}
        hits = [n for n in items if n in self._hits]
        rest = [n for n in statement.lines if n in self._free_new and n not in items]
        if hits and len(hits) == len(items & self._free_new):
            for n in rest:
                counts = {o: count for hit in hits for o, count in self._hits[hit].items()}
                most = max(counts, key=lambda o: (counts[o], -o))
                self._sides.matches.setdefault(
                    n, Match(most, len({o in self._sides.human_lines for o in counts}) > 1)
                )

    def _old_heads(self, statement: Statement) -> None:
        """Join old lines of a statement without items to the new line of its items."""
        items = {item.line for item in statement.items}
        rest = [o for o in statement.lines if o in self._free_old and o not in self._sides.used]
        n = next((n for n, counts in sorted(self._hits.items()) if items & counts.keys()), None)
        for o in rest:
            if n is not None and o not in items:
                hit = self._sides.matches[n]
                self._sides.take(n, hit._replace(also=(*hit.also, o)))

    def _twice(self) -> None:
        """Join a removed repetition of an import to the line that still has this import."""
        by_key = {item.key: item.line for one in self._all for item in one.items}
        lines: dict[int, list[bytes]] = {}
        for item in (item for one in self._old for item in one.items):
            lines.setdefault(item.line, []).append(item.key)
        still = dict(self._sides.still())
        for o, keys in lines.items():
            places = {by_key.get(key, -1) for key in keys}
            n = max(places)
            if (
                o in self._sides.used
                or o not in self._free_old
                or min(places) < 0
                or o in self._sides.human_lines
            ):
                continue
            hit = self._sides.matches.get(n) or (Match(still[n], False) if n in still else None)
            if hit is not None and not hit.edited:
                self._sides.matches[n] = hit._replace(also=(*hit.also, o))
                self._sides.used.add(o)
