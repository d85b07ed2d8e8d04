"""Which rule reads a value of which type. No library is imported for its types: names decide."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from itertools import islice
from math import isnan
from typing import Any, Protocol

from gitprov.behaviour import adapters, moments
from gitprov.behaviour.node import DICT, LIST, OBJECT, SCALAR, SET, Node, serial


class Reader(Protocol):
    """Reads the elements of a value; `drain` is how many of an iterator it takes, -1: none."""

    drain: int

    def node(self, value: object) -> Node:
        """The tree of an element."""
        ...

    def unknown(self, value: object, reason: str) -> Node:
        """The tree of a value that is not read, for this reason."""
        ...


Handler = Callable[[Reader, Any], Node]

_ADDRESS = re.compile(r" at 0x[0-9A-Fa-f]{4,16}(?![0-9A-Fa-f])")
_MOST_BITS = 10_000
_MOVED = ("pathlib.", "pandas.")
"""Modules that keep public classes in private modules, in some versions and not in others."""
_UNREAD = ("io.IOBase", "_io._IOBase", "builtins.coroutine")


def _whole(value: int) -> str:
    """A whole number in decimal digits; in hexadecimal ones where Python limits the length of the others."""
    return str(value) if value.bit_length() <= _MOST_BITS else hex(value)


def _real(value: float) -> str:
    return "nan" if isnan(value) else value.hex()


def _complex(value: complex) -> str:
    return f"{_real(value.real)} {_real(value.imag)}"


def _text(value: str) -> str:
    """A text without the addresses of objects that somebody's `repr` left in it."""
    return _ADDRESS.sub(" at 0x", value) if " at 0x" in value else value


SCALARS: dict[type, Callable[[Any], str]] = {
    type(None): lambda _: "",
    bool: str,
    int: _whole,
    float: _real,
    complex: _complex,
    str: _text,
    bytes: lambda value: value.decode("latin-1"),
    type(...): lambda _: "",
    type(NotImplemented): lambda _: "",
}
"""Exact types whose values have no elements, and their text."""


_NAMES: dict[type, str] = {}
_MOST_NAMES = 4096


def name_of(kind: type) -> str:
    """A type's qualified name as dotted words; the module is left out for built-in types."""
    name = _NAMES.get(kind)
    if name is None:
        if len(_NAMES) > _MOST_NAMES:
            _NAMES.clear()
        name = _NAMES[kind] = _name_of(kind)
    return name


def _name_of(kind: type) -> str:
    module = str(kind.__module__)
    name = kind.__qualname__.replace("<locals>.", "")
    if module.startswith(_MOVED):
        module = module.partition(".")[0]
    return re.sub(r"[^\w.]", "_", name if module == "builtins" else f"{module}.{name}")


def handler(kind: type) -> Handler:
    """The rule for values of exactly this type; a type without a rule gets one that says unknown."""
    names = [f"{base.__module__}.{base.__qualname__}" for base in kind.__mro__]
    adapter = next((adapters.REGISTRY[name] for name in names if name in adapters.REGISTRY), None)
    if adapter is not None:
        return _adapted(adapter)
    if "enum.Enum" in names:
        return _flag if "enum.Flag" in names else _member
    return _of_fields(kind) or _of_base(kind) or _of_names(kind, names)


def _of_base(kind: type) -> Handler | None:
    """The rule of a built-in type, or of a class derived from it."""
    for base in kind.__mro__:
        if base in _RULES:
            return _RULES[base] if base is kind else _subclass(_RULES[base])
        if base in SCALARS:
            return _scalar_subclass(base)
    return None


def _of_names(kind: type, names: list[str]) -> Handler:
    """The rule of a type of the standard library, of an iterator, or none."""
    for name in names:
        if name in _BY_NAME:
            return _BY_NAME[name]
    if hasattr(kind, "__next__") and not any(name in _UNREAD for name in names):
        return _iterator
    return _unknown


# -- sequences, sets, dicts ----------------------------------------------------------------------------------


def _list(read: Reader, value: Iterable[object]) -> Node:
    return Node(LIST, name_of(type(value)), "", tuple(map(read.node, value)))


def _set(read: Reader, value: Iterable[object]) -> Node:
    parts = sorted(map(read.node, value), key=serial)
    return Node(SET, name_of(type(value)), "", tuple(parts))


def _dict(read: Reader, value: Any) -> Node:
    pairs = [(read.node(key), read.node(item)) for key, item in value.items()]
    keys = [serial(key) for key, _ in pairs]
    order = tuple(sorted(range(len(keys)), key=keys.__getitem__))
    parts = tuple(part for at in order for part in pairs[at])
    return Node(DICT, name_of(type(value)), "", parts, () if order == tuple(range(len(order))) else order)


def _iterator(read: Reader, value: Any) -> Node:
    """The elements of an iterator; an exception that ended it is its last element."""
    if read.drain < 0:
        return read.unknown(value, "an iterator, which is not read here")
    tag = name_of(type(value))
    parts: list[Node] = []
    try:
        parts.extend(map(read.node, islice(value, read.drain)))
        more = next(value, parts)
    except Exception as error:  # noqa: BLE001 - whatever the code under test raises is what is observed
        return Node(LIST, tag, "", (*parts, read.node(error)))
    if more is not parts:
        parts.append(read.unknown(value, f"more than {read.drain:,} elements"))
    return Node(LIST, tag, "", tuple(parts))


# -- objects with fields -------------------------------------------------------------------------------------


def _object(value: object, fields: Iterable[tuple[str, Node]]) -> Node:
    parts = (part for name, node in fields for part in (Node(SCALAR, "str", name), node))
    return Node(OBJECT, name_of(type(value)), "", tuple(parts))


def _of_attributes(names: Iterable[str]) -> Handler:
    """A rule that reads these attributes in this order; absent ones are left out."""
    listed = tuple(names)

    def rule(read: Reader, value: object) -> Node:
        present = [(name, getattr(value, name)) for name in listed if hasattr(value, name)]
        return _object(value, [(name, read.node(item)) for name, item in present])

    return rule


def _of_fields(kind: type) -> Handler | None:
    """The rule of a type that lists its fields: dataclass, attrs, msgspec, pydantic, named tuple.

    The order in which a class defines its fields is no part of the value, but for a named tuple.
    """
    fields: Any = getattr(kind, "__dataclass_fields__", None)
    if fields is not None:
        names = (name for name, field in fields.items() if repr(field._field_type) == "_FIELD")  # noqa: SLF001
        return _of_attributes(sorted(names))
    fields = getattr(kind, "__attrs_attrs__", None)
    if fields is not None:
        return _of_attributes(sorted(field.name for field in fields))
    fields = getattr(kind, "__struct_fields__", None)
    if fields is not None:
        return _of_attributes(sorted(fields))
    if any(f"{base.__module__}.{base.__qualname__}" in _MODELS for base in kind.__mro__):
        return _model
    if issubclass(kind, tuple) and isinstance(getattr(kind, "_fields", None), tuple):
        return _of_attributes(getattr(kind, "_fields", ()))
    return None


_MODELS = ("pydantic.main.BaseModel", "pydantic.v1.main.BaseModel")


def _model(read: Reader, value: Any) -> Node:
    """A pydantic model: its declared fields and those that it allowed besides."""
    extra = getattr(value, "__pydantic_extra__", None) or {}
    items = sorted({**value.__dict__, **extra}.items())
    return _object(value, [(name, read.node(item)) for name, item in items])


def _namespace(read: Reader, value: Any) -> Node:
    return _object(value, [(name, read.node(item)) for name, item in sorted(value.__dict__.items())])


def _flag(read: Reader, value: Any) -> Node:
    """A flag by its value alone: versions of Python disagree about the names of combined flags."""
    return _object(value, [("value", read.node(int(value.value)))])


def _exception(read: Reader, value: BaseException) -> Node:
    """Type, arguments and cause; the traceback is not part of it."""
    fields = [("args", read.node(value.args))]
    if value.__cause__ is not None:
        fields.append(("cause", read.node(value.__cause__)))
    return _object(value, fields)


def _scalar_subclass(base: Any) -> Handler:
    """The rule of a class derived from `int`, `str` and the like: the class, and the plain value."""

    def rule(_read: Reader, value: Any) -> Node:
        plain = base.__str__(value) if base is str else base(value)
        return _object(value, [("value", Node(SCALAR, base.__name__, SCALARS[base](plain)))])

    return rule


def _subclass(rule: Handler) -> Handler:
    """The rule of a class derived from a container: its elements, and its attributes where it has some."""

    def derived(read: Reader, value: Any) -> Node:
        node = rule(read, value)
        attributes = getattr(value, "__dict__", None)
        if not attributes or isinstance(value, BaseException | type):
            return node
        return _object(value, [("attributes", read.node(dict(attributes))), ("value", node)])

    return derived


def _adapted(adapter: adapters.Adapter) -> Handler:
    def rule(read: Reader, value: object) -> Node:
        return _object(value, [(name, read.node(item)) for name, item in adapter(value).items()])

    return rule


# -- scalars of the standard library -------------------------------------------------------------------------


def _as_text(text: Callable[[Any], str], tag: str = "") -> Handler:
    def rule(_read: Reader, value: object) -> Node:
        return Node(SCALAR, tag or name_of(type(value)), text(value))

    return rule


def _fraction(value: Any) -> str:
    return f"{_whole(value.numerator)}/{_whole(value.denominator)}"


def _posix(value: Any) -> str:
    return str(value.as_posix())


def _array(read: Reader, value: Any) -> Node:
    return _object(value, [("typecode", read.node(value.typecode)), ("items", read.node(value.tolist()))])


def _unknown(read: Reader, value: object) -> Node:
    return read.unknown(value, "no rule for values of this type")


_member = _of_attributes(("name", "value"))
_range = _of_attributes(("start", "stop", "step"))
_EMPTY: dict[object, object] = {}
_VIEWS: tuple[type, ...] = (type(_EMPTY.keys()), type(_EMPTY.values()), type(_EMPTY.items()))

_RULES: dict[type, Handler] = {
    list: _list,
    tuple: _list,
    set: _set,
    frozenset: _set,
    dict: _dict,
    BaseException: _exception,
    bytearray: _as_text(lambda value: bytes(value).decode("latin-1")),
    memoryview: _as_text(lambda value: value.tobytes().decode("latin-1")),
    range: _range,
    slice: _range,
    type: _as_text(name_of, "type"),
    **dict.fromkeys(_VIEWS, _list),
}
"""Built-in types with elements; classes derived from them are read in the same way, under their own names."""

_BY_NAME: dict[str, Handler] = {
    "decimal.Decimal": _as_text(str),
    "fractions.Fraction": _as_text(_fraction),
    "datetime.datetime": _as_text(moments.moment),
    "datetime.date": _as_text(lambda value: value.isoformat()),
    "datetime.time": _as_text(moments.time_of_day),
    "datetime.timedelta": _as_text(moments.duration),
    "datetime.tzinfo": _as_text(moments.zone),
    "uuid.UUID": _as_text(str),
    "pathlib.PosixPath": _as_text(_posix, "pathlib.Path"),
    "pathlib.WindowsPath": _as_text(_posix, "pathlib.Path"),
    "pathlib._local.PosixPath": _as_text(_posix, "pathlib.Path"),
    "pathlib._local.WindowsPath": _as_text(_posix, "pathlib.Path"),
    "pathlib.PurePath": _as_text(_posix),
    "pathlib._local.PurePath": _as_text(_posix),
    "ipaddress._IPAddressBase": _as_text(str),
    "re.Pattern": _of_attributes(("pattern", "flags")),
    "collections.deque": _list,
    "collections.UserList": _list,
    "collections.UserDict": _dict,
    "collections.ChainMap": _dict,
    "builtins.mappingproxy": _dict,
    "array.array": _array,
    "types.SimpleNamespace": _namespace,
}
"""Types of the standard library by name, so that none of its modules is imported for them."""
