"""Whether a value without a fixed order has one element only, so that it has no order."""

from __future__ import annotations

import ast

from gitprov.checks.nondeterminism.python.model import CodeModel, Key, first_operand, terminal

_SINGLE = {ast.Eq: 1, ast.NotEq: 1, ast.Gt: 1, ast.GtE: 2, ast.LtE: 1, ast.Lt: 2}


def is_single(model: CodeModel, node: ast.expr) -> bool:
    """Whether the file compares the length of a name with one, or the name with a list of one element."""
    key = model.key(node)
    if key is None:
        return isinstance(node, ast.Call) and _is_counted_call(model, node)
    for entry in model.kinds[ast.Compare]:
        if isinstance(entry, ast.Compare):
            first = first_operand(entry)
            if _is_length(first) and isinstance(first, ast.Call):
                if _key_of(model, first.args[0]) == key and (
                    _limits_to_one(entry) or _is_after_two(model, entry, node)
                ):
                    return True
            elif _is_list_of_one(entry) and model.key(first) == key:
                return True
    return _asserts_one(model, key)


def is_example(model: CodeModel, call: ast.Call) -> bool:
    """Whether an element that a call takes is named, and only its type is read."""
    parent = model.parents[call]
    key = model.key(parent.targets[0]) if isinstance(parent, ast.Assign) else None
    readers = [model.parents[load] for load in model.loads[key]] if key is not None else []
    return bool(readers) and all(
        isinstance(reader, ast.Call) and model.name(reader.func) in ("isinstance", "type")
        for reader in readers
    )


def is_last_added(model: CodeModel, taken: ast.Subscript) -> bool:
    """Whether `x[-1]` is what the same block has appended to the list."""
    key, last = model.key(taken.value), taken.slice
    if key is None or not isinstance(last, ast.UnaryOp):
        return False
    loops = [parent for parent in model.ancestors(taken) if isinstance(parent, (ast.For, ast.While))]
    parts = (part for part in ast.walk(loops[0])) if loops else ()
    return any(
        isinstance(part, ast.Call)
        and isinstance(part.func, ast.Attribute)
        and part.func.attr == "append"
        and model.key(part.func.value) == key
        for part in parts
    )


def is_worklist(model: CodeModel, node: ast.expr) -> bool:
    """Whether `while x:` goes on until the collection from which an element is taken is empty."""
    keys = {model.key(part) for part in ast.walk(node) if isinstance(part, ast.expr)} - {None}
    tests = (parent.test for parent in model.ancestors(node) if isinstance(parent, ast.While))
    return any(model.key(test) in keys for test in tests)


def _key_of(model: CodeModel, node: ast.expr) -> Key | None:
    """The name of a value, also of one that is named where it is used: `len(x := …)`."""
    return model.key(node.target if isinstance(node, ast.NamedExpr) else node)


def _is_counted_call(model: CodeModel, call: ast.Call) -> bool:
    """Whether the function around a call compares the number of what an equal call gave with one."""
    text = ast.dump(call)
    for entry in model.kinds[ast.Compare]:
        first = first_operand(entry) if isinstance(entry, ast.Compare) else None
        if not isinstance(entry, ast.Compare) or not isinstance(first, ast.Call) or not _is_length(first):
            continue
        if _limits_to_one(entry) and model.function(entry) is model.function(call):
            key = _key_of(model, first.args[0])
            values = [first.args[0]] if key is None else model.bindings[key]
            if any(value is not None and ast.dump(value) == text for value in values):
                return True
    return False


def _asserts_one(model: CodeModel, key: Key) -> bool:
    """Whether a test asserts that the length of a name is one: `self.assertEqual(len(x), 1)`."""
    for call in model.calls():
        if terminal(call.func) == "assertEqual" and len(call.args) > 1 and _is_length(call.args[0]):
            first, second = call.args[:2]
            named = isinstance(first, ast.Call) and model.key(first.args[0]) == key
            if named and isinstance(second, ast.Constant) and second.value == 1:
                return True
    return False


def _is_length(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and terminal(node.func) == "len" and len(node.args) == 1


def _limits_to_one(comparison: ast.Compare) -> bool:
    limit = comparison.comparators[0]
    value = limit.value if isinstance(limit, ast.Constant) else None
    return value is not None and value == _SINGLE.get(type(comparison.ops[0]))


def _is_after_two(model: CodeModel, comparison: ast.Compare, node: ast.expr) -> bool:
    """Whether a node is in the `else` of `if len(x) == 2`: of a set with two elements at most."""
    limit = comparison.comparators[0]
    two = isinstance(comparison.ops[0], ast.Eq) and isinstance(limit, ast.Constant) and limit.value == 2
    choice = model.parents[comparison]
    return two and isinstance(choice, ast.If) and any(part in choice.orelse for part in model.ancestors(node))


def _is_list_of_one(comparison: ast.Compare) -> bool:
    other = comparison.comparators[0]
    equal = isinstance(comparison.ops[0], (ast.Eq, ast.NotEq))
    return equal and isinstance(other, (ast.List, ast.Tuple, ast.Set)) and len(other.elts) == 1


def is_portion(model: CodeModel, node: ast.Subscript) -> bool:
    """Whether a slice is one of the portions in which all elements are worked on (`x[i : i + n]`), or goes
    into messages alone.
    """
    bounds = node.slice
    lower, upper = (bounds.lower, bounds.upper) if isinstance(bounds, ast.Slice) else (None, None)
    if isinstance(lower, ast.Name) and isinstance(upper, ast.BinOp) and lower.id in _names(upper):
        return True
    statement = model.parents[node]
    target = statement.targets[0] if isinstance(statement, ast.Assign) else None
    loads = model.loads[key] if (key := model.key(target) if target is not None else None) is not None else []
    shown = bool(loads) and all(model.is_message(load) for load in loads)
    return shown or model.is_message(node)


def _names(node: ast.expr) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
