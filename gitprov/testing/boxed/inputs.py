"""Which numbers and texts are tried: small ones, those in the code and their neighbours, then any."""

from __future__ import annotations

import inspect
import string
from collections.abc import Callable, Iterator
from types import CodeType
from typing import Any, get_type_hints

_LOW, _HIGH = -8, 16
_LARGEST = 1000
#: Signs on which programs differ: case that grows or is lost, marks that combine, spaces, digits, two units
#: in UTF-16. A table of all signs takes Hypothesis more than a second, and is another one in each Python.
_SIGNS = string.printable + "\0\x7f\x85\xa0äÄßé\u0131\u0130\u01c5\u017f中\u0663²\u0301\u200d\u2028😀"


def unclear(old: Any, new: Any, columns: int) -> str | None:
    """The first argument of which nothing tells what it is; None where each is clear.

    Parameters of the new version that lost their annotation get that of the old one. `columns` is the number
    of arguments for which there are inputs.
    """
    hints = hints_of(old)
    annotations = getattr(inspect.unwrap(new), "__annotations__", {})
    for name, hint in hints.items():
        annotations.setdefault(name, hint)
    for at, parameter in enumerate(inspect.signature(new).parameters.values()):
        many = parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
        if parameter.default is not parameter.empty or many:
            continue
        if parameter.kind == parameter.KEYWORD_ONLY:
            return f"the named argument {parameter.name}"
        if at >= columns and parameter.name not in annotations:
            return parameter.name
    return None


def hints_of(function: Any) -> dict[str, Any]:
    """The annotations of a function, evaluated; none if one of them cannot be evaluated."""
    try:
        return get_type_hints(inspect.unwrap(function))
    except (NameError, TypeError, AttributeError):
        return {}


def choose_values(functions: tuple[Callable[..., Any], ...], *, small: bool) -> None:
    """Let Hypothesis make whole numbers and texts that suit these functions; nothing without Hypothesis.

    `small`: no number is large, since many loops do not end with those.
    """
    try:
        from hypothesis import strategies as st
    except ImportError:
        return
    constants = {value for function in functions for code in _codes(function) for value in _constants(code)}
    numbers = {value + near for value in constants if type(value) is int for near in (-1, 0, 1)}
    numbers = {value for value in numbers if not small or abs(value) <= _LARGEST}
    texts = sorted(value for value in constants if type(value) is str and value.isprintable())
    integers = st.integers(_LOW, _HIGH) if small else st.integers()
    st.register_type_strategy(int, integers | st.sampled_from(sorted(numbers)) if numbers else integers)
    text = st.text(_SIGNS, max_size=20)
    st.register_type_strategy(str, text | st.sampled_from(texts) if texts else text)


def _codes(function: Callable[..., Any]) -> tuple[CodeType, ...]:
    """The code of a function; of a method that is called as a function, its own and the constructor's."""
    plain = inspect.unwrap(function)
    return vars(plain).get("codes") or (plain.__code__,)


def _constants(code: CodeType) -> Iterator[object]:
    """The constants of a function and of those inside it, also those in tuples."""
    for value in code.co_consts:
        if isinstance(value, CodeType):
            yield from _constants(value)
        elif isinstance(value, tuple | frozenset):
            yield from value
        else:
            yield value
