"""Inputs for two functions: from the annotations of their parameters, and from the shapes of known inputs."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from types import UnionType
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin

from gitprov.errors import UsageError
from gitprov.testing.boxed.inputs import hints_of

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

_DEPTH = 6


def arguments(
    function: Callable[..., Any], corpus: Sequence[tuple[Any, ...]]
) -> SearchStrategy[tuple[Any, ...]]:
    """Tuples of positional arguments for a function. UsageError where a parameter has neither an annotation
    nor an input in the corpus to learn from.
    """
    from hypothesis import strategies as st

    hints = hints_of(function)
    columns: list[SearchStrategy[Any]] = []
    for at, parameter in enumerate(_positional(function)):
        choices = [_shape(args[at], _DEPTH) for args in corpus if len(args) > at]
        if parameter.name in hints:
            choices.append(_of_hint(hints[parameter.name]))
        if choices:
            columns.append(_one_of(choices))
        elif parameter.default is inspect.Parameter.empty:
            raise UsageError(
                f"{function.__name__}: nothing tells what {parameter.name} is",
                f"annotate it, or give the function cases: @gitprov.case({parameter.name}…)",
            )
        else:
            break
    return st.tuples(*columns)


def _positional(function: Callable[..., Any]) -> list[inspect.Parameter]:
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        raise UsageError(f"the parameters of {function!r} are not known") from None
    return [parameter for parameter in parameters if parameter.kind in kinds]


def _of_hint(hint: Any) -> SearchStrategy[Any]:
    """Values of an annotation; floats in it are often short decimals, on whose rounding programs differ."""
    from hypothesis import strategies as st

    origin, inner = get_origin(hint), get_args(hint)
    if hint is float:
        return _floats()
    if origin in (list, set, frozenset) and inner:
        elements = _of_hint(inner[0])
        return st.lists(elements, max_size=8) if origin is list else st.sets(elements, max_size=8).map(origin)
    if origin is tuple and inner and inner[-1] is not ...:
        return st.tuples(*map(_of_hint, inner))
    if origin is dict and inner:
        return st.dictionaries(_of_hint(inner[0]), _of_hint(inner[1]), max_size=8)
    if origin in (Union, UnionType):
        return _one_of([_of_hint(choice) for choice in inner])
    return st.from_type(hint)


def _floats() -> SearchStrategy[float]:
    from hypothesis import strategies as st

    return st.one_of(st.integers(-100_000, 100_000).map(lambda number: number / 1000), st.floats())


def _one_of(choices: list[SearchStrategy[Any]]) -> SearchStrategy[Any]:
    from hypothesis import strategies as st

    unique = list({repr(choice): choice for choice in choices}.values())
    return unique[0] if len(unique) == 1 else st.one_of(unique)


def _shape(value: Any, depth: int) -> SearchStrategy[Any]:
    """Values like this: of its type, and of the types of its elements."""
    from hypothesis import strategies as st

    if depth == 0:
        return st.just(value)
    below = depth - 1
    match value:
        case list() | set() | frozenset() if not value:
            return st.builds(type(value))
        case list():
            return st.lists(_elements(value, below), max_size=8)
        case tuple():
            return st.tuples(*(_shape(item, below) for item in value))
        case set() | frozenset():
            made = st.frozensets(_elements(value, below), max_size=8)
            return made.map(set) if isinstance(value, set) else made
        case dict():
            return st.fixed_dictionaries({key: _shape(item, below) for key, item in value.items()})
        case float():
            return _floats()
        case None | bool() | int() | complex() | str() | bytes():
            return st.none() if value is None else st.from_type(type(value))
    resolved = st.from_type(type(value))
    return resolved if not resolved.is_empty else st.just(value)


def _elements(values: Any, depth: int) -> SearchStrategy[Any]:
    return _one_of([_shape(value, depth) for value in values])
