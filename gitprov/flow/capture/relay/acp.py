"""Records what passes between an editor and its agent in the Agent Client Protocol.

Files are read when an edit is announced and when it is reported as done: an edit is recorded as far as the
file shows it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from typing import NamedTuple

from gitprov.agents.acp import acp, acp_edits
from gitprov.agents.acp.acp import AcpReport, Conversation
from gitprov.agents.acp.acp_edits import Decided, Seen
from gitprov.agents.claude.claude_code import Hook
from gitprov.agents.payloads import edits, report
from gitprov.agents.payloads.report import FileEdit, same_text
from gitprov.errors import GitprovError
from gitprov.flow.capture import arrivals, live
from gitprov.flow.capture.arrivals import Delivered, EditTarget
from gitprov.flow.capture.digest import digest
from gitprov.flow.capture.edit_contents import EditedFile
from gitprov.flow.capture.last_known import last_known
from gitprov.flow.capture.moment import Moment, content_of, inbox_of, place_of
from gitprov.flow.capture.moment import report as log
from gitprov.flow.capture.sessions import turns
from gitprov.flow.capture.shell import renamed_from
from gitprov.git.locate import Location
from gitprov.model.canonical import sha256_hex
from gitprov.model.event import ContentRef, Event, Turn
from gitprov.store.inbox.inbox import Inbox

_KEPT = 64 << 20
"""Bytes of files that are kept between the announcement of an edit and its end."""

_SESSIONS = 1000
"""How many sessions' turns are remembered."""

_LOCK = "acp"
"""Key of the mark that a process holds while it compares an edit with the events and adds its own."""

_LARGE = 1 << 20
"""Longer lines are read only where they have one of the marks of edits and prompts."""

_MARKS = (b'"diff"', b"write_text_file", b"prompt", b"tool_call")
_EARLY = (b"write_text_file", b"request_permission")


class DiskFile(NamedTuple):
    """A file as it was when an edit of it was announced. `seq` is the newest event's at that moment."""

    content: bytes | None
    seq: int


class AcpRecorder:
    """Records the messages of one conversation. `look_early` may run beside `record`, in another thread."""

    def __init__(self, words: tuple[str, ...], env: Mapping[str, str], cwd: str, agent: str | None) -> None:
        self._conversation = Conversation(words, agent)
        self._env = env
        self._cwd = cwd
        self._looks: dict[tuple[str, str, str], DiskFile] = {}
        self._connection = os.urandom(8).hex()
        self._turns: dict[str, Turn | None] = {}

    def look_early(self, line: bytes) -> None:
        """Read the files of an edit that waits for the editor, before the editor gets the message."""
        if not any(mark in line for mark in _EARLY):
            return
        try:
            message = acp.early_paths(line)
            if message is not None:
                session, call, paths = message
                for path in paths:
                    self._look(session, call, self._place(path, self._cwd))
        except Exception as error:  # noqa: BLE001 - the stream goes on whatever happens
            self._problem(error)

    def record(self, line: bytes, from_agent: bool) -> None:
        """Record what one line reports. Problems go to the log that doctor reads; never raises."""
        if len(line) > _LARGE and not any(mark in line for mark in _MARKS):
            return
        try:
            entries = self._conversation.read(line, from_agent)
        except Exception:  # noqa: BLE001 - whatever an agent prints beside the protocol is passed on alone
            return
        for entry in entries:
            try:
                self._carry_out(entry)
            except Exception as error:  # noqa: BLE001 - the other reports are recorded all the same
                self._problem(error)

    def log_dropped(self, size: int) -> None:
        """Log that messages were passed on and not read, since recording was too far behind."""
        log(f"acp: {size} bytes of messages were not read", self._moment(self._cwd))

    def _carry_out(self, entry: AcpReport) -> None:
        hook = entry.report.hook
        moment = self._moment(hook.cwd or self._cwd)
        delivered = Delivered(acp.HOST, None, {}, entry.report)
        if hook.name == report.PROMPT:
            self._turns.pop(hook.session, None)
            self._turns[hook.session] = turns.submit(hook, moment, host=acp.HOST, connection=self._connection)
            if len(self._turns) > _SESSIONS:
                del self._turns[next(iter(self._turns))]
        elif hook.name == report.STOP:
            self._stop(entry, moment)
        else:
            targets = arrivals.targets_of(entry.report, moment)
            if hook.name == report.BEFORE:
                for target in targets:
                    self._look(hook.session, hook.tool_use_id or "", target.place)
                return
            if hook.name == report.AFTER:
                for inbox, group in arrivals.by_inbox(delivered, moment):
                    with inbox.marks.hold(_LOCK):
                        self._record(delivered, inbox, group, moment)
            for target in targets:
                self._looks.pop(_name(hook.session, hook.tool_use_id or "", target.place), None)

    def _record(self, delivered: Delivered, inbox: Inbox, targets: list[EditTarget], moment: Moment) -> None:
        """Record what a tool use did to files of a work tree, while no other connection records there."""
        hook = delivered.report.hook
        digest(inbox, self._env)
        changes = [
            change
            for change in self._changes(delivered, inbox, targets, moment)
            if not _is_reported(inbox, change)
        ]
        key = f"{hook.tool_key}\0{os.urandom(8).hex()}"
        live.record_edits(delivered, inbox, changes, key, moment, self._turns.get(hook.session))

    def _changes(
        self, delivered: Delivered, inbox: Inbox, targets: list[EditTarget], moment: Moment
    ) -> list[EditedFile]:
        """What the tool use did to its files, in order."""
        hook = delivered.report.hook
        changes: list[EditedFile] = []
        latest: dict[str, Seen] = {}
        gone = self._gone(hook, targets)
        for target in targets:
            path = target.place.path
            look = self._looks.get(_name(hook.session, hook.tool_use_id or "", target.place))
            is_late = look is not None and _is_late(target.edit, look, inbox, path)
            before = Seen(look.content) if look is not None and is_late else None
            seen = latest.get(path) or before or self._seen(look, inbox, target.place)
            if gone and seen == Seen(None):
                seen = Seen(renamed_from(content_of(target.place) or b"", gone))
            try:
                change = _decided(target.edit, seen, content_of(target.place))
            except ValueError as error:
                log(f"an edit of {path} was not recorded: {error}", moment, inbox)
                continue
            if change is not None and change.before != change.after:
                changes.append(EditedFile("ai", path, change.before, change.after, late=is_late))
                latest[path] = Seen(change.after)
        return changes

    def _gone(self, hook: Hook, targets: list[EditTarget]) -> dict[str, bytes | None]:
        """The files that a renaming tool removed, with their contents when it was announced."""
        if hook.tool != acp.MOVE:
            return {}
        looks = {
            target.place.path: self._looks.get(_name(hook.session, hook.tool_use_id or "", target.place))
            for target in targets
            if content_of(target.place) is None
        }
        return {path: look.content for path, look in looks.items() if look is not None}

    def _seen(self, look: DiskFile | None, inbox: Inbox, place: Location) -> Seen:
        """The file before an edit: when it was announced, or after the newest event since."""
        if look is None:
            return Seen(last_known(inbox, place, self._env), exact=False)
        event = inbox.last_event(place.path)
        if event is None or event.seq <= look.seq:
            return Seen(look.content)
        return Seen(inbox.kept(event.after))

    def _look(self, session: str, call: str, place: Location | None) -> None:
        name = None if place is None else _name(session, call, place)
        if place is None or name is None or name in self._looks:
            return
        inbox = inbox_of(place)
        self._looks[name] = DiskFile(content_of(place), inbox.next_seq() - 1)
        while sum(len(look.content or b"") for look in list(self._looks.values())) > _KEPT:
            self._looks.pop(next(iter(self._looks)), None)

    def _stop(self, entry: AcpReport, moment: Moment) -> None:
        """End a turn, with the model, the version and the tokens that the messages contain."""
        hook = entry.report.hook
        turn = self._turns.get(hook.session)
        turns.stop(hook, moment, turn)
        place = turns.home(hook, moment)
        inbox = None if place is None else inbox_of(place)
        if inbox is not None and turn is None:
            turn = inbox.sessions.latest(arrivals.session_of(entry.report))
        if inbox is not None and turn is not None:
            version = entry.report.version
            end = Turn(turn.key, turn.turn, agent_version=version, model=hook.model, usage=entry.usage)
            inbox.sessions.finish(end)

    def _place(self, path: str, cwd: str) -> Location | None:
        place = place_of(os.path.join(cwd, path), cwd, self._env)
        return place if place is not None and place.path else None

    def _moment(self, cwd: str) -> Moment:
        return Moment(time.time(), self._env, cwd)

    def _problem(self, error: Exception) -> None:
        plain = isinstance(error, (OSError, ValueError, GitprovError))
        log(f"acp: {error if plain else repr(error)}", self._moment(self._cwd))


def _decided(edit: FileEdit, seen: Seen, disk: bytes | None) -> Decided | None:
    """What one edit did to its file. ValueError where the contents do not show it."""
    if edit.content is not None:
        before = seen.content
        if not seen.exact and before is not None and before != disk:
            raise ValueError("the content of the file before the edit is unknown")
        return Decided(before, edits.like(edit.content, disk, before))
    if edit.replaces:
        return acp_edits.decide(edit.replaces[0], seen, disk)
    return Decided(seen.content, disk) if seen.exact else None


def _is_late(edit: FileEdit, look: DiskFile, inbox: Inbox, path: str) -> bool:
    """Whether an event that another process has recorded since the announcement is of a later edit.

    The event began with the whole text of this edit; or the text that this edit replaces was there when it
    was announced, and is not in the event's result.
    """
    old = edits.encode(edit.replaces[0].old) if edit.replaces else b""
    if edit.content is None and not (old and old in (look.content or b"")):
        return False
    entries = (inbox.event(seq) for seq in inbox.seqs() if seq > look.seq)
    for event in entries:
        if not isinstance(event, Event) or event.path != path:
            continue
        if edit.content is None and old not in (inbox.kept(event.after) or b""):
            return True
        before = inbox.kept(event.before)
        if edit.content is not None and before is not None and same_text(edits.encode(edit.content), before):
            return True
    return False


def _name(session: str, call: str, place: Location) -> tuple[str, str, str]:
    return session, call, os.path.join(place.worktree, place.path)


def _is_reported(inbox: Inbox, change: EditedFile) -> bool:
    """Whether the newest event of a file is this edit: the agent's own hooks have reported it."""
    event = inbox.last_event(change.path) if change.type == "ai" else None
    if event is None or event.type != "ai":
        return False
    return [_digest(change.before), _digest(change.after)] == [
        None if side is None else side.digest for side in (event.before, event.after)
    ]


def _digest(content: bytes | ContentRef | None) -> str | None:
    if content is None or isinstance(content, ContentRef):
        return None if content is None else content.digest
    return f"sha256:{sha256_hex(content)}"
