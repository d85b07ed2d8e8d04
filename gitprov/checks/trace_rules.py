"""The rules of a project on its commits: where models may write, which of them, how much, and who reviews."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase

from gitprov.model.answers.behaviour.prompts import INSTRUCTIONS, PromptList
from gitprov.model.answers.log import LoggedCommit
from gitprov.model.finding import ERROR, UNKNOWN, Finding, Risk
from gitprov.model.settings import globs
from gitprov.model.settings.policy import CheckPolicy

RULES = {
    "trace/forbidden": "Lines of a model where the project forbids them.",
    "trace/agent-not-allowed": "An agent that the project does not allow.",
    "trace/model-not-allowed": "A model that the project does not allow.",
    "trace/unreviewed": "A commit with models' lines that nobody reviewed who may.",
    "trace/delta-rate": "A commit of whose generated lines people changed or left out too many.",
    "trace/ai-share": "A range to whose lines models contributed too much.",
    "trace/signed-off": "A commit that a machine signed off: only a person can certify its origin.",
    "trace/prompt-unregistered": "Lines of a model whose prompt, in its version, the commit does not have.",
    "trace/assisted-by": "A commit with models' lines without `Assisted-by: AGENT:MODEL`.",
}
"""Rule → what it is about."""

_KERNEL = "kernel"
_SIGNED_OFF = "signed-off-by:"
_ASSISTED = re.compile(r"(?i:assisted-by): [^\s:]+:\S+(?: [^\s:]+)*")
#: Patterns that stand for every path.
_EVERYWHERE = {"*", "**"}


def of_commit(entry: LoggedCommit, policy: CheckPolicy, profiles: Sequence[str]) -> Iterator[Finding]:
    """The findings on one commit that has or declares models' lines; `profiles`: those of its trailers."""
    rules: tuple[Callable[[LoggedCommit, CheckPolicy], Iterator[Finding]], ...] = (
        _forbidden,
        _machines,
        _reviewed,
        _delta,
    )
    for rule in rules:
        yield from rule(entry, policy)
    for statement in entry.declared:
        if statement.source.lower().startswith(_SIGNED_OFF):
            what = f"{entry.short} is signed off by a machine: {statement.source}"
            yield _finding(
                "trace/signed-off", "high", what, "reword the commit: git commit --amend --signoff", entry
            )
    sources = [statement.source for statement in entry.declared]
    if _KERNEL in profiles and entry.traces and not any(map(_ASSISTED.fullmatch, sources)):
        what = f"{entry.short} has models' lines and no trailer Assisted-by: AGENT:MODEL"
        yield _finding("trace/assisted-by", "medium", what, f"gitprov heal {entry.short}", entry)


def of_prompts(
    entry: LoggedCommit, listed: PromptList, recorded: Mapping[str, tuple[str | None, str | None] | None]
) -> Iterator[Finding]:
    """The traces of a commit whose prompt is none that its tree has, by name and version.

    `recorded`: trace → name and version of its prompt; None where the record is not in this clone.
    """
    rule = "trace/prompt-unregistered"
    pairs = {(row.name, row.version) for row in listed.prompts if row.kind != INSTRUCTIONS}
    for trace in entry.traces:
        prompt = recorded.get(trace.id)
        if prompt in pairs:
            continue
        if prompt is None:
            what = f"the prompt of {trace.id} in {entry.short} is not in this clone"
            yield _unknown(rule, what, "gitprov sync", entry)._replace(traces=(trace.id,))
        elif prompt[0] is not None and listed.problems:
            problem = listed.problems[0]
            what = f"not all prompts of {entry.short} could be read: {problem.path}: {problem.message}"
            yield _unknown(rule, what, "gitprov prompts list", entry)._replace(traces=(trace.id,))
        else:
            name, version = prompt
            label = f"prompt {name}" if name else "prompt has no name"
            label += f", version {version}" if version else ""
            what = f"{trace.id} in {entry.short}: {label}; the commit has no such prompt"
            mend = "generate with a prompt file of the project, and name it in the record"
            yield _finding(rule, "medium", what, mend, entry)._replace(traces=(trace.id,))


def of_range(ai: int, added: int, policy: CheckPolicy) -> Iterator[Finding]:
    """The finding on a range that adds `added` lines, `ai` of them by models."""
    limit = policy.max_ai_share
    if limit is not None and added and ai / added > limit:
        share = f"{_percent(ai / added)}; {_percent(limit)} are allowed"
        what = f"models wrote {ai} of {added} added lines, {share}"
        yield Finding("trace/ai-share", ERROR, what, risk=Risk("medium", "high"))


def _forbidden(entry: LoggedCommit, policy: CheckPolicy) -> Iterator[Finding]:
    if not policy.forbid:
        return
    if not entry.traces and _EVERYWHERE & {*policy.forbid}:
        what = f"{entry.short} declares lines of a model, which this project forbids"
        yield _finding("trace/forbidden", "high", what, "have a person write it anew", entry)
    elif not entry.traces:
        what = f"where the models' lines of {entry.short} are is not recorded"
        yield _unknown("trace/forbidden", what, f"gitprov heal {entry.short}", entry)
    traces: dict[str, list[str]] = {}
    for trace in entry.traces:
        for path in trace.row.files:
            if globs.matches(path, policy.forbid) and {"ai", "edited"} & trace.row.classes(path).keys():
                traces.setdefault(path, []).append(trace.id)
    for path, names in traces.items():
        what = f"a model wrote lines of this file in {entry.short}, where this project forbids it"
        finding = _finding("trace/forbidden", "high", what, "have a person write them anew", entry)
        yield finding._replace(path=path, traces=tuple(names))


def _machines(entry: LoggedCommit, policy: CheckPolicy) -> Iterator[Finding]:
    machines = entry.traces or entry.declared
    for kind, allowed in (("agent", policy.agents), ("model", policy.models)):
        names = dict.fromkeys(getattr(machine, kind) for machine in machines) if allowed else {}
        rule = f"trace/{kind}-not-allowed"
        for name in names:
            if name is None:
                what = f"the {kind} of lines in {entry.short} is not recorded"
                yield _unknown(rule, what, f"gitprov show {entry.short}", entry)
            elif not _is_among(name, allowed):
                what = f"{name} wrote lines of {entry.short}; allowed: {', '.join(allowed)}"
                mend = f"use one that is allowed, or add it to checks.trace.{kind}s"
                yield _finding(rule, "high", what, mend, entry)


def _is_among(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(name.lower(), pattern.lower()) for pattern in patterns)


def _reviewed(entry: LoggedCommit, policy: CheckPolicy) -> Iterator[Finding]:
    """No review counts of the commit's author."""
    if not policy.reviewers:
        return
    author = _address(entry.author)
    for reviewer in entry.reviewed_by:
        address = _address(reviewer)
        if address != author and any(_is_among(text, policy.reviewers) for text in (reviewer, address)):
            return
    what = f"nobody reviewed {entry.short} of those who may: {', '.join(policy.reviewers)}"
    yield _finding("trace/unreviewed", "medium", what, f"gitprov review {entry.short}", entry)


def _address(person: str) -> str:
    """The address of `Name <address>`, in lower case; a text without one as it is."""
    return person.rpartition("<")[2].rstrip("> ").lower()


def _delta(entry: LoggedCommit, policy: CheckPolicy) -> Iterator[Finding]:
    limit = policy.max_delta_rate
    if limit is None or not entry.traces:
        return
    delta = entry.delta
    if delta is None:
        what = f"how many generated lines of {entry.short} were changed is not recorded"
        yield _unknown("trace/delta-rate", what, f"gitprov heal {entry.short}", entry)
    elif delta.rate is not None and delta.rate > limit:
        what = (
            f"people changed or left out {delta.lines} of {delta.raw} generated lines of {entry.short}, "
            f"{_percent(delta.rate)}; {_percent(limit)} are allowed"
        )
        yield _finding("trace/delta-rate", "medium", what, f"gitprov show {entry.short}", entry)


def _percent(share: float) -> str:
    return f"{share:.0%}"


def _finding(rule: str, severity: str, what: str, mend: str, entry: LoggedCommit) -> Finding:
    agent, model = entry.machines[0] if entry.machines else (None, None)
    return Finding(
        rule,
        ERROR,
        what,
        mend,
        commit=entry.oid,
        traces=tuple(trace.id for trace in entry.traces),
        risk=Risk(severity, "high", agent=agent, model=model),
    )


def _unknown(rule: str, what: str, mend: str, entry: LoggedCommit) -> Finding:
    return Finding(rule, UNKNOWN, what, mend, commit=entry.oid)
