"""A feature: what a prompt is for, so that its behaviour can be pinned; the table `[features.NAME]`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from gitprov.model.setting_types import Wrong, shown

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_FUNCTION = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_][\w.]*")


class Feature(NamedTuple):
    """`function` is `module:function`; `cases` and `prompt` are the files of its corpus and its prompt.
    `divergence` is the percentage of cases that may differ.
    """

    function: str
    cases: str
    prompt: str | None = None
    divergence: float = 0.0


Features = Mapping[str, Feature]
"""Name → feature."""


def _function(value: object) -> str:
    if not isinstance(value, str) or not _FUNCTION.fullmatch(value):
        raise Wrong(f"must be {shown('package.module:function')}, not {shown(value)}")
    return value


def _path(value: object) -> str:
    if not isinstance(value, str) or not value or value.startswith("/") or ".." in value.split("/"):
        raise Wrong(f"must be a path inside the repository, not {shown(value)}")
    return value


def _percent(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 100:
        raise Wrong(f"must be a number from 0 to 100, not {shown(value)}")
    return float(value)


_CHECKS: dict[str, Callable[[object], object]] = {
    "function": _function,
    "cases": _path,
    "prompt": _path,
    "divergence": _percent,
}


def features(value: object) -> Features:
    """The features that a parsed table `[features]` has. Wrong for anything that is no such table."""
    if not isinstance(value, dict):
        raise Wrong(f"must be a table, not {shown(value)}")
    return {str(name): _feature(str(name), table) for name, table in value.items()}


def _feature(name: str, table: object) -> Feature:
    if not _NAME.fullmatch(name):
        raise Wrong(f"must have names of letters, digits, - and _, not {shown(name)}")
    if not isinstance(table, dict):
        raise Wrong(f"must be a table, not {shown(table)}", f".{name}")
    for key, value in table.items():
        if key not in _CHECKS:
            raise Wrong(f"has no key {shown(key)}; there are {', '.join(_CHECKS)}", f".{name}")
        try:
            _CHECKS[key](value)
        except Wrong as wrong:
            raise Wrong(str(wrong), f".{name}.{key}") from None
    missing = [key for key in ("function", "cases") if key not in table]
    if missing:
        raise Wrong(f"needs the key {shown(missing[0])}", f".{name}")
    return Feature(**table)
