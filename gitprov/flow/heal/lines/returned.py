"""Finds files that a commit restores from a commit of its own history: `git checkout COMMIT -- FILE`.

Git does not record the origin of such a file. It equals the earlier file byte for byte, so by git's diff of
the two commits its lines are unchanged; to type it again means to type the whole file exactly as it was.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from gitprov.attribution.diff import hunks
from gitprov.flow.heal import memory as heal_memory
from gitprov.flow.heal.pool import Ancestry
from gitprov.git.files.arrivals import arrivals, below
from gitprov.model.lines import is_trivial, split_lines
from gitprov.model.untrusted.jsonvalue import loads

if TYPE_CHECKING:
    from gitprov.git.history.survey import SurveyedCommit
    from gitprov.git.repo import Repository

Lenders = dict[str, frozenset[str]]
"""Source commit → the files that the target commit has exactly as this one."""

#: At least so many restored lines of a file must have words: fewer are easily typed again.
LEAST = 2
#: The newest commits of the history, which are searched for a file's earlier state.
DEEP = 10_000
#: At most so many earlier commits with the same file are checked for one commit.
_FEW = 12
#: At most so many commits with restored files are reported in one run, the newest ones.
_MOST = 500
#: The file of the results for each commit.
_RETURNED = "heal-returned"


def brought_back(
    repo: Repository,
    commits: Mapping[str, SurveyedCommit],
    tips: Sequence[str],
    tell: Callable[[int], None],
    deep: int = DEEP,
) -> dict[str, Lenders]:
    """Commit → the earlier commits with files that it restores, for `commits` (newest first) with one parent.

    A commit's history never changes, so each commit is checked once; `tell` gets the number of commits to
    check now. `deep`: so many newest commits of the history are searched.
    """
    back_in = _remembered(repo)
    new = [oid for oid, commit in commits.items() if len(commit.parents) == 1 and oid not in back_in]
    if new:
        tell(len(new))
        history = _history(repo, commits, tips, deep)
        back = _look(repo, new, history)
        back_in.update((oid, back.get(oid, {})) for oid in new)
        # Results of a search that was cut short are not stored, so that a later search can be complete.
        if not repo.cut_off and (deep >= DEEP or len(history) < deep):
            _remember(repo, back_in)
    return {oid: back_in[oid] for oid in [oid for oid in commits if back_in.get(oid)][:_MOST]}


def _history(
    repo: Repository, commits: Mapping[str, SurveyedCommit], tips: Sequence[str], deep: int
) -> list[str]:
    """The commits that may contain the earlier states of restored files, newest first."""
    if len(commits) < deep and any(
        parent not in commits for commit in commits.values() for parent in commit.parents
    ):
        return list(dict.fromkeys([*below(repo, tips, deep), *commits]))
    return list(commits)


def _look(repo: Repository, new: Sequence[str], history: Sequence[str]) -> dict[str, Lenders]:
    """Commit → the earlier commits with files that it restores, for `new`; one process lists all changes."""
    asked_for = set(new)
    came: dict[tuple[str, str], list[tuple[str, str | None]]] = {}
    for oid, changes in arrivals(repo, history):
        for change in changes:
            came.setdefault((change.path, change.new), []).append((oid, change.old))
    cases = []
    for (path, blob), rows in came.items():
        for n, (oid, old) in enumerate(rows[:-1]):
            if oid in asked_for and _tells(repo, old, blob):
                cases.append((oid, path, [earlier for earlier, _ in rows[n + 1 :][:_FEW]]))
    return _nearest(repo, cases)


def _nearest(repo: Repository, cases: Sequence[tuple[str, str, list[str]]]) -> dict[str, Lenders]:
    """Commit → newest ancestors with its files, for `cases`: (commit, path, earlier commits newest first)."""
    kin = Ancestry(repo, {(oid, old) for oid, _, olds in cases for old in olds})
    nearest_of: dict[str, dict[str, set[str]]] = {}
    for oid, path, olds in cases:
        nearest = next((old for old in olds if kin.descends(oid, old)), None)
        if nearest is not None:
            nearest_of.setdefault(oid, {}).setdefault(nearest, set()).add(path)
    return {
        oid: {old: frozenset(paths) for old, paths in by_commit.items()}
        for oid, by_commit in nearest_of.items()
    }


def _tells(repo: Repository, old: str | None, new: str) -> bool:
    """Whether at least `LEAST` lines with words are added between the blobs `old` and `new`."""
    before, after = (_content(repo, oid) for oid in (old, new))
    lines = split_lines(after)
    added = (line for hunk in hunks(before, after) for line in lines[hunk.new_start : hunk.new_end])
    return sum(not is_trivial(line) for line in added) >= LEAST


def _content(repo: Repository, blob: str | None) -> bytes:
    obj = repo.objects.get(blob) if blob else None
    return obj.data if obj is not None else b""


def _remembered(repo: Repository) -> dict[str, Lenders]:
    """The stored results; commits whose row cannot be read are left out and so checked again."""
    back_in: dict[str, Lenders] = {}
    for row in heal_memory.rows(repo, _RETURNED):
        oid, _, paths_text = row.partition(" ")
        if not paths_text:
            back_in[oid] = {}
            continue
        with contextlib.suppress(ValueError, AttributeError, TypeError):
            back_in[oid] = {old: frozenset(map(str, paths)) for old, paths in loads(paths_text).items()}
    return back_in


def _remember(repo: Repository, back_in: Mapping[str, Lenders]) -> None:
    rows_by_commit = {oid: {old: sorted(paths) for old, paths in row.items()} for oid, row in back_in.items()}
    rows = (f"{oid} {json.dumps(row)}" if row else oid for oid, row in sorted(rows_by_commit.items()))
    heal_memory.keep(repo, _RETURNED, rows)
