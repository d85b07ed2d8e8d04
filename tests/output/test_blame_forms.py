"""JSON, porcelain and counts of `git ai-blame`."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitprov.model.answers.blame import BlamedCommit, Facts, Line
from gitprov.model.untrusted.plausible import CLASSES
from gitprov.output.blame import document as blame_document
from gitprov.output.blame import porcelain as blame_porcelain
from gitprov.output.blame import stats as blame_stats

OID = "0123456789" * 4
WORDS = st.none() | st.text(max_size=5)
FACTS = st.builds(Facts, st.sampled_from(CLASSES), *[WORDS] * 9)
COMMITS = st.builds(
    BlamedCommit,
    st.just(OID),
    st.text(),
    st.text(),
    st.integers(0, 10**10),
    st.just("+0530"),
    st.text(),
    st.booleans(),
)
CODE = st.binary().filter(lambda code: b"\n" not in code)


def document_of(lines: list[Line], commit: BlamedCommit, path: str, revision: str | None) -> str:
    """The document of lines that come in two pieces, the later ones first."""
    document = blame_document.Document()
    for piece in (lines[len(lines) // 2 :], lines[: len(lines) // 2]):
        document.add(piece, {OID: commit})
    return "".join(document.render(path, revision))


@pytest.mark.slow
@given(COMMITS, st.lists(st.tuples(FACTS, st.text(), CODE), max_size=5), WORDS)
def test_document_says_what_went_in(
    commit: BlamedCommit, rows: list[tuple[Facts, str, bytes]], revision: str | None
) -> None:
    """Whatever names and code hold, the document is JSON in ASCII and gives them back, bytes as surrogates."""
    lines = [Line(n, OID, path, n + 5, facts, code) for n, (facts, path, code) in enumerate(rows, 1)]
    document = document_of(lines, commit, "a\x00é", revision)
    assert document.isascii()
    answer = json.loads(document)
    assert (answer["path"], answer["revision"]) == ("a\x00é", revision)
    for row, line in zip(answer["lines"], lines, strict=True):
        assert row["text"].encode("utf-8", "surrogateescape") == line.text
        known = line.facts._asdict()
        assert {key: row[key] for key in known if key not in ("cls", "prompt")} == {
            key: value for key, value in known.items() if key not in ("cls", "prompt")
        }
        assert (row["class"], row["orig_path"], row["orig_line"]) == (
            line.facts.cls,
            line.path,
            line.orig_line,
        )
        assert row["author"] == f"{commit.author} <{commit.mail}>"
        assert row["author_time"].endswith("+05:30")


def test_prompts_in_the_document() -> None:
    """Prompts are a field of their own, only where they were asked for."""
    with_prompts = json.loads(
        "".join(blame_document.Document().render("a", None, {"gen_x": None, "gen_y": "do"}))
    )
    assert with_prompts == {
        "path": "a",
        "revision": None,
        "prompts": {"gen_x": None, "gen_y": "do"},
        "lines": [],
    }
    assert "prompts" not in json.loads("".join(blame_document.Document().render("a", None)))


@given(FACTS)
def test_headers_are_lines(facts: Facts) -> None:
    """Each known fact is one header on one line, whatever its value holds, and none begins with a TAB."""
    rows = blame_porcelain.headers_of(facts).split(b"\n")
    assert rows.pop() == b""
    assert rows[0] == b"ai-class " + facts.cls.encode()
    assert len(rows) == 1 + sum(1 for value in facts[1:] if value)
    assert all(row.startswith(b"ai-") for row in rows)


def test_git_rows_stay_as_they_are() -> None:
    """Without our headers the porcelain is git's, byte for byte."""
    rows = [b"oid 1 1 1", b"author A", b"\tcode", b"oid 2 2", b"\tai-class unknown", b""]
    facts = {2: Facts("ai", trace="gen_x", prompt_version="v1"), 4: Facts("unknown")}
    shown = b"".join(blame_porcelain.render(rows, facts))
    assert shown == (
        b"oid 1 1 1\nauthor A\nai-class ai\nai-trace gen_x\nai-prompt-version v1\n\tcode\n"
        b"oid 2 2\nai-class unknown\n\tai-class unknown\n"
    )


@pytest.mark.slow
@given(st.lists(FACTS))
def test_stats_count_every_line(facts: list[Facts]) -> None:
    """Classes add up to the file; models count the lines that a machine has a part in, traces those with a trace."""
    stats = blame_stats.count(facts)
    assert stats.total == sum(lines for _, lines in stats.classes) == len(facts)
    assert dict(stats.classes) == {cls: sum(1 for one in facts if one.cls == cls) for cls in CLASSES}
    assert sum(lines for *_, lines in stats.models) == sum(
        1 for one in facts if one.cls in ("ai", "edited", "declared")
    )
    assert dict(stats.traces) == Counter(one.trace for one in facts if one.trace is not None)
    document = blame_stats.as_json("a", None, stats)
    assert abs(sum(row["percent"] for row in document["classes"].values()) - (100 if facts else 0)) < 0.3
    assert blame_stats.as_text("a", stats).count("\n") >= 7


def test_stats_for_people() -> None:
    """Three tables: classes, agents and models, traces."""
    facts = [Facts("ai", trace="gen_x", agent="claude-code", model=None)] * 3 + [Facts("unknown")]
    shown = blame_stats.as_text("src/a.py", blame_stats.count(facts))
    assert shown == (
        "src/a.py: 4 lines\n"
        "\n  class        lines   share\n  ai               3   75.0%\n  edited           0    0.0%\n"
        "  human            0    0.0%\n  declared         0    0.0%\n  unknown          1   25.0%\n"
        "\n  agent and model                 lines   share\n  claude-code (unknown model)         3   75.0%\n"
        "\n  trace     lines   share\n  gen_x         3   75.0%\n"
    )
