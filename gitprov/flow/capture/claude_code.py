"""Claude Code's hooks: what each handled hook writes to the inbox."""

from __future__ import annotations

import os

from gitprov.agents.claude import claude_code, claude_transcript
from gitprov.agents.claude.claude_code import FileState, Hook, ProposedEdit
from gitprov.agents.claude.claude_transcript import ToolUse
from gitprov.flow.capture.moment import Moment, content_of, inbox_of, look_around, place_of, report
from gitprov.flow.capture.sessions import turns
from gitprov.git.locate import Location
from gitprov.store import files
from gitprov.store.inbox import spool
from gitprov.store.inbox.inbox import Inbox, inbox_root
from gitprov.store.inbox.snapshots import Snapshot

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_TAILS = (1 << 16, 1 << 20)
"""How many bytes of a transcript's end are searched for a tool use: the first nearly always suffice."""
_LATE_TAILS = (*_TAILS, 1 << 26)
"""The same for a report that was stored: the transcript has grown since."""


def read_hook(payload: object, moment: Moment) -> Hook:
    """Read one hook payload. ValueError where it is not one."""
    hook = claude_code.read(payload)
    if hook.transcript is not None and hook.transcript.startswith("~/"):
        hook = hook._replace(transcript=moment.env.get("HOME", "") + hook.transcript[1:])
    return hook


def inboxes(hook: Hook, moment: Moment) -> list[Inbox]:
    """The inboxes that a payload is about: that of the session, then that of the tool's target."""
    places = dict.fromkeys((turns.home(hook, moment), _place(hook, moment)))
    return [inbox_of(place) for place in places if place is not None]


def record_hook(hook: Hook, moment: Moment) -> None:
    """Carry out one hook payload. Raises ValueError and OSError for problems that go to the log."""
    if hook.name == "PreToolUse":
        _before_tool(hook, moment)
    elif hook.name == "PostToolUse":
        _after_tool(hook, moment)
    elif hook.name == "PostToolUseFailure":
        _tool_failed(hook, moment)
    elif hook.name == "UserPromptSubmit":
        turns.submit(hook, moment)
    elif hook.name in ("Stop", "SubagentStop"):
        turns.stop(hook, moment)
    elif hook.name == "SessionStart":
        turns.session_started(hook, moment)


def _before_tool(hook: Hook, moment: Moment) -> None:
    place = _place(hook, moment)
    if place is not None:
        inbox = inbox_of(place)
        content = _content(place, moment)
        ref = None if content is None else inbox.put_blob(content)
        inbox.marks.put(hook.tool_key, Snapshot(place.path, ref))


def _tool_failed(hook: Hook, moment: Moment) -> None:
    place = _place(hook, moment)
    if place is not None:
        inbox_of(place).marks.drop(hook.tool_key)


def _after_tool(hook: Hook, moment: Moment) -> None:
    place = _place(hook, moment)
    if place is None:
        return
    inbox = inbox_of(place)
    spool.open_for_reports(inbox)
    if inbox.marks.is_done(hook.tool_key):
        return
    tool = _tool_use(hook, moment)
    try:
        edits, proposal = _changes(hook, inbox, place, tool, moment)
    except ValueError as error:
        report(f"{hook.tool} of {place.path} was not recorded: {error}", moment, inbox)
        return
    turn = turns.current(hook, inbox, moment, tool)
    text = claude_transcript.tool_text(str(hook.tool), hook.tool_use_id, proposal)
    shared = {
        "path": place.path,
        "at": moment.at,
        "session": hook.session,
        "subagent": turns.subagent(hook),
        "key": turn.key,
        "turn": turn.turn,
        "tool": hook.tool,
        "tool_use_id": hook.tool_use_id,
        "input": inbox.put_text(text).to_json(),
    }
    if moment.file is None:
        look_around(inbox, place)
    inbox.append_once(hook.tool_key, [_row(inbox, one, hook, tool, shared) for one in edits])


def _row(
    inbox: Inbox, change: ProposedEdit, hook: Hook, tool: ToolUse | None, shared: dict[str, Any]
) -> dict[str, Any]:
    """One event as JSON. A person's change to a proposal is recorded without agent and model."""
    ai = change.type == "ai"
    return {
        **shared,
        "type": change.type,
        "before": inbox.reference(change.before),
        "after": inbox.reference(change.after),
        "agent": hook.agent if ai else None,
        "model": tool.model if ai and tool else None,
        "request_id": tool.request_id if ai and tool else None,
        "user_modified": ai and hook.user_modified,
        "human": None,
    }


def _changes(
    hook: Hook, inbox: Inbox, place: Location, tool: ToolUse | None, moment: Moment
) -> tuple[list[ProposedEdit], dict[str, Any]]:
    """The edits, and the tool input as the model wrote it. ValueError where the content before is unknown."""
    disk = _content(place, moment)
    seen = _seen(hook, inbox, place)
    proposal = tool.input if tool is not None else hook.input
    try:
        return claude_code.changes(hook, proposal, seen, disk), proposal
    except ValueError:
        if proposal == hook.input and seen is not None:
            raise
    if proposal != hook.input:
        # The transcript's input may lack fields of the hook's input; a person's changes take precedence.
        try:
            return claude_code.changes(hook, hook.input, seen, disk), hook.input
        except ValueError:
            if seen is not None:
                raise
    from gitprov.flow.capture.last_known import last_known

    # A person may have typed since the last recorded content, so it proves only that there was no file.
    if last_known(inbox, place, moment.env) is not None or hook.response.get("type") == "update":
        raise ValueError("the content of the file before the edit is unknown")
    return claude_code.changes(hook, hook.input, FileState(None), disk), hook.input


def _seen(hook: Hook, inbox: Inbox, place: Location) -> FileState | None:
    snapshot = inbox.marks.get(hook.tool_key)
    if snapshot is None or snapshot.path != place.path:
        return None
    if snapshot.content is None:
        return FileState(None)
    if not snapshot.content.stored:
        return FileState(None, snapshot.content)
    return FileState(inbox.get_blob(snapshot.content))


def _tool_use(hook: Hook, moment: Moment) -> ToolUse | None:
    """The tool use as the transcript records it: the model's unchanged input, its model and request."""
    reaches = _TAILS if moment.file is None else _LATE_TAILS
    path = turns.transcript_of(hook)
    size = None if path is None else files.size(path)
    if path is None or not size or not hook.tool_use_id:
        return None
    for reach in reaches:
        tail = files.read_range(path, max(0, size - reach), reach + (1 << 16))
        tool = claude_transcript.find_tool_use(tail or b"", hook.tool_use_id)
        if tool is not None or size <= reach:
            return tool
    return None


def _place(hook: Hook, moment: Moment) -> Location | None:
    """The location of the tool's target; None for other tools and for files outside every work tree.

    ValueError where the report was stored with the content of another file or in another inbox.
    """
    if hook.target is None:
        return None
    cwd = hook.cwd or moment.cwd
    path = os.path.join(cwd, hook.target)
    if moment.file is not None and moment.file.path != path:
        raise ValueError(f"{moment.file.path[:200]} was stored with a report of {path[:200]}")
    place = place_of(path, cwd, moment.env)
    if moment.file is not None and not (place and _is_inbox(moment.file.inbox, place)):
        raise ValueError(f"{path[:200]} is not in the work tree any more")
    return place if place is not None and place.path else None


def _is_inbox(root: str, place: Location) -> bool:
    try:
        return os.path.samefile(root, inbox_root(place.common_dir, place.worktree_id))
    except OSError:
        return False


def _content(place: Location, moment: Moment) -> bytes | None:
    """The target's content at the moment of the report; None where there is no such file."""
    return content_of(place) if moment.file is None else moment.file.content
