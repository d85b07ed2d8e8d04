"""Comments that suppress findings."""

from __future__ import annotations

import pytest

from gitprov.checks.findings.suppression import NO_REASON, UNUSED, remarks, suppress, suppressions
from gitprov.model.finding import ERROR, UNKNOWN, Finding
from gitprov.model.ranges import LineSet

FINDING = Finding("deps/young", ERROR, "young", path="a", lines=(2, 2))


def judged(text: str, *findings: Finding, path: str = "a") -> tuple[list[Finding], list[str]]:
    """What remains of findings in a file, and the rules of the remarks on its comments."""
    lines = text.split("\n")
    comments = {path: suppressions(path, lines)}
    remaining, used = suppress(findings, comments)
    every = {path: LineSet(range(1, len(lines) + 1))}
    return remaining, [finding.rule for finding in remarks("deps", comments, used, every)]


@pytest.mark.parametrize(
    "text",
    [
        "x\npip install a  # gitprov: ignore[deps/young] ours",
        "x\na // gitprov: ignore[deps/young] ours",
        "x\na -- gitprov: ignore[deps/young] ours",
        "x\na <!-- gitprov: ignore[deps/young] ours -->",
        "x\na /* gitprov: ignore[deps/young] ours */",
        "x\na #gitprov:ignore[deps/young]: ours\r",
        "# gitprov: ignore[deps/young] ours\na",
        "  // gitprov: ignore[deps/young] ours\na",
    ],
)
def test_a_comment_on_the_line_or_above(text: str) -> None:
    """Each form suppresses the finding, and nothing is remarked."""
    assert judged(text, FINDING) == ([], [])


def test_several_ids_and_several_comments() -> None:
    """Ids are separated by commas; comments alone on their lines stack."""
    thin = FINDING._replace(rule="deps/thin")
    assert judged("x\na # gitprov: ignore[deps/young, deps/thin] ours", FINDING, thin) == ([], [])
    low = FINDING._replace(lines=(3, 3))
    stacked = "# gitprov: ignore[deps/young] ours\n# gitprov: ignore[deps/thin] ours\na"
    assert judged(stacked, low, low._replace(rule="deps/thin")) == ([], [])


def test_a_finding_of_several_lines() -> None:
    """A comment at any of its lines, or above the first."""
    long = FINDING._replace(lines=(2, 4))
    for line in (1, 2, 3, 4):
        lines = ["a", "b", "c", "d"]
        lines[line - 1] = ("" if line == 1 else "b ") + "# gitprov: ignore[deps/young] ours"
        assert judged("\n".join(lines), long) == ([], [])


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("x\na # gitprov: ignore[deps/young]", [NO_REASON]),
        ("x\na # gitprov: ignore[deps/young] --", [NO_REASON]),
        ("x\na # gitprov: ignore[deps/thin] ours", [UNUSED]),
        ("a # gitprov: ignore[deps/young] ours\nb", [UNUSED]),
        ("x\na\nb # gitprov: ignore[deps/young] ours", [UNUSED]),
        ("x\na # gitprov: ignore[security/sql] ours", []),
        ("x\na # gitprov: ignore[] ours", []),
        ("x\na # gitprov: ignore[rule] ours", []),
        ("x\na # gitprov: ignore[deps/*] ours", []),
        ("x\na gitprov: ignore[deps/young] ours", []),
        ("x\n" + "a" * 10_000 + "# gitprov: ignore[deps/young] ours", []),
    ],
)
def test_comments_that_suppress_nothing(text: str, rules: list[str]) -> None:
    """The finding stays; an own comment of this check without reason or without a finding is remarked."""
    assert judged(text, FINDING) == ([FINDING], rules)


def test_what_could_not_be_looked_at_is_not_suppressed() -> None:
    """An unknown stays."""
    unknown = FINDING._replace(level=UNKNOWN)
    assert judged("x\na # gitprov: ignore[deps/young] ours", unknown)[0] == [unknown]


def test_lines_that_were_not_judged() -> None:
    """Nothing is remarked about their comments, which may be needed."""
    comments = {"a": suppressions("a", ["a # gitprov: ignore[deps/young] ours"])}
    assert list(remarks("deps", comments, set(), {"a": LineSet([2])})) == []
    assert list(remarks("deps", comments, set(), {})) == []
    assert [finding.lines for finding in remarks("deps", comments, set(), {"a": LineSet([1])})] == [(1, 1)]


def test_examples_in_documents() -> None:
    """In Markdown only the form of Markdown is remarked; all forms suppress."""
    example = "x\npip install a # gitprov: ignore[deps/young] ours"
    finding = FINDING._replace(path="R.md")
    assert judged(example, finding, path="R.md") == ([], [])
    assert judged(example, path="R.md") == ([], [])
    assert judged("<!-- gitprov: ignore[deps/young] ours -->\nx", path="R.md") == ([], [UNUSED])


def test_long_lines_take_no_time() -> None:
    """Repeated beginnings of a comment and its end are searched in linear time."""
    text = "# gitprov: ignore[" * 500 + "]" + "--> " * 200
    assert suppressions("a", [text] * 200) == []
