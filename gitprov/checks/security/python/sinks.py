"""Calls that do harm with a value that others control."""

from __future__ import annotations

import ast
import re
from functools import lru_cache
from typing import NamedTuple

from gitprov.checks.security.python.module import is_true, keyword
from gitprov.checks.security.values import HOLE, LOCAL, REMOTE, UNCERTAIN, Value


class Sink(NamedTuple):
    """A kind of call. `names`: matches the dotted name; `places`: numbers of the arguments concerned (-1: the
    object of the method), with `keywords`; `raw` and `built`: the lowest level at which a value as it is, or
    put together, does harm (9: never); `text`: what the constant text of a built value must match.
    """

    rule: str
    names: re.Pattern[str]
    places: tuple[int, ...]
    keywords: tuple[str, ...]
    raw: int
    built: int
    text: re.Pattern[str] | None = None


_NEVER = 9
_SQL = re.compile(
    r"(?is)\b(?:select\b.*\bfrom|insert\s+(?:or\s+\w+\s+)?into|update\b.*\bset|delete\s+from|replace\s+into"
    r"|create\s+(?:table|user|database|index|view)|drop\s+\w+|alter\s+\w+|grant\s|union\s+select|where\s|exec\s"
    r"|call\s|truncate\s|order\s+by|pragma\s|attach\s)"
)
_FILTER = re.compile(r"\(\s*[&|!]?\s*\(?\s*[\w-]+\s*=|\w+=\0")
_PATH = re.compile(r"//|/\w|\[|@")
_ANY = (0, 1, 2)


def _sink(
    rule: str,
    names: str,
    *,
    places: tuple[int, ...] = (0,),
    keywords: tuple[str, ...] = (),
    raw: int = REMOTE,
    built: int = LOCAL,
    text: re.Pattern[str] | None = None,
) -> Sink:
    return Sink(rule, re.compile(names), places, keywords, raw, built, text)


_HTTP = (
    r"^(?:requests|httpx|aiohttp|urllib3)(?:\.(?:Session|session|Client|AsyncClient|ClientSession|PoolManager))?"
    r"\.(?:get|post|put|patch|delete|head|options|stream)$"
)
SINKS = (
    _sink(
        "sql-injection",
        r"\.(?:execute|executemany|executescript|raw|read_sql|read_sql_query|exec_driver_sql|RawSQL|run_query"
        r"|execute_sql|mogrify|fetchrow|fetchval|fetch_all|fetch_one)$|^(?:sqlalchemy\.)(?:text|sql\.text)$",
        keywords=("sql", "query", "statement", "operation"),
        built=UNCERTAIN,
        text=_SQL,
    ),
    _sink("sql-injection", r"\.(?:extra|fetch|query)$", raw=_NEVER, built=UNCERTAIN, text=_SQL),
    _sink(
        "command-injection",
        r"^(?:os\.(?:system|popen)|commands\.getoutput|subprocess\.(?:getoutput|getstatusoutput)"
        r"|asyncio\.(?:subprocess\.)?create_subprocess_shell|popen2\.\w+)$|\.exec_command$",
        keywords=("command", "cmd"),
        raw=LOCAL,
        built=UNCERTAIN,
    ),
    _sink("command-injection", r"^os\.(?:exec[lv]p?e?|spawn[lv]p?e?|startfile)$", places=_ANY, built=REMOTE),
    _sink(
        "code-injection",
        r"^(?:eval|exec|compile|builtins\.(?:eval|exec)|code\.InteractiveInterpreter\.runcode)$",
        raw=UNCERTAIN,
        built=UNCERTAIN,
    ),
    _sink("code-injection", r"^(?:__import__|importlib\.import_module)$", built=REMOTE),
    _sink("code-injection", r"^(?:getattr|setattr)$", places=(1,), built=REMOTE),
    _sink(
        "path-traversal",
        r"^(?:open|io\.open|codecs\.open|aiofiles\.open|os\.(?:remove|unlink|rmdir|makedirs|mkdir|rename|listdir|open"
        r"|scandir)|shutil\.(?:rmtree|copy|copyfile|move|copy2|copytree)|(?:flask\.)?send_file"
        r"|(?:\w+\.)*FileResponse)$"
        r"|^(?:zipfile\.ZipFile|tarfile\.open)$",
        keywords=("path", "file", "filename", "path_or_file"),
        built=REMOTE,
    ),
    _sink("path-traversal", r"\.save$", built=REMOTE),
    _sink(
        "path-traversal",
        r"\.(?:read_text|read_bytes|write_text|write_bytes|unlink|open|rmdir)$",
        places=(-1,),
        built=REMOTE,
    ),
    _sink(
        "open-redirect",
        r"^(?:\w+\.)*(?:redirect|RedirectResponse|HttpResponseRedirect|HttpResponsePermanentRedirect|HTTPFound"
        r"|HTTPSeeOther|HTTPMovedPermanently|HTTPTemporaryRedirect)$",
        keywords=("location", "url", "redirect_to"),
        built=REMOTE,
    ),
    _sink(
        "template-injection",
        r"^(?:\w+\.)*(?:render_template_string|(?i:env|environment|jinja2?|\w*_env|engine|templates\.env|Template)"
        r"\.from_string)$|^(?:jinja2|mako\.template|django\.template|tornado\.template"
        r"|jinja2\.environment)\.Template$",
        keywords=("source", "template_string", "text"),
        raw=LOCAL,
        built=LOCAL,
    ),
    _sink(
        "ldap-injection",
        r"\.(?:search|search_s|search_ext|search_ext_s|search_st|paged_search)$",
        places=_ANY,
        keywords=("search_filter", "filterstr", "filter", "search_base"),
        raw=_NEVER,
        built=UNCERTAIN,
        text=_FILTER,
    ),
    _sink("xpath-injection", r"\.(?:xpath|find|findall|findtext|iterfind)$|(?:^|\.)(?:XPath|ETXPath)$",
          raw=_NEVER, built=LOCAL, text=_PATH),
    _sink(
        "request-forgery",
        _HTTP + r"|^urllib\.request\.(?:urlopen|urlretrieve|Request)$|^urllib2\.urlopen$|^urllib\.urlopen$"
        r"|^(?:session|client|http|self\.session|self\.client)\.(?:get|post|put|patch|delete|head)$",
        keywords=("url",),
        built=REMOTE,
    ),
    _sink("request-forgery", r"^(?:requests|httpx)\.request$", places=(1,), keywords=("url",), built=REMOTE),
    _sink(
        "untrusted-deserialisation",
        r"^(?:pickle|cPickle|_pickle|dill|cloudpickle|marshal|shelve|jsonpickle|joblib|pandas)"
        r"\.(?:load|loads|open|decode|read_pickle|Unpickler)$|^yaml\.(?:load|unsafe_load|full_load)$",
        raw=_NEVER,
        built=_NEVER,
    ),
    _sink(
        "external-entities",
        r"^(?:xml\.etree\.(?:Element|cElement)Tree|xml\.dom\.(?:minidom|pulldom)|xml\.sax|lxml\.etree|lxml\.objectify)"
        r"\.(?:parse|fromstring|parseString|XML|iterparse)$",
        keywords=("source", "text"),
        raw=LOCAL,
        built=LOCAL,
    ),
    _sink(
        "regex-injection",
        r"^re\.(?:compile|match|search|fullmatch|findall|sub|split|finditer)$",
        built=REMOTE,
    ),
    _sink(
        "log-injection",
        r"^(?:\w+\.)*(?:logging|logger|log|LOG|LOGGER|_logger|getLogger)\.(?:info|debug|warning|warn|error|critical"
        r"|exception)$",
        places=(0, 1, 2, 3),
        built=REMOTE,
    ),
    _sink("reflected-xss", r"^(?:\w+\.)*(?:HttpResponse|HTMLResponse|make_response|mark_safe|Markup)$",
          keywords=("content",), built=REMOTE),
)  # fmt: skip
_SHELL = Sink("command-injection", re.compile(r"^subprocess\.\w+$"), (0,), ("args",), LOCAL, UNCERTAIN)
_ARGUMENTS = Sink("command-injection", re.compile(""), (0,), ("args",), REMOTE, REMOTE)
_HOST = re.compile(r"^https?://[^\0/?#]+[/?#]")


def sinks_of(name: str, call: ast.Call) -> list[Sink]:
    """The sinks that a call of a name is."""
    rows = list(_named(name))
    if name.startswith("subprocess.") and is_true(keyword(call, "shell")):
        rows.append(_SHELL)
    elif name.startswith("subprocess.") and call.args and not isinstance(call.args[0], ast.List | ast.Tuple):
        rows.append(_ARGUMENTS)
    return rows


@lru_cache(maxsize=1 << 14)
def _named(name: str) -> tuple[Sink, ...]:
    return tuple(sink for sink in SINKS if sink.names.search(name))


def does_harm(sink: Sink, value: Value, validated: frozenset[str]) -> bool:
    """Whether a value reaches a sink at a level that does harm."""
    level = value.level(validated, sink.rule)
    if sink.rule == "request-forgery" and _HOST.match(value.text):
        return False
    if sink.rule == "open-redirect" and value.built and re.match(r"/[^/\0\\]|https?://[^\0/]+/", value.text):
        return False
    if value.built:
        matching = sink.text is None or sink.text.search(value.text) is not None
        return matching and level >= sink.built and HOLE in value.text
    return level >= sink.raw
