"""`gitprov.record`, `gitprov.generation` and `gitprov.generates`: a program records what a model wrote."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

from gitprov.sdk import templates, writing
from gitprov.sdk.writing import Path

if TYPE_CHECKING:
    from gitprov.flow.capture.calls.by_hand import StatedGeneration

Function = TypeVar("Function", bound=Callable[..., Any])

AGENT = "python"
"""The agent of a generation whose program does not name itself."""

_process = ""


class OpenGeneration:
    """One answer of a model, while a program writes its files. Used in a `with` statement.

    `prompt`, `model`, `output`, `params`, `usage` and `request_id` may be set until the statement ends: a
    program knows some of them only with the answer. A fact that was recorded with a file does not change.
    """

    def __init__(
        self,
        *,
        prompt: str | None = None,
        model: str | None = None,
        output: str | None = None,
        agent: str = AGENT,
        session: str | None = None,
        prompt_name: str | None = None,
        prompt_version: str | None = None,
        params: Mapping[str, Any] | None = None,
        usage: Mapping[str, Any] | None = None,
        request_id: str | None = None,
        at: str | None = None,
    ) -> None:
        template = templates.take()
        self.prompt = prompt if prompt is not None or template is None else template.text
        self.model = model
        self.output = output
        self.params = dict(params or {})
        self.usage = dict(usage or {})
        self.request_id = request_id
        self.paths: tuple[str, ...] = ()
        self._agent = agent
        self._session = session or process_session()
        self._turn = uuid.uuid4().hex
        self._name = prompt_name or (template.name if template else None)
        self._version = prompt_version or (template.version if template and prompt_name is None else None)
        self._at = at

    def __enter__(self) -> OpenGeneration:  # noqa: PYI034 - Self needs Python 3.11
        """The generation itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Record what was set since the last file, also where an exception ends the statement."""
        if self.output is not None or self.paths:
            writing.write(self._stated(), (), waits=not self.paths)

    def wrote(self, *paths: Path) -> None:
        """Record files as the model's, as they are now. What changed since they were last known is generated.

        UsageError for a path that is no file.
        """
        if paths:
            self.paths += writing.write(self._stated(), paths)

    def _stated(self) -> StatedGeneration:
        from gitprov.flow.capture.calls.by_hand import StatedGeneration

        return StatedGeneration(
            agent=self._agent,
            model=self.model,
            session=self._session,
            turn=self._turn,
            prompt=self.prompt,
            prompt_name=self._name,
            prompt_version=self._version,
            params=self.params,
            request_id=self.request_id,
            output=self.output,
            usage=self.usage,
            at=self._at,
        )


def generation(**facts: Any) -> OpenGeneration:
    """A generation, for a `with` statement. The keywords are those of `OpenGeneration`."""
    return OpenGeneration(**facts)


def record(*, files: Path | Iterable[Path] = (), **facts: Any) -> tuple[str, ...]:
    """Record one generation and the files that the model wrote, as they are now.

    Returns the recorded paths, relative to their work tree. Without files the output is kept, and its lines
    are recognized in what is committed later. The other keywords are those of `OpenGeneration`.
    """
    paths = [files] if isinstance(files, (str, os.PathLike)) else list(files)
    with OpenGeneration(**facts) as made:
        made.wrote(*paths)
    return made.paths


def generates(
    *, prompt: str | Callable[..., str] | None = None, files: Path | Iterable[Path] = (), **facts: Any
) -> Callable[[Function], Function]:
    """A decorator for a function that calls a model: each call is one generation.

    `prompt` is the text, or a function that makes it of the call's arguments. `files` are recorded after the
    call. A returned text is the output; a returned path, or paths in a list or tuple, are files that the
    model wrote. The other keywords are those of `OpenGeneration`.
    """
    named = [files] if isinstance(files, (str, os.PathLike)) else list(files)

    def decorate(function: Function) -> Function:
        from inspect import iscoroutinefunction

        def start(args: tuple[Any, ...], keywords: dict[str, Any]) -> OpenGeneration:
            text = prompt(*args, **keywords) if callable(prompt) else prompt
            return OpenGeneration(prompt=text, **facts)

        @wraps(function)
        def call(*args: Any, **keywords: Any) -> Any:
            with start(args, keywords) as made:
                result = function(*args, **keywords)
                _finish(made, result, named)
            return result

        @wraps(function)
        async def call_async(*args: Any, **keywords: Any) -> Any:
            with start(args, keywords) as made:
                result = await function(*args, **keywords)
                _finish(made, result, named)
            return result

        return call_async if iscoroutinefunction(function) else call  # type: ignore[return-value]

    return decorate


def _finish(made: OpenGeneration, result: object, named: list[Path]) -> None:
    if isinstance(result, str):
        made.output = result
    returned = result if isinstance(result, (list, tuple)) else [result]
    made.wrote(*named, *(path for path in returned if isinstance(path, os.PathLike)))


def process_session() -> str:
    """The session of this process."""
    global _process
    if not _process:
        _process = uuid.uuid4().hex
    return _process
