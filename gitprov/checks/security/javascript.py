"""What code recognizes in JavaScript and TypeScript: flow of requests by name, routes, logs, credentials."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from gitprov.checks.security import patterns
from gitprov.checks.security.python import credentials
from gitprov.checks.security.rule import JAVASCRIPT, Hit

if TYPE_CHECKING:
    from ast_grep_py import SgNode

_FUNCTIONS = frozenset(
    ["function_declaration", "function_expression", "function", "arrow_function", "method_definition", "generator_function", "generator_function_declaration"]
)
_REQUEST = re.compile(
    r"\b(?:req|request|ctx\.request|ctx)\.(?:query|params|body|headers|cookies|url|originalUrl|files?)\b"
    r"|\bsearchParams\.get\(|\bevent\.(?:queryStringParameters|body|pathParameters)\b|\breq\.(?:get|param|header)\("
)
_CLEARING = re.compile(
    r"\b(?:parseInt|parseFloat|Number|Boolean|encodeURIComponent|BigInt|hash\w*|basename|escape\w*|sanitize\w*|validate\w*"
    r"|isValid\w*|allowed\w*|createHash|verify\w*|compare|parse\w*Schema|safeParse)\s*\("
)


class _Sink(NamedTuple):
    """A kind of call. `names`: matches the text of the function; `first`: only the first argument counts."""

    rule: str
    names: re.Pattern[str]
    first: bool = True


_SINKS = (
    _Sink("command-injection", re.compile(r"(?:^|child_process\.|cp\.)(?:exec|execSync)$")),
    _Sink("code-injection", re.compile(r"^(?:eval|Function|vm\.runIn\w+|setTimeout|setInterval)$")),
    _Sink("path-traversal", re.compile(
        r"^(?:fs|fsp|fs\.promises|fsPromises)\.(?:readFile|writeFile|unlink|createReadStream|createWriteStream|readdir|rm"
        r"|appendFile|open|stat)(?:Sync)?$|^(?:readFile|readFileSync|writeFile|createReadStream)$"
        r"|^res\.(?:sendFile|download)$")),
    _Sink("open-redirect", re.compile(r"^(?:res|response|ctx|reply|NextResponse)\.redirect$"), first=False),
    _Sink("request-forgery", re.compile(
        r"^(?:fetch|axios|got|request|superagent|needle|axios\.(?:get|post|put|delete|head|request)|got\.(?:get|post)"
        r"|https?\.(?:get|request))$")),
    _Sink("regex-injection", re.compile(r"^RegExp$")),
    _Sink("reflected-xss", re.compile(r"^(?:res|response)\.(?:send|write|end)$")),
)  # fmt: skip
_HOST = re.compile(r"^[`'\"]https?://[^$/'\"`]+[/?'\"`]")
_PUBLIC = re.compile(
    r"(?i)login|logout|sign-?in|sign-?up|register|health|ready|live|status|ping|webhook|callback|reset|forgot|verify"
    r"|contact|subscribe|search|token|oauth|auth|public|metrics|feedback"
)
_PROTECTED = re.compile(
    r"(?i)admin|user|account|payment|transfer|order|setting|config|delete|role|invoice|profile|secret|backup|internal"
)
_WRITES = re.compile(
    r"\.(?:save|create|insert\w*|update\w*|delete\w*|remove|destroy|query|execute|findByIdAnd\w+|unlink\w*|push|set)\("
)
_AUTH = re.compile(
    r"(?i)auth(?!or)|jwt|passport|session\.user|req\.user|permission|isAdmin|role|40[13]\b|apiKey|api-key|guard"
)
_APPLIED = re.compile(
    r"(?i)\.use\((?:[^()]|\([^()]*\))*(?:auth|jwt|passport|requireUser|ensureLoggedIn|protect|guard)"
)
_LOGGER = re.compile(
    r"^(?:console|logger|log|winston|req\.log|this\.logger)\.(?:log|info|debug|warn|error|trace)$"
)
_SECRET = re.compile(
    r"(?i)(?:^|\.|_)(?:password|passwd|pwd|passphrase|secret|apiKey|api_key|accessToken|access_token|refreshToken|token"
    r"|privateKey|private_key|clientSecret|client_secret|authorization|cookie|creditCard|cardNumber|cvv|ssn|\w+Secret"
    r"|\w*Password)$"
)
_OBJECT = re.compile(
    r"^(?:req|request|ctx\.request)(?:\.(?:headers|body|cookies))?$|^process\.env$|^req\.user$|^user$"
)


def hits(root: SgNode, language: str) -> tuple[list[Hit], list[str]]:
    """All hits, and why a part could not be judged."""
    if patterns.is_broken(root):
        return [], ["a part of it does not parse, so flow was not followed"]
    calls = root.find_all(any=[{"kind": "call_expression"}, {"kind": "new_expression"}])
    return [*_flow(root, calls), *_routes(root, calls), *_logs(calls), *_credentials(root, language)], []


def _hit(rule: str, node: SgNode, detail: str = "") -> Hit:
    span = node.range()
    return Hit(rule, span.start.line + 1, span.end.line + 1, detail)


# -- flow ----------------------------------------------------------------------------------------------------


def _callee(call: SgNode) -> str:
    node = call.field("function") or call.field("constructor")
    return node.text() if node is not None else ""


def _arguments(call: SgNode) -> list[SgNode]:
    node = call.field("arguments")
    if node is None or node.kind() != "arguments":
        return []
    return [child for child in node.children() if child.is_named() and child.kind() != "comment"]


def _place(node: SgNode) -> int:
    """Where the innermost function around a node starts; -1 outside of functions."""
    return next((outer.range().start.index for outer in node.ancestors() if outer.kind() in _FUNCTIONS), -1)


def _places(node: SgNode) -> list[int]:
    return [outer.range().start.index for outer in node.ancestors() if outer.kind() in _FUNCTIONS]


def _tainted(root: SgNode) -> dict[tuple[int, str], int]:
    """(function, variable) → line, of the variables that hold a value of a request."""
    rows: dict[tuple[int, str], int] = {}
    for node in root.find_all(kind="variable_declarator"):
        name, value = node.field("name"), node.field("value")
        if name is None or value is None or value.kind() in _FUNCTIONS:
            continue
        place, text = _place(node), value.text()
        direct = _REQUEST.search(text) or re.match(r"(?:req|request)$", text)
        if (
            direct or _names(text) & {word for other, word in rows if other == place}
        ) and not _CLEARING.search(text):
            for word in _bound(name):
                rows[place, word] = node.range().start.line + 1
    return rows


def _bound(name: SgNode) -> list[str]:
    if name.kind() == "identifier":
        return [name.text()]
    kinds = [{"kind": "shorthand_property_identifier_pattern"}, {"kind": "identifier"}]
    return [part.text() for part in name.find_all(any=kinds)]


def _names(text: str) -> set[str]:
    return set(re.findall(r"(?<![\w.$'\"])[A-Za-z_$][\w$]*", text))


def _flow(root: SgNode, calls: list[SgNode]) -> Iterator[Hit]:
    rows = _tainted(root)
    for call in calls:
        callee = _callee(call)
        for sink in _SINKS:
            if not sink.names.search(callee):
                continue
            arguments = _arguments(call)
            for argument in arguments[:1] if sink.first else arguments:
                source = _source(argument, rows)
                if source is not None and _harms(sink, argument) and not _is_checked(call, argument):
                    yield _hit(sink.rule, call, source)
                    break


def _source(node: SgNode, rows: dict[tuple[int, str], int]) -> str | None:
    """Which part of a request is in an argument, in words; None for none."""
    text = node.text()
    if node.kind() in _FUNCTIONS or _CLEARING.search(text):
        return None
    match = _REQUEST.search(text)
    if match is not None:
        return f"the request, {match[0]}"
    places = [*_places(node), -1]
    quoted = text if node.kind() != "template_string" else " ".join(re.findall(r"\$\{([^}]*)\}", text))
    for word in sorted(_names(quoted)):
        for place in places:
            if (place, word) in rows:
                return f"the request ({word}), line {rows[place, word]}"
    return None


def _harms(sink: _Sink, node: SgNode) -> bool:
    if sink.rule == "request-forgery":
        return _HOST.match(node.text()) is None
    if sink.rule == "reflected-xss":
        return node.kind() in ("template_string", "binary_expression")
    if sink.rule == "open-redirect":
        return re.match(r"^[`'\"]/[^/$'\"`]", node.text()) is None and node.kind() != "number"
    return True


def _is_checked(call: SgNode, argument: SgNode) -> bool:
    """Whether the function tests a variable of the argument against a list, or validates it."""
    words = "|".join(map(re.escape, sorted(_names(argument.text()) - {"req", "res", "request"})))
    outer = next((node for node in call.ancestors() if node.kind() in _FUNCTIONS), None)
    if outer is None or not words:
        return False
    tests = rf"(?:includes|has|test|startsWith|isValid\w*|validate\w*|indexOf|isAllowed\w*)\(\s*(?:{words})\b"
    body = outer.text()[: call.range().start.index - outer.range().start.index]
    return re.search(tests + rf"|\b(?:{words})\.startsWith\(|\b(?:{words})\.match\(", body) is not None


# -- routes --------------------------------------------------------------------------------------------------


def _routes(root: SgNode, calls: list[SgNode]) -> Iterator[Hit]:
    """Routes of Express whose only handler is the last one, without authentication before it."""
    if _APPLIED.search(root.text()):
        return
    for call in calls:
        match = re.fullmatch(r"(?:app|router|\w+Router)\.(post|put|patch|delete)", _callee(call))
        arguments = _arguments(call)
        if match is None or len(arguments) != 2 or arguments[0].kind() != "string":
            continue
        route, handler = arguments[0].text()[1:-1], arguments[1]
        if handler.kind() not in _FUNCTIONS or _PUBLIC.search(route) or _AUTH.search(handler.text()):
            continue
        if _PROTECTED.search(route) or _WRITES.search(handler.text()):
            first = call.range().start.line + 1
            yield Hit("endpoint-without-authentication", first, first, f"{match[1].upper()} {route}")


# -- logs and credentials ------------------------------------------------------------------------------------


def _logs(calls: list[SgNode]) -> Iterator[Hit]:
    for call in calls:
        if not _LOGGER.match(_callee(call)):
            continue
        parts = [part for argument in _arguments(call) for part in _parts(argument)]
        secret = next((part for part in parts if _SECRET.search(part)), None)
        whole = next((part for part in parts if _OBJECT.match(part)), None)
        if secret is not None:
            yield _hit("secret-in-log", call, secret)
        elif whole is not None:
            yield _hit("object-in-log", call, whole)


def _parts(node: SgNode) -> list[str]:
    """The names and chains of attributes of which an argument is put together."""
    if node.kind() in ("identifier", "member_expression"):
        return [node.text()]
    if node.kind() == "object":
        return [part.text() for part in node.children() if part.kind() == "shorthand_property_identifier"]
    if node.kind() == "call_expression":
        return [part.text() for part in _arguments(node)] if _callee(node) == "JSON.stringify" else []
    if node.kind() in ("template_string", "template_substitution", "binary_expression"):
        return [part for child in node.children() if child.is_named() for part in _parts(child)]
    return []


def _credentials(root: SgNode, language: str) -> Iterator[Hit]:
    field = "field_definition" if language == JAVASCRIPT else "public_field_definition"
    kinds = ("variable_declarator", "pair", "assignment_expression", field)
    for node in root.find_all(any=[{"kind": kind} for kind in kinds]):
        names = (node.field(part) for part in ("name", "key", "property", "left"))
        name = next((part for part in names if part is not None), None)
        value = node.field("value") or node.field("right")
        default = _default(value)
        if name is None or default is None:
            continue
        rule = credentials.judged(_snake(name.text().strip("'\"")), default.text()[1:-1])
        if rule is not None:
            yield _hit(rule, default, name.text())


def _default(value: SgNode | None) -> SgNode | None:
    """A text, also where it follows `process.env.NAME ||`; None for anything else."""
    if value is not None and value.kind() == "binary_expression" and value.text().startswith("process.env"):
        value = value.field("right")
    return value if value is not None and value.kind() == "string" else None


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.rpartition(".")[2])
