"""Asks a model through the Python library `llm`, which has its own plug-ins and its own keys."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

from gitprov.model.behaviour.reply import Reply


def asking(model: str) -> Callable[[str, str], Reply]:
    """A function from prompt and instructions to the model's reply, which never raises.

    ImportError without the library, LookupError where it does not know the model.
    """
    library: Any = importlib.import_module("llm")
    try:
        chosen = library.get_model(model)
    except library.UnknownModelError as error:
        raise LookupError(model) from error
    return lambda prompt, standing: _complete(chosen, prompt, standing)


def _complete(model: Any, prompt: str, standing: str) -> Reply:  # noqa: ANN401 - of any plug-in
    """One reply. The message of a plug-in's error is left out, for it may repeat a key."""
    try:
        response = model.prompt(prompt, system=standing or None, stream=False)
        text, usage = response.text(), response.usage()
    except Exception as error:  # noqa: BLE001 - plug-ins raise what they like
        return Reply("", f"llm: {type(error).__name__}")
    if not isinstance(text, str):
        return Reply("", "the answer has no text")
    request = getattr(response, "id", None)
    return Reply(
        text,
        "",
        None,
        request if isinstance(request, str) else None,
        _count(usage, "input"),
        _count(usage, "output"),
    )


def _count(usage: object, name: str) -> int | None:
    value = getattr(usage, name, None)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
