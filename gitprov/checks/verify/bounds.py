"""The number of findings on one commit: a note of others can be wrong in a hundred thousand places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from gitprov.model.finding import Finding

#: Findings of one rule and level on one commit; the others are counted.
MOST_FINDINGS = 1_000


def bounded(findings: Iterable[Finding]) -> Iterator[Finding]:
    """The first MOST_FINDINGS findings of each rule and level on each commit, in their order; then a finding
    with the number of the others, for each rule, level and commit that has more.

    Findings that are on no commit are all passed on.
    """
    counts: Counter[tuple[str, str, str]] = Counter()
    for finding in findings:
        if finding.commit is not None:
            key = finding.commit, finding.rule, finding.level
            counts[key] += 1
            if counts[key] > MOST_FINDINGS:
                continue
        yield finding
    for (commit, rule, level), number in counts.items():
        if number > MOST_FINDINGS:
            what = f"the note has {number - MOST_FINDINGS} more of these, which are not listed"
            yield Finding(rule, level, what, None, commit)
