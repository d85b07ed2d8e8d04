"""Secrets in code: those that look live, and placeholders that somebody forgot to replace."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from gitprov.checks.secrets.rules import RULES, compiled, is_mixed, looks_random
from gitprov.checks.security.python.module import PythonModule, last, parameters, text_of
from gitprov.checks.security.rule import Hit

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
_TESTS = re.compile(
    r"(?:^|/)(?:tests?|testing|fixtures|examples?|docs?)/|(?:^|/)(?:test_|conftest)|_test\.py$"
)
_URL = re.compile(r"^[a-z][a-z0-9+.-]{1,20}://[^\s/:@]{0,80}:([^\s/@{}$<>%]{3,100})@")
LIVE, WAITING = "hardcoded-secret", "placeholder-credential"


def hits(module: PythonModule) -> list[Hit]:
    """Secrets that look live, and placeholders, at the lines of their texts."""
    is_test = _TESTS.search(module.path) is not None
    rows = []
    named: set[ast.AST] = set()
    for name, value in _pairs(module):
        text = text_of(value)
        if text is None and isinstance(value, ast.Constant) and isinstance(value.value, bytes):
            text = value.value.decode("latin-1")
        if text is None or value in named:
            continue
        rule = judged(name, text)
        if rule is not None and not (is_test and rule == WAITING) and not (is_test and not has_format(text)):
            named.add(value)
            rows.append(Hit(rule, value.lineno, value.lineno, name))
    rows += [
        Hit(kind, node.lineno, node.lineno)
        for node in module.of(ast.Constant)
        if node not in named and isinstance(node.value, str) and (kind := _by_itself(node.value))
    ]
    return rows


def judged(name: str, text: str) -> str | None:
    """The rule that a text breaks as the value of a name; None for none."""
    plain = name.rpartition(".")[2]
    if not _NAME.search(plain) or _PLAIN.search(plain) or not 3 <= len(text) <= 500 or _SPACES.search(text):
        return None
    lower = text.lower()
    if lower in _EMPTY or lower == plain.lower() or re.match(r"^[{$%]|^https?://|^/|^\w+\[", text):
        return None
    if PLACEHOLDER.search(text) and not has_format(text):
        return WAITING
    is_password = re.search(r"(?i)pass|pwd|secret|salt", plain) is not None
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


def _by_itself(text: str) -> str | None:
    """The rule that a text breaks whatever its name is."""
    if len(text) > 4000 or len(text) < 12:
        return None
    match = _URL.match(text)
    if match is not None:
        return WAITING if PLACEHOLDER.search(match[1]) else LIVE
    return LIVE if not _SPACES.search(text) and has_format(text) else None


def _pairs(module: PythonModule) -> Iterator[tuple[str, ast.expr]]:
    """(name, value) of assignments, keyword arguments, defaults, entries and comparisons."""
    for node in module.of(ast.Assign):
        for target in node.targets:
            yield from _assigned(target, node.value)
    for entry in module.of(ast.AnnAssign):
        if entry.value is not None:
            yield from _assigned(entry.target, entry.value)
    yield from ((option.arg, option.value) for option in module.of(ast.keyword) if option.arg)
    for call in module.of(ast.Call):
        yield from _of_call(module, call)
    yield from _others(module)


def _others(module: PythonModule) -> Iterator[tuple[str, ast.expr]]:
    for table in module.of(ast.Dict):
        rows = zip(table.keys, table.values, strict=True)
        yield from ((text, value) for key, value in rows if (text := text_of(key)) is not None)
    for test in module.of(ast.Compare):
        first, *others = [child for child in ast.iter_child_nodes(test) if isinstance(child, ast.expr)]
        if isinstance(test.ops[0], ast.Eq) and "pass" in (name := last(module.name(first))).lower():
            yield name, others[0]
    for function in module.functions():
        yield from (
            (argument.arg, default) for argument, default in parameters(function) if default is not None
        )


def _assigned(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(target, ast.Subscript) and (key := text_of(target.slice)) is not None:
        yield key, value
    elif isinstance(target, ast.Name | ast.Attribute):
        yield target.id if isinstance(target, ast.Name) else target.attr, value


def _of_call(module: PythonModule, call: ast.Call) -> Iterator[tuple[str, ast.expr]]:
    """The default of an environment variable, and the key of a signed token."""
    name = module.name(call.func)
    key = text_of(call.args[0]) if call.args else None
    if last(name) in ("get", "getenv", "setdefault") and len(call.args) > 1 and key is not None:
        yield key, call.args[1]
    elif last(name) in ("encode", "decode") and "jwt" in name.lower() and len(call.args) > 1:
        yield "jwt_secret", call.args[1]
