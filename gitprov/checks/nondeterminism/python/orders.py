"""Rules about orders that nothing fixes: directories, sets, dictionaries made of sets, completion."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from gitprov.checks.nondeterminism.hazard import LOW, Uncertainty
from gitprov.checks.nondeterminism.python.loops import SEQUENCE, Use, inside
from gitprov.checks.nondeterminism.python.model import CodeModel, Key, end, first_operand, method, parameters
from gitprov.checks.nondeterminism.python.order import SET, OrderFlow
from gitprov.checks.nondeterminism.python.sets import SetTypes, is_set_type

_LISTINGS = frozenset({"os.listdir", "os.scandir", "os.walk", "os.fwalk", "glob.glob", "glob.iglob"})
_PATH_METHODS = frozenset({"iterdir", "glob", "rglob"})
_LISTER = re.compile(
    r"_*(?:safe_|raw_|os_|i)?(?:list(?:_?dir)?|scan_?dir|walk(?:_\w+)?|ls|iterdir|glob[01]?|contents)"
)
_COMPLETED = frozenset({"concurrent.futures.as_completed", "asyncio.as_completed"})
_WAITS = frozenset({"concurrent.futures.wait", "asyncio.wait"})
_RETURNED, _YIELDED, _PRINTED = "is returned", "is yielded", "is printed"
_CHOSEN = "decides which element is returned"
_HANDED = ("is put into the caller's", "is unpacked by position")
_PLACES = ("has its first element taken", "has an element taken by position")
_TEXTS = ("is put into a text", "is turned into a text", "is joined into a text")
_NUMBERED = "is numbered by position"
_KEEPING = frozenset({"write", "write_text", "write_bytes", "writerow", "writelines", "update"})


def directory_order(model: CodeModel) -> Iterator[Uncertainty]:
    """Listings of directories whose order reaches a result."""
    flow = OrderFlow(model)
    for call in model.calls():
        name = model.name(call.func)
        if name not in _LISTINGS and (name or method(call) not in _PATH_METHODS or _is_of_self(call)):
            continue
        if name == "os.walk" and _is_sorted_walk(model, call):
            continue
        use = flow.first(call, SEQUENCE)
        if use is not None and not (use.how in (_RETURNED, _YIELDED) and _is_listing(model, call)):
            text = f"{name or '.' + method(call)}() {use.how}"
            # One entry of a directory is mostly taken where one is expected.
            severity = LOW if use.how in (_CHOSEN, *_PLACES) else _severity(model, use)
            yield Uncertainty("directory-order", call.lineno, end(call), text, severity)


def _severity(model: CodeModel, use: Use) -> str:
    """Low where elements are returned, yielded or handed to the caller as they are: callers, which may be in
    other files, decide whether their order counts. Low as well where they are printed, mostly for a person,
    and where elements would have to be equal in something for the order to count.
    """
    handed = use.how in (_RETURNED, _YIELDED, _PRINTED) or use.how.startswith(_HANDED)
    return LOW if handed or _is_of_equals(model, use) or _is_text_of_set(model, use) else ""


def _is_text_of_set(model: CodeModel, use: Use) -> bool:
    """Whether a function takes a text apart at the separator by which it joins a set again, so that the text
    is a set to whoever reads it.
    """
    owner = (
        use.node.func.value
        if isinstance(use.node, ast.Call) and isinstance(use.node.func, ast.Attribute)
        else None
    )
    if use.how != "is joined into a text" or owner is None:
        return False
    function, separator = model.function(use.node), ast.dump(owner)
    return any(
        method(call) == "split" and call.args and ast.dump(call.args[0]) == separator
        for call in model.calls()
        if model.function(call) is function
    )


def _is_of_equals(model: CodeModel, use: Use) -> bool:
    """Whether only a part of the first element is read, which is mostly the same in all, or the element is
    the one that differs from a known one.
    """
    if use.how.startswith("decides ties"):
        return True
    if use.how != "has its first element taken":
        return False
    differs = (part for part in ast.walk(use.node) if isinstance(part, ast.Compare))
    return isinstance(model.parents[use.node], (ast.Attribute, ast.Subscript)) or any(
        isinstance(part.ops[0], ast.NotEq | ast.IsNot) for part in differs
    )


def _is_listing(model: CodeModel, call: ast.Call) -> bool:
    """Whether the function around a listing is one itself, by its name or because it returns the iterator of
    `os.scandir` as it is: its callers expect no order.
    """
    function = model.function(call)
    if isinstance(model.parents[call], ast.Return) and model.name(call.func) == "os.scandir":
        return True
    return function is not None and _LISTER.fullmatch(function.name) is not None


def _is_of_self(call: ast.Call) -> bool:
    """Whether a method is that of the class around it, which is no path."""
    owner = call.func.value if isinstance(call.func, ast.Attribute) else None
    return isinstance(owner, ast.Name) and owner.id in ("self", "cls")


def _is_sorted_walk(model: CodeModel, call: ast.Call) -> bool:
    """Whether the loop over os.walk sorts the directories in place and reads the files sorted."""
    loop = model.parents[call]
    target = loop.target if isinstance(loop, ast.For) else None
    if not isinstance(target, ast.Tuple) or len(target.elts) != 3:
        return False
    folders, files = (model.key(entry) for entry in target.elts[1:])
    if folders is None or files is None:
        return False
    body = loop.body if isinstance(loop, ast.For) else []
    in_order = model.is_sorted(folders) or any(_sorts(model, part, folders) for part in inside(body))
    return in_order and _read_sorted(model, files)


def _sorts(model: CodeModel, node: ast.AST, key: Key) -> bool:
    """Whether a statement is `folders[:] = sorted(…)`."""
    target = node.targets[0] if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) else None
    return (
        isinstance(target, ast.Subscript)
        and isinstance(target.slice, ast.Slice)
        and model.key(target.value) == key
        and isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Call)
        and model.name(node.value.func) == "sorted"
    )


def _read_sorted(model: CodeModel, key: Key) -> bool:
    readers = [model.parents[node] for node in model.loads[key]]
    return model.is_sorted(key) or all(
        isinstance(reader, ast.Call) and model.name(reader.func) == "sorted" for reader in readers
    )


def set_order(model: CodeModel) -> Iterator[Uncertainty]:
    """Sets, and dictionaries made of sets, whose order reaches a result; elements taken out of sets."""
    types = SetTypes(model)
    flow = OrderFlow(model, ties=True)
    for use in _uses_of_sets(model, types, flow):
        if use.mapping:
            yield _at(model, use, "dict-order")
        else:
            yield _at(model, use, "arbitrary-element" if "first element" in use.how else "set-order")
    for call in model.calls():
        if method(call) == "pop" and not call.args and isinstance(call.func, ast.Attribute):
            owner = call.func.value
            if (
                types.is_set(owner)
                and not types.is_fixed(owner)
                and not _is_worklist(model, flow, call, owner)
                and not model.is_message(call)
            ):
                # A set that an object keeps is mostly a stock, of which any will do.
                severity = LOW if isinstance(owner, ast.Attribute) else ""
                text = "a set has any element taken by pop()"
                yield Uncertainty("arbitrary-element", call.lineno, end(call), text, severity)


def _at(model: CodeModel, use: Use, name: str) -> Uncertainty:
    subject = "a dictionary made of a set" if use.mapping else "a set"
    last = use.node.lineno if isinstance(use.node, ast.stmt) else end(use.node)
    # A text of a set is mostly read by a person or as a set; one element is mostly one of equals, and numbers
    # are mostly names that tell elements apart.
    quiet = use.how in (_CHOSEN, _NUMBERED, *_PLACES) or (use.how in _TEXTS and not _is_kept(model, use.node))
    severity = LOW if quiet else _severity(model, use)
    return Uncertainty(name, use.node.lineno, last, f"{subject} {use.how}", severity)


def _is_kept(model: CodeModel, node: ast.AST) -> bool:
    """Whether a text is written to a file or hashed in the same statement."""
    calls = (parent for parent in model.ancestors(node) if isinstance(parent, ast.Call))
    return any(
        (method(call) in _KEEPING and model.name(call.func) != "sys.stdout.write")
        or model.name(call.func).startswith("hashlib.")
        for call in calls
    )


def _uses_of_sets(model: CodeModel, types: SetTypes, flow: OrderFlow) -> Iterator[Use]:
    for kind in (ast.Set, ast.SetComp, ast.Call, ast.BinOp, ast.IfExp):
        for node in model.kinds[kind]:
            if isinstance(node, ast.expr) and types.is_set(node) and not types.is_fixed(node):
                use = flow.first(node, SET)
                if use is not None:
                    yield use
    for function in model.functions():
        for parameter in parameters(function):
            key = (function, parameter.arg)
            if is_set_type(parameter.annotation) and types.is_name(key):
                use = flow.first_of_name(key, parameter, SET)
                if use is not None:
                    yield use


def _is_worklist(model: CodeModel, flow: OrderFlow, call: ast.Call, owner: ast.expr) -> bool:
    """Whether a set is emptied in a loop, has one element only, or the element is thrown away; `.pop()` of a
    set without a name (`{x.kind for x in rows}.pop()`) expects one, and a method `pop` of a collection
    promises no order.
    """
    key = model.key(owner)
    function = model.function(call)
    common = not isinstance(owner, (ast.Name, ast.Attribute)) or (
        function is not None and function.name == "pop"
    )
    if common or isinstance(model.parents[call], ast.Expr) or flow.is_single(owner):
        return True
    for parent in model.ancestors(call):
        if isinstance(parent, ast.While):
            return any(
                isinstance(part, ast.expr) and model.key(part) == key for part in ast.walk(parent.test)
            )
    return False


def float_sum(model: CodeModel) -> Iterator[Uncertainty]:
    """Sums of floats in the order of a set."""
    types = SetTypes(model)
    for call in model.calls():
        if model.name(call.func) == "sum" and call.args and _is_float_set(model, types, call.args[0]):
            yield Uncertainty("float-sum", call.lineno, end(call), "sum()")
    for loop in model.kinds[ast.For]:
        if not isinstance(loop, ast.For) or not types.is_set(loop.iter) or types.is_fixed(loop.iter):
            continue
        for node in inside(loop.body):
            if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add):
                key = model.key(node.target)
                if key is not None and any(_is_float(value) for value in model.bindings[key]):
                    yield Uncertainty("float-sum", node.lineno, end(node), "+=")


def _is_float(node: ast.expr | None) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, float)
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.Div) or _is_float(first_operand(node)) or _is_float(node.right)
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float"


def _is_float_set(model: CodeModel, types: SetTypes, node: ast.expr) -> bool:
    if isinstance(node, (ast.GeneratorExp, ast.ListComp)):
        source = node.generators[0].iter
        return _is_float(node.elt) and types.is_set(source) and not types.is_fixed(source)
    if isinstance(node, ast.SetComp):
        return _is_float(node.elt)
    if isinstance(node, ast.Set):
        return len(node.elts) > 1 and any(_is_float(entry) for entry in node.elts)
    key = model.key(node)
    if key is None:
        return False
    scope, name = key
    if isinstance(scope, (ast.FunctionDef, ast.AsyncFunctionDef)):
        for parameter in parameters(scope):
            inner = parameter.annotation.slice if isinstance(parameter.annotation, ast.Subscript) else None
            if parameter.arg == name and types.is_name(key) and isinstance(inner, ast.Name):
                return inner.id == "float"
    values = [value for value in model.bindings[key] if isinstance(value, (ast.Set, ast.SetComp))]
    return any(_is_float_set(model, types, value) for value in values)


def completion_order(model: CodeModel) -> Iterator[Uncertainty]:
    """Results of pools and tasks in the order in which they end."""
    flow = OrderFlow(model, quiet=True)
    for call in model.calls():
        name = model.name(call.func)
        if name in _COMPLETED or (method(call) == "imap_unordered" and not name):
            use = flow.first(call, SEQUENCE)
        elif name in _WAITS:
            use = _of_wait(model, flow, call)
        else:
            continue
        if use is not None:
            label = name.rpartition(".")[2] or "imap_unordered"
            text = f"what {label}() gives {use.how}"
            # Whoever takes one of the results mostly asks for the one that is ready.
            severity = LOW if use.how in (_CHOSEN, *_PLACES) else _severity(model, use)
            yield Uncertainty("completion-order", call.lineno, end(call), text, severity)


def _of_wait(model: CodeModel, flow: OrderFlow, call: ast.Call) -> Use | None:
    """The use of the first of the two sets that `wait` returns."""
    statement = model.statement(call)
    target = statement.targets[0] if isinstance(statement, ast.Assign) else None
    key = model.key(target.elts[0]) if isinstance(target, ast.Tuple) and target.elts else None
    return flow.first_of_name(key, call, SET) if key is not None else None
