"""`gitprov.prompt`: a prompt with a name and a version, linked to the next generation."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from typing import Any, NamedTuple, TypeVar, overload

Function = TypeVar("Function", bound=Callable[..., Any])


class NamedPrompt(NamedTuple):
    """A prompt that a program named. `text` is None where there is only a name."""

    name: str
    text: str | None
    version: str | None


#: A list of one, which a task has in common with the code that started it: one generation takes the prompt.
_next: ContextVar[list[NamedPrompt] | None] = ContextVar("gitprov_prompt", default=None)


@overload
def prompt(name: str, text: str, *, version: str | None = ..., feature: str | None = ...) -> str: ...
@overload
def prompt(
    name: str, *, version: str | None = ..., feature: str | None = ...
) -> Callable[[Function], Function]: ...
def prompt(
    name: str,
    text: str | None = None,
    *,
    version: str | None = None,
    feature: str | None = None,  # noqa: ARG001 - `gitprov prompts` reads it in the source
) -> str | Callable[[Function], Function]:
    """The text of a prompt, under a name: `gitprov prompts` lists it, and the next generation records it.

    The next generation of this thread or task has the name and the version, and the text unless it has a
    prompt of its own, such as the text with its values. Without `text` it is a decorator: the text is the
    docstring of the function, and each call names the prompt. `feature` is read by `gitprov prompts` alone.
    """
    if text is not None:
        _next.set([NamedPrompt(name, text, version)])
        return text

    def decorate(function: Function) -> Function:
        from inspect import getdoc

        named = NamedPrompt(name, getdoc(function), version)

        @wraps(function)
        def call(*args: Any, **keywords: Any) -> Any:
            result = function(*args, **keywords)
            _next.set([named])
            return result

        return call  # type: ignore[return-value]

    return decorate


def take() -> NamedPrompt | None:
    """The prompt that was named last and that no generation has yet; the next call returns None."""
    names = _next.get()
    return names.pop() if names else None
