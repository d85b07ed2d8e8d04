"""Brings the index up to date: from what is recorded there to the present heads, notes and generations."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from gitprov.flow.index import survivors
from gitprov.flow.index.findings import findings_of
from gitprov.flow.index.rows import IndexedCommit, by_table, changes_of, generation_rows, rows_of
from gitprov.flow.index.runs import present_runs, run_rows
from gitprov.flow.index.survivors import ClaimedCommit
from gitprov.git import notes as git_notes
from gitprov.git.files.treediff import differing
from gitprov.git.history.facts import changed_paths, default_branch, facts, listed, parents_of, tips
from gitprov.git.process import decode
from gitprov.model.exchange.index_rows import (
    BaselineRunEntry,
    ClaimedRange,
    DriftRunEntry,
    Entry,
    FindingEntry,
    PhantomEntry,
    PromptEntry,
    RepositoryEntry,
    SurvivorEntry,
    new_repository,
)
from gitprov.model.moments import seconds_of
from gitprov.model.notes.note import Note
from gitprov.store import generations, notes, phantoms
from gitprov.store.index import read
from gitprov.store.index.load import Writer
from gitprov.store.index.words import storable

if TYPE_CHECKING:
    from gitprov.git.repo import Repository
    from gitprov.store.index.database import Connection, Database

#: Commits whose rows are in memory at once.
_AT_ONCE = 200
#: Up to this many notes are read by name; for more, one listing of the tree is cheaper.
_BY_NAME = 2000
Progress = Callable[[str, int, int], None]
"""Shown on long work: what is done, how much of it, of how many."""


class Updated(NamedTuple):
    """What an update did: commits added, commits whose notes changed, commits removed, generations read and
    removed. `whole`: the repository was indexed from the beginning.
    """

    added: int
    changed: int
    removed: int
    generations: int
    forgotten: int
    whole: bool


class _Present(NamedTuple):
    """What is in the repository now."""

    heads: list[str]
    notes: str | None
    generations: str | None
    phantoms: str | None
    branch: str | None
    tip: str | None
    runs: str | None


def key_of(repo: Repository) -> str:
    """The repository's key: the first of its root commits, and the last part of the address of `origin`."""
    args = ("rev-list", "--max-parents=0", "--all", "--exclude=refs/notes/*", "--exclude=refs/gitprov/*")
    excluded = (*args[:2], *args[3:], args[2])
    roots = sorted(decode(repo.try_run(*excluded).stdout).split())
    address = decode(repo.try_run("config", "--get", "remote.origin.url").stdout).strip()
    name = os.path.basename(address.rstrip("/")).removesuffix(".git")
    return f"{roots[0] if roots else 'empty'} {name}".strip()


def update(repo: Repository, base: Database, progress: Progress, *, share: bool) -> Updated:
    """Bring the index up to date; waits for another indexer. `share`: prompts may enter a shared database."""
    with base.writing() as connection:
        writer = Writer(connection, "clone" if not base.shared else key_of(repo))
        return _Update(repo, connection, writer, share or not base.shared, progress).run()


class _Difference(NamedTuple):
    """Commits that came, those whose notes changed, and those that are gone; each parents first."""

    new: list[str]
    changed: list[str]
    removed: list[str]


class _Update:
    def __init__(
        self, repo: Repository, connection: Connection, writer: Writer, texts: bool, progress: Progress
    ) -> None:
        self._repo = repo
        self._connection = connection
        self._writer = writer
        self._texts = texts
        self._progress = progress

    def run(self) -> Updated:
        """Compare, remove, add, and record the new state."""
        before, now = self._writer.state, _present(self._repo)
        whole = not before.heads or self._is_lost(before)
        if whole:
            self._writer.clear()
            before = new_repository(before.repo, before.key)
        old = before.heads.split()
        new = listed(self._repo, now.heads, old) if old != now.heads else []
        removed = listed(self._repo, old, now.heads) if old != now.heads else []
        without = {*new, *removed}
        changed = [] if whole else self._changed_notes(before.notes, now.notes, without)
        if whole:
            self._begin(now, new)
        else:
            self._continue(before, now, _Difference(new, changed, removed))
        counts = self._generations(before.generations, now.generations)
        self._phantoms(before.phantoms, now.phantoms)
        if before.runs != now.runs:
            self._replace([BaselineRunEntry, DriftRunEntry], run_rows(self._repo, self._writer.repo))
        judged = before.judged
        if before.tip != now.tip or changed:
            judged = None  # Open findings are of other lines, or of other authors.
            rows = findings_of(self._repo, self._connection, self._writer.repo, now.tip)
            self._replace([FindingEntry], rows)
        self._writer.keep(RepositoryEntry(before.repo, before.key, "\n".join(now.heads), *now[1:], judged))
        return Updated(len(new), len(changed), len(removed), *counts, whole)

    def _begin(self, now: _Present, oids: Sequence[str]) -> None:
        """Index the whole history in one walk."""
        branch = frozenset(listed(self._repo, [now.tip])) if now.tip else frozenset()
        commits = self._added(oids, branch)
        line = [oid for oid in oids if oid in branch]
        walked = survivors.walk(self._repo, line, (row for row in commits if row.facts.oid in branch))
        self._writer.add(survivors.rows(self._writer.repo, walked))

    def _continue(self, before: RepositoryEntry, now: _Present, difference: _Difference) -> None:
        """Index what is new, remove what is gone, and follow the lines of the default branch."""
        new, changed, removed = difference
        branch = frozenset(listed(self._repo, [now.tip])) if changed and now.tip else frozenset()
        landed = [oid for oid in changed if oid in branch]
        self._writer.remove_commits([*removed, *changed])
        deque(self._added([*changed, *new], frozenset()), maxlen=0)
        if before.tip != now.tip:
            old, tip = (list(filter(None, [name])) for name in (before.tip, now.tip))
            self._writer.land([oid for oid in listed(self._repo, old, tip) if oid not in {*removed}], False)
            landed += listed(self._repo, tip, old)
        self._writer.land(landed, True)
        self._survive(before, now, changed)

    def _is_lost(self, before: RepositoryEntry) -> bool:
        """Whether a commit from which the update would start is no longer in the clone."""
        names = [*before.heads.split(), *filter(None, (before.notes, before.generations))]
        return any(obj is None for obj in self._repo.objects.get_many(names))

    def _changed_notes(self, old: str | None, new: str | None, without: Collection[str]) -> list[str]:
        """Indexed commits whose notes differ, sorted."""
        if old == new:
            return []
        paths = differing(self._repo, old, new or self._repo.empty_tree())
        names = {path.replace("/", "") for path in paths} - {*without}
        return read.indexed(self._connection, self._writer.repo, names)

    def _added(self, oids: Sequence[str], branch: Collection[str]) -> Iterator[ClaimedCommit]:
        """Add the rows of commits; yields what survival needs of each. `branch`: the default branch."""
        blobs = git_notes.places(self._repo, notes.REF) if len(oids) > _BY_NAME else None
        for start in range(0, len(oids), _AT_ONCE):
            part = oids[start : start + _AT_ONCE]
            commits = list(facts(self._repo, part))
            trees = {commit.oid: commit.tree for commit in commits}
            parents = {commit.parents[0] for commit in commits if commit.parents}
            others = self._repo.objects.commits(parents - trees.keys())
            trees |= {oid: commit.tree for oid, commit in others.items()}
            changes = changes_of(self._repo, commits, trees)
            names = [
                (oid, blob) for oid in part for blob in (_named(oid) if blobs is None else blobs.get(oid, ()))
            ]
            parsed = {
                oid: Note.parse(data) for oid, data in git_notes.read_objects(self._repo, names).items()
            }
            rows: list[Entry] = []
            for commit, change in zip(commits, changes, strict=True):
                indexed = IndexedCommit(commit, change, parsed.get(commit.oid, Note()))
                made = rows_of(self._writer.repo, indexed, landed=commit.oid in branch)
                rows += made.rows
                yield ClaimedCommit(commit, change, made.ranges)
            for table in by_table(rows):
                self._writer.add(table)
            self._progress("commits indexed", start + len(part), len(oids))

    def _survive(self, before: RepositoryEntry, now: _Present, changed: Collection[str]) -> None:
        """Follow the lines of the default branch, from the recorded tip where its new commits are a line."""
        if before.tip == now.tip and not changed:
            return
        if now.tip is None:
            self._writer.clear(SurvivorEntry)
            return
        oids = listed(self._repo, [now.tip], [before.tip] if before.tip else [])
        if before.tip and not changed and self._is_line(before.tip, oids):
            self._prolong(oids)
            return
        everything = listed(self._repo, [now.tip])
        recorded = survivors.recorded(self._repo, everything, self._claims)
        walked = survivors.walk(self._repo, everything, recorded)
        self._writer.clear(SurvivorEntry)
        self._writer.add(survivors.rows(self._writer.repo, walked))

    def _is_line(self, tip: str, oids: Sequence[str]) -> bool:
        """Whether each commit has the one before as its only parent, and the first the tip."""
        parents = parents_of(self._repo, oids)
        return bool(oids) and [parents[oid] for oid in oids] == [(oid,) for oid in [tip, *oids[:-1]]]

    def _prolong(self, oids: Sequence[str]) -> None:
        paths = changed_paths(self._repo, oids)
        living = read.living(self._connection, self._writer.repo, [storable(path) for path in paths])
        start = survivors.restored(living)
        before = dict(start.state)
        recorded = survivors.recorded(self._repo, oids, self._claims)
        walked = survivors.walk(self._repo, oids, recorded, start)
        touched = {
            path for path in {*before, *walked.state} if before.get(path) is not walked.state.get(path)
        }
        self._writer.remove_survivors(touched)
        self._writer.add(survivors.rows(self._writer.repo, walked, touched))

    def _claims(self, oids: Sequence[str]) -> Mapping[str, list[ClaimedRange]]:
        return read.claims(self._connection, self._writer.repo, oids)

    def _generations(self, old: str | None, new: str | None) -> tuple[int, int]:
        """Read the generations that changed; returns how many were read, and how many removed."""
        if old == new:
            return 0, 0
        files = generations.listing(self._repo, new) if old is None and new else None
        paths: Iterable[str] = (
            differing(self._repo, old, new or self._repo.empty_tree()) if files is None else files
        )
        traces = sorted({trace for path in paths if (trace := generations.trace_of(path)) is not None})
        if old is not None:
            self._writer.remove_generations(traces)
            self._writer.orphans()
        digests = self._writer.digests()
        count = 0
        for start in range(0, len(traces), _AT_ONCE):
            count += self._read_generations(traces[start : start + _AT_ONCE], digests, files)
            self._progress("generations indexed", start, len(traces))
        return count, len(traces) - count

    def _read_generations(
        self, traces: Sequence[str], digests: set[str], files: Mapping[str, str] | None
    ) -> int:
        """Add the rows of generations; `files`: path → blob id of all that the store has, if at hand."""
        tops = {trace: generations.directory(trace) for trace in traces}
        names = ("record.json", "prompt.txt", generations.TOMBSTONE)
        paths = [f"{top}/{name}" for top in tops.values() for name in names]
        objects = (
            {path: f"{generations.REF}:{path}" for path in paths} if files is None else
            {path: files[path] for path in paths if path in files}
        )  # fmt: skip
        contents = self._repo.objects.blobs(objects.values())
        blobs = {path: contents[name] for path, name in objects.items() if name in contents}
        rows = []
        count = 0
        for trace, top in tops.items():
            record = generations.parsed(trace, blobs.get(f"{top}/record.json"))
            if record is None:
                continue
            count += 1
            at = seconds_of(record.get("at") if isinstance(record.get("at"), str) else None) or 0
            forgotten = f"{top}/{generations.TOMBSTONE}" in blobs
            prompt = blobs.get(f"{top}/prompt.txt")
            for row in generation_rows(
                self._writer.repo, record, prompt, forgotten=forgotten, texts=self._texts, at=at
            ):
                if isinstance(row, PromptEntry):
                    if row.digest in digests:
                        continue
                    digests.add(row.digest)
                rows.append(row)
        for table in by_table(rows):
            self._writer.add(table)
        return count

    def _replace(self, kinds: Sequence[type[Entry]], rows: Sequence[Entry]) -> None:
        self._writer.clear(*kinds)
        for table in by_table(rows):
            self._writer.add(table)

    def _phantoms(self, old: str | None, new: str | None) -> None:
        if old != new:
            names = sorted(phantoms.read(self._repo).items())
            self._replace([PhantomEntry], [PhantomEntry(self._writer.repo, *key, day) for key, day in names])


def _named(oid: str) -> list[str]:
    """The names of the objects that may be a commit's note."""
    return [f"{notes.REF}:{path}" for path in git_notes.spellings(oid)]


def _present(repo: Repository) -> _Present:
    heads = tips(repo)
    branch = default_branch(repo, heads)
    refs = [repo.resolve(ref) for ref in (notes.REF, generations.REF, phantoms.REF)]
    return _Present(
        sorted({*heads.values()}),
        refs[0],
        refs[1],
        refs[2],
        branch,
        heads[branch] if branch else None,
        present_runs(repo),
    )
