"""Automatic heal of commits new in this clone, within bounds: after a pull, in a sync and before a push.

It must not delay git noticeably: a run with nothing new only reads the refs. The tips that were checked are
stored, so no commit is checked twice unless notes came from another clone since.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, NamedTuple

from gitprov.flow.heal import memory as heal_memory
from gitprov.git.process import decode
from gitprov.git.remotes.remote import STAGING
from gitprov.store import fetched_remotes, files
from gitprov.store.fetched_remotes import KINDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitprov.flow.heal.scope import Scope
    from gitprov.git.repo import Repository

#: At most so many new commits of one branch are checked, the newest ones, and one run takes so many seconds.
MOST = 500
SECONDS = 10.0
#: Newest commits of HEAD that are checked again when notes came from another clone since.
_AGAIN = 200
#: So many new tips are checked one by one; the new commits of all others are checked together.
_SINGLE = 4
#: Earlier commits that are searched for the former versions of restored files.
_DEEP = 1_000
#: At most so many tips are passed to git.
_TIPS = 2_000
#: The file of the tips that were checked.
_SEEN = "heal-seen"


class Looked(NamedTuple):
    """The result of a run. `healed` counts commits that got lines; `incomplete`: the bounds excluded some."""

    healed: int = 0
    incomplete: bool = False


class _OutOfTimeError(Exception):
    """The time of this run is over."""


def heal_new(repo: Repository) -> Looked:
    """Heal commits new on HEAD, local branches and remote-tracking refs since the last run, without network.

    Does nothing if there are no notes. GitprovError as `heal` in flow/heal/run.
    """
    if not os.path.exists(os.path.join(repo.home, "active")):
        return Looked()
    refs = _refs(repo)
    if _has_arrivals(repo, refs):
        from gitprov.flow.share.incoming import take_in

        take_in(repo)
    tips = _tips(repo, refs)
    seen = heal_memory.rows(repo, _SEEN)
    looked_at = {*seen}
    new = [oid for oid in tips if oid not in looked_at]
    again = os.path.exists(os.path.join(repo.home, files.NOTES_CAME))
    if not (new or again):
        return Looked()
    from gitprov.store import notes

    if repo.objects.get(notes.REF) is None:
        return Looked()
    # Lowered before the run, so that notes that come during the run raise it again.
    files.lower_flag(repo.home, files.NOTES_CAME)
    try:
        done = _run(repo, _scopes(new, seen, again=again))
        if seen and len(new) > _TIPS:
            done = done._replace(incomplete=True)
    except BaseException:
        if again:
            files.raise_flag(repo.home, files.NOTES_CAME)
        raise
    heal_memory.keep(repo, _SEEN, tips)
    return done


def _refs(repo: Repository) -> list[tuple[str, str, bool]]:
    """(commit, ref, whether HEAD is on it) for local branches, remote-tracking refs and fetched records."""
    places = ("refs/heads", "refs/remotes", STAGING)
    rows = decode(repo.run("for-each-ref", "--format=%(objectname)%(HEAD)%(refname)", *places)).splitlines()
    return [
        (row[: repo.hash_length], row[repo.hash_length + 1 :], row[repo.hash_length] == "*") for row in rows
    ]


def _has_arrivals(repo: Repository, refs: Sequence[tuple[str, str, bool]]) -> bool:
    """Whether a plain `git fetch` has brought records that are not merged with this clone's yet."""
    fetched = {ref: oid for oid, ref, _ in refs if ref.startswith(STAGING)}
    if not fetched:
        return False
    taken = fetched_remotes.load(repo.home)
    places = {
        f"{STAGING}/{name}/{kind}": values.get(kind) for name, values in taken.items() for kind in KINDS
    }
    return any(oid != places[ref] for ref, oid in fetched.items() if ref in places)


def _tips(repo: Repository, refs: Sequence[tuple[str, str, bool]]) -> list[str]:
    """The commits of all branches, HEAD's first, then those of local branches."""
    head = decode(files.read(os.path.join(repo.git_dir, "HEAD")) or b"").strip()
    first = [oid for oid, _, current in refs if current]
    if not first and not head.startswith("ref:"):
        first = [head]
    rest = [oid for oid, ref, _ in refs if not ref.startswith(STAGING)]
    return [oid for oid in dict.fromkeys([*first, *rest]) if oid]


def _scopes(new: Sequence[str], seen: Sequence[str], *, again: bool) -> list[Scope]:
    """The scopes to check, in order; only HEAD's if `seen` is empty. `again`: also HEAD's newest commits."""
    from gitprov.flow.heal.scope import Scope

    scopes = []
    before = list(seen[:_TIPS])
    bounds = ("--ignore-missing", f"--max-count={MOST + 1}")  # one more shows whether some are left out
    for tip in new[: _SINGLE if seen else 1]:
        without = ("--not", *before) if before else ()
        scopes.append(Scope((*bounds, tip, *without), "what is new", (tip,), deep=_DEEP))
        before.append(tip)
    rest = new[_SINGLE:_TIPS] if seen else ()
    if rest:
        scopes.append(Scope((*bounds, *rest, "--not", *before), "what is new", deep=_DEEP))
    if again and seen:
        scopes.append(Scope((f"--max-count={_AGAIN}", "HEAD"), "what notes came for", ("HEAD",), deep=_DEEP))
    return scopes


def _run(repo: Repository, scopes: Sequence[Scope]) -> Looked:
    from gitprov.flow.heal.run import HealRequest, heal

    end = time.monotonic() + SECONDS

    def tell(*_: object) -> None:
        if time.monotonic() > end:
            raise _OutOfTimeError

    healed: set[str] = set()
    incomplete = False
    try:
        for scope in scopes:
            tell()
            report = heal(repo, HealRequest(), tell, scope)
            healed.update(one.oid for one in report.healed)
            incomplete = incomplete or report.looked > MOST
    except _OutOfTimeError:
        incomplete = True
    return Looked(len(healed), incomplete)
