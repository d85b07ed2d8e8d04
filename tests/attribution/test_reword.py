"""Which new lines were old ones: spacing, wrapping, wording, and what must never count."""

from __future__ import annotations

import re
import time
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitprov.attribution.matching import reword
from gitprov.attribution.matching.reword import SIMILAR, Match, match, similarity

SAME = Match(0, edited=False)
WORDS = st.sampled_from([b"a", b"b", b"c", b"d", b"e", b"f"])
TRIVIAL = st.sampled_from([b"\n", b"}\n", b"  );\n", b"\t\r\n"])
SPOKEN = st.lists(WORDS, min_size=1, max_size=5).map(lambda words: b" ".join(words) + b"\n")
LINES = st.lists(SPOKEN | TRIVIAL, max_size=8)


def spaced(words: list[bytes], gaps: list[bytes]) -> bytes:
    """Words with other white space between, before and after them."""
    return b"".join(gap + word for gap, word in zip(gaps, words, strict=False)) + gaps[-1] + b"\n"


GAPS = st.lists(st.sampled_from([b" ", b"  ", b"\t", b" \r", b"\x0c"]), min_size=8, max_size=8)


@given(LINES, LINES, st.sets(st.integers(0, 7)))
def test_what_always_holds(old: list[bytes], new: list[bytes], theirs: set[int]) -> None:
    """Both ends exist; what is not edited has no word that its old lines have not; an old line of which a part was
    changed is never told as whole; a person's line is no model's.
    """
    found = match(old, new, theirs)
    whole: list[int] = []
    for n, hit in found.items():
        assert 0 <= n < len(new)
        olds = (hit.old, *hit.also)
        assert all(0 <= o < len(old) for o in olds)
        assert set(hit.partly) <= set(olds)
        words, there = (
            Counter(re.findall(rb"\w+", new[n])),
            Counter(re.findall(rb"\w+", b" ".join(old[o] for o in olds))),
        )
        if not hit.edited:
            assert not words - there
            assert len({o in theirs for o in olds if old[o].strip()}) < 2
            whole += [o for o in olds if o not in hit.partly]
        elif words:
            assert words & there
    reworded = {hit.old for hit in found.values() if hit.edited}
    broken = {o for hit in found.values() for o in hit.partly}
    assert not reworded & set(whole)
    assert not broken & set(whole)


@pytest.mark.slow
@given(st.lists(st.tuples(st.lists(WORDS, min_size=1, max_size=7), GAPS, GAPS), min_size=1, max_size=6))
def test_spacing_is_no_change(rows: list[tuple[list[bytes], list[bytes], list[bytes]]]) -> None:
    """Lines that differ in white space alone, line endings among it, all keep their origin unedited."""
    old, new = ([spaced(words, gaps[side]) for words, *gaps in rows] for side in (0, 1))
    found = match(old, new)
    assert set(found) == set(range(len(rows)))
    assert not any(hit.edited for hit in found.values())
    assert all(rows[hit.old][0] == rows[n][0] for n, hit in found.items())


STATEMENT = [b"result", b"=", b"compute", b"(", b"alpha", b",", b"beta", b",", b"gamma", b")"]


@given(st.sets(st.sampled_from([2, 4, 6, 8]), min_size=1), st.sampled_from([b"    ", b"\t", b""]))
def test_wrapping_is_no_change(breaks: set[int], indent: bytes) -> None:
    """A statement broken over lines, or joined from them, is still the same lines' work."""
    whole = [b" ".join(STATEMENT) + b"\n"]
    cuts = [0, *sorted(breaks), len(STATEMENT)]
    parts = [indent + b" ".join(STATEMENT[a:b]) + b"\n" for a, b in pairwise(cuts)]
    assert match(whole, parts) == dict.fromkeys(range(len(parts)), SAME)
    joined = match(parts, whole)
    assert list(joined) == [0]
    assert not joined[0].edited
    assert {joined[0].old, *joined[0].also} == set(range(len(parts)))


def test_wrapping_may_add_what_formatters_add() -> None:
    """A trailing comma and brackets on lines of their own do not make it an edit; the brackets are whose the rest is."""
    old = [b"call(alpha, beta, gamma)\n"]
    new = [b"call(\n", b"    alpha,\n", b"    beta,\n", b"    gamma,\n", b")\n"]
    assert match(old, new) == dict.fromkeys(range(5), SAME)


def test_wrapping_with_a_changed_word_is_an_edit() -> None:
    """Of a broken line in which a word was changed the part with that word is an edit; the rest is as it was."""
    old = [b"call(alpha, beta, gamma, delta)\n", b"other(one, two, three)\n"]
    new = [b"call(alpha, beta,\n", b"  gamma, epsilon)\n", b"other(one,\n", b"  two, three)\n"]
    found = match(old, new)
    assert found[0] == Match(0, edited=False, partly=(0,))
    assert found[1] == Match(0, edited=True)
    assert found[2] == found[3] == Match(1, edited=False)


def test_one_line_against_one_is_never_wrapping() -> None:
    """Added brackets, commas and semicolons within a line are somebody's edit, however many lines the hunk has."""
    assert match([b"return x\n"], [b"return (x);\n"]) == {0: Match(0, edited=True)}
    old = [b"return x\n", b"other = 1\n"]
    new = [b"return (x);\n", b"quite = different + thing\n"]
    assert match(old, new) == {0: Match(0, edited=True)}


@pytest.mark.parametrize(
    ("a", "b", "score"),
    [
        (b"a b", b"a b", 1.0), (b"a b", b"b a", 1.0), (b"a b", b"a c", 0.5), (b"a a", b"a", 2 / 3), (b"a b c", b"a x y", 1 / 3),
        (b"", b"a", 0.0), (b"()", b"()", 0.0), ("é".encode(), "é".encode(), 1.0), (b"x_1", b"x 1", 0.0),
    ],
)  # fmt: skip
def test_similarity(a: bytes, b: bytes, score: float) -> None:
    """The share of common words, counted with repetition, the same from both sides."""
    assert similarity(a, b) == similarity(b, a) == pytest.approx(score)


def test_half_of_the_words_is_enough_and_less_is_not() -> None:
    """At 0.5 a line is a rewording, just below it is not."""
    assert match([b"a b c\n"], [b"a x\n"]) == {}
    assert match([b"a b\n"], [b"a x\n"]) == {0: Match(0, edited=True)}
    assert match([b"a b c d\n"], [b"a x y\n"]) == {}
    forty = b" ".join(b"w%d" % n for n in range(40))
    assert match([forty], [forty[:69] + b" " + b" ".join(b"x%d" % n for n in range(21))]) == {}
    assert match([b"a b c d\n"], [b"a b x y\n"]) == {0: Match(0, edited=True)}


@given(LINES, LINES)
def test_rewordings_are_the_best_pairs_first(old: list[bytes], new: list[bytes]) -> None:
    """No two lines left alone resemble each other, and no pair beats both pairs that its lines are in."""
    found = match(old, new)
    used = {o for hit in found.values() for o in (hit.old, *hit.also)}
    if any(hit.partly for hit in found.values()):
        return
    for n in range(len(new)):
        for o in range(len(old)):
            score = similarity(old[o], new[n])
            if score < SIMILAR or (n in found and not found[n].edited):
                continue
            if o in used and not any(hit.edited and hit.old == o for hit in found.values()):
                continue
            mine = similarity(old[found[n].old], new[n]) if n in found else 0
            theirs = max((similarity(old[o], new[m]) for m, hit in found.items() if hit.old == o), default=0)
            assert score <= max(mine, theirs)


def test_each_line_answers_once() -> None:
    """Of two rewordings of one line the nearer one is its edit; the other is a new line."""
    assert match([b"value = compute(x)\n"], [b"value = compute(y)\n", b"value = compute(z)\n"]) == {
        0: Match(0, edited=True)
    }
    assert match([b"q\n", b"r\n", b"a b c\n"], [b"a b x\n", b"k\n", b"a b y\n"]) == {2: Match(2, edited=True)}


def test_who_resembles_a_persons_line_more_is_not_the_models() -> None:
    """A line nearer to a person's old line is never matched with the model's, even where the person's is taken."""
    model, person = b"a b x y\n", b"a b c d\n"
    near_person = b"a b c e\n"
    assert match([model, person], [near_person], human_lines={1}) == {0: Match(1, edited=True)}
    found = match([model, person], [near_person, b"a b c d g\n"], human_lines={1})
    assert found == {1: Match(1, edited=True)}
    respaced = match([model, person], [near_person, b"  a b c d\n"], human_lines={1})
    assert respaced == {1: Match(1, edited=False)}
    assert match([model, person], [b"a b x e\n"], human_lines={1}) == {0: Match(0, edited=True)}
    tied = match([model, person], [b"a b q r\n"], human_lines={1})
    assert set(tied) == {0}


@pytest.mark.parametrize("line", [b"}\n", b"\n", b"  }\n", b");\n", b"\t\n"])
def test_brackets_and_blanks_never_count_by_content(line: bytes) -> None:
    """A lone bracket or a blank line among other new lines is nobody's, though the model wrote the same before."""
    assert match([b"alpha()\n", line], [b"beta()\n", line]) == {}
    assert match([line], [line.strip() + b" \n", b"words here\n"]) == {}


def test_brackets_and_blanks_go_with_what_they_stand_beside() -> None:
    """Re-indented together with the line before or after them, they stay with it, any number of them."""
    old = [b"if x:\n", b"\n", b"}\n", b"end\n"]
    assert match(old, [b"  " + line for line in old]) == {n: Match(n, edited=False) for n in range(4)}
    assert match([b"}\n", b"\n", b"end\n"], [b" }\n", b" \n", b" end\n"]) == {
        n: Match(n, edited=False) for n in range(3)
    }
    assert match([b"if x:\n", b"}\n"], [b" if x:\n", b"new = 1\n", b" }\n"]) == {0: SAME}
    assert match([b"if x:\n", b"gone = 1\n", b"}\n"], [b" if x:\n", b" }\n"]) == {0: SAME}


def test_lines_that_swapped_places_are_what_they_were() -> None:
    """The same text elsewhere in the hunk is the same line."""
    found = match([b"one a\n", b"two b\n"], [b"two b\n", b"one a\n"])
    assert found == {0: Match(1, edited=False), 1: Match(0, edited=False)}


@pytest.mark.parametrize("few_words", [True, False])
def test_huge_hunks_stay_cheap(few_words: bool) -> None:
    """2,000 lines against 2,000, alike in many words or in few, take well under two seconds of processor time."""
    kinds = 40 if few_words else 2000

    def line(n: int) -> bytes:
        return b"    self.value_%d = compute(other, %d) if ready_%d\n" % (
            n * 7 % kinds,
            n * 11 % kinds,
            n % 5,
        )

    old, new = [line(n) for n in range(2000)], [line(3 * n + 1) + b"" for n in range(2000, 4000)]
    began = time.process_time()
    found = match(old, new)
    assert time.process_time() - began < 4  # two seconds where nothing else runs
    assert found


def test_only_the_nearest_are_compared_but_they_are_found() -> None:
    """Among thousands of lines that share a word, each reworded line finds the one at its own place."""
    old = [b"common word %d %d\n" % (n, n + 5000) for n in range(3000)]
    new = [line.replace(b"common", b"rare") for line in old]
    assert match(old, new) == {n: Match(n, edited=True) for n in range(3000)}


@given(st.sets(st.integers(0, 60), min_size=1), st.integers(0, 60), st.integers(1, 9))
def test_candidates_are_the_nearest_lines(lines: set[int], place: int, most: int) -> None:
    """Of the lines with a word, those nearest to the place are compared; of two as near, the upper one."""
    nearest = sorted(lines, key=lambda line: (abs(line - place), line))[:most]
    assert reword._nearest({b"word": sorted(lines)}, [b"word"], place, most) == set(nearest)
