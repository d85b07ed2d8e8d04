"""Named tuples that are made fast are those of `typing` in all that the product uses."""

from __future__ import annotations

import pickle
import typing
from collections.abc import Callable
from typing import Any

import pytest

from gitprov.model import named

#: Few fields, with defaults, a field named like a method of tuples, and more fields than a ready constructor has.
SOURCES = {
    "Empty": "pass",
    "Pair": "'Two of them.'\n    x: int\n    y: 'list[int]'",
    "Counted": "x: int\n    count: int = 3\n    index: str = 'a'\n    @property\n    def next(self): return self.x + 1",
    "Wide": "\n    ".join(f"f{n}: int" for n in range(10)) + "\n    last: int = 10\n    more: int = 11",
}


def made(base: type, name: str) -> Any:  # a class of either kind
    """The class of this name as a subclass of `base`."""
    space = {"NamedTuple": base, "__name__": __name__}
    exec(f"class {name}(NamedTuple):\n    {SOURCES[name]}\n", space)  # noqa: S102 - a text above
    return space[name]


def outcome(call: Callable[[Any], object], kind: type) -> object:
    """What a call returns for a class, or the type and text of what it raises."""
    try:
        return call(kind)
    except (TypeError, ValueError, AttributeError) as error:
        return type(error), str(error)


@pytest.mark.parametrize("name", SOURCES)
def test_fast_classes_are_those_of_typing(name: str) -> None:
    """Construction, errors, text, fields, copies and comparison are the same for both kinds of class."""
    fast, slow = (made(base, name) for base in (named.NamedTuple, typing.NamedTuple))
    size = len(fast._fields)
    calls: list[Callable[[Any], object]] = [
        lambda kind: kind(*range(size)),
        lambda kind: kind(*range(size))._replace(**dict.fromkeys(kind._fields[:1], "new")),
        lambda kind: kind(**dict.fromkeys(kind._fields, 1)),
        lambda kind: kind(*range(size - len(kind._field_defaults))),
        lambda kind: kind(*range(size + 1)),
        lambda kind: kind(unknown=1),
        lambda kind: kind._make(range(size)),
        lambda kind: kind._make(range(size + 1)),
        lambda kind: kind(*range(size))._replace(unknown=1),
        lambda kind: kind(*range(size))._asdict(),
        lambda kind: repr(kind(*range(size))),
        lambda kind: hash(kind(*range(size))),
        lambda kind: setattr(kind(*range(size)), "x", 1),
        lambda kind: (
            kind._fields,
            kind._field_defaults,
            kind.__match_args__,
            kind.__doc__ if size == 2 else "",
        ),
        lambda kind: (
            kind.__name__,
            kind.__module__,
            kind.__qualname__,
            kind.__new__.__name__,
            kind.__slots__,
        ),
        lambda kind: kind(1).next if name == "Counted" else None,
        lambda kind: hasattr(kind(*range(size)), "__dict__"),
    ]
    for call in calls:
        assert outcome(call, fast) == outcome(call, slow)
    assert type(fast) is type
    assert isinstance(fast(*range(size)), tuple)


class Kept(named.NamedTuple):
    """A value that can be found by name."""

    x: int
    y: str = "a"


def test_fast_values_can_be_stored() -> None:
    """A pickled value is the same value of the same class."""
    value = pickle.loads(pickle.dumps(Kept(1, "b")))  # noqa: S301 - from the line itself
    assert (value, type(value)) == (Kept(1, "b"), Kept)


def test_default_before_a_field_without() -> None:
    """A field without a default cannot follow one that has a default, as in `typing`."""
    for base in (named.NamedTuple, typing.NamedTuple):
        with pytest.raises(TypeError, match="default"):
            exec("class Odd(NamedTuple):\n    x: int = 1\n    y: int", {"NamedTuple": base, "__name__": "x"})  # noqa: S102
