"""A feature: code that a prompt generates, the inputs that it is tried on, and what may differ; the table
`[features.NAME]`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from gitprov.model.settings.setting_types import TableKey, Wrong, address, checked, flag, shown, texts, whole

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_FUNCTION = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_][\w.]*")


class Feature(NamedTuple):
    """The keys of a feature, as `KEYS` describes them. `divergence` is a percentage."""

    function: str
    cases: str
    prompt: str | None = None
    instructions: tuple[str, ...] = ()
    divergence: float = 0.0
    generate: tuple[str, ...] = ()
    endpoint: str | None = None
    llm: bool = False
    model: str | None = None
    api_key: str | None = None
    samples: int = 5
    seconds: int = 10
    max_calls: int = 200
    expected: tuple[str, ...] = ()


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


def _paths(value: object) -> tuple[str, ...]:
    return tuple(map(_path, texts(value)))


def _percent(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 100:
        raise Wrong(f"must be a number from 0 to 100, not {shown(value)}")
    return float(value)


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise Wrong(f"must be text, not {shown(value)}")
    return value


def _command(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not value or not all(isinstance(word, str) for word in value):
        raise Wrong(f"must be a list of words, the program first, not {shown(value)}")
    return tuple(value)


KEYS = (
    TableKey("function", '"MODULE:FUNCTION"', _function, "The function that is called; needed"),
    TableKey("cases", "path", _path, "Its inputs, a file of cases; needed"),
    TableKey("prompt", "path", _path, "The prompt that the function's module is generated with"),
    TableKey("instructions", "list of paths", _paths, "Instruction files that are generated with, before the prompt"),
    TableKey("divergence", "number from 0 to 100", _percent, "The percentage of cases that may differ from the pin; 0 without it"),
    TableKey("generate", "list of words", _command, "The command that reads the prompt and writes code; `{model}` in it stands for the model"),
    TableKey("endpoint", "address", address, "A server with the API of OpenAI that is asked instead: the address before `/chat/completions`"),
    TableKey("llm", "true or false", flag, "Ask through the Python library `llm` instead, with its plug-ins and its keys"),
    TableKey("model", "text", _text, "The model that is asked for"),
    TableKey("api_key", "text", _text, "The environment variable that holds the key of the server"),
    TableKey("samples", "whole number", whole(1), "How often a drift run generates; 5 without it"),
    TableKey("seconds", "whole number", whole(1), "How long the code may run, in seconds; 10 without it"),
    TableKey("max_calls", "whole number", whole(1), "Most calls of the generator that one command makes; 200 without it"),
    TableKey("expected", "list of axes", texts, "Axes of non-determinism that may move a result"),
)  # fmt: skip
"""Every key, in the order of the documentation."""

_CHECKS = {key.name: key.check for key in KEYS}


def features(value: object) -> Features:
    """The features that a parsed table `[features]` has. Wrong for anything that is no such table."""
    if not isinstance(value, dict):
        raise Wrong(f"must be a table, not {shown(value)}")
    return {str(name): _feature(str(name), table) for name, table in value.items()}


def _feature(name: str, table: object) -> Feature:
    if not _NAME.fullmatch(name):
        raise Wrong(f"must have names of letters, digits, - and _, not {shown(name)}")
    fields = checked(table, _CHECKS, f".{name}")
    missing = [key for key in ("function", "cases") if key not in fields]
    if missing:
        raise Wrong(f"needs the key {shown(missing[0])}", f".{name}")
    return Feature(**fields)
