"""Tables for redundant parentheses: tokens before, after and inside a pair, by binding strength.

Parentheses are redundant only by these tables: beside or around any other token they stay.
"""

from __future__ import annotations

from collections.abc import Mapping

#: Levels: the higher, the tighter. LOW is weaker than all operators, TUPLE a comma, POSTFIX tighter than all
#: operators.
TUPLE, LOW, ASSIGN, TERNARY, UNARY, POSTFIX, ATOM = -1, 0, 1, 2, 80, 95, 100

_ARITHMETIC = {
    b"+": 60, b"-": 60, b"*": 70, b"/": 70, b"%": 70, b"<<": 55, b">>": 55,
}  # fmt: skip
_EQUAL = dict.fromkeys((b"==", b"!=", b"===", b"!=="), 45)
_LESS = dict.fromkeys((b"<", b"<=", b">=", b">"), 50)

BINARY: Mapping[str, Mapping[bytes, int]] = {
    "python": {
        **_ARITHMETIC, b"if": 3, b"or": 10, b"and": 15, b"|": 45, b"^": 48, b"&": 50, b"//": 70, b"@": 70, b"**": 85,
        **dict.fromkeys((b"in", b"is", b"<", b">", b"<=", b">=", b"==", b"!="), 40),
    },
    "c": {
        **_ARITHMETIC, **_EQUAL, **_LESS, b"?": TERNARY, b"??": 9, b"||": 10, b"&&": 15, b"|": 20, b"^": 22, b"&": 24,
        b"instanceof": 50, b"**": 85,
    },
    "go": {
        **_ARITHMETIC, **_EQUAL, **dict.fromkeys(_LESS, 45), b"||": 10, b"&&": 15, b"|": 60, b"^": 60, b"<<": 70,
        b">>": 70, b"&": 70, b"&^": 70,
    },
    "rust": {
        **_ARITHMETIC, **_EQUAL, **dict.fromkeys(_LESS, 45), b"||": 10, b"&&": 15, b"|": 48, b"^": 49, b"&": 50,
    },
}  # fmt: skip

#: Operators for which `a op b op c` is not `(a op b) op c`.
RIGHT: Mapping[str, frozenset[bytes]] = {
    "python": frozenset((b"**", b"if", b"in", b"is", b"<", b">", b"<=", b">=", b"==", b"!=")),
    "c": frozenset((b"**", b"?", b"??")),
    "go": frozenset(),
    "rust": frozenset((b"<", b">", b"<=", b">=", b"==", b"!=")),
}

#: Levels whose operators may be grouped either way.
EITHER = frozenset((10, 15))

#: Tokens after which a whole expression begins.
_OPEN = frozenset(
    (b"=", b"(", b"[", b"{", b",", b":", b"return", b"+=", b"-=", b"*=", b"/=", b"%=", b"|=", b"&=", b"^=")
)
BEGIN: Mapping[str, frozenset[bytes]] = {
    "python": _OPEN
    | {
        b"if",
        b"elif",
        b"while",
        b"assert",
        b"yield",
        b"del",
        b"for",
        b"with",
        b"->",
        b"raise",
        b"else",
        b"from",
        b"import",
        b"except",
        b";",
    },
    "c": _OPEN | {b"=>", b"?", b"throw", b"case", b"yield", b"of", b"in", b"default", b";", b"}"},
    "go": _OPEN | {b":=", b"if", b"for", b"switch", b"case", b"range", b";"},
    "rust": _OPEN | {b"=>", b"if", b"while", b"match", b"in", b";", b"break"},
}
#: Tokens before which an expression ends.
END = frozenset((b")", b"]", b"}", b",", b";", b":"))

#: Prefix operators, with their levels.
PREFIX: Mapping[str, Mapping[bytes, int]] = {
    "python": {b"not": 30, b"await": 88, b"-": UNARY, b"+": UNARY, b"~": UNARY, b"*": UNARY, b"**": UNARY},
    "c": dict.fromkeys(
        (b"typeof", b"void", b"delete", b"await", b"-", b"+", b"~", b"!", b"*", b"&", b"++", b"--"), UNARY
    ),
    "go": dict.fromkeys((b"-", b"+", b"!", b"^", b"*", b"&"), UNARY),
    "rust": dict.fromkeys((b"-", b"!", b"*", b"&"), UNARY),
}

#: An expression with one of these at its top level keeps its parentheses.
NEVER: Mapping[str, frozenset[bytes]] = {
    "python": frozenset((b"for", b"lambda", b"yield", b"async", b":", b"=", b";", b"->", b"=>")),
    "c": frozenset((b";", b"yield", b"new", b"let")),
    "go": frozenset((b";", b"=", b":=", b"func", b":", b"->", b"=>")),
    "rust": frozenset((b";", b"=", b":", b"=>", b"->", b"return", b"break", b"move", b"|")),
}

#: Words after which a `(` opens no call.
WORDS: Mapping[str, frozenset[bytes]] = {
    "python": frozenset(
        b"return in and or not if else elif while for yield await assert del lambda is raise from import with as except "
        b"print class def".split()
    )
    - {b"print", b"class", b"def"},
    "rust": frozenset(b"let in return match if while else mut ref move as box for".split()),
}
