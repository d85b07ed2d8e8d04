"""Archives that Python unpacks without a look at where the names of entries lead."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from gitprov.checks.security.python.module import FUNCTIONS, PythonModule, keyword, last, span
from gitprov.checks.security.rule import Hit

_WORDS = ("extractall", ".extract(", "unpack_archive", "namelist", "infolist", "getmembers", "getnames")
_LISTS = frozenset(["namelist", "infolist", "getmembers", "getnames"])
_CHECKS = re.compile(
    r"(?i)is_within|commonpath|commonprefix|is_relative_to|startswith\(|realpath|safe_member|\.resolve\(\)|basename\("
    r"|isabs\(|'\.\.'|secure_filename"
)
_WRITES = re.compile(r"open\(.*,\s*'[wax]|write_bytes|copyfileobj|mode='[wax]")


def is_needed(text: str) -> bool:
    """Whether a text unpacks an archive."""
    return any(word in text for word in _WORDS)


def hits(module: PythonModule) -> Iterator[Hit]:
    """Calls that unpack everything, and paths that are joined with the name of an entry and written to."""
    texts: dict[ast.AST, str] = {}
    tars, archives = module.uses("tarfile"), module.uses("tarfile", "zipfile")
    for call in module.of(ast.Call):
        name = last(module.name(call.func))
        whole = name == "extractall" and archives and keyword(call, "filter", "members") is None
        entry = name == "extract" and tars and bool(call.args) and keyword(call, "filter") is None
        if name == "unpack_archive" and keyword(call, "filter") is None:
            yield Hit("archive-extraction", *span(call))
        elif whole or entry or (name in ("join", "joinpath") and _is_entry(module, call.args)):
            text = _text(module, call, texts)
            if not _CHECKS.search(text) and (whole or entry or _WRITES.search(text)):
                yield Hit("archive-extraction", *span(call))


def _text(module: PythonModule, node: ast.AST, texts: dict[ast.AST, str]) -> str:
    """The text of the function around a node; of the module where it has none."""
    outer = next((parent for parent in module.around(node) if isinstance(parent, FUNCTIONS)), module.tree)
    if outer not in texts:
        texts[outer] = ast.unparse(outer)
    return texts[outer]


def _is_entry(module: PythonModule, arguments: list[ast.expr]) -> bool:
    """Whether one of some expressions is an entry of an archive that a loop goes through."""
    for argument in arguments:
        base = argument.value if isinstance(argument, ast.Attribute) else argument
        if not isinstance(base, ast.Name):
            continue
        loops = (parent for parent in module.around(argument) if isinstance(parent, ast.For))
        for loop in loops:
            listed = isinstance(loop.iter, ast.Call) and last(module.name(loop.iter.func)) in _LISTS
            if listed and isinstance(loop.target, ast.Name) and loop.target.id == base.id:
                return True
    return False
