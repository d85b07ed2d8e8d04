"""How often prompts with a name are edited, and findings by model and prompt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from gitprov.model.answers.stats import FindingCount, PromptEdits, PromptTexts
from gitprov.model.exchange.index_rows import FindingEntry
from gitprov.model.moments import seconds_of

VULNERABLE = "deps/vulnerable"
"""The rule of packages with published vulnerabilities."""
_WEEK = 7 * 86400


def prompt_churn(prompts: Iterable[PromptTexts], now: int) -> list[PromptEdits]:
    """The edits of each prompt, over the weeks from its first text until `now`, over a week at least."""
    rows = ((prompt.name, prompt.texts - 1, _weeks(prompt, now)) for prompt in prompts)
    return [PromptEdits(name, edits, edits / weeks) for name, edits, weeks in rows]


def _weeks(prompt: PromptTexts, now: int) -> float:
    since = seconds_of(prompt.since)
    return 1.0 if since is None else max(1.0, (now - since) / _WEEK)


def finding_counts(findings: Iterable[FindingEntry]) -> list[FindingCount]:
    """The findings of each model and prompt, most first."""
    counts: Counter[tuple[str | None, str | None]] = Counter()
    packages: dict[tuple[str | None, str | None], set[str]] = {}
    for row in findings:
        author = row.model, row.key
        counts[author] += 1
        if row.rule == VULNERABLE and row.package:
            packages.setdefault(author, set()).add(row.package)
    rows = [
        FindingCount(*author, count, tuple(sorted(packages.get(author, ()))))
        for author, count in counts.items()
    ]
    return sorted(rows, key=lambda row: (-row.findings, row.model or "", row.prompt or ""))
