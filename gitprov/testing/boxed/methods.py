"""Methods and constructors as functions: the arguments of the constructor first, then those of the method."""

from __future__ import annotations

import enum
import functools
import inspect
from collections.abc import Callable, Iterator, Sequence
from types import CodeType, ModuleType
from typing import Any, NamedTuple

from gitprov.testing.boxed.inputs import hints_of
from gitprov.testing.boxed.trial import settled

_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
_SEVERAL = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


class MethodCall(NamedTuple):
    """What a method did: its value, and the fields of its object afterwards. A value that is the object
    itself is None.
    """

    value: Any
    object: dict[str, Any]


class _Filled(NamedTuple):
    """The parameters that get a value, in their order, and the annotations of these."""

    parameters: tuple[inspect.Parameter, ...]
    hints: dict[str, Any]
    by_name: frozenset[str]

    def call(self, function: Callable[..., Any], args: Sequence[Any]) -> Any:
        """Call `function`, which has these parameters, with a value for each."""
        pairs = [*zip((parameter.name for parameter in self.parameters), args, strict=True)]
        places = [value for name, value in pairs if name not in self.by_name]
        return function(*places, **{name: value for name, value in pairs if name in self.by_name})

    def at_most(self, count: int) -> _Filled:
        """Without the parameters behind the first `count`, where each of those has a default."""
        surplus = self.parameters[count:]
        needed = any(parameter.default is parameter.empty for parameter in surplus)
        return self if needed else self._replace(parameters=self.parameters[:count])


class ClassMember(NamedTuple):
    """A class with the name of a method or property, None for the constructor alone. `maker` are the
    parameters of the constructor, `rest` those of the method; None for what is read and not called.
    """

    kind: type
    name: str | None
    maker: _Filled
    rest: _Filled | None


def member_of(module: ModuleType, name: str) -> ClassMember | None:
    """The member that `Class` or `Class.method` names; None for what is called or read without an object:
    functions, values, static methods, class methods, enumerations.
    """
    front, _, method = name.partition(".")
    kind = getattr(module, front, None)
    if not inspect.isclass(kind) or issubclass(kind, enum.Enum):
        return None
    maker = _filled(kind, kind.__new__ if kind.__init__ is object.__init__ else kind.__init__)
    if not method:
        return ClassMember(kind, None, maker, None)
    member = inspect.getattr_static(kind, method, None)
    if member is None or isinstance(member, staticmethod | classmethod):
        return None
    called = not isinstance(member, property | functools.cached_property)
    return ClassMember(kind, method, maker, _filled(member, member, first=1) if called else None)


def value_of(module: ModuleType, name: str) -> Any:
    """The value of a dotted name in a module, None for nothing; an enumeration as a dictionary."""
    value: Any = module
    for part in name.split("."):
        value = getattr(value, part, None)
    if inspect.isclass(value) and issubclass(value, enum.Enum):
        return {member.name: member.value for member in value}
    return value


def class_values(kind: type) -> dict[str, Any]:
    """The plain values in the body of a class: numbers, texts and what is made of them."""
    plain = (bool, int, float, complex, str, bytes, list, tuple, dict, set, frozenset)
    return {
        name: value
        for name, value in vars(kind).items()
        if isinstance(value, plain) and not (name.startswith("__") and name.endswith("__"))
    }


def as_function(subject: ClassMember, other: ClassMember) -> Callable[..., Any]:
    """A function that makes an object, and calls the method or reads the property.

    Parameters with a default that the other version lacks are left to their default.
    """
    maker = subject.maker.at_most(len(other.maker.parameters))
    rest = subject.rest and subject.rest.at_most(len(other.rest.parameters) if other.rest else 0)
    count = len(maker.parameters)

    def call(*args: Any) -> MethodCall:
        target = maker.call(subject.kind, args[:count])
        value: Any = getattr(target, subject.name) if subject.name else None
        if rest is not None:
            value = settled(rest.call(value, args[count:])).value
        return MethodCall(None if value is target else value, _fields(target))

    rows = [(row, part.hints.get(row.name)) for part in (maker, rest) if part for row in part.parameters]
    hints: dict[str, Any] = {}
    for at, (parameter, hint) in enumerate(rows):
        hints[f"{parameter.name}_{at}" if parameter.name in hints else parameter.name] = hint
    made: Any = call
    made.__name__ = subject.kind.__name__
    made.__signature__ = inspect.Signature([inspect.Parameter(name, _POSITIONAL[0]) for name in hints])
    made.__annotations__ = {name: hint for name, hint in hints.items() if hint is not None}
    made.codes = tuple(_codes(subject))
    return call


def _filled(signed: Callable[..., Any], hinted: Callable[..., Any], first: int = 0) -> _Filled:
    """The parameters with an annotation or without a default, from number `first` on."""
    hints = hints_of(hinted)
    filled, by_name, whole = [], set(), True
    for parameter in [*inspect.signature(signed).parameters.values()][first:]:
        if parameter.kind in _SEVERAL:
            continue
        if parameter.name not in hints and parameter.default is not parameter.empty:
            whole = whole and parameter.kind not in _POSITIONAL
            continue
        filled.append(parameter)
        if parameter.kind not in _POSITIONAL or not whole:
            by_name.add(parameter.name)
    return _Filled(tuple(filled), hints, frozenset(by_name))


def _codes(subject: ClassMember) -> Iterator[CodeType]:
    """The code of the constructor and of the method, as far as it is Python."""
    for name in ("__init__", subject.name or "__new__"):
        member = inspect.getattr_static(subject.kind, name, None)
        code = getattr(inspect.unwrap(getattr(member, "fget", None) or member), "__code__", None)
        if code is not None:
            yield code


def _fields(target: object) -> dict[str, Any]:
    """The fields of an object, in its dictionary and in its slots."""
    slots = [name for kind in type(target).__mro__ for name in _names(kind)]
    fields = {name: getattr(target, name) for name in slots if hasattr(target, name)}
    return {**fields, **getattr(target, "__dict__", {})}


def _names(kind: type) -> Sequence[str]:
    slots = vars(kind).get("__slots__", ())
    names = (slots,) if isinstance(slots, str) else tuple(slots)
    return [name for name in names if name not in ("__dict__", "__weakref__")]
