"""Rows of a note from results: sums, claims of the amended commit, rows put together."""

from __future__ import annotations

from typing import Any

import pytest

from gitprov.attribution import note_rows
from gitprov.attribution.outcome import AmendedClaim, Tally
from gitprov.model.notes.rows import HumanRow, ReviewRow, TraceRow
from gitprov.model.ranges import LineSet


def lines(text: str) -> LineSet:
    """A set of line numbers from its text."""
    return LineSet.parse(text)


def tally(**sets: str) -> Tally:
    """A tally with the named sets of lines; the others are empty."""
    none = LineSet()
    empty = Tally(none, none, none, none, 0, finished=True)
    return empty._replace(**{name: lines(text) for name, text in sets.items()})  # type: ignore[arg-type]  # sets only


def trace(files: dict[str, Any], **fields: Any) -> TraceRow:
    """A trace row."""
    return TraceRow.make("t", files=files, **fields)


def test_a_delta_is_the_sum_of_its_sources() -> None:
    """Counts of all sources add up, raw is their sum, and reformatted lines are named only where there are some."""
    one = tally(kept="1-3", edited="4", dropped="5-6", reformatted="1")
    other = tally(kept="1", pending="2")
    assert note_rows.delta([one, other]) == {
        "raw": 8, "kept": 4, "edited": 1, "dropped": 2, "pending": 1, "reformatted": 1,
    }  # fmt: skip
    assert "reformatted" not in note_rows.delta([other])


@pytest.mark.parametrize(
    ("count", "ai", "result"), [(3, "1-5", 3), (3, "1-2", 2), (0, "1-2", None), (3, "", None)]
)
def test_reformatted_counts(count: int, ai: str, result: int | None) -> None:
    """No more lines are reformatted than are kept."""
    row = trace({"a.py": {"ai": ai, "edited": "7"}}, delta={"reformatted": count})
    kept = len(lines(ai))
    assert note_rows.recounted(row, 1, 2) == {
        "raw": kept + 4, "kept": kept, "edited": 1, "dropped": 1, "pending": 2,
        **({} if result is None else {"reformatted": result}),
    }  # fmt: skip


@pytest.mark.parametrize(("now", "reason"), [("1-3", None), ("1-2", "large")])
def test_the_reason_why_lines_were_not_compared(now: str, reason: str | None) -> None:
    """A claim that lost lines where not all were compared gets the reason; one that a row has stays, with lines alone."""
    row = trace({"a.py": {"ai": "1-3"}}, evidence="captured")
    claim = AmendedClaim(row, "ai", 3)
    files = {key: text for key, text in (("ai", now), ("bounded", reason)) if text}
    assert note_rows.carried_row(claim, "a.py", {"ai": lines(now)}, tally(), "large").files == {"a.py": files}
    before = note_rows.carried_row(claim._replace(bounded="before"), "a.py", {"ai": lines(now)}, tally())
    assert before.bounded("a.py") == "before"
    rest = note_rows.without(before, {"a.py": lines("1")})
    assert rest is not None
    assert rest.bounded("a.py") == "before"
    assert note_rows.without(before, {"a.py": lines("1-3")}) is None


def test_rows_without_lines() -> None:
    """A row without its lines is gone; one that loses some keeps its counts until they are adapted."""
    row = trace({"a": {"ai": "1-3", "deleted": 1}, "b": {"edited": "1"}}, delta={"kept": 3, "dropped": 2})
    rest = note_rows.without(row, {"a": lines("2"), "b": lines("1-9")})
    assert rest == row.replace(files={"a": {"ai": "1,3", "deleted": 1}})
    assert note_rows.adapted(rest).delta == {"raw": 4, "kept": 2, "edited": 0, "dropped": 2, "pending": 0}
    assert note_rows.without(trace({"a": {"ai": "1"}}), {"a": lines("1")}) is None
    review = ReviewRow.make("t/x", by="X")
    assert note_rows.without(review, {}) is note_rows.adapted(review) is review


def test_claims_on_one_file_unite_by_class() -> None:
    """Lines of several sources are one set for each class."""
    claims = [{"ai": lines("1-2")}, {"ai": lines("3"), "edited": lines("7")}]
    assert note_rows.together(claims) == {"ai": lines("1-3"), "edited": lines("7")}


def test_what_is_left_of_an_amended_claim() -> None:
    """A trace's row has the difference that the amendment makes; a person's row has no counts."""
    row = trace({"a.py": {"ai": "1-4"}}, evidence="captured", delta={"raw": 4, "kept": 4})
    claim = AmendedClaim(row, "ai", 4, 0)
    counts = tally(kept="1-2", edited="3", dropped="4", reformatted="1")
    kept = note_rows.carried_row(claim, "b.py", {"ai": lines("5-6"), "edited": lines("7")}, counts)
    assert kept.json["files"] == {"b.py": {"ai": "5-6", "edited": "7"}}
    assert kept.json["evidence"] == "carried"
    assert kept.json["delta"] == {"kept": -2, "edited": 1, "dropped": 1, "pending": 0, "reformatted": 1}
    final = note_rows.settled(kept, row)
    assert final.json["delta"] == {
        "raw": 4, "kept": 2, "edited": 1, "dropped": 1, "pending": 0, "reformatted": 1,
    }  # fmt: skip
    person = HumanRow.make("p", files={})
    left = note_rows.carried_row(AmendedClaim(person, "human", 1, 2), "b.py", {}, tally())
    assert left == person.replace(files={"b.py": {"deleted": 2}})
    assert note_rows.settled(person.replace(files={"a.py": {}}), None) == person


def test_an_edited_claim_is_counted_as_edited() -> None:
    """The lines of an edited claim are taken off the edited ones."""
    claim = AmendedClaim(trace({}), "edited", 2, 0)
    kept = note_rows.carried_row(claim, "a.py", {"edited": lines("1")}, tally(edited="1"))
    assert kept.json["delta"] == {"kept": 0, "edited": -1, "dropped": 0, "pending": 0}


@pytest.mark.parametrize("carried", [False, True])
def test_rows_of_different_files_are_put_side_by_side(carried: bool) -> None:
    """Equal rows of different files become one with both files, and their counts add up."""
    a = trace({"a": {"ai": "1"}}, delta={"kept": 1})
    b = trace({"b": {"ai": "2"}}, delta={"kept": 1, "edited": 1})
    assert note_rows.add(a, b, carried) == trace(
        {"a": {"ai": "1"}, "b": {"ai": "2"}}, delta={"kept": 2, "edited": 1}
    )


def test_rows_of_one_file_unite() -> None:
    """Line sets of one file unite and deleted lines add up, but for a carried row, where the larger number holds."""
    a, b = trace({"a": {"ai": "1", "deleted": 2}}), trace({"a": {"ai": "3", "deleted": 1}})
    assert note_rows.add(a, b, carried=False).files == {"a": {"ai": "1,3", "deleted": 3}}
    assert note_rows.add(a, b, carried=True).files == {"a": {"ai": "1,3", "deleted": 2}}
    plain = note_rows.add(trace({"a": {"ai": "1"}}), trace({"a": {"ai": "2"}}), carried=False)
    assert plain.files == {"a": {"ai": "1-2"}}
