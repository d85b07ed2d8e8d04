"""Turns of a Claude Code session: where a turn begins, which turn an edit belongs to, its output."""

from __future__ import annotations

import os

from gitprov.agents.claude import claude_transcript
from gitprov.agents.claude.claude_code import Hook
from gitprov.agents.claude.claude_transcript import Prompt, Slice, ToolUse
from gitprov.agents.payloads import clients
from gitprov.errors import Damaged
from gitprov.flow.capture.moment import Moment, inbox_of, place_of
from gitprov.git.locate import Location, locate
from gitprov.model.event import ContentRef, InstructionFile, Turn
from gitprov.store import files
from gitprov.store.inbox import spool
from gitprov.store.inbox.inbox import Inbox
from gitprov.store.inbox.sessions import (
    CONNECTION,
    FORGOTTEN,
    PARENT_SESSION,
    UNREAD_END,
    derived_turn,
    session_key,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FIRST_READ = 1 << 20
"""How much of a transcript's end is read while there is no cursor for it, in bytes."""

READ_LIMIT = 64 << 20
"""Most that is read of a transcript at once, in bytes."""

UNTIL_END = 1 << 62
"""Offset of the next turn where none was announced: all further rows belong to this turn."""

_WAITING = 16
"""How many turns of a session, the newest ones, are searched for the prompt that a payload names."""

_SET_PROJECT = (clients.CLAUDE, clients.COPILOT, clients.QWEN, clients.GEMINI)
"""Clients that set CLAUDE_PROJECT_DIR; others may have inherited it from one that runs them."""

UNKNOWN_TURN = "p000000000000"
"""Id of the turn of a session to which edits without a known prompt belong."""


def submit(
    hook: Hook,
    moment: Moment,
    parent: str | None = None,
    host: str | None = None,
    connection: str | None = None,
) -> Turn | None:
    """Start a turn for a submitted prompt. The same prompt delivered twice starts one turn.

    `parent` is the session that started this one, for agents whose subagents have sessions of their own;
    `host` is what the agent runs in; `connection` names that of an editor. The result is the turn of the
    prompt, None where it belongs to no work tree.
    """
    place = home(hook, moment)
    if place is None or hook.prompt is None:
        return None
    inbox = inbox_of(place)
    prompt = inbox.put_text(hook.prompt)
    offset = None if hook.transcript is None else files.size(hook.transcript) or 0
    turn = _blank(hook, moment)._replace(
        prompt=prompt,
        prompt_id=hook.prompt_id,
        offset=offset,
        instructions=_with_plans(inbox, place, hook, moment),
        extra=_named({PARENT_SESSION: parent, CONNECTION: connection}),
    )
    turn = turn._replace(host=host or turn.host)
    last = _repeated(inbox, turn)
    turn = last or inbox.sessions.start(turn)
    spool.open_for_reports(inbox)
    return turn


def _repeated(inbox: Inbox, turn: Turn) -> Turn | None:
    """The session's last turn, if a prompt is that turn's, delivered again.

    Only Claude Code's turns have offsets. Another agent's prompt that comes again before its turn has ended
    is a second delivery, by another of its settings files; in another connection it is another prompt.
    """
    last = inbox.sessions.latest(turn.key)
    if last is None or (last.prompt, last.transcript) != (turn.prompt, turn.transcript):
        return None
    if turn.agent == clients.CLAUDE:
        return last if turn.offset and last.offset == turn.offset else None
    connections = {entry.extra.get(CONNECTION) for entry in (last, turn)}
    if None not in connections and len(connections) > 1:
        return None
    is_open = inbox.sessions.end(last.key, last.turn) is None
    return last if is_open and last.prompt_id == turn.prompt_id else None


def current(
    hook: Hook, inbox: Inbox, moment: Moment, tool: ToolUse | None, submitted: Turn | None = None
) -> Turn:
    """The turn that a tool use in `inbox`'s work tree belongs to; stored in that inbox if it is missing.

    `submitted` is the turn of the prompt, where it is known.
    """
    place = home(hook, moment)
    home_inbox = None if place is None else inbox_of(place)
    turn = None if home_inbox is None else submitted or _announced(home_inbox, hook)
    if home_inbox is not None and turn is not None:
        return turn if home_inbox.root == inbox.root else _adopted(turn, home_inbox, inbox)
    return _derived(hook, inbox, moment, tool.id if tool else None)


def _announced(inbox: Inbox, hook: Hook) -> Turn | None:
    """The turn of the session whose prompt the payload names, else the session's last turn.

    The last turn is not always the right one: a later prompt may already have been submitted and be waiting.
    """
    key = session_key(hook.agent, hook.session, hook.subagent)
    latest = inbox.sessions.latest(key)
    if latest is None or hook.prompt_id in (None, latest.prompt_id):
        return latest
    for name in reversed([name for name in inbox.sessions.turns(key) if name.isdecimal()][-_WAITING:]):
        turn = inbox.sessions.read(key, name)
        if isinstance(turn, Turn) and turn.prompt_id == hook.prompt_id:
            return turn
    return latest


def stop(hook: Hook, moment: Moment, submitted: Turn | None = None) -> None:
    """End a turn, or a subagent's turn: store its output while the transcript still exists.

    `submitted` is the turn, where it is known.
    """
    from gitprov.agents.payloads.tools import reads_of
    from gitprov.flow.capture.sessions import briefs, rewinds

    place = home(hook, moment)
    if place is None or (hook.name == "SubagentStop" and hook.subagent is None):
        return
    inbox = inbox_of(place)
    turn = submitted or _announced(inbox, hook) or _derived(hook, inbox, moment, None)
    end = Turn(turn.key, turn.turn)
    limit = UNTIL_END if turn.turn.isdecimal() else None
    transcript_turn = turn._replace(transcript=transcript_of(hook) or turn.transcript)
    excerpt = None if turn.extra.get(FORGOTTEN) else read_turn(transcript_turn, limit)
    if excerpt is not None:
        end = with_excerpt(inbox, end, excerpt, turn.prompt is None)
        reads = [path for tool in excerpt.tools.values() for path in reads_of(tool.name, tool.input)]
        briefs.add(inbox, turn.key, turn.turn, reads, hook.cwd or moment.cwd, moment)
    if turn.agent == clients.CLAUDE:
        rewinds.mark_claude(inbox, transcript_turn)
    if hook.message:
        end = end._replace(message=inbox.put_text(hook.message))
        if excerpt is None or not answers(excerpt, hook.message):
            # The last answer's row may be written later, so the transcript is read again at the commit.
            end = with_message(inbox, end, excerpt, hook.message)
            end = end._replace(extra={UNREAD_END: transcript_turn.transcript is not None})
    inbox.sessions.finish(end)


def session_started(hook: Hook, moment: Moment) -> None:
    """Record the model and source of a session that starts or resumes; clean up the inbox once a day."""
    place = home(hook, moment)
    if place is None:
        return
    inbox = inbox_of(place)
    row: dict[str, Any] = {"model": hook.model, "source": hook.source, "at": moment.at}
    inbox.sessions.note(session_key(hook.agent, hook.session), "session", row)
    stamp = os.path.join(inbox.root, "tidied")
    try:
        due = abs(moment.now - os.stat(stamp).st_mtime) > 86400
    except OSError:
        due = True
    if due:
        from gitprov.store.inbox import retention

        files.replace(inbox.tmp, stamp, b"", durable=False)
        for line in retention.prune(inbox, moment.now):
            inbox.log_problem(line, moment.at)
    spool.open_for_reports(inbox)


def read_turn(turn: Turn, next_offset: int | None) -> Slice | None:
    """The stretch of transcript of a turn whose offset is recorded; None without an offset or a transcript.

    Without `next_offset` the turn ends at the next prompt row.
    """
    if turn.transcript is None or turn.offset is None:
        return None
    size = files.size(turn.transcript)
    if size is None or size < turn.offset:
        return None
    data = files.read_range(turn.transcript, turn.offset, READ_LIMIT) or b""
    return claude_transcript.parse_turn(
        data, turn.offset, next_offset, turn.subagent is not None, turn.prompt_id
    )


def answers(excerpt: Slice, message: str) -> bool:
    """Whether a stretch of transcript contains `message`, the agent's last answer."""
    return message.strip() in excerpt.output


def with_message(inbox: Inbox, turn: Turn, excerpt: Slice | None, message: str) -> Turn:
    """The turn with an output that ends with the agent's last answer; its transcript lacks that answer."""
    parts = [excerpt.output] if excerpt is not None and excerpt.output else []
    return turn._replace(output=inbox.put_text("\n\n".join([*parts, message])))


def with_excerpt(inbox: Inbox, turn: Turn, excerpt: Slice, with_prompt: bool) -> Turn:
    """A turn completed from its stretch of transcript; the prompt is taken from there only `with_prompt`."""
    if with_prompt and excerpt.prompts:
        first = excerpt.prompts[0]
        turn = turn._replace(prompt=inbox.put_text(first.text), prompt_id=first.id)
    return turn._replace(
        output=inbox.put_text(excerpt.output) if excerpt.output else turn.output,
        model=excerpt.model or turn.model,
        usage=excerpt.usage or turn.usage,
        request_ids=excerpt.request_ids or turn.request_ids,
        tools=tuple(excerpt.tools) or turn.tools,
        agent_version=excerpt.version or turn.agent_version,
    )


def home(hook: Hook, moment: Moment) -> Location | None:
    """The work tree that the session belongs to: its project directory, which `cd` does not change."""
    project = moment.env.get("CLAUDE_PROJECT_DIR") if hook.agent in _SET_PROJECT else None
    place = locate(project) if project else None
    cwd = hook.cwd or moment.cwd
    return place or place_of(cwd, cwd, moment.env)


def subagent(hook: Hook) -> dict[str, Any] | None:
    """The subagent that a payload names, in the form that events and turns store."""
    return None if hook.subagent is None else {"id": hook.subagent, "type": hook.subagent_type}


def transcript_of(hook: Hook) -> str | None:
    """Path of the transcript that contains the tool use: a subagent has one beside its session's."""
    if hook.subagent is None:
        return hook.transcript
    if hook.subagent_transcript is not None or hook.transcript is None:
        return hook.subagent_transcript
    name = f"agent-{hook.subagent}.jsonl"
    session = hook.transcript.removesuffix(".jsonl")
    for path in (os.path.join(session, "subagents", name), os.path.join(os.path.dirname(session), name)):
        if "/" not in hook.subagent and files.size(path) is not None:
            return path
    return None


def instructions(inbox: Inbox, place: Location, hook: Hook, moment: Moment) -> tuple[InstructionFile, ...]:
    """The instruction files in force for a session, each with its text."""
    from gitprov.flow.capture.sessions import briefs

    instruction_files: list[InstructionFile] = []
    settings = moment.env.get("CLAUDE_CONFIG_DIR") or os.path.join(moment.env.get("HOME", ""), ".claude")
    personal_text = _content(os.path.join(settings, "CLAUDE.md")) if os.path.isabs(settings) else None
    if personal_text is not None:
        instruction_files.append(InstructionFile("~/.claude/CLAUDE.md", inbox.put_blob(personal_text)))
    names = briefs.config_at(inbox, place, moment).instructions
    inside = locate(hook.cwd or moment.cwd)
    parts = inside.path.split("/") if inside and inside.path and inside.worktree == place.worktree else []
    for depth in range(len(parts) + 1):
        for name in names:
            path = "/".join([*parts[:depth], name])
            text = briefs.content(place, path)
            if text is not None:
                instruction_files.append(InstructionFile(path, inbox.put_blob(text)))
    return tuple(instruction_files)


def _named(fields: dict[str, str | None]) -> dict[str, str]:
    """The fields that have a value."""
    return {name: value for name, value in fields.items() if value is not None}


def _with_plans(inbox: Inbox, place: Location, hook: Hook, moment: Moment) -> tuple[InstructionFile, ...]:
    """The instruction files in force, and the plans that the prompt names."""
    from gitprov.flow.capture.sessions import briefs

    standing = instructions(inbox, place, hook, moment)
    names = briefs.mentioned(hook.prompt or "")
    plans = briefs.plans(inbox, names, hook.cwd or moment.cwd, moment) if names else ()
    return (*standing, *(plan for plan in plans if plan.path not in {entry.path for entry in standing}))


def _derived(hook: Hook, inbox: Inbox, moment: Moment, tool_use_id: str | None) -> Turn:
    """The turn according to the transcript, for a tool use that belongs to no announced turn."""
    turn = _blank(hook, moment)
    cursor = inbox.sessions.noted(turn.key, "cursor")
    cursor_turn = cursor.get("turn")
    cursor_turn = cursor_turn if isinstance(cursor_turn, str) and cursor_turn.isalnum() else None
    prompts, end = _new_prompts(turn, cursor, tool_use_id)
    if end is not None:
        newest = derived_turn("p", prompts[-1].id) if prompts else cursor_turn
        inbox.sessions.note(
            turn.key, "cursor", {"transcript": turn.transcript, "offset": end, "turn": newest}
        )
    if prompts:
        prompt = prompts[-1]
        turn = turn._replace(
            turn=derived_turn("p", prompt.id),
            prompt=inbox.put_text(prompt.text),
            prompt_id=prompt.id,
            at=_second(prompt.at) or moment.at,
            offset=prompt.offset,
        )
    else:
        turn = turn._replace(turn=cursor_turn or UNKNOWN_TURN)
    old = inbox.sessions.read(turn.key, turn.turn)
    if isinstance(old, Turn):
        return old
    place = home(hook, moment)
    if place is not None:
        turn = turn._replace(instructions=instructions(inbox, place, hook, moment))
    return inbox.sessions.put(turn)


def _new_prompts(
    turn: Turn, cursor: dict[str, Any], tool_use_id: str | None
) -> tuple[list[Prompt], int | None]:
    """Prompts between the cursor and the tool use, and the offset of the tool use's row in bytes.

    Rows after it may be of later tool uses, whose reports are still to come. Without the tool use: all
    prompts and the offset after the last complete row. Without a transcript the offset is None.
    """
    size = None if turn.transcript is None else files.size(turn.transcript)
    if turn.transcript is None or size is None:
        return [], None
    start = cursor.get("offset") if cursor.get("transcript") == turn.transcript else None
    if not isinstance(start, int) or not 0 <= start <= size:
        start = 0 if turn.subagent is not None else max(0, size - FIRST_READ)
    data = files.read_range(turn.transcript, start, READ_LIMIT) or b""
    place = data.find(tool_use_id.encode("utf-8", "replace")) if tool_use_id else -1
    stop = data.rfind(b"\n", 0, place if place >= 0 else len(data)) + 1
    return claude_transcript.prompts(data[:stop], start, turn.subagent is not None), start + stop


def _adopted(turn: Turn, home_inbox: Inbox, inbox: Inbox) -> Turn:
    """A turn that was announced in another work tree, copied into the inbox of the work tree of its edit."""
    name = derived_turn("x", f"{home_inbox.root}\0{turn.turn}")
    old = inbox.sessions.read(turn.key, name)
    if isinstance(old, Turn):
        return old
    return inbox.sessions.put(
        turn._replace(
            turn=name,
            prompt=_moved(turn.prompt, home_inbox, inbox),
            instructions=tuple(
                InstructionFile(
                    instruction.path, _moved(instruction.ref, home_inbox, inbox) or instruction.ref
                )
                for instruction in turn.instructions
            ),
        )
    )


def _moved(ref: ContentRef | None, home_inbox: Inbox, inbox: Inbox) -> ContentRef | None:
    if ref is None or not ref.stored:
        return ref
    try:
        return inbox.blobs.put_text(home_inbox.get_blob(ref))
    except Damaged:
        return ref


def _blank(hook: Hook, moment: Moment) -> Turn:
    return Turn(
        key=session_key(hook.agent, hook.session, hook.subagent),
        turn="",
        agent=hook.agent,
        session=hook.session,
        subagent=subagent(hook),
        at=moment.at,
        cwd=hook.cwd,
        transcript=transcript_of(hook),
        # The environment of a report that is recorded later is that of another process.
        host=clients.host_of(hook.agent, moment.env) if moment.file is None else None,
    )


def _second(at: str | None) -> str | None:
    """A transcript's time without fractions of a second; None where it does not look like one."""
    if at is None or len(at) < 20 or at[4] != "-" or at[10] != "T" or not at.endswith("Z"):
        return None
    return at[:19] + "Z"


def _content(path: str) -> bytes | None:
    """A file outside the work tree, or None. Links are followed, as the person who runs gitprov set them."""
    try:
        return files.read(path, FIRST_READ + 1)
    except OSError:
        return None
