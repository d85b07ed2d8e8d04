"""Who accepts, when, and which generation wrote the code under test."""

from __future__ import annotations

import os
import platform
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from types import CodeType
from typing import TYPE_CHECKING, Any

from gitprov.errors import GitprovError
from gitprov.testing.judge import Code

if TYPE_CHECKING:
    from gitprov.flow.behaviour.traces import CodeTraces

Span = tuple[str, int, int]
"""Path of a file, first and last line of a function, 1-based and inclusive; 0, 0 for the whole file."""


def _last_line(code: CodeType) -> int:
    """The last line of a function, those inside it included."""
    lines = [line for _, _, line in code.co_lines() if line]
    inner = [_last_line(part) for part in code.co_consts if isinstance(part, CodeType)]
    return max([code.co_firstlineno, *lines, *inner])


class Provenance:
    """Answers about the repository of the tests. Without one the answers are None."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._spans: dict[str, Span] = {}
        self._traces: CodeTraces | None = None
        self._redact: Callable[[str], str] | None = None

    def span(self, code: Any) -> Span | None:
        """Where the code under test is defined."""
        path = getattr(code, "code", None)
        if isinstance(path, str):
            return os.path.join(self._root, path), 0, 0
        while hasattr(code, "__wrapped__"):
            code = code.__wrapped__
        compiled = getattr(code, "__code__", None)
        if compiled is None:
            return None
        return compiled.co_filename, compiled.co_firstlineno, _last_line(compiled)

    def of(self, code: Any) -> Code | None:
        """The code under test with its trace."""
        span = self.span(code)
        return None if span is None else self._code(span)

    def remember(self, case: str, span: Span) -> None:
        """Keep where the code of a case is, for `of_case`."""
        self._spans[case] = span

    def of_case(self, case: str) -> tuple[str | None, str | None]:
        """Trace and prompt version of the code of a case."""
        span = self._spans.get(case)
        code = None if span is None else self._code(span)
        return (None, None) if code is None else code[1:]

    def _code(self, span: Span) -> Code:
        path, first, last = span
        shown = os.path.relpath(path, self._root)
        if self._traces is None:
            from gitprov.flow.behaviour.traces import CodeTraces

            self._traces = CodeTraces(self._root, os.environ)
        return Code(f"{shown}:{first}" if first else shown, *self._traces.of(path, first, last))

    def person(self) -> str | None:
        """`Name <email>` of the person, as git has it; None without one."""
        from gitprov.git.repo import Repository

        try:
            with Repository.discover(self._root, os.environ) as repo:
                return repo.identity("an update keeps who accepted it").rpartition(">")[0] + ">"
        except GitprovError:
            return None

    def now(self) -> str:
        """The present moment in UTC."""
        from gitprov.flow.capture.moment import utc_second

        return utc_second(time.time())

    def redact(self, text: str) -> str:
        """A text without its secrets, by the rules of the project."""
        if self._redact is None:
            from gitprov.flow.capture.redaction import redaction_around

            self._redact = redaction_around(self._root, os.environ)
        return self._redact(text)

    def environment(self, seed: str) -> dict[str, str]:
        """What is fixed, and what the digests of a case may depend on besides."""
        return {
            "hash_seed": seed,
            "implementation": platform.python_implementation(),
            "locale": "C.UTF-8",
            "python": f"{sys.version_info.major}.{sys.version_info.minor}",
            "timezone": "UTC",
        }

    def remarks(self, before: Mapping[str, str], seed: str) -> Iterator[str]:
        """What differs between the environment of the baseline and this one."""
        for name, value in self.environment(seed).items():
            if name in before and before[name] != value:
                yield f"the baseline was made with {name} {before[name]}; this run has {value}"
