"""Reads edits from Aider's chat history (`.aider.chat.history.md`). Checked against Aider 0.86.2.

The file is Markdown: `# aider chat started at …`, `#### ` before each line of a prompt, `> ` before Aider's
own messages. Edits are the SEARCH/REPLACE blocks of the edit format `diff`; one took place where
`> Applied edit to …` follows. Times are local ones without a zone and are not used.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from gitprov.agents.payloads import report
from gitprov.agents.payloads.edits import Replace
from gitprov.agents.payloads.report import FileEdit
from gitprov.agents.transcripts.values import (
    RecordedPrompt,
    RecordedUse,
    SessionStart,
    TranscriptPart,
    end_of_rows,
)

AGENT = "aider"
OTHER_FORMAT = "edits of Aider in another format than `diff`"
_START = "# aider chat started at "
_BLOCK = re.compile(r"^<{5,9} SEARCH\n(.*?)^={5,9}\n(.*?)^>{5,9} REPLACE$", re.MULTILINE | re.DOTALL)
_MODEL = re.compile(r"^> (?:Main m|M)odel: (\S+) with ", re.MULTILINE)
_VERSION = re.compile(r"^> Aider v(\S+)", re.MULTILINE)
_APPLIED = re.compile(r"^> Applied edit to (.+?) *$", re.MULTILINE)
_PROMPT = re.compile(r"(?:^#### .*\n)+", re.MULTILINE)


class _SearchReplace(NamedTuple):
    """A block of an answer, with the file that the lines above it name and its place in the text."""

    path: str
    replace: Replace
    place: int


def read(data: bytes, start: int, session: SessionStart) -> TranscriptPart:  # noqa: ARG001 - all readers have it
    """The edits in a part of a history that begins at byte `start`, with a line."""
    text = data[: end_of_rows(data, 0)].decode("utf-8", "surrogateescape")
    starts = [match.start() for match in re.finditer(f"^{_START}", text, re.MULTILINE)]
    uses: list[RecordedUse] = []
    skipped: list[str] = []
    for first, last in zip(starts, [*starts[1:], len(text)], strict=False):
        _read_chat(text[first:last], start + _size(text[:first]), uses, skipped)
    resume = start + _size(text[: starts[-1]]) if starts else end_of_rows(data, start)
    return TranscriptPart(tuple(uses), {}, resume, skipped=tuple(skipped))


def _read_chat(chat: str, offset: int, uses: list[RecordedUse], skipped: list[str]) -> None:
    """Add the edits of one chat that begins at byte `offset`."""
    session = chat[len(_START) :].partition("\n")[0].strip()
    model, version = _MODEL.search(chat), _VERSION.search(chat)
    prompts = [*_PROMPT.finditer(chat)]
    for prompt, after in zip(prompts, [*prompts[1:], None], strict=False):
        place = offset + _size(chat[: prompt.start()])
        lines = [line[5:].rstrip(" ") for line in prompt.group().splitlines()]
        asking = RecordedPrompt(f"{session} {place - offset}", "\n".join(lines), None, place)
        answer = chat[prompt.end() : after.start() if after else len(chat)]
        applied = {match.group(1) for match in _APPLIED.finditer(answer)}
        blocks = [block for block in _blocks(answer) if block.path in applied]
        skipped += [OTHER_FORMAT] * len(applied - {block.path for block in blocks})
        for block in blocks:
            arguments = {"path": block.path, "search": block.replace.old, "replace": block.replace.new}
            hook = report.envelope(
                report.AFTER,
                AGENT,
                {"session_id": session},
                tool="edit",
                tool_use_id=f"{place - offset}-{block.place}",
                input=arguments,
            )
            uses.append(
                RecordedUse(
                    str(hook.tool_use_id),
                    hook,
                    (FileEdit(block.path, replaces=(block.replace,)),),
                    asking,
                    None,
                    True,
                    model=model.group(1) if model else None,
                    version=version.group(1) if version else None,
                )
            )


def _blocks(answer: str) -> list[_SearchReplace]:
    """The blocks of an answer; the name of the file stands above the fence before a block."""
    blocks = []
    for match in _BLOCK.finditer(answer):
        above = [line.strip() for line in answer[: match.start()].splitlines()]
        while above and (not above[-1] or above[-1].startswith("```")):
            above.pop()
        if above:
            path = above[-1].strip("`*:# ")
            replace = Replace(match.group(1), match.group(2))
            blocks.append(_SearchReplace(path, replace, match.start()))
    return blocks


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogateescape"))
