"""Splits a text into tokens with their lines: strings and numbers by value, comments by words."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import accumulate, compress, repeat

from gitprov.attribution.layout.language import Language
from gitprov.attribution.layout.patterns import AS_IT_IS, DIGIT, LETTER, LINE_END, MARK, STRING, kinds, tokens
from gitprov.attribution.layout.tokens import COMMENT, INNER, TokenStream

_WORDS = re.compile(rb"[\w\x80-\xff]+|[^\w\s]")
_CONTINUED = rb"\\[ \t]*\n"


def _stars(hit: re.Match[bytes]) -> bytes:
    return b"*" * len(hit.group())


#: Markdown → the spelling to compare: a bullet, an escape, emphasis, and the rule below the head of a table.
_MARKUP: tuple[tuple[bytes, bytes | Callable[[re.Match[bytes]], bytes]], ...] = (
    (rb"(?m)^([ \t]*)[*+](?=[ \t])", rb"\1-"),
    (rb"\\(?=[*_#\[\]])", b""),
    (rb"(?<![^\W_])_{1,3}(?=\w)|(?<=[^\W_])_{1,3}(?!\w)", _stars),
    (rb"-{3,}", b"---"),
)
#: In a shell `a` equals $(a), where nothing inside is escaped.
_BACKQUOTED = rb"(?<!\\)`([^`\\\n]*)`"
_STAR = rb"(?m)^[ \t]*\*+(?!/)"
_LEADER = re.compile(rb"//[/!]?|#+!?|--")
_ESCAPED = re.compile(rb"\\([\s\S])")
_UNICODE = rb"\\u([0-9a-fA-F]{4})"
_FIELD = rb"\$?\{[^{}]*\}"
_BRACES = rb"(\{\{|\}\}|[{}])"
_COLOUR = rb"(?i)#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})"
_NUMBER = rb"(?i)(\d*)\.?(\d*)(e[+-]?\d+)?(\D*)"
_POWER = rb"e\+?(-?)0*(?=\d)"
#: A string with such an end cannot be joined to the next: the escape would become longer.
_OPEN_ESCAPE = rb"(?:\\x[0-9a-fA-F]*|\\[0-7]{1,3})$"
_PREFIX = re.compile(rb"[A-Za-z0-9]*")

#: Between digits, for the eye; in Rust, before a number's type too.
_SEPARATORS = b"_'"
#: First bytes of numbers.
_DIGITS = tuple(b"%c" % byte for byte in b"0123456789.")

#: Names before a template that name its language.
_TAGS = frozenset((b"css", b"keyframes", b"injectGlobal", b"createGlobalStyle", b"gql", b"graphql", b"html"))


def lex(text: bytes, language: Language, line: int = 0) -> TokenStream:
    """The tokens of a text whose first line has the number `line`; nothing is left out but white space."""
    if language.name == "shell" and b"`" in text:
        text = re.sub(_BACKQUOTED, rb"$(\1)", text)
    elif language.name == "markdown":
        for pattern, spelling in _MARKUP:
            text = re.sub(pattern, spelling, text)
    spelt = tokens(language).findall(text)
    forms = _Forms(language)
    keys = list(map(forms.__getitem__, spelt))
    shapes = bytes(map(forms.shapes.get, spelt, repeat(_SINGLE)))
    maker = _Lexer(language)
    at = 0
    for hit in _HARD.finditer(shapes):
        line = maker.extend(keys[at : hit.start()], shapes[at : hit.start()], line)
        at = hit.end()
        for token in spelt[hit.start() : at]:
            if token != b"\n":
                maker.take(token, forms.kinds[token[0]], line)
            line += token.count(b"\n")
    maker.extend(keys[at:], shapes[at:], line)
    return TokenStream(maker.keys, maker.lines, maker.spans)


#: Shapes of tokens: one key in any place, a line end, a string that joins a string beside it, or a token with
#: several keys or with keys that depend on the token before it.
_SINGLE, _END, _JOINED, _SEVERAL = range(4)
#: A part of a text's shapes that has to be read token by token.
_HARD = re.compile(rb"\x03(?:[\x01-\x03]*[\x02\x03])?|\x02[\x01-\x03]*[\x02\x03]")
#: A string whose value is the text between its quotes.
_WORDLIKE = re.compile(rb"\"[^\"\\\n]+\"|'[^'\\\n]+'")
_BREAKS = bytes(n == _END for n in range(256))
_NO_BREAKS = bytes(n != _END for n in range(256))


class _Forms(dict[bytes, bytes]):
    """Token → its normal form, computed once for each spelling; `shapes` has the shape of tokens that are
    not _SINGLE.
    """

    def __init__(self, language: Language) -> None:
        super().__init__()
        self.kinds = kinds(language)
        self.shapes: dict[bytes, int] = {}
        self._language = language
        # Without a backslash the text between the quotes is the value, for any quotes.
        self._by_quotes = (language.alike and not language.special) or language.name == "json"

    def __missing__(self, token: bytes) -> bytes:
        kind = self.kinds[token[0]]
        if kind == AS_IT_IS or token.isdigit():
            form = token
        elif kind == DIGIT:
            form = _number(token, self._language.numbers)
        else:
            form = self._looked_at(token, kind)
        self[token] = form
        return form

    def _looked_at(self, token: bytes, kind: int) -> bytes:
        language = self._language
        if kind == LINE_END:
            self.shapes[token] = _END
            return token
        if kind == STRING and self._by_quotes and _WORDLIKE.fullmatch(token):
            self.shapes[token] = _JOINED if language.joins else _SINGLE
            return b'"' + token[1:-1] + b'"'
        if b"\n" not in token and b"`" not in token and not (kind == MARK and _is_comment(token, language)):
            maker = _Lexer(language)
            maker.take(token, kind, 0)
            if len(maker.keys) == 1:
                self.shapes[token] = _JOINED if language.joins and maker.is_joined else _SINGLE
                return maker.keys[0]
        self.shapes[token] = _SEVERAL
        return token


def _is_comment(token: bytes, language: Language) -> bool:
    """Whether a token is a comment."""
    if language.block and token.startswith(b"/*"):
        return True
    return token.startswith(language.comments) and not token.startswith((b"/=", b"-="))


class _Lexer:
    """Converts tokens to their normal form, except for those that stay unchanged."""

    def __init__(self, language: Language) -> None:
        self.keys: list[bytes] = []
        self.lines: list[int] = []
        self.spans: dict[int, tuple[int, int]] = {}
        self._language = language
        self._last = -1  # the index of the last string if it can be joined

    @property
    def is_joined(self) -> bool:
        """Whether the last key is a string to which the next one is joined."""
        return 0 <= self._last == len(self.keys) - 1

    def extend(self, keys: list[bytes], shapes: bytes, line: int) -> int:
        """Add tokens of one key each, and line ends; returns the line after them."""
        ends = shapes.count(_END)
        if not ends:
            self.keys += keys
            self.lines += [line] * len(keys)
            return line
        inside = shapes.translate(_NO_BREAKS)
        self.keys += compress(keys, inside)
        self.lines += compress(accumulate(shapes.translate(_BREAKS), initial=line), inside)
        return line + ends

    def _put(self, key: bytes, line: int) -> None:
        self.keys.append(key)
        self.lines.append(line)

    def take(self, token: bytes, kind: int, line: int) -> None:
        """Add one token that begins on `line`."""
        if kind == DIGIT:
            self._put(_number(token, self._language.numbers), line)
        elif kind == MARK:
            self._mark(token, line)
        elif kind == LETTER and b'"' not in token and b"'" not in token:
            self._put(token, line)
        else:
            self._string(token, line)

    def _mark(self, token: bytes, line: int) -> None:
        language = self._language
        if language.block and token.startswith(b"/*"):
            body = token[2:-2] if token.endswith(b"*/") else token[2:]
            leader = b"**" if body.startswith(b"*") else b"*"
            self._comment(re.sub(_STAR, b"", body), leader, line)
        elif _is_comment(token, language):
            leader = hit.group() if (hit := _LEADER.match(token)) else token[:1]
            self._comment(token[len(leader) :], leader, line)
        elif token.startswith(b"#") and re.fullmatch(_COLOUR, token):
            self._put(token.lower(), line)
        elif token[:1] == b"-" and token[1:2] in _DIGITS and language.numbers:
            self._put(b"-" + _number(token[1:], language.numbers), line)
        else:
            self._put(token.strip(), line)

    def _comment(self, body: bytes, leader: bytes, line: int) -> None:
        if self.keys and self.keys[-1] == b"}" and body.split()[:1] == [b"namespace"]:
            return  # clang-format names the namespace that ends here
        mark = COMMENT + leader
        if self._language.name == "c" and b"\\\n" in body:
            body = re.sub(_CONTINUED, b"\n", body)  # a comment in a macro
        for n, part in enumerate(body.split(b"\n"), line):
            words = _WORDS.findall(part)
            self.keys += [mark + word for word in words]
            self.lines += [n] * len(words)

    def _string(self, token: bytes, line: int) -> None:
        language = self._language
        at = len(_PREFIX.match(token).group())  # type: ignore[union-attr]
        prefix, quote = token[:at], token[at : at + 1]
        if language.triple and token[at : at + 3] == quote * 3 and len(token) > at + 3:
            self._lines(
                _prefix(prefix), token[at + 3 :].removesuffix(quote * 3), line, raw=b"r" in prefix.lower()
            )
        elif language.raw and b"\n" in token:
            for n, part in enumerate(token.split(b"\n")):
                self._put(INNER + part, line + n)
        elif len(token) == at + 1 or (quote == b"'" and not token.endswith(b"'")):
            self._put(token.replace(b"\n", b"\x03"), line)  # an unclosed quote, a lifetime
        elif quote == b"`":
            embedded = self._is_embedded()
            for n, part in enumerate(token.split(b"\n")):
                text = re.sub(_FIELD, self._field, part)
                for word in _WORDS.findall(text) if embedded else [text]:
                    self._put(INNER + word, line + n)
        else:
            flat = token.replace(b"\n", b"\x03")  # a line that continues after a backslash
            self._value(flat, prefix, quote, flat[at + 1 : -1], line)

    def _is_embedded(self) -> bool:
        """Whether a template is in a language that ignores white space and that formatters format."""
        tag = self.keys[-1] if self.keys else b""
        return tag in _TAGS or b"styled" in self.keys[-12:]

    def _field(self, hit: re.Match[bytes]) -> bytes:
        """Add an expression in a template, by its tokens."""
        from gitprov.attribution.layout.structure import without_layout

        inside = hit.group()[:-1].lstrip(b"${")
        return b"${" + b" ".join(without_layout(lex(inside, self._language), self._language, []).keys) + b"}"

    def _value(self, token: bytes, prefix: bytes, quote: bytes, body: bytes, line: int) -> None:
        """Add a string on one line, by its value."""
        language = self._language
        if language.alike:
            if any(one in body for one in _each(language.special)):
                self._put(token, line)
                return
            prefix = _prefix(prefix)
            body = body if b"r" in prefix or b"\\" not in body else _ESCAPED.sub(_unquoted, body)
            body = _fields(body) if b"f" in prefix else body
        elif language.name == "json" and b"\\" in body:
            body = re.sub(_UNICODE, _character, body.replace(b"\\/", b"/"))
        elif quote == b"'" or not language.joins:
            self._put(token, line)
            return
        self._joined(prefix, body, line)

    def _joined(self, prefix: bytes, body: bytes, line: int) -> None:
        last = len(self.keys) - 1
        if self._language.joins and last >= 0 and self._last == last:
            was, _, before = self.keys[last][:-1].partition(b'"')
            both = _one_prefix((was, before), (prefix, body))
            if both is not None and not re.search(_OPEN_ESCAPE, before):
                self.keys[last] = both + b'"' + before + body + b'"'
                if line != self.lines[last]:
                    self.spans.setdefault(line, (last, len(before)))
                return
        self._last = len(self.keys)
        self._put(prefix + b'"' + body + b'"', line)

    def _is_docstring(self, line: int) -> bool:
        """Whether a string that begins on `line` documents what is above it: its words may be on any line."""
        if self._language.name != "python" or (self.lines and self.lines[-1] == line):
            return False
        at = len(self.keys) - 1
        while at >= 0 and self.keys[at][:1] == COMMENT:
            at -= 1
        return at < 0 or (self.keys[at] == b":" and self.keys[at - 1][-1:] != b'"')  # not a value in a dict

    def _lines(self, prefix: bytes, body: bytes, line: int, raw: bool) -> None:
        flows = self._is_docstring(line)
        self._put(prefix + b'"""', line)
        parts = body.split(b"\n")
        for n, part in enumerate(parts):
            bare = part.strip()
            if bare:
                text = bare if raw else _ESCAPED.sub(_unquoted, bare)
                for word in _WORDS.findall(text) if flows else (text,):
                    self._put(INNER + word, line + n)
        self._put(b'"""', line + len(parts) - 1)


def _each(special: bytes) -> list[bytes]:
    return [special[n : n + 1] for n in range(len(special))]


def _prefix(prefix: bytes) -> bytes:
    """The normal form of letters before a quote: sorted, in lower case, without `u`."""
    return bytes(sorted(prefix.lower().replace(b"u", b"")))


def _one_prefix(a: tuple[bytes, bytes], b: tuple[bytes, bytes]) -> bytes | None:
    """The prefix of two strings that are joined; None if they cannot be."""
    if a[0] == b[0]:
        return a[0]
    plain = next((body for prefix, body in (a, b) if not prefix), None)
    other = a[0] or b[0]
    return other if other == b"f" and plain is not None and b"{" not in plain and b"}" not in plain else None


def _unquoted(hit: re.Match[bytes]) -> bytes:
    return hit.group(1) if hit.group(1) in b"'\"" else hit.group()


def _character(hit: re.Match[bytes]) -> bytes:
    number = int(hit.group(1), 16)
    return hit.group().lower() if number < 128 or 0xD800 <= number < 0xE000 else chr(number).encode()


def _fields(body: bytes) -> bytes:
    """An f-string's text: spaces and quotes in its fields are layout, except in self-documenting fields."""
    out: list[bytes] = []
    depth = 0
    for part in re.split(_BRACES, body):
        if depth and part not in (b"{", b"}") and not part.rstrip().endswith(b"="):
            out.append(part.replace(b" ", b"").replace(b"'", b'"'))
        else:
            out.append(part)
        depth += (part == b"{") - (part == b"}" and depth > 0)
    return b"".join(out)


def _number(token: bytes, how: str) -> bytes:
    low = token.lower().translate(None, _SEPARATORS)
    hit = re.fullmatch(_NUMBER, low) if b"." in low or how == "short" else None
    if hit is None or low[:2] in (b"0x", b"0b", b"0o") or not (hit.group(1) or hit.group(2)):
        return low
    whole, part, power, unit = (one or b"" for one in hit.groups())
    if how == "short":
        part, power = part.rstrip(b"0"), re.sub(_POWER, rb"e\1", power)
        return (whole or b"0") + (b"." + part if part else b"") + power + unit
    return (whole or b"0") + b"." + (part or b"0") + power + unit
