"""Rules about the clock as data, and about texts that depend on time zone and locale."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from gitprov.checks.nondeterminism.hazard import Uncertainty
from gitprov.checks.nondeterminism.python.model import (
    CodeModel,
    Key,
    end,
    first_operand,
    keyword,
    method,
    parameters,
    terminal,
)
from gitprov.checks.nondeterminism.python.seams import is_default, is_factory, is_replaceable, labels

_CLOCKS = frozenset(
    {"time.time", "time.time_ns", "datetime.datetime.now", "datetime.datetime.utcnow",
     "datetime.datetime.today", "datetime.date.today", "django.utils.timezone.now", "pendulum.now",
     "pendulum.today", "arrow.now", "arrow.utcnow", "pandas.Timestamp.now", "pandas.Timestamp.utcnow"}
)  # fmt: skip
_CLOCKS_WITHOUT_ARGUMENTS = frozenset({"time.gmtime", "time.localtime", "time.ctime", "time.asctime"})
_FROZEN = frozenset({"freezegun", "time_machine", "pytest_freezer", "libfaketime"})
_TIMING = re.compile(
    r"^(?:.*_)?(?:t\d?|end|timestamp_start|t_?start|t_?end|start(?:ed|s|up)?|begin|began|tic|toc|deadline|timeout|elapsed|duration"
    r"|expir\w*|until|stop|dur|lag|latency|age|uptime|(?:sent|recv|received|request)_?time|[am]time|imported_at|last|last_\w+|start_?time|end_?time|started_at|start_ts|before|after)(?:_.*)?$"
)
_HANDED = re.compile(r"^(?:now|today|clock|at|current_?\w*|as_of|when|reference_?\w*|_now|\w*_now|now_\w*)$")
_FACTORY = re.compile(
    r"now|today|clock|time|stamp|date|milli|(?:^|_)(?:ms|ts|secs?|seconds|epoch|utc)(?:_|$)"
)
_IGNORED_CALLS = re.compile(r"^(?:sleep|utime|print|echo|secho|seed|Random|wait|wait_for|default_rng|touch)$")
_KEEPING = re.compile(
    r"^(?:append|add|insert\w*|put|set|push|write\w*|execute\w*|dumps?|save\w*|store\w*|update\w*|create\w*"
    r"|record\w*|extend|join|encode)$"
)
_PASSING_CALLS = frozenset({"int", "float", "round", "str", "abs", "max", "min", "repr", "format"})
_UNREPEATED = re.compile(
    r"nonce|salt|claims|(?:^| )(?:iat|exp|nbf)(?: |$)|event_dict|mkd?s?temp|(?:^|[ _-])te?mp(?:[ _-]|$)"
)
"""Values that are made to differ, or to expire."""
_DATED = re.compile(r"creat|updat|modif|publish|generat|timestamp|date|_at$")
_LOCAL = re.compile(r"local|offset|zone|tz|dst")
_CACHE = re.compile(r"(?i)(?:^|_)cached?(?:_|$)")
_ENTROPY = frozenset({"os.urandom", "secrets.token_bytes", "secrets.token_hex", "uuid.uuid4"})
_LIFE = re.compile(r"ttl|expir|lifetime|timeout|max_age|duration|delay|interval")
_CALENDAR = re.compile(r"%(?:-|#)?[cxX]")
_DEEPEST = 4
_PASSING = (
    ast.FormattedValue, ast.IfExp, ast.JoinedStr, ast.Tuple, ast.List, ast.BoolOp, ast.NamedExpr,
    ast.Subscript, ast.UnaryOp, ast.Await, ast.Starred,
)  # fmt: skip
"""Expressions whose value is, or has, the value of a part."""


def clocks(model: CodeModel) -> Iterator[Uncertainty]:
    """Readings of the clock that become data."""
    if any(name.partition(".")[0] in _FROZEN for name in model.imports):
        return
    flow = _ClockFlow(model)
    for call in model.calls():
        name = model.name(call.func)
        if not _is_clock(name, call):
            continue
        if is_default(model, call):
            yield Uncertainty("clock-default", call.lineno, end(call), f"{name}()")
        elif not _UNREPEATED.search(f"{labels(model, call)} {_texts(model, call)}") and not _is_handed_over(
            model, call
        ):
            how = flow.use(call, 0)
            if how:
                yield Uncertainty("clock", call.lineno, end(call), f"{name}() {how}")


def _texts(model: CodeModel, call: ast.Call) -> str:
    """The texts that a statement has beside a call, in lower case."""
    statement = model.statement(call)
    nodes = ast.walk(statement) if isinstance(statement, (ast.Assign, ast.Return)) else ()
    values = (node.value for node in nodes if isinstance(node, ast.Constant))
    return " ".join(value.lower() for value in values if isinstance(value, str))


def _is_handed_over(model: CodeModel, call: ast.Call) -> bool:
    return is_replaceable(model, call) or is_factory(model, call, _FACTORY)


def _is_clock(name: str, call: ast.Call) -> bool:
    if name == "time.strftime":
        return len(call.args) == 1
    return name in _CLOCKS or (name in _CLOCKS_WITHOUT_ARGUMENTS and not call.args)


class _ClockFlow:
    """Follows a reading of the clock to what it becomes."""

    def __init__(self, model: CodeModel) -> None:
        self._model = model

    def use(self, node: ast.expr, depth: int) -> str:
        """How a value becomes data, as "is stored"; "" where it does not: durations, log lines, deadlines."""
        parent = self._model.parents[node]
        if depth > _DEEPEST * 4 or self._model.is_message(node) or is_replaceable(self._model, node):
            return ""
        if isinstance(parent, ast.Attribute):
            outer = self._model.parents[parent]
            called = isinstance(outer, ast.Call) and outer.func is parent
            return self.use(outer if called and isinstance(outer, ast.Call) else parent, depth + 1)
        if isinstance(parent, ast.BinOp):
            return self._computed(parent, node, depth)
        if isinstance(parent, ast.Call):
            return self._argument(parent, node, depth)
        if isinstance(parent, ast.keyword):
            call = self._model.parents[parent]
            handed = (
                _HANDED.match(parent.arg or "") or _TIMING.match(parent.arg or "") or self._is_seconds(node)
            )
            is_ignored = isinstance(call, ast.Call) and _IGNORED_CALLS.match(terminal(call.func))
            return "" if handed or is_ignored else f"is passed on as {parent.arg}"
        if isinstance(parent, ast.stmt):
            return self._statement(parent, node, depth)
        if isinstance(parent, (ast.Dict, ast.Yield)):
            return "is stored" if isinstance(parent, ast.Dict) else "is yielded"
        return self.use(parent, depth + 1) if isinstance(parent, _PASSING) else ""

    def _computed(self, parent: ast.BinOp, node: ast.expr, depth: int) -> str:
        """Differences of two moments are durations; those of a moment and a span are moments."""
        other = first_operand(parent) if parent.right is node else parent.right
        if isinstance(parent.op, ast.Add) and _LIFE.search(ast.unparse(other).lower()):
            return ""
        if isinstance(parent.op, ast.Sub):
            span = isinstance(other, (ast.Constant, ast.BinOp)) or terminal(other) in (
                "timedelta",
                "relativedelta",
            )
            seconds = isinstance(node, ast.Call) and self._model.name(node.func).startswith("time.")
            if not span and (parent.right is node or seconds or self._is_moment(other)):
                return ""
        return self.use(parent, depth + 1)

    def _is_moment(self, node: ast.expr) -> bool:
        """Whether a name looks like an earlier reading of the clock, or is one."""
        key = self._model.key(node)
        values = self._model.bindings[key] if key is not None else []
        read = any(
            isinstance(value, ast.Call) and _is_clock(self._model.name(value.func), value) for value in values
        )
        return read or _TIMING.match(terminal(node).lower()) is not None

    def _argument(self, call: ast.Call, node: ast.expr, depth: int) -> str:
        name = self._model.name(call.func)
        function = terminal(call.func)
        if name in _PASSING_CALLS or name.startswith(("time.", "datetime.", "math.", "calendar.")):
            return self.use(call, depth + 1)
        if method(call) in ("strftime", "format", "isoformat", "join", "replace", "combine", "encode"):
            return self.use(call, depth + 1)
        keeps = _KEEPING.match(function) is not None or name.startswith(("hashlib.", "json.", "pickle."))
        return f"is passed to {function}()" if keeps and not self._hands_in(call, node) else ""

    def _hands_in(self, call: ast.Call, node: ast.expr) -> bool:
        """Whether the parameter that gets the value is a moment by its name."""
        function = terminal(call.func)
        for entry in self._model.functions():
            if entry.name == function and node in call.args:
                names = [
                    parameter.arg for parameter in parameters(entry) if parameter.arg not in ("self", "cls")
                ]
                at = call.args.index(node)
                return at < len(names) and bool(_HANDED.match(names[at]) or _TIMING.match(names[at]))
        return False

    def _statement(self, parent: ast.stmt, node: ast.expr, depth: int) -> str:
        if isinstance(parent, ast.Return):
            return "is returned"
        targets: list[ast.expr] = []
        if isinstance(parent, ast.Assign):
            targets = list(parent.targets)
        elif isinstance(parent, (ast.AnnAssign, ast.AugAssign)):
            targets = [parent.target]
        for target in targets:
            dated = _DATED.search(terminal(target)) is not None
            kept = isinstance(target, ast.Attribute) and self._is_seconds(node) and not dated
            how = "" if kept else self._assigned(target, depth)
            if how:
                return how
        return ""

    def _assigned(self, target: ast.expr, depth: int) -> str:
        if isinstance(target, ast.Name):
            key = self._model.key(target)
            harmless = _TIMING.match(target.id.lower()) or _CACHE.search(target.id)
            if key is None or depth > _DEEPEST or harmless or self._is_mixed(key):
                return ""
            uses = (self.use(node, depth + 1) for node in self._model.loads[key])
            return next(filter(None, uses), "")
        label = target
        if isinstance(target, ast.Subscript):
            named = isinstance(target.slice, ast.Constant)
            text = str(target.slice.value) if isinstance(target.slice, ast.Constant) else ""
            label = target.value
            if (named and _TIMING.match(text.lower())) or _CACHE.search(terminal(label)):
                return ""
        name = terminal(label)
        if _TIMING.match(_snake(name)) or self._is_measured(name) or self._measures_ages():
            return ""
        return "is stored"

    def _is_mixed(self, key: Key) -> bool:
        """Whether a name also gets random bytes: its value has to differ from all others."""
        for node in self._model.kinds[ast.AugAssign]:
            value = node.value if isinstance(node, ast.AugAssign) else None
            random = isinstance(value, ast.Call) and self._model.name(value.func) in _ENTROPY
            if random and isinstance(node, ast.AugAssign) and self._model.key(node.target) == key:
                return True
        return False

    def _is_seconds(self, node: ast.expr) -> bool:
        """Whether a value is a number of seconds as it is, of which durations are computed."""
        return isinstance(node, ast.Call) and self._model.name(node.func) in ("time.time", "time.time_ns")

    def _measures_ages(self) -> bool:
        """Whether the file subtracts moments from readings of the clock: they are kept for that."""
        for node in self._model.kinds[ast.BinOp]:
            if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub):
                now = first_operand(node)
                read = isinstance(now, ast.Call) and _is_clock(self._model.name(now.func), now)
                if read and isinstance(node.right, (ast.Name, ast.Attribute, ast.Subscript)):
                    return True
        return False

    def _is_measured(self, name: str) -> bool:
        """Whether the file computes a difference with an attribute or container, or compares it."""
        for kind in (ast.BinOp, ast.Compare):
            for node in self._model.kinds[kind]:
                if isinstance(node, ast.BinOp) and not isinstance(node.op, ast.Sub):
                    continue
                if any(terminal(part) == name for part in ast.walk(node) if isinstance(part, ast.Attribute)):
                    return True
        return False


# -- time zones and locales ----------------------------------------------------------------------------------


def naive_datetimes(model: CodeModel) -> Iterator[Uncertainty]:
    """Moments that are read in the machine's own time zone."""
    for call in model.calls():
        name = model.name(call.func)
        if name in ("datetime.datetime.fromtimestamp", "datetime.date.fromtimestamp"):
            local = len(call.args) == 1 and keyword(call, "tz") is None
        elif name in ("time.localtime", "time.ctime", "time.mktime"):
            local = bool(call.args)
        else:
            zone = method(call) == "astimezone" and not call.args and not call.keywords
            local = zone or (method(call) == "timestamp" and _is_naive(model, call))
        if (
            local
            and not model.is_message(call)
            and not _is_handed_over(model, call)
            and not _is_local(model, call)
        ):
            yield Uncertainty("naive-datetime", call.lineno, end(call), f"{name or '.' + method(call)}()")


def _is_local(model: CodeModel, call: ast.Call) -> bool:
    """Whether the function, by its name, returns local time, or it formats a log record."""
    function, owner = model.function(call), model.class_of(call)
    names = [entry.name for entry in (function, owner) if entry is not None]
    logged = any(ast.unparse(value).endswith("record.created") for value in call.args)
    return logged or "emit" in names or any(_LOCAL.search(name.lower()) for name in names)


def _is_naive(model: CodeModel, call: ast.Call) -> bool:
    """Whether `x.timestamp()` is asked of a datetime that is made without a time zone."""
    made = call.func.value if isinstance(call.func, ast.Attribute) else None
    if not isinstance(made, ast.Call):
        return False
    name = model.name(made.func)
    if name == "datetime.datetime":
        return len(made.args) < 8 and keyword(made, "tzinfo") is None
    template = made.args[1] if name == "datetime.datetime.strptime" and len(made.args) == 2 else None
    return isinstance(template, ast.Constant) and "%z" not in str(template.value).lower()


def locales(model: CodeModel) -> Iterator[Uncertainty]:
    """Texts that depend on the locale of the process."""
    for call in model.calls():
        how = _local_form(model, call)
        if how and not model.is_message(call):
            yield Uncertainty("locale-format", call.lineno, end(call), how)
    for node in model.kinds[ast.FormattedValue]:
        if isinstance(node, ast.FormattedValue) and node.format_spec is not None:
            match = _CALENDAR.search(ast.unparse(node.format_spec))
            if match and not model.is_message(node):
                yield Uncertainty("locale-format", node.lineno, end(node), f"a format with {match[0]}")


def _snake(name: str) -> str:
    """`lastPoll` as `last_poll`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def _is_start(model: CodeModel, call: ast.Call) -> bool:
    """Whether a call is made where a program starts, which takes over the user's locale."""
    function = model.function(call)
    return function is not None and "main" in function.name


def _local_form(model: CodeModel, call: ast.Call) -> str:
    """How a call uses the locale; "" where it does not."""
    name = model.name(call.func)
    if name == "locale.setlocale" and len(call.args) == 2 and not _is_start(model, call):
        wish = call.args[1]
        return 'setlocale(…, "")' if isinstance(wish, ast.Constant) and wish.value == "" else ""
    if name in ("locale.currency", "locale.format_string"):
        return f"{name}()"
    if method(call) != "strftime":
        return ""
    template = next((arg for arg in call.args if isinstance(arg, ast.Constant)), None)
    match = _CALENDAR.search(str(template.value)) if template is not None else None
    return f"strftime with {match[0]}" if match else ""
