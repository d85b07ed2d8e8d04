"""How often prompts change, and what came of it: generations, their deltas, and diverging structure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gitprov.behaviour.structure.compare import compare
from gitprov.errors import GitprovError
from gitprov.flow.behaviour import outputs
from gitprov.flow.behaviour.prompts.prompt_history import utc
from gitprov.model.answers.behaviour.compare import DIFFERS, SAME
from gitprov.model.answers.behaviour.prompts import PromptChurn, PromptHistory
from gitprov.store import generations

if TYPE_CHECKING:
    from gitprov.git.repo import Repository
    from gitprov.model.canonical import JsonObject

_WEEK = 7 * 86400


def newest_moment(repo: Repository) -> int:
    """The committer's date of HEAD, seconds since 1970. GitprovError where there is no commit."""
    commit = repo.objects.commit("HEAD")
    if commit is None:
        raise GitprovError("there is no commit yet, and so no history of prompts", "git commit")
    return int(commit.committer[commit.committer.rfind(">") + 2 :].partition(" ")[0])


def churn(
    repo: Repository,
    whole: PromptHistory,
    records: Sequence[JsonObject],
    *,
    end: int,
    weeks: int,
    limit: float,
) -> PromptChurn:
    """The figures of one prompt in the `weeks` weeks before `end` (seconds since 1970).

    A prompt younger than that is measured from its first version, over a week at least. The first version is
    no edit. `limit` is the highest rate that is not high.
    """
    start = end - weeks * _WEEK
    edits = [row for row in whole.revisions[:-1] if row.seconds > start]
    first = whole.revisions[-1].seconds if whole.revisions else end
    span = max(1.0, (end - max(start, first)) / _WEEK)
    used = {trace for row in whole.revisions for trace in row.generations}
    recent = [row for row in records if row["id"] in used and str(row.get("at") or "") > utc(start)]
    notes = outputs.rows_of(repo, [str(row["id"]) for row in recent])
    rows = [row for held in notes.values() for _, row in held]
    compared, diverged = _divergence(repo, whole)
    return PromptChurn(
        whole.prompt,
        span,
        len(edits),
        len(edits) / span,
        len(recent),
        sum(row.counted("raw") for row in rows),
        sum(row.counted("edited") + row.counted("dropped") for row in rows),
        compared,
        diverged,
        len(edits) / span > limit,
    )


def _divergence(repo: Repository, whole: PromptHistory) -> tuple[int, int]:
    """(files generated before and after the last edit of a prompt, those of them that differ in structure).

    Files whose structure cannot be read are not counted.
    """
    if len(whole.revisions) < 2:
        return 0, 0
    last, *earlier = whole.revisions
    before = _files(repo, [trace for row in reversed(earlier) for trace in row.generations])
    after = _files(repo, last.generations)
    states = [
        compare({path: before[path]}, {path: content}).comparison.state
        for path, content in after.items()
        if path in before
    ]
    return len([state for state in states if state in (SAME, DIFFERS)]), states.count(DIFFERS)


def _files(repo: Repository, traces: Sequence[str]) -> dict[str, bytes]:
    """Path → content as the last of these generations wrote it."""
    files: dict[str, bytes] = {}
    for trace in traces:
        generation = generations.load(repo, trace)
        if generation is not None:
            files.update(outputs.of_generation(trace, generation).files)
    return files
