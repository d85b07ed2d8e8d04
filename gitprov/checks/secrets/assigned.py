"""Finds secrets by the name that they are assigned to: `password = "…"`, `API_KEY: …`, `<token>…</token>`."""

import re
from collections.abc import Iterator

from gitprov.checks.secrets.rules import MARK, compiled, is_mixed, is_placeholder, looks_random
from gitprov.model.named import NamedTuple

NEEDLES = (
    b"passw", b"passphrase", b"pwd", b"_pass", b"pass=", b"pass =", b"secret", b"token", b"key",
    b"credential", b"_salt", b"psk", b"authorization",
)  # fmt: skip
"""Every text with a find of this module contains one of these, in upper or lower case."""

_NAME_BEFORE = rb"""(?ix)
    (?P<word> passw(?:or)?[dt] | passphrase | pwd | _pass(?![a-z]) | (?:(?<=ssh)|\b)pass(?=[ ]?=[^=])
      | secret | token | credential
      | _salt(?![a-z]) | (?<![a-z])psk | authorization
      | (?:(?<=api)|(?<=api[_-])|(?<=access)|(?<=access[_-])|(?<=private)|(?<=private[_-])
          |(?<=auth)|(?<=auth[_-])|(?<=signing[_-])|(?<=encryption[_-])
          |(?<=account)|(?<=account[_-])|(?<=client[_-])|(?<=app[_-])|(?<=license[_-])|(?<=master[_-])|(?<=functions-)
          |(?<=subscription[_-])|(?<=preshared)|(?<=shared[_-])) key )
    (?P<tail>[\w-]{0,40})
    (?P<quote>\\{0,3}["'`])?\]?[ \t]{0,16}
    (?P<sign>
        \??:[ \t]{0,4}[A-Za-z_&][\w.\[\]?&]{0,40}(?:[ ]?\|[ ]?[\w.\[\]]{1,30}){0,3}[ ]{0,2}=(?!=)
      | => | (?:\|\||\?\?)?:?={1,3} | != | :(?!:) | \xef\xbc\x9a | , | \( | >
    )[ \t]{0,16}
"""
_OPENING = rb"(?:[rbfunRBFUN]{1,2}(?=[\"']))?(\\{0,3}(?:\"\"\"|'''|[\"'`]))"
_BARE = rb"[^\s\"'`,;<>)}\]&]{1,512}"
_REST = rb"[^\s\"'`,;<>)}\]&]*"
_NOT_A_SECRET = (
    rb"(?:^|[_-]|(?<=[a-z0-9])(?=[A-Z]))(?i:hash|sha[0-9]*|md5|digest|id|name|url|uri|path|file|dir|type|field|len|length|"
    rb"count|size|index|pattern|regex|re|header|prefix|suffix|expir\w*|ttl|label|placeholder|hint|help|error|message|"
    rb"msg|title|param|env|var|ref|policy|min|max|limit|usage|kind|format|version|column|table|class)s?$"
)
_OTHER_WORD = rb"(?:i[sz]|ary|less|ed(?![a-z])|ing)"
_FILE_START = rb"\s*(?:-[ ]+)?(?:(?:export|set|ENV|ARG)[ ]+)?(?P<name>(?!self\.|this\.)[\w.-]*)"
_SPEAKS_OF_ITSELF = rb"(?i)pass|pwd|secret|token|key|cred"


class _Value(NamedTuple):
    """The place of a value in its line, and its notation there."""

    start: int
    end: int
    quoted: bool
    whole_line: bool


def may_be_here(text: bytes, at: int) -> bool:
    """Whether an assignment sign follows the word that starts at `at`."""
    return compiled(_NAME_BEFORE).match(text, at) is not None


def find(line: bytes) -> Iterator[tuple[int, int, str]]:
    """The secrets of one line as (start, end, kind); ends are exclusive."""
    names = compiled(_NAME_BEFORE)
    at = 0
    while (match := names.search(line, at)) is not None:
        at = match.end()
        value = _value(line, match)
        if value is None:
            continue
        kind = _kind(line[value.start : value.end], match, value)
        if kind is not None:
            at = value.end if value.quoted else _end_of(line, value.end)
            yield value.start, at, kind


def _end_of(line: bytes, at: int) -> int:
    """The end of an unquoted value. Only finds are read beyond 512 bytes: all would take quadratic time."""
    rest = compiled(_REST).match(line, at)
    return at if rest is None else rest.end()


def _value(line: bytes, match: re.Match[bytes]) -> _Value | None:
    """The value after an assignment sign; None if a sign of that kind assigns nothing here."""
    sign, named_in_quotes = match["sign"], match["quote"] is not None
    start = match.end()
    opening = compiled(_OPENING).match(line, start)
    if opening is not None:
        if (sign == b"," and not named_in_quotes) or (sign in (b"(", b">") and named_in_quotes):
            return None
        return _Value(opening.end(), _closing(line, opening.end(), opening[1]), True, False)
    if sign in (b",", b"(") or (sign == b">" and named_in_quotes):
        return None
    if _in_settings_file(line, match):
        rest = line.find(b" #", start)
        end = len(line[start : None if rest < 0 else rest].rstrip()) + start
        return _Value(start, end, False, True)
    bare = compiled(_BARE).match(line, start)
    return None if bare is None else _Value(start, bare.end(), False, False)


def _closing(line: bytes, start: int, quote: bytes) -> int:
    """The end of the text that `quote` opened; without a closing quote, the end of its first word."""
    end = line.find(quote, start)
    while end > start and len(quote) == 1 and line[end - 1 : end] == b"\\":
        end = line.find(quote, end + 1)
    if end >= 0:
        return end
    bare = compiled(_BARE).match(line, start)
    return start if bare is None else bare.end()


def _in_settings_file(line: bytes, match: re.Match[bytes]) -> bool:
    """Whether the line is `NAME=value` or `some.name=value`, so that the value extends to its end."""
    at = match.start()
    if at >= 80 or line[match.end("tail") : match.end()] != b"=":
        return False
    before = compiled(_FILE_START).fullmatch(line[:at])
    if before is None:
        return False
    name = line[before.start("name") : match.end("tail")]
    return name.isupper() or b"." in name


def _kind(text: bytes, match: re.Match[bytes], value: _Value) -> str | None:
    """The kind of secret that a value is; None if it is not a secret."""
    word, tail = match["word"].lower(), match["tail"]
    if compiled(_OTHER_WORD).match(tail) is not None or compiled(_NOT_A_SECRET).search(tail) is not None:
        return None
    if word.startswith((b"pass", b"_pass", b"pwd")):
        call = match["sign"] == b"("
        kind = "password" if (is_mixed(text) or not call) and _is_password(text, word, value) else None
    else:
        kind = "assigned-secret" if looks_random(text) else None
    if kind is None or MARK in text or b"\r" in text or is_placeholder(text):
        return None
    return kind


def _is_password(text: bytes, word: bytes, value: _Value) -> bool:
    """Whether the value of a password name is a password, not a message, a name or an expression."""
    head = text[:200].partition(b" ")[0] if value.whole_line else text[:200]  # a command may follow the value
    if compiled(_SPEAKS_OF_ITSELF).search(head) is not None and not _is_chosen(text, value):
        return False
    if value.quoted:
        spoken = b" " in text or b"\t" in text
        return len(text) >= 4 and (not spoken or word == b"passphrase")
    if value.whole_line:
        return len(text) >= 4 and not text.startswith((b"/", b"./", b"~/"))
    return (
        len(text) >= 6
        and (is_mixed(text) or looks_random(text))
        and not text.startswith((b"/", b"./", b"~/"))
    )


def _is_chosen(text: bytes, value: _Value) -> bool:
    """Whether a value that contains a word for passwords is a chosen password, not the name of one."""
    if compiled(rb"[0-9]").search(text[:200]) is not None and value.quoted:
        return True
    plain_word = text.islower() and compiled(rb"[_.-]").search(text[:200]) is None
    return plain_word and (value.quoted or value.whole_line)
