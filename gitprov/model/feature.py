"""A feature: code that a prompt generates, the inputs that it is tried on, and what may differ."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from gitprov.model.setting_types import Wrong, address, share, shown, texts, whole

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


class Feature(NamedTuple):
    """The settings of `[features.NAME]`.

    `function` is `MODULE:FUNCTION`. `corpus` is a file of JSON lines, one input each; `prompt` the file of the
    prompt; `baseline` the file with the accepted results. `generate` is the command that turns the prompt on
    its stdin into code on its stdout; `endpoint` with `model` and `api_key` (the name of an environment
    variable) is a server to ask instead. `threshold` is the share of inputs that may differ; `expected` the
    axes of non-determinism that are fine; `samples` how many generations a run makes.
    """

    name: str
    function: str = ""
    corpus: str = ""
    prompt: str = ""
    baseline: str = ""
    generate: tuple[str, ...] = ()
    endpoint: str = ""
    model: str = ""
    api_key: str = ""
    threshold: float = 0.0
    expected: tuple[str, ...] = ()
    samples: int = 5
    seconds: int = 10
    max_calls: int = 200


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise Wrong(f"must be text, not {shown(value)}")
    return value


def _path(value: object) -> str:
    path = _text(value)
    if path.startswith("/") or ".." in path.split("/") or "\0" in path:
        raise Wrong(f"must be a path inside the repository, not {shown(value)}")
    return path


def _function(value: object) -> str:
    text = _text(value)
    module, colon, name = text.rpartition(":")
    if not module or not colon or not all(part.isidentifier() for part in name.split(".")):
        raise Wrong(f'must be "MODULE:FUNCTION", not {shown(value)}')
    return text


def _command(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not value or not all(isinstance(word, str) for word in value):
        raise Wrong(f"must be a list of words, the program first, not {shown(value)}")
    return tuple(value)


class FeatureKey(NamedTuple):
    """One key of `[features.NAME]`; `type` is its type in words."""

    name: str
    type: str
    check: Callable[[object], Any]
    about: str


KEYS = (
    FeatureKey("function", '"MODULE:FUNCTION"', _function, "The function that is called; MODULE is dotted, or a path"),
    FeatureKey("corpus", "path", _path, "Its inputs: JSON lines, each a list of arguments, an object of named ones, or a case of `pytest`"),
    FeatureKey("prompt", "path", _path, "The prompt that generates the code"),
    FeatureKey("baseline", "path", _path, "The accepted results; `.gitprov/baselines/NAME.json` without it"),
    FeatureKey("generate", "list of words", _command, "The command that reads the prompt and writes code; `{model}` stands for the model"),
    FeatureKey("endpoint", "address", address, "A server with the API of OpenAI, instead of a command"),
    FeatureKey("model", "text", _text, "The model that is asked for"),
    FeatureKey("api_key", "text", _text, "The environment variable that holds the key of the server"),
    FeatureKey("threshold", "number from 0 to 1", share, "The share of inputs whose results may differ; 0 without it"),
    FeatureKey("expected", "list of axes", texts, "Axes of non-determinism that are fine"),
    FeatureKey("samples", "whole number", whole(1), "How often a run generates; 5 without it"),
    FeatureKey("seconds", "whole number", whole(1), "How long the code may run, in seconds; 10 without it"),
    FeatureKey("max_calls", "whole number", whole(1), "Most calls of the generator that one command makes; 200 without it"),
)  # fmt: skip
"""Every key, in the order of the documentation."""


def features(value: object) -> Mapping[str, Feature]:
    """The features that a parsed table `[features]` holds, by name. Wrong for anything else."""
    if not isinstance(value, dict):
        raise Wrong(f"must be a table, not {shown(value)}")
    return {name: _feature(name, table) for name, table in value.items()}


def _feature(name: str, table: object) -> Feature:
    if not _NAME.fullmatch(name):
        raise Wrong("needs a name of letters, digits, dots, dashes and underscores", f".{name[:60]}")
    if not isinstance(table, dict):
        raise Wrong(f"must be a table, not {shown(table)}", f".{name}")
    keys = {key.name: key for key in KEYS}
    fields: dict[str, Any] = {"baseline": f".gitprov/baselines/{name}.json"}
    for key, value in table.items():
        if key not in keys:
            raise Wrong(f"has no key {shown(key)}; there are {', '.join(keys)}", f".{name}")
        try:
            fields[key] = keys[key].check(value)
        except Wrong as wrong:
            raise Wrong(str(wrong), f".{name}.{key}") from None
    return Feature(name, **fields)
