"""Files of cases: JSON lines, one case each."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from gitprov.behaviour.build import build
from gitprov.behaviour.difference import Tolerance
from gitprov.behaviour.text import parse
from gitprov.errors import UsageError
from gitprov.testing.cases import Case

_KEYS = frozenset({"input", "python", "seen", *Case._fields} - {"args"})


def read(data: bytes, name: str) -> Iterator[Case]:
    """The cases of a file. UsageError, with the line, for one that is none.

    `input` is a list of arguments in JSON. `python` is a tuple of arguments as the product writes values, for
    types that JSON does not have: `"(1.5, decimal.Decimal('2'))"`. `seen` is a remark of a recording. Other
    keys are those of `Case`.
    """
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
        if line.strip() and not line.lstrip().startswith("//"):
            try:
                yield _case(json.loads(line))
            except (ValueError, TypeError, RecursionError) as error:
                raise UsageError(f"{name}:{number}: no case: {error}") from None


def _case(row: object) -> Case:
    if not isinstance(row, dict):
        raise ValueError("each line is an object")
    strange = sorted(row.keys() - _KEYS)
    if strange:
        raise ValueError(f"unknown key {strange[0]!r}; there are {', '.join(sorted(_KEYS))}")
    fields: dict[str, Any] = {
        key: value for key, value in row.items() if key not in ("input", "python", "seen")
    }
    if fields.get("tolerance") is not None:
        fields["tolerance"] = Tolerance(**fields["tolerance"])
    return Case(args=_args(row), **fields)


def _args(row: dict[str, Any]) -> tuple[Any, ...]:
    if "python" in row:
        node = parse(row["python"])
        value = None if node is None else build(node)
        if not isinstance(value, tuple):
            raise ValueError("`python` is a tuple of values, such as \"(1, b'x')\"")
        return value
    args = row.get("input", [])
    if not isinstance(args, list):
        raise ValueError("`input` is a list of arguments")
    return tuple(args)


def line_of(args: tuple[object, ...], **fields: object) -> str:
    """The line of a case with these arguments: in JSON where that has their types. ValueError where no value
    can be made of the line again.
    """
    from gitprov.behaviour.canonical import canonical
    from gitprov.behaviour.text import render

    try:
        text = json.dumps(list(args), allow_nan=False)
        if canonical(tuple(json.loads(text))).digest == canonical(args).digest:
            return json.dumps({"input": json.loads(text), **fields}, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):
        pass
    node = canonical(args).node
    build(node)
    return json.dumps({"python": render(node), **fields}, ensure_ascii=False)
