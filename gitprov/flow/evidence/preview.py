"""A turn that no commit contains yet, as the generation it would be: read from the inbox, not written."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from gitprov.flow.capture.digest import open_inbox
from gitprov.flow.evidence.freeze import Freezer
from gitprov.flow.evidence.uncommitted import look
from gitprov.git.objects import person
from gitprov.git.process import decode
from gitprov.git.write import BlobWriter
from gitprov.model.generation import Generation
from gitprov.store import generations
from gitprov.store.config import load_config
from gitprov.store.plan import load as load_plan

if TYPE_CHECKING:
    from gitprov.flow.evidence.gather import Evidence, TurnKey
    from gitprov.git.repo import Repository


class _Memory(BlobWriter):
    """Keeps the written files in memory: path in the store's tree → bytes."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO())
        self._data: dict[str, bytes] = {}
        self.files: dict[str, bytes] = {}

    def add(self, oid: str, data: bytes) -> None:
        self._data[oid] = data

    def place(self, path: str, oid: str) -> None:
        self.files[path] = self._data[oid]


def of_trace(repo: Repository, trace: str, seqs: set[int]) -> Generation | None:
    """A generation that a commit in progress froze, from the events `seqs` that it contains."""
    plan = load_plan(repo.git_dir)
    names = [(key, turn) for key, turn, one in plan.used if one == trace] if plan is not None else []
    evidence = look(open_inbox(repo.inbox_dir, repo.env))
    return _freeze(repo, evidence, names[0], seqs) if names else None


def of_turn(repo: Repository, key: str, turn: str) -> tuple[Generation | None, set[str]]:
    """The part of a turn that is not frozen yet, and the traces of its frozen parts."""
    inbox = open_inbox(repo.inbox_dir, repo.env)
    evidence = look(inbox)
    traces = {
        event.seq: inbox.spent(event.seq).trace
        for event in evidence.events
        if (event.key, event.turn) == (key, turn)
    }
    loose = {seq for seq, trace in traces.items() if trace is None}
    generation = _freeze(repo, evidence, (key, turn), loose) if loose else None
    return generation, {trace for trace in traces.values() if trace}


def _freeze(repo: Repository, evidence: Evidence, name: TurnKey, seqs: set[int]) -> Generation | None:
    events = [event for event in evidence.events if event.seq in seqs and (event.key, event.turn) == name]
    if name not in evidence.turns or not events:
        return None
    config = load_config(repo.worktree, repo.config("gitprov."))
    if config.privacy == "hash-only":
        # Nothing is written outside the inbox, and the inbox's owner may read its contents.
        config = config._replace(privacy="redacted")
    human = person(decode(repo.try_run("var", "GIT_COMMITTER_IDENT").stdout))
    memory = _Memory()
    inbox = open_inbox(repo.inbox_dir, repo.env)
    freezer = Freezer(inbox, config, repo.object_format, human, memory)
    return generations.assembled(freezer.freeze(evidence.turns[name], events).record, memory.files.get)
