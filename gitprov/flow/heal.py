"""Heal: commits that should have a note and do not, found and mended from what git and the clone still know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from gitprov.flow import heal_named, heal_range
from gitprov.flow.heal_pass import Pass, Tell
from gitprov.flow.heal_range import Scope, Suspect
from gitprov.flow.heal_why import Verdicts
from gitprov.flow.taken import take_in
from gitprov.git import survey
from gitprov.git.notes import ensure_readable
from gitprov.git.repo import Repository
from gitprov.model.healed import Found, Healed, Report
from gitprov.model.note import Note, line_count
from gitprov.store.notes import REF

#: Notes written in one step.
_BATCH = 500
_WHY = "notes are commits: they need a committer"
#: What one pass finds may be the source of more: so often it looks again.
_PASSES = 6


class Request(NamedTuple):
    """What was asked for: see the command's help. `dry`: write nothing."""

    range: str | None = None
    everything: bool = False
    maps: tuple[str, ...] = ()
    source: str | None = None
    dry: bool = False


def heal(
    repo: Repository, request: Request, tell: Tell = lambda *_: None, scope: Scope | None = None
) -> Report:
    """Find and mend; what was done and what could not be. `scope`: commits to look at instead of the request's.

    Pushed commits get their notes too: a note changes no commit. UsageError for a range, a map or a ref that is none,
    GitprovError where git knows nobody to write as, NotesUnreadable where nobody can say which notes are missing.
    """
    ensure_readable(repo, REF)
    take_in(repo)
    # What `git replace` shows in a commit's place would be taken for the commit itself.
    env = {**repo.env, "GIT_NO_REPLACE_OBJECTS": "1"}
    same = (repo.git_dir, repo.common_dir, repo.worktree, repo.object_format)
    with Repository(repo.cwd, env, *same) as plain:
        return _Run(plain, request, tell, scope).run()


class _Run:
    def __init__(self, repo: Repository, request: Request, tell: Tell, scope: Scope | None) -> None:
        self._given = scope
        self._repo = repo
        self._request = request
        self._tell = tell
        self._healed: dict[str, Healed] = {}
        self._again: set[str] = set()
        self._dry = request.dry

    def run(self) -> Report:
        scope = self._given or self._scope()
        mapped = self._of_history(heal_named.read_map(self._repo, self._request.maps).pairs)
        one = self._look(scope, mapped)
        for _ in range(_PASSES):
            if not self._carry_out(one):
                break
            one = self._look(scope, mapped)
        one.remember()
        verdicts = Verdicts(self._repo, one.settling, self._repo.cut_off, one.noted)
        verdicts.judge(one.suspects, one.given.keys(), self._healed)
        if not self._dry:
            self._say_nothing(one, verdicts.settled)
        return Report(
            scope.words,
            len(one.commits),
            tuple(self._healed.values()),
            tuple(verdicts),
            tuple(verdicts.settled),
            bool(self._healed) and not self._dry,
            "dry run" if self._dry else None,
        )

    def _look(self, scope: Scope, mapped: list[tuple[str, str]]) -> Pass:
        one = Pass(self._repo, scope, mapped, self._request.source, self._tell, frozenset(self._again))
        one.find()
        return one

    def _of_history(self, pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
        """Pairs of a map without what keeps our own records: such tools rewrite every ref there is."""
        own = ("--exclude=refs/notes/*", "--exclude=refs/gitprov/*", "--all", *self._head())
        apart = survey.without(self._repo, {new for _, new in pairs}, own)
        records = apart - survey.without(self._repo, apart, ("--all",))
        return [pair for pair in pairs if pair[1] not in records]

    def _head(self) -> tuple[str, ...]:
        return ("HEAD",) if self._repo.resolve("HEAD") else ()

    def _scope(self) -> Scope:
        asked, request = self._request.range, self._request
        if request.maps and asked is None and not request.everything:
            return Scope((), "commits that --map names")
        if request.source is not None and asked is None and not request.everything:
            asked = "HEAD"
        return heal_range.scope(self._repo, asked, request.everything)

    def _carry_out(self, one: Pass) -> bool:
        """Write what a pass found, or only keep it for the report. Whether another pass may find more."""
        would = one.changes()
        bare = [suspect for oid, suspect in one.suspects.items() if suspect.bare and oid not in self._healed]
        recalled = {found.oid: found.note for found in one.recall(bare)}
        pushed = self._pushed({*would, *recalled})
        if not would and not recalled:
            return False
        if not self._dry:
            self._write(one, would, [suspect for suspect in bare if suspect.told.oid in recalled])
        from gitprov.flow.inherit import beside

        for oid in dict.fromkeys([*would, *recalled]):
            note = beside(recalled.get(oid), would.get(oid, Note()))
            self._healed[oid] = self._told(one, oid, note, oid in recalled, oid in pushed)
            if one.lacks_more(oid):
                self._again.add(oid)
        return not self._dry

    def _pushed(self, oids: set[str]) -> set[str]:
        """Those that a remote-tracking ref leads to."""
        return oids - survey.without(self._repo, oids, ("--remotes",)) if oids else set()

    def _write(self, one: Pass, found: Mapping[str, Note], remembered: list[Suspect]) -> None:
        from gitprov.flow.inherit import record

        committer = self._repo.identity(_WHY)
        if remembered:
            one.recall(remembered, committer)
        oids = list(found)
        for at in range(0, len(oids), _BATCH):
            some = {oid: found[oid] for oid in oids[at : at + _BATCH]}
            record(self._repo, some, committer, f"gitprov: heal, {len(some)} commits")
            self._tell("writing notes", min(at + _BATCH, len(oids)), len(oids))

    def _say_nothing(self, one: Pass, oids: list[str]) -> None:
        """Let notes say that somebody looked, where commits hold no line of the traces that their messages name."""
        found = [one.suspects[oid] for oid in oids]
        wanted = {each.told.oid: each.told for each in found if each.bare and each.named}
        here = {oid for oid, told in wanted.items() if len(told.parents) < 2}
        if not here:
            return
        from gitprov.flow.change import new_lines
        from gitprov.flow.inherit import record
        from gitprov.model.note import commit_row

        silent = {}
        for oid in sorted(here):
            parents = wanted[oid].parents
            changes = new_lines(self._repo, parents, parents[0] if parents else None, oid)
            silent[oid] = Note([commit_row(oid, "absent", sum(change.added for change in changes), {})])
        committer = self._repo.identity(_WHY)
        record(
            self._repo, silent, committer, f"gitprov: heal, {len(silent)} commits without lines of a trace"
        )

    def _told(self, one: Pass, oid: str, note: Note, recalled: bool, pushed: bool) -> Healed:
        """What is said of a healed commit; what earlier passes found of it counts."""
        before = self._healed.get(oid)
        sources = [Found(source.how, source.oid) for source in one.settling.sources.get(oid, [])]
        sources += [Found("inbox of this clone", None)] if recalled else []
        sources += [known for known in before.sources if known not in sources] if before else []
        traces = [trace for trace, row in note.traces.items() if line_count(row, "ai", "edited")]
        traces += [trace for trace in before.traces if trace not in traces] if before else []
        lines = sum(line_count(row, "ai", "edited") for row in note.traces.values())
        subject = one.suspects[oid].told.subject
        return Healed(
            oid, subject, tuple(sources), tuple(traces), max(lines, before.lines if before else 0), pushed
        )
