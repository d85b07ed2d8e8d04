"""The text of a disclosure: Markdown that a reviewer or an auditor reads, and the same as a JSON value."""

from __future__ import annotations

from collections.abc import Iterator

from gitprov.model.answers.disclosure import Disclosure, ModelUse
from gitprov.model.canonical import JsonObject
from gitprov.model.untrusted.printed import clean_line
from gitprov.model.wording import amount

#: Policy → what it asks for, in a sentence.
POLICIES = {
    "kernel": "Linux kernel: `Assisted-by: AGENT:MODEL`; only a person signs off, and is responsible.",
    "fedora": "Fedora: `Assisted-by:` where a significant part is taken; the contributor is accountable.",
    "apache": "Apache Software Foundation: `Generated-by:` with the tool, recommended in the message.",
}
_LISTED = 50
_CLASSES = {
    "ai": "as a model wrote it",
    "edited": "a model's, then changed by a person",
    "human": "recorded as typed by a person",
    "declared": "of files that an agent is declared for, without evidence of lines",
    "unknown": "without any evidence",
}
_MARKS = str.maketrans({mark: f"\\{mark}" for mark in "\\`*_[]<>|#"})


def markdown(answer: Disclosure) -> Iterator[str]:
    """The lines of a Markdown document."""
    yield from ("# Use of AI models", "", f"Commits: {_text(answer.scope)}", "")
    yield f"Commits that record or declare the use of a model: {answer.assisted} of {answer.commits}"
    yield ""
    yield f"The commits add {amount(answer.added, 'line')}:"
    yield ""
    for cls, words in _CLASSES.items():
        count = answer.lines[cls]
        yield f"- {count} ({_percent(count, answer.added)}) {words}"
    yield ""
    yield "An unknown line is neither a person's nor a model's: nothing is recorded of it."
    yield from ("", "## Models", "")
    if not answer.models:
        yield "No model is recorded."
    for use in answer.models:
        yield from _model(use)
    yield from _section("Declared without a record of lines", _declared(answer))
    yield from _section("Reviews and checks", _checks(answer))
    if answer.policy is not None:
        yield from _section("Policy", _policy(answer))
    yield from (
        "",
        "This lists what is recorded in the repository. It is no statement about any law or licence.",
    )


def _model(use: ModelUse) -> Iterator[str]:
    yield f"### {_text(use.agent or 'unknown agent')}, {_text(use.model or 'unknown model')}"
    yield ""
    held = f"{amount(use.commits, 'commit')}, {amount(use.traces, 'trace')}"
    yield f"- {amount(use.ai, 'line')} as generated, {use.edited} edited; {held}"
    yield f"- traces that somebody reviewed: {use.reviewed} of {use.traces}"
    if use.people:
        yield f"- for {', '.join(map(_text, use.people))}"
    for place, lines in use.files[:_LISTED]:
        yield f"- {_text(place)}: {_short(lines)}"
    if len(use.files) > _LISTED:
        yield f"- and {len(use.files) - _LISTED} more files"
    yield ""


def _short(lines: str) -> str:
    return lines if len(lines) <= 200 else f"{lines[:200].rpartition(',')[0]}, …"


def _section(title: str, rows: Iterator[str]) -> Iterator[str]:
    listed = list(rows)
    if listed:
        yield from ("", f"## {title}", "", *listed)


def _declared(answer: Disclosure) -> Iterator[str]:
    for oid, agent, model in answer.declared[:_LISTED]:
        yield f"- {oid[:12]}: {_text(agent or 'unknown agent')}, {_text(model or 'unknown model')}"
    if len(answer.declared) > _LISTED:
        yield f"- and {len(answer.declared) - _LISTED} more"


def _checks(answer: Disclosure) -> Iterator[str]:
    yield f"- reviewers: {', '.join(map(_text, answer.reviewers)) or 'none recorded'}"
    for gate, count in answer.gates.items():
        yield f"- gate {_text(gate)}: {amount(count, 'commit')}"
    for evidence, count in answer.evidence.items():
        yield f"- evidence {_text(evidence)}: {amount(count, 'line')}"


def _policy(answer: Disclosure) -> Iterator[str]:
    yield POLICIES[str(answer.policy)]
    yield ""
    yield f"{len(answer.missing)} of {len(answer.trailers)} commits with a model's lines lack such a trailer:"
    yield ""
    for oid in answer.missing[:_LISTED]:
        yield f"- {oid[:12]}: {'; '.join(map(_text, answer.trailers[oid]))}"


def _percent(count: int, total: int) -> str:
    return f"{100 * count / total:.0f}%" if total else "0%"


def _text(text: str) -> str:
    """Text of others in Markdown: nothing in it is markup, and nothing steers a terminal."""
    return clean_line(text).translate(_MARKS)


def document(answer: Disclosure) -> JsonObject:
    """The disclosure as a JSON value."""
    models = [{**use._asdict(), "files": [list(place) for place in use.files]} for use in answer.models]
    return {
        "v": 1,
        **answer._asdict(),
        "models": models,
        "declared": [
            {"commit": oid, "agent": agent, "model": model} for oid, agent, model in answer.declared
        ],
    }
