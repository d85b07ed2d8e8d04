"""Findings for a person."""

from __future__ import annotations

from gitprov.model.answers.report import Report
from gitprov.output.checks.plain import lines, summary
from tests.output.checks.samples import EVERYTHING, HIGH, LOW, NOTHING, OFF, PASSING, UNSURE

SOURCES = {HIGH.path or "": ["first", "\treqeusts==1\x1b[2J  ", "third"]}


def plain(report: Report, strict: bool = False) -> list[str]:
    """The lines without colours."""
    return list(lines(report, SOURCES, lambda text, _part: text, strict))


def test_a_finding() -> None:
    """Place, message, source with its indentation, who wrote it, how to mend it."""
    assert plain(Report((HIGH,))) == [
        "src/requirements, 100%: a.txt:2: high: there is no package reqeusts [deps/nonexistent]",
        "  2 |     reqeusts==1\\x1b[2J",
        "    |     ^^^^^^^^^^^^^^^",
        "  written by my-tool model-1, gen_1, committed by Ada <ada@example.com>: “Add <it>”",
        "  fix: requests may be meant",
        "",
        "1 finding",
    ]


def test_nothing_steers_a_terminal() -> None:
    """Control characters, line ends and reordering characters of others are escapes."""
    shown = plain(EVERYTHING)
    assert all("\n" not in line and line.isprintable() for line in shown)
    assert any("\\x1b[31m\\r\\n::error::b\\u202e\\x00\\xff" in line for line in shown)


def test_what_could_not_be_looked_at_and_what_is_gone() -> None:
    """Each with its reason and remedy."""
    shown = plain(EVERYTHING)
    at = shown.index("could not look: big.lock:7: it is larger than 8 MiB [deps]")
    assert shown[at + 1] == "  fix: make it smaller"
    whole = Report((UNSURE.findings[0]._replace(path=None, commit=None, lines=None),))
    assert plain(whole)[0] == "could not look: it is larger than 8 MiB [deps]"
    assert "gone, still in the baseline: gone\\x1b.txt [deps/young]" in shown


def test_summaries() -> None:
    """Counts of everything that is not reported as well."""
    assert summary(NOTHING, strict=False) == "clean"
    assert summary(OFF, strict=False) == "switched off by the policy of this project"
    assert summary(UNSURE, strict=False) == "clean, 1 could not be looked at (fails under --strict)"
    assert summary(UNSURE, strict=True) == "clean, 1 could not be looked at"
    assert summary(PASSING, strict=False) == "1 finding (none fails the check)"
    assert summary(EVERYTHING, strict=True) == (
        "3 findings, 2 could not be looked at, 2 suppressed by comments, 3 in the baseline"
    )


def test_a_line_that_is_not_there() -> None:
    """No excerpt; a finding without anybody who wrote it names nobody."""
    assert plain(Report((HIGH._replace(lines=(9, 9), traces=()),)))[1] == "  fix: requests may be meant"
    assert plain(Report((LOW._replace(mend=None, path="b"),)))[1] == ""


def test_a_wide_line_is_cut() -> None:
    """At 160 characters, and its indentation at 16."""
    report = Report((HIGH._replace(path="w", lines=(1, 1)),))
    shown = list(
        lines(report, {"w": [" " * 40 + "x" * 500]}, lambda text, part: f"<{part}>{text}", strict=False)
    )
    assert shown[1] == f"  1 | {' ' * 16}{'x' * 160}"
    assert shown[2] == f"    | {' ' * 16}<mark>{'^' * 160}"
    assert shown[0].startswith("<place>w:1: <high>high: ")
    unknown = Report((HIGH._replace(risk=None),))
    assert not any("written by" in line for line in plain(unknown))


def test_lines_that_were_judged() -> None:
    """Clean names the number of lines judged; a check that judges no lines names none."""
    assert plain(NOTHING._replace(lines=0)) == ["clean: 0 lines judged"]
    assert plain(NOTHING._replace(lines=1)) == ["clean: 1 line judged"]
    assert plain(NOTHING) == ["clean"]
