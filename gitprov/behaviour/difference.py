"""Where two values differ: the smallest path, and both values there."""

from __future__ import annotations

from collections.abc import Iterator
from math import ulp
from typing import NamedTuple

from gitprov.behaviour.node import DICT, OBJECT, SCALAR, SET, Node, serial
from gitprov.behaviour.text import render

_ROOM = 400


class Tolerance(NamedTuple):
    """How far numbers may lie apart. A number is close enough where any of the three allows it.

    `relative`: share of the larger of both. `ulp`: steps between neighbouring floats.
    """

    relative: float = 0.0
    absolute: float = 0.0
    ulp: int = 0

    def allows(self, old: float, new: float) -> bool:
        """Whether two numbers are close enough."""
        apart, large = abs(old - new), max(abs(old), abs(new))
        return apart <= max(self.absolute, self.relative * large, self.ulp * ulp(large))


class Difference(NamedTuple):
    """A place where two values differ. `path` is as in Python: `returned[0]['total'].amount`; `old` and `new`
    are texts with their types, None on the side that has nothing there.
    """

    path: str
    old: str | None
    new: str | None


def differences(old: Node, new: Node, tolerance: Tolerance | None = None) -> Iterator[Difference]:
    """The places where two trees differ, each as deep as possible, in the order of the values."""
    return _differences("", old, new, tolerance)


def _differences(path: str, old: Node, new: Node, tolerance: Tolerance | None) -> Iterator[Difference]:
    if (old.kind, old.tag) != (new.kind, new.tag) or not (old.parts or new.parts):
        if not _same(old, new, tolerance):
            yield Difference(path, shown(old), shown(new))
    elif old.kind in (DICT, OBJECT):
        yield from _of_items(path, old, new, tolerance)
    elif old.kind == SET:
        yield from _of_sets(path, old, new)
    else:
        yield from _of_lists(path, old, new, tolerance)


def _same(old: Node, new: Node, tolerance: Tolerance | None) -> bool:
    if old[:4] == new[:4]:
        return True
    if tolerance is None or (old.kind, old.tag) != (new.kind, new.tag) or old.kind != SCALAR:
        return False
    values = [_number(node) for node in (old, new)]
    return None not in values and tolerance.allows(*(value for value in values if value is not None))


def _number(node: Node) -> float | None:
    """The number of a scalar; None for other scalars, infinities and NaN."""
    try:
        if node.tag == "float":
            number = float.fromhex(node.text)
        elif node.tag in ("int", "decimal.Decimal"):
            number = float(node.text)
        else:
            return None
    except (ValueError, OverflowError):
        return None
    return number if number - number == 0 else None


def _of_items(path: str, old: Node, new: Node, tolerance: Tolerance | None) -> Iterator[Difference]:
    """Differences of dicts by key, of objects by field; keys that only one side has come last."""
    after = {serial(key): (key, value) for key, value in new.pairs()}
    gone: list[Difference] = []
    for key, value in old.pairs():
        pair = after.pop(serial(key), None)
        step = path + _step(old, key)
        if pair is None:
            gone.append(Difference(step, shown(value), None))
        else:
            yield from _differences(step, value, pair[1], tolerance)
    yield from gone
    yield from (Difference(path + _step(new, key), None, shown(value)) for key, value in after.values())


def _step(node: Node, key: Node) -> str:
    return f"[{render(key, _ROOM)}]" if node.kind == DICT else f".{key.text}"


def _of_lists(path: str, old: Node, new: Node, tolerance: Tolerance | None) -> Iterator[Difference]:
    for at, (before, after) in enumerate(zip(old.parts, new.parts, strict=False)):
        yield from _differences(f"{path}[{at}]", before, after, tolerance)
    common = min(len(old.parts), len(new.parts))
    for at, part in enumerate(old.parts[common:], common):
        yield Difference(f"{path}[{at}]", shown(part), None)
    for at, part in enumerate(new.parts[common:], common):
        yield Difference(f"{path}[{at}]", None, shown(part))


def _of_sets(path: str, old: Node, new: Node) -> Iterator[Difference]:
    before, after = ({serial(part): part for part in node.parts} for node in (old, new))
    gone = [part for key, part in before.items() if key not in after]
    come = [part for key, part in after.items() if key not in before]
    for at in range(max(len(gone), len(come))):
        yield Difference(
            f"{path}{{…}}",
            shown(gone[at]) if at < len(gone) else None,
            shown(come[at]) if at < len(come) else None,
        )


def shown(node: Node) -> str:
    """A value with its type: `2.0 (float)`."""
    return f"{render(node, _ROOM)} ({node.tag})"
