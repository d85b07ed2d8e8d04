"""A change as Markdown for a comment."""

from __future__ import annotations

from gitprov.model.answers.change import CLASSES, ChangeAnswer, ChangeFile, ChangeTrace
from gitprov.model.answers.stats import Counts
from gitprov.model.finding import ERROR, WARNING, Finding, Risk
from gitprov.output import change

NONE = dict.fromkeys(CLASSES, 0)
LINES = {**NONE, "ai": 5, "edited": 1, "human": 2, "unknown": 2}
TRACE = ChangeTrace("gen_1", "tool", "m1", None, "Add a\ntest", 8, 5, 1, 2, ("Bob <bob@example.com>",))
FILE = ChangeFile("src/a.py", 10, 1, LINES)
ANSWER = ChangeAnswer(
    "main..HEAD", "a" * 40, LINES, Counts(raw=8, kept=5, reworded=1, dropped=2, bypassed=1), (FILE,), (TRACE,),
    (Finding("security/eval", ERROR, "runs a|b", "do not", path="src/a.py", lines=(3, 3), risk=Risk("high", "high")),),
    1, None,
)  # fmt: skip


def test_a_comment() -> None:
    """Share beside coverage, the delta in its band, findings in the open, files and prompts folded."""
    assert list(change.markdown(ANSWER)) == [
        "<!-- gitprov: report -->",
        "### Models wrote 60.0% of 10 added lines",
        "",
        "- coverage 80.0%: the part of the added lines with any evidence",
        "- delta rate 37.5%, above the usual 15-30%",
        "- reviewed: 1 of 1 traces",
        "- commits past the gate: 1",
        "",
        "| lines | count | share |",
        "|---|--:|--:|",
        "| as a model wrote it | 5 | 50.0% |",
        "| a model's, then changed | 1 | 10.0% |",
        "| typed by a person | 2 | 20.0% |",
        "| only declared | 0 | 0.0% |",
        "| unknown | 2 | 20.0% |",
        "",
        "**1 open finding**; 1 could not be looked at",
        "",
        "| severity | where | what |",
        "|---|---|---|",
        "| high | src/a.py:3 | runs a\\|b (security/eval) |",
        "",
        "<details><summary>1 file</summary>",
        "",
        "| file | added | deleted | models | unknown |",
        "|---|--:|--:|--:|--:|",
        "| src/a.py | 10 | 1 | 6 | 2 |",
        "",
        "</details>",
        "",
        "<details><summary>1 prompt</summary>",
        "",
        (
            "- Add a test<br>tool, m1 · gen\\_1 · 5 kept, 1 edited, 2 dropped"
            " · reviewed by Bob &lt;bob@<!-- -->example.com&gt;"
        ),
        "",
        "</details>",
        "",
        "<sub>main..HEAD, at aaaaaaaaaaaa; unknown lines have no record.</sub>",
    ]


def test_a_comment_is_bounded_and_plain() -> None:
    """Many rows are cut with their number; texts of others hold no tag, link, mention or column."""
    evil = "</details><script>alert(1)</script> [x](http://evil) ![](http://www.evil) @all | `x` \x1b[31m"
    finding = Finding("trace/bypassed", WARNING, evil, commit="b" * 40)
    rows = [Finding("security/x", ERROR, evil, path=f"{evil}{n}") for n in range(60)]
    traces = [ChangeTrace(f"gen_{n}", None, None, None, None, 0, 0, 0, 0, ()) for n in range(60)]
    files = [ChangeFile(f"{n}{evil}", 1, 0, NONE, "it is binary") for n in range(60)]
    answer = ANSWER._replace(
        findings=(finding, *rows),
        files=tuple(files),
        traces=(TRACE._replace(model=evil), *traces),
        missing=evil,
    )
    text = "\n".join(change.markdown(answer))
    assert text.count("and 41 more") == 1
    assert text.count("and 20 more") == 1
    assert text.count("and 21 more") == 1
    assert len(text) < 60_000
    assert text.count("</details>") == 2
    for sign in ("<script", "http://", "www.", " @all", "\x1b", "| `x`"):
        assert sign not in text
    assert "not recorded" in text
    assert "bbbbbbbbbbbb" in text


def test_a_change_without_records() -> None:
    """Nothing added has no share and no table of findings."""
    empty = ANSWER._replace(lines=NONE, total=Counts(), files=(), traces=(), findings=(), unread=0)
    lines = list(change.markdown(empty))
    assert lines[1] == "### Models wrote - of 0 added lines"
    assert "**No open findings**" in lines
    assert not any("<details>" in line for line in lines)
