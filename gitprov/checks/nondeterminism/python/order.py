"""Where the order of a value matters: a flow from an expression to what its elements become."""

from __future__ import annotations

import ast
import re

from gitprov.checks.nondeterminism.python import lengths, texts
from gitprov.checks.nondeterminism.python.loops import (
    MAPPING,
    SEQUENCE,
    LoopBodies,
    Use,
    is_equality,
    is_numbering,
    is_sorted_by_callers,
    through_mapping,
)
from gitprov.checks.nondeterminism.python.model import (
    CodeModel,
    Key,
    first_operand,
    keyword,
    method,
)

SET = "set"
"""The shape of a value that has no order yet; SEQUENCE and MAPPING are those of values that fix one."""

_HARMLESS = frozenset(
    {"sorted", "len", "set", "frozenset", "any", "all", "sum", "min", "max", "bool", "isinstance", "type",
     "id", "hash", "collections.Counter", "math.fsum", "heapq.heapify", "heapq.nsmallest", "heapq.nlargest",
     "statistics.mean", "statistics.median", "dict"}
)  # fmt: skip
_THROUGH = frozenset(
    {"list", "tuple", "iter", "enumerate", "reversed", "map", "filter", "zip", "itertools.chain",
     "itertools.islice", "itertools.chain.from_iterable", "tqdm.tqdm", "itertools.filterfalse",
     "itertools.zip_longest", "itertools.product", "itertools.combinations", "itertools.permutations"}
)  # fmt: skip
_TEXTS = frozenset({"str", "repr", "format", "ascii"})
_WRITERS = frozenset(
    {"json.dumps", "json.dump", "yaml.dump", "yaml.safe_dump", "pickle.dumps", "pickle.dump", "toml.dumps",
     "tomli_w.dumps", "pprint.pprint", "pprint.pformat", "orjson.dumps"}
)  # fmt: skip
_DRAWS = frozenset({"choice", "choices", "sample", "shuffle"})
_SET_METHODS = frozenset({"union", "intersection", "difference", "symmetric_difference", "copy"})
_VIEWS = frozenset({"keys", "values", "items"})
_ADDERS = frozenset({"extend", "append", "insert", "appendleft", "extendleft"})
_TEMPORARY = re.compile(r"(?i)(?:^|[^a-z])te?mp(?:_|dir|path|folder|orary|[^a-z]|$)")
_DEEPEST = 5


class OrderFlow:
    """Follows values without a fixed order. `quiet`: printed lines do not count, as those of progress."""

    def __init__(self, model: CodeModel, quiet: bool = False, ties: bool = False) -> None:
        self.model = model
        self.quiet = quiet
        self._ties = ties
        self._followed: set[tuple[Key, str]] = set()
        self._origin: ast.expr | ast.arg | None = None
        self._loops = LoopBodies(self)

    def first(self, node: ast.expr, shape: str) -> Use | None:
        """The first use of an expression's value that fixes an order; None where nothing shows one."""
        self._followed = set()
        self._origin = node
        return self.use(node, shape, 0)

    def first_of_name(self, key: Key, origin: ast.expr | ast.arg, shape: str) -> Use | None:
        """As `first`, for the value that a name gets at `origin`."""
        self._followed = set()
        self._origin = origin
        return self.follow(key, shape, 0)

    def _is_before(self, node: ast.expr) -> bool:
        """Whether a name is read in the same function before the value exists."""
        origin = self._origin
        return (
            origin is not None
            and node.lineno < origin.lineno
            and self.model.function(node) is self.model.function(origin)
        )

    def use(self, node: ast.expr, shape: str, depth: int) -> Use | None:
        """As `first`, for a value that was reached in `depth` steps."""
        parent = self.model.parents[node]
        if depth > _DEEPEST:
            return None
        if isinstance(parent, ast.Call):
            return self._argument(parent, node, shape, depth)
        if isinstance(parent, ast.keyword):
            call = self.model.parents[parent]
            named = isinstance(call, ast.Call) and self.model.name(call.func) in _WRITERS
            return Use("is serialised", node) if named and shape == SEQUENCE else None
        if isinstance(parent, ast.Attribute):
            return self._method(parent, shape, depth)
        if isinstance(parent, ast.comprehension):
            return self._comprehension(parent, node, shape, depth)
        if isinstance(parent, (ast.For, ast.AsyncFor)):
            return self._loops.first(parent, depth) if parent.iter is node else None
        if isinstance(parent, ast.stmt):
            return self._statement(parent, node, shape, depth)
        if isinstance(parent, ast.withitem):
            targets = [parent.optional_vars] if parent.optional_vars is not None else []
            return self._assigned(targets, node, shape, depth)
        return self._expression(parent, node, shape, depth)

    # -- statements and operators ----------------------------------------------------------------------------

    def _statement(self, parent: ast.stmt, node: ast.expr, shape: str, depth: int) -> Use | None:
        if isinstance(parent, ast.Return):
            kept = shape != SEQUENCE or self._is_inner(parent) or is_sorted_by_callers(self.model, parent)
            return None if kept else Use("is returned", node)
        if isinstance(parent, ast.Assign) and parent.value is node:
            return self._assigned(parent.targets, node, shape, depth)
        if isinstance(parent, (ast.AnnAssign, ast.AugAssign)) and parent.value is node:
            if isinstance(parent, ast.AugAssign) and (
                shape != SEQUENCE or not isinstance(parent.op, ast.Add)
            ):
                return None
            return self._assigned([parent.target], node, shape, depth)
        return None

    def _assigned(self, targets: list[ast.expr], node: ast.expr, shape: str, depth: int) -> Use | None:
        for target in targets:
            if isinstance(target, (ast.Tuple, ast.List)):
                return Use("is unpacked by position", node) if len(target.elts) > 1 else None
            key = self.model.key(target)
            use = self.follow(key, shape, depth + 1) if key is not None else None
            if use is not None:
                return use
        return None

    def _expression(self, parent: ast.AST, node: ast.expr, shape: str, depth: int) -> Use | None:
        if isinstance(parent, (ast.Yield, ast.YieldFrom)):
            ordered = shape == SEQUENCE or isinstance(parent, ast.YieldFrom)
            return Use("is yielded", node) if ordered and not self._is_inner(parent) else None
        if isinstance(parent, ast.FormattedValue):
            return None if texts.is_contained(self.model, parent) else Use("is put into a text", node)
        if isinstance(parent, ast.Subscript):
            return self._subscript(parent, node, shape, depth)
        if isinstance(parent, ast.Starred):
            return self._starred(parent, depth)
        if isinstance(parent, ast.BinOp):
            return self._operation(parent, node, shape, depth)
        if isinstance(parent, ast.Compare):
            return self._compared(parent, node, shape)
        return self._passed(parent, node, shape, depth)

    def _passed(self, parent: ast.AST, node: ast.expr, shape: str, depth: int) -> Use | None:
        """Expressions whose value is the value of a part."""
        if isinstance(parent, ast.NamedExpr):
            key = self.model.key(parent.target)
            assigned = self.follow(key, shape, depth + 1) if key is not None else None
            return assigned or self.use(parent, shape, depth + 1)
        if isinstance(parent, ast.IfExp) and parent.test is node:
            return None
        if isinstance(parent, (ast.IfExp, ast.BoolOp, ast.Await)):
            return self.use(parent, shape, depth + 1)
        if isinstance(parent, (ast.Tuple, ast.List, ast.Dict)):
            return self._contained(parent, node, shape, depth)
        return None

    def _contained(
        self, whole: ast.Tuple | ast.List | ast.Dict, node: ast.expr, shape: str, depth: int
    ) -> Use | None:
        """The use of a value that is an element of another: each target gets its own in `a, b = x, y`."""
        around = self.model.parents[whole]
        target = around.targets[0] if isinstance(around, ast.Assign) else None
        if isinstance(whole, (ast.Tuple, ast.List)) and isinstance(target, (ast.Tuple, ast.List)):
            at = whole.elts.index(node)
            return self._assigned(target.elts[at : at + 1], node, shape, depth)
        if shape != SEQUENCE:
            return None
        if isinstance(around, (ast.Return, ast.Tuple, ast.List, ast.Dict)):
            return Use("is returned", node) if self._is_returned(whole) else None
        is_written = isinstance(around, ast.Call) and self.model.name(around.func) in _WRITERS
        return Use("is serialised", node) if is_written else None

    def _is_returned(self, node: ast.expr) -> bool:
        """Whether an expression is part of a literal that is returned."""
        parent = self.model.parents[node]
        if isinstance(parent, (ast.Tuple, ast.List, ast.Dict)):
            return self._is_returned(parent)
        return isinstance(parent, ast.Return)

    def _operation(self, parent: ast.BinOp, node: ast.expr, shape: str, depth: int) -> Use | None:
        if isinstance(parent.op, ast.Mod) and parent.right is node:
            template = first_operand(parent)
            is_text = isinstance(template, ast.Constant) and isinstance(template.value, str)
            shown = is_text and not texts.is_contained(self.model, parent)
            return Use("is put into a text", node) if shown else None
        if shape == SET and isinstance(parent.op, ast.Sub) and parent.right is node:
            return None
        is_joined = shape == SET or isinstance(parent.op, ast.Add)
        return self.use(parent, shape, depth + 1) if is_joined else None

    def _compared(self, parent: ast.Compare, node: ast.expr, shape: str) -> Use | None:
        if shape != SEQUENCE or not isinstance(parent.ops[0], (ast.Eq, ast.NotEq)):
            return None
        sides = (first_operand(parent), *parent.comparators)
        listed = [side for side in sides if isinstance(side, (ast.List, ast.Tuple)) and _are_distinct(side)]
        return Use("is compared with a list", node) if listed else None

    def _subscript(self, parent: ast.Subscript, node: ast.expr, shape: str, depth: int) -> Use | None:
        if shape != SEQUENCE or parent.value is not node or not isinstance(parent.ctx, ast.Load):
            return None
        if self.is_single(node) or self._is_temporary() or lengths.is_portion(self.model, parent):
            return None
        if isinstance(parent.slice, ast.Slice):
            whole = parent.slice.lower is None and parent.slice.upper is None
            loops = isinstance(self.model.parents[parent], (ast.For, ast.AsyncFor))
            return self.use(parent, shape, depth + 1) if whole or loops else Use("is cut by position", node)
        is_number = isinstance(parent.slice, (ast.Constant, ast.UnaryOp))
        is_number = is_number and not lengths.is_last_added(self.model, parent)
        return Use("has an element taken by position", node) if is_number else None

    def is_single(self, node: ast.expr) -> bool:
        """Whether the file shows that a name's value has one element."""
        return lengths.is_single(self.model, node)

    def _starred(self, parent: ast.Starred, depth: int) -> Use | None:
        around = self.model.parents[parent]
        if isinstance(around, (ast.List, ast.Tuple)):
            return self.use(around, SEQUENCE, depth + 1)
        if isinstance(around, ast.Call):
            return self._argument(around, parent, SEQUENCE, depth)
        return None

    def _comprehension(self, parent: ast.comprehension, node: ast.expr, shape: str, depth: int) -> Use | None:
        whole = self.model.parents[parent]
        if parent.iter is not node or isinstance(whole, ast.SetComp):
            return None
        if isinstance(whole, ast.DictComp):
            return through_mapping(self.use(whole, MAPPING, depth + 1))
        return self.use(whole, SEQUENCE, depth + 1) if isinstance(whole, ast.expr) else None

    # -- names -----------------------------------------------------------------------------------------------

    def follow(self, key: Key, shape: str, depth: int) -> Use | None:
        """The first use of a name's value that fixes an order; None where it is sorted in between."""
        if (key, shape) in self._followed or self.model.is_sorted(key):
            return None
        self._followed.add((key, shape))
        for node in self.model.loads[key]:
            use = None if self._is_before(node) else self.use(node, shape, depth)
            if use is not None:
                return use
        return None

    # -- calls -----------------------------------------------------------------------------------------------

    def _method(self, parent: ast.Attribute, shape: str, depth: int) -> Use | None:
        call = self.model.parents[parent]
        if not isinstance(call, ast.Call) or call.func is not parent:
            return None
        if shape == SET and parent.attr in _SET_METHODS:
            return self.use(call, SET, depth + 1)
        if shape == MAPPING and parent.attr in _VIEWS:
            return self.use(call, SEQUENCE, depth + 1)
        return self.use(call, shape, depth + 1) if parent.attr == "copy" else None

    def _argument(self, call: ast.Call, node: ast.expr, shape: str, depth: int) -> Use | None:
        name = self.model.name(call.func)
        if name.startswith("re."):
            return None
        if (
            name in ("max", "min")
            and self._ties
            and _leaves_ties(self.model, call)
            and not self._is_measured(call)
        ):
            return Use(f"decides ties of {name}()", call)
        if name == "next":
            return self._next(call, node) if shape == SEQUENCE else None
        if name in _HARMLESS or self.is_single(node):
            return None
        if name == "iter" and shape == SET and self._is_iterator(call):
            return None
        if name == "enumerate" and is_numbering(self.model, call):
            return Use("is numbered by position", call)
        if name in _THROUGH:
            return self.use(call, SEQUENCE, depth + 1)
        if name == "dict.fromkeys":
            return through_mapping(self.use(call, MAPPING, depth + 1))
        return self._shown(call, name, shape) or self._handed(call, shape, depth)

    def _next(self, call: ast.Call, node: ast.expr) -> Use | None:
        """The use of the first element, unless there is one only, or only whether there is one counts."""
        parts = [part for part in ast.walk(node) if isinstance(part, ast.expr)]
        single = any(self.is_single(part) or is_equality(part) for part in parts)
        harmless = single or self._is_tested(call) or self._is_temporary() or self.model.is_message(call)
        harmless = harmless or lengths.is_example(self.model, call) or lengths.is_worklist(self.model, node)
        return None if harmless else Use("has its first element taken", call)

    def _shown(self, call: ast.Call, name: str, shape: str) -> Use | None:
        """Texts, files and the terminal."""
        if name in _TEXTS:
            return None if texts.is_contained(self.model, call) else Use("is turned into a text", call)
        if name == "print":
            return None if self.quiet or texts.is_progress(call) else Use("is printed", call)
        if name in _WRITERS:
            ordered = keyword(call, "sort_keys")
            fixed = shape == MAPPING and isinstance(ordered, ast.Constant) and ordered.value is True
            harmless = fixed or (shape == SET and "json" in name) or self.model.is_message(call)
            return None if harmless else Use("is serialised", call)
        return None

    def _handed(self, call: ast.Call, shape: str, depth: int) -> Use | None:
        """Methods that take elements in their order."""
        attr = method(call)
        if attr == "join" and not self.model.name(call.func):
            characters = shape == SET and self._ties and _separator(call) in ("", b"")
            shown = characters or texts.is_contained(self.model, call) or self._is_pattern(call)
            return None if shown else Use("is joined into a text", call)
        if attr in ("writelines", "writerows"):
            return Use("is written", call)
        if attr in _DRAWS and shape == SEQUENCE and "seed" in self._seeds():
            return Use("is what a seeded generator draws from", call)
        if attr in _ADDERS and isinstance(call.func, ast.Attribute):
            if shape != SEQUENCE and attr in ("append", "insert", "appendleft"):
                return None
            key = self.model.key(call.func.value)
            return self.follow(key, SEQUENCE, depth + 1) if key is not None else None
        return None

    def _is_iterator(self, call: ast.Call) -> bool:
        """Whether a call is what `__iter__` of a collection returns."""
        function = self.model.function(call)
        return function is not None and function.name == "__iter__"

    def _is_inner(self, node: ast.AST) -> bool:
        """Whether a return or yield is that of a `repr`, or of the iteration over a collection."""
        function = self.model.function(node)
        is_iteration = function is not None and function.name in ("__iter__", "__dir__")
        return (is_iteration and self._ties) or self.model.is_message(node)

    def _is_tested(self, call: ast.Call) -> bool:
        """Whether it counts only if a call gives something."""
        parent = self.model.parents[call]
        if isinstance(parent, ast.BoolOp):
            return parent.values[-1] is not call or isinstance(
                self.model.parents[parent], (ast.If, ast.While)
            )
        return isinstance(parent, (ast.Compare, ast.UnaryOp, ast.If, ast.While, ast.Expr)) or (
            isinstance(parent, ast.Call) and self.model.name(parent.func) == "bool"
        )

    def _is_temporary(self) -> bool:
        """Whether the value is of a temporary directory, in which one file is expected."""
        return isinstance(self._origin, ast.Call) and _TEMPORARY.search(ast.unparse(self._origin)) is not None

    def _is_measured(self, call: ast.Call) -> bool:
        """Whether only the length of what a call gives counts."""
        parent = self.model.parents[call]
        return isinstance(parent, ast.Call) and self.model.name(parent.func) == "len"

    def _is_pattern(self, node: ast.Call) -> bool:
        """Whether a text becomes part of a regular expression."""
        if _separator(node) in ("|", b"|"):
            return True
        for parent in self.model.ancestors(node):
            if isinstance(parent, ast.Call) and self.model.name(parent.func).startswith("re."):
                return True
            if isinstance(parent, ast.stmt):
                return False
        return False

    def _seeds(self) -> set[str]:
        return {method(call) for call in self.model.calls()} & {"seed"}


def _separator(call: ast.Call) -> object:
    """The constant before `.join(…)`; None of others."""
    owner = call.func.value if isinstance(call.func, ast.Attribute) else None
    return owner.value if isinstance(owner, ast.Constant) else None


def _are_distinct(literal: ast.List | ast.Tuple) -> bool:
    """Whether a literal has several constants that all differ."""
    values = [repr(entry.value) for entry in literal.elts if isinstance(entry, ast.Constant)]
    return 1 < len(literal.elts) == len(values) == len(set(values))


def _leaves_ties(model: CodeModel, call: ast.Call) -> bool:
    """Whether the key of max() or min() is one value, so that elements may be equal in it; places in a list
    (`names.index`) are not.
    """
    key = keyword(call, "key")
    places = isinstance(key, ast.Attribute) and key.attr == "index"
    several = isinstance(key, ast.Lambda) and isinstance(key.body, ast.Tuple)
    return key is not None and not places and not several and not _gives_tuples(model, key)


def _gives_tuples(model: CodeModel, key: ast.expr) -> bool:
    """Whether a function of the file returns tuples."""
    functions = [entry for entry in model.functions() if isinstance(key, ast.Name) and entry.name == key.id]
    returns = [part for entry in functions for part in ast.walk(entry) if isinstance(part, ast.Return)]
    return bool(returns) and all(isinstance(part.value, ast.Tuple) for part in returns)
