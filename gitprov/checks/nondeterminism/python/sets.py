"""Which expressions are sets whose order differs from run to run."""

from __future__ import annotations

import ast
import re

from gitprov.checks.nondeterminism.python.model import (
    CodeModel,
    Key,
    first_operand,
    method,
    parameters,
    terminal,
)

_PARTS = frozenset({"difference", "intersection", "copy"})
_MAKERS = frozenset({"set", "frozenset"})
_METHODS = frozenset({"union", "intersection", "difference", "symmetric_difference", "copy"})
_ANNOTATIONS = frozenset({"set", "frozenset", "Set", "FrozenSet", "AbstractSet", "MutableSet"})
_OPERATORS = (ast.BitOr, ast.BitAnd, ast.Sub, ast.BitXor)
_NUMBERS = frozenset({"int", "len", "ord", "range", "round", "bool"})
_NUMBER_NAMES = re.compile(
    r"(?:^|_)(?:line_?no|line_?num(?:ber)?|num(?:ber)?|index|indices|idx|port|year|offset)s?$"
)
_DEEPEST = 6


class SetTypes:
    """Answers whether an expression is a set, from literals, calls, operators, bindings and annotations."""

    def __init__(self, model: CodeModel) -> None:
        self._model = model
        self._names: dict[Key, bool] = {}

    def is_set(self, node: ast.expr | None, depth: int = 0) -> bool:
        """Whether a value is a set in every case that the file shows."""
        if node is None or depth > _DEEPEST:
            return False
        if isinstance(node, (ast.Set, ast.SetComp)):
            return True
        if isinstance(node, ast.Call):
            if self._model.name(node.func) in _MAKERS:
                return True
            inner = node.func.value if isinstance(node.func, ast.Attribute) else None
            return method(node) in _METHODS and self.is_set(inner, depth + 1)
        if isinstance(node, ast.BinOp) and isinstance(node.op, _OPERATORS):
            return self._of_operation(node, depth + 1)
        if isinstance(node, ast.IfExp):
            return self.is_set(node.body, depth + 1) and self.is_set(node.orelse, depth + 1)
        if isinstance(node, ast.NamedExpr):
            return self.is_set(node.value, depth + 1)
        key = self._model.key(node)
        return key is not None and self.is_name(key, depth + 1)

    def _of_operation(self, node: ast.BinOp, depth: int) -> bool:
        sides = (first_operand(node), node.right)
        if any(isinstance(side, ast.Call) and method(side) == "keys" for side in sides):
            return True
        return self.is_set(first_operand(node), depth) or (
            not isinstance(node.op, ast.Sub) and self.is_set(node.right, depth)
        )

    def is_name(self, key: Key, depth: int = 0) -> bool:
        """Whether a name is bound to sets only."""
        if key not in self._names:
            self._names[key] = False  # the answer to a question that leads back to itself
            self._names[key] = self._bound(key, depth)
        return self._names[key]

    def _bound(self, key: Key, depth: int) -> bool:
        scope, name = key
        values = self._model.bindings.get(key, [])
        if isinstance(scope, (ast.FunctionDef, ast.AsyncFunctionDef)):
            for parameter in parameters(scope):
                if parameter.arg == name:
                    return is_set_type(parameter.annotation) and len(values) == 1
        return bool(values) and all(self.is_set(value, depth + 1) for value in values)

    def is_fixed(self, node: ast.expr, depth: int = 0) -> bool:
        """Whether a set's order is the same in each run: small numbers, or at most one element."""
        if isinstance(node, ast.Set):
            if len(node.elts) == 1 and not isinstance(node.elts[0], ast.Starred):
                return True
            return all(is_number(self._model, entry) for entry in node.elts)
        if isinstance(node, ast.SetComp):
            return is_number(self._model, node.elt)
        parent = self._model.parents[node]
        if isinstance(parent, ast.AnnAssign) and is_set_of_numbers(parent.annotation):
            return True
        made = self._is_fixed_call(node, depth) if isinstance(node, ast.Call) else None
        if made is not None:
            return made
        target = parent.targets[0] if isinstance(parent, ast.Assign) else None
        if isinstance(target, ast.Name) and _NUMBER_NAMES.search(target.id):
            return True
        if isinstance(node, ast.BinOp):
            first = self.is_fixed(first_operand(node), depth + 1)
            return first and (isinstance(node.op, ast.Sub) or self.is_fixed(node.right, depth + 1))
        key = self._model.key(node)
        if key is None or depth > _DEEPEST:
            return False
        values = [value for value in self._model.bindings[key] if value is not None]
        if _NUMBER_NAMES.search(key[1]):
            return True
        return bool(values) and all(self.is_fixed(value, depth + 1) for value in values)

    def _is_fixed_call(self, node: ast.Call, depth: int) -> bool | None:
        """Whether a call makes a set of numbers, or takes elements of one; None for other calls."""
        if self._model.name(node.func) in _MAKERS and len(node.args) == 1:
            return self._is_numbers(node.args[0])
        if isinstance(node.func, ast.Attribute) and node.func.attr in _PARTS and depth <= _DEEPEST:
            return self.is_fixed(node.func.value, depth + 1)
        return None

    def _is_numbers(self, node: ast.expr) -> bool:
        if isinstance(node, (ast.List, ast.Tuple)):
            return all(is_number(self._model, entry) for entry in node.elts)
        if isinstance(node, (ast.GeneratorExp, ast.ListComp)):
            return is_number(self._model, node.elt)
        if isinstance(node, ast.Call):
            return self._model.name(node.func) == "range"
        key = self._model.key(node)
        values = self._model.bindings[key] if key is not None else []
        return any(
            isinstance(value, (ast.ListComp, ast.GeneratorExp)) and self._is_numbers(value)
            for value in values
        )


def is_number(model: CodeModel, node: ast.expr) -> bool:
    """Whether an expression is an integer, whose hash no seed changes."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, int)
    if isinstance(node, ast.UnaryOp):
        return is_number(model, node.operand)
    if isinstance(node, ast.BinOp):
        return is_number(model, first_operand(node)) and is_number(model, node.right)
    if isinstance(node, ast.Name):
        return _NUMBER_NAMES.search(node.id) is not None
    return isinstance(node, ast.Call) and model.name(node.func) in _NUMBERS


def is_set_type(annotation: ast.expr | None) -> bool:
    """Whether an annotation names a set of something else than integers."""
    annotation = _parsed(annotation)
    outer = annotation.value if isinstance(annotation, ast.Subscript) else annotation
    return outer is not None and terminal(outer) in _ANNOTATIONS and not is_set_of_numbers(annotation)


def is_set_of_numbers(annotation: ast.expr | None) -> bool:
    """Whether an annotation names a set of integers."""
    annotation = _parsed(annotation)
    if not isinstance(annotation, ast.Subscript) or terminal(annotation.value) not in _ANNOTATIONS:
        return False
    return isinstance(annotation.slice, ast.Name) and annotation.slice.id in ("int", "bool")


def _parsed(annotation: ast.expr | None) -> ast.expr | None:
    """An annotation that is written as a text, parsed; None if it cannot be."""
    if not isinstance(annotation, ast.Constant) or not isinstance(annotation.value, str):
        return annotation
    try:
        return ast.parse(annotation.value, mode="eval").body
    except (SyntaxError, ValueError):
        return None
