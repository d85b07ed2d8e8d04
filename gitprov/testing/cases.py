"""The decorators of cases: inputs for a callable or a command whose behaviour is kept in a baseline."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, NamedTuple, TypeVar

from gitprov.behaviour.difference import Tolerance

Function = TypeVar("Function", bound=Callable[..., Any])

MARK = "__gitprov_cases__"
"""The attribute of a callable that has its cases."""


class Case(NamedTuple):
    """One input. `args` and `keywords` are those of the call; of a command `args` are more arguments.

    `tolerance` compares numbers by closeness. `clock` is the moment at which the clock stands, ISO 8601.
    `stdin` and `files` (name → content) are what the code can read; `stderr` observes that stream too.
    `timeout` is in seconds.
    """

    args: tuple[Any, ...] = ()
    keywords: Mapping[str, Any] = {}
    id: str | None = None
    tolerance: Tolerance | None = None
    clock: str | None = None
    stdin: str = ""
    files: Mapping[str, str | bytes] = {}
    stderr: bool = False
    timeout: float = 10.0

    @property
    def name(self) -> str:
        """The name in the brackets of a node id: that of the author, else one made of the inputs."""
        if self.id is not None:
            from gitprov.model.untrusted.printed import clean

            return clean(self.id)
        from hashlib import sha256

        from gitprov.behaviour.canonical import canonical
        from gitprov.behaviour.text import render

        inputs = [*self.args, *self.keywords.values(), *([self.stdin] if self.stdin else [])]
        if not inputs:
            return "call"
        texts = [str(value) if isinstance(value, str) else render(canonical(value).node) for value in inputs]
        text = "-".join(texts)
        if re.fullmatch(r"[\w .,+*/=@-]{1,40}", text, re.ASCII):
            return text
        return sha256(repr((texts, sorted(self.files))).encode("utf-8", "surrogatepass")).hexdigest()[:10]


class CaseSet(NamedTuple):
    """The cases of a callable: those in the code, and files of cases. `code` is what they are about."""

    cases: tuple[Case, ...]
    files: tuple[str, ...]
    code: Any


class Command:
    """A command line whose output is observed; the arguments of a case come after its own.

    `{python}` as the first word is the Python that runs the tests. `code` is the file of its program; the
    trace is that of its lines.
    """

    def __init__(self, *argv: str, code: str | None = None) -> None:
        self.argv = argv
        self.code = code
        self.__name__ = "command"

    def __call__(self, *args: str) -> tuple[str, ...]:
        """The whole command line."""
        words = (*self.argv, *args)
        return (sys.executable, *words[1:]) if words[:1] == ("{python}",) else words


def command(*argv: str, code: str | None = None) -> Command:
    """A command line for cases: `check_sum = gitprov.case("a.txt", files={…})(gitprov.command("sum"))`."""
    return Command(*argv, code=code)


def case(
    *args: object,
    keywords: Mapping[str, Any] | None = None,
    id: str | None = None,  # noqa: A002 - as pytest.param names it
    tolerance: Tolerance | None = None,
    clock: str | None = None,
    stdin: str = "",
    files: Mapping[str, str | bytes] | None = None,
    stderr: bool = False,
    timeout: float = 10.0,
    of: Callable[..., Any] | None = None,
) -> Callable[[Function], Function]:
    """Add a case to a callable or a command; `args` and `keywords` are its input. See `Case` for the rest.

    `of` is the code that the case is about, where the callable is a test of other code. A callable that is
    imported from elsewhere stays as it is: the result is another one with the cases.
    """
    added = Case(args, keywords or {}, id, tolerance, clock, stdin, files or {}, stderr, timeout)
    return lambda function: _with(function, CaseSet((added,), (), of))


def cases(path: str, *, of: Callable[..., Any] | None = None) -> Callable[[Function], Function]:
    """Add the cases of a file of JSON lines; its path is relative to the file that has the callable, or to
    the directory in which the tests run.
    """
    return lambda function: _with(function, CaseSet((), (path,), of))


def of_callable(value: object) -> CaseSet | None:
    """The cases of a callable, None where it has none. Proxies that raise for every attribute have none."""
    try:
        marked = getattr(value, MARK, None)
    except Exception:  # noqa: BLE001 - any name of any test module gets here
        return None
    return marked if isinstance(marked, CaseSet) else None


def _with(function: Function, added: CaseSet) -> Function:
    before = of_callable(function)
    if before is None and _is_imported(function):
        function = _beside(function)
    old = before or CaseSet((), (), None)
    code = added.code or old.code
    setattr(function, MARK, CaseSet((*added.cases, *old.cases), (*added.files, *old.files), code))
    return function


def _is_imported(function: object) -> bool:
    """Whether the module that defines a callable is complete: then another module decorates it."""
    module = sys.modules.get(getattr(function, "__module__", None) or "")
    return getattr(module, getattr(function, "__name__", ""), None) is function


def _beside(function: Function) -> Function:
    @wraps(function)
    def same(*args: Any, **keywords: Any) -> Any:
        return function(*args, **keywords)

    return same  # type: ignore[return-value]
