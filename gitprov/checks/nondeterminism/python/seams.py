"""Where a value of chance or of the clock can be replaced by a caller, and the names around a value."""

from __future__ import annotations

import ast
import re

from gitprov.checks.nondeterminism.python.model import CodeModel, first_operand, parameters, terminal

_HANDED_IN = re.compile(r"default|factory|clock|now|time|rng|rand|uuid|(?:^|_)id(?:$|_)")
_WRAPPING = (ast.Call, ast.Attribute, ast.Subscript, ast.JoinedStr, ast.FormattedValue, ast.BinOp)
_FALLBACKS = frozenset({"get", "setdefault", "getattr", "pop", "getenv"})


def is_replaceable(model: CodeModel, node: ast.expr) -> bool:
    """Whether a call is only the fallback of a value, or of a function, that a caller may hand in."""
    child: ast.AST = node
    for parent in model.ancestors(node):
        if isinstance(parent, ast.BoolOp) and isinstance(parent.op, ast.Or) and child is not parent.values[0]:
            return True
        if isinstance(parent, ast.IfExp) and child is not parent.test and _tests_presence(parent.test):
            return True
        if isinstance(parent, ast.Lambda) and _is_handed_in(model, parent):
            return True
        if isinstance(parent, ast.Call) and child in parent.args[1:] and terminal(parent.func) in _FALLBACKS:
            return True
        if isinstance(parent, ast.stmt):
            return _is_fallback(model, parent)
        child = parent
    return False


def _is_handed_in(model: CodeModel, node: ast.Lambda) -> bool:
    """Whether a lambda is a default value, or an argument that names a factory or a clock."""
    parent = model.parents[node]
    named = parent.arg or "" if isinstance(parent, ast.keyword) else ""
    return isinstance(parent, ast.arguments) or _HANDED_IN.search(named) is not None


def is_factory(model: CodeModel, node: ast.expr, names: re.Pattern[str], statements: int = 1) -> bool:
    """Whether a call's value is all that a function returns, also through one name, so that tests replace the
    function. `statements`: the most that the function may have.
    """
    for parent in model.ancestors(node):
        if isinstance(parent, ast.Assign) and statements == 1:
            key = model.key(parent.targets[0])
            loads = model.loads[key] if key is not None else []
            return len(loads) == 1 and is_factory(model, loads[0], names, 2)
        if isinstance(parent, ast.Return):
            function = model.parents[parent]
            if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
                return False
            body = [entry for entry in function.body if not _is_docstring(entry)]
            return len(body) <= statements and names.search(function.name.lower()) is not None
        if not isinstance(parent, _WRAPPING):
            return False
    return False


def _tests_presence(test: ast.expr) -> bool:
    """Whether a condition asks if a name has a value: `x is None`, `x`, `not x`."""
    if isinstance(test, ast.UnaryOp):
        return _tests_presence(test.operand)
    if isinstance(test, ast.Compare):
        right = test.comparators[0]
        is_none = isinstance(right, ast.Constant) and right.value is None
        return (
            is_none
            and isinstance(first_operand(test), (ast.Name, ast.Attribute))
            and isinstance(test.ops[0], (ast.Is, ast.IsNot))
        )
    return isinstance(test, (ast.Name, ast.Attribute))


def _is_fallback(model: CodeModel, statement: ast.stmt) -> bool:
    """Whether a statement runs where a name or a parameter has no value: `if x is None: x = …`, also with
    another condition in between.
    """
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    function = model.function(statement)
    names = [parameter.arg for parameter in parameters(function)] if function is not None else []
    names += [ast.unparse(target) for target in targets]
    for parent in model.ancestors(statement):
        if not isinstance(parent, ast.If):
            return False
        if _tests_presence(parent.test) and ast.unparse(_tested(parent.test)) in names:
            return True
    return False


def _tested(test: ast.expr) -> ast.expr:
    """The name that a test of presence is about."""
    if isinstance(test, ast.UnaryOp):
        return _tested(test.operand)
    return first_operand(test) if isinstance(test, ast.Compare) else test


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def is_of_script(model: CodeModel, node: ast.expr) -> bool:
    """Whether an expression runs only where the file is started as a script: `if __name__ == "__main__":`."""
    if model.function(node) is not None:
        return False
    for parent in model.ancestors(node):
        test = parent.test if isinstance(parent, ast.If) else None
        if isinstance(test, ast.Compare) and terminal(first_operand(test)) == "__name__":
            return True
    return False


def is_default(model: CodeModel, node: ast.expr) -> bool:
    """Whether an expression is the default value of a parameter, which is computed once."""
    for parent in model.ancestors(node):
        if isinstance(parent, ast.arguments):
            return True
        if isinstance(parent, (ast.stmt, ast.Lambda)):
            return False
    return False


def labels(model: CodeModel, node: ast.expr, *, function: bool = True) -> str:
    """The names that a value goes to, in lower case: targets, keywords, keys, called functions, and (with
    `function`) the function around it.
    """
    words: list[str] = []
    for parent in model.ancestors(node):
        if isinstance(parent, ast.keyword):
            words.append(parent.arg or "")
        elif isinstance(parent, ast.Dict):
            words += [
                str(key.value)
                for key, value in zip(parent.keys, parent.values, strict=True)
                if isinstance(key, ast.Constant) and contains(value, node)
            ]
        elif isinstance(parent, ast.Call):
            words.append(terminal(parent.func))
        elif isinstance(parent, ast.stmt):
            words += _targets(parent)
            break
    around = model.function(node) if function else None
    return " ".join([*words, around.name if around is not None else ""]).lower()


def _targets(statement: ast.stmt) -> list[str]:
    targets: list[ast.expr] = []
    if isinstance(statement, ast.Assign):
        targets = list(statement.targets)
    elif isinstance(statement, (ast.AnnAssign, ast.AugAssign)):
        targets = [statement.target]
    words: list[str] = []
    for target in targets:
        if isinstance(target, ast.Subscript):
            key = target.slice
            words.append(str(key.value) if isinstance(key, ast.Constant) else "")
            words.append(terminal(target.value))
        else:
            words.append(terminal(target))
    return words


def contains(whole: ast.AST, part: ast.AST) -> bool:
    """Whether a node is another one or inside of it."""
    return any(node is part for node in ast.walk(whole))
