"""The baseline: its file, what it holds back, and what is gone from it."""

from __future__ import annotations

import json

import pytest

from gitprov.checks.findings import baseline
from gitprov.checks.findings.baseline import BaselineRow
from gitprov.checks.findings.fingerprint import with_fingerprints
from gitprov.model.finding import ERROR, UNKNOWN, Finding, Risk
from gitprov.model.ranges import LineSet

TEXTS = {"a": ["one", "two", "three"]}


def finding(line: int, level: str = ERROR) -> Finding:
    """A finding at a line of the file `a`, with its fingerprint."""
    raw = Finding(
        "deps/young", level, "young", path="a", lines=(line, line), risk=Risk("low", "low", package="p")
    )
    return with_fingerprints([raw], TEXTS)[0]


ROWS = [baseline.row_of("deps", finding(line)) for line in (1, 2)]


def test_a_file_is_read_as_it_was_written() -> None:
    """Sorted, each row once, one row a line."""
    bare = BaselineRow("trace", "trace/no-trace", None, None, "sha256:0")
    text = baseline.dump_rows([*reversed(ROWS), bare, *ROWS])
    assert {*baseline.parse(text)} == {bare, *ROWS}
    lines = text.splitlines()
    assert (lines[0], lines[-1], len(lines)) == ('[{"gitprov-baseline":1}', "]", 5)
    assert all(line.startswith(',{"') for line in lines[1:-1])
    assert lines[1:-1] == sorted(lines[1:-1], key=lambda line: json.loads(line[1:]).get("path", ""))
    assert baseline.dump_rows(baseline.parse(text)) == text
    assert baseline.parse(baseline.dump_rows([])) == []


def test_lines_of_two_branches_join_as_text() -> None:
    """Whatever lines come and go, the file stays JSON."""
    first, second = baseline.dump_rows(ROWS[:1]).splitlines(), baseline.dump_rows(ROWS[1:]).splitlines()
    assert {*baseline.parse("\n".join([*first[:-1], *second[1:]]))} == {*ROWS}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<<<<<<< HEAD",
        "[" * 100_000,
        "{}",
        "[]",
        '[{"gitprov-baseline":2}]',
        '[{"gitprov-baseline":1},1]',
        '[{"gitprov-baseline":1},{"check":"deps"}]',
        '[{"gitprov-baseline":1},{"check":"deps","id":"x","fingerprint":"y","path":1}]',
    ],
)
def test_what_is_no_baseline(text: str) -> None:
    """ValueError with a reason."""
    with pytest.raises(ValueError, match=r"it is no|a row of it is no finding"):
        baseline.parse(text)


def test_findings_of_the_baseline_are_held_back() -> None:
    """By fingerprint and check; what could not be looked at stays."""
    rows = [finding(1), finding(3), finding(2, UNKNOWN)]
    assert baseline.without(rows, ROWS, "deps") == ([rows[1], rows[2]], 1)
    assert baseline.without(rows, ROWS, "security") == (rows, 0)


def gone(
    *findings: Finding, lines: list[str] | None = None, looked: tuple[int, ...] = (1, 2, 3)
) -> list[int]:
    """The lines of the rows that are gone from the baseline."""
    texts = TEXTS if lines is None else {"a": lines}
    rows = list(baseline.vanished(ROWS, findings, texts, {"a": LineSet(looked)}))
    return [ROWS.index(row) + 1 for row in rows]


def test_what_is_gone() -> None:
    """A line that is not there any more, and one that was judged without a finding."""
    assert gone(finding(1)) == [2]
    assert gone(finding(1), looked=(1,)) == []
    assert gone(looked=(), lines=["one"]) == [2]
    assert gone() == [1, 2]


def test_what_is_not_known_to_be_gone() -> None:
    """Files that were not judged or not wholly, and rows without a file, stay."""
    assert gone(finding(3, UNKNOWN)) == []
    assert list(baseline.vanished(ROWS, [], {}, {})) == []
    bare = BaselineRow("trace", "trace/no-trace", None, None, "sha256:0")
    assert list(baseline.vanished([bare], [], TEXTS, {})) == []
