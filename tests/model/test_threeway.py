"""The union of two notes trees: both sides come to the same, nothing is lost, and a second time changes nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitprov.model.notes import note_merge
from gitprov.model.notes.note import Note
from gitprov.model.notes.note_merge import Union

pytestmark = pytest.mark.slow

LENGTH = 40
COMMITS = ["a" * 40, "ab" * 20, "0" * 39 + "1"]
key = note_merge.note_key(LENGTH)

Tree = dict[str, bytes]


def spellings(oid: str) -> list[str]:
    """Where git may put a note."""
    return [oid, f"{oid[:2]}/{oid[2:]}", f"{oid[:2]}/{oid[2:4]}/{oid[4:]}"]


lines = st.sampled_from([
    b'{"kind":"human","v":1,"id":"x","files":{"a":{"human":"1-3"}}}\n',
    b'{"files":{"a":{"human":"2-9"}},"id":"x","kind":"human","v":1}\n',
    b'{"id":"y","kind":"review","v":1}\n',
    b"not ours\n",
    b"{broken\n",
])  # fmt: skip
texts = st.lists(lines, min_size=1, max_size=3).map(b"".join)
paths = st.sampled_from([path for oid in COMMITS for path in spellings(oid)] + ["README", "x/y"])
trees = st.dictionaries(paths, texts, max_size=4)


def diff(old: Tree, new: Tree) -> dict[str, tuple[str | None, str | None]]:
    """The difference, contents standing for their own ids."""
    found = {path: (old.get(path), new.get(path)) for path in {**old, **new}}
    return {path: (name(one), name(other)) for path, (one, other) in found.items() if one != other}


def name(content: bytes | None) -> str | None:
    """An id for a content."""
    return None if content is None else content.hex()


def unite(base: Tree, ours: Tree, theirs: Tree) -> tuple[Tree, Union]:
    """Our tree afterwards."""
    found = note_merge.entries(diff(base, ours), diff(base, theirs), key)
    contents = {oid: bytes.fromhex(oid) for oid in note_merge.notes_to_read(found, LENGTH)}
    union = note_merge.unite_notes(found, LENGTH, contents)
    kept = {path: data for path, data in ours.items() if path not in union.drop}
    put = {path: data if isinstance(data, bytes) else bytes.fromhex(data) for path, data in union.put.items()}
    return {**kept, **put}, union


def notes(tree: Tree) -> dict[str, Note]:
    """Commit → what its note says, wherever it is."""
    found: dict[str, Note] = {}
    for path, data in sorted(tree.items()):
        if len(key(path)) == LENGTH:
            found[key(path)] = found.get(key(path), Note()) | Note.parse(data)
    return found


@given(trees, trees, trees)
def test_both_sides_come_to_the_same(base: Tree, ours: Tree, theirs: Tree) -> None:
    """Whoever unites, the notes that come out are equal."""
    mine, _ = unite(base, ours, theirs)
    other, _ = unite(base, theirs, ours)
    assert notes(mine) == notes(other)


@given(trees, trees, trees)
def test_nothing_is_lost(base: Tree, ours: Tree, theirs: Tree) -> None:
    """Every line that either side's note has is in the union, and a note that one side took away comes back."""
    mine, _ = unite(base, ours, theirs)
    united = notes(mine)
    for side in (ours, theirs):
        for oid, note in notes(side).items():
            assert united[oid] | note == united[oid]


@given(trees, trees)
def test_without_a_common_start(ours: Tree, theirs: Tree) -> None:
    """Two trees that have nothing in common unite to the union of their notes, note by note."""
    mine, _ = unite({}, ours, theirs)
    one, other = notes(ours), notes(theirs)
    assert notes(mine) == {oid: one.get(oid, Note()) | other.get(oid, Note()) for oid in {**one, **other}}


@given(trees, trees, trees)
def test_a_second_time_changes_nothing(base: Tree, ours: Tree, theirs: Tree) -> None:
    """Once united nothing more comes, and nothing that the counts do not tell has changed."""
    mine, union = unite(base, ours, theirs)
    again, second = unite(base, mine, theirs)
    assert again == mine
    assert not second.came
    changed = {oid for oid, note in notes(mine).items() if note != notes(ours).get(oid)}
    assert changed <= union.came


@given(trees, trees)
def test_a_side_that_did_nothing_just_follows(base: Tree, theirs: Tree) -> None:
    """Where theirs holds all of ours, the union is their note, and nothing goes to them."""
    grown = {**base, **{path: data for path, data in theirs.items() if path not in base}}
    mine, union = unite(base, base, grown)
    assert notes(mine) == notes(grown)
    assert not union.went
    assert not union.merged


def test_the_key_of_a_path() -> None:
    """Only a spread that git makes is a note; other paths stand for themselves."""
    oid = "ab" * 20
    assert {key(path) for path in spellings(oid)} == {oid}
    for other in (oid[:39], oid + "0", f"{oid[:4]}/{oid[4:]}", oid.upper(), "README", f"ab//{oid[2:]}"):
        assert key(other) == other
