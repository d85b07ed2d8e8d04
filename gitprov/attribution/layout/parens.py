"""Redundant parentheses: pairs that can be left out without changing a result."""

from gitprov.attribution.layout.language import Language
from gitprov.attribution.layout.precedence import (
    ASSIGN,
    ATOM,
    BEGIN,
    BINARY,
    EITHER,
    END,
    LOW,
    NEVER,
    POSTFIX,
    PREFIX,
    RIGHT,
    TERNARY,
    TUPLE,
    UNARY,
    WORDS,
)
from gitprov.attribution.layout.tokens import COMMENT
from gitprov.model.named import NamedTuple

_SIGNS = frozenset((b"=", b"+=", b"-=", b"*=", b"/=", b"%=", b"|=", b"&=", b"^="))
_MEMBER = frozenset((b".", b"::"))
_BODY = frozenset((b"{", b"function", b"class", b"async", b"let"))


class Pair(NamedTuple):
    """Indices of `(` and its `)`, and the number of open brackets around them."""

    start: int
    end: int
    depth: int


class Parens:
    """Adds redundant pairs to `dead`, the outer ones first."""

    def __init__(
        self, keys: list[bytes], lines: list[int], language: Language, pairs: list[Pair], dead: set[int]
    ) -> None:
        self._keys = keys
        self._lines = lines
        self._language = language
        self._table = language.parens
        self._pairs = sorted(pairs)
        self._ends = {pair.start: pair.end for pair in pairs}
        self._dead = dead
        self._gone: set[int] = set()
        self._around = 0  # number of removed pairs around the current one

    def settle(self) -> None:
        """Check each pair."""
        macros = self._directives() if self._language.name == "c" else ()
        around: list[int] = []  # ends of the removed pairs around this one
        keys, table = self._keys, self._table
        special = {*BEGIN[table], *PREFIX[table], *BINARY[table], b"async"}
        for pair in self._pairs:
            before = keys[pair.start - 1] if pair.start else b""
            if (
                before[:1].isalpha()
                and before not in special
                and keys[min(pair.end + 1, len(keys) - 1)] != b"=>"
            ):
                continue  # a call
            while around and around[-1] < pair.start:
                around.pop()
            self._around = len(around)
            if self._lines[pair.start] in macros or pair.start in self._dead:
                continue
            if self._is_redundant(pair):
                self._gone.update(pair[:2])
                around.append(pair.end)
        self._dead |= self._gone

    def _directives(self) -> set[int]:
        """Lines of preprocessor directives: a macro's parentheses matter for its arguments."""
        directives: set[int] = set()
        at = -1
        for n, line in enumerate(self._lines):
            first = line != at
            if first and (self._keys[n] == b"#" or (n and self._keys[n - 1] == b"\\" and at in directives)):
                directives.add(line)
            at = line
        return directives

    def _before(self, n: int) -> int:
        n -= 1
        while n >= 0 and (n in self._gone or self._keys[n][:1] == COMMENT):
            n -= 1
        return n

    def _after(self, n: int) -> int:
        n += 1
        while n < len(self._keys) and (n in self._gone or self._keys[n][:1] == COMMENT):
            n += 1
        return n

    def _is_redundant(self, pair: Pair) -> bool:
        before, after = self._before(pair.start), self._after(pair.end)
        if self._is_arrow(pair, before, after):
            return True
        if self._is_type_of(pair, after):
            return True
        left_level = self._level_before(pair, before)
        if left_level is None:
            return False
        level = None
        right_level = self._right(pair, before, after)
        if right_level is not None or self._table == "python":
            level = self._level(pair)
        if level is None:
            return False
        if level == TUPLE:
            return self._table == "python" and self._may_be_bare(pair, before, after, right_level)
        if right_level is None or not self._may_begin(pair, before):
            return False
        if self._table == "python" and level == ASSIGN and not self._may_assign(pair, before):
            return False
        key = self._keys[after] if after < len(self._keys) else b""
        if right_level == POSTFIX and self._keys[self._after(pair.start)][:1].isdigit():
            return False
        same = level == right_level and right_level > LOW and key not in RIGHT[self._table]
        return (level > left_level or (level == left_level and level in EITHER)) and (
            level > right_level or same
        )

    def _is_arrow(self, pair: Pair, before: int, after: int) -> bool:
        """Whether a pair is that of `(x) => y`, which equals `x => y`."""
        keys = self._keys
        return (
            self._table == "c"
            and after < len(keys)
            and keys[after] == b"=>"
            and pair.end == pair.start + 2
            and is_word(keys[pair.start + 1])
            and (before < 0 or keys[before] == b"async" or not self._is_operand(before))
        )

    def _is_type_of(self, pair: Pair, after: int) -> bool:
        """Whether a pair is that of the type `(typeof x)[number]`, which equals `typeof x[number]`."""
        inside = self._keys[pair.start + 1 : pair.end]
        return (
            self._language.name == "ts"
            and after < len(self._keys)
            and self._keys[after] == b"["
            and inside[:1] == [b"typeof"]
            and all(is_word(key) or key == b"." for key in inside)
        )

    def _level_before(self, pair: Pair, before: int) -> int | None:
        """The level of the token before the pair; None for a call or an unknown token."""
        table = self._table
        if table == "python" and self._starts_at(pair):
            return LOW
        if before < 0:
            return LOW
        key = self._keys[before]
        if key == b"(" and self._keys[max(before - 1, 0)] == b"decltype":
            return None
        if key in BEGIN[table]:
            return LOW
        if key in PREFIX[table] and (key == b"await" or not self._is_operand(self._before(before))):
            return PREFIX[table][key]
        if key == b"in" and table == "python" and self._statement(before) in (b"for", b"async"):
            return LOW
        return None if key == b">" and self._language.angles else BINARY[table].get(key)

    def _statement(self, n: int) -> bytes:
        """The first token of the line."""
        line = self._lines[n]
        while n > 0 and self._lines[n - 1] == line:
            n -= 1
        return self._keys[n]

    def _right(self, pair: Pair, before: int, after: int) -> int | None:
        """The level of the token after the pair; None for an unknown token."""
        keys, table = self._keys, self._table
        if self._ends_at(pair, after):
            return LOW
        key = keys[after]
        if key == b"=" and table == "python" and pair.depth == self._around:
            return LOW  # a target, an annotation
        if key in END or (table == "python" and key in (b"else", b"as", b"for", b"async")):
            return LOW
        if key == b"{" and table in ("go", "rust"):
            return LOW if keys[before] in BEGIN[table] else None
        if key in (b".", b"["):
            return POSTFIX
        if key == b"(" and self._language.name in ("python", "js", "ts"):
            return POSTFIX
        return None if key == b">" and self._language.angles else BINARY[table].get(key)

    def _ends_at(self, pair: Pair, after: int) -> bool:
        """Whether the statement ends after the pair."""
        if after >= len(self._keys):
            return True
        if not self._language.ends or self._lines[after] <= self._lines[after - 1]:
            return False
        if self._table == "python":
            return pair.depth == sum(n in self._gone for n in range(pair.end + 1, after))
        key = self._keys[after]
        return is_word(key) and key not in (b"in", b"of", b"instanceof", b"as", b"satisfies")

    def _starts_at(self, pair: Pair) -> bool:
        """Whether a Python statement begins with the pair."""
        first = pair.start
        while first and first - 1 in self._gone and self._keys[first - 1] == b"(":
            first -= 1
        begins = first == 0 or self._lines[first - 1] < self._lines[first]
        return begins and pair.depth == pair.start - first

    def _may_begin(self, pair: Pair, before: int) -> bool:
        """Whether the content may begin there without parentheses: a body or function may not."""
        if self._table != "c":
            return True
        if before >= 0 and self._keys[before] not in (b"=>", b"{", b"}", b";", b"default"):
            return True
        return self._keys[self._after(pair.start)] not in _BODY

    def _may_assign(self, pair: Pair, before: int) -> bool:
        """Whether a `:=` inside is allowed there without parentheses."""
        inside = self._keys[pair.start : pair.end]
        return b":=" not in inside or (before >= 0 and self._keys[before] in (b"if", b"elif", b"while"))

    def _may_be_bare(self, pair: Pair, before: int, after: int, right: int | None) -> bool:
        """Whether the tuple without parentheses is valid Python with the same meaning."""
        key = self._keys[before] if before >= 0 else b""
        follows = self._keys[after] if after < len(self._keys) else b""
        ends = self._ends_at(pair, after) or follows == b";"
        if key == b"for":
            return follows == b"in"
        if pair.depth > self._around:
            return False
        if key == b"in":
            return follows == b":" and self._statement(before) in (b"for", b"async")
        if key == b"with":
            return follows == b":"
        if key in (b"return", b"yield", b"del", b"import") or (key in _SIGNS and key != b"="):
            return ends
        starts = self._starts_at(pair) or key == b";"
        return (key == b"=" and (ends or follows == b"=")) or (
            starts and (follows == b"=" or (ends and right == LOW))
        )

    def _is_operand(self, n: int) -> bool:
        """Whether the token can end a value, so that the next operator is binary."""
        if n < 0:
            return False
        key = self._keys[n]
        if key in (b")", b"]", b"}"):
            return True
        words = WORDS.get(self._table, frozenset()) | BEGIN[self._table]
        return key not in words and (is_word(key) or key[-1:] in (b'"', b"'", b"`"))

    def _level(self, pair: Pair) -> int | None:
        """The level of the loosest operator inside; None if the content must keep its parentheses."""
        scan = _Scan(self._language)
        at = self._after(pair.start)
        if at >= pair.end:
            return None
        if (
            self._language.name in ("js", "ts")
            and self._keys[at] == b"<"
            and self._keys[pair.end - 1] == b">"
        ):
            return POSTFIX - 1  # an element between tags
        while at < pair.end:
            key = self._keys[at]
            if key in (b"(", b"[", b"{"):
                end = self._match(at)
                if end is None or not scan.group(key):
                    return None
                at = end
            elif at not in self._dead and not scan.take(key):
                return None
            at = self._after(at)
        return scan.level

    def _match(self, n: int) -> int | None:
        """The index of the closing bracket for an opening one; None without one."""
        if n in self._ends:
            return self._ends[n]
        depth, at = 0, n
        while at < len(self._keys):
            key = self._keys[at]
            if at in self._ends:
                at = self._ends[at]
            elif key in (b"[", b"{", b"("):
                depth += 1
            elif key in (b"]", b"}", b")"):
                depth -= 1
                if depth == 0:
                    self._ends[n] = at
                    return at
            at += 1
        return None


class _Scan:
    """Reads an expression's top level; `level` is that of its loosest operator."""

    def __init__(self, language: Language) -> None:
        self.level = ATOM
        self._table = language.parens
        self._angles = language.angles
        self._value = False  # whether the last token ends a value
        self._choice = False

    def _bind(self, level: int, value: bool) -> bool:
        self.level = min(self.level, level)
        self._value = value
        return True

    def group(self, key: bytes) -> bool:
        """Read a bracket with its content; False where the expression must keep its parentheses."""
        if self._value and key == b"{" and self._table in ("go", "rust"):
            return False
        return self._bind(POSTFIX if self._value else ATOM, value=True)

    def take(self, key: bytes) -> bool:
        """Read one token; False where the expression must keep its parentheses."""
        table = self._table
        if key in NEVER[table] or (self._angles and key == b">"):
            return key == b":" and self._choice and table == "c"
        if key == b",":
            return self._bind(TUPLE, value=False)
        if key == b":=":
            return table == "python" and self._bind(ASSIGN, value=False)
        if key in _SIGNS or key == b"=>":
            return table == "c" and self._bind(ASSIGN, value=False)
        if key == b":":
            return self._choice and self._bind(TERNARY, value=False)
        if key in _MEMBER or key == b"?.":
            return self._bind(POSTFIX if key != b"?." else POSTFIX - 5, value=False)
        return self._operator(key)

    def _operator(self, key: bytes) -> bool:
        table = self._table
        if not self._value and key in PREFIX[table]:
            return self._bind(PREFIX[table][key], value=False)
        if self._value and key in BINARY[table]:
            self._choice = self._choice or key == b"?"
            return self._bind(BINARY[table][key], value=False)
        if table == "python" and key in (b"not", b"else"):
            return self._bind(40 if key == b"not" else 3, value=False)
        if self._value and key in (b"++", b"--", b"!"):
            return self._bind(UNARY, value=True)
        if self._value and key == b"?":
            return self._bind(POSTFIX, value=True)
        if is_word(key) or key[-1:] in (b'"', b"'") or key[:1] in (b'"', b"'", b"\x02"):
            return self._bind(ASSIGN if self._value else ATOM, value=True)
        return False


def is_word(key: bytes) -> bool:
    """Whether a token is a name or a number."""
    first = key[:1]
    return (
        first.isalnum()
        or first in (b"_", b"$")
        or first >= b"\x80"
        or (first == b"." and len(key) > 1 and key != b"...")
    )
