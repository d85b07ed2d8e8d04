"""Calls of two versions of a function with the same inputs."""

from __future__ import annotations

import inspect
import random
from collections.abc import Callable
from contextlib import redirect_stdout
from functools import wraps
from itertools import islice
from typing import Any, NamedTuple

from gitprov.behaviour.canonical import canonical
from gitprov.testing.observation.environment import Flooded, Hung, Output, limited

_MOST = 1000
_PATIENCE = 10


class Effects(NamedTuple):
    """What a call did: the value that it returned, its output, and its arguments where it changed them.

    `yielded`: the value is the elements of a generator.
    """

    returned: Any
    stdout: str
    arguments: Any
    yielded: bool


class Settled(NamedTuple):
    """A value that is there. `yielded`: it is the elements of a generator."""

    value: Any
    yielded: bool


class Unrunnable(BaseException):
    """A call cannot be judged, for the reason in the message."""


class Endless(BaseException):
    """A call did not end in time. No `except Exception` of Hypothesis or of the code catches it."""

    def __init__(self, args_of_call: tuple[Any, ...], hung: tuple[bool, bool]) -> None:
        super().__init__()
        self.args_of_call, self.hung = args_of_call, hung


class Trial:
    """Both versions, as functions that start each call from the same seed, end it in time and return its
    effects as well. `inputs` counts distinct ones, `returned` calls without an exception; `small` is whether
    numbers are small at present. A call may take `seconds` of processor time.
    """

    def __init__(self, old: Callable[..., Any], new: Callable[..., Any], seconds: float) -> None:
        self.seconds = seconds
        self.inputs: set[str] = set()
        self.returned = 0
        self.small = True
        self._hung = False
        self.old, self.new = self._timed(old, new=False), self._timed(new, new=True)
        surplus = _parameters(new)[len(_parameters(old)) :]
        if surplus and all(parameter.default is not parameter.empty for parameter in surplus):
            # The old version is not called with what only the new one takes.
            shared = _parameters(new)[: len(_parameters(old))]
            vars(self.new)["__signature__"] = inspect.Signature(shared)

    def note(self, *args: Any) -> None:
        """Count an input."""
        self.inputs.add(canonical(args).digest or str(len(self.inputs)))

    def _timed(self, function: Callable[..., Any], *, new: bool) -> Callable[..., Any]:
        @wraps(function)
        def call(*args: Any) -> Any:
            old_hung, self._hung = new and self._hung, False
            try:
                with limited(self.seconds * _PATIENCE), limited(self.seconds, processor=True):
                    value = _effects(function, args)
                self.returned += 1
            except Hung:
                value, self._hung = None, True
                if not (new or self.small):
                    raise Endless(args, (True, False)) from None
            except ModuleNotFoundError as error:
                raise Unrunnable(f"it needs the module {error.name}, which is not installed") from None
            except Flooded:
                raise Unrunnable("it prints more than is kept") from None
            except Exception:
                if old_hung:
                    raise Endless(args, (True, False)) from None
                raise
            if new and (old_hung or self._hung):
                raise Endless(args, (old_hung, self._hung))
            return value

        return call


def _parameters(function: Callable[..., Any]) -> list[inspect.Parameter]:
    """The parameters that are not only named."""
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return [row for row in inspect.signature(function).parameters.values() if row.kind in kinds]


def _effects(function: Callable[..., Any], args: tuple[Any, ...]) -> Effects:
    random.seed(0)
    before = canonical(args).digest
    with redirect_stdout(Output()) as out:
        result = settled(function(*args))
    changed = canonical(args).digest != before
    return Effects(result.value, out.getvalue(), args if changed else None, result.yielded)


def settled(value: Any) -> Settled:
    """The value with a generator's elements and a coroutine's result in its place."""
    if inspect.isgenerator(value):
        return Settled(list(islice(value, _MOST)), yielded=True)
    if inspect.iscoroutine(value):
        import asyncio

        return Settled(asyncio.run(value), yielded=False)
    return Settled(value, yielded=False)
