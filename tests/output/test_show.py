"""How `gitprov show` and `gitprov status` look."""

from __future__ import annotations

from typing import Any

import pytest

from gitprov.model.answers.show import (
    CommitAnswer,
    CommitHead,
    CommitOfTrace,
    CommitTrace,
    Delta,
    DeltaHunk,
    DeltaLine,
    FileStatus,
    NextCommit,
    Review,
    StatusAnswer,
    Text,
    TraceAnswer,
    TraceFile,
    TurnStatus,
    UncommittedFile,
    Unread,
)
from gitprov.model.finding import ERROR, Finding
from gitprov.model.notes.rows import CommitRow, HumanRow, TraceRow
from gitprov.model.ranges import LineSet
from gitprov.output import delta, show, show_json, status

HEAD = CommitHead(
    "c" * 40,
    "Alice <a@example.com>",
    "2026-02-01T10:00:00+00:00",
    "Count\x1b[31m words",
    "passed",
    "captured",
)
PIECES = (
    DeltaLine(" ", 1, 1, True, "one"),
    DeltaLine("~", 2, 2, True, "two b", ((" ", "two "), ("-", "a"), ("+", "b"))),
    DeltaLine("-", 3, None, True, "three"),
    DeltaLine("+", None, 3, False, "mine"),
    DeltaLine("*", None, 4, False, "theirs"),
)
DELTA = Delta((DeltaHunk(1, 3, 1, 4, PIECES),), 2, 1, 1, 1)
SHARE = TraceFile("a.py", LineSet.parse("1"), LineSet.parse("2"), 3, 1, 0, DELTA)
NOTHING = Text(None, "none")


def trace(**fields: Any) -> TraceAnswer:
    """A trace about which nothing is known but what is given."""
    blank = TraceAnswer("gen_20260201_0123456789", "committed", "store", {}, NOTHING, NOTHING, (), (), ())
    return blank._replace(**fields)


def commit(**fields: Any) -> CommitAnswer:
    """A commit about which nothing is known but what is given."""
    return CommitAnswer(HEAD, True, None, (), (), (), (), (), 0)._replace(**fields)


def test_a_delta_without_colour_has_marks() -> None:
    """Signs in the first column, word marks inside a reworded line, a line about what is not shown."""
    assert list(delta.render("a.py", "c0ffee", DELTA)) == [
        "--- a.py (as generated)",
        "+++ a.py (c0ffee)",
        "@@ -1,3 +1,4 @@",
        " one",
        "~two [-a-]{+b+}",
        "-three",
        "+mine",
        "*theirs",
        "(2 changed lines elsewhere in the file, apart from this trace's)",
    ]


def test_a_delta_with_colours_has_no_marks() -> None:
    """Colours stand for the marks, and the signs stay."""
    lines = list(delta.render("a.py", "c0ffee", DELTA, delta.COLOURS))
    assert lines[4] == "~two \x1b[31ma\x1b[m\x1b[32mb\x1b[m"
    assert lines[5] == "\x1b[31m-three\x1b[m"


def test_an_unchanged_file_has_no_delta() -> None:
    """Without blocks not even a header is printed; one line elsewhere is one line."""
    assert list(delta.render("a.py", "c", Delta((), 0, 1, 0, 0))) == []
    one = Delta((DeltaHunk(0, 0, 1, 1, PIECES[3:4]),), 1, 0, 0, 0)
    assert list(delta.render("a.py", "c", one))[2:] == [
        "@@ -0,0 +1 @@",
        "+mine",
        "(1 changed line elsewhere in the file, apart from this trace's)",
    ]


def test_a_trace_of_which_little_is_known() -> None:
    """Absent facts leave no empty labels; unknown agent and model are said to be so."""
    text = "\n".join(show.of_trace(trace()))
    assert "Agent:        unknown\nModel:        unknown\n" in text
    assert "Session" not in text
    assert "Prompt: not recorded" in text


def test_a_trace_with_everything() -> None:
    """Each fact of a record has its line; steering characters are taken out."""
    record = {
        "agent": {"name": "x\x1b", "version": "2"},
        "subagent": {"type": "reviewer"},
        "params": {"temperature": 0.2},
        "usage": {"output_tokens": 4},
        "prompt": {"name": "p", "version": "v2", "redactions": 2},
        "output": {"redactions": 0},
        "request_id": "req_1",
        "session": "s",
        "turn": "000001",
        "parent": "gen_20260131_0123456789",
        "instructions": [{"path": "CLAUDE.md", "digest": "sha256:" + "a" * 64}],
    }
    counts = {"raw": 4, "kept": 1, "edited": 1, "dropped": 1, "pending": 1}
    answer = trace(
        record=record,
        prompt=Text("Do\x1b it.\n\nNow.\n", None),
        held=(CommitOfTrace(HEAD, counts, (SHARE,)),),
        reviews=(Review("Bob <b@x>", "2026-02-02T09:00:00Z", "fine", "note", HEAD.oid, None),),
        continued_by=("gen_20260202_0123456789",),
        lost=("d" * 40,),
        loose=(UncommittedFile("b.py", 3, "dropped"), UncommittedFile("c.py", None, "unknown")),
    )
    lines = list(show.of_trace(answer))
    for wanted in (
        "Agent:        x\\x1b  2  subagent reviewer",
        "Version:      p  v2",
        "Params:       temperature=0.2",
        "Requests:     req_1",
        "Session:      s  turn 000001",
        "Instructions: CLAUDE.md (sha256:aaaaaaaaaaaa)",
        "Redacted:     2 in the prompt",
        "Continues:    gen_20260131_0123456789",
        "Continued by: gen_20260202_0123456789",
        "Reviewed by:  Bob <b@x>  2026-02-02T09:00:00Z: fine",
        "    Do\\x1b it.",
        "    Now.",
        "    Count\\x1b[31m words",
        "    raw 4: kept 1, edited 1, dropped 1, pending 1 (50% changed)",
        "  a.py: kept 1, edited 1, dropped 1, removed 3 older (lines ai 1, edited 2)",
        "b.py: 3 generated lines, in no commit: dropped",
        "c.py: in no commit: what became of them is not recorded",
        "(1 more commit with it: no branch or tag leads there any more)",
    ):
        assert wanted in lines, wanted


@pytest.mark.parametrize("why", ["not here", "digest only", "forgotten", "none", "new word"])
def test_missing_texts_are_explained(why: str) -> None:
    """There is a sentence for each reason, also for one that a later version adds."""
    (_, line) = show.section("Prompt", Text(None, why))
    assert line.startswith("Prompt: ")
    assert len(line) > len("Prompt: ")


def test_states_of_a_trace() -> None:
    """A trace that no commit holds, or that is in the inbox only, says so before anything else."""
    assert "No commit holds a line of it." in list(show.of_trace(trace(state="unheld")))
    share = TraceFile("a.py", LineSet(), LineSet(), 0, None, None, DELTA)
    pending = trace(
        id=None, state="uncommitted", worktree=(share, share._replace(path="big", delta=None, why="large"))
    )
    lines = list(show.of_trace(pending))
    assert lines[0].startswith("trace (none yet")
    assert "  a.py: kept 1, edited 1, gone 1" in lines
    assert "  big: no diff: large" in lines
    assert "+++ a.py (work tree)" in list(show.diffs(pending))


def test_a_trace_known_from_afar() -> None:
    """What only a note or only a trailer tells is said to be no more than that."""
    lines = list(
        show.of_trace(
            trace(source="note", held=(CommitOfTrace(HEAD, None, (SHARE,)),), lost=("d" * 40, "e" * 40))
        )
    )
    assert "The generation is not in this clone: this is what the notes record of it." in lines
    assert "(2 more commits with it: no branch or tag leads there any more)" in lines
    assert any("there is no note about it here" in line for line in lines)
    assert "+++ a.py (ccccccccc)" in list(show.diffs(trace(held=(CommitOfTrace(HEAD, None, (SHARE,)),))))


def test_a_commit_in_short() -> None:
    """Gate, traces with the prompt's first line, people, declared machines and strange lines all have their place."""
    row = TraceRow.make("gen_20260201_0123456789", agent="x", delta={"raw": 0})
    answer = commit(
        row=CommitRow.of(HEAD.oid, "passed", 9, {"gen_20260201_ffffffffff": "by mistake"}),
        traces=(
            CommitTrace(
                row,
                Text("\n Do it.\nNow.", None),
                (SHARE, TraceFile("b", LineSet(), LineSet(), 0, None, None, None, "why")),
            ),
        ),
        humans=(HumanRow.make("h", author="Bob <b@x>", files={"a.py": {"human": "3"}}),),
        reviews=(Review("Eve <e@x>", None, None, "trailer", HEAD.oid, None),),
        declared=("Co-authored-by: Claude <x@y>",),
        trailers=("gen_20260201_eeeeeeeeee",),
        foreign=1,
    )
    lines = list(show.of_commit(answer))
    for wanted in (
        "Added:        9 lines",
        "Dropped:      gen_20260201_ffffffffff by mistake",
        "Named:        gen_20260201_eeeeeeeeee (a trailer; the note has no line of it)",
        "Declared:     Co-authored-by: Claude <x@y>",
        "Reviewed by:  Eve <e@x>  (trailer)",
        "trace gen_20260201_0123456789  x  unknown model",
        "     Do it.",
        "    raw 0: none left",
        "  b: no line left; no diff: why",
        "human Bob <b@x>: a.py 3",
        "(1 line is damaged or none of gitprov's; kept as they stand)",
    ):
        assert wanted in lines, wanted
    assert "--- a.py (as generated)" in list(show.diffs(answer))
    assert any("nothing is recorded" in line for line in show.of_commit(commit(noted=False)))


def test_json_of_a_trace_has_a_fixed_shape() -> None:
    """The keys are there whatever is known."""
    keys = set(show_json.of_trace(trace()))
    full = trace(
        record={"request_ids": ["r"], "agent": None, "instructions": [{"path": "p", "digest": "d"}]},
        held=(CommitOfTrace(HEAD, {"raw": 4, "edited": 1}, (SHARE, SHARE._replace(delta=None, why="w"))),),
    )
    document = show_json.of_trace(full)
    assert set(document) == keys
    assert document["request_ids"] == ["r"]
    assert document["commits"][0]["delta_rate"] == 0.25
    first, second = document["commits"][0]["files"]
    assert set(first) == set(second)
    assert first["diff"][0]["pieces"][1]["words"] == [[" ", "two "], ["-", "a"], ["+", "b"]]
    assert (second["diff"], second["missing"], second["kept_lines"]) == (None, "w", 1)


def test_json_of_a_commit() -> None:
    """Counts come from the note where it has ranges, else from the delta."""
    row = TraceRow.make("x", files={"a.py": {"ai": "1-2", "edited": "4"}})
    shares = (
        TraceFile("a.py", LineSet.parse("1-2"), LineSet.parse("4"), 0, None, None, DELTA),
        TraceFile("b.py", LineSet(), LineSet(), 0, None, None, DELTA),
    )
    (one,) = show_json.of_commit(commit(traces=(CommitTrace(row, NOTHING, shares),)))["traces"]
    assert (one["ai_lines"], one["delta_rate"]) == (3, None)
    assert [(file["kept_lines"], file["edited_lines"]) for file in one["files"]] == [(2, 1), (1, 1)]


FILE = FileStatus("a\nb.py", 1, 2, 3, 4, 5, ("k/1",))
TURN = TurnStatus("k/1", "x", None, "s", "sub", None, None, 61, (), 0, 0, 0, ("gen_20260201_0123456789",))


def test_status_with_everything() -> None:
    """Files in columns, turns with age, the next commit with its refusals, and what has no content."""
    row = TraceRow.make("gen_x", files={"a.py": {"ai": "1", "edited": "2-3"}})
    human = HumanRow.make("h", author="Bob <b@x>", files={"a.py": {"human": "9"}})
    following = NextCommit(
        (row, row.replace(files={"a.py": {"deleted": 2}}), human),
        ("AI-Trace: gen_x",),
        (Finding("x", ERROR, "bad", "mend it"),),
    )
    unread = (Unread("big", "large", "m"), Unread("events/1.json", "damaged", "half"))
    lines = list(status.render(StatusAnswer("@", (FILE,), (TURN,), unread, following, "c" * 40)))
    for wanted in (
        "Wrote the note of cccccccccccc, which had been cut off.",
        "  a\\nb.py        1        2        3  (5 typed by people, 4 in HEAD without a note)",
        "k/1  x  unknown model  sub  1 minute ago",
        "    (no prompt recorded)",
        "    no line left in no file; earlier part: gen_20260201_0123456789",
        "  gen_x  1 ai + 2 edited in a.py",
        "  gen_x  removals only in a.py",
        "  1 line of Bob <b@x> in a.py",
        "  trailer  AI-Trace: gen_x",
        "  REFUSED  this commit: bad",
        "  big: too large to keep, known by digest only",
        "  events/1.json: half",
    ):
        assert wanted in lines, wanted


def test_status_of_the_next_commit() -> None:
    """Nothing staged, and a configuration that cannot be read, are sentences of their own."""
    nothing = list(status.render(StatusAnswer("@", (FILE,), (), (), None, None)))
    assert nothing[-1].startswith("The next commit holds no recorded line")
    wrong = StatusAnswer("@", (), (TURN,), (), NextCommit((), (), (), "odd key"), None)
    assert list(status.render(wrong))[-1].endswith("odd key")
    document = status.as_json(wrong)
    assert document["next_commit"]["problem"] == "odd key"
    assert status.as_json(StatusAnswer("@", (), (), (), None, None))["next_commit"] is None
    assert len(list(status.render(StatusAnswer("@", (), (), (), None, None)))) == 1


def test_a_long_path_is_not_cut() -> None:
    """A path that is wider than its column pushes the counts to the right."""
    long = FILE._replace(path="d/" * 60 + "a.py")
    lines = list(status.render(StatusAnswer("@", (long,), (), (), None, None)))
    assert "d/" * 60 + "a.py  " in lines[1]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "at an unknown time"),
        (0, "just now"),
        (60, "1 minute ago"),
        (7200, "2 hours ago"),
        (200000, "2 days ago"),
    ],
)
def test_ages(seconds: int | None, words: str) -> None:
    """Ages are told in the largest unit that fits."""
    assert status.age(seconds) == words
