"""The fold: one origin for every line, whatever was reported and in whatever state the file was found."""

from __future__ import annotations

import time
import zlib
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitprov.attribution.diff import hunks
from gitprov.attribution.fold import fold
from gitprov.attribution.outcome import outcome, slide
from gitprov.attribution.recall import develop, produced, remembered
from gitprov.attribution.state import BASE, NOBODY, UNKNOWN, Folded, FoldStep, Origin, begin
from gitprov.model.lines import count_lines, split_lines
from gitprov.model.ranges import Hunk
from tests.attribution.contents import SMALL, applied


class Edit(NamedTuple):
    """What an event tells: contents before and after, and whose it is."""

    before: bytes
    after: bytes
    human: bool


EDITS = st.lists(st.builds(Edit, SMALL, SMALL, st.booleans()), max_size=5)
CHAINS = st.tuples(
    st.lists(SMALL, min_size=1, max_size=6), st.lists(st.booleans(), min_size=5, max_size=5)
).map(
    lambda told: [
        Edit(before, after, human)
        for before, after, human in zip(told[0], told[0][1:], told[1], strict=False)
    ]
)
"""Events each of which begins where the last one ended: nobody else touched the file."""


def steps(edits: list[Edit]) -> list[FoldStep]:
    """The edits as the fold takes them."""
    return [FoldStep(n, *edit) for n, edit in enumerate(edits)]


def ai(source: int, before: bytes, after: bytes) -> FoldStep:
    """A model's edit."""
    return FoldStep(source, before, after, human=False)


def human(source: int, before: bytes, after: bytes) -> FoldStep:
    """A recorded person's edit."""
    return FoldStep(source, before, after, human=True)


def sources(state: Folded) -> list[int]:
    """The source of each line."""
    return [source for source, _, _ in state.origins]


@pytest.mark.slow
@given(SMALL, EDITS | CHAINS, SMALL)
def test_every_line_has_exactly_one_origin(base: bytes, edits: list[Edit], later: bytes) -> None:
    """At every moment there are as many origins as lines, each naming a line that its source really has."""
    state = begin(base)
    afters = {step.source: split_lines(step.after) for step in steps(edits)} | {BASE: split_lines(base)}
    for step in steps(edits):
        state = fold(state, [step])
        assert state.content == step.after
        check_origins(state, afters)
    check_origins(develop(state, later), afters)


def check_origins(state: Folded, texts: dict[int, list[bytes]]) -> None:
    """Each line's origin exists, and an unedited one has no word that it has not, or those of lines joined to it."""
    assert len(state.origins) == count_lines(state.content)
    for (source, line, edited), text in zip(state.origins, split_lines(state.content), strict=True):
        if source == UNKNOWN:
            assert (source, line, edited) == NOBODY
        else:
            lines = state.layout.present([(source, line)])
            there = b" ".join(texts[one][n] for one, n in lines)
            assert edited or not Counter(text.split()) - Counter(there.split())
            assert source == BASE or line in state.created[source]
            assert not edited or (source >= 0 and source not in state.people)


@pytest.mark.slow
@given(SMALL, EDITS | CHAINS)
def test_one_by_one_is_all_at_once(base: bytes, edits: list[Edit]) -> None:
    """Folding events singly, in two heaps or together comes to the same."""
    together = fold(begin(base), steps(edits))
    singly = begin(base)
    for step in steps(edits):
        singly = fold(singly, [step])
    middle = len(edits) // 2
    halves = fold(fold(begin(base), steps(edits)[:middle]), steps(edits)[middle:])
    assert singly[:6] == together[:6] == halves[:6]


@pytest.mark.slow
@given(SMALL, EDITS | CHAINS)
def test_unchanged_content_keeps_everything(base: bytes, edits: list[Edit]) -> None:
    """Developing into the same content changes nothing; a copy can be developed without harm to the original."""
    state = fold(begin(base), steps(edits))
    before = list(state.origins)
    assert develop(state.copy(), state.content).origins == before
    develop(state.copy(), b"something\nelse\n")
    assert state.origins == before


@pytest.mark.slow
@given(SMALL, CHAINS, SMALL)
def test_survivors_keep_their_origin(base: bytes, edits: list[Edit], later: bytes) -> None:
    """A line that git's diff calls unchanged keeps its origin, through edits of models, people and strangers."""
    state = fold(begin(base), steps(edits))
    old = list(state.origins)
    for kind in ("model", "person", "stranger"):
        if kind == "stranger":
            new = develop(state.copy(), later)
        else:
            step = FoldStep(9, state.content, later, human=kind == "person")
            new = fold(state.copy(), [step])
        at = to = 0
        for hunk in [*hunks(state.content, later), Hunk(len(old), 0, len(new.origins), 0)]:
            assert new.origins[to : hunk.new_start] == old[at : hunk.old_start]
            at, to = hunk.old_end, hunk.new_end
        state.created.pop(9, None)
        state.people.discard(9)


@pytest.mark.slow
@given(SMALL, CHAINS, SMALL)
def test_a_models_edit_takes_all_it_wrote(base: bytes, edits: list[Edit], after: bytes) -> None:
    """Every line of a model's hunks is the model's; what stood there is superseded, or deleted if it was the base's."""
    state = fold(begin(base), steps(edits))
    old = list(state.origins)
    superseded = set(state.superseded)
    new = fold(state, [ai(9, state.content, after)])
    found = hunks(edits[-1].after if edits else base, after)
    mine = [n for hunk in found for n in range(hunk.new_start, hunk.new_end)]
    assert [n for n, origin in enumerate(new.origins) if origin[0] == 9] == mine
    assert new.created[9] == set(mine) == set(produced(edits[-1].after if edits else base, after))
    gone = [old[n] for hunk in found for n in range(hunk.old_start, hunk.old_end)]
    assert new.superseded - superseded <= {(*origin[:2], False) for origin in gone if origin[0] >= 0}
    assert {(*origin[:2], False) for origin in gone if origin[0] >= 0} <= new.superseded
    assert new.deleted.get(9, set()) == {line for source, line, _ in gone if source == BASE}


@given(SMALL, SMALL)
def test_what_a_stranger_types_is_nobodys(base: bytes, later: bytes) -> None:
    """Without any event no line is a model's or a person's."""
    assert all(source < 0 for source in sources(develop(begin(base), later)))
    assert all(source < 0 for source in sources(develop(fold(begin(base), []), later)))


ORDERED = st.sets(st.integers(0, 20)).map(
    lambda found: b"".join(b"w%d x%d\n" % (n // 2, n) for n in sorted(found))
)


@given(ORDERED, ORDERED)
def test_taking_an_edit_back_leaves_nothing(base: bytes, middle: bytes) -> None:
    """Whoever restores the content that was there first makes every line the base's own again."""
    for step in (ai(0, base, middle), human(0, base, middle)):
        state = develop(fold(begin(base), [step]), base)
        assert state.origins == [(BASE, n, False) for n in range(count_lines(base))]


CODE = b"def f(alpha, beta):\n    total = alpha + beta\n    return total\n"


def test_a_person_recorded_between_models() -> None:
    """A person's recorded line is the person's, a reworded model's line stays an edit of the model's."""
    edited = CODE.replace(b"return total", b"return total + 1").replace(b"def", b"# sums\ndef")
    state = fold(begin(b""), [ai(0, b"", CODE), human(1, CODE, edited)])
    assert state.origins == [(1, 0, False), (0, 0, False), (0, 1, False), (0, 2, True)]
    assert state.people == {1}
    assert state.created == {0: {0, 1, 2}, 1: {0}}


def test_a_person_who_rewords_a_person_is_the_author() -> None:
    """Only a model's line can be `edited`: a recorded person's rewording of any other line is a line of their own."""
    first, second, third = b"one two three four\n", b"one two three five\n", b"one two six five\n"
    assert fold(begin(first), [human(0, first, second)]).origins == [(0, 0, False)]
    assert fold(begin(b""), [human(0, b"", first), human(1, first, second)]).origins == [(1, 0, False)]
    state = fold(begin(b""), [human(0, b"", first)])
    assert develop(state, second).origins == [NOBODY]
    state = fold(begin(b""), [ai(0, b"", first), human(1, first, second), human(2, second, third)])
    assert state.origins == [(0, 0, True)]


@pytest.mark.parametrize(
    "style",
    [
        lambda code: code.replace(b"    ", b"\t"),
        lambda code: code.replace(b"\n", b"\r\n"),
        lambda code: b"".join(b"  " + line for line in split_lines(code)),
        lambda code: code.rstrip(b"\n"),
        lambda code: code.replace(b"(alpha, ", b"(\n  alpha,\n  "),
    ],
    ids=["tabs", "crlf", "indent", "no newline", "re-wrapped"],
)
@pytest.mark.parametrize("who", ["stranger", "person"])
def test_style_changes_nobody(style: object, who: str) -> None:
    """Re-indentation, line endings and wrapping leave a model's lines the model's, unedited, whoever did it."""
    assert callable(style)
    state = fold(begin(b""), [ai(0, b"", CODE)])
    state = develop(state, style(CODE)) if who == "stranger" else fold(state, [human(1, CODE, style(CODE))])
    assert {(source, edited) for source, _, edited in state.origins} == {(0, False)}


def test_style_changes_keep_persons_and_base_too() -> None:
    """A re-indented line of a recorded person, or of the base, is still theirs."""
    state = fold(begin(b"base line\n"), [human(0, b"base line\n", b"base line\nmy line\n")])
    assert develop(state, b"  base line\n  my line\n").origins == [(BASE, 0, False), (0, 1, False)]
    kept = fold(begin(b"base line\n"), [human(0, b"base line\n", b"  base line\n")])
    assert kept.origins == [(BASE, 0, False)]
    assert kept.created == {0: set()}


def test_a_spent_line_is_nobodys() -> None:
    """A line that a commit holds already is not claimed again, be it a model's or a person's."""
    for step in (ai, human):
        state = fold(begin(b"", spent={0: [2]}), [step(0, b"", b"one word\nanother thing\n")])
        assert state.origins == [(0, 0, False), NOBODY]


def test_what_was_staged_midway_is_labelled_as_of_then() -> None:
    """The watched content keeps the origins it had when the fold came by it last."""
    first, second = b"alpha one two\n", b"quite different words\n"
    state = fold(begin(b"", first), [ai(0, b"", first), ai(1, first, second)])
    assert origins_then(state, first) == ((0, 0, False),)
    again = fold(state, [ai(2, second, first)])
    assert origins_then(again, first) == ((2, 0, False),)
    typed = fold(begin(b"", first), [ai(0, b"", second), ai(1, first, second)])
    assert origins_then(typed, first) == (NOBODY,)
    assert origins_then(fold(begin(b"", b"never\n"), [ai(0, b"", first)]), b"never\n") is None


def test_what_was_staged_is_remembered_however_long_ago() -> None:
    """Of all contents only the last ones are remembered, and the one that will be committed."""
    texts = [b"%d alpha one two\n" % n for n in range(40)]
    chain = [ai(n, texts[n - 1] if n else b"", texts[n]) for n in range(40)]
    state = fold(begin(b"", texts[3]), chain)
    assert origins_then(state, texts[3]) == ((3, 0, False),)
    assert [origins_then(state, texts[n]) is None for n in (2, 4, 23, 24)] == [True, True, True, False]
    assert len(state.past) == 17


def origins_then(state: Folded, content: bytes) -> tuple[Origin, ...] | None:
    """The origins of a content when the fold came by it last."""
    version = remembered(state, content)
    return version and version.origins


@pytest.mark.parametrize("step", [ai, human])
def test_who_orders_the_sides_of_a_conflict_wrote_neither(
    step: Callable[[int, bytes, bytes], FoldStep],
) -> None:
    """Lines of a file in conflict that stand there once and come again elsewhere were moved; others are the resolver's."""
    before = b"<<<<<<< HEAD\nours one\nours two\n}\n=======\ntheirs one\ntheirs two\n>>>>>>> side\n"
    after = b"theirs one\ntheirs two\n}\nmine alone\nours one\nours two\n"
    state = fold(begin(before), [step(0, before, after)])
    assert [line for n, line in enumerate(split_lines(after)) if state.origins[n][0] == 0][-1:] == [
        b"mine alone\n"
    ]
    assert {split_lines(after)[n] for source in state.created.values() for n in source} <= {
        b"mine alone\n",
        b"}\n",
    }
    plain = before.replace(b"=======\n", b"")
    claimed = fold(begin(plain), [step(0, plain, after)]).created[0]
    assert (len(claimed) > 2) == (step is ai), "outside of a conflict what a model moves is written anew"


def test_labels_given_before_the_first_step_come_back() -> None:
    """Where the base had labels of its own, a line that stands as it stood has them again."""
    state = begin(b"kept words here\nother thing\n")
    state.origins[0] = (7, 0, False)
    state = fold(state, [ai(0, state.content, b"kept words there\n")])
    assert develop(state, b"x y z\nkept words here\nother thing\n").origins == [
        NOBODY,
        (7, 0, False),
        (BASE, 1, False),
    ]


# -- slide: the commit's diff may call another of several equal lines new ----------------------------------------------

TEXT = st.lists(st.sampled_from([b"a\n", b"}\n", b"\n"]), min_size=1, max_size=4)


@given(TEXT, st.integers(1, 5), st.integers(0, 4), st.data())
def test_slide_conserves_labels(period: list[bytes], times: int, shift: int, data: st.DataObject) -> None:
    """An inserted run among its own repetitions: however far the commit's diff puts it from where the fold did, all
    its labels end up inside the commit's hunk, on the same text.
    """
    lines = period * (times + 1)
    size = len(period)
    at = data.draw(st.integers(0, len(lines) - size))
    to = data.draw(st.integers(0, len(lines) - size))
    origins: list[Origin] = [(BASE, n, False) for n in range(len(lines))]
    origins[at : at + size] = [(shift, n, False) for n in range(size)]
    placed = slide(origins, lines, [Hunk(to, 0, to, size)])
    assert all(source == shift for source, _, _ in placed[to : to + size])
    assert sorted(placed) == sorted(origins)
    assert {(lines[n], one) for n, one in enumerate(placed) if one[0] >= 0} == {
        (lines[n], one) for n, one in enumerate(origins) if one[0] >= 0
    }


@given(st.lists(st.sampled_from([b"a\n", b"b\n", b"}\n"]), max_size=10), st.data())
def test_slide_never_makes_or_loses_labels(lines: list[bytes], data: st.DataObject) -> None:
    """Over any hunks, labels only change places, between lines of one text, and never leave a hunk for another."""
    marks = st.sampled_from([(0, 0, False), (1, 1, True), NOBODY, (BASE, 3, False)])
    origins = data.draw(st.lists(marks, min_size=len(lines), max_size=len(lines)))
    cuts = sorted(data.draw(st.sets(st.integers(0, len(lines)), max_size=4)))
    found = [
        Hunk(first, data.draw(st.integers(0, 1)), first, end - first)
        for first, end in zip(cuts[::2], cuts[1::2], strict=False)
    ]
    placed = slide(origins, lines, found)
    assert sorted(zip(lines, placed, strict=True)) == sorted(zip(lines, origins, strict=True))
    inside = {n for hunk in found for n in range(hunk.new_start, hunk.new_end)}
    assert all(placed[n] == origins[n] for n in inside if origins[n][0] >= 0)
    assert slide(placed, lines, found) == placed or any(hunk.old_count == 0 for hunk in found)
    if all(hunk.old_count for hunk in found):
        assert placed == origins


def test_an_appended_function_that_ends_like_the_last() -> None:
    """The commit's diff begins the run a line or two earlier or later than the fold: the claim has as many lines."""
    base = b"def f():\n{\n    x\n}\n\n"
    after = base + b"def g():\n{\n    y\n}\n\n"
    lines = split_lines(after)
    state = fold(begin(base), [ai(0, base, after)])
    for start in (3, 4, 5):
        added = [Hunk(start, 0, start, 5)]
        assert applied(base, after, added) == after
        claimed = outcome(state, after, added, after, {}).lines[0]["ai"]
        assert set(claimed) == set(range(start + 1, start + 6))
    assert lines[3:5] == lines[8:10]


@pytest.mark.parametrize("mine", [0, 1])
def test_two_runs_do_not_rob_each_other(mine: int) -> None:
    """Labels inside one of the commit's hunks are not pulled into another that could slide there."""
    lines = [b"a\n", b"x\n", b"a\n", b"x\n", b"a\n"]
    runs: list[list[Origin]] = [[NOBODY, NOBODY], [NOBODY, NOBODY]]
    runs[mine] = [(0, 0, False), (0, 1, False)]
    origins = [*runs[0], (BASE, 0, False), *runs[1]]
    assert slide(origins, lines, [Hunk(0, 0, 0, 2), Hunk(1, 0, 3, 2)]) == origins


# -- cost --------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_long_session_on_a_long_file() -> None:
    """500 edits of a 10,000-line file, read from compressed contents, fold and settle in seconds."""
    lines = [b"    value_%d = compute(%d)\n" % (n, n * 7) if n % 5 else b"\n" for n in range(10_000)]
    blobs = [zlib.compress(b"".join(lines), 1)]
    for k in range(500):
        at = k * 7919 % (len(lines) - 9)
        lines[at : at + 3] = [
            b"    new_%d_%d = other(%d)\n" % (k, n, n) if n % 3 else b"\n" for n in range(5)
        ]
        blobs.append(zlib.compress(b"".join(lines), 1))
    base = zlib.decompress(blobs[0])
    began = time.process_time()
    state, before = begin(base), base
    for k, blob in enumerate(blobs[1:]):
        after = zlib.decompress(blob)
        state = fold(state, [ai(k, before, after)])
        before = after
    result = outcome(state, before, hunks(base, before), before, {})
    assert time.process_time() - began < 8  # two seconds where nothing else runs
    assert sum(len(lines) for own in result.lines.values() for lines in own.values()) > 1000


def test_a_content_that_comes_back_brings_its_authors() -> None:
    """What a second model replaced and a checkout from the index put back is the first model's again."""
    steps = [
        FoldStep(0, b"", b"one\n", human=False),
        FoldStep(1, b"one\n", b"other\nthings\n", human=False),
        FoldStep(2, b"one\n", b"mine\none\n", human=True),
    ]
    state = fold(begin(b""), steps)
    assert [origin[0] for origin in state.origins] == [2, 0]
