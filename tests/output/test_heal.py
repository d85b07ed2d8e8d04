"""What heal says of commits that it mended, could not mend, or only looked at."""

from __future__ import annotations

import json

from gitprov.model.answers.heal import Healed, HealReport, LineSource, Unhealed
from gitprov.output.records.heal import as_json, lines

ONE = Healed(
    "1" * 40, "Parse", (LineSource("cherry-picked from", "2" * 40),), ("gen_20260201_0b9c41d2e7",), 1
)
MANY = Healed(
    "3" * 40, "Squash", tuple(LineSource("same patch", f"{n}" * 40) for n in range(5)), (), 7, pushed=True
)
OWN = Healed("4" * 40, "Own", (), (), 2)
RECALLED = Healed("5" * 40, "Recalled", (LineSource("inbox of this clone", None),), (), 3)
LOST = Unhealed("6" * 40, "Lost\x1b[31m", "its source is not here", "fetch it")


def test_each_commit_has_a_line_and_a_reason() -> None:
    """What was done, from what, and what would help where nothing could be."""
    report = HealReport("3 commits", 1200, (ONE, RECALLED, OWN), (LOST,), ("7" * 40,), written=True)
    said = list(lines(report))
    assert said == [
        "111111111111 healed: 1 line of gen_20260201_0b9c41d2e7 from 222222222222 (cherry-picked from)  (Parse)",
        "555555555555 healed: 3 lines from inbox of this clone  (Recalled)",
        "444444444444 healed: 2 lines from its own earlier note  (Own)",
        said[3],
        "    help: fetch it",
        "looked at 1,200 (3 commits); 3 healed; 1 could not be healed; 1 hold no line of a trace that they name",
    ]
    assert said[3].startswith("666666666666 not healed: its source is not here  (Lost")
    assert "\x1b" not in said[3]


def test_a_dry_run_says_so() -> None:
    """What would be done, and why it was not; of many sources the first are named."""
    said = list(lines(HealReport("all commits", 5, (MANY,), (), (), written=False, why_not="dry run")))
    assert "would heal: 7 lines from" in said[0]
    assert "2 more, pushed  (Squash)" in said[0]
    assert said[-1] == "nothing was written: dry run"


def test_of_many_traces_some_are_named() -> None:
    """A commit with thousands of traces has one readable line."""
    commit = ONE._replace(traces=tuple(f"gen_20260201_{n:010x}" for n in range(20_000)))
    first, _ = lines(HealReport("all commits", 5, (commit,), (), (), written=True))
    assert "gen_20260201_0000000002, 19997 more from 222222222222" in first


def test_nothing_to_heal_is_one_line() -> None:
    """A whole history in order needs no more words."""
    assert list(lines(HealReport("all commits", 5, (), (), (), written=False))) == [
        "looked at 5 (all commits); nothing to heal"
    ]


def test_json_has_all_of_it() -> None:
    """Machines get every fact of the report under its own name."""
    report = HealReport("all commits", 5, (ONE,), (LOST,), (), written=True)
    row = json.loads(as_json(report))
    assert row["healed"][0]["sources"] == [{"how": "cherry-picked from", "oid": "2" * 40}]
    assert row["unhealed"][0]["help"] == "fetch it"
    assert (row["looked"], row["written"], row["why_not"]) == (5, True, None)
