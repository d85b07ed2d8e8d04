"""The outcome of a commit: who may claim which line, and what became of everything that was written."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitprov.attribution.diff import hunks
from gitprov.attribution.fold import fold
from gitprov.attribution.outcome import Outcome, outcome
from gitprov.attribution.state import Folded, FoldStep, Part, begin
from gitprov.model.lines import count_lines
from gitprov.model.notes.spent import Spent
from gitprov.model.ranges import LineSet
from tests.attribution.contents import SMALL
from tests.attribution.test_fold import CHAINS, EDITS, Edit, ai, human, steps

NUMBERS = st.sets(st.integers(1, 14)).map(LineSet)
MARKS = st.dictionaries(st.integers(0, 4), st.builds(Spent, NUMBERS, NUMBERS))


def settled(
    base: bytes,
    edits: list[FoldStep],
    staged: bytes,
    view: bytes | None,
    marks: dict[int, Spent] | None = None,
) -> tuple[Folded, Outcome]:
    """Fold and outcome as a commit of one file does them."""
    spent = {source: mark.lines for source, mark in (marks or {}).items()}
    state = fold(begin(base, staged, spent), edits)
    return state, outcome(state, staged, hunks(base, staged), view, marks or {})


def said(result: Outcome) -> dict[str, dict[int, str]]:
    """Class → source → lines, as text."""
    found: dict[str, dict[int, str]] = {}
    for source, own in result.lines.items():
        for cls, lines in own.items():
            found.setdefault(cls, {})[source] = str(lines)
    return found


@pytest.mark.slow
@given(SMALL, EDITS | CHAINS, SMALL, st.none() | SMALL, MARKS)
def test_claims_stay_inside_what_the_commit_adds(
    base: bytes, edits: list[Edit], staged: bytes, view: bytes | None, marks: dict[int, Spent]
) -> None:
    """Every claimed line is one the commit adds, has one source and one class, and its source is in the evidence."""
    state, result = settled(base, steps(edits), staged, view, marks)
    fresh = {n + 1 for hunk in hunks(base, staged) for n in range(hunk.new_start, hunk.new_end)}
    claimed: list[int] = []
    for source, own in result.lines.items():
        assert source in state.created
        assert set(own) <= ({"human"} if edits[source].human else {"ai", "edited"})
        for lines in own.values():
            assert lines
            claimed += lines
    assert len(claimed) == len(set(claimed))
    assert set(claimed) <= fresh


@pytest.mark.slow
@given(SMALL, EDITS | CHAINS, SMALL, st.none() | SMALL, MARKS)
def test_every_raw_line_has_one_fate(
    base: bytes, edits: list[Edit], staged: bytes, view: bytes | None, marks: dict[int, Spent]
) -> None:
    """Kept, edited, dropped, pending and replaced, with what was spent or reported before, are a partition of what a
    source created; nothing is dropped unseen; finished means that nothing is left.
    """
    state, result = settled(base, steps(edits), staged, view, marks)
    assert set(result.tallies) == {step.source for step in steps(edits)}
    for source, tally in result.tallies.items():
        mark = marks.get(source, Spent())
        parts = [set(part) for part in (tally.kept, tally.edited, tally.dropped, tally.pending)]
        whole = set().union(*parts)
        assert sum(map(len, parts)) == len(whole)
        created = {line + 1 for line in state.created[source]}
        assert not whole & set(mark.lines)
        assert not whole & set(tally.replaced)
        left = created - set(mark.lines) - set(tally.replaced) - whole
        assert left <= set(mark.dropped)
        assert not set(mark.dropped) & set(tally.dropped)
        assert set(tally.replaced) <= created & {n + 1 for owner, n, _ in state.superseded if owner == source}
        assert tally.finished == (whole | left == parts[0] | parts[1])
        if view is None:
            assert not tally.dropped
        if view == staged:
            assert not tally.pending


@given(SMALL, CHAINS)
def test_committing_all_claims_what_the_fold_knows(base: bytes, edits: list[Edit]) -> None:
    """Where the last edit's content is committed whole, each added line has the class of its origin, and claims of
    sources are as many as their kept and edited lines among what was added.
    """
    staged = edits[-1].after if edits else base
    state, result = settled(base, steps(edits), staged, staged)
    added = hunks(base, staged)
    fresh = [n for hunk in added for n in range(hunk.new_start, hunk.new_end)]
    claims = sum(len(lines) for own in result.lines.values() for lines in own.values())
    assert claims >= sum(state.origins[n][0] >= 0 for n in fresh)
    assert claims <= sum(source >= 0 for source, _, _ in state.origins)


@pytest.mark.slow
@given(SMALL, EDITS, st.none() | SMALL)
def test_a_commit_that_changes_nothing_claims_nothing(
    base: bytes, edits: list[Edit], view: bytes | None
) -> None:
    """The base itself has no line of anybody's."""
    assert settled(base, steps(edits), base, view)[1].lines == {}


UNIQUE = st.lists(st.integers(0, 30), unique=True, max_size=12)


def told(numbers: list[int]) -> bytes:
    """A content in which each line has words of its own."""
    return b"".join(b"alpha%d beta%d gamma%d\n" % (n, n, n) for n in numbers)


@pytest.mark.slow
@given(UNIQUE, st.data())
def test_two_parts_claim_each_line_once(numbers: list[int], data: st.DataObject) -> None:
    """Committed in two or three parts, in whatever order, each of the model's lines is claimed by exactly one commit."""
    mine = sorted(numbers)
    step = ai(0, told([100, 200]), told([100, *mine, 200]))
    marks: dict[int, Spent] = {}
    head, claimed = [100, 200], []
    for last in (False, False, True):
        part = (
            set(mine) if last else set(data.draw(st.sets(st.sampled_from(mine)) if mine else st.just(set())))
        )
        staged = [n for n in [100, *mine, 200] if n in part or n in head]
        view = step.after if data.draw(st.booleans()) else None
        result = settled(told(head), [step], told(staged), view, marks)[1]
        lines = [n for own in result.lines.values() for found in own.values() for n in found]
        assert [staged[n - 1] for n in sorted(lines)] == [n for n in staged if n not in head]
        assert {cls for own in result.lines.values() for cls in own} <= {"ai"}
        claimed += [staged[n - 1] for n in lines]
        tally = result.tallies[0]
        assert not tally.dropped
        assert len(tally.pending) == len(mine) - len(set(claimed))
        was = marks.get(0, Spent()).lines
        marks[0] = Spent(was | tally.kept | tally.edited)
        head = staged
    assert sorted(claimed) == mine


CODE = b"def f(alpha, beta):\n    total = alpha + beta\n    return total\n"


def test_kept_edited_dropped_pending() -> None:
    """One model's edit of six lines: two kept, one reworded, one not staged yet, one deleted, one replaced by itself."""
    raw = b"one first\ntwo second line here\nthree third\nfour fourth\nfive fifth\nsix sixth\n"
    then = raw.replace(b"six sixth", b"other thing")
    staged = b"one first\ntwo second line there\nthree third\nother thing\n"
    view = b"one first\ntwo second line there\nthree third\nfour fourth\nother thing\n"
    result = settled(b"", [ai(0, b"", raw), ai(1, raw, then)], staged, view)[1]
    tally = result.tallies[0]
    assert [str(part) for part in tally[:4]] == ["1,3", "2", "5", "4"]
    assert str(tally.replaced) == "6"
    assert not tally.finished
    assert result.tallies[1].finished
    assert said(result) == {"ai": {0: "1,3", 1: "4"}, "edited": {0: "2"}}
    blind = settled(b"", [ai(0, b"", raw), ai(1, raw, then)], staged, None)[1].tallies[0]
    assert (str(blind.dropped), str(blind.pending)) == ("", "4-5")
    again = settled(b"", [ai(0, b"", raw), ai(1, raw, then)], staged, view, {0: Spent(dropped=LineSet([5]))})[
        1
    ]
    assert not again.tallies[0].dropped
    assert not again.tallies[0].finished


def test_a_person_who_types_a_spent_line_again_is_not_the_model() -> None:
    """What one commit held and a later one deleted is nobody's when it comes back by hand."""
    step = ai(0, b"", told([1, 2]))
    first = settled(b"", [step], told([1]), told([1, 2]))[1]
    assert said(first) == {"ai": {0: "1"}}
    marks = {0: Spent(first.tallies[0].kept)}
    assert said(settled(told([]), [step], told([1]), told([1, 2]), marks)[1]) == {}
    assert said(settled(told([]), [step], told([1, 2]), told([1, 2]), marks)[1]) == {"ai": {0: "2"}}


def test_a_line_not_staged_is_not_spent_by_the_line_it_replaces() -> None:
    """The model reworded a line; the commit leaves the old text: nothing is claimed, and the new text waits."""
    old, new = b"keep this\ntotal = a + b\n", b"keep this\ntotal = a + b + c\n"
    for step in (ai(0, old, new), ai(0, old, b"  " + old)):
        _, result = settled(old, [step], b"first\n" + old, step.after)
        assert said(result) == {}
        tally = result.tallies[0]
        assert (len(tally.kept), len(tally.edited), bool(tally.pending)) == (0, 0, True)
        later = settled(b"first\n" + old, [step], b"first\n" + step.after, None)[1]
        assert set(said(later)) == {"ai"}


def test_what_was_staged_midway_is_claimed_by_who_wrote_it() -> None:
    """`git add`, then the model goes on: the staged lines are the first edit's, the later ones wait."""
    first, second = b"alpha one two three\n", b"alpha one two four\nmore words\n"
    steps_ = [ai(0, b"", first), ai(1, first, second)]
    result = settled(b"", steps_, first, second)[1]
    assert said(result) == {"ai": {0: "1"}}
    assert result.tallies[0].finished
    assert str(result.tallies[1].pending) == "1-2"
    edited = first.replace(b"two", b"2")
    stolen = [ai(0, b"", first), ai(1, edited, b"new things\n")]
    assert said(settled(b"", stolen, edited, b"new things\n")[1]) == {"edited": {0: "1"}}


def test_what_the_index_alone_has_was_staged_before() -> None:
    """Parts of two states, staged line by line: a line that the file has no more is whose it was when it was staged.

    Where the file has it as well, somebody may have typed it again.
    """
    first, second = told([1, 2, 3]), told([4, 5])
    mixed = told([1, 4, 2, 5, 3])
    edits = [human(0, b"", first), ai(1, first, second)]
    assert said(settled(b"", edits, mixed, second)[1]) == {"human": {0: "1,3,5"}, "ai": {1: "2,4"}}
    assert said(settled(b"", edits, mixed, mixed)[1]) == {"ai": {1: "2,4"}}
    assert said(settled(b"", edits, mixed, None)[1]) == {"ai": {1: "2,4"}}
    assert said(settled(b"", edits, told([1, 4, 9]), second)[1]) == {"human": {0: "1"}, "ai": {1: "2"}}


def test_what_the_index_alone_has_may_be_reworded_in_between() -> None:
    """The state that an event found counts too, though no event made it: somebody had reworded a model's line."""
    first = b"alpha one two three\nbeta one two three\ngamma one two three\n"
    between = first.replace(b"alpha one", b"alpha 1").replace(b"beta one", b"beta 1")
    second = b"quite new words\nand some others\ngamma one two three\n"
    mixed = b"quite new words\nalpha 1 two three\nand some others\nbeta 1 two three\ngamma one two three\n"
    edits = [ai(0, b"", first), ai(1, between, second)]
    assert said(settled(b"", edits, mixed, second)[1]) == {"ai": {0: "5", 1: "1,3"}, "edited": {0: "2,4"}}


def test_what_was_staged_midway_is_known_from_before_the_steps_too() -> None:
    """An amendment: older evidence speaks of another version, later evidence of the file since; the reworded line that is
    staged in between is the amended commit's, reworded.
    """
    old, staged = told([1, 2]), told([1]) + b"alpha2 beta2 other\n" + told([3])
    labelled = begin(old, staged)
    labelled.origins[1] = (7, 1, False)
    labelled.created[7] = {1}
    before = labelled.copy()
    state = fold(labelled, [ai(0, b"", told([20, 21])), human(1, staged, told([30]) + staged)])
    result = outcome(state, staged, hunks(b"", staged), told([30]) + staged, {}, before=before)
    assert said(result) == {"edited": {7: "2"}}


def test_a_replaced_line_cannot_come_back_as_an_edit() -> None:
    """A line that a later edit replaced is reported, so that it can be marked: the later record may retire first."""
    first, second, third = b"alpha one two three\n", b"alpha one two four\n", b"alpha one two five\n"
    steps_ = [
        ai(0, b"", first + b"rest waits here\n"),
        ai(1, first + b"rest waits here\n", second + b"rest waits here\n"),
    ]
    result = settled(b"", steps_, second, None)[1]
    assert str(result.tallies[0].replaced) == "1"
    assert said(settled(second, steps_[:1], third, None)[1]) == {"edited": {0: "1"}}
    marks = {0: Spent(result.tallies[0].replaced)}
    assert said(settled(second, steps_[:1], third, None, marks)[1]) == {}


def test_removed_lines_of_the_base_are_counted_once_the_commit_lacks_them() -> None:
    """`gone` counts base lines that the source removed and the commit removes; what was left standing is not gone."""
    base = told([1, 2, 3, 4])
    step = ai(0, base, told([1, 4]))
    assert settled(base, [step], told([1, 4]), told([1, 4]))[1].tallies[0].gone == 2
    assert settled(base, [step], told([1, 3, 4]), told([1, 4]))[1].tallies[0].gone == 1
    assert settled(base, [step], base, told([1, 4]))[1].tallies[0].gone == 0
    assert settled(base, [ai(0, base, base)], told([1]), told([1]))[1].tallies[0].gone == 0


def test_a_wrapped_line_of_which_one_part_was_reworded_counts_once() -> None:
    """Both new lines are claimed, each in its class, but the raw line they came from is one kept line."""
    raw = b"call(alpha, beta, gamma, delta)\n"
    wrapped = b"call(alpha, beta,\n     gamma, delta)\n"
    reworded = b"call(alpha, beta,\n     gamma, epsilon)\n"
    steps_ = [ai(0, b"", raw), ai(1, wrapped, wrapped + b"\nmore = 1\n")]
    result = settled(b"", steps_, reworded + b"\nmore = 1\n", None)[1]
    assert said(result) == {"ai": {0: "1", 1: "3-4"}, "edited": {0: "2"}}
    assert [str(part) for part in result.tallies[0][:4]] == ["1", "", "", ""]


@given(SMALL, EDITS | CHAINS, SMALL)
def test_the_lines_that_an_edit_put_there_are_enough(base: bytes, edits: list[Edit], staged: bytes) -> None:
    """What is kept of an edit's content says of every line what the whole content would say."""
    state = fold(begin(base, staged), steps(edits))
    result = outcome(state, staged, hunks(base, staged), staged, {})
    for step in steps(edits):
        state.layout.raw[step.source] = (Part(0, step.after),)
    assert outcome(state, staged, hunks(base, staged), staged, {}) == result


def test_of_a_small_edit_little_is_kept() -> None:
    """Of an edit of two lines in a thousand these two are kept, and both are seen to be reformatted."""
    base = b"".join(b"line %d\n" % n for n in range(1000))
    wrote = base.replace(b"line 10\n", b"first(1)\n").replace(b"line 900\n", b"second(2)\n")
    staged = wrote.replace(b"(1)", b"( 1 )").replace(b"(2)", b"( 2 )")
    state, result = settled(base, [ai(0, base, wrote)], staged, staged)
    assert state.layout.raw[0] == (Part(10, b"first(1)"), Part(900, b"second(2)"))
    assert list(result.tallies[0].reformatted) == [11, 901]


def test_lines_of_several_generations_are_reformatted_each_for_itself() -> None:
    """Each line is compared with the line of its generation's version, the last one without a newline as well."""
    versions = (b"", b"a = 1\nb = 2\n", b"a = 1\nb = 2\nc = 3\nd = 4")
    state = begin(versions[0])
    for n in range(2):
        state = fold(state, [FoldStep(n, versions[n], versions[n + 1], human=False)])
    staged = b"  a = 1\nb = 2\r\nc = 3\nd  =  4\n"
    tallies = outcome(state, staged, hunks(b"", staged), staged, {}).tallies
    assert [list(tallies[n].reformatted) for n in (0, 1)] == [[1], [4]]


def test_recorded_people() -> None:
    """A recorded person's lines are `human`, the model's reworded by them `edited`, and nothing of theirs is left over."""
    edited = CODE.replace(b"return total", b"return total + 1").replace(b"def", b"# sums\ndef")
    result = settled(b"", [ai(0, b"", CODE), human(1, CODE, edited)], edited, edited)[1]
    assert said(result) == {"human": {1: "1"}, "ai": {0: "2-3"}, "edited": {0: "4"}}
    assert all(tally.finished for tally in result.tallies.values())
    assert not result.tallies[1].dropped


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        (CODE.replace(b"    ", b"\t"), {"ai": {0: "1-3"}}),
        (CODE.replace(b"\n", b"\r\n"), {"ai": {0: "1-3"}}),
        (CODE.replace(b"alpha, beta", b"alpha,\n      beta"), {"ai": {0: "1-4"}}),
        (CODE.replace(b"return total", b"return total or None"), {"ai": {0: "1-2"}, "edited": {0: "3"}}),
        (CODE.replace(b"return total", b"print(x)"), {"ai": {0: "1-2"}}),
        (CODE.replace(b"    return total\n", b"    return total\n}\n\n)\n"), {"ai": {0: "1-3"}}),
        (b"}\n\n" + CODE, {"ai": {0: "3-5"}}),
        (b"nothing\nof it\n", {}),
    ],
    ids=["tabs", "crlf", "re-wrapped", "reworded", "rewritten", "brackets below", "brackets above", "gone"],
)
def test_an_unrecorded_person_after_the_model(person: bytes, expected: dict[str, dict[int, str]]) -> None:
    """What somebody did to the model's lines before the commit decides their class; what they added is nobody's."""
    assert said(settled(b"", [ai(0, b"", CODE)], person, person)[1]) == expected


def test_every_marked_line_was_created() -> None:
    """Marks may name lines that a damaged or older inbox made up: they do no harm."""
    marks = {0: Spent(LineSet([1, 99]), LineSet([98])), 7: Spent(LineSet([1]))}
    result = settled(b"", [ai(0, b"", told([1, 2]))], told([1, 2]), None, marks)[1]
    assert said(result) == {"ai": {0: "2"}}
    assert count_lines(told([1, 2])) == 2


def test_a_file_that_is_deleted_drops_everything() -> None:
    """Nothing is claimed in a deleted file; what waits nowhere is dropped."""
    result = settled(b"", [ai(0, b"", told([1, 2]))], b"", b"")[1]
    assert result.lines == {}
    assert str(result.tallies[0].dropped) == "1-2"


@pytest.mark.parametrize(
    ("staged", "view", "gone"),
    [
        (b"0\n3\n", b"0\n3\n", {0: 0, 1: 0}),  # both were put aside
        (b"0\n3\n", b"0\nb\n3\n", {0: 2, 1: 0}),  # the later one's line is still in the work tree
        (b"0\nb\n3\n", b"0\nb\n3\n", {0: 2, 1: 0}),  # it is committed, and only a copy was put aside
        (b"0\n3\n", None, {0: 0, 1: 0}),
    ],
)
def test_deletions_are_where_the_lines_are(staged: bytes, view: bytes | None, gone: dict[int, int]) -> None:
    """A source whose lines were all put aside took nothing away from a commit, nor did one that it replaced."""
    base, first, second = b"0\n1\n2\n3\n", b"0\na\n3\n", b"0\nb\n3\n"
    state = fold(begin(base, staged), [ai(0, base, first), ai(1, first, second)])
    result = outcome(state, staged, hunks(base, staged), view, {}, [second])
    assert {source: tally.gone for source, tally in result.tallies.items()} == gone


class CountedText(bytes):
    """A text that counts how often it is split into lines."""

    splits = 0

    def split(self, *args: Any, **options: Any) -> list[bytes]:
        """As of any bytes."""
        CountedText.splits += 1
        return super().split(*args, **options)


def test_one_text_of_many_sources_is_split_once() -> None:
    """The claims of an amended commit share its content: it is split once, however many claims there are."""
    CountedText.splits = 0
    old = CountedText(b"".join(b"value_%d = [%d]\n" % (n, n) for n in range(50)))
    new = old.replace(b" = ", b"  =  ", 25)
    state = begin(bytes(old), new)
    for n in range(50):
        state.origins[n] = (n, n, False)
        state.created[n] = {n}
        state.layout.raw[n] = (Part(0, old),)
    result = outcome(state, new, hunks(b"", new), new, {})
    assert {str(tally.reformatted) for tally in result.tallies.values()} == {*map(str, range(1, 26)), ""}
    assert CountedText.splits == 1


def test_a_line_is_looked_for_in_its_own_part() -> None:
    """Where a source wrote several parts of a content, the text before a change of layout is that of the right part."""
    base = b"a = 1\nb = 2\nc = 3\nd = 4\ne = 5\nf = 6\ng = 7\nh = 8\ni = 9\n"
    written = base.replace(b"b = 2", b"new = (2)").replace(b"h = 8", b"other = (8)")
    final = written.replace(b"other = (8)", b"other  =  (8)")
    result = settled(base, [ai(0, base, written)], final, final)[1]
    assert len(written) > 2 * len(b"new = (2)other = (8)")
    assert str(result.tallies[0].reformatted) == "8"
