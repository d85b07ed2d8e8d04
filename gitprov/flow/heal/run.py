"""Heal: finds commits that lack a note, or a part of it, and rebuilds it from what git and the clone keep."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from gitprov.flow.heal import named as heal_named
from gitprov.flow.heal import scope as heal_scope
from gitprov.flow.heal.reasons import unresolved
from gitprov.flow.heal.scope import Scope, Source, Sources
from gitprov.flow.heal.search import Progress, Search
from gitprov.flow.heal.settle import changes, settle
from gitprov.flow.share.incoming import take_in
from gitprov.git.history import survey
from gitprov.git.notes import ensure_readable
from gitprov.git.repo import Repository
from gitprov.model.answers.heal import Healed, HealReport, LineSource
from gitprov.model.notes.note import Note
from gitprov.store.notes import REF

if TYPE_CHECKING:
    from gitprov.flow.heal.inbox import InboxEvidence

#: Notes written in one step.
_BATCH = 500
_WHY = "notes are commits: they need a committer"
#: At most so many passes write notes; a note from one pass can be the source for another commit in the next.
_PASSES = 6


class HealRequest(NamedTuple):
    """The options of `gitprov heal`, as its help explains them. `dry`: write nothing."""

    range: str | None = None
    everything: bool = False
    maps: tuple[str, ...] = ()
    source: str | None = None
    dry: bool = False


def heal(
    repo: Repository, request: HealRequest, tell: Progress = lambda *_: None, scope: Scope | None = None
) -> HealReport:
    """Find commits that lack notes and write these; report what was healed and what could not be.

    `scope`: commits to check instead of the request's. `tell` gets the progress. Pushed commits get notes
    too: a note changes no commit. UsageError for an invalid range, map or ref, GitprovError if git has no
    committer identity, NotesUnreadable if the notes cannot be read, so that missing ones cannot be found.
    """
    ensure_readable(repo, REF)
    take_in(repo)
    # Otherwise git would read the replacement of a commit (`git replace`) instead of the commit itself.
    env = {**repo.env, "GIT_NO_REPLACE_OBJECTS": "1"}
    same = (repo.git_dir, repo.common_dir, repo.worktree, repo.object_format)
    with Repository(repo.cwd, env, *same) as plain:
        return _Run(plain, request, tell, scope).run()


class _Run:
    """One run: passes over a scope until none of them finds a further note."""

    def __init__(self, repo: Repository, request: HealRequest, tell: Progress, scope: Scope | None) -> None:
        self._repo = repo
        self._request = request
        self._tell = tell
        self._scope = scope or _scope(repo, request)
        self._mapped = self._of_history(heal_named.read_map(repo, request.maps))
        self._healed: dict[str, Healed] = {}
        self._again: set[str] = set()

    def run(self) -> HealReport:
        search = self._look()
        for _ in range(_PASSES):
            if not self._carry_out(search) or self._request.dry:
                break
            search = self._look()
        unhealed, settled = unresolved(search, self._healed)
        if not self._request.dry:
            self._write_silent(search, settled)
        return HealReport(
            self._scope.words,
            len(search.commits),
            tuple(self._healed.values()),
            tuple(unhealed),
            tuple(settled),
            bool(self._healed) and not self._request.dry,
            "dry run" if self._request.dry else None,
        )

    def _look(self) -> Search:
        search = Search(self._repo, self._scope, self._mapped, self._tell)
        if self._request.source is not None:
            branch = heal_named.branch(self._repo, self._request.source, list(search.commits))
            for oid in search.commits:
                search.mapped.setdefault(oid, []).extend(branch)
        search.select(self._again)
        settle(search)
        return search

    def _of_history(self, pairs: list[tuple[str, str]]) -> Sources:
        """Commit → its sources by --map.

        Commits that are only on refs of gitprov or notes are left out: tools rewrite these refs too.
        """
        if not pairs:
            return {}
        head = ("HEAD",) if self._repo.resolve("HEAD") else ()
        args = ("--exclude=refs/notes/*", "--exclude=refs/gitprov/*", "--all", *head)
        apart = survey.without(self._repo, {new for _, new in pairs}, args)
        records = apart - survey.without(self._repo, apart, ("--all",))
        mapped: Sources = {}
        for old, new in pairs:
            if new not in records:
                mapped.setdefault(new, []).append(Source(old, "--map"))
        return mapped

    def _carry_out(self, search: Search) -> bool:
        """Write the notes that a pass found, unless dry, and list them for the report.

        Return whether there were any: then another pass may find more.
        """
        from gitprov.flow.carry.write_notes import beside

        inherited = changes(search)
        search.fruitless.remember(inherited)
        bare = [each for oid, each in search.candidates.items() if each.bare and oid not in self._healed]
        inbox = self._inbox(search) if bare else None
        recalled = inbox.recall(bare) if inbox is not None else {}
        oids = dict.fromkeys([*inherited, *recalled])
        pushed = oids.keys() - survey.without(self._repo, oids, ("--remotes",)) if oids else set()
        if oids and not self._request.dry:
            committer = self._repo.identity(_WHY)
            if inbox is not None and recalled:
                inbox.recall([each for each in bare if each.commit.oid in recalled], committer)
            self._write(inherited, committer)
        for oid in oids:
            note = beside(recalled.get(oid), inherited.get(oid, Note()))
            self._healed[oid] = self._healed_commit(search, oid, note, oid in recalled, oid in pushed)
            candidate = search.candidates[oid]
            # Others only have notes that leave some lines unclaimed, as any note may.
            lacking = candidate.bare or candidate.named or candidate.copied or oid in search.mapped
            if lacking and (len(oids) > 1 or oid in recalled):  # a note is no source of its own commit
                self._again.add(oid)
        return bool(oids)

    def _inbox(self, search: Search) -> InboxEvidence | None:
        """The evidence in this clone's inboxes; None if there are none."""
        if not os.path.isdir(os.path.join(self._repo.home, "inbox")):
            return None
        # Imports all that a commit's hooks need, which the rest of this command does not need.
        from gitprov.flow.heal.inbox import InboxEvidence

        return InboxEvidence(self._repo, search.recorded_traces)

    def _write(self, inherited: Mapping[str, Note], committer: str) -> None:
        from gitprov.flow.carry.write_notes import record

        oids = list(inherited)
        for at in range(0, len(oids), _BATCH):
            some = {oid: inherited[oid] for oid in oids[at : at + _BATCH]}
            record(self._repo, some, committer, f"gitprov: heal, {len(some)} commits")
            self._tell("writing notes", min(at + _BATCH, len(oids)), len(oids))

    def _write_silent(self, search: Search, oids: list[str]) -> None:
        """Record in notes that commits were checked and contain no line of the traces in their messages.

        Such a note has a commit row alone. Only commits without a note get one, and no merges.
        """
        candidates = [search.candidates[oid] for oid in sorted(oids)]
        commits = [
            each.commit for each in candidates if each.bare and each.named and len(each.commit.parents) < 2
        ]
        if not commits:
            return
        from gitprov.flow.carry.write_notes import record
        from gitprov.flow.change import added_count, new_lines
        from gitprov.model.notes.rows import CommitRow

        silent = {}
        for oid, parents, *_ in commits:
            files = new_lines(self._repo, parents, parents[0] if parents else None, oid)
            silent[oid] = Note([CommitRow.of(oid, "absent", added_count(files), {})])
        words = f"gitprov: heal, {len(silent)} commits without lines of a trace"
        record(self._repo, silent, self._repo.identity(_WHY), words)

    def _healed_commit(self, search: Search, oid: str, note: Note, recalled: bool, pushed: bool) -> Healed:
        """The report's entry for a healed commit, with what earlier passes found for it."""
        counts = {trace: row.count("ai", "edited") for trace, row in note.traces.items()}
        sources = [LineSource(source.how, source.oid) for source in search.sources.get(oid, [])]
        sources += [LineSource("inbox of this clone", None)] if recalled else []
        traces = [trace for trace, count in counts.items() if count]
        lines = sum(counts.values())
        before = self._healed.get(oid)
        if before is not None:
            sources = list(dict.fromkeys([*sources, *before.sources]))
            traces = list(dict.fromkeys([*traces, *before.traces]))
            lines = max(lines, before.lines)
        subject = search.candidates[oid].commit.subject
        return Healed(oid, subject, tuple(sources), tuple(traces), lines, pushed)


def _scope(repo: Repository, request: HealRequest) -> Scope:
    if request.range is not None or request.everything:
        return heal_scope.scope(repo, request.range, request.everything)
    if request.maps:
        return Scope((), "commits that --map names")
    return heal_scope.scope(repo, "HEAD" if request.source is not None else None, False)
