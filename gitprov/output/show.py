"""Output of `gitprov show` as text: all facts of a trace or a commit, from the prompt to the delta."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from gitprov.model.answers.show import (
    CommitAnswer,
    CommitOfTrace,
    CommitTrace,
    Forgotten,
    Review,
    Text,
    TraceAnswer,
    TraceFile,
)
from gitprov.model.canonical import JsonObject
from gitprov.model.notes.rows import HumanRow
from gitprov.output import delta as deltas
from gitprov.output.show_json import counted, facts_of, rate
from gitprov.output.text import PLAIN, clean, clean_block, paint

Colours = Mapping[str, str]

#: Reason → explanation of why a text is not shown.
_WHY = {
    "not here": "not in this clone: generations travel only where refs/gitprov/generations is pushed",
    "digest only": "kept as a digest only (privacy tier hash-only)",
    "forgotten": "its text was removed from the store; the record keeps its digest",
    "none": "not recorded",
    "many": "the commit has very many traces; gitprov show TRACE has it",
}
_LABEL = 14


def of_trace(answer: TraceAnswer, colours: Colours = PLAIN) -> Iterator[str]:
    """All about a trace, as lines without newlines."""
    yield paint(
        f"trace {clean(answer.id or '(none yet: no commit holds this turn)')}", colours.get("commit", "")
    )
    yield from _facts(answer)
    yield from _state(answer)
    yield from section("Prompt", answer.prompt)
    yield from section("Output", answer.output)
    for commit in answer.held:
        yield ""
        yield from _held(commit, colours)
    yield from _worktree(answer, colours)
    yield from _loose(answer)


def of_commit(answer: CommitAnswer, colours: Colours = PLAIN) -> Iterator[str]:
    """All about a commit, as lines without newlines."""
    head = answer.head
    yield paint(f"commit {head.oid}", colours.get("commit", ""))
    yield from _fields(_commit_facts(answer))
    yield ""
    yield "    " + clean(head.subject)
    if not answer.noted:
        yield ""
        yield "No note: nothing is recorded of this commit's lines here."
    for trace in answer.traces:
        yield ""
        yield from _trace(trace, colours)
    for row in answer.humans:
        files = ", ".join(f"{clean(path)} {_ranges(row, path)}" for path in sorted(row.files))
        yield ""
        yield f"human {clean(str(row.author))}: {files}"
    if answer.foreign:
        lines = "line is" if answer.foreign == 1 else "lines are"
        yield ""
        yield f"({answer.foreign} {lines} damaged or none of gitprov's; kept as they stand)"


def diffs(answer: TraceAnswer | CommitAnswer, colours: Colours = PLAIN) -> Iterator[str]:
    """Only the deltas of a trace or a commit, as lines without newlines."""
    if isinstance(answer, CommitAnswer):
        for trace in answer.traces:
            for share in trace.files:
                yield from _delta(share, f"{answer.head.oid[:9]}, {trace.row.id}", colours)
        return
    for commit in answer.held:
        for share in commit.files:
            yield from _delta(share, commit.head.oid[:9], colours)
    for share in answer.worktree:
        yield from _delta(share, "work tree", colours)


def why_missing(text: Text) -> str:
    """Why a prompt or an output cannot be shown."""
    return _WHY.get(text.why or "", "not known")


def section(title: str, text: Text) -> Iterator[str]:
    """A prompt or an output, indented below its title."""
    yield ""
    if text.text is None:
        yield f"{title}: {why_missing(text)}"
        return
    yield title
    yield from _indented(text.text)


def _facts(answer: TraceAnswer) -> Iterator[str]:
    facts = facts_of(answer)
    agent, prompt, subagent = (facts[name] or {} for name in ("agent", "prompt", "subagent"))
    redacted = {"the prompt": prompt["redactions"], "the output": facts["output"]["redactions"]}
    redacted["other fields"] = facts["field_redactions"]
    texts = (f"{text['path']} ({str(text['digest'])[:19]})" for text in facts["instructions"])
    kind = f"subagent {subagent['type']}" if subagent.get("type") else None
    turn = f"turn {facts['turn']}" if facts["turn"] else None
    return _fields(
        [
            ("Agent", _joined(agent["name"] or "unknown", agent["version"], agent["host"], kind)),
            ("Model", facts["model"] or "unknown"),
            ("Date", facts["at"]),
            ("Human", facts["human"]),
            ("Session", _joined(facts["session"], turn)),
            ("Started by", facts["parent_session"]),
            ("Abandoned", "the session went back to before this prompt" if facts["abandoned"] else None),
            ("Prompt key", facts["key"]),
            ("Version", _joined(prompt["name"], prompt["version"])),
            ("Params", _pairs(facts["params"])),
            ("Usage", _pairs(facts["usage"])),
            ("Requests", ", ".join(facts["request_ids"])),
            ("Instructions", ", ".join(texts)),
            ("Redacted", ", ".join(f"{count} in {name}" for name, count in redacted.items() if count)),
            ("Forgotten", _forgotten(answer.forgotten)),
            ("Continues", facts["parent"]),
            ("Continued by", ", ".join(facts["continued_by"])),
            *(("Reviewed by", _review(review)) for review in answer.reviews),
        ]
    )


def _forgotten(facts: Forgotten | None) -> str | None:
    if facts is None:
        return None
    who = f"{facts.at or 'at an unknown moment'} by {facts.by or 'somebody'}"
    return f"{who}: {facts.reason}" if facts.reason else who


def _commit_facts(answer: CommitAnswer) -> list[tuple[str, object]]:
    row = answer.row
    traces = {trace.row.id for trace in answer.traces}
    unnoted = [trace for trace in answer.trailers if trace not in traces]
    return [
        ("Author", answer.head.author),
        ("Date", answer.head.date),
        ("Gate", answer.head.gate),
        ("Added", None if row is None or row.added is None else f"{row.added} lines"),
        ("Made in", row.traceparent if row else None),
        *(("Dropped", f"{trace} {why}") for trace, why in ((row.dropped if row else None) or {}).items()),
        *(("Named", f"{trace} (a trailer; the note has no line of it)") for trace in unnoted),
        *(("Declared", value) for value in answer.declared),
        *(("Reviewed by", _review(value)) for value in answer.reviews),
    ]


def _state(answer: TraceAnswer) -> Iterator[str]:
    if answer.state == "uncommitted":
        yield ""
        yield "Not committed yet: this is what the inbox holds."
    elif answer.state == "unheld":
        yield ""
        yield "No commit holds a line of it."
    if answer.source == "note":
        yield ""
        yield "The generation is not in this clone: this is what the notes record of it."
    if answer.lost:
        count = len(answer.lost)
        commits = "commit" if count == 1 else "commits"
        yield ""
        yield f"({count} more {commits} with it: no branch or tag leads there any more)"


def _held(commit: CommitOfTrace, colours: Colours) -> Iterator[str]:
    head = commit.head
    gate = f"gate {head.gate}" if head.gate else None
    facts = _joined(head.date[:10], head.author.partition(" <")[0], head.evidence, gate)
    yield paint(f"commit {head.oid}", colours.get("commit", "")) + f"  {clean(facts)}"
    yield "    " + clean(head.subject)
    if commit.counts is not None:
        yield from _totals(commit.counts)
    else:
        yield "    named by the commit's trailer; there is no note about it here"
    yield from _counts(commit.files)
    for share in commit.files:
        yield from _delta(share, head.oid[:9], colours)


def _trace(trace: CommitTrace, colours: Colours) -> Iterator[str]:
    row = trace.row
    facts = _joined(row.agent or "unknown agent", row.model or "unknown model", row.at)
    yield paint(f"trace {clean(row.id)}", colours.get("commit", "")) + f"  {clean(facts)}"
    first = next((line for line in (trace.prompt.text or "").splitlines() if line.strip()), None)
    yield "    " + (clean(first) if first is not None else f"prompt {why_missing(trace.prompt)}")
    if row.delta is not None:
        yield from _totals(row.delta)
    yield from _counts(trace.files)


def _totals(counts: JsonObject) -> Iterator[str]:
    yield "    " + totals(counts)
    if counts.get("reformatted"):
        yield f"    reformatted {counts['reformatted']}: of the kept lines, the layout alone is another"


def totals(counts: JsonObject) -> str:
    """Counts in one line, as `raw 12: kept 9, edited 2, dropped 1 (25% changed)`."""
    parts = [
        f"{name} {counts[name]}" for name in ("kept", "edited", "dropped", "pending") if counts.get(name)
    ]
    share = rate(counts)
    changed = "" if share is None else f" ({round(share * 100)}% changed)"
    return clean(f"raw {counts.get('raw', 0)}: {', '.join(parts) or 'none left'}{changed}")


def _counts(shares: Iterable[TraceFile]) -> Iterator[str]:
    for share in shares:
        yield f"  {clean(share.path)}: {_share(share)}"


def _share(share: TraceFile) -> str:
    counts = counted(share)
    parts = [f"{name} {count}" for name, count in counts.items() if count]
    if share.deleted:
        parts.append(f"removed {share.deleted} older")
    where = [f"{name} {ranges}" for name, ranges in (("ai", share.ai), ("edited", share.edited)) if ranges]
    shown = ", ".join(parts) or "no line left"
    lines = f" (lines {', '.join(where)})" if where else ""
    return shown + lines + (f"; no diff: {clean(share.why)}" if share.why else "")


def _delta(share: TraceFile, committed: str, colours: Colours) -> Iterator[str]:
    if share.delta is not None:
        yield from deltas.render(share.path, committed, share.delta, colours)


def _worktree(answer: TraceAnswer, colours: Colours) -> Iterator[str]:
    if answer.worktree:
        yield ""
        yield "work tree"
        for share in answer.worktree:
            counts = share.delta
            shown = f"no diff: {clean(share.why or '')}"
            if counts is not None:
                shown = f"kept {counts.kept}, edited {counts.edited}, gone {counts.absent}"
            yield f"  {clean(share.path)}: {shown}"
        for share in answer.worktree:
            yield from _delta(share, "work tree", colours)


def _loose(answer: TraceAnswer) -> Iterator[str]:
    if answer.worktree:
        return
    for file in answer.loose:
        raw = "" if file.raw is None else f"{file.raw} generated lines, "
        state = "what became of them is not recorded" if file.state == "unknown" else clean(file.state)
        yield ""
        yield f"{clean(file.path)}: {raw}in no commit: {state}"


def _fields(rows: Iterable[tuple[str, object]]) -> Iterator[str]:
    for label, value in rows:
        if value not in (None, "", 0):
            yield f"{label + ':':<{_LABEL}}{clean(str(value))}"


def _review(review: Review) -> str:
    remark = f": {review.note}" if review.note else ""
    where = "(trailer)" if review.source == "trailer" else review.at
    return _joined(review.by, where) + remark


def _joined(*parts: object) -> str:
    return "  ".join(str(part) for part in parts if part)


def _pairs(values: JsonObject) -> str:
    return ", ".join(f"{name}={value}" for name, value in sorted(values.items()))


def _ranges(row: HumanRow, path: str) -> str:
    return ",".join(str(lines) for lines in row.classes(path).values())


def _indented(text: str) -> Iterator[str]:
    for line in clean_block(text).rstrip("\n").split("\n"):
        yield f"    {line}" if line else ""
