"""Output of `gitprov verify` as text and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from gitprov.model.finding import FINDING, INFO, UNKNOWN, Finding
from gitprov.output.text import clean

#: Descriptions of kinds that are counted, not listed: a clone without generations has one finding for each
#: trace.
_MANY = {
    "no-generation": "traces whose generation is not in this clone",
    "no-note": "traces that messages name, in a clone without notes",
    "no-parents": "commits at the edge of a shallow clone",
    "no-diff": "files whose lines git's diff does not tell",
    "content-missing": "objects of the store that are not in this clone",
    "sidecar-unchecked": "sidecars, in a clone without notes",
    "signature": "signatures that cannot be checked here",
    "orphan": "notes of commits that no ref here leads to",
    "bad-delta": "deltas that a union of notes made larger than the output",
}


def lines(findings: Iterable[Finding], strict: bool) -> Iterator[str]:
    """Each finding with its mend, then counts of the other kinds; `strict` lists unknown ones as well."""
    rest: list[Finding] = []
    for finding in findings:
        if finding.level == FINDING or (strict and finding.level == UNKNOWN):
            yield from _finding(finding)
        else:
            rest.append(finding)
    for level in (UNKNOWN, INFO):
        kinds = Counter(finding.kind for finding in rest if finding.level == level)
        for kind, count in sorted(kinds.items()):
            first = next(finding for finding in rest if finding.kind == kind and finding.level == level)
            name = first.trace or (first.commit or "")[:12] or first.path or ""
            mend = f"; {clean(first.mend)}" if first.mend else ""
            word = "could not look" if level == UNKNOWN else "note"
            yield f"{word}: {clean(_MANY.get(kind, kind))}: {count} (first: {clean(name)}){mend}"


def _finding(finding: Finding) -> Iterator[str]:
    places = (finding.commit[:12] if finding.commit else None, finding.path, finding.trace)
    where = "  ".join(clean(place) for place in places if place)
    word = "" if finding.level == FINDING else "could not look: "
    yield f"{where}: {word}{clean(finding.what)} [{clean(finding.kind)}]"
    if finding.mend:
        yield f"    mend: {clean(finding.mend)}"


def summary(counts: Mapping[str, int]) -> str:
    """One line: how many objects were checked, and how many findings there are."""
    looked = ", ".join(
        f"{counts[name]} {name if counts[name] != 1 else name.removesuffix('s')}"
        for name in ("commits", "notes", "generations", "sidecars")
    )
    count = counts["findings"]
    result = f"{count} {'finding' if count == 1 else 'findings'}" if count else "clean"
    unknown = f", {counts['unknown']} unknown" if counts["unknown"] else ""
    return f"{looked}: {result}{unknown}"


def row(finding: Finding) -> dict[str, object]:
    """A finding as a JSON row; unknown values are null."""
    return {"type": "finding", **finding._asdict()}
