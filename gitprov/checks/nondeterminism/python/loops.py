"""What the body of a loop makes of the order of its elements."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple, Protocol

from gitprov.checks.nondeterminism.python.model import (
    COMPLAINTS,
    CodeModel,
    Key,
    method,
    parameters,
    terminal,
)
from gitprov.checks.nondeterminism.python.texts import is_progress

Loop = ast.For | ast.AsyncFor
SEQUENCE, MAPPING = "sequence", "mapping"
_INNER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
_WRITES = frozenset({"write", "writelines", "writerow", "writerows", "writestr"})
_NO_FILES = ("stdin", "stderr", "cls", "self")
_ARCHIVE = re.compile(r"z(?:ip|f)|^z$|arch|tar")
_ORDERING = frozenset(
    {"sorted", "set", "frozenset", "len", "min", "max", "any", "all", "collections.Counter"}
)
_FILLS = frozenset({"append", "extend", "insert", "appendleft"})


class Use(NamedTuple):
    """A use that fixes an order. `how`: the end of a sentence, as "is returned"; `node`: where; `mapping`:
    whether it is the order of a dictionary's keys.
    """

    how: str
    node: ast.expr | ast.stmt
    mapping: bool = False


def through_mapping(use: Use | None) -> Use | None:
    """A use of a dictionary that was made in that order."""
    return None if use is None else use._replace(mapping=True)


class Follower(Protocol):
    """What a loop's body needs of the flow around it."""

    model: CodeModel
    quiet: bool

    def follow(self, key: Key, shape: str, depth: int) -> Use | None:
        """The first use of a name's value that fixes an order."""


class LoopBodies:
    """Judges loops over values without a fixed order."""

    def __init__(self, flow: Follower) -> None:
        self._flow = flow
        self._model = flow.model
        self._names: set[str] = (
            set()
        )  # those whose value differs from turn to turn of the loop that is judged

    def first(self, loop: Loop, depth: int) -> Use | None:
        """The first statement of a loop that fixes the order of the elements; None without one."""
        targets = {node.id for node in ast.walk(loop.target) if isinstance(node, ast.Name)}
        outer, self._names = self._names, targets | _stored(loop)
        uses = (self._of_node(loop, node, targets, depth) for node in inside(loop.body))
        use = next(filter(None, uses), None)
        self._names = outer
        return use

    def _of_node(self, loop: Loop, node: ast.AST, targets: set[str], depth: int) -> Use | None:
        if isinstance(node, (ast.Yield, ast.YieldFrom)):
            return Use("is yielded", node) if self._gives(node) else None
        if isinstance(node, ast.Call):
            return self._called(loop, node, depth)
        if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add):
            return self._added(loop, node, depth)
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Subscript) and self._adds_key(target, node.value):
                    return through_mapping(self._outer(loop, target.value, MAPPING, depth))
        if isinstance(node, ast.Return) and node.value is not None:
            named = _names(node.value) & targets
            if named and not self._is_search(loop, node):
                return Use("decides which element is returned", node)
        return None

    def _adds_key(self, target: ast.Subscript, value: ast.expr) -> bool:
        """Whether an assignment adds another key in each turn: not where the key stays the same, nor where
        the value that it had is replaced (`x[key] = f(x[key])`).
        """
        place = ast.dump(target.slice), ast.dump(target.value)
        parts = (part for part in ast.walk(value) if isinstance(part, ast.Subscript))
        has_replacement = any((ast.dump(part.slice), ast.dump(part.value)) == place for part in parts)
        return not has_replacement and not self._names.isdisjoint(_names(target.slice))

    def _gives(self, node: ast.Yield | ast.YieldFrom) -> bool:
        """Whether a value that differs from turn to turn is yielded to a caller: not to an event loop, and
        not by the iteration over a collection.
        """
        function = self._model.function(node)
        names = [terminal(entry) for entry in function.decorator_list] if function is not None else []
        waits = "inlineCallbacks" in names or "coroutine" in names
        iterates = function is not None and function.name == "__iter__"
        return (
            not waits
            and not iterates
            and node.value is not None
            and not self._names.isdisjoint(_names(node.value))
        )

    def _called(self, loop: Loop, call: ast.Call, depth: int) -> Use | None:
        attr = method(call)
        if self._names.isdisjoint(name for value in (*call.args, *call.keywords) for name in _names(value)):
            return None
        if self._model.name(call.func) == "print":
            quiet = self._flow.quiet or is_progress(call) or self._model.is_debugging(call)
            return None if quiet else Use("is printed", call)
        if not isinstance(call.func, ast.Attribute):
            return None
        if attr in _WRITES and isinstance(self._model.parents[call], (ast.Expr, ast.Await)):
            if _stores(loop, call.func.value) or not self._is_file(call):
                return None
            return Use(
                "is printed" if self._model.name(call.func) == "sys.stdout.write" else "is written", call
            )
        if attr in _FILLS:
            return self._outer(loop, call.func.value, SEQUENCE, depth)
        key = self._model.key(call.func.value)
        if (
            attr == "update"
            and key is not None
            and self._is_digest(key)
            and not _stores(loop, call.func.value)
        ):
            return Use("is hashed", call)
        return None

    def _is_file(self, call: ast.Call) -> bool:
        """Whether a call writes into a file or an archive: no message, and nothing at a place of its own."""
        owner = terminal(call.func.value) if isinstance(call.func, ast.Attribute) else ""
        if owner in _NO_FILES or self._model.is_debugging(call):
            return False
        if owner == "stdout" and COMPLAINTS.search(ast.unparse(call)):
            return False
        return method(call) != "write" or len(call.args) == 1 or _ARCHIVE.search(owner.lower()) is not None

    def _is_digest(self, key: Key) -> bool:
        values = self._model.bindings[key]
        return any(
            isinstance(value, ast.Call) and self._model.name(value.func).startswith("hashlib.")
            for value in values
        )

    def _added(self, loop: Loop, node: ast.AugAssign, depth: int) -> Use | None:
        key = self._model.key(node.target)
        values = self._model.bindings[key] if key is not None else []
        ordered = any(
            isinstance(value, (ast.List, ast.JoinedStr))
            or (isinstance(value, ast.Constant) and isinstance(value.value, (str, bytes)))
            for value in values
        )
        return self._outer(loop, node.target, SEQUENCE, depth) if ordered else None

    def _outer(self, loop: Loop, container: ast.expr, shape: str, depth: int) -> Use | None:
        """The use of a container that a loop fills, unless each turn makes it anew."""
        key = self._model.key(container)
        if key is None:
            return None
        last = loop.end_lineno or loop.lineno
        for value in self._model.bindings[key]:
            if value is not None and loop.lineno <= value.lineno <= last:
                return None
        use = self._flow.follow(key, shape, depth + 1)
        scope, name = key
        if use is None and shape == SEQUENCE and isinstance(scope, (ast.FunctionDef, ast.AsyncFunctionDef)):
            names = [parameter.arg for parameter in parameters(scope)]
            if name in names and not self._model.is_sorted(key):
                return Use(f"is put into the caller's {name}", container)
        return use

    def _is_search(self, loop: Loop, node: ast.AST) -> bool:
        """Whether a return depends on a comparison that at most one element fulfils."""
        for parent in self._model.ancestors(node):
            if parent is loop:
                return False
            tested = parent.test if isinstance(parent, ast.If) else None
            if tested is not None and _names(tested) & self._names:
                return any(is_equality(part) for part in ast.walk(tested))
        return False


def _stored(loop: Loop) -> set[str]:
    """The names that the body of a loop binds."""
    names = (node for node in inside(loop.body) if isinstance(node, ast.Name))
    return {node.id for node in names if isinstance(node.ctx, ast.Store)}


def is_numbering(model: CodeModel, call: ast.Call) -> bool:
    """Whether the numbers of `enumerate` become values: `{x: n for n, x in enumerate(…)}`."""
    parent = model.parents[call]
    if isinstance(parent, ast.comprehension):
        number, whole = _number(parent.target), model.parents[parent]
        parts = [whole.key, whole.value] if isinstance(whole, ast.DictComp) else []
        return any(number in _names(part) for part in parts)
    if isinstance(parent, ast.For) and parent.iter is call:
        number = _number(parent.target)
        assigned = [node for node in inside(parent.body) if isinstance(node, ast.Assign)]
        return any(
            number in _names(node) and any(isinstance(target, ast.Subscript) for target in node.targets)
            for node in assigned
        )
    return False


def is_sorted_by_callers(model: CodeModel, node: ast.Return) -> bool:
    """Whether a file calls its private function, and each call fixes the order of what is returned."""
    function = model.function(node)
    if function is None or not function.name.startswith("_") or function.name.startswith("__"):
        return False
    calls = [call for call in model.calls() if terminal(call.func) == function.name]
    return bool(calls) and all(_is_ordered(model, call) for call in calls)


def _is_ordered(model: CodeModel, node: ast.expr) -> bool:
    """Whether a value is sorted, counted or made a set, also through one name."""
    parent = model.parents[node]
    if isinstance(parent, ast.Await):
        return _is_ordered(model, parent)
    if isinstance(parent, ast.Call):
        return model.name(parent.func) in _ORDERING
    target = parent.targets[0] if isinstance(parent, ast.Assign) else None
    key = model.key(target) if isinstance(target, ast.Name) else None
    if key is None:
        return False
    calls = [model.parents[load] for load in model.loads[key]]
    named = [call for call in calls if isinstance(call, ast.Call) and model.name(call.func) in _ORDERING]
    return model.is_sorted(key) or (bool(calls) and len(named) == len(calls))


def _number(target: ast.expr) -> str:
    """The name that gets the number of `enumerate`; "" without one."""
    first = target.elts[0] if isinstance(target, ast.Tuple) and target.elts else None
    return first.id if isinstance(first, ast.Name) else ""


def _stores(loop: Loop, node: ast.expr) -> bool:
    """Whether the body of a loop gives a name its value, as that of a file for each element."""
    name = node.id if isinstance(node, ast.Name) else ""
    parts = [part for part in inside(loop.body) if isinstance(part, ast.Name)]
    return any(part.id == name and isinstance(part.ctx, ast.Store) for part in parts)


def is_equality(node: ast.AST) -> bool:
    """Whether an expression compares for equality, which at most a few elements fulfil."""
    return isinstance(node, ast.Compare) and isinstance(node.ops[0], (ast.Eq, ast.Is))


def _names(node: ast.AST) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}


def inside(body: list[ast.stmt]) -> Iterator[ast.AST]:
    """The nodes of some statements in the order of the text, without those of functions inside."""
    stack: list[ast.AST] = list(reversed(body))
    while stack:
        node = stack.pop()
        yield node
        if not isinstance(node, _INNER):
            stack.extend(reversed(list(ast.iter_child_nodes(node))))
