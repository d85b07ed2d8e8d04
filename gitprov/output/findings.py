"""Findings as text and as JSON: of `gitprov verify`, of `gitprov doctor`, and of the gate."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from gitprov.model.finding import ERROR, INFO, UNKNOWN, WARNING, Finding
from gitprov.model.ids import NAMED_TRACES, traces_digest
from gitprov.model.untrusted.printed import shell_quoted
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
#: Level → the word for it in the answers of a command; other levels are words of their own.
_WORDS = {ERROR: "finding"}
_DOCTOR = {ERROR: "broken"}
_WAY_OUT = "to let a record go all the same, say why in the message (it is kept in the note):"


def mend_line(finding: Finding) -> str:
    """How to end a finding, as one line."""
    return f"mend: {clean(finding.mend or '')}"


def _place(finding: Finding) -> str:
    """Commit, path and traces, as far as the finding has them."""
    traces = finding.traces
    names = ", ".join(traces) if len(traces) <= NAMED_TRACES else f"{len(traces)} traces"
    places = (finding.commit[:12] if finding.commit else None, finding.path, names)
    return clean("  ".join(place for place in places if place))


def lines(findings: Iterable[Finding], strict: bool) -> Iterator[str]:
    """Errors and warnings with their mends, then counts of the rest; `strict` lists what is unknown too."""
    words = {ERROR: "", WARNING: "warning: ", **({UNKNOWN: "could not look: "} if strict else {})}
    rest: list[Finding] = []
    for finding in findings:
        word = words.get(finding.level)
        if word is not None:
            yield f"{_place(finding)}: {word}{clean(finding.message)} [{clean(finding.rule)}]"
            if finding.mend:
                yield f"    {mend_line(finding)}"
        else:
            rest.append(finding)
    for level, word in ((UNKNOWN, "could not look"), (INFO, "note")):
        counts = Counter(finding.rule for finding in rest if finding.level == level)
        for rule, count in sorted(counts.items()):
            first = next(finding for finding in rest if finding.rule == rule and finding.level == level)
            name = first.trace or (first.commit or "")[:12] or first.path or ""
            mend = f"; {clean(first.mend)}" if first.mend else ""
            yield f"{word}: {clean(_MANY.get(rule, rule))}: {count} (first: {clean(name)}){mend}"


def doctor_lines(findings: Iterable[Finding]) -> Iterator[str]:
    """Each finding of the doctor with its level, and its mend below."""
    for finding in findings:
        yield f"{_DOCTOR.get(finding.level, finding.level)}: {clean(finding.message)}"
        yield f"  {mend_line(finding)}"


def refusal(findings: Sequence[Finding]) -> str:
    """The gate's findings as text: file, traces, reason, mend, and how to drop the records with a reason."""
    rows = [f"commit refused: {len(findings)} {'record' if len(findings) == 1 else 'records'} would be lost"]
    for finding in findings:
        rows += [
            f"  {_place(finding) or 'this commit'}",
            f"    {clean(finding.message)}",
            f"    {mend_line(finding)}",
        ]
    many = {traces_digest(one.traces) for one in findings if len(one.traces) > NAMED_TRACES}
    named = {trace for one in findings if len(one.traces) <= NAMED_TRACES for trace in one.traces}
    traces = [*sorted(named), *sorted(many)]
    if traces:
        rows += [
            f"  {_WAY_OUT}",
            *(f"    --trailer {shell_quoted(f'AI-Trace-Dropped: {trace} <reason>')}" for trace in traces),
        ]
    return "\n".join(rows)


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
    """A finding as a JSON row."""
    return {"type": "finding", **_row(finding, _WORDS)}


def doctor_row(finding: Finding, fixable: bool) -> dict[str, object]:
    """A finding of `gitprov doctor` as a JSON row; `fixable`: whether `--fix` tries to mend it."""
    return {**_row(finding, _DOCTOR), "fixable": fixable}


def _row(finding: Finding, words: Mapping[str, str]) -> dict[str, object]:
    """The fields of every command; null where one does not apply. `words`: level → the command's word for it.

    Three more fields are only in the rows to which they apply.
    """
    many = finding.traces if len(finding.traces) > 1 else None
    more = {"traces": many, "lines": finding.lines, "evidence": finding.evidence}
    return {
        "kind": finding.rule,
        "level": words.get(finding.level, finding.level),
        "what": finding.message,
        "mend": finding.mend,
        "commit": finding.commit,
        "path": finding.path,
        "trace": finding.trace,
        **{name: value for name, value in more.items() if value is not None},
    }
