"""Patterns for the tokens of a language, in their original spelling."""

from __future__ import annotations

import re
from functools import lru_cache

from gitprov.attribution.layout.language import Language

#: Kinds of tokens: unchanged, a line end, a string, a comment or its look-alike, a number, a word that may be
#: the prefix of a string.
AS_IT_IS, LINE_END, STRING, MARK, DIGIT, LETTER = range(6)
_OPENERS, _CLOSERS = (b"(", b"[", b"{"), (b")", b"]", b"}")


def _string(quote: bytes) -> bytes:
    return quote + rb"[^" + quote + rb"\\\n]*(?:\\[\s\S][^" + quote + rb"\\\n]*)*" + quote


def _triple(quote: bytes) -> bytes:
    inside = rb"[^" + quote + rb"\\]*"
    more = rb"(?:(?:\\[\s\S]|" + quote + rb"(?!" + quote * 2 + rb"))" + inside + rb")*"
    return quote * 3 + inside + more + rb"(?:" + quote * 3 + rb"|\Z)"


def _strings(language: Language, letters: bool = True) -> list[bytes]:
    """The patterns of strings; without `letters`, those of Python begin at the quote."""
    name = language.name
    prefix = rb"(?:u8|[LuU])?" if name == "c" else b""
    if letters and language.triple and language.prefixes:
        prefix = rb"[" + language.prefixes + rb"]{0,2}"
    forms: list[bytes] = []
    if name == "rust":
        forms += [rb'[bc]?r##"[\s\S]*?(?:"##|\Z)', rb'[bc]?r#"[\s\S]*?(?:"#|\Z)', rb'[bc]?r"[^"]*(?:"|\Z)']
        return [*forms, rb'[bc]?"[^"\\]*(?:\\[\s\S][^"\\]*)*"', _RUST_CHAR, rb"'\w+"]
    if language.raw:
        forms.append(rb'(?:u8|[uUL])?R"\w*\([\s\S]*?\)\w*"')
    if language.triple:
        forms += [prefix + _triple(quote) for quote in (b'"', b"'") if quote in language.quotes]
    if language.backtick:
        escapes = b"" if name == "go" else rb"(?:\\[\s\S][^`\\]*)*"
        forms.append((rb"`[^`]*" if name == "go" else rb"`[^`\\]*") + escapes + rb"(?:`|\Z)")
    for quote in (language.quotes[n : n + 1] for n in range(len(language.quotes))):
        # An apostrophe in the text between two tags begins no string.
        guard = rb"(?!(?<=\w)'(?:s|t|re|ll|ve|m|d)\b)" if name in ("js", "ts") and quote == b"'" else b""
        forms.append(guard + prefix + _string(quote))
    return forms


_RUST_CHAR = rb"b?'(?:[^'\\\n]|[\x80-\xff]{2,4}|\\[^\n]+?)'"
_REGEX = (
    rb"(?<=[(=,:\[!&|?{;~%^\n])[ \t]*/(?![*/\s>])(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[a-z]*(?![\w/*])"
)
_NUMBERS = rb"0[xXbBoO]\w+|(?:\d(?:'?\w)*(?:\.(?!\.)\w*)?|\.\d\w*)(?:(?<=[eE])[+-]\d+)?"
_OPERATORS = (
    rb"\.\.\.|\.\.=?|===|!==|==|!=|<=|=>|->|\+\+|--|&&|\|\||\?\?|\?\.|:=|\*\*|<<|\+=|-=|\*=|/=|%=|&=|\|=|\^="
)


def _comments(language: Language) -> list[bytes]:
    forms = [rb"/\*[\s\S]*?(?:\*/|\Z)"] if language.block else []
    alone = language.name in ("yaml", "shell")  # after other characters it is part of a word
    return forms + [
        (rb"(?<!\S)" if alone else b"") + re.escape(sign) + rb"[^\n]*" for sign in language.comments
    ]


@lru_cache(maxsize=64)
def tokens(language: Language) -> re.Pattern[bytes]:
    """One expression for all tokens of a language, without groups: it runs at the speed of C."""
    name = language.name
    if not language.quotes:
        return re.compile(rb"\n|[\w\x80-\xff]+|[^\w\s]")
    forms = [*_frequent(language), rb"\n", *_strings(language), *_comments(language)]
    if name in ("js", "ts"):
        forms.append(_REGEX)
    if name in ("css", "scss"):
        forms += [rb"#[\w-]+", rb"(?<=[\w\])*])\s+\.(?=[A-Za-z_-])", rb"-(?:" + _NUMBERS + rb")"]
    forms.append(_NUMBERS)
    forms.append(rb"[\w-]+|[\x80-\xff]+" if name in ("css", "scss") else rb"[\w$\x80-\xff]+")
    if not language.angles:
        forms.append(rb">=|>>")
    if name == "python":
        forms.append(rb"//")
    if name == "shell":
        forms.append(rb";;")
    if name == "go":
        forms.append(rb"<-|&\^")
    return re.compile(b"|".join([*forms, _OPERATORS, rb"\S"]))


def _frequent(language: Language) -> list[bytes]:
    """Patterns for the most frequent tokens, names and a few signs; no other pattern could match these."""
    forms = [rb"[(){}\[\],]", rb"\.(?![.\d])", rb"=(?![=>])", rb":(?!=)"]
    if language.name not in ("css", "scss"):
        begins_string = rb"'\"#" if language.prefixes else b""
        forms.insert(0, rb"[A-Za-z_$\x80-\xff][\w$\x80-\xff]*(?![\w$\x80-\xff" + begins_string + rb"])")
    return forms


@lru_cache(maxsize=64)
def _marks(language: Language) -> re.Pattern[bytes]:
    """The pattern for `open_at`: strings, comments and brackets.

    Where each of its parts begins with one known byte, `re` skips all other bytes without trying the parts.
    """
    brackets = map(re.escape, (*_OPENERS, *_CLOSERS))
    return re.compile(b"|".join([*_strings(language, letters=False), *_comments(language), *brackets]))


@lru_cache(maxsize=64)
def kinds(language: Language) -> bytes:
    """First byte of a token → its kind."""
    table = bytearray(256)
    table[10] = LINE_END
    if language.numbers:
        for byte in b"0123456789.":
            table[byte] = DIGIT
    for byte in language.prefixes:
        table[byte] = LETTER
    for byte in language.quotes + (b"`" if language.backtick else b""):
        table[byte] = STRING
    for sign in (*language.comments, *((b"/",) if language.block else ())):
        table[sign[0]] = MARK
    if language.name in ("css", "scss"):
        table[ord("#")] = table[ord("-")] = MARK
    if language.name in ("js", "ts"):
        table[ord(" ")] = table[ord("\t")] = table[ord("/")] = MARK
    return bytes(table)


@lru_cache(maxsize=2)
def open_at(text: bytes, language: Language) -> tuple[int, tuple[bytes, ...]]:
    """The start of the string or comment that is open at the end of a text (its length if none is), and the
    brackets that are open there, outermost first. Both sides of a comparison mostly begin with the same text.
    """
    if not language.quotes:
        return len(text), ()
    stack: list[bytes] = []
    for hit in _marks(language).finditer(text):
        token = hit.group()
        if token in _OPENERS:
            stack.append(token)
        elif token in _CLOSERS:
            if stack:
                stack.pop()
        elif hit.end() == len(text) and b"\n" in token:
            letters = text[max(0, hit.start() - 2) : hit.start()] if language.triple else b""
            return hit.start() - len(letters) + len(letters.rstrip(language.prefixes)), tuple(stack)
    return len(text), tuple(stack)


def same_tokens(old: bytes, new: bytes, language: Language) -> bool:
    """Whether two texts have the same tokens in the same spelling."""
    find = tokens(language).findall
    return [one for one in find(old) if one != b"\n"] == [one for one in find(new) if one != b"\n"]
