"""Notes that name the sessions behind a commit, and no lines: shift-log, prompt-story, memento and Origin.

Their claims are `declared` and hold for all lines that the commit adds, as a trailer's do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from gitprov.interop.formats import fields
from gitprov.model.canonical import Json, JsonObject
from gitprov.model.exchange.exchange import EVERY_FILE, ForeignLines, ForeignNote, ImportedMaker
from gitprov.model.ranges import MAX_LINE, LineSet
from gitprov.model.untrusted.jsonvalue import loads_object

SHIFT_LOG_REF = "refs/notes/shiftlog"
PROMPT_STORY_REF = "refs/notes/prompt-story"
MEMENTO_REF = "refs/notes/commits"
ORIGIN_REF = "refs/notes/origin"
_WHOLE = LineSet.of_runs([(1, MAX_LINE)])
_AGENTS = {"claude": "claude-code"}
_START = "<!-- git-memento-session:start -->"
_FIELD = re.compile(r"^- (Provider|Session ID|Captured At \(UTC\)):[ \t]*(.*?)[ \t\r]*$", re.MULTILINE)


def shift_log(data: bytes) -> ForeignNote:
    """A conversation; without an agent it is of Claude, as in the first versions. Never raises."""
    about = loads_object(data) or {}
    session = fields.text(about.get("session_id"))
    if about.get("version") not in (1, 2, 3) or session is None:
        return ForeignNote((), ("the note is no shift-log note of version 1 to 3",))
    return _note(
        [_maker(session, about.get("agent") or "claude", about.get("model"), about.get("timestamp"))]
    )


def prompt_story(data: bytes) -> ForeignNote:
    """The sessions of a note of version 1. Never raises."""
    about = loads_object(data) or {}
    if about.get("v") != 1:
        return ForeignNote((), ("the note is no prompt-story note of version 1",))
    rows = ((fields.text(row.get("id")), row) for row in fields.objects(about.get("sessions")))
    return _note(
        _maker(name, row.get("tool"), None, row.get("modified")) for name, row in rows if name is not None
    )


def memento(data: bytes) -> ForeignNote:
    """The sessions of a note in Markdown, one or several. Never raises."""
    text = data.decode("utf-8", "replace")
    makers = []
    for part in text.split(_START)[1:] or [text]:
        # The conversation follows, which can hold such lines too: the first of each counts.
        facts: dict[str, str] = {}
        for name, value in _FIELD.findall(part):
            facts.setdefault(name, value)
        session = fields.text(facts.get("Session ID"))
        if session is not None and facts.get("Provider"):
            makers.append(_maker(session, facts["Provider"].lower(), None, facts.get("Captured At (UTC)")))
    if not makers:
        return ForeignNote((), ("the note is no memento note: it names no provider and session",))
    return _note(makers)


def origin(data: bytes) -> ForeignNote:
    """The session of a note, which newer versions put into a field `origin`. Never raises."""
    about = loads_object(data) or {}
    row: JsonObject = fields.inner(about, "origin") or about
    session = fields.text(row.get("sessionId"))
    if session is None:
        return ForeignNote((), ("the note is no Origin note: it names no session",))
    return _note([_maker(session, row.get("agentSlug"), row.get("model"), None)])


def _maker(session: str, agent: Json, model: Json, at: Json) -> ImportedMaker:
    name = fields.text(agent)
    agent_name = None if name is None else _AGENTS.get(name, name)
    return ImportedMaker(session, agent_name, fields.model(model), session, fields.text(at))


def _note(makers: Iterable[ImportedMaker]) -> ForeignNote:
    return ForeignNote(tuple(ForeignLines(EVERY_FILE, "declared", _WHOLE, maker) for maker in makers))
