"""Texts in code that are secrets: those that look live, and placeholders that were not replaced."""

from __future__ import annotations

import re

from gitprov.checks.secrets.rules import RULES, compiled, is_mixed, looks_random

_NAME = re.compile(
    r"(?i)(?:^|_|\b)(?:password|passwd|pwd|passphrase|pass|secret|secret_?key|api_?key|apikey|access_?key(?:_id)?"
    r"|private_?key|token|auth_?token|access_?token|refresh_?token|bearer_?token|api_?token|credential|client_?secret"
    r"|encryption_?key|signing_?key|jwt_?secret|jwt_?key|db_?pass\w*|aws_secret_access_key|webhook_secret|app_?key"
    r"|fernet_?key|hmac_?key|master_?key|admin_?pass\w*|salt)$"
)
_PLAIN = re.compile(
    r"(?i)_url$|_path$|_file$|_name$|_field$|_type$|_label|_prompt|_message|_header|_regex|_pattern|token_type|_env"
    r"|_column|_param|_id_?$|next_token|page_token|_char|_placeholder|_hint|pad_token|eos_token|_hash$"
)
PLACEHOLDER = re.compile(
    r"(?i)your|change[-_ ]?(?:me|this|it)|replace|placeholder|<[^>]+>|^x{3,}|x{5,}|\*{3,}|\.{3,}|todo|fixme"
    r"|(?:insert|enter)[-_ ]|dummy|[-_]here$"
    r"|^(?:test|example|sample|fake|mock|foo|bar|abc)(?:[-_ ]?(?:key|token|secret))?$"
    r"|put[-_ ]|example[-_]|sk-\.\.|^my[-_ ]?(?:api|secret|token|key|password)|12345-?abcde"
)
#: Texts that wait for a credential whatever their name is, `YOUR_ACCOUNT_SID`; and names of texts that people
#: are shown.
_WAITS = re.compile(
    r"(?i)^<?your[-_](?:\w+[-_]){0,3}?(?:key|token|secret|[su]?id|password|passwd"
    r"|username|credentials?)(?:[-_]here)?>?$"
)
_SHOWN = re.compile(
    r"(?i)(?:^|_)(?:metavar|help|placeholder|label|hint|name|title|description|example|message)$"
)
_SPACES = re.compile(r"\s")
_EMPTY = frozenset(
    [
        "none",
        "null",
        "nil",
        "undefined",
        "true",
        "false",
        "str",
        "string",
        "bearer",
        "basic",
        "token",
        "password",
        "secret",
    ]
)
TESTS = re.compile(
    r"(?:^|/)(?:tests?|testing|fixtures|examples?|docs?|__tests__|__mocks__|e2e|cypress)/|(?:^|/)(?:test_|conftest)"
    r"|_test\.py$|\.(?:test|spec|stories)\.\w+$"
)
"""Paths of tests and examples, where placeholders are in their place."""
_URL = re.compile(r"^[a-z][a-z0-9+.-]{1,20}://[^\s/:@]{0,80}:([^\s/@{}$<>%]{3,100})@")
_WORDS = (
    "pass",
    "pwd",
    "secret",
    "_key",
    "apikey",
    "accesskey",
    "privatekey",
    "token",
    "credential",
    "salt",
    "your_",
    "your-",
    "://",
)
_NEEDLES = tuple(sorted({needle for rule in RULES if not rule.fold for needle in rule.needles}))
LIVE, WAITING = "hardcoded-secret", "placeholder-credential"


def may_have(text: str) -> bool:
    """Whether a text of code can have a secret: by a name, by an address, or by the format of a key."""
    lower = text.lower()
    if any(word in lower for word in _WORDS):
        return True
    data = text.encode("utf-8", "replace")
    return any(needle in data for needle in _NEEDLES)


def judged(name: str, text: str) -> str | None:
    """The rule that a text breaks as the value of a name; None for none."""
    plain = name.rpartition(".")[2]
    if len(text) <= 80 and _WAITS.match(text) and not _SHOWN.search(plain):
        return WAITING
    if not _NAME.search(plain) or _PLAIN.search(plain) or not 3 <= len(text) <= 500 or _SPACES.search(text):
        return None
    lower = text.lower()
    if lower in _EMPTY or lower == plain.lower() or re.match(r"^[{$%]|^https?://|^/|^\w+\[", text):
        return None
    if PLACEHOLDER.search(text) and not has_format(text):
        return WAITING
    is_password = re.search(r"(?i)pass|pwd|secret", plain) is not None
    if has_format(text) or looks_random(text.encode("utf-8", "replace")):
        return LIVE
    if is_password and re.fullmatch(r"[A-Z][A-Z_]+", text) is None:
        return LIVE
    mixed = is_mixed(text.encode("utf-8", "replace"))
    return LIVE if mixed and len(text) >= 8 and re.search(r"\d", text) else None


def has_format(text: str) -> bool:
    """Whether a text has the format of a kind of key, and is no obvious example."""
    data = text.encode("utf-8", "replace")
    if len(data) < 16 or re.search(r"(?i)x{6}|your|example|placeholder", text):
        return False
    for rule in RULES:
        if not rule.needles or not any(needle in data for needle in rule.needles) or rule.fold:
            continue
        match = compiled(rule.pattern).search(data)
        if match is not None and (rule.check is None or rule.check(match[1] or match[0])):
            return True
    return False


def by_itself(text: str) -> str | None:
    """The rule that a text breaks whatever its name is."""
    if len(text) > 4000 or len(text) < 12:
        return None
    match = _URL.match(text)
    if match is not None:
        return WAITING if PLACEHOLDER.search(match[1]) else LIVE
    return LIVE if not _SPACES.search(text) and has_format(text) else None
