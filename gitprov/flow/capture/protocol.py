"""Reports in the plug-in protocol: each becomes one event, and its turn is kept beside it."""

from __future__ import annotations

import errno
import os
from typing import Any

from gitprov.agents import protocol as generic
from gitprov.agents.protocol import EditReport
from gitprov.errors import GitprovError
from gitprov.flow.capture.delivery import Delivery
from gitprov.flow.capture.moment import Moment, load, place_of, report
from gitprov.git.files import tree_files
from gitprov.git.locate import Location
from gitprov.model.event import Turn
from gitprov.store.inbox.inbox import Inbox
from gitprov.store.inbox.sessions import derived_turn, session_key

FILE_LIMIT = 64 << 20
"""Files above this many bytes are not looked at."""


def record(payload: bytes, moment: Moment) -> None:
    """Record each report of a payload. A wrong one is logged and does not stop the others."""
    with Delivery(moment.env) as delivery:
        for number, row in enumerate(_rows(payload), 1):
            try:
                record_one(generic.read(load(row)), moment, delivery)
            except (OSError, ValueError, RecursionError, GitprovError) as error:
                report(f"capture generic: report {number} was not recorded: {error}", moment)


def record_one(told: EditReport, moment: Moment, delivery: Delivery) -> Location:
    """Record one report and return where its file lives.

    ValueError for what cannot be recorded: a path outside every work tree, a file that is not there.
    """
    cwd = os.path.join(moment.cwd, told.cwd or "")
    place = place_of(os.path.join(cwd, told.path), cwd, moment.env)
    if place is None or not place.path:
        raise ValueError(f"{told.path[:200]} is not a file of a work tree")
    inbox = delivery.inbox(place)
    before = _encode(told.before.text) if told.before.present else delivery.last_content(inbox, place)
    after = _encode(told.after.text) if told.after.present else _on_disk(place)
    if before is None and after is None:
        raise ValueError(f"{told.path[:200]} does not exist, neither before nor after")
    row = _event(told, place, moment, _turn(inbox, told, moment, delivery))
    result = None if after is None else inbox.put_blob(after)
    row["before"] = None if before is None else inbox.put_blob(before).to_json()
    row["after"] = None if result is None else result.to_json()
    if told.tool_use_id:
        key = f"{told.agent}\0{told.session}\0{told.tool_use_id}\0{place.path}"
        inbox.append_once(key, [row])
    else:
        inbox.append_event(row)
    delivery.recorded(inbox, place.path, result)
    return place


def _event(told: EditReport, place: Location, moment: Moment, turn: Turn | None) -> dict[str, Any]:
    return {
        "type": told.type,
        "path": place.path,
        "at": told.at or moment.at,
        "agent": told.agent,
        "session": told.session,
        "subagent": None,
        "key": turn.key if turn else None,
        "turn": turn.turn if turn else None,
        "tool": told.tool,
        "tool_use_id": told.tool_use_id,
        "model": told.model,
        "request_id": told.request_id,
        "user_modified": False,
        "human": told.human,
        "input": None,
    }


def _turn(inbox: Inbox, told: EditReport, moment: Moment, delivery: Delivery) -> Turn | None:
    """The report's turn, begun or filled in; none for what a person typed outside of any turn."""
    if told.type == "human" and told.turn is None:
        return None
    turn = Turn(
        key=session_key(told.agent or "", told.session or ""),
        turn=derived_turn("t", told.turn) if told.turn is not None else "",
        agent=told.agent,
        agent_version=told.agent_version,
        session=told.session,
        prompt=None if told.prompt is None else inbox.put_text(told.prompt),
        prompt_name=told.prompt_name,
        prompt_version=told.prompt_version,
        at=told.at or moment.at,
        params=dict(told.params),
        cwd=told.cwd or moment.cwd,
        output=None if told.output is None else inbox.put_text(told.output),
        model=told.model,
        usage=dict(told.usage),
        request_ids=(told.request_id,) if told.request_id else (),
    )
    if told.turn is not None:
        return inbox.sessions.put(turn)
    name = (inbox.root, *told.generation)
    if name not in delivery.turns:
        delivery.turns[name] = inbox.sessions.start(turn)
    return delivery.turns[name]


def _rows(payload: bytes) -> list[bytes]:
    """One document, or one per line."""
    try:
        load(payload)
        return [payload]
    except (ValueError, RecursionError):
        rows = [row for row in payload.split(b"\n") if row.strip()]
        if not rows:
            raise ValueError("the payload is empty") from None
        return rows


def _encode(text: str | None) -> bytes | None:
    from gitprov.agents.edits import encode

    return None if text is None else encode(text)


def _on_disk(place: Location) -> bytes | None:
    try:
        return tree_files.read(place.worktree, place.path, FILE_LIMIT)
    except OSError as error:
        if error.errno != errno.EFBIG:
            raise
        raise ValueError(f"{place.path} is larger than {FILE_LIMIT >> 20} MiB") from error
