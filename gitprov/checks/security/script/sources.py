"""Where values of JavaScript come from that others control, and what makes them harmless."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from gitprov.checks.security.values import ALL, LOCAL, REMOTE

REQUEST, PAGE = "the request", "the address of the page"


class ScriptSource(NamedTuple):
    """`level`: how far away, see `values`; `what`: in words."""

    level: int
    what: str


_REQUEST = re.compile(
    r"^(?:this\.)?(?:req|request|ctx|context|ctx\.request|ctx\.req|c\.req|event|_req)\.(?:query|params|body|headers"
    r"|cookies|signedCookies|originalUrl|files?|rawBody|queryStringParameters|pathParameters|nextUrl\.searchParams"
    r"|url|href|hostname|param|header|fields)(?:\.\w+|\.\*|$)*$"
)
_CALLED = re.compile(
    r"^(?:req|request|ctx\.req|c\.req)\.(?:get|param|header|json|text|formData|query|queries)$"
    r"|searchParams\.(?:get|getAll)$"
)
_PAGE = re.compile(
    r"^(?:window\.|document\.|self\.)?location\.(?:hash|search|href|pathname)$|^document\.(?:URL|documentURI|referrer)$"
    r"|^window\.name$"
)
PLAIN_PARTS = frozenset(
    ["length", "size", "count", "status", "statusCode", "id", "index", "total", "env", "__dirname"]
)
"""Properties that hold numbers, or nothing that a caller chooses."""

_CLEARING: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        """
        parseInt parseFloat Number Boolean BigInt isInteger toFixed getTime now getFullYear toLocaleDateString
        toLocaleTimeString toISOString randomUUID randomBytes digest createHash hash hashSync compare
        compareSync uuid uuidv4 v4 nanoid keys indexOf findIndex charCodeAt includes has test some every
        isArray isIP escapeId format round floor ceil safeParse parseAsync toLocaleString getElementById
        querySelector
        """,
        (ALL,),
    ),
    (
        "encodeURIComponent",
        ("reflected-xss", "dom-xss", "open-redirect", "path-traversal", "request-forgery", "log-injection"),
    ),
    (
        "escapeHtml escapeHTML htmlEscape escapeHtmlEntities",
        ("reflected-xss", "dom-xss"),
    ),
    (
        "escape encode stringify inspect",
        ("reflected-xss", "dom-xss", "log-injection"),
    ),
    ("basename", ("path-traversal",)),
    ("escapeRegExp escapeRegex escapeStringRegexp", ("regex-injection",)),
    ("escapeShellArg quote shellEscape", ("command-injection",)),
    ("String toString", ("nosql-injection", "mass-assignment")),
    ("pick", ("mass-assignment",)),
)
#: Calls whose result is harmless, by the last part of the name → the rules concerned (`*`: all).
_SANITIZERS = {word: frozenset(rules) for words, rules in _CLEARING for word in words.split()}
_CLEANING = re.compile(r"(?i)^(?:sanitiz|sanitis|validat|clean|purify|safe|allowed|slugify|whitelist|assert)")
_SCHEMA = re.compile(
    r"(?i)(?:schema|^[A-Z]\w*|dto|validator|\bz(?:od)?\b.*|joi.*)\.(?:parse|validate|validateSync|cast)$"
)
_TEST = re.compile(
    r"(?i)^(?:is|has|in|valid|check|verify|allow|ensure|assert|match|sanit)|^(?:includes|test|startsWith|safeParse|some"
    r"|hasOwn|hasOwnProperty|every)$|Allowed|Valid|Safe"
)
PASSING = frozenset(
    [
        "String",
        "toString",
        "trim",
        "toLowerCase",
        "toUpperCase",
        "replace",
        "replaceAll",
        "slice",
        "substring",
        "substr",
        "split",
        "concat",
        "decodeURIComponent",
        "decodeURI",
        "from",
        "parse",
        "join",
        "normalize",
        "resolve",
        "at",
        "pop",
        "shift",
        "filter",
        "sort",
        "reverse",
        "flat",
        "values",
        "entries",
        "assign",
        "padStart",
        "padEnd",
    ]
)
"""Calls whose result is their argument, or the object that they are a method of, in another form."""


@lru_cache(maxsize=1 << 14)
def source_of(name: str, *, called: bool = False) -> ScriptSource | None:
    """The source that an expression of a dotted name is; None where it is none. `called`: it is a call."""
    if called:
        if _CALLED.search(name):
            return ScriptSource(REMOTE, REQUEST if not name.startswith("params") else PAGE)
        return ScriptSource(LOCAL, "input") if name in ("prompt", "window.prompt") else None
    if _REQUEST.match(name):
        return ScriptSource(REMOTE, REQUEST)
    if _PAGE.match(name):
        return ScriptSource(REMOTE, PAGE)
    if name.startswith("process.argv"):
        return ScriptSource(LOCAL, "an argument of the command")
    return None


@lru_cache(maxsize=1 << 14)
def cleared_by(name: str) -> frozenset[str] | None:
    """The rules for which the result of a call is harmless; None where the call changes nothing."""
    last = name.rpartition(".")[2]
    rules = _SANITIZERS.get(last)
    if rules is None and (
        _CLEANING.search(last) or (_SCHEMA.search(name) and not name.startswith(("JSON.", "URL.")))
    ):
        return frozenset([ALL])
    return rules


@lru_cache(maxsize=1 << 14)
def is_test(name: str) -> bool:
    """Whether a call decides on the validity of its arguments or its object."""
    return _TEST.search(name.rpartition(".")[2]) is not None
