"""Blocks of lines that were moved to another file before the commit: their evidence names the file they left.

A block that left one file and is, line for line, in another file of the commit is claimed there. Each line is
claimed once; in the delta of its trace it counts as kept, not as dropped.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from gitprov.attribution.matching.moved_block import Owner, RemovedLines, UnclaimedLines, arrivals
from gitprov.attribution.outcome import AmendedClaim, Outcome, Tally
from gitprov.flow.context import CommitContext
from gitprov.flow.evidence.attribute import CARRIED, Attributor, FileJob, FileResult
from gitprov.git.files.diff import FileChange
from gitprov.model.event import Event
from gitprov.model.lines import LEAST_BLOCK, is_trivial, split_lines
from gitprov.model.named import NamedTuple
from gitprov.model.notes.spent import Spent
from gitprov.model.ranges import LineSet
from gitprov.store.inbox import waiting

#: Most files outside the commit that are searched, those with the newest events.
_MOST = 64


class CommitEvidence(NamedTuple):
    """A commit's changes, the events of other files under present paths, and what earlier commits took of all
    events.
    """

    changes: list[FileChange]
    apart: list[Event]
    marks: Mapping[int, Spent]


def settled(
    context: CommitContext,
    commit: CommitEvidence,
    results: list[FileResult],
    worker: Callable[[Iterable[str]], Attributor],
) -> list[FileResult]:
    """The results, with moved blocks claimed in the files that they were moved to.

    `worker` returns an attributor for some paths.
    """
    apart: dict[str, list[Event]] = {}
    for event in commit.apart:
        apart.setdefault(event.path, []).append(event)
    gone = [one for result in results for one in result.gone]
    vacant = dict(_vacant(context, commit.changes, results))
    outside = list(_outside(context, apart, vacant, worker))
    gone += [one for result in outside for one in result.gone]
    if not gone or not vacant:
        return results
    placements = zip(vacant, arrivals(_together(gone), list(vacant.values())), strict=True)
    moved = {path: owners for path, owners in placements if owners}
    return _Placed(results, outside, commit.marks).with_blocks(moved) if moved else results


def _together(gone: list[RemovedLines]) -> list[RemovedLines]:
    """Removed lines in the order of their paths, so that the same commit always gives the same result."""
    return sorted(gone, key=lambda lines: next(iter(lines.owners.values()))[0])


def _vacant(
    context: CommitContext, changes: list[FileChange], results: list[FileResult]
) -> Iterator[tuple[str, UnclaimedLines]]:
    """Path → content, for files to which the commit adds enough unclaimed lines."""
    claims = {result.path: result.outcome.lines for result in results}
    for change in changes:
        if not change.has_text or change.added < LEAST_BLOCK:
            continue
        fresh = {n for hunk in change.hunks for n in range(hunk.new_start, hunk.new_end)}
        for classes in claims.get(change.path, {}).values():
            fresh.difference_update(line - 1 for lines in classes.values() for line in lines)
        if len(fresh) >= LEAST_BLOCK:
            lines = split_lines(context.repo.objects.blob(change.new_oid))
            yield change.path, UnclaimedLines(lines, frozenset(n for n in fresh if n < len(lines)))


def _outside(
    context: CommitContext,
    apart: Mapping[str, list[Event]],
    vacant: Mapping[str, UnclaimedLines],
    worker: Callable[[Iterable[str]], Attributor],
) -> Iterator[FileResult]:
    """Results of files that the commit does not change, if enough of their lines are added elsewhere."""
    newest = sorted(apart, key=lambda path: -apart[path][-1].seq)[:_MOST]
    telling = {
        line.rstrip(b"\r\n")
        for unclaimed in vacant.values()
        for line in (unclaimed.lines[n] for n in unclaimed.numbers)
        if not is_trivial(line)
    }
    paths = _sharing(context, {path: apart[path] for path in newest}, telling) if telling else []
    if paths:
        attributor = worker(paths)
        for path in paths:
            content = context.repo.objects.content(f"HEAD:{path}") or b""
            yield attributor.attribute_file(FileJob(path, content, content, (), apart[path], []))


def _sharing(context: CommitContext, events: Mapping[str, list[Event]], telling: set[bytes]) -> list[str]:
    """The paths whose edits may have added LEAST_BLOCK of the lines `telling`, by the hooks' rule."""
    blocks = waiting.blocks(context.inbox, (event for path in events for event in events[path]))
    sharing = []
    for path in events:
        of_path = [blocks[event.seq] for event in events[path]]
        lines = {line for block in of_path for line in block.lines}
        if any(block.any for block in of_path) or len(lines & telling) >= LEAST_BLOCK:
            sharing.append(path)
    return sharing


class _Placed:
    """Results of a commit while moved blocks are transferred from one result to another."""

    def __init__(
        self, results: list[FileResult], outside: list[FileResult], marks: Mapping[int, Spent]
    ) -> None:
        self._order = [one.path for one in results]
        self._results = {one.path: one for one in results}
        self._outside = {one.path: one for one in outside}
        self._marks = marks
        self._next = CARRIED << 1

    def with_blocks(self, moved: Mapping[str, dict[int, Owner]]) -> list[FileResult]:
        """The results, with those of files that had none before at the end.

        `moved`: path → line (0-based) → owner.
        """
        for path, owners in moved.items():
            groups: dict[tuple[str, int], dict[int, tuple[int, bool]]] = {}
            for n, (source_path, (source, line, edited)) in owners.items():
                if source_path != path:  # moves within a file are settled by its own fold
                    groups.setdefault((source_path, source), {})[n] = (line, edited)
            for (source_path, source), lines in groups.items():
                self._move(path, source_path, source, lines)
        return [*(self._results[path] for path in self._order), *self._new()]

    def _new(self) -> list[FileResult]:
        return [self._results[path] for path in sorted(self._results.keys() - set(self._order))]

    def _move(self, path: str, source_path: str, source: int, lines: dict[int, tuple[int, bool]]) -> None:
        """Transfer lines of one source. `lines`: committed line (0-based) → (source line, reworded)."""
        home = self._results.get(source_path) or self._outside[source_path]
        target = self._results.get(path) or FileResult(path, Outcome({}, {}), {}, {}, {}, {})
        event, carried = home.events.get(source), home.carried.get(source)
        key = source
        if carried is not None:
            key, self._next = self._next, self._next + 1
            target.carried[key] = AmendedClaim(carried.row, carried.cls)
        elif event is not None:
            target.events[key] = event
            target = target._replace(arrived=target.arrived | {key})
        target.outcome.lines[key] = _claims(lines, _is_persons(event, carried))
        kept, edited = (
            LineSet(line + 1 for line, reworded in lines.values() if reworded is cls) for cls in (False, True)
        )
        none = LineSet()
        target.outcome.tallies[key] = Tally(kept, edited, none, none, 0, finished=False)
        self._results[path] = target
        self._leave(home, source, kept | edited)

    def _leave(self, home: FileResult, source: int, lines: LineSet) -> None:
        """Lines (1-based, of the source's `after`) no longer count as dropped in the file that they left."""
        was = home.outcome.tallies[source]
        dropped = was.dropped - lines
        settled_before = self._marks.get(source, Spent()).dropped
        finished = was.finished or not (dropped or was.pending or settled_before)
        home.outcome.tallies[source] = was._replace(dropped=dropped, finished=finished)


def _is_persons(event: Event | None, carried: AmendedClaim | None) -> bool:
    return event.type == "human" if event is not None else carried is not None and carried.cls == "human"


def _claims(lines: Mapping[int, tuple[int, bool]], human: bool) -> dict[str, LineSet]:
    """Class → committed lines (1-based)."""
    lines_by_class: dict[str, list[int]] = {}
    for n, (_, edited) in lines.items():
        lines_by_class.setdefault("human" if human else "edited" if edited else "ai", []).append(n + 1)
    return {cls: LineSet(numbers) for cls, numbers in lines_by_class.items()}
