"""Collects prompts, tool calls and their results from the rows of a transcript.

A call and its result are put together as the payload that the agent's hook would have sent, which the live
adapter reads: so a tool use has the same key and the same edits both ways.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from gitprov.agents.commands import effects
from gitprov.agents.payloads import adapters
from gitprov.agents.payloads.report import FileEdit
from gitprov.agents.transcripts.values import (
    NOT_JSON,
    RecordedAnswer,
    RecordedPrompt,
    RecordedUse,
    SessionStart,
    TranscriptPart,
    end_of_rows,
    instant,
    rows_with,
    second,
)


class _PayloadCall:
    """A tool call: the fields of its payload, and whether it has a result and failed."""

    def __init__(
        self, name: str, payload: dict[str, Any], prompt: RecordedPrompt | None, offset: int
    ) -> None:
        self.name, self.payload, self.prompt, self.offset = name, payload, prompt, offset
        self.facts: dict[str, Any] = {}
        self.edits: tuple[FileEdit, ...] | None = None
        self.at: str | None = None
        self.ended: str | None = None
        self.is_done = self.is_failed = self.is_later = False


class ParsedRow(NamedTuple):
    """A row with the offset of its first byte in the file."""

    offset: int
    value: dict[str, Any]


class TranscriptReader:
    """What was read of one part so far. `agent` names the live adapter, `cwd` is the session's directory.

    `event` is the event of a finished tool use, for payloads that name none. `version` is the agent's.
    `has_results`: the agent's records have results of tools.
    """

    def __init__(
        self, agent: str, session: SessionStart, event: str | None = None, *, has_results: bool = True
    ) -> None:
        self.agent = agent
        self.session = session
        self.event = event
        self._has_results = has_results
        self.cwd: str | None = None
        self.version: str | None = None
        self.skipped: list[str] = []
        self._offset = 0
        self._calls: dict[str, _PayloadCall] = {}
        self._prompts: list[RecordedPrompt] = []
        self._messages: dict[str, str] = {}

    def rows(self, data: bytes, start: int, needles: tuple[bytes, ...]) -> Iterator[ParsedRow]:
        """The rows of a part with one of the needles, as `rows_with`; damaged ones are counted."""
        for row in rows_with(data, start, needles):
            self._offset = row.offset
            value = row.parsed()
            if value is None:
                self.skipped.append(NOT_JSON)
            else:
                yield ParsedRow(row.offset, value)

    @property
    def newest_prompt(self) -> RecordedPrompt | None:
        """The prompt in force."""
        return self._prompts[-1] if self._prompts else self.session.prompt

    def prompt(self, prompt: RecordedPrompt) -> None:
        """Add a prompt: the calls before it will get no result any more."""
        self._prompts.append(prompt)
        for call in self._calls.values():
            call.is_later = True

    def call(self, name: str, payload: dict[str, Any], at: object, **facts: Any) -> None:  # noqa: ANN401
        """Add a call by its id, with `model` and `request_id` where the transcript has them."""
        call = self._calls.setdefault(name, _PayloadCall(name, payload, self.newest_prompt, self._offset))
        call.payload = {**call.payload, **payload}
        call.facts.update(facts)
        call.at, call.ended = second(at) or call.at, instant(at) or call.ended
        call.is_later = call.is_later or not self._has_results

    def result(
        self,
        name: str,
        payload: dict[str, Any],
        *,
        failed: bool = False,
        edits: tuple[FileEdit, ...] | None = None,
        at: object = None,
    ) -> None:
        """Add the result of a call: further fields of its payload, the edits that it made, its time."""
        call = self._calls.get(name)
        if call is not None:
            call.payload = {**call.payload, **payload}
            call.is_done, call.is_failed = True, failed
            call.ended = instant(at) or call.ended
            call.edits = edits if edits is not None else call.edits

    def message(self, text: str | None) -> None:
        """Add what the model wrote: the last one of a turn is its answer."""
        if text and self.newest_prompt is not None:
            self._messages[self.newest_prompt.id] = text

    def part(self, data: bytes, start: int) -> TranscriptPart:
        """The part that was read, `data` from byte `start` on."""
        uses = tuple(use for call in self._calls.values() if (use := self._use(call)) is not None)
        waiting = [call.offset for call in self._calls.values() if not call.is_done and not call.is_later]
        resume = min(waiting, default=end_of_rows(data, start))
        answers = {name: RecordedAnswer(message) for name, message in self._messages.items()}
        return TranscriptPart(uses, answers, resume, self.cwd, tuple(self.skipped), self.newest_prompt)

    def _use(self, call: _PayloadCall) -> RecordedUse | None:
        """The use of a call that edits files; None where it failed or may still get its result.

        A shell command that failed may have written text before: that counts as without a result.
        """
        if not (call.is_done or call.is_later):
            return None
        report = adapters.read(self.agent, call.payload, self.event)
        edits = call.edits if call.edits is not None or report is None else report.edits
        is_command = not edits and report is not None and bool(report.command)
        if is_command and report is not None:
            edits = effects.edits_of(report.command or "", report.directory or "")
            edits = effects.texts(edits) if call.is_failed else edits
        if report is None or not edits or (call.is_failed and not is_command):
            return None
        hook = report.hook._replace(
            cwd=report.hook.cwd or self.cwd, session=report.hook.session or self.session.name
        )
        return RecordedUse(
            call.name,
            hook,
            edits,
            call.prompt,
            call.at,
            call.is_done and not call.is_failed,
            model=call.facts.get("model") or hook.model,
            request_id=call.facts.get("request_id"),
            version=self.version,
            is_command=is_command,
            ended=call.ended,
        )
