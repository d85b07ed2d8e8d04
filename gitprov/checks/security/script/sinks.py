"""Calls of JavaScript that do harm with a value that others control."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from gitprov.checks.security.script.sources import PAGE
from gitprov.checks.security.values import HOLE, LOCAL, REMOTE, UNCERTAIN, Value


class ScriptSink(NamedTuple):
    """A kind of call. `names`: matches the dotted name; `places`: numbers of the arguments concerned, with
    the `keys` of objects among them; `raw` and `built`: the lowest level at which a value as it is, or put
    together, does harm (9: never); `text`: what the constant text of a built value must match.
    """

    rule: str
    names: re.Pattern[str]
    places: tuple[int, ...]
    keys: tuple[str, ...]
    raw: int
    built: int
    text: re.Pattern[str] | None = None


NEVER = 9
_SQL = re.compile(
    r"(?is)\b(?:select\b.*\bfrom|insert\s+(?:or\s+\w+\s+)?into|update\b.*\bset|delete\s+from|replace\s+into"
    r"|create\s+(?:table|user|database|index|view)|drop\s+\w+|alter\s+\w+|grant\s|union\s+select|where\s|truncate\s"
    r"|order\s+by)"
)
_FILTER = re.compile(r"\(\s*[&|!]?\s*\(?\s*[\w-]+\s*=|\w+=\0")
_PATH = re.compile(r"//|/\w|\[|@")
_FILES = (
    r"(?:readFile|writeFile|appendFile|unlink|createReadStream|createWriteStream|readdir|rm|rmdir|mkdir|open|stat|access"
    r"|existsSync|copyFile|rename|readJson|outputFile|remove)(?:Sync)?"
)
_VERBS = r"(?:get|post|put|patch|delete|head|options|request|stream)"


def _sink(
    rule: str,
    names: str,
    *,
    places: tuple[int, ...] = (0,),
    keys: tuple[str, ...] = (),
    raw: int = REMOTE,
    built: int = REMOTE,
    text: re.Pattern[str] | None = None,
) -> ScriptSink:
    return ScriptSink(rule, re.compile(names), places, keys, raw, built, text)


SINKS = (
    _sink(
        "sql-injection",
        r"\.(?:query|execute|raw|\$queryRawUnsafe|\$executeRawUnsafe|unsafe|createNativeQuery|literal|sql)$",
        keys=("sql", "text"), built=UNCERTAIN, text=_SQL,
    ),
    _sink("sql-injection", r"\.(?:all|get|run|exec|each|prepare)$", raw=NEVER, built=UNCERTAIN, text=_SQL),
    _sink("sql-injection", r"\.(?:whereRaw|havingRaw|orderByRaw|joinRaw|selectRaw|fromRaw)$", built=LOCAL),
    _sink(
        "command-injection",
        r"^(?:child_process|shelljs|cp|childProcess)\.(?:exec|execSync)$|^execa\.(?:command|execaCommand\w*)$",
        raw=LOCAL, built=UNCERTAIN,
    ),
    _sink("command-injection", r"^(?:child_process|execa)\.(?:spawn|execFile|fork|execa)(?:Sync)?$"),
    _sink("code-injection", r"^(?:eval|Function|vm\.runIn\w+|vm\.Script|window\.eval|globalThis\.eval)$",
          places=(0, 1, 2), raw=UNCERTAIN, built=UNCERTAIN),
    _sink("code-injection", r"^(?:window\.)?(?:setTimeout|setInterval)$", built=LOCAL),
    _sink("code-injection", r"^(?:require|import)$"),
    _sink(
        "template-injection",
        r"^(?:ejs|pug|nunjucks|dot|eta|jade|squirrelly|twig)\.(?:render|compile|renderString|template|renderStringAsync)$"
        r"|^(?:handlebars|Handlebars)\.(?:compile|precompile)$|^(?:_|lodash|underscore)\.template$",
        built=LOCAL,
    ),
    _sink("path-traversal", rf"^(?:fs|fs-extra|fsp|fse|fsPromises|fs\.promises|original-fs)\.{_FILES}$"),
    _sink("path-traversal", r"^(?:res|response|reply)(?:\.\w+)?\.(?:sendFile|sendfile|download)$"),
    _sink("open-redirect", r"^(?:res|response|ctx|reply|NextResponse|Response|c)(?:\.status)?\.redirect$",
          places=(0, 1)),
    _sink("open-redirect", r"^(?:redirect|next-navigation\.redirect|next-server\.NextResponse\.redirect)$"),
    _sink("open-redirect", r"(?:^|\.)location\.(?:assign|replace)$"),
    _sink(
        "request-forgery",
        rf"^(?:fetch|node-fetch|undici\.(?:fetch|request)|axios|got|request|superagent|needle|phin|ky)(?:\.{_VERBS})?$"
        rf"|^https?\.(?:get|request)$|^(?:axios|http|client|api|this\.http|httpService)\.{_VERBS}$",
        keys=("url", "uri", "hostname", "baseURL"),
    ),
    _sink("regex-injection", r"^RegExp$"),
    _sink("reflected-xss", r"^(?:res|response|reply)(?:\.status|\.set|\.header)*\.(?:send|write|end)$"),
    _sink("dom-xss", r"^document\.(?:write|writeln)$|\.(?:createContextualFragment|bypassSecurityTrustHtml)$",
          raw=LOCAL, built=UNCERTAIN),
    _sink("dom-xss", r"\.insertAdjacentHTML$", places=(1,), raw=LOCAL, built=UNCERTAIN),
    _sink("dom-xss", r"^(?:\$|jQuery)\.(?:html|append|prepend|after|before)$", raw=REMOTE, built=UNCERTAIN,
          text=re.compile(r"<")),
    _sink("ldap-injection", r"\.(?:search|searchAsync)$", places=(1,), keys=("filter",), raw=NEVER,
          built=UNCERTAIN, text=_FILTER),
    _sink("xpath-injection", r"^(?:xpath|select)(?:\.(?:select1?|evaluate|parse))?$|^document\.evaluate$",
          raw=NEVER, built=LOCAL, text=_PATH),
    _sink("untrusted-deserialisation", r"^(?:v8|node-serialize|funcster|cryo)\.(?:deserialize|parse)$"),
    _sink("prototype-pollution", r"^(?:_|lodash|lodash-merge|deepmerge|merge-deep|\$)(?:\.(?:merge|mergeWith"
          r"|defaultsDeep|set|setWith))?$", places=(1, 2)),
    _sink("mass-assignment", r"^[A-Z]\w*\.(?:create|build|insertMany|update|updateOne|findByIdAndUpdate"
          r"|findOneAndUpdate|upsert|bulkCreate)$", places=(0, 1), built=NEVER),
    _sink("mass-assignment", r"^prisma\.\w+\.(?:create|update|upsert)$", keys=("data",), built=NEVER),
    _sink("mass-assignment", r"^Object\.assign$", places=(1, 2), built=NEVER),
    _sink("log-injection", r"(?:^|\.)(?:console|logger|log|winston)\.(?:log|info|debug|warn|error|trace|fatal"
          r"|verbose)$", places=(0, 1, 2, 3)),
    _sink("nosql-injection", r"\.(?:find|findOne|findOneAndUpdate|findOneAndDelete|deleteOne|deleteMany"
          r"|updateOne|updateMany|countDocuments|aggregate)$", built=NEVER),
)  # fmt: skip
SHELL = ScriptSink("command-injection", re.compile(""), (0, 1), (), LOCAL, UNCERTAIN)
_HOST = re.compile(r"^https?://[^\0/?#]+[/?#]")
_LOCAL_PATH = re.compile(r"/[^/\0\\]|https?://[^\0/]+/|/?[?#]")
_BODIES = re.compile(r"\b(?:body|rawBody)\b")


@lru_cache(maxsize=1 << 14)
def sinks_of(name: str) -> tuple[ScriptSink, ...]:
    """The sinks that a call of a name is."""
    return tuple(sink for sink in SINKS if sink.names.search(name))


def does_harm(sink: ScriptSink, value: Value, validated: frozenset[str]) -> bool:
    """Whether a value reaches a sink at a level that does harm."""
    level = value.level(validated, sink.rule)
    if sink.rule == "request-forgery" and (_HOST.match(value.text) or _of_page(value)):
        return False
    if sink.rule == "request-forgery" and re.match(r"/[^/\0]|/$", value.text) and value.built:
        return False
    if sink.rule == "open-redirect" and value.built and _LOCAL_PATH.match(value.text):
        return False
    if value.built:
        matching = sink.text is None or sink.text.search(value.text) is not None
        return matching and level >= sink.built and HOLE in value.text
    return level >= sink.raw and not (value.boxed and sink.rule not in ("mass-assignment", "nosql-injection"))


def _of_page(value: Value) -> bool:
    return all(row.what == PAGE for row in value.origins if row.level == REMOTE)
