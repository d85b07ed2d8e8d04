"""What becomes of a text that was put together in an order that nothing fixes."""

from __future__ import annotations

import ast
import re

from gitprov.checks.nondeterminism.python.model import (
    CodeModel,
    Key,
    first_operand,
    keyword,
    method,
    terminal,
)

_BUILDING = frozenset(
    {"format", "strip", "rstrip", "lstrip", "encode", "lower", "upper", "replace", "join", "splitlines"}
)
_OUTWARD = re.compile(
    r"^(?:print|write\w*|dumps?|append|add|extend|insert\w*|update|put|send\w*|echo|secho|set\w*|save\w*|store\w*"
    r"|execute\w*|format|str|md5|sha\d+\w*|blake2[bs]|crc32|adler32|new)$"
)  # fmt: skip
_QUERY = re.compile(
    r"\bSELECT\b|\bINSERT INTO\b|\bUPDATE \S+ SET\b|\bDELETE FROM\b"
    r"|\bWHERE\b|\bVALUES *\(|\b(?:NOT )?IN *\($|\bRETURN \w|\bPREFIX "
)
_PROGRESS = re.compile(r"\W*(?![Mm]issing|[Nn]othing|[Ss]tring)[A-Za-z]{2,}ing\b(?!:)")
_DEEPEST = 3


def is_contained(
    model: CodeModel, node: ast.expr, depth: int = 0, names: frozenset[Key] = frozenset()
) -> bool:
    """Whether a text ends only in messages, patterns, and calls that the rules do not know."""
    whole = _whole(node, model)
    parent = model.parents[whole]
    if model.is_message(whole) or _is_query(whole):
        return True
    if isinstance(parent, ast.keyword):
        whole, parent = parent.value, model.parents[parent]
    if isinstance(parent, ast.Call) and parent.func is not whole:
        return not _goes_on(model, parent)
    if isinstance(parent, (ast.Assign, ast.AnnAssign, ast.NamedExpr)) and depth < _DEEPEST:
        targets = parent.targets if isinstance(parent, ast.Assign) else [parent.target]
        keys = [key for target in targets if isinstance(target, ast.Name) and (key := model.key(target))]
        if names and names.issuperset(keys):  # put together in several steps
            return True
        loads = [load for key in keys for load in model.loads[key]]
        together = names.union(keys)
        return (
            len(keys) == len(targets)
            and bool(loads)
            and all(is_contained(model, load, depth + 1, together) for load in loads)
        )
    return False


def _is_query(node: ast.expr) -> bool:
    """Whether a text is a query of a database: no order of columns, parameters and filters counts."""
    parts = (part.value for part in ast.walk(node) if isinstance(part, ast.Constant))
    return any(isinstance(part, str) and _QUERY.search(part) for part in parts)


def is_progress(call: ast.Call) -> bool:
    """Whether a printed line says what the program is doing: its text begins as `Removing …` does, or it goes
    to the standard error.
    """
    stream = keyword(call, "file")
    if stream is not None and terminal(stream) == "stderr":
        return True
    first: ast.AST | None = call.args[0] if call.args else None
    while isinstance(first, (ast.BinOp, ast.Call, ast.Attribute, ast.JoinedStr)):
        if isinstance(first, ast.BinOp):
            first = first_operand(first)
        elif isinstance(first, ast.JoinedStr):
            first = first.values[0] if first.values else None
        else:
            first = first.func if isinstance(first, ast.Call) else first.value
    text = first.value if isinstance(first, ast.Constant) else None
    return isinstance(text, str) and _PROGRESS.match(text) is not None


def _whole(node: ast.expr, model: CodeModel) -> ast.expr:
    """The largest text of which an expression is a part."""
    while True:
        parent = model.parents[node]
        if isinstance(parent, ast.Attribute) and parent.attr in _BUILDING:
            call = model.parents[parent]
            if not isinstance(call, ast.Call):
                return node
            node = call
        elif isinstance(parent, ast.expr) and _is_text(parent, node):
            node = parent
        else:
            return node


def _is_text(whole: ast.expr, part: ast.expr) -> bool:
    """Whether an expression is a text made of a part, or hands it on."""
    if isinstance(whole, ast.BinOp):
        return isinstance(whole.op, (ast.Add, ast.Mod))
    if isinstance(whole, ast.Call):
        return method(whole) == "format" and whole.func is not part
    return isinstance(whole, (ast.FormattedValue, ast.JoinedStr, ast.Tuple, ast.IfExp, ast.BoolOp))


def _is_console(call: ast.Call, owner: ast.expr) -> bool:
    """Whether a call shows a line to a person: `console.print(…)`."""
    return method(call) == "print" and terminal(owner).endswith("console")


def _goes_on(model: CodeModel, call: ast.Call) -> bool:
    """Whether a call writes or keeps what it gets, or what it makes of that is returned."""
    owner = call.func.value if isinstance(call.func, ast.Attribute) else None
    if terminal(call.func) == "print" and is_progress(call):
        return False
    if owner is not None and (terminal(owner) in ("stdin", "stderr") or _is_console(call, owner)):
        return False
    if keyword(call, "err") is not None:  # of click.echo: to the standard error
        return False
    if terminal(call.func) in ("set_tag", "set_attribute"):  # of a span in a trace, which is a log
        return False
    if _OUTWARD.match(terminal(call.func)) and not model.name(call.func).startswith("re."):
        return True
    parent = model.parents[call]
    return isinstance(parent, (ast.Return, ast.Yield)) and not model.name(call.func).startswith("re.")
