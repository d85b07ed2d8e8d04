"""Fingerprints: equal for the same finding after lines moved, different for any other."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gitprov.checks.findings.fingerprint import of_lines, with_fingerprints
from gitprov.model.finding import ERROR, Finding, Risk

LINES = ["import os", "  pip  install a", "x = 1", "pip install a", "y = 2"]


def at(line: int, rule: str = "deps/young", package: str | None = None, path: str = "a.sh") -> Finding:
    """A finding at one line."""
    return Finding(
        rule, ERROR, "a is young", path=path, lines=(line, line), risk=Risk("low", "low", package=package)
    )


def digests(findings: list[Finding], lines: list[str]) -> list[str | None]:
    """The fingerprints of findings in one file."""
    return [finding.evidence for finding in with_fingerprints(findings, {"a.sh": lines})]


@given(st.lists(st.text(alphabet="abc =\t", max_size=8), max_size=6))
def test_other_lines_above_change_nothing(above: list[str]) -> None:
    """Lines put above, blank or not, leave the fingerprint as it is, unless they are equal to the line."""
    before = digests([at(3)], LINES)
    assert digests([at(3 + len(above))], [*above, *LINES]) == before


def test_layout_counts_for_nothing() -> None:
    """Indentation and runs of spaces."""
    assert digests([at(2)], LINES) == digests([at(1)], ["pip install a\t"])


def test_equal_lines_are_told_apart_by_their_order() -> None:
    """The second of two equal lines has another fingerprint, whether the first has a finding or not."""
    first, second = digests([at(2), at(4)], LINES)
    assert first != second
    assert digests([at(4)], LINES) == [second]


def test_rule_path_and_package_count() -> None:
    """Each makes another fingerprint."""
    rows = [at(2), at(2, "deps/thin"), at(2, package="a"), at(2, package="b")]
    assert len({*digests(rows, LINES)}) == 4
    texts = {"a.sh": LINES, "b.sh": LINES}
    assert len({entry.evidence for entry in with_fingerprints([at(2), at(2, path="b.sh")], texts)}) == 2


def test_two_findings_of_a_rule_at_one_line() -> None:
    """Each has a fingerprint of its own, in their order."""
    assert len({*digests([at(2), at(2)], LINES)}) == 2


def test_a_finding_without_a_line() -> None:
    """Commit and traces identify it; without them its message does."""
    commit = Finding("trace/no-trace", ERROR, "3 lines", commit="c" * 40, traces=("gen_1",))
    other = commit._replace(message="4 lines")
    plain = Finding("x/y", ERROR, "message", path="a.sh")
    rows = [with_fingerprints([entry], {"a.sh": LINES})[0].evidence for entry in (commit, other, plain)]
    assert rows[0] == rows[1] != rows[2]
    assert with_fingerprints([at(99)], {"a.sh": LINES})[0].evidence is not None
    judged = commit._replace(evidence="sha256:1")
    assert with_fingerprints([judged], {})[0].evidence not in (None, rows[0], "sha256:1")


def test_of_lines_has_the_fingerprint_of_a_finding() -> None:
    """The fingerprint that a finding would have at a line, with its 1-based number."""
    rows = dict(of_lines("deps/young", "a.sh", None, LINES))
    assert [rows[4]] == digests([at(4)], LINES)
    assert {*rows} == {1, 2, 3, 4, 5}
