"""Which generation wrote a piece of code last."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from gitprov.errors import GitprovError

if TYPE_CHECKING:
    from gitprov.model.answers.blame import Facts

Trace = tuple[str | None, str | None]
"""Trace id and prompt version."""


class CodeTraces:
    """Traces of lines of files in the repository around a directory; each file is blamed once."""

    def __init__(self, root: str, env: Mapping[str, str]) -> None:
        self._root = root
        self._env = env
        self._files: dict[str, list[Facts]] = {}

    def of(self, path: str, first: int, last: int) -> Trace:
        """Trace and prompt version of the youngest generation in these lines (1-based, inclusive; 0: all).

        (None, None) where no generation is recorded, or the file is in no repository.
        """
        if path not in self._files:
            self._files[path] = self._blame(path)
        facts = self._files[path]
        lines = facts[first - 1 : last] if first else facts
        traced = [fact for fact in lines if fact.trace is not None]
        if not traced:
            return None, None
        youngest = max(traced, key=lambda fact: (fact.at or "", fact.trace or ""))
        return youngest.trace, youngest.prompt_version

    def _blame(self, path: str) -> list[Facts]:
        from gitprov.flow.evidence.uncommitted import uncommitted
        from gitprov.flow.read import blame
        from gitprov.git.repo import Repository

        folder = os.path.dirname(path)
        request = blame.BlameRequest(("-w",), (), (os.path.basename(path),))
        try:
            with (
                blame.start(request, folder, self._env) as stream,
                Repository.discover(folder, self._env) as repo,
            ):
                claims = uncommitted(repo)
                answer = blame.answer(repo, request, stream, claims)
                lines = [line for piece in answer.lines for line in piece]
        except (GitprovError, OSError):
            return []
        return [line.facts for line in sorted(lines, key=lambda line: line.line)]
