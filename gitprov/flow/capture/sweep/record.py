"""Accepted edits of transcripts become events of the inbox, each once, with their turns."""

from __future__ import annotations

from typing import Any, NamedTuple

from gitprov.agents.claude import claude_transcript
from gitprov.agents.transcripts.values import RecordedAnswer, RecordedPrompt, RecordedUse
from gitprov.flow.capture.edit_contents import EditedFile
from gitprov.flow.capture.moment import Moment
from gitprov.flow.capture.redaction import Cleaner
from gitprov.flow.capture.sessions.turns import UNKNOWN_TURN
from gitprov.flow.capture.sessions.turns import subagent as subagent_of
from gitprov.model.canonical import digest
from gitprov.model.event import SWEPT, ContentRef, Event, Turn
from gitprov.model.lines import utf8
from gitprov.store.inbox.inbox import Inbox
from gitprov.store.inbox.sessions import FORGOTTEN, SWEPT_TURN, derived_turn, session_key


class _RecordedTool(NamedTuple):
    """A tool use on a file, by its id."""

    key: str
    name: str
    path: str


class _RecordedChange(NamedTuple):
    """A change of a file, by its contents: some hooks name no tool use, and a session may be in two files."""

    path: str
    before: str | None
    after: str | None


class SweepRecorder:
    """Adds events to one inbox, except those that it has already, live or retired, reported or swept."""

    def __init__(self, inbox: Inbox, cleaner: Cleaner, moment: Moment) -> None:
        self._inbox = inbox
        self._cleaner = cleaner
        self._moment = moment
        self._recorded: set[_RecordedTool | _RecordedChange] | None = None
        self._turns: dict[tuple[str, str], Turn | None] = {}

    def is_recorded(self, use: RecordedUse, path: str) -> bool:
        """Whether the inbox has a tool use already, from a hook or an earlier sweep."""
        key = _key(use)
        if self._inbox.marks.is_done(use.hook.tool_key):
            return True
        return _RecordedTool(key, use.id, path) in self._in_inbox()

    def add(self, use: RecordedUse, changes: list[EditedFile], answer: RecordedAnswer | None) -> int:
        """Record the changes of one tool use; returns how many events that are new were added."""
        key = _key(use)
        rows = [change for change in changes if _change(change) not in self._in_inbox()]
        if not rows:
            return 0
        turn = self._turn(key, use)
        if turn is None:
            return 0
        self._finish(turn, use, answer)
        text = self._cleaner.text(
            self._inbox, claude_transcript.tool_text(str(use.hook.tool), use.id, use.hook.input)
        )
        shared = {
            "at": use.at or self._moment.at,
            "session": use.hook.session,
            "subagent": subagent_of(use.hook),
            "key": turn.key,
            "turn": turn.turn,
            "tool": use.hook.tool,
            "tool_use_id": use.id,
            "input": None if text is None else text.to_json(),
            "human": None,
            **SWEPT,
        }
        seqs = self._inbox.append_once(use.hook.tool_key, [self._row(change, use, shared) for change in rows])
        self._in_inbox().update(_RecordedTool(key, use.id, change.path) for change in rows)
        self._in_inbox().update(_change(change) for change in rows)
        return len(seqs)

    def _row(self, change: EditedFile, use: RecordedUse, shared: dict[str, Any]) -> dict[str, Any]:
        is_ai = change.type == "ai"
        return {
            **shared,
            "path": change.path,
            "type": change.type,
            "before": self._ref(change.before),
            "after": self._ref(change.after),
            "agent": use.hook.agent if is_ai else None,
            "model": use.model if is_ai else None,
            "request_id": use.request_id if is_ai else None,
            "user_modified": is_ai and change.modified,
        }

    def _ref(self, content: bytes | ContentRef | None) -> dict[str, Any] | None:
        if content is None:
            return None
        return (content if isinstance(content, ContentRef) else self._inbox.put_blob(content)).to_json()

    def _in_inbox(self) -> set[_RecordedTool | _RecordedChange]:
        if self._recorded is None:
            self._recorded = set()
            for event in self._inbox.events() + self._inbox.archived():
                if isinstance(event, Event) and event.key is not None:
                    if event.tool_use_id is not None:
                        self._recorded.add(_RecordedTool(event.key, event.tool_use_id, event.path))
                    sides = (side.digest if side else None for side in (event.before, event.after))
                    self._recorded.add(_RecordedChange(event.path, *sides))
        return self._recorded

    def _turn(self, key: str, use: RecordedUse) -> Turn | None:
        """The turn of a tool use: that of a hook, else of its own. None where it was forgotten."""
        name = use.prompt.id if use.prompt is not None else ""
        if (key, name) not in self._turns:
            self._turns[key, name] = self._turn_of(key, use, use.prompt)
        return self._turns[key, name]

    def _turn_of(self, key: str, use: RecordedUse, prompt: RecordedPrompt | None) -> Turn | None:
        sessions = self._inbox.sessions
        name = UNKNOWN_TURN if prompt is None else derived_turn("p", prompt.id)
        reported = [turn for one in sessions.turns(key) if isinstance(turn := sessions.read(key, one), Turn)]
        for turn in reversed(reported):
            if turn.turn == name or (prompt is not None and _is_of(turn, prompt)):
                return None if turn.extra.get(FORGOTTEN) else turn
        if any(turn.extra.get(FORGOTTEN) and turn.turn.isdecimal() for turn in reported):
            return None  # which of the prompts was forgotten cannot be seen any more
        return sessions.put(
            Turn(
                key,
                name,
                agent=use.hook.agent,
                agent_version=use.version,
                session=use.hook.session,
                subagent=subagent_of(use.hook),
                prompt=None if prompt is None else self._cleaner.text(self._inbox, prompt.text),
                prompt_id=None if prompt is None else prompt.prompt_id or prompt.id,
                at=(prompt.at if prompt is not None else None) or use.at or self._moment.at,
                cwd=use.hook.cwd,
                model=use.model,
                extra={SWEPT_TURN: True},
            )
        )

    def _finish(self, turn: Turn, use: RecordedUse, answer: RecordedAnswer | None) -> None:
        """Store the end of a turn that no hook reported, as far as its transcript goes."""
        if answer is None or not turn.extra.get(SWEPT_TURN):
            return
        self._inbox.sessions.finish(
            Turn(
                turn.key,
                turn.turn,
                agent_version=use.version,
                output=self._cleaner.text(self._inbox, answer.output),
                message=self._cleaner.text(self._inbox, answer.message),
                usage=answer.usage,
                request_ids=answer.request_ids,
                tools=answer.tools,
            )
        )


def _is_of(turn: Turn, prompt: RecordedPrompt) -> bool:
    """Whether a turn that a hook announced is that of a prompt: by the agent's id of it, else by its text."""
    if turn.prompt_id is not None and prompt.prompt_id is not None:
        return turn.prompt_id == prompt.prompt_id
    return turn.prompt is not None and turn.prompt.digest == digest(utf8(prompt.text))


def _change(change: EditedFile) -> _RecordedChange:
    return _RecordedChange(change.path, _digest(change.before), _digest(change.after))


def _key(use: RecordedUse) -> str:
    return session_key(use.hook.agent, use.hook.session, use.hook.subagent)


def _digest(content: bytes | ContentRef | None) -> str | None:
    if content is None:
        return None
    return content.digest if isinstance(content, ContentRef) else digest(content)
