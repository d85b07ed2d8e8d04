"""Hunks that equal a hunk of a commit with a note in lines and context, as `cherry-pick -n` makes them.

Only commits that the new one does not descend from count: whoever repeats a line of the history typed it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from gitprov.attribution.carry import LineRun
from gitprov.attribution.inherit import InheritedClaims, note_of
from gitprov.flow.carry.solid import agree
from gitprov.git import notes as git_notes
from gitprov.git.files import patches
from gitprov.git.files.patches import Patch
from gitprov.git.process import decode
from gitprov.model.lines import is_trivial
from gitprov.model.notes.note import Note
from gitprov.model.notes.rows import Inherited
from gitprov.store import notes

if TYPE_CHECKING:
    from gitprov.git.repo import Repository

#: A hunk counts from this many added lines with words on.
LEAST = 2
#: The most commits whose hunks are compared, newest first.
MOST = 200
_PATHS = 200


class SameHunks(NamedTuple):
    """A hunk that equals one of `source`: `runs` are its added lines. The file's path is the same in both."""

    source: str
    path: str
    runs: tuple[LineRun, ...]


def staged(repo: Repository, head: str | None, whole: Collection[str] = ()) -> Inherited:
    """The claims that the index inherits for hunks that a noted commit of another branch has too, without
    lines that several such commits claim for different traces.

    `head` is the parent of the coming commit, `whole` are the commits that it repeats as a whole.
    One process if no staged hunk counts, else four or five.
    """
    added = [one for one in patches.staged(repo, head) if _counts(one)]
    sources = [oid for oid in candidates(repo, head, {one.path for one in added}) if oid not in whole]
    hunks = alike(added, patches.of_commits(repo, sources)) if sources else []
    noted = notes.read(repo, {one.source for one in hunks})
    hunks_of: dict[str, list[SameHunks]] = {}
    for hunk in hunks:
        hunks_of.setdefault(hunk.source, []).append(hunk)
    claims = [note_of(heritage(noted[source], of_source), "", 0) for source, of_source in hunks_of.items()]
    answers = [note for note in claims if note is not None]
    agreed = agree(answers, strictly=False).note if answers else None
    rows = [row for row in agreed.rows.values() if row.kind != "commit"] if agreed else []
    return Inherited(rows)


def candidates(repo: Repository, head: str | None, paths: Collection[str]) -> list[str]:
    """Commits with a note, of other local or fetched branches, that change one of `paths`; newest first."""
    if not paths or head is None:
        return []
    where = [f":(top,literal){path}" for path in sorted(paths)[:_PATHS]]
    args = ("rev-list", "--no-merges", "--branches", "--remotes", "--not", head, "--", *where)
    oids = decode(repo.run(*args)).split()
    noted = git_notes.read(repo, notes.REF, oids) if oids else {}
    return [oid for oid in oids if oid in noted][:MOST]


def alike(added: Sequence[Patch], others: Iterable[tuple[str, Sequence[Patch]]]) -> list[SameHunks]:
    """The hunks of `added` that other commits have too; `others` are (commit, its hunks)."""
    by_body: dict[tuple[str, bytes], list[Patch]] = {}
    for patch in added:
        if _counts(patch):
            by_body.setdefault((patch.path, patch.body), []).append(patch)
    hunks = []
    for oid, rows in others if by_body else ():
        counts = _occurrences(rows)
        for other in rows:
            # A hunk that is twice in a commit, or in its source, cannot be matched one to one.
            same = by_body.get((other.path, other.body), [])
            if len(same) == 1 and counts[other.path, other.body] == 1:
                hunks.append(SameHunks(oid, other.path, tuple(_runs(same[0], other))))
    return hunks


def heritage(note: Note, hunks: Iterable[SameHunks]) -> Inherited:
    """The claims of a source's own note for the lines of its hunks."""
    runs_of: dict[str, list[LineRun]] = {}
    for hunk in hunks:
        runs_of.setdefault(hunk.path, []).extend(hunk.runs)
    taken = InheritedClaims()
    for path, runs in runs_of.items():
        taken.take(note, path, path, runs)
    return taken.result()


def by_commit(
    repo: Repository, oids: Collection[str], sources: Collection[str]
) -> dict[str, list[SameHunks]]:
    """Commit of `oids` → its hunks that one of the sources has too; one process for all commits."""
    index: dict[tuple[str, bytes], list[tuple[str, Sequence[Patch]]]] = {}
    patches_of: dict[str, list[Patch]] = {}
    for oid, rows in patches.of_commits(repo, dict.fromkeys([*sources, *oids])):
        patches_of[oid] = [patch for patch in rows if _counts(patch)]
    counts_of = {oid: _occurrences(patches_of.get(oid, ())) for oid in sources}
    for oid in sources:
        for patch in patches_of.get(oid, ()):
            index.setdefault((patch.path, patch.body), []).append((oid, [patch]))
    hunks_of = {}
    for oid in oids:
        others = [
            hit
            for patch in patches_of.get(oid, ())
            for hit in index.get((patch.path, patch.body), ())
            if hit[0] != oid
        ]
        if others:
            single = [hit for hit in others if counts_of[hit[0]][hit[1][0].path, hit[1][0].body] == 1]
            hits = alike(patches_of[oid], single)
            if hits:
                hunks_of[oid] = hits
    return hunks_of


def _occurrences(rows: Iterable[Patch]) -> Counter[tuple[str, bytes]]:
    """How often each hunk, by path and body, is in a commit."""
    return Counter((patch.path, patch.body) for patch in rows)


def _counts(patch: Patch) -> bool:
    rows = [row for row in patch.body.split(b"\n") if row.startswith(b"+") and not is_trivial(row[1:])]
    return len(rows) >= LEAST


def _runs(new: Patch, old: Patch) -> list[LineRun]:
    runs: list[LineRun] = []
    at = 0
    for row in new.body.split(b"\n")[:-1]:
        if row.startswith(b"+"):
            run = LineRun(new.start + at, old.start + at, 1)
            last = runs[-1] if runs else None
            if last is not None and last.new + last.size == run.new:
                runs[-1] = last._replace(size=last.size + 1)
            else:
                runs.append(run)
        at += not row.startswith((b"-", b"\\"))
    return runs
