"""The prompts of traces, as far as this clone has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitprov.git.process import decode
from gitprov.model.ids import is_trace_id
from gitprov.store.generations import REF, directory

if TYPE_CHECKING:
    from gitprov.git.repo import Repository


class Prompts:
    """Prompt texts by trace id, each read once."""

    def __init__(self, repo: Repository) -> None:
        self._repo = repo
        self._read: dict[str, str | None] = {}

    def of(self, trace: str) -> str | None:
        """The text, None where this clone does not have it (not fetched, kept as a digest, or forgotten)."""
        if trace not in self._read:
            name = f"{REF}:{directory(trace)}/prompt.txt" if is_trace_id(trace) else ""
            data = self._repo.objects.content(name)
            self._read[trace] = None if data is None else decode(data)
        return self._read[trace]
