"""Heal: finds commits that lack a note, or a part of it, and rebuilds it from what git and the clone keep."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from gitprov.flow.heal import named as heal_named
from gitprov.flow.heal import scope as heal_range
from gitprov.flow.heal.reasons import Unresolved
from gitprov.flow.heal.scope import Candidate, Scope
from gitprov.flow.heal.search import Progress, Search
from gitprov.flow.share.incoming import take_in
from gitprov.git.history import survey
from gitprov.git.notes import ensure_readable
from gitprov.git.repo import Repository
from gitprov.model.answers.heal import Healed, HealReport, LineSource
from gitprov.model.note import Note
from gitprov.store.notes import REF

#: Notes written in one step.
_BATCH = 500
_WHY = "notes are commits: they need a committer"
#: At most so many passes write notes; a note from one pass can be the source for another commit in the next.
_PASSES = 6


class HealRequest(NamedTuple):
    """What was asked for: see the command's help. `dry`: write nothing."""

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
    def __init__(self, repo: Repository, request: HealRequest, tell: Progress, scope: Scope | None) -> None:
        self._scope_override = scope
        self._repo = repo
        self._request = request
        self._tell = tell
        self._healed: dict[str, Healed] = {}
        self._again: set[str] = set()
        self._dry = request.dry

    def run(self) -> HealReport:
        scope = self._scope_override or self._scope()
        mapped = self._of_history(heal_named.read_map(self._repo, self._request.maps).pairs)
        search = self._look(scope, mapped)
        for _ in range(_PASSES):
            if not self._carry_out(search):
                break
            search = self._look(scope, mapped)
        search.remember()
        verdicts = Unresolved(self._repo, search.settling, self._repo.cut_off, search.noted)
        verdicts.judge(search.suspects, search.mapped.keys(), self._healed)
        if not self._dry:
            self._say_nothing(search, verdicts.settled)
        return HealReport(
            scope.words,
            len(search.commits),
            tuple(self._healed.values()),
            tuple(verdicts),
            tuple(verdicts.settled),
            bool(self._healed) and not self._dry,
            "dry run" if self._dry else None,
        )

    def _look(self, scope: Scope, mapped: list[tuple[str, str]]) -> Search:
        search = Search(self._repo, scope, mapped, self._request.source, self._tell, frozenset(self._again))
        search.find()
        return search

    def _of_history(self, pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
        """Drop pairs whose new commit is only on refs of gitprov or notes: tools rewrite these refs too."""
        args = ("--exclude=refs/notes/*", "--exclude=refs/gitprov/*", "--all", *self._head())
        apart = survey.without(self._repo, {new for _, new in pairs}, args)
        records = apart - survey.without(self._repo, apart, ("--all",))
        return [pair for pair in pairs if pair[1] not in records]

    def _head(self) -> tuple[str, ...]:
        return ("HEAD",) if self._repo.resolve("HEAD") else ()

    def _scope(self) -> Scope:
        revisions, request = self._request.range, self._request
        if request.maps and revisions is None and not request.everything:
            return Scope((), "commits that --map names")
        if request.source is not None and revisions is None and not request.everything:
            revisions = "HEAD"
        return heal_range.scope(self._repo, revisions, request.everything)

    def _carry_out(self, search: Search) -> bool:
        """Write the notes that a pass found, unless dry, and list them for the report.

        Return whether another pass may find more.
        """
        would = search.changes()
        bare = [
            suspect for oid, suspect in search.suspects.items() if suspect.bare and oid not in self._healed
        ]
        recalled = {recalled_note.oid: recalled_note.note for recalled_note in search.recall(bare)}
        pushed = self._pushed({*would, *recalled})
        if not would and not recalled:
            return False
        if not self._dry:
            self._write(search, would, [suspect for suspect in bare if suspect.commit.oid in recalled])
        from gitprov.flow.carry.write_notes import beside

        for oid in dict.fromkeys([*would, *recalled]):
            note = beside(recalled.get(oid), would.get(oid, Note()))
            self._healed[oid] = self._healed_commit(search, oid, note, oid in recalled, oid in pushed)
            if search.lacks_more(oid):
                self._again.add(oid)
        return not self._dry

    def _pushed(self, oids: set[str]) -> set[str]:
        """The commits in `oids` that are reachable from a remote-tracking ref."""
        return oids - survey.without(self._repo, oids, ("--remotes",)) if oids else set()

    def _write(self, search: Search, inherited: Mapping[str, Note], remembered: list[Candidate]) -> None:
        from gitprov.flow.carry.write_notes import record

        committer = self._repo.identity(_WHY)
        if remembered:
            search.recall(remembered, committer)
        oids = list(inherited)
        for at in range(0, len(oids), _BATCH):
            some = {oid: inherited[oid] for oid in oids[at : at + _BATCH]}
            record(self._repo, some, committer, f"gitprov: heal, {len(some)} commits")
            self._tell("writing notes", min(at + _BATCH, len(oids)), len(oids))

    def _say_nothing(self, search: Search, oids: list[str]) -> None:
        """Record in notes that commits were checked and contain no line of the traces in their messages.

        Such a note has a commit row alone. Only commits without a note get one, and no merges.
        """
        candidates = [search.suspects[oid] for oid in oids]
        commits = {each.commit.oid: each.commit for each in candidates if each.bare and each.named}
        plain = {oid for oid, commit in commits.items() if len(commit.parents) < 2}
        if not plain:
            return
        from gitprov.flow.carry.write_notes import record
        from gitprov.flow.change import new_lines
        from gitprov.model.rows import CommitRow

        silent = {}
        for oid in sorted(plain):
            parents = commits[oid].parents
            changes = new_lines(self._repo, parents, parents[0] if parents else None, oid)
            silent[oid] = Note([CommitRow.of(oid, "absent", sum(change.added for change in changes), {})])
        committer = self._repo.identity(_WHY)
        record(
            self._repo, silent, committer, f"gitprov: heal, {len(silent)} commits without lines of a trace"
        )

    def _healed_commit(self, search: Search, oid: str, note: Note, recalled: bool, pushed: bool) -> Healed:
        """The report's entry for a healed commit, with what earlier passes found for it."""
        before = self._healed.get(oid)
        sources = [LineSource(source.how, source.oid) for source in search.settling.sources.get(oid, [])]
        sources += [LineSource("inbox of this clone", None)] if recalled else []
        sources += [earlier for earlier in before.sources if earlier not in sources] if before else []
        traces = [trace for trace, row in note.traces.items() if row.count("ai", "edited")]
        traces += [trace for trace in before.traces if trace not in traces] if before else []
        lines = sum(row.count("ai", "edited") for row in note.traces.values())
        subject = search.suspects[oid].commit.subject
        return Healed(
            oid, subject, tuple(sources), tuple(traces), max(lines, before.lines if before else 0), pushed
        )
