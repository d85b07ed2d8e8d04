"""Keeps the mirror on git-ai's notes ref through rewriting: the notes of rewritten commits follow them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from gitprov.git import notes as git_notes
from gitprov.git.process import decode
from gitprov.interop.formats import git_ai

if TYPE_CHECKING:
    from gitprov.git.repo import Repository

_PAIR = re.compile(rb"^([0-9a-f]{40,64}) ([0-9a-f]{40,64})(?= |$)", re.MULTILINE)


def follow(repo: Repository, pairs: bytes, changed: Sequence[str]) -> tuple[str, ...]:
    """Mirror rewritten commits where the mirror has gitprov's note of one that they replace.

    `pairs` are git's lines `<old> <new>`, `changed` the commits whose own notes changed. Returns the commits
    with a new note on `refs/notes/ai`. Starts no process of git where there is no mirror.
    """
    if repo.objects.commit(git_ai.REF) is None:
        return ()
    became = {decode(old): decode(new) for old, new in _PAIR.findall(pairs)}
    mirrored = git_notes.read(repo, git_ai.REF, became)
    if not any(map(git_ai.is_ours, mirrored.values())):
        return ()
    from gitprov.flow.exchange.exporting import mirror

    present = repo.objects.commits([*became.values(), *changed])
    return mirror(repo, list(present)).written
