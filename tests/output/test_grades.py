"""Grades of corpora as text and as JSON."""

from __future__ import annotations

from gitprov.model.answers.behaviour.grade import CorpusGrade, MutantRow
from gitprov.output.behaviour.baseline import grade_json, grade_lines


def test_grades() -> None:
    """The share, what no case notices without signs of a terminal, and how many changes there are in all."""
    rows = (MutantRow(2, "a < b → a <= b", "one"), MutantRow(3, "'\x1b' → '\x1bX'", None))
    grade = CorpusGrade("shop/sums.py", rows, 2, "bubblewrap")
    assert list(grade_lines("sums", grade)) == [
        "sums: 1 of 2 small changes are noticed: 50.0 %",
        "  shop/sums.py:3: '\\x1b' → '\\x1bX'",
    ]
    assert next(grade_lines("sums", grade._replace(total=9))).endswith("noticed, of 9 there are: 50.0 %")
    document = grade_json("sums", grade)
    assert (document["percent"], document["tried"], document["survivors"]) == (
        50.0,
        2,
        [{"line": 3, "change": "'\x1b' → '\x1bX'"}],
    )
