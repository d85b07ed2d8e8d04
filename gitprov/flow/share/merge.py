"""Uniting our records with a remote's: the notes ref and, where a team shares them, the generations."""

from __future__ import annotations

import os
import random
import time
from typing import TYPE_CHECKING, NamedTuple

from gitprov.errors import Contended
from gitprov.git import notes as trees
from gitprov.git.process import decode
from gitprov.model.untrusted.printed import shell_quoted
from gitprov.store import flags, generations, notes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitprov.git.repo import Repository
    from gitprov.git.write import RefChange

SAME, FORWARD, AHEAD, MERGE = "same", "forward", "ahead", "merge"
REFS = {"notes": notes.REF, "generations": generations.REF}
_TRIES = 30
#: A reader does not wait for a lock that somebody left; the next one tries again.
_TRIES_OF_A_READER = 2
_NONE: frozenset[str] = frozenset()


class MergePlan(NamedTuple):
    """What uniting two values of a ref means. `step`: `same`; `forward`, ours only follows; `ahead`, theirs only
    follows; `merge`, by `change`. Keys (commit ids, trace directories): `came` to us, `went` to them, `merged` of both.
    """

    step: str
    ours: str | None
    theirs: str | None
    came: frozenset[str] = _NONE
    went: frozenset[str] = _NONE
    merged: frozenset[str] = _NONE
    change: RefChange | None = None


def unite(
    repo: Repository, kind: str, theirs: str | None, committer: str | None, *, lazily: bool = False
) -> MergePlan:
    """Let our ref hold all that `theirs` (a commit of a remote's ref) holds; how it was before.

    `lazily`: two histories are joined only where something comes of it. A sync joins them always, to be able to push.
    `committer` None: whoever git says we are. GitprovError where a merge needs a person and there is none,
    Contended where the ref kept moving, GitFailed where git cannot write.
    """
    from gitprov.git.write import attempt, move, read_refs

    ref = REFS[kind]
    for turn in range(_TRIES_OF_A_READER if lazily else _TRIES):
        found = outlook(repo, kind, read_refs(repo, [ref]).get(ref), theirs)
        done = True
        if found.step == FORWARD and theirs is not None:
            done = move(repo, ref, theirs, found.ours, "gitprov: fast-forward")
        elif found.change is not None and (found.came or not lazily):
            done = attempt(repo, committer or repo.identity("uniting records makes a commit"), [found.change])
        if done:
            if kind == "notes" and (theirs or found.ours):
                flags.raise_flag(repo.home, "active")
                if found.came:
                    flags.raise_flag(repo.home, flags.NOTES_CAME)
            return found
        time.sleep(random.uniform(0.001, 0.01 * (turn + 1)))  # noqa: S311 - no secret depends on it
    lock = os.path.join(repo.common_dir, ref + ".lock")
    if os.path.exists(lock):
        raise Contended(
            f"{ref} is locked; nothing was written", f"if no git runs here any more: rm {shell_quoted(lock)}"
        )
    raise Contended(f"{ref} kept changing; nothing was written", "run the command again")


def outlook(repo: Repository, kind: str, ours: str | None, theirs: str | None) -> MergePlan:
    """What uniting would mean; writes nothing. GitFailed where one of the trees cannot be read."""
    if ours == theirs:
        return MergePlan(SAME, ours, theirs)
    if ours is None or theirs is None:
        keys = frozenset(_keys(repo, kind, ours or theirs or ""))
        if ours is None:
            return MergePlan(FORWARD, ours, theirs, came=keys)
        return MergePlan(AHEAD, ours, theirs, went=keys)
    return _notes(repo, ours, theirs) if kind == "notes" else _generations(repo, ours, theirs)


def _keys(repo: Repository, kind: str, commit: str) -> set[str]:
    if kind == "notes":
        return set(trees.listing(repo, commit))
    return _traces(generations.listing(repo, commit))


def _notes(repo: Repository, ours: str, theirs: str) -> MergePlan:
    from gitprov.git.files.treediff import differing, merge_base
    from gitprov.model import note_merge

    base = merge_base(repo, ours, theirs)
    mine, other = (
        note_merge.without_base(differing(repo, ours, theirs))
        if base is None
        else (
            differing(repo, base, ours),
            differing(repo, base, theirs),
        )
    )
    length = repo.hash_length
    found = note_merge.entries(mine, other, note_merge.note_key(length))
    contents = _contents(repo, note_merge.notes_to_read(found, length))
    union = note_merge.unite_notes(found, length, contents)
    whole = not (union.put or union.drop)
    counts = MergePlan("", ours, theirs, union.came, union.went, union.merged)
    if not union.went and (base == ours or (base is None and repo.cut_off)):
        return counts._replace(step=FORWARD)
    if base == theirs and whole:
        return counts._replace(step=AHEAD)
    from gitprov.git.write import RefChange

    files: dict[str, bytes | None] = dict.fromkeys(union.drop)
    files.update({path: data for path, data in union.put.items() if isinstance(data, bytes)})
    blobs = {path: oid for path, oid in union.put.items() if isinstance(oid, str)}
    words = "gitprov: unite notes"
    change = RefChange(notes.REF, ours, words, files, merged=(theirs,), blobs=blobs)
    return counts._replace(step=MERGE, change=change)


def _generations(repo: Repository, ours: str, theirs: str) -> MergePlan:
    from gitprov.git.files.treediff import merge_base
    from gitprov.git.write import RefChange

    mine, other = generations.listing(repo, ours), generations.listing(repo, theirs)
    union = generations.united([mine, other], lambda records: generations.instructions_of(repo, records))
    came, went = _traces(_changed(mine, union)), _traces(_changed(other, union))
    counts = MergePlan("", ours, theirs, frozenset(came), frozenset(went), frozenset(came & went))
    base = merge_base(repo, ours, theirs)
    if union == other and base == ours:
        return counts._replace(step=FORWARD)
    if union == mine and base == theirs:
        return counts._replace(step=AHEAD)
    files: dict[str, bytes | None] = dict.fromkeys(mine.keys() - union.keys())
    blobs = {path: oid for path, oid in union.items() if mine.get(path) != oid}
    # A history that begins anew was made so by an erasure: ours must not bring back what it left behind.
    fresh = decode(repo.run("rev-parse", f"{ours}^{{tree}}")).strip() if base is None else None
    change = RefChange(
        generations.REF, ours, "gitprov: unite generations", files, fresh=fresh, merged=(theirs,), blobs=blobs
    )
    return counts._replace(step=MERGE, change=change)


def _changed(side: Mapping[str, str], union: Mapping[str, str]) -> list[str]:
    return [path for path in {**side, **union} if side.get(path) != union.get(path)]


def _traces(paths: Mapping[str, str] | list[str]) -> set[str]:
    return {trace for path in paths if (trace := generations.trace_of(path)) is not None}


def _contents(repo: Repository, oids: set[str]) -> dict[str, bytes]:
    wanted = sorted(oids)
    found = repo.objects.get_many(wanted)
    return {
        oid: obj.data
        for oid, obj in zip(wanted, found, strict=True)
        if obj is not None and obj.type == "blob"
    }
