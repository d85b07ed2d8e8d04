"""A change as Markdown for the comment of a pull request: short; what comes from records is plain text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gitprov.model.answers.change import CLASSES, ChangeAnswer, ChangeFile, ChangeTrace
from gitprov.model.answers.stats import BAND, place_in_band, ratio
from gitprov.model.finding import Finding
from gitprov.model.untrusted.printed import clean
from gitprov.output.stats import percent

#: By which a later comment of a pipeline recognizes the one before it.
MARK = "<!-- gitprov: report -->"
_FINDINGS, _ROWS, _PROMPT, _CELL = 20, 40, 240, 160
_WORDS = {
    "ai": "as a model wrote it",
    "edited": "a model's, then changed",
    "human": "typed by a person",
    "declared": "only declared",
    "unknown": "unknown",
}


def markdown(answer: ChangeAnswer) -> Iterator[str]:
    """The lines of the comment."""
    models = answer.lines["ai"] + answer.lines["edited"]
    yield MARK
    yield f"### Models wrote {percent(ratio(models, answer.added))} of {answer.added} added lines"
    yield ""
    yield from _numbers(answer)
    yield ""
    yield "| lines | count | share |"
    yield "|---|--:|--:|"
    for cls in CLASSES:
        count = answer.lines[cls]
        yield f"| {_WORDS[cls]} | {count} | {percent(ratio(count, answer.added))} |"
    yield ""
    yield from _findings(answer)
    yield from _folded("file", len(answer.files), _files(answer.files))
    yield from _folded("prompt", len(answer.traces), _traces(answer.traces))
    yield f"<sub>{_text(answer.range)}, at {answer.head[:12]}; unknown lines have no record.</sub>"


def _numbers(answer: ChangeAnswer) -> Iterator[str]:
    coverage = ratio(answer.added - answer.lines["unknown"], answer.added)
    yield f"- coverage {percent(coverage)}: the part of the added lines with any evidence"
    rate = answer.total.delta_rate
    low, high = (f"{100 * edge:.0f}" for edge in BAND)
    place = place_in_band(rate)
    where = f", {place} the usual {low}-{high}%" if place else ""
    yield f"- delta rate {percent(rate)}{where}"
    yield f"- reviewed: {answer.reviewed} of {len(answer.traces)} traces"
    if answer.total.bypassed:
        yield f"- commits past the gate: {answer.total.bypassed}"


def _findings(answer: ChangeAnswer) -> Iterator[str]:
    looked = f"; {answer.unread} could not be looked at" if answer.unread else ""
    yield f"**{len(answer.findings) or 'No'} open finding{'' if len(answer.findings) == 1 else 's'}**{looked}"
    if answer.missing is not None:
        yield f"\nNot checked: {_text(answer.missing)}"
    yield ""
    if answer.findings:
        yield "| severity | where | what |"
        yield "|---|---|---|"
        for finding in answer.findings[:_FINDINGS]:
            yield f"| {finding.severity} | {_place(finding)} | {_text(finding.message)} ({finding.rule}) |"
        yield from _more(len(answer.findings), _FINDINGS)
        yield ""


def _files(files: Sequence[ChangeFile]) -> Iterator[str]:
    yield "| file | added | deleted | models | unknown |"
    yield "|---|--:|--:|--:|--:|"
    for file in files[:_ROWS]:
        models = file.lines["ai"] + file.lines["edited"]
        unknown = file.why or str(file.lines["unknown"])
        yield f"| {_text(file.path)} | {file.added} | {file.deleted} | {models} | {_text(unknown)} |"
    yield from _more(len(files), _ROWS)


def _traces(traces: Sequence[ChangeTrace]) -> Iterator[str]:
    for trace in traces[:_ROWS]:
        names = ", ".join(_text(name) for name in (trace.agent, trace.model) if name) or "not recorded"
        prompt = _text(trace.prompt or "the prompt is not in this clone", _PROMPT)
        reviews = (
            f"reviewed by {', '.join(map(_text, trace.reviewers))}" if trace.reviewers else "not reviewed"
        )
        counts = f"{trace.kept} kept, {trace.edited} edited, {trace.dropped} dropped"
        yield f"- {prompt}<br>{names} · {_text(trace.trace)} · {counts} · {reviews}"
    yield from _more(len(traces), _ROWS)


def _folded(noun: str, count: int, rows: Iterator[str]) -> Iterator[str]:
    """Rows that a reader opens; nothing without any."""
    if count:
        yield f"<details><summary>{count} {noun}{'' if count == 1 else 's'}</summary>"
        yield ""
        yield from rows
        yield ""
        yield "</details>"
        yield ""


def _more(count: int, most: int) -> Iterator[str]:
    if count > most:
        yield ""
        yield f"and {count - most} more"


def _place(finding: Finding) -> str:
    if finding.path is None:
        return (finding.commit or "")[:12]
    return _text(f"{finding.path}:{finding.lines[0]}" if finding.lines else finding.path)


def _text(text: str, most: int = _CELL) -> str:
    """A text of somebody else as text: nothing in it is a tag, a link, a mention or a further column."""
    line = clean(" ".join(text.split()))
    line = line if len(line) <= most else line[: most - 1] + "…"
    line = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("@", "@<!-- -->")
    for sign in "\\`*_[]|#~":
        line = line.replace(sign, f"\\{sign}")
    return line.replace("://", ":&#47;&#47;").replace("www.", "www&#46;")
