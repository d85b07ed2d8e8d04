"""Rules about tasks and threads: shared data without a lock, threads that no code waits for."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from gitprov.checks.nondeterminism.hazard import Uncertainty
from gitprov.checks.nondeterminism.python.loops import SEQUENCE, inside
from gitprov.checks.nondeterminism.python.model import CodeModel, end, keyword, method, terminal
from gitprov.checks.nondeterminism.python.order import OrderFlow

_GATHERS = frozenset({"asyncio.gather", "asyncio.wait", "asyncio.as_completed", "asyncio.create_task"})
_THREADS = frozenset({"threading.Thread", "threading.Timer", "_thread.start_new_thread"})
_POOL_METHODS = frozenset({"submit", "map", "apply_async", "map_async", "starmap", "imap", "run_in_executor"})
_FILLS = frozenset({"append", "extend", "insert", "appendleft"})
_GUARDS = ("lock", "mutex", "semaphore", "condition", "sem", "guard", "cond")
_TIMES = re.compile(r"time|elapsed|duration")
"""Names of measurements, which differ from run to run anyway."""
_REPEATED = (ast.For, ast.AsyncFor, ast.While, ast.comprehension, ast.ListComp, ast.GeneratorExp, ast.SetComp,
             ast.DictComp)  # fmt: skip
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef, ast.Module)
Function = ast.FunctionDef | ast.AsyncFunctionDef


class _OuterChange(NamedTuple):
    """A change of data outside the function that makes it. `text`: what is changed, and how."""

    node: ast.expr | ast.stmt
    text: str


def gathered(model: CodeModel) -> Iterator[Uncertainty]:
    """Coroutines that run at once and change the same data around an await."""
    table: dict[str, list[Function]] = defaultdict(list)
    for entry in model.functions():
        if isinstance(entry, ast.AsyncFunctionDef):
            table[entry.name].append(entry)
    started: dict[Function, None] = {}
    for call in model.calls():
        if model.name(call.func) in _GATHERS or method(call) == "create_task":
            parts = [part.func for part in ast.walk(call) if isinstance(part, ast.Call)]
            functions = [_function_of(model, part, table.get(terminal(part), [])) for part in parts]
            started.update(dict.fromkeys(function for function in functions if function is not None))
    for function in started:
        for change in _changes_around_await(model, function):
            yield Uncertainty(
                "gather-shared", change.node.lineno, end(change.node), f"{function.name}() {change.text}"
            )


def _function_of(model: CodeModel, node: ast.expr, functions: list[Function]) -> Function | None:
    """Of several functions of a name the one that an expression means: that of the scope which binds the
    name, or of the class for `self.name`. Where that has none, the last.
    """
    key = model.key(node)
    for function in reversed(functions):
        around = next((parent for parent in model.ancestors(function) if isinstance(parent, _SCOPES)), None)
        if key is not None and around is key[0]:
            return function
    return functions[-1] if functions else None


def _changes_around_await(model: CodeModel, function: Function) -> Iterator[_OuterChange]:
    """Changes of data that other tasks may change in between. Between two awaits nothing else runs."""
    flow = OrderFlow(model)
    awaits = [node.lineno for node in inside(function.body) if isinstance(node, ast.Await)]
    for change in _changes(model, function):
        if isinstance(change.node, ast.AugAssign):
            if any(isinstance(part, ast.Await) for part in ast.walk(change.node.value)):
                yield change._replace(text=f"{change.text} across an await")
        elif isinstance(change.node, ast.Call) and any(line <= change.node.lineno for line in awaits):
            key = model.key(change.node.func.value) if isinstance(change.node.func, ast.Attribute) else None
            if key is None or (not model.is_sorted(key) and flow.first_of_name(key, change.node, SEQUENCE)):
                yield change._replace(text=f"{change.text} in the order in which tasks end")


def threaded(model: CodeModel) -> Iterator[Uncertainty]:
    """Functions that run in threads and change data outside themselves without a lock."""
    table: dict[str, list[Function]] = defaultdict(list)
    for entry in model.functions():
        table[entry.name].append(entry)
    started: dict[Function, list[ast.Call]] = defaultdict(list)
    uses_pool = any(name.startswith(("concurrent", "multiprocessing", "threading")) for name in model.imports)
    for call in model.calls():
        target = _target(model, call, uses_pool)
        function = (
            _function_of(model, target, table.get(terminal(target), [])) if target is not None else None
        )
        if function is not None:
            started[function].append(call)
    for function, calls in started.items():
        for change in _changes(model, function):
            if (
                isinstance(change.node, ast.AugAssign)
                and not _TIMES.search(terminal(change.node.target))
                and not _is_alone(model, calls, change.node)
            ):
                yield Uncertainty(
                    "thread-shared", change.node.lineno, end(change.node), f"{function.name}() {change.text}"
                )


def _is_alone(model: CodeModel, calls: list[ast.Call], change: ast.AugAssign) -> bool:
    """Whether an object starts its method in one thread, and no other method adds to the same attribute."""
    key = model.key(change.target)
    target = keyword(calls[0], "target")
    if key is None or len(calls) > 1 or model.name(calls[0].func) not in _THREADS:
        return False
    if not isinstance(target, ast.Attribute) or model.key(target) is None:
        return False
    if any(isinstance(parent, _REPEATED) for parent in model.ancestors(calls[0])):
        return False
    function = model.function(change)
    others = (node for node in model.kinds[ast.AugAssign] if isinstance(node, ast.AugAssign))
    return all(model.key(node.target) != key or model.function(node) is function for node in others)


def _target(model: CodeModel, call: ast.Call, uses_pool: bool) -> ast.expr | None:
    """The function that a call runs in a thread."""
    if model.name(call.func) in _THREADS:
        return keyword(call, "target") or (call.args[1] if len(call.args) > 1 else None)
    if uses_pool and method(call) in _POOL_METHODS and not model.name(call.func) and call.args:
        at = 1 if method(call) == "run_in_executor" and len(call.args) > 1 else 0
        return call.args[at]
    return None


def _changes(model: CodeModel, function: Function) -> Iterator[_OuterChange]:
    """Changes of names, items and attributes from outside a function, without a lock around them."""
    for node in inside(function.body):
        if isinstance(node, ast.AugAssign):
            text = _outer_name(model, function, node.target)
            if text and not _is_guarded(model, node, function):
                yield _OuterChange(node, f"changes {text}")
        elif isinstance(node, ast.Call) and method(node) in _FILLS and isinstance(node.func, ast.Attribute):
            text = _outer_name(model, function, node.func.value)
            if text and not _is_guarded(model, node, function):
                yield _OuterChange(node, f"adds to {text}")


def _outer_name(model: CodeModel, function: Function, node: ast.expr) -> str:
    """The name of data that outlives a function: of an outer scope, or an attribute of self; "" of others."""
    if isinstance(node, ast.Subscript):
        return _outer_name(model, function, node.value)
    if isinstance(node, ast.Attribute):
        owner = node.value
        return f"self.{node.attr}" if isinstance(owner, ast.Name) and owner.id == "self" else ""
    if not isinstance(node, ast.Name):
        return ""
    scope = model.binder(node)
    return node.id if scope is not None and scope is not function else ""


def _is_guarded(model: CodeModel, node: ast.AST, function: Function) -> bool:
    for parent in model.ancestors(node):
        if parent is function:
            return _locks(function)
        if isinstance(parent, (ast.With, ast.AsyncWith)):
            names = [terminal(item.context_expr).lower() for item in parent.items]
            if any(guard in name for name in names for guard in _GUARDS):
                return True
    return False


def _locks(function: Function) -> bool:
    """Whether a function takes a lock by a call."""
    return any(isinstance(node, ast.Call) and method(node) == "acquire" for node in inside(function.body))


def unjoined(model: CodeModel) -> Iterator[Uncertainty]:
    """Threads that are started, and whose end nothing waits for."""
    joins = any(method(call) == "join" and not _joins_text(call) for call in model.calls())
    events = any(method(call) in ("wait", "task_done", "setDaemon") for call in model.calls())
    if joins or events or any(method(call) in ("serve_forever", "run_forever") for call in model.calls()):
        return
    daemons = any(
        isinstance(node, ast.Attribute) and node.attr == "daemon" and isinstance(node.ctx, ast.Store)
        for node in model.kinds[ast.Attribute]
    )
    starts = [call for call in model.calls() if method(call) == "start"]
    for call in model.calls():
        if model.name(call.func) != "threading.Thread" or not starts or daemons:
            continue
        service = keyword(call, "daemon")
        is_service = service is not None and not (isinstance(service, ast.Constant) and not service.value)
        harmless = is_service or isinstance(model.parents[call], ast.Return) or _is_kept(model, call)
        if not harmless and _answers_after(model, call):
            yield Uncertainty("thread-join", call.lineno, end(call), "threading.Thread()")


def _answers_after(model: CodeModel, call: ast.Call) -> bool:
    """Whether the function that starts a thread returns a value afterwards, which the thread may change."""
    function = model.function(call)
    returns = [node for node in inside(function.body) if isinstance(node, ast.Return)] if function else []
    return any(node.value is not None and node.lineno > call.lineno for node in returns)


def _is_kept(model: CodeModel, call: ast.Call) -> bool:
    """Whether a thread is put into an attribute or a container, where others can wait for it."""
    parent = model.parents[call]
    if not isinstance(parent, ast.Assign):
        return not isinstance(parent, (ast.Attribute, ast.Expr))
    names = [target for target in parent.targets if isinstance(target, ast.Name)]
    keys = [key for key in map(model.key, names) if key is not None]
    users = [model.parents[load] for key in keys for load in model.loads[key]]
    return len(names) < len(parent.targets) or any(not isinstance(user, ast.Attribute) for user in users)


def _joins_text(call: ast.Call) -> bool:
    """Whether `.join` puts texts or paths together."""
    owner = call.func.value if isinstance(call.func, ast.Attribute) else None
    first = call.args[0] if call.args else None
    is_time = isinstance(first, ast.Constant) and isinstance(first.value, (int, float))
    return isinstance(owner, ast.Constant) or (first is not None and not is_time)
