"""The delta from a model's version to the committed one: what it shows, and laws that it keeps."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gitprov.attribution.delta import Raw, changed_words, compare, raw_version
from gitprov.model.answers.show import Delta, DeltaLine

LINE = st.sampled_from(
    [b"a = 1\n", b"b = a + 2\n", b"b = a + 3\n", b"\n", b"}\n", b"return b\n", b"    return b\n"]
)
TEXT = st.lists(LINE, max_size=12).map(b"".join)
WORDS = st.text(st.sampled_from('ab_ (),.="é\t'), max_size=30)


def shown(delta: Delta) -> list[str]:
    """`op text` of every line that is shown."""
    return [piece.op + piece.text for block in delta.blocks for piece in block.pieces]


def raw(*lines: bytes, own: range | None = None) -> Raw:
    """A model's version; all lines are its own where nothing else is said."""
    return Raw(list(lines), frozenset(range(len(lines)) if own is None else own))


def test_what_is_as_generated_shows_nothing() -> None:
    """Equal contents have no block, and every line of the model counts as kept."""
    assert compare(raw(b"a\n", b"b\n"), b"a\nb\n", (), {}) == Delta((), 0, 2, 0, 0)


def test_dropped_reworded_and_added_lines() -> None:
    """Each kind of change has its sign; a reworded line carries its words."""
    delta = compare(
        raw(b"one = first(a)\n", b"two = 2\n", b"keep = 3\n"),
        b"one = first(a, b)\nkeep = 3\nmore()\n",
        (),
        {},
    )
    assert shown(delta) == ["~one = first(a, b)", "-two = 2", " keep = 3", "+more()"]
    assert (delta.kept, delta.edited, delta.absent) == (1, 1, 1)
    assert delta.blocks[0].pieces[0].words == ((" ", "one = first(a"), ("+", ", b"), (" ", ")"))


def test_space_alone_is_no_change() -> None:
    """A re-indented line is as generated, and is shown as the commit has it."""
    delta = compare(raw(b"def f():\n", b"return 1\n"), b"def f():\n    return 1\n", (), {})
    assert (delta.blocks, delta.kept) == ((), 2)


def test_a_broken_line_counts_once() -> None:
    """A line broken into two is one line of the model's."""
    delta = compare(
        raw(b"call(first_argument, second_argument)\n"), b"call(first_argument,\n  second_argument)\n", (), {}
    )
    assert (delta.kept, delta.edited, delta.absent) == (1, 0, 0)


def test_lines_of_another_trace_are_no_edits() -> None:
    """What another trace wrote in place of a line is told as that trace's, however alike it is."""
    delta = compare(raw(b"x = call(1)\n", b"y = 2\n"), b"x = call(2)\ny = 2\n", (), {1: "gen_other"})
    assert shown(delta) == ["-x = call(1)", "*x = call(2)", " y = 2"]


def test_the_notes_word_stands_for_redacted_lines() -> None:
    """A line that the note calls unchanged is shown so, though the stored version masks a part of it."""
    delta = compare(raw(b"token = [REDACTED:x]\n", b"a = 1\n"), b'token = "t0p"\na = 1\n', {1, 2}, {})
    assert (delta.blocks, delta.kept, delta.absent) == ((), 2, 0)


def test_changes_apart_from_the_models_lines_are_only_counted() -> None:
    """Hunks that neither hold nor touch the model's lines are left out of the blocks."""
    base = [b"line %d\n" % n for n in range(40)]
    new = [b"other\n", *base[1:30], b"mine too\n", *base[31:]]
    delta = compare(Raw(base, frozenset({30})), b"".join(new), (), {})
    assert [piece for piece in shown(delta) if piece[0] != " "] == ["-line 30", "+mine too"]
    assert delta.elsewhere == 2
    assert delta.blocks[0].raw_start == 28
    assert delta.blocks[0].raw_lines == delta.blocks[0].lines == 7


def test_an_insertion_inside_the_models_lines_is_shown() -> None:
    """A line somebody put between the model's lines belongs to the picture."""
    assert shown(compare(raw(b"a = 1\n", b"b = 2\n"), b"a = 1\nc = 3\nb = 2\n", (), {})) == [
        " a = 1",
        "+c = 3",
        " b = 2",
    ]


def test_a_file_that_is_gone() -> None:
    """Against nothing every line of the model is absent, and the new side starts at line 0."""
    delta = compare(raw(b"a\n", b"b\n"), b"", (), {})
    assert shown(delta) == ["-a", "-b"]
    assert (delta.blocks[0].start, delta.blocks[0].lines, delta.absent) == (0, 0, 2)


def test_blocks_name_the_line_before_an_empty_side() -> None:
    """Where a block has no line on one side, it starts at the last one before it, as in a hunk header."""
    base = [b"line %d\n" % n for n in range(3)]
    delta = compare(Raw([*base, b"mine\n"], frozenset({3})), b"".join(base), (), {})
    block = delta.blocks[0]
    assert (block.raw_start, block.raw_lines, block.start, block.lines) == (1, 4, 1, 3)


def test_the_version_of_several_edits_leaves_people_out() -> None:
    """Between two edits a person reworded one line and added another: the model's version has neither."""
    first = b"one = first(a)\ntwo = 2\n"
    between = b"one = first(a, b)\ntwo = 2\nmine\n"
    made = raw_version(
        [(b"base\n", b"base\n" + first), (b"base\n" + between, b"base\n" + between + b"three = 3\n")]
    )
    assert made.lines == [b"base\n", b"one = first(a)\n", b"two = 2\n", b"three = 3\n"]
    assert made.model_lines == {1, 2, 3}


def test_a_line_without_newline_in_the_middle_gets_one() -> None:
    """A last line that became a middle one stands on its own line."""
    made = raw_version([(b"", b"one = first(a)"), (b"one = first(b)\n", b"one = first(b)\ntwo\n")])
    assert made.lines == [b"one = first(a)\n", b"two\n"]


def test_no_edit_is_an_empty_version() -> None:
    """Without edits there is nothing."""
    assert raw_version([]) == Raw([], frozenset())


@given(TEXT, TEXT, st.data())
def test_each_line_is_told_exactly_once(old: bytes, new: bytes, data: st.DataObject) -> None:
    """Every own line is kept, edited or absent; shown line numbers ascend on the commit's side and name real lines."""
    made = raw_version([(b"", old)])
    kept = data.draw(st.frozensets(st.integers(1, 12), max_size=3))
    others = dict.fromkeys(data.draw(st.frozensets(st.integers(1, 12), max_size=3)), "gen_x")
    delta = compare(made, new, kept, others)
    assert delta.kept + delta.edited + delta.absent == len(made.model_lines)
    for block in delta.blocks:
        lines = [piece.line for piece in block.pieces if piece.line is not None]
        assert lines == list(range(block.start, block.start + block.lines)) or not lines
        for piece in block.pieces:
            assert_names_its_lines(piece, old, new)


def assert_names_its_lines(piece: DeltaLine, old: bytes, new: bytes) -> None:
    """A piece's text is that of the line it names."""
    texts = new.split(b"\n") if piece.line is not None else old.split(b"\n")
    number = piece.line if piece.line is not None else piece.raw
    assert number is not None
    assert piece.text == texts[number - 1].decode()


@given(WORDS, WORDS)
def test_words_rebuild_both_lines(old: str, new: str) -> None:
    """Leaving out what came gives the old line, leaving out what went the new one; no part is empty."""
    parts = changed_words(old, new)
    assert "".join(text for op, text in parts if op != "+") == old
    assert "".join(text for op, text in parts if op != "-") == new
    assert all(text for _, text in parts)


def test_huge_lines_are_replaced_whole() -> None:
    """A line of thousands of words is not compared word by word."""
    assert changed_words("a " * 3000, "b " * 3000) == [("-", "a " * 3000), ("+", "b " * 3000)]
    assert changed_words("", "b " * 3000) == [("+", "b " * 3000)]


def test_space_between_two_changes_joins_them() -> None:
    """`a b` to `c d` is one change, not two with a space between."""
    assert changed_words("x(a b)", "x(c d)") == [(" ", "x("), ("-", "a b"), ("+", "c d"), (" ", ")")]
