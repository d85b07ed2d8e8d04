"""Makes the rows of a note from the results per file and source: sums of counts, and carried claims."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gitprov.attribution.inherit import weakest
from gitprov.attribution.outcome import AmendedClaim, Tally
from gitprov.model.note import Row, files_entry, unite_rows
from gitprov.model.ranges import LineSet


def delta(tallies: Sequence[Tally]) -> dict[str, int]:
    """The `delta` of a trace row: the sums of its sources' kept, edited, dropped and pending lines."""
    names = ("kept", "edited", "dropped", "pending")
    counts = {name: sum(len(getattr(tally, name)) for tally in tallies) for name in names}
    return {
        "raw": sum(counts.values()),
        **counts,
        **reformatted(sum(len(tally.reformatted) for tally in tallies)),
    }


def reformatted(count: object, kept: int | None = None) -> dict[str, int]:
    """The part of a delta that counts kept lines with only their layout changed; empty if there are none.

    The number is at most `kept`, unless that is None.
    """
    number = count if isinstance(count, int) and not isinstance(count, bool) else 0
    number = number if kept is None else min(number, kept)
    return {"reformatted": number} if number > 0 else {}


def together(claims: Iterable[dict[str, LineSet]]) -> dict[str, LineSet]:
    """The union, by class, of the lines that several sources of one row claim in one file."""
    runs: dict[str, list[tuple[int, int]]] = {}
    for claim in claims:
        for cls, lines in claim.items():
            runs.setdefault(cls, []).extend(lines.runs)
    return {cls: LineSet.of_runs(of_class) for cls, of_class in runs.items()}


def carried_row(carried: AmendedClaim, path: str, lines: dict[str, LineSet], tally: Tally) -> Row:
    """The row for what is left of a claim of the amended commit.

    Its `delta` is the difference that the amendment makes; `settled` adds the amended row's own once.
    """
    row = carried.row
    kept: Row = {**row, "files": {path: files_entry(lines, carried.gone)}}
    if row["kind"] == "trace":
        kept["evidence"] = weakest(row.get("evidence"), "carried")
        # A line may since be broken into several, or joined with others: the tally counts the original lines.
        now = {
            name: len(count) if cls in lines else 0
            for name, cls, count in (("kept", "ai", tally.kept), ("edited", "edited", tally.edited))
        }
        now["kept" if carried.cls == "ai" else "edited"] -= carried.size
        layout = reformatted(len(tally.reformatted))
        kept["delta"] = {**now, "dropped": len(tally.dropped), "pending": len(tally.pending), **layout}
    return kept


def settled(row: Row, before: Row | None) -> Row:
    """The final row: without empty files, the delta of the amended commit's row added, raw as the sum."""
    row = {**row, "files": {path: entry for path, entry in row["files"].items() if entry}}
    if row["kind"] != "trace":
        return row
    counted = {
        name: value for name, value in (before or {}).get("delta", {}).items() if isinstance(value, int)
    }
    counted.pop("pending", None)
    parts = {
        name: max(0, row["delta"].get(name, 0) + counted.get(name, 0))
        for name in ("kept", "edited", "dropped", "pending")
    }
    both = row["delta"].get("reformatted", 0) + counted.get("reformatted", 0)
    return {**row, "delta": {"raw": sum(parts.values()), **parts, **reformatted(both, parts["kept"])}}


def _alike(a: Row, b: Row) -> bool:
    """Whether two rows are equal in everything but files and counts."""
    return {**a, "files": None, "delta": None} == {**b, "files": None, "delta": None}


def add(a: Row, b: Row, carried: bool) -> Row:
    """Add two rows of one trace or person for different sources: unite line sets, add counts of lines.

    For a `carried` row, events may count the same deleted lines again, so the larger number holds.
    """
    if not carried and set(a["files"]).isdisjoint(b["files"]) and _alike(a, b):
        united = {**a, "files": {**a["files"], **b["files"]}}  # the same as the union, in less time
    else:
        united = unite_rows(a, b)
    if "delta" in a and "delta" in b:
        names = {**a["delta"], **b["delta"]}
        united["delta"] = {name: a["delta"].get(name, 0) + b["delta"].get(name, 0) for name in names}
    for path in set() if carried else set(a["files"]) & set(b["files"]):
        deleted = a["files"][path].get("deleted", 0) + b["files"][path].get("deleted", 0)
        if deleted:
            united["files"][path]["deleted"] = deleted
    return united
