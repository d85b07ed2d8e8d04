"""Contents made from the edit that an agent reported, in place of the stored ones."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from gitprov.errors import Damaged
from gitprov.flow.evidence.replacement import make_after
from gitprov.model.event import Event
from gitprov.store.inbox.inbox import Inbox, inbox_root

BEFORE = b"".join(b"value_%d = %d\r\n" % (n, n) for n in range(8000)) + "née\n".encode()
OLD, NEW = "value_7 = 7\r\n", "value_7 = 'née'\r\nmore = 1\r\n"
AFTER = BEFORE.replace(OLD.encode(), NEW.encode(), 1)


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    """An inbox nothing was written to."""
    return Inbox(inbox_root(str(tmp_path / "common"), "@"))


def event(inbox: Inbox, report: str, before: bytes = BEFORE, after: bytes = AFTER) -> Event:
    """An edit with its report; the content after it is missing from the inbox."""
    edit = Event(
        1,
        "ai",
        "a.py",
        inbox.put_blob(before),
        inbox.put_blob(after),
        "2026-02-01T10:00:04Z",
        input=inbox.put_text(report),
    )
    assert edit.after is not None
    os.unlink(inbox.blobs.path(edit.after.digest))
    return edit


def report(old: object, new: object) -> str:
    """A report as the adapter of Claude Code keeps it."""
    return "[tool Edit toolu_1]\n" + json.dumps({"old_string": old, "new_string": new})


def test_a_reported_replacement_makes_the_content(inbox: Inbox) -> None:
    """The content after a replaced text is not read from the inbox."""
    edit = event(inbox, report(OLD, NEW))
    make_after(inbox, edit)
    assert edit.after is not None
    assert inbox.get_blob(edit.after) == AFTER


@pytest.mark.parametrize(
    "words",
    [
        report(OLD, NEW + " "),
        report("absent", NEW),
        report("", NEW),
        report(7, NEW),
        report(OLD, None),
        "[tool Edit]\n{",
        "no JSON",
        report(OLD, NEW) + " " * (1 << 16),
    ],
    ids=["another text", "absent", "empty", "number", "null", "cut off", "no JSON", "long"],
)
def test_other_reports_make_nothing(inbox: Inbox, words: str) -> None:
    """A report that does not give exactly the content after the edit has no effect."""
    edit = event(inbox, words)
    make_after(inbox, edit)
    assert edit.after is not None
    with pytest.raises(Damaged, match="missing"):
        inbox.get_blob(edit.after)


def test_a_missing_content_before_is_no_error(inbox: Inbox) -> None:
    """Without the content before the edit nothing is made, and nothing raised."""
    edit = event(inbox, report(OLD, NEW))
    assert edit.before is not None
    assert edit.after is not None
    os.unlink(inbox.blobs.path(edit.before.digest))
    make_after(inbox, edit)
    with pytest.raises(Damaged, match="missing"):
        inbox.get_blob(edit.after)


def test_small_contents_are_read(inbox: Inbox) -> None:
    """A content that is read faster than made is read, as it was stored."""
    edit = event(inbox, report("b", "c"), b"a b\n", b"a c\n")
    make_after(inbox, edit)
    assert edit.after is not None
    with pytest.raises(Damaged, match="missing"):
        inbox.get_blob(edit.after)
