"""Unites our records with a remote's: the notes ref, the names of packages that did not exist and, where a
team shares them, the generations.
"""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from gitprov.errors import Contended
from gitprov.git import notes as trees
from gitprov.git.process import decode
from gitprov.model.untrusted.printed import shell_quoted
from gitprov.store import files, generations, notes, phantoms, pins
from gitprov.store.genuine import genuine

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitprov.git.repo import Repository
    from gitprov.git.write import RefChange

SAME, FORWARD, AHEAD, MERGE = "same", "forward", "ahead", "merge"
REFS = {"notes": notes.REF, "generations": generations.REF, "phantoms": phantoms.REF}
_TRIES = 30
#: A reading command does not wait for a stale lock; the next command tries again.
_TRIES_OF_A_READER = 2
_NONE: frozenset[str] = frozenset()
_PINS = "pins/"


def ref_of(kind: str) -> str:
    """The ref of a kind: of `REFS`, or `pins/FEATURE`."""
    return REFS.get(kind) or pins.TOP + kind.removeprefix(_PINS)


class MergePlan(NamedTuple):
    """How to unite two values of a ref. `step`: `same`; `forward`: ours moves to theirs; `ahead`: theirs can
    move to ours; `merge`: by `change`. Keys (commit ids for notes, traces for generations, ecosystem and name
    for phantoms, commits for pins) are in `came` if ours changes for them, in `went` if theirs does, in
    `merged` if both do.
    """

    step: str
    ours: str | None
    remote: str | None
    came: frozenset[str] = _NONE
    went: frozenset[str] = _NONE
    merged: frozenset[str] = _NONE
    change: RefChange | None = None


def unite(
    repo: Repository, kind: str, remote: str | None, committer: str | None, *, lazily: bool = False
) -> MergePlan:
    """Unite our ref with `remote` (a commit of a remote's ref); returns the plan that was carried out.

    `lazily`: two histories are merged only if records come to us, and there are fewer attempts. A sync always
    merges them, to be able to push. `committer` None: git's identity. GitprovError where a merge needs an
    identity and git has none, Contended where the ref keeps moving, GitFailed where git cannot write.
    """
    from gitprov.git.write import attempt, attempts, move, read_refs

    ref = ref_of(kind)
    for _ in attempts(_TRIES_OF_A_READER if lazily else _TRIES):
        plan = outlook(repo, kind, read_refs(repo, [ref]).get(ref), remote)
        done = True
        if plan.step == FORWARD and remote is not None:
            done = move(repo, ref, remote, plan.ours, "gitprov: fast-forward")
        elif plan.change is not None and (plan.came or not lazily):
            done = attempt(repo, committer or repo.identity("uniting records makes a commit"), [plan.change])
        if done:
            if kind == "notes" and (remote or plan.ours):
                files.raise_flag(repo.home, "active")
                if plan.came:
                    files.raise_flag(repo.home, files.NOTES_CAME)
            return plan
    lock = os.path.join(repo.common_dir, ref + ".lock")
    if os.path.exists(lock):
        raise Contended(
            f"{ref} is locked; nothing was written", f"if no git runs here any more: rm {shell_quoted(lock)}"
        )
    raise Contended(f"{ref} kept changing; nothing was written", "run the command again")


def outlook(repo: Repository, kind: str, ours: str | None, remote: str | None) -> MergePlan:
    """The plan for uniting two values of a ref; writes nothing. GitFailed where a tree cannot be read."""
    if ours == remote:
        return MergePlan(SAME, ours, remote)
    if ours is None or remote is None:
        keys = frozenset(_keys(repo, kind, ours or remote or ""))
        if ours is None:
            return MergePlan(FORWARD, ours, remote, came=keys)
        return MergePlan(AHEAD, ours, remote, went=keys)
    if kind.startswith(_PINS):
        return _pins(repo, ref_of(kind), ours, remote)
    return {"notes": _notes, "generations": _generations, "phantoms": _phantoms}[kind](repo, ours, remote)


def _keys(repo: Repository, kind: str, commit: str) -> set[str]:
    if kind == "notes":
        return set(trees.listing(repo, commit))
    if kind.startswith(_PINS):
        return set(pins.commits(repo, commit))
    if kind == "phantoms":
        return {" ".join(key) for key in phantoms.read(repo, commit)}
    return _traces(generations.listing(repo, commit))


def _notes(repo: Repository, ours: str, remote: str) -> MergePlan:
    from gitprov.git.files.treediff import differing, merge_base
    from gitprov.model.notes import note_merge

    base = merge_base(repo, ours, remote)
    own_changes, other = (
        note_merge.without_base(differing(repo, ours, remote))
        if base is None
        else (
            differing(repo, base, ours),
            differing(repo, base, remote),
        )
    )
    length = repo.hash_length
    entries = note_merge.entries(own_changes, other, note_merge.note_key(length))
    contents = repo.objects.blobs(sorted(note_merge.notes_to_read(entries, length)))
    union = note_merge.unite_notes(entries, length, contents)
    whole = not (union.put or union.drop)
    counts = MergePlan("", ours, remote, union.came, union.went, union.merged)
    if not union.went and (base == ours or (base is None and repo.cut_off)):
        return counts._replace(step=FORWARD)
    if base == remote and whole:
        return counts._replace(step=AHEAD)
    from gitprov.git.write import RefChange

    files: dict[str, bytes | None] = dict.fromkeys(union.drop)
    files.update({path: data for path, data in union.put.items() if isinstance(data, bytes)})
    blobs = {path: oid for path, oid in union.put.items() if isinstance(oid, str)}
    words = "gitprov: unite notes"
    change = RefChange(notes.REF, ours, words, files, merged=(remote,), blobs=blobs)
    return counts._replace(step=MERGE, change=change)


def _generations(repo: Repository, ours: str, remote: str) -> MergePlan:
    from gitprov.git.files.treediff import merge_base
    from gitprov.git.write import RefChange

    own_files, other = generations.listing(repo, ours), generations.listing(repo, remote)
    union = generations.united(
        [own_files, other], partial(generations.instructions_of, repo), partial(genuine, repo)
    )
    came, went = _traces(_changed(own_files, union)), _traces(_changed(other, union))
    counts = MergePlan("", ours, remote, frozenset(came), frozenset(went), frozenset(came & went))
    base = merge_base(repo, ours, remote)
    if union == other and base == ours:
        return counts._replace(step=FORWARD)
    if union == own_files and base == remote:
        return counts._replace(step=AHEAD)
    files: dict[str, bytes | None] = dict.fromkeys(own_files.keys() - union.keys())
    blobs = {path: oid for path, oid in union.items() if own_files.get(path) != oid}
    # Without a common base, an erasure has started a new history: ours must not bring back erased records.
    fresh = decode(repo.run("rev-parse", f"{ours}^{{tree}}")).strip() if base is None else None
    change = RefChange(
        generations.REF, ours, "gitprov: unite generations", files, fresh=fresh, merged=(remote,), blobs=blobs
    )
    return counts._replace(step=MERGE, change=change)


def _phantoms(repo: Repository, ours: str, remote: str) -> MergePlan:
    from gitprov.git.files.treediff import merge_base
    from gitprov.git.write import RefChange

    own_names, other = phantoms.read(repo, ours), phantoms.read(repo, remote)
    union = phantoms.united(own_names, other)
    came = frozenset(" ".join(key) for key, day in union.items() if own_names.get(key) != day)
    went = frozenset(" ".join(key) for key, day in union.items() if other.get(key) != day)
    counts = MergePlan("", ours, remote, came, went, came & went)
    base = merge_base(repo, ours, remote)
    if base == ours and not went:
        return counts._replace(step=FORWARD)
    if base == remote and not came:
        return counts._replace(step=AHEAD)
    files: dict[str, bytes | None] = {phantoms.FILE: phantoms.dump(union)}
    change = RefChange(phantoms.REF, ours, "gitprov: unite names", files, merged=(remote,))
    return counts._replace(step=MERGE, change=change)


def _pins(repo: Repository, ref: str, ours: str, remote: str) -> MergePlan:
    """Both histories stay, so that each pin replays; the newest pin is the present one."""
    from gitprov.git.files.treediff import differing, merge_base
    from gitprov.git.write import RefChange

    came, went = pins.commits(repo, remote, f"^{ours}"), pins.commits(repo, ours, f"^{remote}")
    counts = MergePlan("", ours, remote, frozenset(came), frozenset(went))
    base = merge_base(repo, ours, remote)
    if base in (ours, remote):
        return counts._replace(step=FORWARD if base == ours else AHEAD)
    files: dict[str, bytes | None] = {}
    blobs: dict[str, str] = {}
    if (pins.moment(repo, remote), remote) > (pins.moment(repo, ours), ours):
        for path, (_, new) in differing(repo, ours, remote).items():
            if new is None:
                files[path] = None
            else:
                blobs[path] = new
    change = RefChange(ref, ours, "gitprov: unite pins", files, merged=(remote,), blobs=blobs)
    return counts._replace(step=MERGE, change=change)


def _changed(side: Mapping[str, str], union: Mapping[str, str]) -> list[str]:
    return [path for path in {**side, **union} if side.get(path) != union.get(path)]


def _traces(paths: Mapping[str, str] | list[str]) -> set[str]:
    return {trace for path in paths if (trace := generations.trace_of(path)) is not None}
