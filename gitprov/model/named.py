"""`NamedTuple` like that of `typing`, whose classes are made in a third of the time (docs/adr/0038)."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING or sys.version_info >= (3, 14):
    # Python 3.14 evaluates annotations late, and only `typing` has the code for that.
    from typing import NamedTuple
else:
    from collections import _tuplegetter, namedtuple
    from types import FunctionType

    _new = tuple.__new__
    #: Number of fields → a compiled constructor, of which each class has a copy with the names of its fields.
    _CONSTRUCTORS = (
        lambda _cls: _new(_cls, ()),
        lambda _cls, a: _new(_cls, (a,)),
        lambda _cls, a, b: _new(_cls, (a, b)),
        lambda _cls, a, b, c: _new(_cls, (a, b, c)),
        lambda _cls, a, b, c, d: _new(_cls, (a, b, c, d)),
        lambda _cls, a, b, c, d, e: _new(_cls, (a, b, c, d, e)),
        lambda _cls, a, b, c, d, e, f: _new(_cls, (a, b, c, d, e, f)),
        lambda _cls, a, b, c, d, e, f, g: _new(_cls, (a, b, c, d, e, f, g)),
        lambda _cls, a, b, c, d, e, f, g, h: _new(_cls, (a, b, c, d, e, f, g, h)),
        lambda _cls, a, b, c, d, e, f, g, h, i: _new(_cls, (a, b, c, d, e, f, g, h, i)),
        lambda _cls, a, b, c, d, e, f, g, h, i, j: _new(_cls, (a, b, c, d, e, f, g, h, i, j)),
    )

    class _NamedValue(tuple):
        """What all named tuples have in common."""

        __slots__ = ()

        @classmethod
        def _make(cls, fields: object) -> _NamedValue:
            """A value with these fields in order. TypeError for a wrong number of them."""
            value = _new(cls, fields)
            if len(value) != len(cls._fields):
                raise TypeError(f"Expected {len(cls._fields)} arguments, got {len(value)}")
            return value

        def _replace(self, /, **fields: object) -> _NamedValue:
            """The value with other values of these fields. ValueError for a name that is no field."""
            value = _new(type(self), map(fields.pop, self._fields, self))
            if fields:
                raise ValueError(f"Got unexpected field names: {list(fields)!r}")
            return value

        def _asdict(self) -> dict[str, object]:
            """Field → value."""
            return dict(zip(self._fields, self, strict=True))

        def __repr__(self) -> str:
            fields = ", ".join(f"{name}={value!r}" for name, value in zip(self._fields, self, strict=True))
            return f"{type(self).__name__}({fields})"

        def __getnewargs__(self) -> tuple[object, ...]:
            return tuple(self)

    class _Maker(type):
        """Makes a subclass of `NamedTuple` an ordinary class of tuples, in one step."""

        def __new__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, object]) -> type:
            if not bases:
                return super().__new__(cls, name, bases, namespace)
            fields = tuple(namespace.get("__annotations__", ()))
            defaults = {field: namespace[field] for field in fields if field in namespace}
            if tuple(defaults) != fields[len(fields) - len(defaults) :]:
                raise TypeError(f"{name}: a field without a default follows one that has a default")
            new = _constructor(fields, tuple(defaults.values()))
            new.__qualname__ = f"{namespace['__qualname__']}.__new__"
            getters = {field: _tuplegetter(n, None) for n, field in enumerate(fields)}
            facts = {"__slots__": (), "__new__": new, "__match_args__": fields, "_fields": fields}
            return type(name, (_NamedValue,), {**namespace, **getters, **facts, "_field_defaults": defaults})

    def _constructor(fields: tuple[str, ...], defaults: tuple[object, ...]) -> FunctionType:
        if len(fields) < len(_CONSTRUCTORS):
            code = _CONSTRUCTORS[len(fields)].__code__
            # Like classes of `typing`, it has no source file.
            code = code.replace(co_varnames=("_cls", *fields), co_name="__new__", co_filename="<fields>")
            return FunctionType(code, globals(), "__new__", defaults)
        return namedtuple("wide", fields, defaults=defaults).__new__  # noqa: PYI024 - its constructor alone

    class NamedTuple(metaclass=_Maker):
        """The base of values: a subclass lists fields with types and defaults."""


__all__ = ["NamedTuple"]
