"""The inbox: order, privacy, limits, damage, age."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from gitprov.errors import Damaged
from gitprov.model.event import ContentRef, Event, Problem, Turn
from gitprov.model.lines import utf8
from gitprov.model.notes.spent import Spent
from gitprov.model.ranges import LineSet
from gitprov.store.inbox import blobs, limits, retention
from gitprov.store.inbox.inbox import LOG_LIMIT, Inbox, inbox_root
from gitprov.store.inbox.sessions import session_key
from gitprov.store.inbox.snapshots import Snapshot
from tests.support.sealed import ROOT

NOW = time.time()
DAY = 86400.0


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    """An inbox nothing was written to."""
    return Inbox(inbox_root(str(tmp_path / "common"), "@"))


def row(inbox: Inbox, path: str = "a.py", after: bytes = b"x\n", **more: object) -> dict[str, Any]:
    """An event to append."""
    ref = inbox.put_blob(after).to_json()
    return {"type": "ai", "path": path, "before": None, "after": ref, "at": "2026-02-01T10:00:04Z", **more}


def spent(lines: str, dropped: str = "", trace: str | None = None) -> Spent:
    """What commits used of an event."""
    return Spent(LineSet.parse(lines), LineSet.parse(dropped), trace)


def seqs(found: list[Event | Problem]) -> list[int | None]:
    """The seq of each event or problem."""
    return [one.seq for one in found]


def files(inbox: Inbox) -> list[str]:
    """Every file of the inbox, relative to it."""
    return sorted(str(one.relative_to(inbox.root)) for one in Path(inbox.root).rglob("*") if one.is_file())


def age(path: str, days: float) -> None:
    """Make a file as old as that."""
    os.utime(path, (NOW - days * DAY, NOW - days * DAY))


def test_reading_an_inbox_that_is_not_there(inbox: Inbox) -> None:
    """Reading finds nothing and creates nothing."""
    assert inbox.events() == inbox.archived() == inbox.problems() == []
    assert inbox.spent(1) == Spent()
    assert inbox.turn("k", "000001") is None
    assert inbox.last_event("a") is None
    assert not inbox.exists()
    inbox.retire([])
    retention.prune(inbox, NOW)
    assert not os.path.exists(inbox.root)


def test_events_are_numbered_in_order(inbox: Inbox) -> None:
    """Each event gets the next number and comes back as it was written."""
    assert [inbox.append_event(row(inbox, f"{n}.py")) for n in range(3)] == [1, 2, 3]
    events = inbox.events()
    assert [one.path for one in events if isinstance(one, Event)] == ["0.py", "1.py", "2.py"]
    assert inbox.exists()
    last = inbox.last_event("1.py")
    assert last is not None
    assert last.seq == 2


def test_an_event_that_is_none_is_refused(inbox: Inbox) -> None:
    """A row of wrong shape never reaches the disk."""
    with pytest.raises(ValueError, match="path"):
        inbox.append_event({**row(inbox), "path": 7})
    assert inbox.events() == []


def test_everything_is_private(inbox: Inbox) -> None:
    """All directories are 0700 and all files 0600, whatever the umask."""
    old = os.umask(0)
    try:
        inbox.append_once("k", [row(inbox)])
        inbox.marks.put("other", Snapshot("a", None))
        inbox.log_problem("x", "now")
        inbox.sessions.start(Turn("k", ""))
        inbox.mark_spent(1, spent("1"))
        inbox.reserve_seq(1)
    finally:
        os.umask(old)
    for one in [Path(inbox.root), *Path(inbox.root).rglob("*")]:
        assert one.stat().st_mode & 0o777 == (0o700 if one.is_dir() else 0o600), one


def test_numbers_are_never_given_twice(inbox: Inbox) -> None:
    """Retired, pruned and forgotten events keep their numbers, also when the hint file is lost."""
    for _ in range(3):
        inbox.append_event(row(inbox))
    inbox.retire([3, 2])
    assert inbox.append_event(row(inbox)) == 4
    inbox.retire([4, 1])
    os.unlink(os.path.join(inbox.root, "last-seq"))
    assert inbox.append_event(row(inbox)) == 5
    retention.erase(inbox, retention.erasure(inbox, {5}, set()))
    assert inbox.append_event(row(inbox)) == 6
    age(inbox.event_path(6), 31)
    retention.prune(inbox, NOW)
    assert inbox.append_event(row(inbox)) == 7


def test_large_and_binary_contents_are_named_only(inbox: Inbox) -> None:
    """Over 1 MiB, or with an early NUL, a content keeps digest and size; text of the model is kept."""
    large = inbox.put_blob(b"x" * ((1 << 20) + 1))
    assert (large.stored, large.why, large.size) == (False, "large", (1 << 20) + 1)
    binary = inbox.put_blob(b"x\0")
    assert (binary.stored, binary.why) == (False, "binary")
    assert inbox.put_blob(b"x" * (1 << 20)).stored
    assert inbox.put_blob(b"x" * 8000 + b"\0").stored
    assert inbox.put_text("\0" + "x" * (2 << 20)).stored
    with pytest.raises(Damaged, match="large"):
        inbox.get_blob(large)


def test_contents_come_back_or_are_damaged(inbox: Inbox) -> None:
    """A content is its bytes or an error, never other bytes; who has read it keeps what was right."""
    ref = inbox.put_blob(b"hello\n")
    path = inbox.blobs.path(ref.digest)
    assert inbox.get_blob(ref) == b"hello\n"
    for wrong in (b"", b"rubbish", Path(inbox.blobs.path(inbox.put_blob(b"other").digest)).read_bytes()):
        Path(path).write_bytes(wrong)
        with pytest.raises(Damaged):
            Inbox(inbox.root).get_blob(ref)
    os.unlink(path)
    with pytest.raises(Damaged, match="missing"):
        Inbox(inbox.root).get_blob(ref)
    assert inbox.get_blob(ref) == b"hello\n"


def test_little_is_kept_in_memory(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the contents that were read the first ones are kept up to a bound, of the others the last one."""
    monkeypatch.setattr(blobs, "_IN_MEMORY", 2 << 20)
    kept = blobs.Blobs(inbox.blobs.root, "")
    refs = [inbox.put_blob(bytes([65 + n]) * (1 << 20)) for n in range(7)]
    for ref in refs:
        kept.get(ref)
    for ref in refs:
        os.unlink(kept.path(ref.digest))
    with pytest.raises(Damaged, match="missing"):
        kept.get(refs[5])
    for n in (0, 6):
        assert kept.get(refs[n]) == bytes([65 + n]) * (1 << 20)


@pytest.mark.parametrize("wrong", [b"", b"{", b"[]", b'{"v":1}', b"\xff", b"[" * 100000])
def test_damage_hides_nothing_else(inbox: Inbox, wrong: bytes) -> None:
    """A damaged event is a problem in its place; the others are read."""
    for _ in range(3):
        inbox.append_event(row(inbox))
    Path(inbox.event_path(2)).write_bytes(wrong)
    found = inbox.events()
    assert seqs(found) == [1, 2, 3]
    assert [isinstance(one, Problem) for one in found] == [False, True, False]
    assert inbox.last_event("a.py") == found[2]
    assert inbox.append_event(row(inbox)) == 4


def test_an_event_under_a_wrong_name_is_damage(inbox: Inbox) -> None:
    """A file whose number is not its event's is a problem."""
    inbox.append_event(row(inbox))
    os.rename(inbox.event_path(1), inbox.event_path(7))
    (found,) = inbox.events()
    assert str(found) == "events/0000000007.json: holds seq 1"


def test_spent_lines(inbox: Inbox) -> None:
    """Marks are replaced as a whole, follow their event to the archive, and damage reads as nothing."""
    inbox.append_event(row(inbox))
    inbox.mark_spent(1, spent("1-2", "4"))
    inbox.mark_spent(1, spent("1-3", "4"))
    assert inbox.spent(1) == spent("1-3", "4")
    inbox.mark_spent(1, spent("1-3", "4", "gen_20260201_0123456789"))
    assert inbox.spent(1).trace == "gen_20260201_0123456789"
    assert inbox.seqs() == [1]
    inbox.retire([1, 1, 9])
    assert inbox.events() == []
    assert seqs(inbox.archived()) == [1]
    assert inbox.spent(1) == spent("1-3", "4", "gen_20260201_0123456789")
    Path(inbox.archived_spent_path(1)).write_bytes(b"{")
    assert inbox.spent(1) == Spent()


def test_many_events_of_one_process(inbox: Inbox) -> None:
    """Another process's event is never numbered twice, neither while it is live nor after it retired."""
    assert inbox.append_event(row(inbox)) == 1
    other = Inbox(inbox.root)
    assert other.append_event(row(inbox)) == 2
    assert inbox.append_event(row(inbox)) == 3
    assert other.append_event(row(inbox)) == 4
    other.retire([4])
    assert inbox.append_event(row(inbox)) == 5


def test_one_report_is_recorded_once(inbox: Inbox) -> None:
    """A second delivery adds nothing, a delivery after one that was killed adds what is missing."""
    rows = [row(inbox, tool_use_id="t", key="k"), {**row(inbox, tool_use_id="t", key="k"), "type": "human"}]
    assert inbox.append_once("t", rows) == [1, 2]
    assert inbox.append_once("t", rows) == []
    (mark,) = Path(inbox.marks.root).iterdir()
    mark.write_bytes(b"")
    assert inbox.append_once("t", rows) == []
    mark.write_bytes(b"")
    os.unlink(inbox.event_path(2))
    assert Inbox(inbox.root).append_once("t", rows) == [2]
    assert inbox.marks.is_done("t")


def test_snapshots(inbox: Inbox) -> None:
    """A snapshot waits for its tool use; a damaged one reads as none."""
    inbox.marks.put("t", Snapshot("a", None))
    assert inbox.marks.get("t") == Snapshot("a", None)
    (path,) = Path(inbox.marks.root).iterdir()
    for wrong in (b"{", b"[]", b"{}", b"null"):
        path.write_bytes(wrong)
        assert inbox.marks.get("t") is None
    inbox.marks.drop("t")
    inbox.marks.drop("t")
    assert inbox.marks.get("t") is None


def test_turns(inbox: Inbox) -> None:
    """A turn is what its prompt, its end and its use told, together."""
    key = session_key("a", "s")
    first = inbox.sessions.start(Turn(key, "", prompt=inbox.put_text("p")))
    assert first.turn == "000001"
    assert inbox.sessions.start(first).turn == "000002"
    inbox.sessions.finish(Turn(key, "000001", model="m", output=inbox.put_text("o")))
    inbox.sessions.finish(Turn(key, "000001", usage={"n": 1}))
    inbox.mark_used(key, "000001", "gen_20260201_0123456789")
    turn = inbox.turn(key, "000001")
    assert isinstance(turn, Turn)
    assert (turn.model, turn.usage, turn.parent) == ("m", {"n": 1}, "gen_20260201_0123456789")
    assert turn.prompt is not None
    latest = inbox.sessions.latest(key)
    assert latest is not None
    assert latest.turn == "000002"
    with pytest.raises(ValueError, match="not a turn"):
        inbox.turn(key, "../x")


def test_a_turn_under_its_own_id_is_filled_in(inbox: Inbox) -> None:
    """Later reports of a turn add what earlier ones left out, and replace nothing."""
    inbox.sessions.put(Turn("k", "t1", model="m"))
    assert inbox.sessions.put(Turn("k", "t1", model="other", session="s")).session == "s"
    turn = inbox.turn("k", "t1")
    assert isinstance(turn, Turn)
    assert (turn.model, turn.session) == ("m", "s")


def test_damaged_turns(inbox: Inbox) -> None:
    """A damaged turn is a problem, a damaged end is as none."""
    inbox.sessions.start(Turn("k", ""))
    room = Path(inbox.sessions.root) / "k"
    (room / "end-000001.json").write_bytes(b"{")
    (room / "used-000001.json").write_bytes(b"[7]")
    assert isinstance(inbox.turn("k", "000001"), Turn)
    (room / "turn-000001.json").write_bytes(b'{"v":9}')
    assert isinstance(inbox.turn("k", "000001"), Problem)
    assert inbox.sessions.latest("k") is None
    (room / "cursor.json").write_bytes(b"{")
    assert inbox.sessions.noted("k", "cursor") == {}


def test_the_log_is_one_line_each_and_bounded(inbox: Inbox) -> None:
    """Problems are lines, whatever is in them; a full log starts anew and keeps one predecessor."""
    inbox.log_problem("bad\nname \udcff", "2026-02-01T10:00:04Z")
    (problem,) = inbox.problems()
    assert (problem.at, problem.message) == ("2026-02-01T10:00:04Z", r"bad\nname \udcff")
    Path(inbox.root, "log").write_text("x" * (LOG_LIMIT + 1) + "\n")
    inbox.log_problem("next", "2026-02-01T10:00:05Z")
    assert os.path.getsize(os.path.join(inbox.root, "log")) < 100
    assert inbox.problems()[-1].message == "next"


def test_lone_surrogates_in_texts() -> None:
    """Text no file can hold is written with U+FFFD."""
    assert utf8("a\ud800b") == "a\ufffdb".encode()


def test_leftovers_go(inbox: Inbox) -> None:
    """Temporaries go after an hour, snapshots after a day, unused contents after an hour; live ones stay."""
    inbox.append_once("k", [row(inbox, after=b"used")])
    used = inbox.blobs.path(inbox.put_blob(b"used").digest)
    unused = inbox.blobs.path(inbox.put_blob(b"unused").digest)
    fresh = inbox.blobs.path(inbox.put_blob(b"fresh").digest)
    inbox.marks.put("old", Snapshot("a", None))
    old = [os.path.join(inbox.tmp, "left"), unused, used]
    Path(old[0]).write_bytes(b"x")
    for path in old:
        age(path, 0.1)
    for snapshot in Path(inbox.marks.root).glob("*.json"):
        age(str(snapshot), 2)
    Path(inbox.root, "spent").mkdir()
    Path(inbox.root, "spent", "0000000009.json").write_bytes(b"{}")
    assert retention.prune(inbox, NOW) == []
    assert [os.path.exists(path) for path in (*old, fresh)] == [False, False, True, True]
    assert inbox.marks.get("old") is None
    assert inbox.marks.is_done("k")
    assert os.listdir(os.path.join(inbox.root, "spent")) == []


def test_a_clock_that_goes_backwards_loses_nothing(inbox: Inbox) -> None:
    """Files from the future are kept."""
    inbox.append_event(row(inbox))
    before = files(inbox)
    assert retention.prune(inbox, NOW - 1000 * DAY) == []
    assert files(inbox) == before


def test_old_evidence_goes(inbox: Inbox) -> None:
    """After 30 days archive, uncommitted events and their turns go, and the loss is told."""
    turn = inbox.sessions.start(Turn("k", ""))
    young = inbox.sessions.start(Turn("young", ""))
    for name in (turn, young):
        inbox.append_event(row(inbox, key=name.key, turn=name.turn))
    inbox.append_event(row(inbox))
    inbox.retire([3])
    for path in (inbox.event_path(1), os.path.join(inbox.sessions.root, "k", "turn-000001.json")):
        age(path, 31)
    age(inbox.archived_path(3), 31)
    (said,) = retention.prune(inbox, NOW)
    assert "1 edits were never committed" in said
    assert seqs(inbox.events() + inbox.archived()) == [2]
    assert inbox.turn("k", "000001") is None
    assert isinstance(inbox.turn("young", "000001"), Turn)


def test_a_living_session_keeps_its_last_turn(inbox: Inbox) -> None:
    """The newest turn of a session in use stays, so that no number comes twice."""
    for _ in range(2):
        inbox.sessions.start(Turn("k", ""))
    room = os.path.join(inbox.sessions.root, "k")
    for name in os.listdir(room):
        age(os.path.join(room, name), 31)
    inbox.sessions.note("k", "cursor", {})
    retention.prune(inbox, NOW)
    assert inbox.sessions.turns("k") == ["000002"]


def pruned(inbox: Inbox, archive_bytes: int) -> list[str]:
    """What pruning tells under another `max_archive_bytes`."""
    home = os.path.dirname(os.path.dirname(inbox.root))
    limits.keep(home, limits.Limits(archive_bytes=archive_bytes))
    return retention.prune(Inbox(inbox.root), NOW)


def test_too_much_evidence_goes_oldest_first(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Above the size limit the archive goes first, then turns without edits; above a second limit the oldest events."""
    quiet = [inbox.sessions.start(Turn("q", "", prompt=inbox.put_text("q" * n))) for n in range(1, 3)]
    turn_path = os.path.join(inbox.sessions.root, "q", f"turn-{quiet[0].turn}.json")
    age(turn_path, 1)
    for _ in range(4):
        inbox.append_event(row(inbox, after=os.urandom(2000).hex().encode()))
    inbox.retire([4])
    total = sum(size for size, _ in inbox.blobs.sizes().values())
    assert pruned(inbox, total) == []
    assert pruned(inbox, total - 1) == []
    assert inbox.archived() == []
    assert seqs(inbox.events()) == [1, 2, 3]
    assert os.path.exists(turn_path)
    assert pruned(inbox, 0) == []
    assert seqs(inbox.events()) == [1, 2, 3]
    monkeypatch.setattr(retention, "LIVE_LIMIT", total // 3)
    (said,) = pruned(inbox, 0)
    assert "oldest 2 edits" in said
    assert not os.path.exists(turn_path)
    assert seqs(inbox.events()) == [3]
    (event,) = inbox.events()
    assert isinstance(event, Event)
    assert event.after is not None
    assert inbox.get_blob(event.after)


def test_forgetting_is_complete(inbox: Inbox) -> None:
    """A forgotten event leaves no content, turn or mark behind; what others need stays."""
    secret = inbox.sessions.start(Turn("k", "", prompt=inbox.put_text("secret prompt")))
    inbox.append_event(row(inbox, after=b"secret\n", key=secret.key, turn=secret.turn))
    inbox.append_event(row(inbox, after=b"shared\n", key=secret.key, turn=secret.turn))
    inbox.append_event(row(inbox, after=b"shared\n"))
    inbox.mark_spent(1, spent("1"))
    inbox.retire([2])
    events = [one for one in inbox.events() + inbox.archived() if isinstance(one, Event) and one.turn]
    assert len(events) == 2
    turns = {(one.key, one.turn) for one in events if one.key and one.turn}
    retention.erase(inbox, retention.erasure(inbox, {one.seq for one in events}, turns))
    assert seqs(inbox.events()) == [3]
    kept = [name for name in files(inbox) if not name.startswith("last-seq")]
    (event,) = inbox.events()
    assert isinstance(event, Event)
    assert isinstance(event.after, ContentRef)
    digest = event.after.digest[7:]
    assert kept == sorted([f"blobs/{digest[:2]}/{digest[2:]}", "events/0000000003.json", "waiting"])


APPEND = """
import sys
from gitprov.store.inbox.inbox import Inbox
inbox = Inbox(sys.argv[1])
for n in range(10):
    ref = inbox.put_blob(b"%d" % n).to_json()
    inbox.append_event({"type": "ai", "path": sys.argv[2], "before": None, "after": ref, "at": "x"})
    inbox.append_once("same %d" % n, [{"type": "ai", "path": "same", "before": None, "after": ref,
                                       "at": "x", "tool_use_id": "same %d" % n}])
    if sys.argv[2] == "0":
        inbox.retire([n])
"""


def test_a_seq_that_was_retired_meanwhile(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that counted before another one added and retired an event does not give its seq again."""
    assert inbox.append_event(row(inbox)) == 1
    inbox.retire([1])
    late = Inbox(inbox.root)
    count = late.next_seq
    answers = iter([1])
    monkeypatch.setattr(late, "next_seq", lambda: next(answers, None) or count())
    assert late.append_event(row(inbox, "b.py")) == 2
    assert inbox.seqs() == [2]


@pytest.mark.slow
def test_sixteen_processes_at_once(inbox: Inbox, env: dict[str, str]) -> None:
    """Nothing is lost, doubled or overwritten when sixteen processes write and one of them retires."""
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", APPEND, inbox.root, str(n)], env={**env, "PYTHONPATH": str(ROOT)}
        )
        for n in range(16)
    ]
    assert [run.wait(60) for run in runs] == [0] * 16
    found = inbox.events() + inbox.archived()
    events = [one for one in found if isinstance(one, Event)]
    assert len(events) == len(found) == 16 * 10 + 10
    assert sorted(one.seq for one in events) == list(range(1, 171))
    for n in range(16):
        assert sum(one.path == str(n) for one in events) == 10
    assert os.listdir(inbox.tmp) == []
