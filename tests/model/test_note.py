"""Notes unite: any order, any repetition, any tool that concatenates or sorts gives the same note."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitprov.model import canonical
from gitprov.model.canonical import JsonObject
from gitprov.model.notes.note import EVIDENCE, GATES, Claim, Note, unite_objects, unite_rows
from gitprov.model.notes.rows import CommitRow, HumanRow, NoteRow, ReviewRow, TraceRow, files_entry
from gitprov.model.ranges import MAX_LINE, LineSet
from gitprov.model.untrusted.plausible import CLASSES
from tests.model.values import JSON, TEXT
from tests.support.repo import GitRepo, run_bytes

RANGES = st.sets(st.integers(1, 12)).map(lambda lines: str(LineSet(lines)))
RAW_RANGES = RANGES | st.sampled_from(["2,1", "1-3,2-5", "1,1", "x", "3-1", "0", f"1-{MAX_LINE}"]) | JSON
ENTRY = st.dictionaries(st.sampled_from(CLASSES), RAW_RANGES) | st.fixed_dictionaries(
    {},
    optional={"ai": RANGES, "edited": RANGES, "human": RANGES, "deleted": st.integers(0, 9), "later": JSON},
)
FILES = st.dictionaries(st.sampled_from(["a.py", "b.py", "\udcff"]), ENTRY | JSON, max_size=3)
DELTA = st.dictionaries(st.sampled_from(["raw", "kept", "edited", "more"]), st.integers(0, 9) | JSON)
ROW = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["trace", "human", "commit", "review", "later"]),
        "id": st.sampled_from(["a", "b"]),
    },
    optional={
        "v": st.integers(1, 2),
        "files": FILES | JSON,
        "delta": DELTA | JSON,
        "evidence": st.sampled_from([*EVIDENCE, "guessed"]) | JSON,
        "gate": st.sampled_from(GATES) | JSON,
        "model": st.none() | st.sampled_from(["m1", "m2"]),
        "later": JSON,
    },
)
LINE = ROW.map(canonical.dump) | ROW.map(lambda row: json.dumps(row, indent=None).encode()) | st.sampled_from(
    [b"", b"  ", b"not json", b"{}", b'{"kind":1,"id":"a"}', b'{"kind":"trace"}', b"[1]", b"\xff\xfe", b"\xed\xa0\xbd"]
)  # fmt: skip
DATA = st.lists(LINE, max_size=5).map(b"\n".join)
NOTE = DATA.map(Note.parse)


@pytest.mark.slow
@given(NOTE, NOTE, NOTE)
def test_union_is_associative(a: Note, b: Note, c: Note) -> None:
    """It does not matter which two of three notes meet first."""
    assert (a | b) | c == a | (b | c)


@pytest.mark.slow
@given(NOTE, NOTE)
def test_union_is_commutative(a: Note, b: Note) -> None:
    """It does not matter which side is ours; equal notes hash alike."""
    assert a | b == b | a
    assert hash(a | b) == hash(b | a)


@pytest.mark.slow
@given(NOTE, NOTE)
def test_union_is_idempotent(a: Note, b: Note) -> None:
    """A note united with itself, or with a part of itself, is itself."""
    assert a | a == a
    assert (a | b) | b == a | b
    assert a | Note() == a


@pytest.mark.slow
@given(DATA)
def test_reading_and_writing_is_stable(data: bytes) -> None:
    """What was written reads as the same note and is written the same again; no input makes reading fail."""
    note = Note.parse(data)
    assert Note.parse(note.dump()) == note
    assert Note.parse(note.dump()).dump() == note.dump()


@pytest.mark.slow
@given(DATA)
def test_text_reads_as_its_bytes_do(data: bytes) -> None:
    """A note that came as text with surrogate escapes is the note of its bytes."""
    assert Note.read(data.decode("utf-8", "surrogateescape")) == Note.parse(data)


def test_repetition_puts_nothing_in_another_order() -> None:
    """A row in another spelling than ours, told twice around one of another form, is the union told once."""
    odd = b'{"files":{"a.py":{"ai":"","edited":"3,1-2"}},"id":"b","kind":"trace"}'
    other = b'{"files":{"a.py":null,"b.py":{}},"id":"b","kind":"trace"}'
    once = Note.parse(odd) | Note.parse(other)
    assert Note.parse(b"\n".join([odd, other, odd])) == once
    assert once.claims("a.py")[0].lines == LineSet([1, 2, 3])


@pytest.mark.slow
@given(DATA, DATA, st.randoms())
def test_concatenation_in_any_order_is_union(a: bytes, b: bytes, shuffled: random.Random) -> None:
    """Lines of two notes one after the other, shuffled, repeated, with blank lines: the union."""
    lines = [*a.split(b"\n"), *b.split(b"\n"), b"", *a.split(b"\n")]
    shuffled.shuffle(lines)
    assert Note.parse(b"\n".join(lines)) == Note.parse(a) | Note.parse(b)


@pytest.mark.slow
@given(NOTE, NOTE)
def test_nothing_foreign_is_lost(a: Note, b: Note) -> None:
    """Unknown kinds, unknown fields and lines that are no rows survive a union."""
    both = a | b
    assert set(both.foreign) == set(a.foreign) | set(b.foreign)
    assert set(both.rows) == set(a.rows) | set(b.rows)
    for key, row in both.rows.items():
        assert set(row.json) == {name for note in (a, b) if key in note.rows for name in note.rows[key].json}


@pytest.mark.slow
@given(ROW, ROW)
def test_weaker_class_keeps_a_line_that_two_claim(a: JsonObject, b: JsonObject) -> None:
    """Each line of a path belongs to the weakest class that either row gives it, and to no other."""
    rows = [
        row
        for one in (a, b)
        for row in Note.parse(canonical.dump({**one, "kind": "trace", "id": "t"})).traces.values()
    ]
    if len(rows) < 2 or rows[0].files == rows[1].files:
        return
    both = unite_rows(*rows)
    for path in ("a.py", "b.py"):
        sides = [row.classes(path) for row in rows]
        if not all(path in row.files for row in rows):
            continue
        if canonical.dump(rows[0].files[path]) == canonical.dump(rows[1].files[path]):
            continue
        united = both.classes(path)
        for line in range(1, 15):
            ranks = [CLASSES.index(cls) for side in sides for cls, lines in side.items() if line in lines]
            found = [CLASSES.index(cls) for cls, lines in united.items() if line in lines]
            assert found == ([max(ranks)] if ranks else [])


@pytest.mark.parametrize(
    ("field", "order"), [("evidence", EVIDENCE), ("gate", GATES)], ids=["evidence", "gate"]
)
def test_weaker_word_holds(field: str, order: tuple[str, ...]) -> None:
    """Of two words on evidence or gate the weaker holds; a word of a later version counts as the weakest."""
    for n, strong in enumerate(order):
        for weak in (*order[n:], "a-later-word"):
            assert unite_objects({field: strong}, {field: weak}) == {field: weak}
            assert unite_objects({field: weak}, {field: strong}) == {field: weak}


def test_larger_numbers_and_known_facts_hold() -> None:
    """`delta` unites field by field to the larger, by value and not by text; a fact beats null."""
    a = {"delta": {"raw": 9, "kept": 3}, "model": None, "files": {"a": {"deleted": 9, "ai": "1"}}}
    b = {"delta": {"raw": 10, "edited": 1}, "model": "m", "files": {"a": {"deleted": 10, "ai": "2"}}}
    assert unite_objects(a, b) == {
        "delta": {"raw": 10, "kept": 3, "edited": 1},
        "model": "m",
        "files": {"a": {"deleted": 10, "ai": "1-2"}},
    }


def test_one_and_true_do_not_pass_for_each_other() -> None:
    """Values that Python calls equal but JSON spells differently unite the same from either side."""
    for a, b in ([{"x": 1}, {"x": True}], [[1.0], [1]], [{"x": [0]}, {"x": [False]}]):
        assert canonical.dump(unite_objects({"later": a}, {"later": b})) == canonical.dump(
            unite_objects({"later": b}, {"later": a})
        )


def test_what_only_one_side_says_of_a_path_stays() -> None:
    """A path that one row alone speaks of keeps its value, be it of a form this version cannot read."""
    a: JsonObject = {"files": {"a": {"ai": "1"}, "new": "lines 1 to 5"}}
    assert unite_objects(a, {"files": {"b": {}}}) == {
        "files": {"a": {"ai": "1"}, "new": "lines 1 to 5", "b": {}}
    }


ROW_TEXT = b'{"kind":"trace","id":"t"%s}'


@pytest.mark.parametrize(
    "line",
    [b'{"kind":"trace","id":"t","x":NaN}', b'{"kind":"trace","id":"t","x":-Infinity}', b'{"kind":"trace","id":"t","x":1e999}',
     b'{"kind":"trace","id":7}', b'{"id":"t"}', b'"trace"', b"null", b"[" * 100_000,
     b'{"kind":"trace","id":"t","x":%s}' % (b"[" * 50_000 + b"]" * 50_000),
     b'{"kind":"trace","id":"t","x":%s}' % (b"9" * 5000), b'{"kind":"trace","id":"\xff"}', b"\x00", b'{"kind":"tr',
     b'{"kind":"trace","id":"t"} x', b'{"kind":"trace","id":"t"}{"kind":"trace","id":"u"}'],
    ids=range(15),
)  # fmt: skip
def test_damaged_lines_are_foreign(line: bytes) -> None:
    """A line that is no row, or could not be written again, is kept byte for byte and claims nothing."""
    note = Note.parse(b"\n" + line + b"\n")
    assert note.rows == {}
    assert note.foreign == (line,)
    assert note.dump() == line + b"\n"


def test_deep_rows_are_read() -> None:
    """Depth that can be written again is no damage."""
    row = b'{"id":"t","kind":"later","x":%s}' % (b"[" * 120 + b"]" * 120)
    assert Note.parse(row).dump() == row + b"\n"


def test_questions_a_note_answers() -> None:
    """Rows by kind, traces by id, the commit's row, paths, claims with the weakest first, counts over files."""
    t1 = TraceRow.make("t1", files={"a": {"ai": "1-3,9", "edited": "4"}, "b": {"ai": "x"}})
    t2 = TraceRow.make("t2", files={"c": {}, "a": {"declared": "5", "deleted": 3, "bounded": "large"}})
    person = HumanRow.make("h", files={"a": {"human": "6"}})
    review = ReviewRow.make("t1/r")
    commits = [CommitRow.make(name) for name in ("2", "1")]
    note = Note([t2, t1, review, person, *commits], [b"z", b"y", b"z"])
    assert list(note.traces.items()) == [("t1", t1), ("t2", t2)]
    assert note.of(HumanRow) == {"h": person}
    assert note.commit == note.commit_row("3") == commits[1]
    assert note.commit_row("2") == commits[0]
    assert (t2.deleted("a"), t2.deleted("c"), t2.deleted("d"), t2.bounded("a"), t2.bounded("c")) == (
        3,
        0,
        0,
        "large",
        None,
    )
    assert (review.trace, t1.identity, t1.kind) == ("t1", ("trace", "t1"), "trace")
    assert note.paths() == ["a", "b", "c"]
    assert note.claims("a") == [
        Claim(LineSet([5]), "declared", t2),
        Claim(LineSet([6]), "human", person),
        Claim(LineSet([4]), "edited", t1),
        Claim(LineSet([1, 2, 3, 9]), "ai", t1),
    ]
    assert note.claims("b") == note.claims("c") == note.claims("elsewhere") == []
    assert (t1.count("ai"), t1.count("ai", "edited"), t2.count("ai")) == (4, 5, 0)
    assert note.foreign == (b"y", b"z")
    assert note
    assert Note([], [b"x"])
    assert not Note()
    assert Note().commit is None
    assert note != note.dump()


def test_files_entry_says_only_what_there_is() -> None:
    """Empty classes and zero deletions are left away."""
    assert files_entry({"ai": LineSet([1, 2]), "edited": LineSet()}) == {"ai": "1-2"}
    assert files_entry({}, 3) == {"deleted": 3}


@pytest.mark.slow
@given(FILES)
def test_no_damage_makes_asking_fail(files: object) -> None:
    """Whatever stands in `files`, asking for classes, counts, claims and paths gives an answer."""
    note = Note.parse(canonical.dump({"kind": "trace", "id": "t", "files": files}))
    for row in note.traces.values():
        for path in note.paths():
            assert all(row.classes(path).values())
            assert [claim.row for claim in note.claims(path)] == [row] * len(row.classes(path))
        assert row.count(*CLASSES) == sum(
            len(lines) for path in row.files for lines in row.classes(path).values()
        )


def test_rows_are_not_changed() -> None:
    """A row is a value: another one is made by `replace`, with the fields of later versions."""
    row = TraceRow({"kind": "trace", "id": "t", "later": [1]})
    assert row.replace(model="m").json == {"kind": "trace", "id": "t", "later": [1], "model": "m"}
    assert row != row.json
    with pytest.raises(AttributeError):
        row.model = "m"
    with pytest.raises(TypeError):
        hash(row)
    assert repr(row) == "TraceRow({'kind': 'trace', 'id': 't', 'later': [1]})"


@settings(max_examples=1)
@given(st.lists(st.tuples(DATA, DATA), min_size=60, max_size=60))
def test_git_merges_notes_as_we_do(
    tmp_path_factory: pytest.TempPathFactory, pairs: list[tuple[bytes, bytes]]
) -> None:
    """`git notes merge -s cat_sort_uniq` over real notes reads as the union of both sides."""
    check_with_git(tmp_path_factory.mktemp("notes"), pairs)


ODD = Note([TraceRow.make("t", files={"ä\udcff": {"ai": "1-3"}}, delta={"raw": 3})])


def test_git_merges_our_own_notes_as_we_do(tmp_path: Path) -> None:
    """Typical notes of two clones: the same trace seen differently, a review on one side, repeated lines."""
    other = Note([TraceRow.make("t", files={"ä\udcff": {"edited": "2"}}, delta={"raw": 4})])
    review = Note([ReviewRow.make("t/b", by="B")])
    united = ODD | other
    assert united.traces["t"].files == {"ä\udcff": {"ai": "1,3", "edited": "2"}}
    sides = [ODD.dump(), other.dump(), (ODD | review).dump(), b"", ODD.dump() * 2]
    check_with_git(tmp_path, [(a, b) for a in sides for b in sides])


def check_with_git(folder: Path, pairs: list[tuple[bytes, bytes]]) -> None:
    """Two notes refs, a pair of notes on each object, one merge, one read."""
    from tests.support.sealed import sealed_env

    env = sealed_env(folder)
    repo = GitRepo.init(folder / "repo", env)
    # git cuts a note's text at a NUL byte and keeps no empty note; neither is a matter of union.
    pairs = [(a.replace(b"\0", b""), b.replace(b"\0", b"")) for a, b in pairs]
    stream = []
    for side, ref in enumerate(("ours", "theirs")):
        marks = len(pairs) * side
        for n, pair in enumerate(pairs):
            body = pair[side] or b"\n"
            stream.append(b"blob\nmark :%d\ndata %d\n%s\n" % (marks + n + 1, len(body), body))
        head = b"commit refs/notes/%s\ncommitter A <a@b> 1769940000 +0000\ndata 1\nx\n" % ref.encode()
        files = b"".join(b"M 100644 :%d %040x\n" % (marks + n + 1, n + 1) for n in range(len(pairs)))
        stream.append(head + files + b"\n")
    git(repo, "fast-import", "--quiet", stdin=b"".join(stream))
    git(repo, "notes", "--ref=ours", "merge", "-q", "-s", "cat_sort_uniq", "theirs")
    names = b"".join(b"refs/notes/ours:%040x\n" % (n + 1) for n in range(len(pairs)))
    answer = git(repo, "cat-file", "--batch", stdin=names)
    for a, b in pairs:
        head, _, answer = answer.partition(b"\n")
        size = int(head.split()[-1])
        assert Note.parse(answer[:size]) == Note.parse(a) | Note.parse(b)
        answer = answer[size + 1 :]


def git(repo: GitRepo, *args: str, stdin: bytes = b"") -> bytes:
    """A git command that has to succeed."""
    done = run_bytes(["git", *args], cwd=repo.path, env=repo.env, stdin=stdin)
    assert done.returncode == 0, done.stderr
    return done.stdout


@given(TEXT, TEXT)
def test_ids_may_be_any_text(kind: str, name: str) -> None:
    """Kinds and ids of other tools may hold anything; they come back as written."""
    note = Note([NoteRow({"kind": kind, "id": name})])
    assert Note.parse(note.dump()) == note


def test_damage_in_the_last_line_without_a_newline() -> None:
    """Words behind a row make the line foreign, also where no newline ends it."""
    good, bad = b'{"id":"u","kind":"trace"}', b'{"id":"t","kind":"trace"} x'
    note = Note.parse(good + b"\n" + bad)
    assert set(note.rows) == {("trace", "u")}
    assert note.foreign == (bad,)
    assert Note.parse(bad).foreign == (bad,)


def test_a_path_that_the_sides_tell_in_different_forms() -> None:
    """Ranges win over what this version cannot read, from whichever side they come."""
    a: JsonObject = {"files": {"a": "lines"}}
    b: JsonObject = {"files": {"a": {"ai": "1"}}}
    assert unite_objects(a, b) == unite_objects(b, a) == b


def test_a_large_note_is_parsed_once() -> None:
    """A command that reads the same note of a megabyte again, as bytes or text, gets the note that it has."""
    rows = [{"kind": "trace", "v": 1, "id": f"{n}", "agent": "x" * 500} for n in range(2_500)]
    data = b"".join(map(canonical.dump_line, rows))
    note = Note.parse(data)
    assert len(note.traces) == 2_500
    assert Note.parse(bytes(bytearray(data))) is note
    assert Note.parse(data.rstrip(b"\n")) is note
    assert Note.read(data.decode()) is note
    assert Note.parse(data + b"x\n").foreign == (b"x",)


def test_a_note_has_so_many_objects() -> None:
    """Of a note rows with a hundred thousand objects and lists are read; the others stay lines that claim nothing."""
    files = {path: {"ai": "1"} for path in ("a.py", "b.py", "c.py", "d.py")}
    rows = [{"kind": "trace", "v": 1, "id": f"{n:05}", "files": files} for n in range(16_667)]
    lines = [canonical.dump_line(row) for row in rows]
    assert len(Note.parse(b"".join(lines[:16_666])).traces) == 16_666
    note = Note.parse(b"".join(lines))
    assert (len(note.traces), note.foreign) == (16_666, (lines[-1].rstrip(b"\n"),))
    assert sorted(note.dump().splitlines(keepends=True)) == sorted(lines)
    small = canonical.dump_line({"kind": "commit", "v": 1, "id": "1"})
    assert Note.parse(b"".join(lines) + small).commit is not None


def test_a_note_has_so_many_rows() -> None:
    """Of a note 25,000 rows are read, the first in the order of its lines; the others stay lines."""
    lines = [canonical.dump_line({"kind": "commit", "v": 1, "id": f"{n:05}"}) for n in range(25_001)]
    assert len(Note.parse(b"".join(lines[:25_000])).rows) == 25_000
    note = Note.parse(b"".join(lines))
    assert (len(note.rows), note.foreign) == (25_000, (lines[-1].rstrip(b"\n"),))
