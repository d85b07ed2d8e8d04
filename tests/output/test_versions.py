"""Output of versions, comparisons and prompts, from values alone."""

from __future__ import annotations

import json

from gitprov.model.answers.behaviour.compare import (
    AspectResult,
    BehaviourAnswer,
    CodeSource,
    CompareAnswer,
    DefinitionTrial,
    StructureAnswer,
    StructureChange,
    TextChange,
    UnreadFile,
)
from gitprov.model.answers.behaviour.prompts import (
    PromptChurn,
    PromptHistory,
    PromptList,
    PromptProblem,
    PromptRevision,
    RegisteredPrompt,
)
from gitprov.model.answers.behaviour.versions import FileVersion, OutputVersion, PromptSeries, VersionsAnswer
from gitprov.output.behaviour import compare, prompts, versions

CHANGE = StructureChange("changed", "function", "f", "a.py", 3, signature=("def f(a)", "def f(b)"))
MOVED = StructureChange("moved", "function", "g", "b.py", 1, "A.g", "a.py")


def test_versions() -> None:
    """Each state of a file has its line, and long lists of definitions end with a count."""
    files = (
        FileVersion("a\x1b.py", "first", None, 3, 0),
        FileVersion("b.bin", "first"),
        FileVersion("c.py", "same", "gen_1", 0, 0),
        FileVersion("d.py", "deleted", "gen_1"),
        FileVersion("e.py", "unread", reason="its content is not kept"),
        FileVersion("f.bin", "changed", "gen_1", structure=AspectResult("unknown", "it is not text")),
        FileVersion("a.py", "changed", "gen_1", 2, 1, AspectResult("differs"), (CHANGE, *[MOVED] * 12)),
        FileVersion("g.py", "changed", "gen_1", 2, 1),
    )
    first = OutputVersion("gen_2", None, None, None, "gen_1", False, (), 5, 2, files)
    second = first._replace(
        at="2026-01-01T00:00:00Z", agent="x", prompt_version="2", restored=True, commits=("c" * 40,), files=()
    )
    series = PromptSeries(None, None, None, None, (first, second))
    answer = VersionsAnswer(
        "q", "key", (series, series._replace(key="k", model="m", name="n", prompt="p", versions=(second,)))
    )
    text = "\n".join(versions.render(answer))
    for line in (
        "prompt (no prompt key)  unknown model  2 generations\n    (the prompt is not in this clone)",
        "gen_2  at an unknown time  continues gen_1  in no commit here",
        "gen_2  2026-01-01T00:00:00Z  x  prompt 2  restores gen_1  in cccccccccccc",
        "prompt k  m  n  1 generation\n    p",
        "    developers changed 2 of 5 lines",
        "    a\\x1b.py  first version, 3 lines\n    b.bin  first version\n    c.py  same as gen_1\n    d.py  deleted",
        "    e.py  unknown: its content is not kept",
        "    f.bin  binary since gen_1; structure unknown (it is not text)",
        "      changed signature of function f: def f(a) → def f(b)  line 3\n      moved function g (was a.py A.g)  b.py:1",
        "      and 1 more",
        "    g.py  +2 -1 since gen_1; structure unknown",
    ):
        assert line in text, line
    document = json.loads(json.dumps(versions.as_json(answer)))
    assert document["series"][0]["versions"][0]["files"][6]["changes"][0]["signature"] == [
        "def f(a)",
        "def f(b)",
    ]


TRIALS = (
    DefinitionTrial("a.py", "same", "same", 5),
    *(DefinitionTrial("a.py", f"f{n}", "unknown", 0, "why") for n in range(14)),
)


def test_comparisons() -> None:
    """Texts, definitions and reasons; the patch only where it is asked for."""
    structure = StructureAnswer((CHANGE,), (UnreadFile("c.go", "no parser"),))
    files = (TextChange("changed", "a.py", 1, 2), TextChange("renamed", "b.bin", None, None, "c.bin"))
    answer = CompareAnswer(
        CodeSource("old", {"a.py": b""}), CodeSource("new", {}), AspectResult("differs"), files, b"+x\x1b\n-y\n",
        structure.comparison, structure, BehaviourAnswer(AspectResult("unknown", "no cases"), TRIALS),
    )  # fmt: skip
    lines = list(compare.render(answer, patch=True))
    assert lines == [
        "old → new",
        "text differs",
        "  changed a.py  +1 -2",
        "  renamed b.bin (was c.bin)  binary",
        "structure differs",
        "  changed signature of function f: def f(a) → def f(b)  a.py:3",
        "  unknown in c.go: no parser",
        "behaviour unknown (no cases)",
        *(f"  unknown f{number}: why  a.py" for number in range(12)),
        "  and 2 more",
        "",
        "+x\\x1b",
        "-y",
    ]
    assert len(list(compare.render(answer, patch=False))) == 21
    document = compare.as_json(answer)
    assert (document["structure"]["state"], document["text"]["patch"], answer.differs) == (
        "differs",
        "+x\x1b\n-y\n",
        True,
    )
    unknown = answer._replace(
        structure=AspectResult("unknown", "c.go: no parser"), definitions=structure._replace(changes=())
    )
    assert "structure unknown (c.go: no parser)" in list(compare.render(unknown, patch=False))


def test_prompts() -> None:
    """Lists, histories and churn, with what is unknown."""
    entry = RegisteredPrompt("a", "template", "a.py", "1", "f", 3, "text")
    plain = RegisteredPrompt("long name", "file", "b.md")
    answer = PromptList((entry, plain), (PromptProblem("c.md", "wrong"),))
    assert list(prompts.list_lines(answer)) == [
        "a          template      a.py:3  version 1  feature f",
        "long name  file          b.md",
        "problem: c.md: wrong",
    ]
    assert "No prompts" in next(prompts.list_lines(PromptList(())))
    assert prompts.list_json(answer)["problems"] == [{"path": "c.md", "message": "wrong"}]
    revision = PromptRevision(
        "c" * 40, "2026", 0, "A <a@b>", "Subject", "old.md", None, "t", tuple(f"gen_{n}" for n in range(6))
    )
    history = PromptHistory(
        plain, (revision, revision._replace(version="2", path="b.md", generations=("gen_1",)))
    )
    assert list(prompts.log_lines(history)) == [
        "long name  file  b.md",
        "",
        "cccccccccccc  2026  A <a@b>  6 generations",
        "    Subject",
        "    as old.md",
        "    gen_1, gen_2, gen_3, gen_4, gen_5 …",
        "",
        "cccccccccccc  2026  A <a@b>  version 2  1 generation",
        "    Subject",
        "    gen_1",
    ]
    assert list(prompts.log_lines(PromptHistory(plain, ())))[1:] == ["  no commit has it yet"]
    assert prompts.log_json(history)["revisions"][1]["version"] == "2"
    row = PromptChurn(plain, 2.0, 8, 4.0, 1, 10, 5, 3, 1, True)
    rows = [row, row._replace(edits=1, rate=0.5, raw_lines=0, compared=0, is_high=False)]
    assert list(prompts.churn_lines(rows, 3.0)) == [
        "long name  8 edits in 2.0 weeks (4.0 a week)  1 generation  delta rate 50%  1 of 3 files differ in structure since the last edit",
        "  finding: prompts/churn: more than 3 edits a week",
        "long name  1 edit in 2.0 weeks (0.5 a week)  1 generation  delta rate unknown  divergence since the last edit unknown",
    ]
    assert [entry["delta_rate"] for entry in prompts.churn_json(rows, 3.0)["prompts"]] == [0.5, None]
