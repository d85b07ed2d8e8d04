"""Hooks of agents other than Claude Code: what each report writes to the inboxes of the files that it names.

A tool use that was announced is an intent (`store/inbox/intents.py`) until its report comes, its session ends
its turn, or a commit: then the content of the files decides whether it took place.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any, NamedTuple

from gitprov.agents import adapters, report
from gitprov.agents.report import FileEdit, Report
from gitprov.flow.capture import edit_contents, turns
from gitprov.flow.capture.moment import Moment, content_of, inbox_of, look_around, place_of
from gitprov.flow.capture.moment import report as log
from gitprov.git.locate import Location
from gitprov.model.event import ContentRef, Turn
from gitprov.store import files
from gitprov.store.inbox import intents
from gitprov.store.inbox.inbox import Inbox
from gitprov.store.inbox.intents import Intent
from gitprov.store.inbox.sessions import session_key
from gitprov.store.inbox.snapshots import Snapshot

_TAIL = 1 << 18
"""Bytes at the end of an agent's record of a session that are searched for the model."""


class Target(NamedTuple):
    """An edit and the location of its file, and of the file that it was before a rename."""

    edit: FileEdit
    place: Location
    source: Location | None


class Delivered(NamedTuple):
    """A report as it arrived: the agent's name on the command line, the event there, the payload."""

    agent: str
    event: str | None
    payload: dict[str, Any]
    report: Report


def read(agent: str, event: str | None, payload: object, moment: Moment) -> Delivered | None:
    """Read one payload; None where it has no meaning for lines. ValueError where it is not an object."""
    reading = adapters.read(agent, payload, event)
    if reading is None or not isinstance(payload, dict):
        return None
    if reading.transcript is not None and reading.transcript.startswith("~/"):
        reading = reading._replace(transcript=moment.env.get("HOME", "") + reading.transcript[1:])
    return Delivered(agent, event, payload, reading)


def inboxes(delivered: Delivered, moment: Moment) -> list[Inbox]:
    """The inboxes that a report is about: that of the session, and those of the files."""
    places = [turns.home(delivered.report.hook, moment)]
    places += [target.place for target in _targets(delivered.report, moment)]
    by_root = {inbox.root: inbox for inbox in (inbox_of(place) for place in places if place is not None)}
    return list(by_root.values())


def record(delivered: Delivered, moment: Moment) -> None:
    """Carry out one report. Raises ValueError and OSError for problems that go to the log."""
    hook, name = delivered.report.hook, delivered.report.hook.name
    around = inboxes(delivered, moment)
    for inbox in around:
        close(inbox, moment, _session(delivered.report), but=hook.tool_key, final=name in _ENDS)
    if name == report.PROMPT:
        turns.submit(hook, moment)
    elif name == report.BEFORE:
        _before(delivered, moment)
    elif name == report.AFTER:
        _after(delivered, moment)
    elif name == report.FAILED:
        for inbox in around:
            intents.drop(inbox, hook.tool_key)
    elif name == report.STOP:
        _stop(delivered, moment)
    elif name == report.START:
        turns.session_started(hook, moment)


_ENDS = (report.PROMPT, report.STOP)


def close(inbox: Inbox, moment: Moment, session: str | None, *, but: str = "", final: bool = False) -> None:
    """Record the open intents (of one session, except `but`) whose edits are in the files.

    `final`: the others were refused or failed, and are dropped.
    """
    for intent in intents.open_intents(inbox, session):
        if intent.key == but:
            continue
        delivered = read(intent.agent, intent.event, dict(intent.payload), moment)
        if delivered is not None and _happened(
            delivered.report, inbox, intent, moment._replace(cwd=intent.cwd)
        ):
            _after(delivered, moment._replace(cwd=intent.cwd))
        elif final:
            intents.drop(inbox, intent.key)


def _happened(announced: Report, inbox: Inbox, intent: Intent, moment: Moment) -> bool:
    """Whether every file is exactly as the announced edits make it, and one of them was not so before."""
    changed = False
    for target in _targets(announced, moment):
        if inbox_of(target.place).root != inbox.root or not target.edit.is_exact:
            return False
        before = _announced_content(target, inbox, intent)
        disk = content_of(target.place)
        try:
            after = report.applied(target.edit, before if isinstance(before, bytes) else None, disk)
        except ValueError:
            return False
        if after != disk or isinstance(before, ContentRef):
            return False
        changed = changed or before != disk
    return changed


def _before(delivered: Delivered, moment: Moment) -> None:
    hook = delivered.report.hook
    for inbox, targets in _by_inbox(delivered.report, moment):
        snapshots = []
        for place in _places(targets):
            content = content_of(place)
            snapshots.append(Snapshot(place.path, None if content is None else inbox.put_blob(content)))
        intents.put(
            inbox,
            Intent(
                key=hook.tool_key,
                session=_session(delivered.report),
                agent=delivered.agent,
                event=delivered.event,
                cwd=moment.cwd,
                payload=delivered.payload,
                nonce=f"{moment.now:.6f}",
                seq=inbox.next_seq() - 1,
                snapshots=tuple(snapshots),
            ),
        )


def _after(delivered: Delivered, moment: Moment) -> None:
    hook = delivered.report.hook
    for inbox, targets in _by_inbox(delivered.report, moment):
        intent = intents.get(inbox, hook.tool_key)
        key = hook.tool_key
        if not hook.tool_use_id:
            key += f"\0{intent.nonce if intent is not None else moment.now}"
        if not inbox.marks.is_done(key):
            record_edits(delivered, inbox, list(_changes(targets, inbox, intent, moment)), key, moment)
        intents.drop(inbox, hook.tool_key)


def _changes(
    targets: list[Target], inbox: Inbox, intent: Intent | None, moment: Moment
) -> Iterator[edit_contents.Change]:
    """The changes of the files in order; those of one file follow each other."""
    latest: dict[str, bytes | None] = {}
    for target in targets:
        place = target.place
        try:
            before = _content_before(target, inbox, intent, moment, latest)
            yield from edit_contents.changes(
                target.edit, place.path, before, content_of(place), intent is not None
            )
        except ValueError as error:
            log(f"an edit of {place.path} was not recorded: {error}", moment, inbox)
            continue
        if target.edit.removed:
            latest[place.path] = None


def _content_before(
    target: Target, inbox: Inbox, intent: Intent | None, moment: Moment, latest: dict[str, bytes | None]
) -> bytes | ContentRef | None:
    """The file before an edit, from the most reliable source. ValueError where there is none."""
    source = target.source or target.place
    disk = content_of(target.place)
    seen = _announced_content(target, inbox, intent) if intent is not None else None
    stated = edit_contents.stated(target.edit, seen if isinstance(seen, bytes) else None, disk)
    if stated is not None:
        return stated.content
    if source.path in latest:
        return latest[source.path]
    if intent is not None:
        return seen
    undone = edit_contents.undone(target.edit, disk)
    if undone is not None:
        return undone
    from gitprov.flow.capture.last_known import last_known

    # A person may have typed since the last recorded content, so it proves only that there was no file.
    content = last_known(inbox, source, moment.env)
    if content is not None and content != disk:
        raise ValueError("the content of the file before the edit is unknown")
    return content


def _announced_content(target: Target, inbox: Inbox, intent: Intent | None) -> bytes | ContentRef | None:
    """The file when the edit was announced, or after the newest event since; None where there was none.

    Of two edits of a file that were announced together, the second's file is the first's result.
    """
    if intent is None:
        return None
    path = (target.source or target.place).path
    event = inbox.last_event(path)
    if event is not None and event.seq > intent.seq:
        ref = event.after
    else:
        snapshot = intent.snapshot(path)
        if snapshot is None:
            raise ValueError("the content of the file before the edit is unknown")
        ref = snapshot.content
    return ref if ref is None or not ref.stored else inbox.get_blob(ref)


def record_edits(
    delivered: Delivered, inbox: Inbox, changes: list[edit_contents.Change], key: str, moment: Moment
) -> None:
    """Add the events of one tool use, in its turn."""
    hook = delivered.report.hook
    if not changes:
        return
    turn = turns.current(hook, inbox, moment, None)
    model = _model(delivered, inbox, turn)
    text = f"[tool {hook.tool}]\n{_shown(hook.input)}"
    shared: dict[str, Any] = {
        "at": moment.at,
        "session": hook.session,
        "subagent": turns.subagent(hook),
        "key": turn.key,
        "turn": turn.turn,
        "tool": hook.tool,
        "tool_use_id": hook.tool_use_id,
        "input": inbox.put_text(text).to_json(),
        "human": None,
    }
    rows = [
        {
            **shared,
            "path": change.path,
            "type": change.type,
            "before": _ref(inbox, change.before),
            "after": _ref(inbox, change.after),
            "agent": hook.agent if change.type == "ai" else None,
            "model": model if change.type == "ai" else None,
            "request_id": None,
            "user_modified": change.type == "ai" and change.modified,
        }
        for change in changes
    ]
    inbox.append_once(key, rows)


def _stop(delivered: Delivered, moment: Moment) -> None:
    """End a turn, with the model and the version that the agent's record names."""
    hook = delivered.report.hook
    turns.stop(hook, moment)
    place = turns.home(hook, moment)
    turn = None if place is None else inbox_of(place).sessions.latest(_session(delivered.report))
    if place is not None and turn is not None:
        facts = _facts(delivered)
        model, version = hook.model or facts.model, delivered.report.version or facts.version
        if model or version:
            end = Turn(turn.key, turn.turn, model=model, agent_version=version)
            inbox_of(place).sessions.finish(end)


def _model(delivered: Delivered, inbox: Inbox, turn: Turn) -> str | None:
    """The model of a tool use: of the payload, else of the agent's record, else of the session's start."""
    named = delivered.report.hook.model or _facts(delivered).model or turn.model
    note = None if named else inbox.sessions.noted(turn.key, "session").get("model")
    return named or (note if isinstance(note, str) and note else None)


def _facts(delivered: Delivered) -> report.Facts:
    path = delivered.report.transcript
    size = None if path is None else files.size(path)
    if path is None or not size:
        return report.Facts()
    try:
        record_of_session = files.read_range(path, max(0, size - _TAIL), _TAIL) or b""
        head = files.read_range(path, 0, 1 << 16) or b"" if size > _TAIL else b""
    except OSError:
        return report.Facts()
    return adapters.facts(delivered.agent, head + b"\n" + record_of_session)


def _by_inbox(announced: Report, moment: Moment) -> list[tuple[Inbox, list[Target]]]:
    """The edits of a report, by the inbox of their file."""
    groups: dict[str, tuple[Inbox, list[Target]]] = {}
    for target in _targets(announced, moment):
        inbox = inbox_of(target.place)
        groups.setdefault(inbox.root, (inbox, []))[1].append(target)
    for inbox, targets in groups.values():
        look_around(inbox, targets[0].place)
    return list(groups.values())


def _targets(announced: Report, moment: Moment) -> list[Target]:
    """The edits whose files are in a work tree. Files elsewhere are nobody's."""
    cwd = directory_of(announced, moment)
    targets = []
    for edit in announced.edits:
        place = place_of(os.path.join(cwd, edit.path), cwd, moment.env)
        source = None if edit.source is None else os.path.join(cwd, edit.source)
        if place is not None and place.path:
            targets.append(Target(edit, place, None if source is None else place_of(source, cwd, moment.env)))
    return targets


def directory_of(announced: Report, moment: Moment) -> str:
    """The directory from which the tool's paths start."""
    return os.path.join(moment.cwd, announced.hook.cwd or "", announced.directory or "")


def _places(targets: list[Target]) -> list[Location]:
    """The locations of all files that the edits read or write, each once."""
    places = [place for target in targets for place in (target.place, target.source) if place is not None]
    return list({place.path: place for place in places}.values())


def _session(announced: Report) -> str:
    return session_key(announced.hook.agent, announced.hook.session, announced.hook.subagent)


def _shown(arguments: dict[str, Any]) -> str:
    import json

    return json.dumps(arguments, ensure_ascii=False, indent=1)


def _ref(inbox: Inbox, content: bytes | ContentRef | None) -> dict[str, Any] | None:
    if content is None:
        return None
    return (content if isinstance(content, ContentRef) else inbox.put_blob(content)).to_json()
