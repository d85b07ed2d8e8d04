"""Checks of single settings. Each returns the value as the configuration holds it, or raises Wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from gitprov.model.named import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Wrong(ValueError):
    """A value that is invalid for its key; the text ends a sentence that begins with the key's name.

    `inside`: where in a table the value is, as a suffix of the key's name (`.deps.fail_on`).
    """

    def __init__(self, text: str, inside: str = "") -> None:
        super().__init__(text)
        self.inside = inside


class TableKey(NamedTuple):
    """One key of a table, for the checks and for the documentation; `type` is its type in words."""

    name: str
    type: str
    check: Callable[[object], Any]
    about: str


Check = Callable[[object], "Any"]
"""A check of one setting: its value as the configuration holds it, or Wrong."""


def checked(
    table: object, checks: Mapping[str, Check], place: str = "", tables: Sequence[str] = ()
) -> dict[str, Any]:
    """Key → checked value of a parsed table, by the check of each key. `place`: where the table is, as
    `Wrong.inside` has it. `tables`: names of tables inside it, which the error for an unknown key names too.

    Wrong for what is no table, for a key that `checks` lacks, and for an invalid value.
    """
    if not isinstance(table, dict):
        raise Wrong(f"must be a table, not {shown(table)}", place)
    values = {}
    for name, value in table.items():
        if name not in checks:
            near = shown(nearest(name, (*checks, *tables)))
            raise Wrong(f"has no key {shown(name)}; the nearest known key is {near}", place)
        try:
            values[name] = checks[name](value)
        except Wrong as wrong:
            raise Wrong(str(wrong), f"{place}.{name}{wrong.inside}") from None
    return values


def nearest(name: str, keys: Iterable[str]) -> str:
    """The key most like a name, compared with and without the key's section (`drift.max_cost`)."""
    import difflib

    def likeness(key: str) -> float:
        spellings = (key, key.rpartition(".")[2])
        return max(difflib.SequenceMatcher(None, name, spelling).ratio() for spelling in spellings)

    return max(keys, key=likeness)


def shown(value: object) -> str:
    """A value as an error quotes it, cut to 60 characters."""
    text = (
        f'"{value}"'
        if isinstance(value, str)
        else str(value).lower()
        if value is True or value is False
        else repr(value)
    )
    return text if len(text) <= 60 else text[:57] + "..."


def choices(names: tuple[str, ...]) -> str:
    """Names as an error lists them."""
    return ", ".join(f'"{name}"' for name in names)


def flag(value: object) -> bool:
    """A truth value."""
    if not isinstance(value, bool):
        raise Wrong(f"must be true or false, not {shown(value)}")
    return value


def whole(lowest: int) -> Callable[[object], int]:
    """A check for whole numbers that are not below `lowest`."""

    def check(value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or value < lowest:
            raise Wrong(f"must be a whole number, {lowest} or more, not {shown(value)}")
        return value

    return check


def texts(value: object) -> tuple[str, ...]:
    """A list of text, each text once."""
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise Wrong(f"must be a list of text, not {shown(value)}")
    return tuple(dict.fromkeys(value))


def one_of(names: tuple[str, ...]) -> Callable[[object], str]:
    """A check for one of some names."""

    def check(value: object) -> str:
        if not isinstance(value, str) or value not in names:
            raise Wrong(f"must be one of {choices(names)}, not {shown(value)}")
        return value

    return check


def some_of(names: tuple[str, ...]) -> Callable[[object], tuple[str, ...]]:
    """A check for a list of some names."""

    def check(value: object) -> tuple[str, ...]:
        chosen = texts(value)
        for name in chosen:
            if name not in names:
                raise Wrong(f"must be a list of {choices(names)}; {shown(name)} is not one of them")
        return chosen

    return check


def share(value: object) -> float:
    """A number from 0 to 1."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise Wrong(f"must be a number from 0 to 1, not {shown(value)}")
    return float(value)


def address(value: object) -> str:
    """An http or https address."""
    if not isinstance(value, str) or not re.fullmatch(r"https?://[^\s/]+\S*", value):
        raise Wrong(f"must be an http or https address, not {shown(value)}")
    return value
