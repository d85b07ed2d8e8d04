"""What callbacks of libraries share: their values as JSON, their base classes, and recording a call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from gitprov.errors import GitprovError
from gitprov.sdk import templates, writing
from gitprov.sdk.generations import process_session
from gitprov.sdk.notices import notice

if TYPE_CHECKING:
    from gitprov.interop.calls.call import ModelCall

HOST = "sdk"
"""`host` of generations that a library reported."""


def record(read: Callable[[], ModelCall | None], agent: str, turn: Any = None) -> None:
    """Record the call that `read` returns, if it returns one. `turn` is the library's id of it.

    Never raises: what cannot be read or recorded is a notice, and the program goes on.
    """
    from gitprov.flow.capture.calls.model_calls import stated

    try:
        call = read()
        if call is not None:
            generation = stated(call, agent=agent, session=process_session(), host=HOST)
            name = templates.take()
            generation = generation._replace(
                turn=turn if isinstance(turn, str) else generation.turn,
                prompt_name=name.name if name else None,
                prompt_version=name.version if name else None,
            )
            writing.write(generation, (), waits=True)
    except Exception as error:  # noqa: BLE001 - the program goes on whatever its library reports
        notice(f"a call was not recorded: {type(error).__name__}: {error}")


def plain(value: Any) -> dict[str, Any]:
    """A value of a library as a dictionary; empty where it is neither a mapping nor a model of pydantic."""
    dump = getattr(value, "model_dump", None)
    row = dump() if callable(dump) else value
    return dict(row) if isinstance(row, Mapping) else {}


def base_class(module: str, name: str, extra: str) -> Any:
    """A class of a library. GitprovError that names the extra where the library is not installed."""
    from importlib import import_module

    try:
        return getattr(import_module(module), name)
    except ModuleNotFoundError as error:
        raise GitprovError(f"{error.name} is not installed", f"pip install 'gitprov[{extra}]'") from None
