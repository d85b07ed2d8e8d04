"""Keeps an inbox small: removes old evidence, then the oldest remaining evidence down to a size limit."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from gitprov.model.event import Event, Turn
from gitprov.store import files
from gitprov.store.inbox import intents, outputs, spool, waiting
from gitprov.store.inbox import seen as sightings
from gitprov.store.inbox.sessions import SWEPT_TURN

if TYPE_CHECKING:
    from gitprov.store.inbox.inbox import Inbox

HOUR = 3600.0
DAY = 24 * HOUR

LIVE_LIMIT = 256 << 20
"""Bytes of compressed contents up to which evidence that no commit used is never removed for its size."""
_DIGEST = re.compile(rb"sha256:[0-9a-f]{64}")


def prune(inbox: Inbox, now: float) -> list[str]:
    """Remove leftovers and old evidence; returns a message for each loss of evidence that a user may miss.

    Leftovers of killed processes are removed after an hour, unclaimed snapshots after a day, evidence after
    `inbox.limits.keep_days`, and the oldest evidence while contents exceed `archive_bytes`. `now` is seconds
    since 1970.
    """
    limits = inbox.limits
    _remove_older(inbox.tmp, now - HOUR)
    for path in spool.incomplete(inbox):
        if files.age(path, now) > HOUR:
            files.remove(path)
    _remove_older(spool.aside(inbox), now - limits.keep_seconds)
    _remove_older(inbox.marks.root, now - DAY)
    for path in intents.names(inbox):
        if files.age(path, now) > DAY:
            files.remove(path)
    for path in outputs.paths(inbox):
        if files.age(path, now) > limits.keep_seconds:
            files.remove(path)
    _remove_older(os.path.join(inbox.root, "archive"), now - limits.keep_seconds)
    messages = _drop_old_events(inbox, now, limits.keep_days)
    _drop_old_sessions(inbox, now, limits.keep_seconds)
    _drop_orphan_marks(inbox)
    sightings.prune(inbox)
    _collect(inbox, now - HOUR)
    messages += _shrink(inbox, limits.archive_bytes, now)
    waiting.settle(inbox)
    return messages


class Erasure(NamedTuple):
    """The data to erase from one inbox: events by seq, turns by (session key, turn), and their contents."""

    seqs: tuple[int, ...]
    turns: tuple[tuple[str, str], ...]
    digests: tuple[str, ...]


def erasure(inbox: Inbox, seqs: set[int], turns: set[tuple[str, str]]) -> Erasure:
    """The erasure of events and turns, with the contents they refer to.

    Computed before anything is removed, so that an interrupted erasure can be completed.
    """
    paths = [path for room in ("events", "archive") for seq, path in _event_files(inbox, room) if seq in seqs]
    paths += [path for key, turn in turns for path in _turn_files(inbox, key, turn)]
    digests = {digest for path in paths for digest in _digests(path)}
    return Erasure(tuple(sorted(seqs)), tuple(sorted(turns)), tuple(sorted(digests)))


def erase(inbox: Inbox, what: Erasure) -> None:
    """Erase events, then turns without other events, then unreferenced contents. Safe to repeat."""
    if what.seqs:
        inbox.reserve_seq(max(what.seqs))
    for seq in what.seqs:
        _erase_event(inbox, seq)
    needed = _turns_of(_readable(inbox))
    for key, turn in what.turns:
        if (key, turn) not in needed:
            _erase_turn(inbox, key, turn)
    waiting.settle(inbox, thorough=True)
    if what.digests:
        after = _references(inbox)
        for digest in what.digests:
            if digest not in after:
                files.remove(inbox.blobs.path(digest))


def needed_turns(inbox: Inbox, without: set[int]) -> set[tuple[str, str]]:
    """(session key, turn) of all readable events except the seqs in `without`."""
    return _turns_of([event for event in _readable(inbox) if event.seq not in without])


def _turn_files(inbox: Inbox, key: str, turn: str) -> list[str]:
    return [os.path.join(inbox.sessions.root, key, f"{kind}-{turn}.json") for kind in ("turn", "end", "used")]


def _erase_turn(inbox: Inbox, key: str, turn: str) -> None:
    """Remove a turn's files, but keep its position in the session if it has a transcript.

    The position ends the turn before it, and later reports of the agent still belong to this turn. A turn of
    a sweep stays too, so that no later sweep fills it again.
    """
    start, *rest = _turn_files(inbox, key, turn)
    entry = inbox.sessions.read(key, turn) if os.path.exists(start) else None
    for path in rest:
        files.remove(path)
    if isinstance(entry, Turn) and (entry.transcript is not None or entry.extra.get(SWEPT_TURN)):
        inbox.sessions.blank(entry)
    else:
        files.remove(start)


def _drop_old_events(inbox: Inbox, now: float, days: int) -> list[str]:
    old = [seq for seq, path in _event_files(inbox, "events") if files.age(path, now) > days * DAY]
    if not old:
        return []
    inbox.reserve_seq(old[-1])
    for seq in old:
        _erase_event(inbox, seq)
    return [f"prune: {len(old)} edits were never committed and are older than {days} days: forgotten"]


def _drop_old_sessions(inbox: Inbox, now: float, keep: float) -> None:
    """Remove old turns without events, except a live session's newest, whose number must not be reused."""
    needed = _turns_of(_readable(inbox))
    for key in files.names(inbox.sessions.root):
        room = os.path.join(inbox.sessions.root, key)
        ages = {name: files.age(os.path.join(room, name), now) for name in files.names(room)}
        living = any(age <= keep for age in ages.values())
        numbered = max((one for one in inbox.sessions.turns(key) if one.isdecimal()), default="")
        for name, age in ages.items():
            turn = name.partition("-")[2].removesuffix(".json")
            if age > keep and (key, turn) not in needed and not (living and turn == numbered):
                files.remove(os.path.join(room, name))
        if not files.names(room):
            files.remove_directory(room)


def _drop_orphan_marks(inbox: Inbox) -> None:
    room = os.path.join(inbox.root, "spent")
    for name in files.names(room):
        if not os.path.exists(os.path.join(inbox.root, "events", name)):
            files.remove(os.path.join(room, name))


def _collect(inbox: Inbox, before: float) -> None:
    """Remove unreferenced contents, except those used after `before`, which a process may yet refer to."""
    unused = {digest: used for digest, (_, used) in inbox.blobs.sizes().items() if used < before}
    if not unused:
        return
    needed = _references(inbox)
    for digest in unused:
        if digest not in needed:
            files.remove(inbox.blobs.path(digest))


def _shrink(inbox: Inbox, limit: int, now: float) -> list[str]:
    """Remove evidence, least needed first, until contents fit; live events only down to LIVE_LIMIT bytes."""
    sizes = {digest: size for digest, (size, _) in inbox.blobs.sizes().items()}
    total = sum(sizes.values())
    if total <= limit:
        return []
    needed = _references(inbox)
    live = 0
    for path, seq in _dispensable(inbox, now):
        is_live = _is_live(path)
        if total <= (max(limit, LIVE_LIMIT) if is_live else limit):
            break
        held = _digests(path)
        if seq is not None:
            inbox.reserve_seq(seq)
            live += is_live
            _erase_event(inbox, seq)
        files.remove(path)
        for digest in held:
            needed[digest] -= 1
            if needed[digest] == 0 and digest in sizes:
                files.remove(inbox.blobs.path(digest))
                total -= sizes[digest]
    return [f"prune: the inbox was too large; its oldest {live} edits were forgotten"] if live else []


def size(inbox: Inbox) -> int:
    """Bytes of compressed contents in an inbox."""
    return sum(held for held, _ in inbox.blobs.sizes().values())


def can_shrink(inbox: Inbox, now: float) -> bool:
    """Whether `prune` would remove evidence from an inbox that is larger than its limit."""
    path, _ = next(_dispensable(inbox, now), ("", None))
    return bool(path) and (not _is_live(path) or size(inbox) > LIVE_LIMIT)


def _is_live(path: str) -> bool:
    """Whether a file of evidence is an event that no commit holds completely."""
    return os.path.dirname(path).endswith("events")


def _dispensable(inbox: Inbox, now: float) -> Iterator[tuple[str, int | None]]:
    """(path, seq of an event or None) in order of removal: archive, turns without edits, then live events."""
    for seq, path in _event_files(inbox, "archive"):
        yield path, seq
    needed = _turns_of(_readable(inbox))
    for key in files.names(inbox.sessions.root):
        for turn in inbox.sessions.turns(key)[:-1]:
            path = os.path.join(inbox.sessions.root, key, f"turn-{turn}.json")
            if (key, turn) not in needed and files.age(path, now) > HOUR:
                yield path.replace("turn-", "end-"), None
                yield path, None
    for seq, path in _event_files(inbox, "events"):
        yield path, seq


def _erase_event(inbox: Inbox, seq: int) -> None:
    name = f"{seq:010d}"
    for room, kind in (("events", "json"), ("spent", "json"), ("archive", "json"), ("archive", "spent")):
        files.remove(os.path.join(inbox.root, room, f"{name}.{kind}"))


def _event_files(inbox: Inbox, room: str) -> list[tuple[int, str]]:
    directory = os.path.join(inbox.root, room)
    stems = [name[:-5] for name in files.names(directory) if name.endswith(".json")]
    return [(int(stem), os.path.join(directory, f"{stem}.json")) for stem in stems if stem.isdecimal()]


def _readable(inbox: Inbox) -> list[Event]:
    return [event for event in inbox.events() + inbox.archived() if isinstance(event, Event)]


def _turns_of(events: list[Event]) -> set[tuple[str, str]]:
    return {(event.key, event.turn) for event in events if event.key and event.turn}


def _references(inbox: Inbox) -> Counter[str]:
    """Digest → number of files that contain it, searched as bytes, so that damaged files count too."""
    references: Counter[str] = Counter()
    rooms = [os.path.join(inbox.root, name) for name in ("events", "archive", "snapshots", "spool")]
    rooms += [os.path.join(inbox.sessions.root, key) for key in files.names(inbox.sessions.root)]
    for room in rooms:
        for name in files.names(room):
            references.update(_digests(os.path.join(room, name)))
    return references


def _digests(path: str) -> set[str]:
    try:
        data = files.read(path) or b""
    except OSError:
        return set()
    return {match.decode("ascii") for match in _DIGEST.findall(data)}


def _remove_older(directory: str, moment: float) -> None:
    for name in files.names(directory):
        path = os.path.join(directory, name)
        try:
            if os.stat(path).st_mtime < moment:
                files.remove(path)
        except OSError:
            continue
