"""The waiting list: it has the rows of every live event, whatever happens to those who write it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitprov.attribution.diff import hunks
from gitprov.model.event import ContentRef, Event
from gitprov.model.lines import introduced, is_trivial, split_lines
from gitprov.model.notes.spent import Spent
from gitprov.model.ranges import LineSet
from gitprov.store.inbox import retention, waiting
from gitprov.store.inbox.inbox import Inbox, inbox_root

CONTENTS = st.lists(st.sampled_from([b"a\n", b"b\n", b"c\r\n", b"\n", b"}\n"]), max_size=8).map(b"".join)


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    """An inbox nothing was written to."""
    return Inbox(inbox_root(str(tmp_path / "common"), "@"))


def row(inbox: Inbox, path: str, after: bytes, before: bytes | None = None, **more: object) -> dict[str, Any]:
    """An event to append."""
    refs = [None if data is None else inbox.put_blob(data).to_json() for data in (before, after)]
    return {
        "type": "ai",
        "path": path,
        "before": refs[0],
        "after": refs[1],
        "at": "2026-02-01T10:00:04Z",
        **more,
    }


def content(inbox: Inbox) -> bytes:
    """The list."""
    return Path(waiting.place(inbox)).read_bytes()


def live(inbox: Inbox) -> Iterator[Event]:
    """The events that can be read."""
    return (event for event in inbox.events() if isinstance(event, Event))


@given(CONTENTS, CONTENTS)
def test_no_line_that_a_diff_adds_is_missing(old: bytes, new: bytes) -> None:
    """Whatever places a diff chooses, the telling lines that it adds are in the list."""
    lines = split_lines(new)
    added = {
        line.rstrip(b"\r\n") for hunk in hunks(old, new) for line in lines[hunk.new_start : hunk.new_end]
    }
    assert {line for line in added if not is_trivial(line)} <= introduced(old, new)


def test_the_rows_of_an_edit(inbox: Inbox) -> None:
    """Path, and the telling lines that are new, bare of their ends; blanks and brackets are left out."""
    inbox.append_event(
        row(inbox, "a b.py", b"one\r\ntwo\n\n}\nlast\n", b"one\r\nlast\n", key="k1", turn="000001")
    )
    assert content(inbox) == b"gitprov waiting 1\n\n= 1 k1 000001\ndiff --git a/a b.py b/a b.py\n+two\n"
    assert os.stat(waiting.place(inbox)).st_mode & 0o777 == 0o600


def test_what_changed_between_two_edits_is_listed(inbox: Inbox) -> None:
    """A formatter's lines, which still are the model's, have rows as well."""
    inbox.append_event(row(inbox, "a", b"x=1\n"))
    inbox.append_event(row(inbox, "a", b"x = 1\ny = 2\n", b"x = 1\n"))
    blocks = waiting.blocks(inbox, live(inbox))
    assert blocks[2].lines == {b"x = 1", b"y = 2"}
    assert blocks[2].paths == {"a"}


@pytest.mark.parametrize(
    ("path", "after"),
    [('q"q', b"x\n"), ("new\nline", b"x\n"), ("back\\slash", b"x\n"), ("a", b"x" * 9000 + b"\0\n")],
)
def test_what_cannot_be_listed_may_concern_any_commit(inbox: Inbox, path: str, after: bytes) -> None:
    """Names that git quotes, and lines with a NUL."""
    inbox.append_event(row(inbox, path, after))
    assert b"\n*\n" in content(inbox)
    assert waiting.paths_of(inbox, 1) is None


def test_a_content_that_is_not_stored_has_its_path(inbox: Inbox) -> None:
    """Of a binary file no line can be moved."""
    inbox.append_event(row(inbox, "a", b"\0\1"))
    assert content(inbox).endswith(b"\ndiff --git a/a b/a\n")


def test_too_many_lines_may_concern_any_commit(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """The list is bounded, by the event and as a whole; paths are listed all the same."""
    monkeypatch.setattr(waiting, "_MOST_LINES", 10)
    inbox.append_event(row(inbox, "a", b"a line that is long\n"))
    monkeypatch.setattr(waiting, "_MOST", 10)
    inbox.append_event(row(inbox, "b", b"line\n"))
    assert content(inbox).endswith(b"diff --git a/a b/a\n*\n\n= 2 - -\ndiff --git a/b b/b\n*\n")


def test_a_retired_event_leaves_the_list(inbox: Inbox) -> None:
    """Its rows go with it, and the list with the last event."""
    for path in "ab":
        inbox.append_event(row(inbox, path, path.encode() + b"\n"))
    inbox.retire([1])
    assert b"a/a" not in content(inbox)
    assert b"a/b" in content(inbox)
    inbox.retire([2])
    assert not os.path.exists(waiting.place(inbox))


def test_erased_lines_are_erased_in_a_large_list_too(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """A retirement may leave rows in a large list; an erasure never does."""
    monkeypatch.setattr(waiting, "_SMALL", 10)
    for n in range(4):
        inbox.append_event(row(inbox, f"{n}.py", b"secret %d\n" % n))
    inbox.retire([1])
    assert b"secret 0" in content(inbox)
    retention.erase(inbox, retention.erasure(inbox, {1}, set()))
    assert b"secret 0" not in content(inbox)
    inbox.retire([2, 3])
    assert b"secret 1" not in content(inbox)


def test_a_later_name_is_listed(inbox: Inbox) -> None:
    """A commit that renames a file gives its remaining evidence the new name, and a rewrite keeps both."""
    inbox.append_event(row(inbox, "a", b"x\n"))
    inbox.mark_spent(1, Spent(LineSet([1]), path="b"))
    assert waiting.paths_of(inbox, 1) == frozenset("ab")
    os.unlink(waiting.place(inbox))
    waiting.ensure(inbox)
    assert waiting.paths_of(inbox, 1) == frozenset("ab")


def test_a_list_that_is_begun_late_says_so(inbox: Inbox) -> None:
    """Events of an older version have no rows: until the list is made anew, it stands for any commit."""
    inbox.append_event(row(inbox, "a", b"x\n"))
    os.unlink(waiting.place(inbox))
    inbox.append_event(row(inbox, "b", b"y\n"))
    assert content(inbox).startswith(b"gitprov waiting 1\n*\n")
    waiting.ensure(inbox)
    assert content(inbox).startswith(b"gitprov waiting 1\n\n= ")
    assert waiting.paths_of(inbox, 1) == frozenset("a")
    assert waiting.paths_of(inbox, 2) == frozenset("b")


def test_a_damaged_event_keeps_its_rows(inbox: Inbox) -> None:
    """Its path is known from the list; in a list that is made anew, it may concern any commit."""
    inbox.append_event(row(inbox, "a", b"x\n"))
    Path(inbox.event_path(1)).write_text("{")
    assert waiting.paths_of(inbox, 1) == frozenset("a")
    os.unlink(waiting.place(inbox))
    waiting.settle(inbox)
    assert content(inbox).endswith(b"= 1 - -\n*\n")


def test_rows_that_were_cut_short_spoil_no_others(inbox: Inbox) -> None:
    """A killed process leaves half a row; the next event begins a line of its own."""
    with open(_made(inbox), "ab") as file:
        file.write(b"\n= 2 - -\ndiff --gi")
    inbox.append_event(row(inbox, "b", b"y\n"))
    assert b"\ndiff --git a/b b/b\n+y\n" in content(inbox)
    assert waiting.paths_of(inbox, 2) == frozenset("b")


def _made(inbox: Inbox) -> str:
    inbox.append_event(row(inbox, "a", b"x\n"))
    return waiting.place(inbox)


def test_a_list_that_cannot_be_written_is_removed(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """The edit is recorded all the same: without a list, hooks ask Python."""
    _made(inbox)
    monkeypatch.setattr(os, "write", lambda *_: 3)
    inbox.append_event(row(inbox, "b", b"y\n"))
    assert not os.path.exists(waiting.place(inbox))
    assert inbox.seqs() == [1, 2]
    monkeypatch.undo()
    os.mkdir(waiting.place(inbox))
    with pytest.raises(OSError, match="directory"):
        inbox.append_event(row(inbox, "c", b"z\n"))


def test_rows_stay_while_somebody_writes(inbox: Inbox) -> None:
    """An event whose rows are there may be about to be created."""
    place = _made(inbox)
    before = content(inbox)
    with waiting.Appender(inbox):
        inbox.retire([1])
        assert content(inbox) == before
    waiting.settle(inbox)
    assert not os.path.exists(place)


def test_blocks_of_events_without_rows(inbox: Inbox) -> None:
    """An event that the list lacks gets its block from its contents; with damaged contents it may be anything."""
    os.unlink(_made(inbox))
    assert waiting.blocks(inbox, live(inbox))[1].lines == {b"x"}
    (event,) = live(inbox)
    assert isinstance(event.after, ContentRef)
    os.unlink(inbox.blobs.path(event.after.digest))
    assert waiting.blocks(Inbox(inbox.root), live(inbox))[1].any


def test_a_large_list_has_a_sign(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sign tells the shim to search with grep first; it goes when the list has become small."""
    monkeypatch.setattr(waiting, "LARGE", 60)
    sign = Path(waiting.place(inbox) + "-large")
    _made(inbox)
    assert not sign.exists()
    inbox.append_event(row(inbox, "b", b"y\n"))
    assert sign.exists()
    inbox.retire([1])
    assert not sign.exists()


def test_rows_are_found_in_whole_blocks() -> None:
    """A search names each block that has a whole equal row, none that was written in part, and nothing before the
    first block.
    """
    data = (
        b"gitprov waiting 1\n+before = 1\n"
        b"\n= 1 key one\ndiff --git a/a b/a\n+shared = 1\n+own = 1\n+shared = 1\n"
        b"\n= 2 key one\ndiff --git a/b b/b\n+shared = 12\n"
        b"\n= 3 - -\n"
        b"\n= 4 ke"
        b"\n= 5 key two\n*\n"
        b"\n= 1 - -\ndiff --git a/later b/later\n"
        b"\n= 6 key six\n+shared = 1"
    )
    listed = waiting.WaitingList(data)
    assert listed.seqs == {1, 2, 3, 5, 6}
    assert listed.hits([], [b"shared = 1"]) == {1, 5, 6}
    assert listed.hits(["later", "b"], [b"before = 1"]) == {1, 2, 5}
    assert listed.with_turns({1, 3}) == {1, 2, 3}
    assert listed.blocks({1, 4})[1].paths == frozenset(["a", "later"])
    assert set(listed.blocks({1, 4})) == {1}


@given(st.lists(st.tuples(st.integers(1, 9), st.sets(st.sampled_from("xyz"))), max_size=6))
def test_every_block_with_a_row_is_a_hit(blocks: list[tuple[int, set[str]]]) -> None:
    """A search names the seqs of all blocks that have one of its rows, the last block's too."""
    rows = [(seq, "".join(f"+{word}\n" for word in sorted(words))) for seq, words in blocks]
    data = "".join(f"\n= {seq} key turn\n{text}" for seq, text in rows).encode()
    listed = waiting.WaitingList(b"a head\n" + data)
    assert listed.hits([], [b"x", b"y"]) == {seq for seq, words in blocks if words & {"x", "y"}}
