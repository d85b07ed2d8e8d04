"""Removes tokens without effect from a stream: commas before a closing bracket, semicolons at an end,
redundant parentheses. Tokens with an effect stay: the comma of a tuple of one, an empty statement.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress

from gitprov.attribution.layout.language import Language
from gitprov.attribution.layout.parens import Pair, Parens
from gitprov.attribution.layout.precedence import WORDS
from gitprov.attribution.layout.tokens import COMMENT, INNER, TokenStream

_OPEN = {b"(": b")", b"[": b"]", b"{": b"}"}
_CLOSE = frozenset(_OPEN.values())
_MARKS = frozenset((*_OPEN, *_CLOSE, b",", b";", b"\\"))
_HEADS = frozenset((b"if", b"while", b"for", b"with", b"switch"))
_LEADING = frozenset((b"=", b"(", b"<", b",", b":", b"["))
_SCRIPTS = frozenset(("js", "ts"))
#: Operators between the name of an attribute and its value, in a selector.
_MATCHES = frozenset((b"=", b"^=", b"*=", b"|="))
#: Tokens before the name of a method; a string cannot be called.
_BEFORE_METHODS = frozenset((b"{", b"}", b",", b";", b"*", b"async", b"get", b"set", b"static"))
#: None of these is between `type` and the brace of its members.
_ELSE = frozenset(
    b"; { } const let var function import return class await if for while switch new throw".split()
)
#: At most so many tokens of a statement are read.
_FAR = 200
#: First bytes of tokens that are no code.
_PASSED = (COMMENT[0], ord("\\"))


def without_layout(stream: TokenStream, language: Language, opened: Sequence[bytes]) -> TokenStream:
    """The stream without tokens that have no effect; `opened`: brackets open before it, outermost first."""
    structure = _Structure(stream, language, opened)
    structure.walk()
    keys, lines, spans = stream
    if language.name in _SCRIPTS:
        _bare_names(keys)
    elif language.name in ("css", "scss"):
        _bare_values(keys)
    if not structure.dead:
        return stream
    alive = bytearray(b"\1") * len(keys)
    for n in structure.dead:
        alive[n] = 0
    if spans:
        places = {n: at for at, n in enumerate(compress(range(len(keys)), alive))}
        spans = {line: (places[n], offset) for line, (n, offset) in spans.items()}
    return TokenStream(list(compress(keys, alive)), list(compress(lines, alive)), spans)


def _bare_names(keys: list[bytes]) -> None:
    """Remove the quotes of the name of a property or method where the name without them is the same."""
    for sign, befores in ((b":", (b"{", b",")), (b"(", _BEFORE_METHODS)):
        at = -1
        for _ in range(keys.count(sign)):
            at = keys.index(sign, at + 1)
            name = keys[at - 1] if at > 1 else b""
            if name[:1] == b'"' and _code_before(keys, at - 1) in befores:
                bare = name[1:-1]
                if (bare.isascii() and bare.decode().isidentifier()) or (bare.isdigit() and bare[:1] != b"0"):
                    keys[at - 1] = bare


def _code_before(keys: list[bytes], n: int) -> bytes:
    """The token before token `n` that is no comment."""
    n -= 1
    while n >= 0 and keys[n][:1] == COMMENT:
        n -= 1
    return keys[n] if n >= 0 else b""


def _bare_values(keys: list[bytes]) -> None:
    """Remove the quotes of a selector's value: `[type="text"]` equals `[type=text]`."""
    for at in [n for n, key in enumerate(keys) if key in _MATCHES]:
        value = keys[at + 1] if at + 2 < len(keys) and keys[at + 2] == b"]" else b""
        if value[:1] == b'"' and value.isascii() and value[1:-1].decode().replace("-", "_").isidentifier():
            keys[at + 1] = value[1:-1]


class _Structure:
    """Walks over brackets, commas and semicolons; `dead` are the indices of tokens without effect."""

    def __init__(self, stream: TokenStream, language: Language, opened: Sequence[bytes]) -> None:
        self.dead: set[int] = set()
        self._keys = stream.keys
        self._lines = stream.lines
        self._language = language
        # A bracket before the stream has a negative index.
        self._before = opened
        self._stack = list(range(-len(opened), 0))
        self._commas: dict[int, int] = {}
        self._opens: dict[int, int] = {}
        self._pairs: list[Pair] = []
        self._types: set[int] = set()
        self._bodies: set[int] = set()  # braces with a semicolon at their top level
        self._placed = -1

    def walk(self) -> None:
        """Find all tokens without effect."""
        keys = self._keys
        name, marks = self._language.name, _MARKS
        if name == "ts":
            marks = _MARKS | {b"|", b"&"}
        elif name not in ("python", "rust", "plain", "markdown"):
            marks = _MARKS - {b","}  # one without effect is found at the bracket after it
        stack = self._stack
        for n in list(compress(range(len(keys)), map(marks.__contains__, keys))):
            key = keys[n]
            if key in _OPEN:
                if key == b"{" and name == "ts" and self._is_type(n):
                    self._types.add(n)
                stack.append(n)
            elif key in _CLOSE:
                self._close(n, stack.pop() if stack else None)
            else:
                self._mark(n)
        if self._language.parens:
            Parens(self._keys, self._lines, self._language, self._pairs, self.dead).settle()

    def _mark(self, n: int) -> None:
        key = self._keys[n]
        if key == b",":
            self._comma(n)
        elif key == b";":
            self._semicolon(n)
        elif key == b"\\":
            if self._is_last(n):
                self.dead.add(n)
        elif n and self._keys[n - 1] in _LEADING:
            self.dead.add(n)  # in a union type with one part a line

    def _close(self, n: int, opener: int | None) -> None:
        keys = self._keys
        if opener is not None and opener >= 0:
            self._opens[n] = opener
            key = keys[n]
            if key == b")":
                if keys[opener] == b"(":
                    self._pairs.append(Pair(opener, n, len(self._stack)))
                    if n == opener + 1:
                        self._empty(opener, n)
            elif key == b"}":
                if self._language.name == "rust":
                    self._block(opener, n)
                elif n == opener + 2 and self._language.name in _SCRIPTS:
                    self._element(opener, n)
        last = self._code_before(n)
        if last >= 0 and keys[last] == b"," and self._is_trailing(last, n, opener):
            self.dead.add(last)

    def _block(self, opener: int, n: int) -> None:
        """Remove a body's braces: `=> { x }` equals `=> x,`, and `|a| { x }` equals `|a| x`."""
        before = self._keys[opener - 1] if opener else b""
        if opener in self._bodies or n == opener + 1 or before not in (b"=>", b"|"):
            return
        self.dead.add(opener)
        after = self._code_after(n)
        if before == b"|" or (after < len(self._keys) and self._keys[after] == b"}"):
            self.dead.add(n)
        else:
            self._keys[n] = b","
            self._placed = n

    def _empty(self, opener: int, n: int) -> None:
        """Remove empty parentheses: `class A():` equals `class A:`, `new A()` equals `new A`."""
        keys, name = self._keys, self._language.name
        if opener < 2:
            return
        if name == "python" and keys[opener - 2] == b"class":
            self.dead.update((opener, n))
        elif name in _SCRIPTS and self._key(self._code_after(n)) not in (b".", b"(", b"[", b"?."):
            at = opener - 1
            while at > 1 and keys[at - 1] == b".":
                at -= 2
            if at > 0 and keys[at - 1] == b"new":
                self.dead.update((opener, n))

    def _element(self, opener: int, n: int) -> None:
        """Remove braces: between tags `{" "}` equals a space, and `a={"b"}` equals `a="b"`."""
        keys = self._keys
        if keys[opener + 1][:1] == b'"':
            if keys[opener + 1] == b'" "':
                self.dead.update((opener, opener + 1, n))
            elif opener and keys[opener - 1] == b"=":
                self.dead.update((opener, n))

    def _key(self, n: int) -> bytes:
        return self._keys[n] if 0 <= n < len(self._keys) else b""

    def _is_trailing(self, comma: int, n: int, opener: int | None) -> bool:
        """Whether a comma before a closing bracket has no effect."""
        name, closer = self._language.name, self._keys[n]
        before = self._code_before(comma)
        if before >= 0 and self._keys[before] in (b",", *_OPEN):
            return False  # an omitted element
        if name in ("c", "java", "kotlin") and closer != b"}":
            return name == "kotlin"
        if name == "css" or (name in ("shell", "plain", "markdown") and closer == b"}"):
            return False  # an empty word
        alone = opener is None or self._commas.get(opener, 0) == 1
        if name in ("python", "rust", "plain", "markdown") and alone and closer != b"}":
            return self._is_call(opener) if closer == b")" else name == "rust" or not self._is_call(opener)
        return True

    def _is_call(self, opener: int | None) -> bool:
        """Whether the token before a bracket can be called or subscripted."""
        if opener is None or opener < 0:
            return False
        at = self._code_before(opener)
        if at < 0:
            return False
        if self._language.name == "python" and not self._stack and self._lines[at] < self._lines[opener]:
            return False  # a statement begins with the bracket
        key = self._keys[at]
        if key == b"import" or (self._language.name == "rust" and key in (b"!", b">")):
            return True
        return is_operand(key) and key not in WORDS.get(self._language.name, ())

    def _comma(self, n: int) -> None:
        keys, top, name = self._keys, self._stack[-1] if self._stack else None, self._language.name
        if top in self._types:
            self.dead.add(n)
        if top is not None:
            self._commas[top] = self._commas.get(top, 0) + 1
        if name not in ("rust", "ts"):
            return
        follows = self._key(self._code_after(n))
        before = self._code_before(n)
        if follows == b">" or (
            name == "rust"
            and (follows == b"{" or before == self._placed >= 0 or keys[max(before, 0)] == b"}")
        ):
            self.dead.add(n)

    def _is_type(self, n: int) -> bool:
        """Whether a brace opens a type, whose members may be separated by commas or semicolons."""
        keys, top = self._keys, self._stack[-1] if self._stack else None
        before = keys[n - 1] if n else b""
        if top in self._types or before == b"<":
            return True
        if before == b":" and n > 1:
            return keys[n - 2] in _CLOSE or self._top_is(b"(")
        if before in (b"|", b"&") and n > 1 and keys[n - 2] == b"}":
            return self._opens.get(n - 2) in self._types
        depth = 0
        for at in range(n - 1, max(-1, n - _FAR), -1):
            depth += (keys[at] in (b")", b"]")) - (keys[at] in (b"(", b"["))
            if depth < 0 or keys[at] in _ELSE:
                return False
            if keys[at] in (b"type", b"interface"):
                return at + 1 < n and keys[at + 1][:1].isalpha()
        return False

    def _semicolon(self, n: int) -> None:
        how, after = self._language.semicolons, self._code_after(n)
        if self._stack:
            self._bodies.add(self._stack[-1])
        follows = self._keys[after] if after < len(self._keys) else b""
        if (
            (how == "all" and not self._top_is(b"(") and not self._is_empty_statement(n))
            or (how == "go" and not self._begins(n, _HEADS))
            or (how == "last" and follows in (b"}", b""))
            or (how == "shell" and (self._is_last(n) or not self._is_in_arithmetic()))
            or (how == "rust" and follows == b"}" and self._first(n) in (b"return", b"break", b"continue"))
        ):
            self.dead.add(n)

    def _is_in_arithmetic(self) -> bool:
        """Whether the innermost open brackets are those of `((…))` in a shell."""
        return self._top_is(b"(") and self._stack[-2:-1] == [self._stack[-1] - 1]

    def _top_is(self, key: bytes) -> bool:
        if not self._stack:
            return False
        top = self._stack[-1]
        return (self._keys[top] if top >= 0 else self._before[top]) == key

    def _is_empty_statement(self, n: int) -> bool:
        """Whether a semicolon is a whole body: `while (x);` and `else;`."""
        if self._language.name == "python":
            return False
        before = self._code_before(n)
        if before >= 0 and self._keys[before] == b")":
            opener = self._opens.get(before, 0)
            return opener > 0 and self._keys[opener - 1] in _HEADS and not self._is_do(opener - 1)
        return before >= 0 and self._keys[before] == b"else"

    def _is_do(self, n: int) -> bool:
        """Whether a `while` belongs to a `do`."""
        brace = self._code_before(n)
        if self._keys[n] != b"while" or brace < 0 or self._keys[brace] != b"}":
            return False
        opener = self._opens.get(brace, 0)
        return opener > 0 and self._keys[self._code_before(opener)] == b"do"

    def _begins(self, n: int, words: frozenset[bytes]) -> bool:
        """Whether one of the words is between a semicolon and the brace before it."""
        for at in range(n - 1, max(-1, n - _FAR), -1):
            key = self._keys[at]
            if key in (b"{", b"}"):
                return False
            if key in words:
                return True
        return False

    def _first(self, n: int) -> bytes:
        """The first token of a statement that ends with a semicolon."""
        depth = 0
        for at in range(n - 1, max(-1, n - _FAR), -1):
            key = self._keys[at]
            if key in _CLOSE:
                depth += 1
            elif key in _OPEN:
                depth -= 1
            if depth < 0 or (depth == 0 and key in (b";", b"=>")):
                return self._keys[at + 1]
        return self._keys[0] if n <= _FAR else b""

    def _is_last(self, n: int) -> bool:
        """Whether a token is the last of its line."""
        return n + 1 >= len(self._lines) or self._lines[n + 1] > self._lines[n]

    def _code_before(self, n: int) -> int:
        keys = self._keys
        n -= 1
        while n >= 0 and keys[n][0] in _PASSED and (keys[n][0] == 1 or keys[n] == b"\\"):
            n -= 1
        return n

    def _code_after(self, n: int) -> int:
        keys, n = self._keys, n + 1
        while n < len(keys) and keys[n][0] == 1:
            n += 1
        return n


def is_operand(key: bytes) -> bool:
    """Whether a token can be the end of a value: a word, a number, a string, a closing bracket."""
    first = key[:1]
    return (
        first.isalnum()
        or first in (b"_", b"$", b'"', b"'", b")", b"]", b"}", INNER)
        or first >= b"\x80"
        or key[-1:] in (b'"', b"'")
    )
