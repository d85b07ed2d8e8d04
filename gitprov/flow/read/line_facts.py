"""The origin of blamed lines: from notes first, then from what a commit declares."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable

from gitprov.git.replace_refs import replaced
from gitprov.model.answers.blame import UNKNOWN, BlamedCommit, Facts, Group
from gitprov.model.notes.note import Claim, Note
from gitprov.model.notes.rows import HumanRow
from gitprov.model.ranges import owners
from gitprov.store.notes import REF

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitprov.git.repo import Repository

Uncommitted = Callable[[str], "list[Claim]"]
"""Path → the inbox's claims on the file in the work tree, weakest class first."""

#: Notes of up to this many commits are read one by one; above, the notes ref is listed once.
_FEW = 48


class Origins:
    """Facts for lines of commits. Call `learn` with the commits before `of_group` for their lines."""

    def __init__(self, repo: Repository, uncommitted: Uncommitted | None = None) -> None:
        self._repo = repo
        self._uncommitted = uncommitted
        self._notes: dict[str, Note] = {}
        self._oids: set[str] = set()
        self._brought = False
        self._listing: dict[str, str] | None = None
        self._replaced: frozenset[str] | None = None
        self._declared: dict[str, Facts] = {}
        self._claims: dict[tuple[str, str], _Claims] = {}

    def learn(self, commits: Iterable[BlamedCommit]) -> None:
        """Read notes and declarations of all these commits at once; commits of earlier calls are skipped."""
        new = [commit for commit in commits if commit.oid not in self._oids and commit.oid.strip("0")]
        if not new:
            return
        self._oids.update(commit.oid for commit in new)
        if self._replaced is None:
            self._replaced = replaced(self._repo)
        texts = self._read([commit.oid for commit in new if commit.oid not in self._replaced])
        for oid, text in texts.items():
            note = Note.parse(text)
            # A note that git copied (`notes.rewriteRef`) has another commit's line numbers. It counts as
            # empty until post-rewrite or `heal` has replaced it: unknown lines are better than wrong ones.
            self._notes[oid] = Note() if note.copied_from(oid) else note
        silent = [
            commit for commit in new if commit.oid not in self._notes or not self._notes[commit.oid].traces
        ]
        if silent:
            from gitprov.flow.read.declared import declared_facts

            noted = {
                commit.oid for commit in silent if self._notes.get(commit.oid, Note()).commit is not None
            }
            self._declared.update(declared_facts(self._repo, silent, noted))

    def of_group(self, group: Group) -> list[Facts]:
        """Facts for each line of a group, in order."""
        key = (group.oid, group.path)
        claims = self._claims.get(key)
        if claims is None:
            claims = self._claims[key] = self._claims_of(group.oid, group.path)
        return claims.of_run(group.orig_line, group.size)

    def _claims_of(self, oid: str, path: str) -> _Claims:
        if not oid.strip("0"):
            return _Claims(self._uncommitted(path) if self._uncommitted else [], UNKNOWN)
        note = self._notes.get(oid)
        return _Claims(note.claims(path) if note else [], self._declared.get(oid, UNKNOWN))

    def _read(self, oids: list[str]) -> dict[str, bytes]:
        from gitprov.git import notes
        from gitprov.git.remotes import partial_clone

        if not self._brought:
            repo = self._repo
            partial_clone.bring(REF, cwd=repo.cwd, env=repo.env, common_dir=repo.common_dir)
            self._brought = True
        if self._listing is None and len(self._oids) <= _FEW:
            texts = notes.read(self._repo, REF, oids)
            notes.ensure_readable(self._repo, REF, [oid for oid in oids if oid not in texts])
            return texts
        if self._listing is None:
            self._listing = notes.listing(self._repo, REF)
            if not self._listing:
                notes.ensure_readable(self._repo, REF)
        blobs = {oid: self._listing[oid] for oid in oids if oid in self._listing}
        texts = {}
        for oid, blob in zip(blobs, self._repo.objects.get_many(blobs.values()), strict=True):
            if blob is None:
                raise notes.unreadable(REF, f"the note of {oid[:12]} is missing")
            if blob.type == "blob":
                texts[oid] = blob.data
        return texts


class _Claims:
    """Claims on one file of one commit, indexed by line; the first claim that holds a line decides."""

    __slots__ = ("_default", "_facts", "_runs", "_starts")

    def __init__(self, claims: list[Claim], default: Facts) -> None:
        self._default = default
        self._facts = [facts_of(claim) for claim in claims]
        self._runs = owners([claim.lines for claim in claims])
        self._starts = [first for first, _, _ in self._runs]

    def of_run(self, first: int, size: int) -> list[Facts]:
        """Facts for each of `size` lines from line `first` (1-based) on, in order."""
        end = first + size
        facts: list[Facts] = []
        at = max(bisect_right(self._starts, first) - 1, 0)
        while len(facts) < size:
            line = first + len(facts)
            start, last, index = self._runs[at] if at < len(self._runs) else (end, end, 0)
            if line < start:
                facts += [self._default] * (min(start, end) - line)
            elif line <= last:
                facts += [self._facts[index]] * (min(last + 1, end) - line)
            else:
                at += 1
        return facts


def facts_of(claim: Claim) -> Facts:
    """The facts that a note row records for its lines."""
    row = claim.row
    if isinstance(row, HumanRow):
        return Facts(claim.cls, row.evidence, human=row.author)
    return Facts(claim.cls, *map(row.json.get, _FROM_ROW))


#: The row's keys of the facts after the class.
_FROM_ROW = tuple({"trace": "id"}.get(field, field) for field in Facts._fields[1:])
