"""Disclosures as Markdown and as JSON values."""

from __future__ import annotations

import json

from gitprov.model.answers.disclosure import Disclosure, ModelUse
from gitprov.output.disclosure import document, markdown

LINES = {"ai": 30, "edited": 10, "human": 5, "declared": 0, "unknown": 5}
USE = ModelUse(
    agent="claude-code",
    model="model_*1*",
    commits=2,
    traces=3,
    reviewed=1,
    ai=30,
    edited=10,
    files=(("a.py", "1-30"), ("b|c.py", "4")),
    people=("Ann <ann@example.com>",),
)
FULL = Disclosure(
    scope="v1..v2",
    policy="kernel",
    commits=4,
    assisted=2,
    added=50,
    lines=LINES,
    evidence={"captured": 40},
    models=(USE,),
    declared=(("d" * 40, "cursor", None),),
    reviewers=("Bob <bob@example.com>",),
    gates={"passed": 2},
    trailers={"a" * 40: ("Assisted-by: claude-code:model_*1*",), "b" * 40: ("Assisted-by: x",)},
    missing=("a" * 40,),
)
EMPTY = Disclosure("HEAD", None, 0, 0, 0, dict.fromkeys(LINES, 0), {}, (), (), (), {}, {}, ())


def text(answer: Disclosure) -> str:
    """The whole document."""
    return "\n".join(markdown(answer))


def test_everything() -> None:
    """Shares, models with their files, declarations, reviews, gates, and what a policy asks for."""
    shown = text(FULL)
    assert "Commits that record or declare the use of a model: 2 of 4" in shown
    assert "- 30 (60%) as a model wrote it" in shown
    assert "### claude-code, model\\_\\*1\\*" in shown
    assert "- traces that somebody reviewed: 1 of 3" in shown
    assert "- for Ann \\<ann@example.com\\>" in shown
    assert "- b\\|c.py: 4" in shown
    assert "- dddddddddddd: cursor, unknown model" in shown
    assert "- reviewers: Bob \\<bob@example.com\\>" in shown
    assert "- gate passed: 2 commits" in shown
    assert "- evidence captured: 40 lines" in shown
    assert "1 of 2 commits with a model's lines lack such a trailer:" in shown
    assert "- aaaaaaaaaaaa: Assisted-by: claude-code:model\\_\\*1\\*" in shown


def test_nothing_is_recorded() -> None:
    """An empty range has no model, no shares and no section about a policy."""
    shown = text(EMPTY)
    assert "No model is recorded." in shown
    assert "- 0 (0%) without any evidence" in shown
    assert "- reviewers: none recorded" in shown
    assert "## Policy" not in shown
    assert "## Declared" not in shown


def test_long_lists_are_cut() -> None:
    """Of many files, declarations and lines the first are listed, and the number of the others."""
    many = USE._replace(
        people=(), files=tuple((f"{n}.py", ",".join(map(str, range(1, 400, 2)))) for n in range(53))
    )
    shown = text(FULL._replace(models=(many,), declared=(("d" * 40, None, "m"),) * 52))
    assert "- and 3 more files" in shown
    assert "- and 2 more" in shown.splitlines()
    assert ", …" in shown
    assert "- for" not in shown


def test_nothing_steers_a_terminal() -> None:
    """Control characters of others are escapes."""
    shown = text(FULL._replace(scope="x\x1b[31m\ny"))
    assert "\x1b" not in shown
    assert "Commits: x" in shown


def test_the_document() -> None:
    """The JSON value has all fields; rows are objects with names."""
    value = json.loads(json.dumps(document(FULL)))
    assert value.keys() == {"v", *Disclosure._fields}
    assert value["v"] == 1
    assert value["models"][0]["files"][1] == ["b|c.py", "4"]
    assert value["declared"] == [{"commit": "d" * 40, "agent": "cursor", "model": None}]
