"""A search with CrossHair, which solves for inputs that chance does not meet; an extra, and slow."""

from __future__ import annotations

import inspect
import os
import sys
import tempfile
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

from gitprov.behaviour.build import build
from gitprov.behaviour.text import parse
from gitprov.errors import UsageError
from gitprov.testing.process import output

SETTING = "GITPROV_DEEP"
"""The variable that has the seconds of processor time for each pair of functions."""
_OLD = "gitprov_old_version"
_ANSWER = "Given: ("


def seconds() -> float:
    """How long to search, as `--deep` set it; 0 where nobody asked for it."""
    return float(os.environ.get(SETTING) or 0)


def counter_example(
    old: Callable[..., Any], new: Callable[..., Any], source: bytes | None, limit: float
) -> tuple[Any, ...] | None:
    """The arguments for which CrossHair says that two functions differ; None where it met none in the time.

    `source` is the text of the module of `old`, where that is no module that can be imported. UsageError
    without CrossHair, and for functions that are defined inside others.
    """
    if find_spec("crosshair") is None:
        raise UsageError("--deep needs CrossHair", "pip install 'gitprov[deep]'")
    with tempfile.TemporaryDirectory(prefix="gitprov-deep-") as place:
        if source is not None:
            with open(os.path.join(place, f"{_OLD}.py"), "wb") as file:
                file.write(source)
        names = [f"{_OLD}.{old.__name__}" if source is not None else _name(old), _name(new)]
        options = ["--exception_equivalence=SAME_TYPE", f"--per_condition_timeout={limit:g}"]
        words = [sys.executable, "-m", "crosshair", "diffbehavior", *options, *names]
        text = output(
            words, {"PYTHONPATH": os.pathsep.join([place, *filter(None, sys.path)])}, limit * 6 + 30
        )
    return _arguments(text, new)


def _name(function: Callable[..., Any]) -> str:
    function = inspect.unwrap(function)
    name = f"{function.__module__}.{function.__qualname__}"
    if "<" in name or function.__module__ == "__main__":
        raise UsageError(f"--deep needs functions that can be imported; {function.__qualname__} cannot")
    return name


def _arguments(text: str, new: Callable[..., Any]) -> tuple[Any, ...] | None:
    """The arguments of the first answer, in the order of the parameters."""
    at = text.find(_ANSWER)
    if at < 0:
        return None
    line = text[at + len(_ANSWER) :].partition("\n")[0].rstrip(",")
    node = parse(f"answer({line}")
    if node is None:
        return None
    try:
        values = {name.text: build(value) for name, value in node.pairs()}
        return tuple(values[name] for name in inspect.signature(new).parameters)
    except (ValueError, KeyError):
        return None
