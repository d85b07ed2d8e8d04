"""Drift runs as text, as Markdown, as findings, and their history as a plot in text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from gitprov.model.canonical import JsonObject
from gitprov.model.finding import ERROR, UNKNOWN, Finding, Risk
from gitprov.output.text import cell

RULES = {
    "drift/diverged": "What the prompt generates now does not do what was pinned",
    "drift/no-sample": "No sample of the generated code could be run",
    "drift/not-run": "A sample of the generated code could not be run",
}
_COLUMNS = (
    "feature", "diverging cases", "95 % interval", "threshold", "samples", "incoherence", "prompt", "model",
    "cost",
)  # fmt: skip
_WIDTH = 40
_STATES = {
    "no-answer": "was not generated",
    "no-code": "has no code",
    "no-parse": "does not parse",
    "no-function": "cannot be imported, or lacks the function",
    "crashed": "crashed or was stopped",
}


def run_lines(facts: JsonObject) -> Iterator[str]:
    """A run in a few lines."""
    yield f"{facts['feature']}: {headline(facts)}"
    spread = facts["spread"]
    deviation = f"(deviation {spread['deviation']:.1f})"
    yield (
        f"  samples: {facts['usable']} of {facts['samples']} ran, {spread['least']:.1f} to"
        f" {spread['most']:.1f} % {deviation}, incoherence {facts['incoherence']:.1f} %"
    )
    for row in facts["diverging"]:
        counts = f"{row['diverging']} of {facts['usable']}, {row['results']} results"
        yield f"  {row['case']}: diverges in {counts}"
    for number, row in enumerate(facts["traces"]):
        if row["state"] != "ok":
            yield f"  sample {number} {_STATES.get(row['state'], row['state'])}: {row['detail']}"
    yield f"  prompt {prompt_name(facts)}, model {facts['model'] or 'not named'}, sandbox {facts['sandbox']}"
    usage = facts.get("usage") or {}
    if usage.get("calls"):
        words = f"{usage['input_tokens']} tokens sent, {usage['output_tokens']} received"
        yield f"  {words}{', ' if facts['cost'] else ''}{cost_text(facts)}"


def headline(facts: JsonObject) -> str:
    """The result in one line."""
    if not facts["usable"]:
        return f"none of {facts['samples']} samples could be run"
    low, high = facts["interval"]
    sign = "over" if facts["over"] else "within"
    return (
        f"{facts['percent']:.1f} % of {facts['cases']} cases diverge (95 %: {low:.1f} to {high:.1f}),"
        f" {sign} the threshold of {facts['threshold']:g} %"
    )


def prompt_name(facts: JsonObject) -> str:
    """The prompt's path with its version, or with the start of its digest."""
    prompt = facts["prompt"]
    return f"{prompt['path']} {prompt['version'] or prompt['digest'][7:19]}"


def cost_text(facts: JsonObject) -> str:
    """What a run has cost; empty where nobody knows."""
    cost = facts.get("cost")
    return f"{cost['amount']:.4f} {cost['currency']}".rstrip() if cost else ""


def markdown(rows: Sequence[JsonObject]) -> Iterator[str]:
    """Runs as a table, and what diverges below it: for the summary of a job or a comment."""
    yield f"| {' | '.join(_COLUMNS)} |"
    yield f"|{'---|' * len(_COLUMNS)}"
    for facts in rows:
        low, high = facts["interval"]
        mark = "**" if facts["over"] else ""
        percent = f"{facts['percent']:.1f} %" if facts["usable"] else "unknown"
        cells = (
            cell(facts["feature"]),
            f"{mark}{percent}{mark} of {facts['cases']}",
            f"{low:.1f}-{high:.1f} %",
            f"{facts['threshold']:g} %",
            f"{facts['usable']} of {facts['samples']}",
            f"{facts['incoherence']:.1f} %",
            cell(prompt_name(facts)),
            cell(facts["model"] or "not named"),
            cell(cost_text(facts) or "not known"),
        )
        yield f"| {' | '.join(cells)} |"
    for facts in rows:
        details = list(_details(facts))
        if details:
            yield from ("", f"### {cell(facts['feature'])}: {headline(facts)}", "", *details)


def _details(facts: JsonObject) -> Iterator[str]:
    for row in facts.get("diverging", ()):
        counts = f"{row['diverging']} of {facts['usable']} samples, {row['results']} results"
        yield f"- {cell(row['case'])} diverges in {counts}"
    for number, row in enumerate(facts["traces"]):
        if row["state"] != "ok":
            words = _STATES.get(row["state"], row["state"])
            yield f"- sample {number} {words}: {cell(row['detail'])}"


def findings(facts: JsonObject) -> Iterator[Finding]:
    """A run over its threshold is a finding at the prompt; samples that did not run are unknown."""
    path, name = facts["prompt"]["path"], facts["feature"]
    traces = tuple(row["trace"] for row in facts["traces"] if row["trace"])
    mend = f"change the prompt, or accept what it does: gitprov baseline pin {name}"
    if facts["over"]:
        rule = "drift/diverged" if facts["usable"] else "drift/no-sample"
        risk = Risk(
            "high", "high" if facts["interval"][0] > facts["threshold"] else "medium", model=facts["model"]
        )
        yield Finding(rule, ERROR, f"{name}: {headline(facts)}", mend, path=path, traces=traces, risk=risk)
    for number, row in enumerate(facts["traces"]):
        if row["state"] != "ok" and facts["usable"]:
            words = f"{name}: sample {number} {_STATES.get(row['state'], row['state'])}: {row['detail']}"
            yield Finding("drift/not-run", UNKNOWN, words, path=path)


def log_lines(name: str, rows: Sequence[JsonObject]) -> Iterator[str]:
    """The history of a feature, the newest run first: a bar for each, `|` at its threshold."""
    yield f"{name}: percent of cases that diverge"
    top = max([10.0, *(max(_number(row, "percent"), _number(row, "threshold")) for row in rows)])
    for row in rows:
        percent, threshold = _number(row, "percent"), _number(row, "threshold")
        bar = [*("#" * round(_WIDTH * percent / top)).ljust(_WIDTH + 1)]
        bar[min(_WIDTH, round(_WIDTH * threshold / top))] = "|"
        shown = f"{percent:5.1f} %" if row.get("usable") else "unknown"
        yield f"  {row.get('at')} {''.join(bar)} {shown} {prompt_name(row)}, {row.get('model') or 'no model'}"


def _number(row: JsonObject, name: str) -> float:
    value: Any = row.get(name)
    return float(value) if isinstance(value, int | float) else 0.0


def plan_line(name: str, versions: int, parts: Sequence[str], steps: int, calls: int) -> str:
    """What a search takes, before it starts. `parts` are the files that changed, and `model`."""
    counts = f"at most {steps} measured, {calls} calls of the generator"
    return f"{name}: {versions} versions of {', '.join(parts)}, {counts}"
