"""The columns of `git ai-blame`: how they shrink, what they never touch."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from gitprov.model.answers.blame import UNKNOWN, BlamedCommit, Facts, Line
from gitprov.output import text
from gitprov.output.blame import columns
from gitprov.output.blame.columns import Look, widths
from gitprov.output.blame.flags import Flags
from tests.support.characters import steers

OID = "0123456789" * 4
COMMIT = BlamedCommit(OID, "Alice", "alice@example.com", 1769940000, "+0000", "One", False)
GENERATED = Facts(
    "ai", "captured", "gen_20260201_0b9c41d2e7", "claude-code", "claude-opus-4-5-20251101", prompt="sha256:1"
)
PLAIN_FLAGS = Flags()


def shown(
    facts: Facts, terminal: int | None = None, flags: Flags = PLAIN_FLAGS, commit: BlamedCommit = COMMIT
) -> str:
    """One line of the answer."""
    size = widths(flags, 10, 40, 120, terminal)
    look = Look(size, flags, lambda _: "2026-02-01")
    line = Line(7, OID, "old/path.py", 3, facts, b"code")
    return b"".join(columns.render([line], {OID: commit}, look)).decode()


def test_all_columns() -> None:
    """Without a terminal there is room for everything."""
    assert shown(GENERATED) == (
        "01234567 Alice                2026-02-01 ai       claude-code/claude-opus-4-5-20251101 "
        "gen_20260201_0b9c41d2e7   7) code\n"
    )


def test_no_columns_for_models_where_there_are_none() -> None:
    """A file without lines of a model has no blank columns for model and trace; a person's name keeps its own."""
    size = widths(PLAIN_FLAGS, 10, 40, 120, None)
    unknown = Line(7, OID, "p", 3, UNKNOWN, b"code")
    narrow = columns.without_models(size, [unknown])
    look = Look(narrow, PLAIN_FLAGS, lambda _: "2026-02-01")
    row = b"".join(columns.render([unknown], {OID: COMMIT}, look)).decode()
    assert row == "01234567 Alice                2026-02-01 unknown    7) code\n"
    assert columns.without_models(size, [unknown, unknown._replace(facts=GENERATED)]) == size
    person = unknown._replace(facts=UNKNOWN._replace(cls="human", human="Bob <b@example.com>"))
    assert columns.without_models(size, [person]) == size._replace(trace=0)


def test_narrow_terminal() -> None:
    """On 80 columns class, model and the digits of the trace remain, and the code is whole."""
    assert shown(GENERATED, 80) == "01234567 ai       claude-op~ 0b9c41d2e7   7) code\n"


def test_git_flags() -> None:
    """-s, -l, -e, -f, -n, -b and --abbrev do what they do in git blame."""
    assert "Alice" not in shown(UNKNOWN, flags=Flags(suppress=True))
    assert shown(UNKNOWN, flags=Flags(long=True)).startswith(OID + " Alice")
    assert "<alice@example.com>" in shown(UNKNOWN, flags=Flags(email=True))
    assert shown(UNKNOWN, flags=Flags(name=True, number=True)).startswith(
        "01234567 old/path.py                3 Alice"
    )
    assert shown(UNKNOWN, flags=Flags(abbrev=12)).startswith(OID[:12] + " ")
    edge = COMMIT._replace(boundary=True)
    assert shown(UNKNOWN, commit=edge).startswith("^0123456 ")
    assert shown(UNKNOWN, commit=edge, flags=Flags(blank_boundary=True)).startswith(" " * 9 + "Alice")


def test_people_are_named() -> None:
    """A line that a person typed shows the person where others show the model."""
    assert " human    Bob " in shown(Facts("human", human="Bob <bob@example.com>"))


@given(
    st.none() | st.integers(20, 300), st.integers(1, 10**6), st.booleans(), st.booleans(), st.integers(0, 30)
)
def test_columns_fit(terminal: int | None, last: int, name: bool, number: bool, date: int) -> None:
    """The width that is worked out is the width that is printed, and from 80 columns on three eighths stay for the code."""
    flags = Flags(name=name, number=number)
    size = widths(flags, date, 40, last, terminal)
    look = Look(size, flags, lambda _: "d")
    line = Line(1, OID, "p", 1, GENERATED, b"")
    row = b"".join(columns.render([line], {OID: COMMIT}, look)).decode().rstrip("\n")
    assert text.width(row) == size.total
    if terminal is not None and terminal >= 80 and not (name or number):
        assert size.total <= terminal * 5 // 8


@given(st.text(st.characters(exclude_categories=("C", "Mn", "Zl", "Zp")) | st.just("\t")))
def test_code_is_given_as_it_is(plain: str) -> None:
    """Whatever a line of text holds stands at its end unchanged, on any terminal."""
    code = plain.translate(dict.fromkeys(map(ord, "\u115f\u1160\u3164\uffa0"))).encode()
    look = Look(widths(Flags(), 10, 40, 1, 40), Flags(), lambda _: "2026-02-01")
    row = b"".join(columns.render([Line(1, OID, "p", 1, UNKNOWN, code)], {OID: COMMIT}, look))
    assert row.endswith(b"1) " + code + b"\n")


@given(st.binary().filter(lambda code: b"\n" not in code))
def test_code_cannot_steer(code: bytes) -> None:
    """Whatever bytes a line holds, what is shown of it is UTF-8 without controls other than tabs."""
    look = Look(widths(Flags(), 10, 40, 1, 40), Flags(), lambda _: "2026-02-01")
    row = b"".join(columns.render([Line(1, OID, "p", 1, UNKNOWN, code)], {OID: COMMIT}, look))
    shown = row.decode().replace("\r\n", "").replace("\n", "").replace("\t", "")
    assert not any(map(steers, shown))


def test_colours_enclose_what_is_said_of_the_line() -> None:
    """The class decides the colour; the code has none."""
    look = Look(widths(Flags(), 10, 40, 1, None), Flags(), lambda _: "2026-02-01", columns.COLOURS)
    row = b"".join(columns.render([Line(1, OID, "p", 1, GENERATED, b"code")], {OID: COMMIT}, look)).decode()
    assert re.search(r"2026-02-01 \x1b\[35mai .*0b9c41d2e7\x1b\[m 1\) code", row)


def test_prompt_once_a_run() -> None:
    """A prompt stands above each run of lines of one trace, and again after lines of another."""
    rows = [GENERATED, GENERATED, UNKNOWN, GENERATED._replace(trace="gen_x"), GENERATED]
    lines = [Line(n, OID, "p", n, facts, b"") for n, facts in enumerate(rows, 1)]
    above = [block for _, block in columns.with_prompts(lines, lambda facts: facts.trace)]
    assert [block is not None for block in above] == [True, False, False, True, True]
    assert (
        above[0]
        == b"-- gen_20260201_0b9c41d2e7 claude-code/claude-opus-4-5-20251101\n | gen_20260201_0b9c41d2e7\n"
    )
    later = columns.with_prompts(lines[:1], lambda _: "x", before=GENERATED.trace)
    assert [block for _, block in later] == [None]


def test_prompt_that_is_not_here() -> None:
    """Where only the digest is known the block says so; where nothing is known, too."""
    assert b"only its digest is known: sha256:1" in columns.prompt_block("gen_x", GENERATED, None)
    assert b"(no prompt is known)" in columns.prompt_block("gen_x", UNKNOWN, None)


def test_prompt_of_several_lines() -> None:
    """Each line of a prompt is marked; escape sequences in it are disarmed."""
    block = columns.prompt_block("gen_x", UNKNOWN, "Fix\n\tthis\x1b[2J\n")
    assert block == b"-- gen_x\n | Fix\n | \tthis\\x1b[2J\n"
