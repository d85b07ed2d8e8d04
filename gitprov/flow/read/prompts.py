"""The prompts of traces, as far as this clone has them."""

from __future__ import annotations

from collections.abc import Iterable

from gitprov.git.process import decode
from gitprov.model.ids import is_trace_id
from gitprov.store.generations import REF, directory

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitprov.git.repo import Repository


class Prompts:
    """Prompt texts by trace id, each read once."""

    def __init__(self, repo: Repository) -> None:
        self._repo = repo
        self._read: dict[str, str | None] = {}

    def learn(self, traces: Iterable[str]) -> None:
        """Read the texts of all these traces at once."""
        names = {
            trace: f"{REF}:{directory(trace)}/prompt.txt"
            for trace in traces
            if trace not in self._read and is_trace_id(trace)
        }
        texts = self._repo.objects.blobs(names.values())
        for trace, name in names.items():
            self._read[trace] = decode(texts[name]) if name in texts else None

    def of(self, trace: str) -> str | None:
        """The text, None where this clone does not have it (not fetched, kept as a digest, or forgotten)."""
        if trace not in self._read:
            self.learn([trace])
        return self._read.get(trace)
