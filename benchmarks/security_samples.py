"""`gitprov check security` on samples of code as models write it: precision, recall, and how many secure samples
are flagged.

The samples are in samples/security/, each after a line `==== bad|good CLASS [js|ts|tsx]`. Every third bad and every
third good sample of python-1, python-2 and javascript is *unseen*: rules were never changed because of it, and
`--list` does not show it. Those of python-3 and javascript-2 were written after the rules, which then caught 20 of 26
and 12 of 16, and flagged 1 of 12 and 0 of 8; the rules were changed because of them. Those of
python-4 and javascript-3 are a part of 166 that were written later in two rounds. In the
first round (118) the rules caught 37 of 40 and 15 of 19, and flagged 1 of 40 and 0 of 19: precision .97 and 1.0, recall
.93 and .79. In the second (48), after what the first showed was mended, 21 of 23 and 13 of 14, and 2 of 7 and 0 of 4.
The rules were changed because of both. Those of python-5 and javascript-4 were written before their author had looked
at a rule: the rules caught 20 of 20 and 13 of 13, and flagged 1 of 20 and 0 of 12; one was changed because of it. A bad sample is caught by a finding of its class, a good sample is flagged by
any finding of medium or high severity.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import common
from gitprov.checks.security.check import judge
from gitprov.checks.security.rule import PREFIX, Catalog
from gitprov.flow.gates.security import rules

FOLDER = Path(__file__).resolve().parent / "samples" / "security"
HEAD, TUNED = (
    "==== ",
    (
        "python-3.txt",
        "python-4.txt",
        "python-5.txt",
        "javascript-2.txt",
        "javascript-3.txt",
        "javascript-4.txt",
    ),
)
#: Class of a sample → another rule whose finding is about the same weakness.
SAME = {"weak-password-hash": "weak-hash", "weak-hash": "weak-password-hash"}
PRECISION, RECALL, FLAGGED = 0.93, 0.75, 0.10


class Sample(NamedTuple):
    """A piece of code. `group`: the weakness that it has or avoids; `suffix`: of its file name."""

    group: str
    bad: bool
    unseen: bool
    suffix: str
    text: str


class Outcome(NamedTuple):
    """What the rules report on a sample: ids without prefix, those of medium and high severity apart."""

    sample: Sample
    severe: frozenset[str]
    low: frozenset[str]

    @property
    def caught(self) -> bool:
        """Whether a finding is about the weakness of the sample."""
        ids = {self.sample.group, SAME.get(self.sample.group, "")}
        return bool(ids & (self.severe | self.low))


def samples(name: str) -> Iterator[Sample]:
    """The samples of a file, in their order."""
    seen: Counter[str] = Counter()
    for block in (FOLDER / name).read_text(encoding="utf-8").split(HEAD)[1:]:
        head, _, text = block.partition("\n")
        verdict, group, *suffix = head.split()
        seen[verdict] += 1
        unseen = seen[verdict] % 3 == 0 and name not in TUNED
        yield Sample(group, verdict == "bad", unseen, suffix[0] if suffix else "py", text)


def outcome(sample: Sample, book: Catalog) -> Outcome:
    """The findings of a sample."""
    rows = judge(f"src/app.{sample.suffix}", sample.text, book, lambda: 0.0).weaknesses
    severe = {row.rule.id.removeprefix(PREFIX) for row in rows if row.rule.severity != "low"}
    low = {row.rule.id.removeprefix(PREFIX) for row in rows if row.rule.severity == "low"}
    return Outcome(sample, frozenset(severe), frozenset(low))


def figures(title: str, outcomes: list[Outcome]) -> list[common.Row]:
    """Precision, recall and the share of secure samples that are flagged."""
    bad = [row for row in outcomes if row.sample.bad]
    good = [row for row in outcomes if not row.sample.bad]
    caught, flagged = sum(row.caught for row in bad), sum(bool(row.severe) for row in good)
    remarks = sum(bool(row.severe | row.low) for row in good)
    precision, recall = caught / max(caught + flagged, 1), caught / max(len(bad), 1)
    share = flagged / max(len(good), 1)
    return [
        common.Row(f"{title}: precision", "≥ .93", f"{precision:.3f}", PRECISION / max(precision, 0.01)),
        common.Row(f"{title}: recall", "≥ .75", f"{caught} of {len(bad)} ({recall:.3f})", RECALL / max(recall, 0.01)),
        common.Row(f"{title}: secure samples flagged", "≤ 10 %",
                   f"{flagged} of {len(good)} ({share:.1%}), {remarks} with those of low severity", share / FLAGGED),
    ]  # fmt: skip


def show(rows: list[Outcome]) -> None:
    """Print what was missed, and what was reported too much, of samples that rules may be changed for."""
    for row in rows:
        sample = row.sample
        if sample.unseen or (row.caught if sample.bad else not (row.severe | row.low)):
            continue
        kind = "missed" if sample.bad else "flagged"
        print(
            f"{kind}: {sample.group} {sample.suffix}: {sorted(row.severe)} {sorted(row.low)}", file=sys.stderr
        )


def rows() -> list[common.Row]:
    """Both languages, all samples and the unseen ones."""
    book = rules()
    table = []
    for title, names in (
        ("Python", ("python-1.txt", "python-2.txt", "python-3.txt", "python-4.txt", "python-5.txt")),
        ("JavaScript", ("javascript.txt", "javascript-2.txt", "javascript-3.txt", "javascript-4.txt")),
    ):
        outcomes = [outcome(sample, book) for name in names for sample in samples(name)]
        if "--list" in sys.argv:
            show(outcomes)
        unseen = [row for row in outcomes if row.sample.unseen]
        table += figures(f"{title}, {len(outcomes)} samples", outcomes)
        table += figures(f"{title}, {len(unseen)} unseen samples", unseen)
    return table


if __name__ == "__main__":
    common.main(rows)
