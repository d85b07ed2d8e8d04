"""Carrying: the claims that target commits inherit from source commits, by git's diff and existing notes.

A line that is unchanged in git's diff keeps its claims; a changed line needs new evidence. Every command that
rewrites or repeats history is handled by this one mechanism.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from gitprov.attribution.carry import LineRun, kept, news, olds, split, without
from gitprov.attribution.inherit import InheritedClaims, note_of
from gitprov.attribution.layout.language import language_of
from gitprov.flow.carry.clean_picks import RawChanges, repeated
from gitprov.flow.carry.values import CarryTarget, Rewrite
from gitprov.flow.change import added_count
from gitprov.git.files import diff as diffs
from gitprov.git.files.diff import REGULAR, FileChange
from gitprov.git.objects import Commit
from gitprov.git.repo import Repository
from gitprov.model.lines import split_lines
from gitprov.model.notes.note import Note
from gitprov.model.notes.rows import Inherited
from gitprov.model.ranges import LineSet, added_lines
from gitprov.store import notes

if TYPE_CHECKING:
    from gitprov.model.ranges import Hunk

#: The most line ranges for one blame.
_RANGES = 500


def carry(repo: Repository, pairs: Iterable[Rewrite], *, always: bool = False) -> dict[str, Note]:
    """New commit → the note that it inherits; commits that inherit nothing are left out. Writes nothing.

    `always`: a commit that has no line of its sources gets a note with a commit row alone, where their notes
    settle that (`Inherited.noted`). For several sources of one commit, later ones take precedence. Pairs
    with a commit that this clone lacks are skipped.
    """
    sources_of: dict[str, list[str]] = {}
    partial: dict[str, set[str]] = {}
    limits: dict[str, dict[str, frozenset[str]]] = {}
    for old, new, whole, only in dict.fromkeys(pairs):
        if old != new:
            sources_of.setdefault(new, []).append(old)
            if not whole:
                partial.setdefault(new, set()).add(old)
            if only is not None:
                limits.setdefault(new, {})[old] = only
    commits: dict[str, Commit] = {}
    _read_commits(repo, commits, {oid for new, olds in sources_of.items() for oid in (new, *olds)})
    targets = [
        CarryTarget(
            oid,
            commits[oid].tree,
            commits[oid].parents,
            frozenset({*commits[oid].parents, *partial.get(oid, ())}),
            only=limits.get(oid, {}),
        )
        for oid in sources_of
        if oid in commits
    ]
    inherited = inherit(repo, [(target, sources_of[target.name]) for target in targets], commits=commits)
    noted = {oid: note_of(claims, oid, added, always=always) for oid, (claims, added) in inherited.items()}
    return {oid: note for oid, note in noted.items() if note is not None}


def inherit(
    repo: Repository,
    targets: Sequence[tuple[CarryTarget, Sequence[str]]],
    most: int | None = None,
    commits: dict[str, Commit] | None = None,
) -> dict[str, tuple[Inherited, int]]:
    """A target's name → what it inherits from its sources, and how many lines it adds.

    If more than `most` files would have to be blamed, none is; this is then the `problem` of each answer but
    those for clean picks. `commits`: the commits that the caller has read; others are added.

    Lines that the sources themselves added take a constant number of processes; each file with lines that a
    source had from its parents takes one `git blame`.
    """
    if not targets:
        return {}
    commits = {} if commits is None else commits
    sources = {oid for _, names in targets for oid in names}
    _read_commits(repo, commits, sources)
    bases = {oid for target, _ in targets for oid in target.parents}
    _read_commits(
        repo, commits, bases | {base for oid in sources & commits.keys() for base in commits[oid].parents}
    )
    noted = _notes(repo, sources)
    raw = RawChanges(repo)
    answers = repeated(raw, commits, targets, noted)
    rest = [(target, names) for target, names in targets if target.name not in answers]
    seen = _Diffs(repo, commits, rest, raw)
    cases = [
        _CarryCase(repo, target, [oid for oid in names if oid in commits], seen, noted)
        for target, names in rest
    ]
    unasked = _ask_blame(repo, cases, most)
    problem = f"{unasked} files would have to be blamed" if unasked else None
    for case in cases:
        answers[case.target.name] = (case.heritage.result()._replace(problem=problem), case.added)
    for target, names in targets:
        claims, added = answers[target.name]
        whole = [commits[oid] for oid in names if oid in commits and oid not in target.partial]
        if not problem and _settles(whole, noted):
            answers[target.name] = (claims._replace(noted=True), added)
    return answers


def _settles(sources: Sequence[Commit], noted: Mapping[str, Note]) -> bool:
    """Whether no note is missing of the commits that a target repeats: one of them has a note, and the
    messages of those without a note name no trace.
    """
    named = (
        b"gen_" in commit.message or b"sha256:" in commit.message
        for commit in sources
        if commit.oid not in noted
    )
    return any(commit.oid in noted for commit in sources) and not any(named)


def _notes(repo: Repository, oids: Iterable[str]) -> dict[str, Note]:
    """The commits' notes, less those that git copied from another commit, which have that one's numbers."""
    return {oid: note for oid, note in notes.read(repo, oids).items() if not note.copied_from(oid)}


def _read_commits(repo: Repository, commits: dict[str, Commit], oids: Iterable[str]) -> None:
    """Add those of the commits that this clone has and that `commits` lacks."""
    commits.update(repo.objects.commits(oid for oid in oids if oid not in commits))


class _Diffs:
    """All tree comparisons that a set of target commits needs, from two processes at most."""

    def __init__(
        self,
        repo: Repository,
        commits: Mapping[str, Commit],
        targets: Sequence[tuple[CarryTarget, Sequence[str]]],
        raw: RawChanges,
    ) -> None:
        self._commits = commits
        self._empty = repo.empty_tree()
        added_pairs: list[tuple[str, str]] = []
        across: list[tuple[str, str]] = []
        for target, sources in targets:
            added_pairs += [(base, target.tree) for base in self._bases(target.parents) or ()]
            for source in (commits[oid] for oid in sources if oid in commits):
                across.append((source.tree, target.tree))
                added_pairs += [(base, source.tree) for base in self._bases(source.parents) or ()]
        # Other files that differ between a source and its target, by upstream's changes, are of no interest.
        paths = raw.paths(added_pairs)
        self._seen = diffs.between_trees(repo, list(dict.fromkeys([*added_pairs, *across])), paths)

    def _bases(self, parents: tuple[str, ...]) -> list[str] | None:
        """Trees of the parents; None in a shallow clone that lacks one: then no line is provably new."""
        if not parents:
            return [self._empty]
        return (
            [self._commits[oid].tree for oid in parents if oid in self._commits]
            if {*parents} <= self._commits.keys()
            else None
        )

    def added(self, tree: str, parents: tuple[str, ...]) -> list[FileChange]:
        """The changes that a tree makes relative to all its parents."""
        bases = self._bases(parents)
        if bases is None:
            return []
        first, *others = [self._seen[base, tree] for base in bases]
        for other in others:
            first = diffs.common(first, other)
        return first

    def source(self, oid: str, target: CarryTarget) -> tuple[list[FileChange], list[FileChange]]:
        """The changes that a source itself makes, and those from it to the target."""
        source = self._commits[oid]
        return self.added(source.tree, source.parents), self._seen[source.tree, target.tree]


class _Open(NamedTuple):
    """Lines that a source had from its parents: only a blame of it finds the commits they are from."""

    source: str
    old: str
    path: str
    runs: list[LineRun]


class _CarryCase:
    """One target: lines that its sources added get their claims here, other lines are left `open`."""

    def __init__(
        self,
        repo: Repository,
        target: CarryTarget,
        sources: Sequence[str],
        seen: _Diffs,
        noted: Mapping[str, Note],
    ) -> None:
        self.target = target
        self.heritage = InheritedClaims()
        self._repo = repo
        added = [change for change in seen.added(target.tree, target.parents) if change.has_text]
        self.added = added_count(added)
        self._fresh = {change.path: lines for change in added if (lines := _added(repo, change))}
        self._removed = {change.path: sum(hunk.old_count for hunk in change.hunks) for change in added}
        self._settled: dict[str, LineSet] = {}
        self._open: list[_Open] = []
        for oid in reversed(sources):
            self._ask(oid, *seen.source(oid, target), noted.get(oid))

    def _ask(self, oid: str, added: list[FileChange], between: list[FileChange], note: Note | None) -> None:
        changed = {change.path: change for change in between}
        itself = {change.path: change for change in added if change.has_text}
        paths = self.target.only.get(oid, self._fresh.keys())
        for path, fresh in self._fresh.items():
            lines = fresh - self._settled.get(path, LineSet()) if path in paths else LineSet()
            change = changed.get(path)
            runs = self._runs(lines, path, change) if lines else []
            if runs:
                old = path if change is None else change.old_path
                own_runs, rest = split(runs, self._own_lines(itself.get(old), note))
                self._settled[path] = self._settled.get(path, LineSet()) | news(own_runs)
                if note is not None:
                    self.heritage.take(note, old, path, own_runs)
                if rest:
                    self._open.append(_Open(oid, old, path, rest))
        if note is not None and oid not in self.target.partial:
            names = {change.old_path: change.path for change in between if change.status == "R"}
            self.heritage.add_commit_facts(note, names, self._removed, self.target.counted)

    def _own_lines(self, change: FileChange | None, note: Note | None) -> LineSet:
        """Lines of a source's file that it added itself, not those that it only re-indented or re-wrapped.

        Lines that its note claims are its own in any case.
        """
        if change is None:
            return LineSet()
        added = _added(self._repo, change)
        claimed = LineSet.of_runs(
            run for claim in (note.claims(change.path) if note else ()) for run in claim.lines.runs
        )
        return added - news(self._runs(added - claimed, change.path, change))

    def _runs(self, lines: LineSet, path: str, change: FileChange | None) -> list[LineRun]:
        if change is None:
            return kept(lines, (), lambda: ([], []))
        if change.status == "A" or change.old_mode not in REGULAR or not change.has_text:
            return []

        def contents() -> tuple[list[bytes], list[bytes]]:
            old, new = (self._repo.objects.blob(oid) for oid in (change.old_oid, change.new_oid))
            return split_lines(old), split_lines(new)

        return kept(lines, _hunks(self._repo, change), contents, language_of(path))

    def open(self) -> list[_Open]:
        """The lines that still need a blame, without those that another source settled."""
        remaining = []
        for part in self._open:
            runs = without(part.runs, self._settled.get(part.path, LineSet()))
            if runs:
                remaining.append(part._replace(runs=runs))
        return remaining


def _added(repo: Repository, change: FileChange) -> LineSet:
    hunks = _hunks(repo, change)
    return added_lines(hunks)


def _hunks(repo: Repository, change: FileChange) -> Sequence[Hunk]:
    """The hunks of a change, even if git takes the file for binary and shows none."""
    if not (change.opaque and change.has_text):
        return change.hunks
    from gitprov.attribution.diff import unshown

    old = repo.objects.blob(change.old_oid) if change.old_mode in REGULAR else b""
    return unshown(old, repo.objects.blob(change.new_oid))


def _ask_blame(repo: Repository, cases: Sequence[_CarryCase], most: int | None) -> int:
    """Settle the open lines by git's blame of the sources and the notes of the commits that it names.

    Returns 0, or, if there are more than `most` files to blame, their number, and then none is blamed.
    """
    lines_of: dict[tuple[str, str], LineSet] = {}
    for case in cases:
        for part in case.open():
            key = (part.source, part.old)
            lines_of[key] = lines_of.get(key, LineSet()) | olds(part.runs)
    if not lines_of or (most is not None and len(lines_of) > most):
        return len(lines_of)
    answers = {key: _blamed(repo, *key, lines) for key, lines in lines_of.items()}
    noted = _notes(repo, {oid for answer in answers.values() for oid, _, _ in answer.values()})
    for case in cases:
        for part in case.open():
            for (oid, old), runs in _by_commit(part.runs, answers[part.source, part.old]).items():
                if oid in noted:
                    case.heritage.take(noted[oid], old, part.path, runs)
    return 0


def _blamed(repo: Repository, source: str, path: str, lines: LineSet) -> dict[int, tuple[str, str, int]]:
    """Line of a commit's file → the commit, file and line that git's blame attributes it to."""
    from gitprov.git.history import blame as git_blame

    # Many ranges would not fit on a command line; the result may have other lines between them.
    runs = lines.runs if len(lines.runs) <= _RANGES else ((lines.runs[0][0], lines.runs[-1][1]),)
    ranges = [f"-L{first},{last}" for first, last in runs]
    # For lines of an ignored revision, git only guesses where they are from; claims need certainty.
    args = ("-w", "--ignore-revs-file=", *ranges, source, "--", path)
    # Blame runs in the work tree, as it takes relative paths; a GIT_DIR may be relative to our directory.
    fixed = {"GIT_DIR": repo.git_dir, "GIT_WORK_TREE": repo.worktree or ""}
    env = {**repo.env, **{name: value for name, value in fixed.items() if name in repo.env}}
    with git_blame.start(args, "--porcelain", cwd=repo.worktree or repo.cwd, env=env) as stream:
        answer = git_blame.porcelain(stream)
    return {group.line: (group.oid, group.path, group.orig_line) for group, _ in answer.lines}


def _by_commit(
    runs: Iterable[LineRun], answer: Mapping[int, tuple[str, str, int]]
) -> dict[tuple[str, str], list[LineRun]]:
    runs_of: dict[tuple[str, str], list[LineRun]] = {}
    for run in runs:
        for n in range(run.size):
            place = answer.get(run.old + n)
            if place is not None:
                runs_of.setdefault(place[:2], []).append(LineRun(run.new + n, place[2], 1))
    return runs_of
