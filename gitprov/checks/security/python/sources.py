"""Where values come from that others control, and what makes them harmless."""

from __future__ import annotations

import re
from functools import lru_cache

from gitprov.checks.security.values import ALL, LOCAL, REMOTE

_REQUEST = re.compile(
    r"(?:^|\.)(?:request|req)\.(?:args|form|values|json|data|files|cookies|headers|GET|POST|FILES|META|COOKIES"
    r"|body|query_params|path_params|query|match_info|rel_url|get_json|get_data|stream|query_string|params|post"
    r"|text|read|url|full_path|path_info|referrer|user_agent|arguments|view_args)\b"
)
_TORNADO = re.compile(r"^self\.(?:get_argument|get_arguments|get_query_argument|get_body_argument|rfile)\b")
_SERVER = re.compile(r"^self\.(?:path|headers|rfile)\b")
_SOCKET = re.compile(r"\.(?:recv|recvfrom|receive_text|receive_json|receive_bytes)$")
_LOCAL = {
    "input": "input", "raw_input": "input", "os.getenv": "the environment", "os.environ": "the environment",
    "os.environ.get": "the environment", "sys.argv": "an argument of the command", "sys.stdin": "input",
    "sys.stdin.read": "input", "sys.stdin.readline": "input",
}  # fmt: skip

_MARKUP = ("reflected-xss", "template-injection", "log-injection", "open-redirect", "regex-injection")
_QUOTED = ("command-injection", "open-redirect", "reflected-xss", "path-traversal", "header-injection")
_CLEARING: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        """
        int float bool len hash id ord round abs sum UUID isinstance is_valid hexdigest digest uuid4 uuid1
        type date datetime fromisoformat token_hex token_urlsafe Decimal sha256 sha512
        """,
        (ALL,),
    ),
    ("url_has_allowed_host_and_scheme is_safe_url", (ALL,)),
    ("quote list2cmdline", _QUOTED),
    ("secure_filename basename get_valid_filename safe_join", ("path-traversal",)),
    ("escape conditional_escape sanitize_html jsonify dumps url_for", _MARKUP),
    ("escape_filter_chars escape_dn_chars", ("ldap-injection",)),
    ("Identifier quote_ident literal escape_string mogrify", ("sql-injection",)),
)
#: Calls whose result is harmless, by the last part of the name → the rules concerned (`*`: all).
_SANITIZERS = {word: frozenset(rules) for words, rules in _CLEARING for word in words.split()}
_CLEANING = re.compile(r"(?:^|_)(?:sanitiz|sanitis|validat|clean|safe|allowed|normalize_and|slugify)")
_TESTING = re.compile(
    r"(?:^|_)(?:valid|validate|is|check|verify|allowed|safe|ensure|assert|sanitize|in)(?:_|$)|_safe"
)
_TESTS = frozenset(
    [
        "isdigit",
        "isalnum",
        "isalpha",
        "isnumeric",
        "isidentifier",
        "isdecimal",
        "match",
        "fullmatch",
        "startswith",
        "is_relative_to",
        "relative_to",
        "commonpath",
        "commonprefix",
        "search",
        "is_private",
        "ip_address",
        "issubset",
    ]
)
#: Calls whose result is their argument in another form.
_PASSING = frozenset(
    [
        "str",
        "repr",
        "bytes",
        "bytearray",
        "list",
        "tuple",
        "set",
        "dict",
        "sorted",
        "reversed",
        "iter",
        "next",
        "join",
        "format",
        "Path",
        "PurePath",
        "PosixPath",
        "urljoin",
        "normpath",
        "abspath",
        "realpath",
        "expanduser",
        "unquote",
        "unquote_plus",
        "loads",
        "b64decode",
        "urlsafe_b64decode",
        "urlparse",
        "urlsplit",
        "enumerate",
        "zip",
        "StringIO",
        "BytesIO",
        "cast",
        "getattr",
        "ascii",
        "min",
        "max",
        "to_thread",
        "text",
        "SQL",
        "Request",
        "mark_safe",
        "Markup",
        "parse_qs",
        "parse_qsl",
        "fsencode",
        "fsdecode",
        "split",
        "vars",
    ]
)


@lru_cache(maxsize=1 << 14)
def source_of(name: str) -> tuple[int, str] | None:
    """(level, in words) of an expression by its dotted name; None where it is no source."""
    if _REQUEST.search(name) or _TORNADO.search(name):
        return REMOTE, "the request"
    if name in _LOCAL:
        return LOCAL, _LOCAL[name]
    return (REMOTE, "the connection") if _SOCKET.search(name) else None


def is_server_source(name: str) -> bool:
    """Whether an attribute of a handler of the standard library's server holds what a caller sent."""
    return _SERVER.search(name) is not None


@lru_cache(maxsize=1 << 14)
def cleared_by(name: str) -> frozenset[str] | None:
    """The rules for which the result of a call is harmless; None where the call changes nothing."""
    last = name.rpartition(".")[2]
    rules = _SANITIZERS.get(last)
    if rules is None and _CLEANING.search(last.lower()):
        return frozenset([ALL])
    return rules


def passes(name: str) -> bool:
    """Whether a call returns what it is called with in another form."""
    return name.rpartition(".")[2] in _PASSING


@lru_cache(maxsize=1 << 14)
def is_test(name: str) -> bool:
    """Whether a call decides on the validity of its arguments or its object."""
    last = name.rpartition(".")[2]
    return last in _TESTS or _TESTING.search(last) is not None
