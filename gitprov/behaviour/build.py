"""A tree as a value again, for the types of which inputs of cases are made; nothing is evaluated."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from gitprov.behaviour.node import DICT, LIST, SCALAR, SET, Node


def build(node: Node) -> Any:
    """The value of a tree. ValueError, which names the type, for one of which no value is made."""
    if node.kind == SCALAR and node.tag in _SCALARS:
        return _SCALARS[node.tag](node.text)
    if node.kind in (LIST, SET) and node.tag in _CONTAINERS:
        return _CONTAINERS[node.tag](map(build, node.parts))
    if node.kind == DICT and node.tag == "dict":
        return {build(key): build(value) for key, value in _as_observed(node)}
    raise ValueError(f"no value is made of {node.tag}")


def _as_observed(node: Node) -> list[tuple[Node, Node]]:
    """The pairs of a dict in the order in which they were observed."""
    pairs = list(node.pairs())
    if not node.order:
        return pairs
    return [pair for _, pair in sorted(zip(node.order, pairs, strict=True), key=lambda item: item[0])]


def _complex(text: str) -> complex:
    real, _, imaginary = text.partition(" ")
    return complex(_float(real), _float(imaginary))


def _float(text: str) -> float:
    return float(text) if text == "nan" else float.fromhex(text)


def _decimal(text: str) -> object:
    from decimal import Decimal

    return Decimal(text)


def _fraction(text: str) -> object:
    from fractions import Fraction

    return Fraction(text)


def _moment(text: str) -> object:
    from datetime import datetime

    words = text.split(" ")
    value = datetime.fromisoformat(words[0])
    if len(words) > 1 and words[1] != "fold":
        value = value.replace(tzinfo=_zone(words[1], value.tzinfo))
    return value.replace(fold=int(words[-1] == "fold"))


def _zone(name: str, offset: Any) -> Any:
    """A zone by its key, else the offset under this name."""
    from datetime import timezone

    if "/" in name:
        from zoneinfo import ZoneInfo

        return ZoneInfo(name)
    delta = offset.utcoffset(None)
    return timezone(delta) if timezone(delta).tzname(None) == name else timezone(delta, name)


def _date(text: str) -> object:
    from datetime import date

    return date.fromisoformat(text)


def _time(text: str) -> object:
    from datetime import time

    return time.fromisoformat(text.partition(" ")[0])


def _duration(text: str) -> object:
    from datetime import timedelta

    seconds, _, micro = text.partition(".")
    sign = -1 if seconds.startswith("-") else 1
    return timedelta(seconds=int(seconds), microseconds=sign * int(micro))


_SCALARS: dict[str, Callable[[str], object]] = {
    "NoneType": lambda _: None,
    "ellipsis": lambda _: ...,
    "bool": lambda text: text == "True",
    "int": lambda text: int(text, 0),
    "float": _float,
    "complex": _complex,
    "str": str,
    "bytes": lambda text: text.encode("latin-1"),
    "bytearray": lambda text: bytearray(text.encode("latin-1")),
    "decimal.Decimal": _decimal,
    "fractions.Fraction": _fraction,
    "datetime.datetime": _moment,
    "datetime.date": _date,
    "datetime.time": _time,
    "datetime.timedelta": _duration,
}
_CONTAINERS: dict[str, Callable[[Any], object]] = {
    "list": list,
    "tuple": tuple,
    "set": set,
    "frozenset": frozenset,
    "collections.deque": deque,
}
