"""Arithmetic of note rows: sums of counts, rows of several sources as one, rows without some lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from gitprov.model.notes.rows import LineRow, TraceRow, files_entry
from gitprov.model.ranges import LineSet

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitprov.attribution.outcome import AmendedClaim, Tally
    from gitprov.model.notes.rows import R

_NONE = LineSet()
_PARTS = ("kept", "edited", "dropped", "pending")


def delta(tallies: Sequence[Tally]) -> dict[str, int]:
    """The `delta` of a trace row: the sums of its sources' kept, edited, dropped and pending lines."""
    counts = {name: sum(len(getattr(tally, name)) for tally in tallies) for name in _PARTS}
    return _summed(counts, sum(len(tally.reformatted) for tally in tallies))


def _summed(parts: dict[str, int], reformatted: int) -> dict[str, int]:
    """A delta of these parts; of the kept lines, at most `reformatted` have only their layout changed."""
    return {"raw": sum(parts.values()), **parts, **_reformatted(min(reformatted, parts["kept"]))}


def _reformatted(count: int) -> dict[str, int]:
    return {"reformatted": count} if count > 0 else {}


def together(claims: Iterable[dict[str, LineSet]]) -> dict[str, LineSet]:
    """The union, by class, of the lines that several sources of one row claim in one file."""
    runs: dict[str, list[tuple[int, int]]] = {}
    for claim in claims:
        for cls, lines in claim.items():
            runs.setdefault(cls, []).extend(lines.runs)
    return {cls: LineSet.of_runs(of_class) for cls, of_class in runs.items()}


def carried_row(
    carried: AmendedClaim, path: str, lines: dict[str, LineSet], tally: Tally, bounded: str | None = None
) -> LineRow:
    """The row for what is left of a claim of the amended commit.

    `bounded` is the reason why lines were not compared; the row gets it where the claim lost lines. Its
    `delta` is the difference that the amendment makes; `settled` adds the amended row's own once.
    """
    lost = sum(map(len, lines.values())) < carried.size
    files = {path: files_entry(lines, carried.gone, (bounded if lost else None) or carried.bounded)}
    row = carried.row
    if not isinstance(row, TraceRow):
        return row.replace(files=files)
    # A line may since be broken into several, or joined with others: the tally counts the original lines.
    now = {
        name: len(count) if cls in lines else 0
        for name, cls, count in (("kept", "ai", tally.kept), ("edited", "edited", tally.edited))
    }
    now["kept" if carried.cls == "ai" else "edited"] -= carried.size
    counts = {**now, "dropped": len(tally.dropped), "pending": len(tally.pending)}
    return row.replace(
        files=files,
        evidence=weakest(row.evidence, "carried"),
        delta={**counts, **_reformatted(len(tally.reformatted))},
    )


def settled(row: LineRow, before: TraceRow | None) -> LineRow:
    """The final row: without empty files, the delta of the amended commit's row added, raw as the sum."""
    files = {path: entry for path, entry in row.files.items() if entry}
    if not isinstance(row, TraceRow):
        return row.replace(files=files)
    now = row.delta or {}
    old = {**((before.delta if before is not None else None) or {}), "pending": 0}
    counts = {name: max(0, now.get(name, 0) + old.get(name, 0)) for name in _PARTS}
    reformatted = now.get("reformatted", 0) + old.get("reformatted", 0)
    return row.replace(files=files, delta=_summed(counts, reformatted))


def _alike(a: LineRow, b: LineRow) -> bool:
    """Whether two rows are equal in everything but files and counts."""
    return {**a.json, "files": None, "delta": None} == {**b.json, "files": None, "delta": None}


def add(a: LineRow, b: LineRow, carried: bool) -> LineRow:
    """Add two rows of one trace or person for different sources: unite line sets, add counts of lines.

    For a `carried` row, events may count the same deleted lines again, so the larger number holds.
    """
    both = a.files.keys() & b.files.keys()
    if not carried and not both and _alike(a, b):
        united = a.replace(files={**a.files, **b.files})  # the same as the union, in less time
    else:
        from gitprov.model.notes.note import unite_rows

        united = unite_rows(a, b)
    if isinstance(a, TraceRow) and isinstance(b, TraceRow) and "delta" in a.json and "delta" in b.json:
        names = {**(a.delta or {}), **(b.delta or {})}
        united = united.replace(delta={name: a.counted(name) + b.counted(name) for name in names})
    counts = {} if carried else {path: a.deleted(path) + b.deleted(path) for path in both}
    more = {path: {**united.files[path], "deleted": count} for path, count in counts.items() if count}
    return united.replace(files={**united.files, **more})


def weakest(*claims: object) -> str:
    """The weakest of several kinds of evidence; unknown values are ignored."""
    from gitprov.model.notes.note import EVIDENCE

    return EVIDENCE[max(EVIDENCE.index(claim) for claim in claims if claim in EVIDENCE)]


def recounted(row: TraceRow, dropped: int, pending: int = 0) -> dict[str, int]:
    """A trace row's `delta`, computed for the lines that it claims."""
    parts = {"kept": row.count("ai"), "edited": row.count("edited"), "dropped": dropped, "pending": pending}
    return _summed(parts, row.counted("reformatted"))


def adapted(row: R) -> R:
    """A row whose lines have changed, with the counts of its `delta` adapted, if it has one."""
    if not isinstance(row, TraceRow) or row.delta is None:
        return row
    return row.replace(delta=recounted(row, row.counted("dropped"), row.counted("pending")))


def without(row: R, taken: Mapping[str, LineSet]) -> R | None:
    """A row without the lines `taken`, by path; None where nothing is left. Its counts stay.

    A row that claims no lines is unchanged.
    """
    if not isinstance(row, LineRow) or "files" not in row.json:
        return row
    files = {}
    for path in row.files:
        classes = {cls: lines - taken.get(path, _NONE) for cls, lines in row.classes(path).items()}
        entry = files_entry(classes, row.deleted(path))
        entry = entry and {**entry, **files_entry({}, bounded=row.bounded(path))}
        files.update({path: entry} if entry else {})
    return row.replace(files=files) if files else None
