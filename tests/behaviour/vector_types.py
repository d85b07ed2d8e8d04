"""Types of which the vectors make values. It runs on every Python from 3.10 on, without any library."""

import collections
import dataclasses
import enum
import typing


@dataclasses.dataclass
class Money:
    """An amount."""

    amount: object
    currency: str = "EUR"


@dataclasses.dataclass(frozen=True)
class Tag:
    """A word that a set can have."""

    word: str


@dataclasses.dataclass(slots=True)
class Slotted:
    """A dataclass without a dict."""

    x: int


class Point(typing.NamedTuple):
    """A named tuple."""

    x: float
    y: float


Pair = collections.namedtuple("Pair", "y x")  # noqa: PYI024 - the kind without types


class Colour(enum.Enum):
    """An enumeration."""

    RED = 1
    BLUE = "blue"


class Level(enum.IntEnum):
    """An enumeration of numbers."""

    LOW = 1


class Right(enum.Flag):
    """A flag."""

    READ = 1
    WRITE = 2


class Whole(int):
    """A number with a name of its own."""


class Words(str):
    """A text with a name of its own."""

    __slots__ = ()


class Bag(list):  # type: ignore[type-arg]
    """A list with an attribute."""


class Odd(Exception):
    """An exception of the project."""


def bag(*items: object, **attributes: object) -> Bag:
    """A bag with attributes."""
    made = Bag(items)
    made.__dict__.update(attributes)
    return made


def caused(error: BaseException, cause: BaseException) -> BaseException:
    """An exception with its cause."""
    error.__cause__ = cause
    return error


def cycle() -> list[object]:
    """A list that has itself."""
    made: list[object] = [1]
    made.append(made)
    return made


def counting(last: int, error: Exception | None = None) -> typing.Iterator[int]:
    """The numbers up to `last`, then perhaps an exception."""
    yield from range(last)
    if error is not None:
        raise error
