"""Carrying lines between two versions: laws, against a walk over the diff that knows no runs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitprov.attribution.carry import LineMap, LineRun, kept, news, olds, split, without
from gitprov.attribution.diff import hunks
from gitprov.model.lines import split_lines
from gitprov.model.ranges import Hunk, LineSet

#: Few different lines, so that versions have much in common, lines repeat, and some differ in white space alone.
LINES = st.sampled_from([f"{indent}{word}\n".encode() for word in "abcdefg}" for indent in ("", "  ")])
VERSIONS = st.lists(LINES, max_size=14)
SOME = st.sets(st.integers(1, 16)).map(LineSet)


def walked(old: list[bytes], new: list[bytes]) -> dict[int, int]:
    """New line → old line (1-based) for every line outside all hunks, counted one by one."""
    found = {}
    changed = hunks(b"".join(old), b"".join(new))
    gone = {n for hunk in changed for n in range(hunk.old_start, hunk.old_end)}
    fresh = {n for hunk in changed for n in range(hunk.new_start, hunk.new_end)}
    left = iter([n for n in range(len(old)) if n not in gone])
    for n in range(len(new)):
        if n not in fresh:
            found[n + 1] = next(left) + 1
    return found


def runs_of(wanted: LineSet, old: list[bytes], new: list[bytes]) -> list[LineRun]:
    """The answer for two versions; lines that the new one does not have are not asked for."""
    wanted = wanted & LineSet(range(1, len(new) + 1))
    return kept(wanted, hunks(b"".join(old), b"".join(new)), lambda: (old, new))


def pairs(runs: list[LineRun]) -> list[tuple[int, int]]:
    """Runs as single (new, old) lines."""
    return [(run.new + n, run.old + n) for run in runs for n in range(run.size)]


@given(VERSIONS, VERSIONS, SOME)
def test_what_git_says_survived_is_kept(old: list[bytes], new: list[bytes], wanted: LineSet) -> None:
    """Every wanted line outside the hunks is found with its old number, and its text is the same."""
    found = dict(pairs(runs_of(wanted, old, new)))
    for line, whence in walked(old, new).items():
        assert (found.get(line) == whence) == (line in wanted)
        assert old[whence - 1] == new[line - 1]


@given(VERSIONS, VERSIONS, SOME)
def test_nothing_else_is_kept_but_white_space(old: list[bytes], new: list[bytes], wanted: LineSet) -> None:
    """A line inside a hunk is kept only where it says the same; no line is kept twice, none that nobody asked for."""
    found = pairs(runs_of(wanted, old, new))
    assert len({line for line, _ in found}) == len(found)
    for line, whence in found:
        assert line in wanted
        assert old[whence - 1].split() == new[line - 1].split()


@given(VERSIONS, SOME)
def test_a_version_keeps_all_of_itself(old: list[bytes], wanted: LineSet) -> None:
    """Against itself every line is where it is."""
    found = runs_of(wanted, old, old)
    assert all(line == whence for line, whence in pairs(found))
    assert news(found) == wanted & LineSet(range(1, len(old) + 1))


@given(VERSIONS, VERSIONS, SOME, SOME)
def test_cutting_runs_loses_and_doubles_nothing(
    old: list[bytes], new: list[bytes], wanted: LineSet, mine: LineSet
) -> None:
    """Both parts together are the whole; the first has the old lines asked for and no other."""
    runs = runs_of(wanted, old, new)
    first, rest = split(runs, mine)
    assert sorted(pairs(first) + pairs(rest)) == sorted(pairs(runs))
    assert all(whence in mine for _, whence in pairs(first))
    assert not any(whence in mine for _, whence in pairs(rest))


@given(VERSIONS, VERSIONS, SOME, SOME)
def test_claims_move_with_their_lines(
    old: list[bytes], new: list[bytes], wanted: LineSet, claimed: LineSet
) -> None:
    """A claim on old lines comes out as exactly the new lines that these became."""
    runs = runs_of(wanted, old, new)
    assert LineMap(runs).moved(claimed) == LineSet(line for line, whence in pairs(runs) if whence in claimed)
    assert olds(runs) == LineSet(whence for _, whence in pairs(runs))


def test_a_formatter_keeps_what_it_breaks() -> None:
    """One call broken into three lines is still the line that it was; a changed argument is not."""
    old = split_lines(b"top\nresult = compute(alpha, beta)\n")
    wrapped = split_lines(b"top\nresult = compute(\n    alpha,\n    beta,\n)\n")
    changed = split_lines(b"top\nresult = compute(\n    alpha,\n    gamma,\n)\n")
    every = LineSet.of_runs([(1, 5)])
    assert {line for line, whence in pairs(runs_of(every, old, wrapped)) if whence == 2} >= {2, 3, 4}
    assert {line for line, whence in pairs(runs_of(every, old, changed)) if whence == 2} == set()


def test_contents_are_read_only_where_a_hunk_is_asked_about() -> None:
    """Lines far from every change need no text."""
    old, new = split_lines(b"a\nb\nc\nd\n"), split_lines(b"a\nb\nc\nX\n")

    def never() -> tuple[list[bytes], list[bytes]]:
        raise AssertionError("the contents were read")

    changed = hunks(b"".join(old), b"".join(new))
    assert pairs(kept(LineSet([1, 2]), changed, never)) == [(1, 1), (2, 2)]


def test_lines_are_those_of_files() -> None:
    """A last line without its newline is a line like any other."""
    old, new = split_lines(b"a\nb"), split_lines(b"x\na\nb")
    assert pairs(runs_of(LineSet([2, 3]), old, new)) == [(2, 1), (3, 2)]


@pytest.mark.slow
@given(VERSIONS, VERSIONS, SOME, SOME)
def test_what_is_taken_out_is_gone_and_nothing_else(
    old: list[bytes], new: list[bytes], wanted: LineSet, out: LineSet
) -> None:
    """Runs without some lines are the single lines that are none of them, each with the partner it had."""
    runs = runs_of(wanted, old, new)
    assert pairs(without(runs, out)) == [(line, whence) for line, whence in pairs(runs) if line not in out]


def test_blank_lines_put_alone_are_the_line_s_beside() -> None:
    """A hunk of blank lines alone goes with the line above it; one that has words is new, and longer ones are not read."""
    old = [b"a = 1\n", b"b = 2\n"]
    blanks = [b"a = 1\n", b"\n", b"\n", b"b = 2\n"]
    found = kept(LineSet([2, 3]), [Hunk(1, 0, 1, 2)], lambda: (old, blanks))
    assert {(run.new, run.old) for run in found} == {(2, 1), (3, 1)}
    typed = [b"a = 1\n", b"c = 3\n", b"b = 2\n"]
    assert kept(LineSet([2]), [Hunk(1, 0, 1, 1)], lambda: (old, typed)) == []

    def unread() -> tuple[list[bytes], list[bytes]]:
        raise AssertionError

    assert kept(LineSet(range(2, 6)), [Hunk(1, 0, 1, 4)], unread) == []


RUNS = st.lists(st.builds(LineRun, st.integers(1, 30), st.integers(1, 30), st.integers(1, 9)), max_size=8)


@given(RUNS, SOME)
def test_lines_are_mapped_one_by_one(runs: list[LineRun], lines: LineSet) -> None:
    """A map of runs, which may overlap and have any order, gives what each run gives for each line."""
    answer = LineSet(new for run in runs for new, old in pairs([run]) if old in lines)
    assert LineMap(runs).moved(lines) == answer
