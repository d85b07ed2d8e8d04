"""The union of stores of generations: whatever the order of merges, and a tombstone wins over content."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitprov.store import generations

TRACES = [f"gen_20260201_{n}{'0' * 9}" for n in range(3)]
#: Record blob → the instruction text that it names.
RECORDS = {f"record{n}": generations.instruction_path("sha256:" + str(n % 2) * 64) for n in range(3)}


def needed(records: Sequence[str]) -> set[str]:
    """What `instructions_of` would read from these records."""
    return {RECORDS[record] for record in records if record in RECORDS}


def genuine(oids: Mapping[str, Collection[str]], paths: Collection[str]) -> dict[str, str]:
    """A genuine blob of this test has a number of two digits, though there is a smaller id."""
    return {
        path: min(real) for path in paths if (real := [oid for oid in oids[path] if oid[-2:].isdecimal()])
    }


def side(state: Sequence[int]) -> dict[str, str]:
    """A store: each trace absent (0), whole (1) or forgotten (2, 3: by one person or another)."""
    files: dict[str, str] = {}
    for n, how in enumerate(state):
        top = generations.directory(TRACES[n])
        if how:
            files[f"{top}/record.json"] = f"record{n}"
        if how == 1:
            files |= {f"{top}/prompt.txt": f"prompt{n}", f"{top}/files/0.after": f"after{n}"}
            files[RECORDS[f"record{n}"]] = f"text{n % 2}"
        if how > 1:
            files[f"{top}/tombstone.json"] = f"stone{how}"
    return files


SIDES = st.tuples(*[st.integers(0, 3)] * 3).map(side)


def united(*sides: Mapping[str, str]) -> dict[str, str]:
    """The union, with the records of this test."""
    return generations.united(sides, needed, genuine)


@given(SIDES, SIDES, SIDES)
def test_laws(a: dict[str, str], b: dict[str, str], c: dict[str, str]) -> None:
    """The union is associative, commutative and idempotent."""
    assert united(a, a) == a
    assert united(a, b) == united(b, a)
    assert united(united(a, b), c) == united(a, united(b, c)) == united(a, b, c)


PARTS = st.sampled_from(
    ["ab", "t", "x", "record.json", "prompt.txt", "files", "0.after", "tombstone.json", "instructions"]
)
STRANGE = st.lists(st.lists(PARTS, min_size=1, max_size=5).map("/".join), max_size=8).map(
    lambda paths: united({path: f"blob{n}" for n, path in enumerate(paths)})
)


@pytest.mark.slow
@given(STRANGE, STRANGE, STRANGE)
def test_laws_of_strange_trees(a: dict[str, str], b: dict[str, str], c: dict[str, str]) -> None:
    """They hold for names that make no sense, and no file lies below another."""
    assert united(a, a) == a
    assert united(a, b) == united(b, a)
    assert united(united(a, b), c) == united(a, united(b, c)) == united(a, b, c)
    every = united(a, b, c)
    assert not [path for path in every for other in every if other.startswith(path + "/")]


def test_a_file_in_place_of_a_directory_takes_nothing_away() -> None:
    """The files of a generation stay, whatever has the name of their directory, or lies below them."""
    ours = side([1, 0, 2])
    top = generations.directory(TRACES[0])
    strange = {
        "0": "x",
        top: "x",
        f"{top}/files": "x",
        f"{top}/record.json/x/y": "x",
        "instructions": "x",
        "else": "x",
    }
    assert united(ours, strange) == {**ours, "0": "x", "else": "x"}


@given(SIDES, SIDES)
def test_a_tombstone_wins(a: dict[str, str], b: dict[str, str]) -> None:
    """Of a generation that either side forgot no content is left; of any other nothing is lost."""
    both = united(a, b)
    for trace in TRACES:
        top = generations.directory(trace)
        dead = any(f"{top}/tombstone.json" in one for one in (a, b))
        there = {path for path in {**a, **b} if path.startswith(top + "/")}
        kept = {f"{top}/record.json", f"{top}/tombstone.json"} & there if dead else there
        assert {path for path in both if path.startswith(top + "/")} == kept
        assert dead or not kept or RECORDS[both[f"{top}/record.json"]] in both


def test_nobody_reads_where_nobody_forgot() -> None:
    """Without a tombstone no record is read, and without a path that has two blobs no content."""

    def refuse(*_: object) -> Any:
        raise AssertionError

    assert generations.united([side([1, 0, 1]), side([0, 1, 0])], refuse, refuse) == side([1, 1, 1])
