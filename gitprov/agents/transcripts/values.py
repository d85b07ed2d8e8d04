"""What a reader of transcripts returns, and what all readers of JSON Lines share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from gitprov.agents.claude.claude_code import Hook
from gitprov.agents.payloads.report import FileEdit
from gitprov.model.untrusted.jsonvalue import loads

NOT_JSON = "rows that are no JSON object"
"""Why a row is skipped."""
ELSEWHERE = "/"
"""Directory of a session for which none of the edited files shows it: that of no work tree."""


class RecordedPrompt(NamedTuple):
    """A prompt in a transcript. `id` is unique in its session; `prompt_id` is the one in the agent's hooks.

    `offset` is where its turn begins, in bytes from the start of the file. `at` is the row's own time.
    """

    id: str
    text: str
    at: str | None
    offset: int
    prompt_id: str | None = None


class RecordedUse(NamedTuple):
    """A tool use that edited files. `hook` is like that of its live report, and so has the same key.

    `id` is the tool use's in the transcript, which hooks of some agents lack. `is_done`: the transcript has a
    result, and it is no failure. `prompt` is None where the transcript has none before it. `is_command`: the
    edits are those that a shell command makes by its text. `at` is the second of the call, `ended` the time
    of its result, else its own, in the form of `instant`.
    """

    id: str
    hook: Hook
    edits: tuple[FileEdit, ...]
    prompt: RecordedPrompt | None
    at: str | None
    is_done: bool
    model: str | None = None
    request_id: str | None = None
    version: str | None = None
    is_command: bool = False
    ended: str | None = None

    @property
    def order(self) -> str:
        """What tool uses of several sessions are sorted by; empty where no time is known."""
        return self.ended or (self.at or "")[:19]


class RecordedAnswer(NamedTuple):
    """The end of a turn: the agent's last answer, and the whole output where the transcript has it."""

    message: str | None = None
    output: str | None = None
    usage: dict[str, int] = {}  # noqa: RUF012 - never written to
    request_ids: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()


class TakenBack(NamedTuple):
    """Prompts that a session took back, by their ids in the agent's hooks; without `ids` the whole record of
    the session shows which.
    """

    agent: str
    session: str
    ids: tuple[str, ...] = ()


class TranscriptPart(NamedTuple):
    """A part of a transcript. `resume` is where the next part begins, with each call that has no result.

    `cwd` is the session's directory where the part has it. `answers`: id of a prompt → the end of its turn.
    `skipped` has a reason for each row with an edit that could not be understood. `prompts` are those in the
    part, `prompt` is the one in force at its end.
    """

    uses: tuple[RecordedUse, ...]
    answers: dict[str, RecordedAnswer]
    resume: int
    cwd: str | None = None
    skipped: tuple[str, ...] = ()
    prompt: RecordedPrompt | None = None
    prompts: tuple[RecordedPrompt, ...] = ()
    taken_back: TakenBack | None = None


class SessionStart(NamedTuple):
    """What a reader gets besides the part: the first bytes of the file, the name of the session's file or
    directory, the prompt that was in force where the part begins, and the work tree that is swept.
    """

    head: bytes = b""
    name: str = ""
    prompt: RecordedPrompt | None = None
    subagent: str | None = None
    worktree: str | None = None


class TranscriptRow(NamedTuple):
    """A row of JSON Lines with the offset of its first byte in the file."""

    offset: int
    line: bytes

    def parsed(self) -> dict[str, Any] | None:
        """The row's object; None if it is damaged."""
        return row_of(self.line)


def rows_with(data: bytes, start: int, needles: tuple[bytes, ...]) -> Iterator[TranscriptRow]:
    """The complete rows of `data` that contain one of the needles, in order.

    `data` begins at byte `start` of the file, with a row.
    """
    for first, last in sorted(spans_with(data, needles).items()):
        yield TranscriptRow(start + first, data[first:last])


def spans_with(data: bytes, needles: tuple[bytes, ...]) -> dict[int, int]:
    """Start → end (exclusive, in bytes of `data`) of each complete row that contains one of the needles.

    Each needle is one pass over `data` at the speed of memory; a longer needle is a faster one.
    """
    spans: dict[int, int] = {}
    for needle in needles:
        place = data.find(needle)
        while place >= 0:
            last = data.find(b"\n", place)
            if last < 0:
                break
            spans[data.rfind(b"\n", 0, place) + 1] = last
            place = data.find(needle, last)
    return spans


def row_of(line: bytes) -> dict[str, Any] | None:
    """The object in a line; None where there is none."""
    try:
        row = loads(line, forgiving=True)
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) else None


def first_rows(head: bytes, most: int = 20) -> Iterator[dict[str, Any]]:
    """The readable ones of the first rows of a file."""
    for line in head.split(b"\n", most)[:most]:
        row = row_of(line)
        if row is not None:
            yield row


def end_of_rows(data: bytes, start: int) -> int:
    """The offset after the last complete row."""
    return start + data.rfind(b"\n") + 1


def instant(at: object) -> str | None:
    """A time of a transcript with its fraction of a second, UTC, without the `Z`: such texts sort by time."""
    return at[:-1] if isinstance(at, str) and second(at) is not None else None


def second(at: object) -> str | None:
    """A time of a transcript without fractions of a second, UTC; None where it does not look like one."""
    if not isinstance(at, str) or len(at) < 20 or at[4] != "-" or at[10] != "T" or not at.endswith("Z"):
        return None
    return at[:19] + "Z"
