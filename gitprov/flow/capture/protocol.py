"""Reports in the plug-in protocol: each becomes one event, and its turn is stored beside it."""

from __future__ import annotations

import os
from typing import Any

from gitprov.agents.payloads import protocol as generic
from gitprov.agents.payloads.protocol import EditReport
from gitprov.errors import GitprovError, NotARepository
from gitprov.flow.capture.delivery import Delivery
from gitprov.flow.capture.moment import Moment, content_of, load, place_of, report
from gitprov.flow.capture.redaction import REDACTIONS, Cleaner, CleanReport
from gitprov.git.locate import Location
from gitprov.model.event import Turn
from gitprov.store.inbox import outputs
from gitprov.store.inbox.inbox import Inbox
from gitprov.store.inbox.sessions import derived_turn, session_key


def record(payload: bytes, moment: Moment) -> None:
    """Record each report of a payload. An invalid report is logged and does not stop the others."""
    with Delivery(moment.env) as delivery:
        for number, row in enumerate(_rows(payload), 1):
            try:
                record_edit(generic.read(load(row)), moment, delivery)
            except (OSError, ValueError, RecursionError, GitprovError) as error:
                report(f"capture generic: report {number} was not recorded: {error}", moment)


def record_edit(edit: EditReport, moment: Moment, delivery: Delivery) -> Location:
    """Record one report and return the location of its file.

    ValueError for a path outside every work tree and for a file that exists neither before nor after.
    """
    cwd = os.path.join(moment.cwd, edit.cwd or "")
    place = place_of(os.path.join(cwd, edit.path), cwd, moment.env)
    if place is None or not place.path:
        raise ValueError(f"{edit.path[:200]} is not a file of a work tree")
    inbox = delivery.inbox(place)
    cleaner = delivery.cleaner(place.worktree)
    report = cleaner.report(edit)
    edit = report.edit
    before = _encode(edit.before.text) if edit.before.present else delivery.last_content(inbox, place)
    after = _encode(edit.after.text) if edit.after.present else content_of(place)
    if before is None and after is None:
        raise ValueError(f"{edit.path[:200]} does not exist, neither before nor after")
    row = _event(edit, place, moment, _turn(inbox, report, moment, delivery, cleaner))
    result = None if after is None else inbox.put_blob(after)
    row["before"] = None if before is None else inbox.put_blob(before).to_json()
    row["after"] = None if result is None else result.to_json()
    if edit.tool_use_id:
        key = f"{edit.agent}\0{edit.session}\0{edit.tool_use_id}\0{place.path}"
        inbox.append_once(key, [row])
    else:
        inbox.append_event(row)
    delivery.recorded(inbox, place.path, result)
    return place


def _event(edit: EditReport, place: Location, moment: Moment, turn: Turn | None) -> dict[str, Any]:
    return {
        "type": edit.type,
        "path": place.path,
        "at": edit.at or moment.at,
        "agent": edit.agent,
        "session": edit.session,
        "subagent": None,
        "key": turn.key if turn else None,
        "turn": turn.turn if turn else None,
        "tool": edit.tool,
        "tool_use_id": edit.tool_use_id,
        "model": edit.model,
        "request_id": edit.request_id,
        "user_modified": False,
        "human": edit.human,
        "input": None,
    }


def record_output(edit: EditReport, moment: Moment, delivery: Delivery, *, waits: bool) -> None:
    """Record the turn of a report that names no file, in the inbox of the moment's directory.

    If it `waits`, its output does, for a commit that holds lines of it. NotARepository outside of all work
    trees.
    """
    place = place_of(moment.cwd, moment.cwd, moment.env)
    if place is None:
        raise NotARepository(f"not in a git work tree: {moment.cwd}", "run this inside your repository")
    inbox = delivery.inbox(place)
    cleaner = delivery.cleaner(place.worktree)
    report = cleaner.report(edit)
    edit = report.edit
    old = None if edit.turn is None else inbox.turn(*_turn_name(edit))
    turn = _turn(inbox, report, moment, delivery, cleaner)
    is_new = not (isinstance(old, Turn) and old.output is not None)
    if waits and is_new and turn is not None and turn.output is not None:
        outputs.add(inbox, turn.key, turn.turn)


def _turn(
    inbox: Inbox, report: CleanReport, moment: Moment, delivery: Delivery, cleaner: Cleaner
) -> Turn | None:
    """The report's turn, started or completed; None for a person's edit outside of any turn."""
    edit = report.edit
    if edit.type == "human" and edit.turn is None:
        return None
    key, name = _turn_name(edit)
    turn = Turn(
        key=key,
        turn=name,
        agent=edit.agent,
        agent_version=edit.agent_version,
        session=edit.session,
        prompt=cleaner.text(inbox, edit.prompt),
        prompt_name=edit.prompt_name,
        prompt_version=edit.prompt_version,
        at=edit.at or moment.at,
        params=dict(edit.params),
        cwd=edit.cwd or moment.cwd,
        output=cleaner.text(inbox, edit.output),
        model=edit.model,
        usage=dict(edit.usage),
        request_ids=(edit.request_id,) if edit.request_id else (),
        host=edit.host,
        extra={REDACTIONS: report.finds} if report.finds else {},
    )
    if edit.turn is not None:
        return inbox.sessions.put(turn)
    shared = (inbox.root, *edit.generation)
    if shared not in delivery.turns:
        delivery.turns[shared] = inbox.sessions.start(turn)
    return delivery.turns[shared]


def _turn_name(edit: EditReport) -> tuple[str, str]:
    """The session key and the turn's id in the inbox, empty where the report has no id of its turn."""
    turn = "" if edit.turn is None else derived_turn("t", edit.turn)
    return session_key(edit.agent or "", edit.session or ""), turn


def _rows(payload: bytes) -> list[bytes]:
    """The JSON documents of a payload: the whole payload if it is one document, else one per line."""
    try:
        load(payload)
        return [payload]
    except (ValueError, RecursionError):
        rows = [row for row in payload.split(b"\n") if row.strip()]
        if not rows:
            raise ValueError("the payload is empty") from None
        return rows


def _encode(text: str | None) -> bytes | None:
    from gitprov.agents.payloads.edits import encode

    return None if text is None else encode(text)
