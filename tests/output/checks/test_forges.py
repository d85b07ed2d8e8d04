"""Annotations of GitHub, Code Quality of GitLab, JUnit."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree as ET

from gitprov.model.answers.report import Report
from gitprov.output.checks.forges import github, github_summary, gitlab, junit
from tests.output.checks.samples import BARE, EVERYTHING, HIGH, LOW, NOTHING, UNREAD, UNSURE

COMMAND = re.compile(r"::(error|warning|notice) ?([^:]*)::([^\n\r]*)")


def suite_of(report: Report) -> ET.Element:
    """The parsed XML of a report."""
    return ET.fromstring("\n".join(junit(report, "deps")).encode("utf-8"))  # noqa: S314  # our output


def test_annotations() -> None:
    """Properties and messages are escaped, so that a file's name ends nothing and begins no command."""
    first = next(github(Report((HIGH,))))
    assert first == (
        "::error file=src/requirements%2C 100%25%3A a.txt,line=2,endLine=3,title=deps/nonexistent"
        "::there is no package reqeusts%0Afix: requests may be meant"
    )


def test_the_most_severe_first_and_the_total() -> None:
    """Each line is one command; the last is the total."""
    *commands, total = github(EVERYTHING)
    kinds = [match[1] for command in commands if (match := COMMAND.fullmatch(command))]
    assert kinds == ["error", "notice", "notice", "warning", "warning"]
    assert total.startswith("gitprov: 3 findings, 2 could not be looked at")
    assert list(github(NOTHING)) == ["gitprov: clean"]


def test_the_summary_of_a_step() -> None:
    """A table whose cells nobody's text leaves."""
    head, blank, *rows = github_summary(EVERYTHING, "gitprov check deps")
    assert head.startswith("### gitprov check deps: 3 findings")
    assert blank == ""
    assert all(len(re.findall(r"(?<!\\)\|", row)) == 6 for row in rows[:5])
    assert rows[2].endswith("| my-tool model-1, gen\\_1: “Add \\<it\\>” |")
    assert rows[5:7] == ["", "- could not look: big.lock: it is larger than 8 MiB (fix: make it smaller)"]
    assert list(github_summary(NOTHING, "t")) == ["### t: clean"]
    link = Report((HIGH._replace(message="![x](http://a) <b> @all #1 `c` | d"),))
    assert "\\!\\[x\\](http://a) \\<b\\> \\@all \\#1 \\`c\\` \\| d" in list(github_summary(link, "t"))[4]


def test_code_quality() -> None:
    """The fields that GitLab asks for; each fingerprint is there once, in hex."""
    rows = json.loads(json.dumps(gitlab(EVERYTHING)))
    assert len(rows) == len({row["fingerprint"] for row in rows}) == 3
    assert all(re.fullmatch("[0-9a-f]{64}", row["fingerprint"]) for row in rows)
    assert rows[0] == {
        "description": "there is no package reqeusts",
        "check_name": "deps/nonexistent",
        "fingerprint": "1" * 64,
        "severity": "critical",
        "location": {"path": HIGH.path, "lines": {"begin": 2}},
    }
    assert rows[2]["location"] == {"path": ".", "lines": {"begin": 1}}
    assert gitlab(UNSURE) == []


def test_junit_is_xml() -> None:
    """Whatever texts hold: failures for findings, skipped for what could not be looked at."""
    suite = suite_of(EVERYTHING)
    assert {name: suite.get(name) for name in ("name", "tests", "failures", "skipped")} == {
        "name": "gitprov deps",
        "tests": "5",
        "failures": "3",
        "skipped": "2",
    }
    cases = suite.findall("testcase")
    assert len(cases) == 5
    assert [case.find("failure") is not None for case in cases] == [True, True, True, False, False]
    failure = cases[0].find("failure")
    assert failure is not None
    assert failure.text == "there is no package reqeusts\nfix: requests may be meant"
    assert (cases[0].get("name"), cases[2].get("classname")) == ("deps/nonexistent:2", "deps")


def test_junit_of_nothing() -> None:
    """One test that passes, since a suite without tests counts as broken."""
    suite = suite_of(NOTHING)
    assert suite.get("tests") == "1"
    assert [len(case) for case in suite.findall("testcase")] == [0]
    parts = Report((BARE, UNREAD, LOW._replace(mend=None)))
    assert suite_of(parts).get("failures") == "2"
