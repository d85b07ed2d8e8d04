"""Which prompts of a session were taken back, as the agent's own record of the session shows it."""

from __future__ import annotations

import re
from typing import NamedTuple

from gitprov.agents.claude.claude_transcript import prompts
from gitprov.model.untrusted.jsonvalue import loads_object

REWIND = b'"$rewindTo"'


class SessionPrompt(NamedTuple):
    """A prompt in a record: its id in the client's hooks where the record has it, its text, whether it was
    taken back.
    """

    id: str | None
    text: str
    abandoned: bool


def of_gemini(record: bytes) -> list[SessionPrompt]:
    """The prompts in a record of Gemini CLI, in order. None of them where the session was never rewound.

    `$rewindTo` names the first message that is gone; all after it are gone too.
    """
    if REWIND not in record:
        return []
    ids: list[str] = []
    texts: list[str | None] = []
    live: list[int] = []
    for line in record.split(b"\n"):
        row = loads_object(line.decode("utf-8", "replace")) if line.startswith(b"{") else None
        if row is None:
            continue
        target, name = row.get("$rewindTo"), row.get("id")
        if isinstance(target, str):
            live = live[: next((n for n, at in enumerate(live) if ids[at] == target), len(live))]
        elif isinstance(name, str) and name not in ids:
            live.append(len(ids))
            ids.append(name)
            texts.append(_user_text(row.get("content")) if row.get("type") == "user" else None)
    return [SessionPrompt(None, text, n not in live) for n, text in enumerate(texts) if text is not None]


def _user_text(content: object) -> str | None:
    """The text of a person's message; None for the answers of tools, which have its type."""
    parts = content if isinstance(content, list) else [{"text": content}]
    texts = [part.get("text") for part in parts if isinstance(part, dict)]
    return "".join(text for text in texts if isinstance(text, str)) or None


def of_claude(data: bytes, start: int, offset: int, prompt_id: str | None) -> list[SessionPrompt]:
    """The prompt with which a turn of Claude Code began, after those that it took back; else none.

    `data` is a stretch of the transcript that begins at byte `start` of the file; the turn was submitted when
    the file had `offset` bytes. A prompt that continues an earlier row than the last one takes back what
    stands between.
    """
    rows = prompts(data[offset - start :], offset)
    at = next((row for row in rows if prompt_id is not None and row.prompt_id == prompt_id), None)
    at = at or next(iter(rows), None)
    if at is None or at.parent is None:
        return []
    needle = rb'"uuid":\s*"' + re.escape(at.parent.encode("utf-8", "replace")) + b'"'
    places = [match.start() for match in re.finditer(needle, data)]
    if not places:
        return []
    between = prompts(data[places[-1] : at.offset - start])
    return [
        *(SessionPrompt(row.prompt_id, row.text, True) for row in between),
        SessionPrompt(at.prompt_id, at.text, False),
    ]
