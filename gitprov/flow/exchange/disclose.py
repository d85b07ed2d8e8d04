"""`gitprov disclose`: counts what is recorded about the use of models, for a policy or an auditor."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from gitprov.flow.exchange.collect import recorded
from gitprov.git.history.log import trailers_of
from gitprov.interop.trailers import TraceFacts, trailers_for
from gitprov.model.answers.disclosure import Disclosure, ModelUse
from gitprov.model.ranges import LineSet

if TYPE_CHECKING:
    from gitprov.git.repo import Repository
    from gitprov.model.exchange.exchange import RecordedCommit

_CLASSES = ("ai", "edited", "human", "declared")
Pair = tuple["str | None", "str | None"]
"""Agent and model."""


def disclose(repo: Repository, revisions: str, oids: Sequence[str], policy: str | None) -> Disclosure:
    """What is recorded of commits. `policy`: a trailer profile whose lines are made for each commit."""
    commits = list(recorded(repo, oids))
    lines, evidence = Counter[str](), Counter[str]()
    for commit in commits:
        for row in commit.ranges:
            lines[row.cls] += row.size
            evidence[row.evidence or "unknown"] += row.size
    added = sum(len(part) for commit in commits for part in commit.added.values())
    lines["unknown"] += added - sum(lines.values())
    forms = {} if policy is None else _trailers(commits, policy)
    present = trailers_of(repo, list(forms))
    return Disclosure(
        revisions,
        policy,
        len(commits),
        sum(1 for commit in commits if commit.traces or commit.declared),
        added,
        {cls: lines[cls] for cls in (*_CLASSES, "unknown")},
        dict(sorted(evidence.items())),
        _models(commits),
        tuple(
            (commit.oid, agent, model)
            for commit in commits
            if not commit.traces
            for agent, model in commit.declared
        ),
        tuple(sorted({review.by for commit in commits for review in commit.reviews})),
        dict(sorted(Counter(commit.gate or "no record" for commit in commits).items())),
        forms,
        tuple(oid for oid, rows in forms.items() if not _has_all(present.get(oid, []), rows)),
    )


def _has_all(trailers: Sequence[tuple[str, str]], rows: Sequence[str]) -> bool:
    """Whether a message has each of the lines, whatever the case of their keys."""
    texts = {f"{key.lower()}: {value}" for key, value in trailers}
    return all(f"{key.lower()}: {value}" in texts for key, _, value in (row.partition(": ") for row in rows))


def _models(commits: Sequence[RecordedCommit]) -> tuple[ModelUse, ...]:
    """Each pair of agent and model with its lines, the pair with the most lines first."""
    holders: dict[Pair, dict[str, RecordedCommit]] = {}
    for commit in commits:
        for row in commit.traces.values():
            holders.setdefault((row.agent, row.model), {})[commit.oid] = commit
    uses = [_use(pair, list(held.values())) for pair, held in holders.items()]
    return tuple(sorted(uses, key=lambda use: (-use.ai - use.edited, str(use.agent), str(use.model))))


def _use(pair: Pair, commits: Sequence[RecordedCommit]) -> ModelUse:
    traces: set[str] = set()
    reviewed: set[str] = set()
    people: set[str] = set()
    counts = Counter[str]()
    files: dict[str, list[tuple[int, int]]] = {}
    for commit in commits:
        rows = {name: row for name, row in commit.traces.items() if (row.agent, row.model) == pair}
        traces |= rows.keys()
        people |= {row.human for row in rows.values() if row.human}
        named = {review.trace for review in commit.reviews}
        reviewed |= rows.keys() if None in named else rows.keys() & named
        for entry in commit.ranges:
            if entry.trace in rows:
                counts[entry.cls] += entry.size
                files.setdefault(f"{commit.oid[:12]} {entry.path}", []).append((entry.first, entry.last))
    places = tuple((place, str(LineSet.of_runs(runs))) for place, runs in files.items())
    sizes = len(commits), len(traces), len(reviewed), counts["ai"], counts["edited"]
    return ModelUse(*pair, *sizes, places, tuple(sorted(people)))


def _trailers(commits: Sequence[RecordedCommit], policy: str) -> dict[str, tuple[str, ...]]:
    """Commit → the lines of a trailer profile for the traces of its note."""
    out: dict[str, tuple[str, ...]] = {}
    for commit in commits:
        facts = [TraceFacts(row.id, row.agent, row.model) for row in commit.traces.values()]
        rows = tuple(f"{key}: {value}" for key, value in trailers_for([policy], facts))
        if rows:
            out[commit.oid] = rows
    return out
