"""`gitprov verify` for people and for machines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from gitprov.model.finding import FINDING, INFO, UNKNOWN, Finding
from gitprov.output.text import clean

#: What could not be looked at is told by the kind, since a clone that has no generations has it for every trace.
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
    """Each finding with its mend, then what could not be looked at, counted; all of it where `strict`."""
    rest: list[Finding] = []
    for one in findings:
        if one.level == FINDING or (strict and one.level == UNKNOWN):
            yield from _finding(one)
        else:
            rest.append(one)
    for level in (UNKNOWN, INFO):
        kinds = Counter(one.kind for one in rest if one.level == level)
        for kind, count in sorted(kinds.items()):
            first = next(one for one in rest if one.kind == kind and one.level == level)
            name = first.trace or (first.commit or "")[:12] or first.path or ""
            mend = f"; {clean(first.mend)}" if first.mend else ""
            word = "could not look" if level == UNKNOWN else "note"
            yield f"{word}: {clean(_MANY.get(kind, kind))}: {count} (first: {clean(name)}){mend}"


def _finding(one: Finding) -> Iterator[str]:
    places = (one.commit[:12] if one.commit else None, one.path, one.trace)
    where = "  ".join(clean(place) for place in places if place)
    word = "" if one.level == FINDING else "could not look: "
    yield f"{where}: {word}{clean(one.what)} [{clean(one.kind)}]"
    if one.mend:
        yield f"    mend: {clean(one.mend)}"


def summary(counts: Mapping[str, int]) -> str:
    """One line: what was looked at, and what came of it."""
    looked = ", ".join(
        f"{counts[name]} {name if counts[name] != 1 else name.removesuffix('s')}"
        for name in ("commits", "notes", "generations", "sidecars")
    )
    found = counts["findings"]
    said = f"{found} {'finding' if found == 1 else 'findings'}" if found else "clean"
    unknown = f", {counts['unknown']} unknown" if counts["unknown"] else ""
    return f"{looked}: {said}{unknown}"


def row(one: Finding) -> dict[str, object]:
    """A finding as JSON; what is not known is null."""
    return {"type": "finding", **one._asdict()}
