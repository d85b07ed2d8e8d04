"""Notes of agentblame (`refs/notes/agentblame`), versions 2 and 3."""

from __future__ import annotations

from collections.abc import Iterator

from gitprov.interop.formats import fields
from gitprov.model.canonical import JsonObject
from gitprov.model.exchange.exchange import ForeignLines, ForeignNote, ImportedMaker, last_holds
from gitprov.model.ranges import readable
from gitprov.model.untrusted.jsonvalue import loads_object

REF = "refs/notes/agentblame"
_AGENTS = {"claudeCode": "claude-code", "claude": "claude-code"}


def read(data: bytes) -> ForeignNote:
    """The claims of a note. Never raises."""
    about = loads_object(data) or {}
    version = about.get("version")
    if version not in (2, 3):
        return ForeignNote((), ("the note is no agentblame note of version 2 or 3",))
    problems: list[str] = []
    claims = _second(about, problems) if version == 2 else _third(about, problems)
    return ForeignNote(last_holds(claims), tuple(dict.fromkeys(problems)))


def _second(about: JsonObject, problems: list[str]) -> list[ForeignLines]:
    claims = []
    for row in fields.objects(about.get("attributions")):
        path, lines = fields.path(row.get("path")), fields.between(row.get("startLine"), row.get("endLine"))
        if row.get("category") != "ai_generated":
            continue
        if path is None or not lines:
            problems.append("an attribution has no path or no lines")
            continue
        agent, model = _agent(row.get("provider")), fields.model(row.get("model"))
        maker = ImportedMaker(f"{agent}/{model}", agent, model, None, fields.text(about.get("timestamp")))
        claims.append(ForeignLines(path, "ai", lines, maker))
    return claims


def _third(about: JsonObject, problems: list[str]) -> list[ForeignLines]:
    claims = []
    sessions = fields.inner(about, "sessions")
    for name, rows in fields.inner(about, "files").items():
        path = fields.path(name)
        for row in fields.objects(rows):
            text = row.get("lines")
            lines = readable(text) if isinstance(text, str) else readable("")
            session = fields.text(row.get("session"))
            if path is None or not lines or session is None or session not in sessions:
                problems.append("an entry has no path, no lines or no session")
                continue
            maker = _of_session(fields.inner(sessions, session), session, fields.text(row.get("prompt")))
            claims.append(ForeignLines(path, "ai", lines, maker))
    return claims


def _of_session(record: JsonObject, session: str, prompt: str | None) -> ImportedMaker:
    at = next(_moments(record, prompt), fields.text(record.get("startedAt")))
    return ImportedMaker(
        f"{session}/{prompt}", _agent(record.get("agent")), fields.model(record.get("model")), session, at
    )


def _moments(record: JsonObject, prompt: str | None) -> Iterator[str | None]:
    for row in fields.objects(record.get("prompts")):
        if prompt is not None and row.get("id") == prompt:
            yield fields.text(row.get("timestamp"))


def _agent(value: object) -> str | None:
    name = fields.text(value)
    return None if name is None else _AGENTS.get(name, name)
