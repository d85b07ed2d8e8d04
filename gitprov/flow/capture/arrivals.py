"""Reports of agents' hooks as they arrive: the agent's reading of a payload, and the places of its files."""

from __future__ import annotations

import os
from typing import Any, NamedTuple

from gitprov.agents.payloads import adapters, report
from gitprov.agents.payloads.report import FileEdit, HookReport
from gitprov.flow.capture.moment import Moment, content_of, inbox_of, look_around, place_of
from gitprov.git.locate import Location
from gitprov.model.lines import is_trivial, split_lines
from gitprov.store.inbox import intents
from gitprov.store.inbox.inbox import Inbox
from gitprov.store.inbox.intents import Intent
from gitprov.store.inbox.sessions import session_key


class EditTarget(NamedTuple):
    """An edit and the location of its file, and of the file that it was before a rename."""

    edit: FileEdit
    place: Location
    source: Location | None


class Delivered(NamedTuple):
    """A report as it arrived: the agent's name on the command line, the event there, the payload."""

    agent: str
    event: str | None
    payload: dict[str, Any]
    report: HookReport


def read(agent: str, event: str | None, payload: object, moment: Moment) -> Delivered | None:
    """Read one payload; None where it has no meaning for lines. ValueError where it is not an object."""
    reading = adapters.read(agent, payload, event)
    if reading is None or not isinstance(payload, dict):
        return None
    if reading.transcript is not None and reading.transcript.startswith("~/"):
        reading = reading._replace(transcript=moment.env.get("HOME", "") + reading.transcript[1:])
    return Delivered(agent, event, payload, reading)


def by_inbox(delivered: Delivered, moment: Moment) -> list[tuple[Inbox, list[EditTarget]]]:
    """The edits of a report, by the inbox of their file; for a shell tool also the inbox of its directory."""
    groups: dict[str, tuple[Inbox, list[EditTarget]]] = {}
    place = shell_place(delivered, moment)
    if place is not None:
        groups[inbox_of(place).root] = (inbox_of(place), [])
        look_around(inbox_of(place), place)
    for target in targets_of(delivered.report, moment):
        inbox = inbox_of(target.place)
        groups.setdefault(inbox.root, (inbox, []))[1].append(target)
    for inbox, targets in groups.values():
        if targets:
            look_around(inbox, targets[0].place)
    return list(groups.values())


def targets_of(announced: HookReport, moment: Moment) -> list[EditTarget]:
    """The edits whose files are in a work tree. Edits of files elsewhere are omitted."""
    cwd = directory_of(announced, moment)
    targets = []
    for edit in announced.edits:
        place = place_of(os.path.join(cwd, edit.path), cwd, moment.env)
        source = None if edit.source is None else os.path.join(cwd, edit.source)
        if place is not None and place.path:
            targets.append(
                EditTarget(edit, place, None if source is None else place_of(source, cwd, moment.env))
            )
    return targets


def directory_of(announced: HookReport, moment: Moment) -> str:
    """The directory from which the tool's paths start."""
    return os.path.join(moment.cwd, announced.hook.cwd or "", announced.directory or "")


def places_of(targets: list[EditTarget]) -> list[Location]:
    """The locations of all files that the edits read or write, each once."""
    places = [place for target in targets for place in (target.place, target.source) if place is not None]
    return list({place.path: place for place in places}.values())


def session_of(announced: HookReport) -> str:
    """The key of the session, or of the subagent in it, that a report is of."""
    return session_key(announced.hook.agent, announced.hook.session, announced.hook.subagent)


def shell_place(delivered: Delivered, moment: Moment) -> Location | None:
    """The work tree in which a shell tool runs; None for other tools and outside of work trees."""
    if delivered.report.command is None:
        return None
    cwd = directory_of(delivered.report, moment)
    return place_of(cwd, cwd, moment.env)


def edited_meanwhile(inbox: Inbox, command: Intent, moment: Moment) -> set[str]:
    """Files with lines of another session's edit that is announced, and not reported when a command ended."""
    paths = set()
    for intent in intents.open_intents(inbox):
        if intent.session == command.session or intent.walk is not None:
            continue
        around = moment._replace(cwd=intent.cwd)
        announced = read(intent.agent, intent.event, dict(intent.payload), around)
        for target in () if announced is None else targets_of(announced.report, around):
            if _has_lines_of(target, inbox, intent):
                paths.add(target.place.path)
    return paths


def _has_lines_of(target: EditTarget, inbox: Inbox, intent: Intent) -> bool:
    """Whether a file has lines that an announced edit adds to what the file was before it."""
    snapshot = intent.snapshot((target.source or target.place).path)
    ref = None if snapshot is None else snapshot.content
    before = inbox.get_blob(ref) if ref is not None and ref.stored else b""
    try:
        after = report.applied(target.edit, before, None)
    except ValueError:
        return False
    added = {line for line in split_lines(after or b"") if not is_trivial(line)} - {*split_lines(before)}
    return not added.isdisjoint(split_lines(content_of(target.place) or b""))
