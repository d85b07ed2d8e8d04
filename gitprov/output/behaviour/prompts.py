"""Output of `gitprov prompts` as text and as JSON (docs/prompts.md)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from gitprov.model.answers.behaviour.prompts import (
    PromptChurn,
    PromptHistory,
    PromptList,
    PromptRevision,
    RegisteredPrompt,
)
from gitprov.model.canonical import JsonObject
from gitprov.model.wording import amount
from gitprov.output.text import clean, fit, width

VERSION = 1


def list_json(answer: PromptList) -> JsonObject:
    """All prompts as one JSON document."""
    return {
        "v": VERSION,
        "prompts": [row._asdict() for row in answer.prompts],
        "problems": [row._asdict() for row in answer.problems],
    }


def list_lines(answer: PromptList) -> Iterator[str]:
    """All prompts, a line each."""
    if not answer.prompts:
        yield "No prompts: put them into prompts/, or name their files in `prompts` of .gitprov.toml."
    columns = max((min(width(clean(row.name)), 40) for row in answer.prompts), default=0)
    for row in answer.prompts:
        parts = [fit(clean(row.name), columns), fit(row.kind, 12), _place(row)]
        parts += [f"version {clean(row.version)}"] if row.version else []
        parts += [f"feature {clean(row.feature)}"] if row.feature else []
        yield "  ".join(parts)
    for problem in answer.problems:
        yield f"problem: {clean(problem.path)}: {clean(problem.message)}"


def _place(row: RegisteredPrompt) -> str:
    return clean(row.path) + ("" if row.line is None else f":{row.line}")


def log_json(answer: PromptHistory) -> JsonObject:
    """A prompt's versions as one JSON document."""
    return {
        "v": VERSION,
        "prompt": answer.prompt._asdict(),
        "revisions": [row._asdict() for row in answer.revisions],
    }


def log_lines(answer: PromptHistory) -> Iterator[str]:
    """A prompt's versions, newest first."""
    yield f"{clean(answer.prompt.name)}  {answer.prompt.kind}  {_place(answer.prompt)}"
    if not answer.revisions:
        yield "  no commit has it yet"
    for row in answer.revisions:
        yield from _revision(row, answer.prompt.path)


def _revision(row: PromptRevision, path: str) -> Iterator[str]:
    version = f"  version {clean(row.version)}" if row.version else ""
    count = len(row.generations)
    used = f"  {amount(count, 'generation')}" if count else ""
    yield ""
    yield f"{row.commit[:12]}  {clean(row.at)}  {clean(row.author)}{version}{used}"
    yield f"    {clean(row.subject)}"
    if row.path != path:
        yield f"    as {clean(row.path)}"
    if row.generations:
        yield f"    {', '.join(map(clean, row.generations[-5:]))}" + (" …" if count > 5 else "")


def churn_json(rows: Sequence[PromptChurn], limit: float) -> JsonObject:
    """The churn of prompts as one JSON document."""
    return {
        "v": VERSION,
        "limit": limit,
        "prompts": [
            {
                **row._asdict(),
                "prompt": row.prompt.name,
                "path": row.prompt.path,
                "delta_rate": delta_rate(row),
            }
            for row in rows
        ],
    }


def delta_rate(row: PromptChurn) -> float | None:
    """Lines that developers changed, as a share of the generated ones; None without generated lines."""
    return row.delta_lines / row.raw_lines if row.raw_lines else None


def churn_lines(rows: Iterable[PromptChurn], limit: float) -> Iterator[str]:
    """The churn of prompts, a line each, and the findings."""
    for row in rows:
        rate = delta_rate(row)
        parts = [
            clean(row.prompt.name),
            f"{amount(row.edits, 'edit')} in {row.weeks:.1f} weeks ({row.rate:.1f} a week)",
            amount(row.generations, "generation"),
            "delta rate unknown" if rate is None else f"delta rate {rate:.0%}",
            f"{row.diverged} of {row.compared} files differ in structure since the last edit"
            if row.compared
            else "divergence since the last edit unknown",
        ]
        yield "  ".join(parts)
        if row.is_high:
            yield f"  finding: prompts/churn: more than {limit:g} edits a week"
