"""Hooks of agents other than Claude Code: what each report writes to the inboxes of the files that it names.

A tool use that was announced is an intent (`store/inbox/intents.py`) until its report comes, its session ends
its turn, or a commit: then the content of the files decides whether it took place.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any

from gitprov.agents.payloads import adapters, report
from gitprov.agents.payloads.report import HookReport
from gitprov.agents.payloads.tools import reads_of
from gitprov.flow.capture import edit_contents
from gitprov.flow.capture.arrivals import (
    Delivered,
    EditTarget,
    by_inbox,
    directory_of,
    edited_meanwhile,
    places_of,
    read,
    session_of,
    shell_place,
    targets_of,
)
from gitprov.flow.capture.moment import Moment, content_of, inbox_of
from gitprov.flow.capture.moment import report as log
from gitprov.flow.capture.sessions import briefs, turns
from gitprov.model.event import LATE, ContentRef, Turn
from gitprov.store import files
from gitprov.store.inbox import intents
from gitprov.store.inbox.inbox import Inbox
from gitprov.store.inbox.intents import Intent
from gitprov.store.inbox.snapshots import Snapshot

_TAIL = 1 << 18
"""Bytes at the end of an agent's record of a session that are searched for the model."""


def inboxes(delivered: Delivered, moment: Moment) -> list[Inbox]:
    """The inboxes that a report is about: that of the session, and those of the files."""
    places = [turns.home(delivered.report.hook, moment)]
    places += [target.place for target in targets_of(delivered.report, moment)]
    by_root = {inbox.root: inbox for inbox in (inbox_of(place) for place in places if place is not None)}
    return list(by_root.values())


def record(delivered: Delivered, moment: Moment) -> None:
    """Carry out one report. Raises ValueError and OSError for problems that go to the log."""
    hook, name = delivered.report.hook, delivered.report.hook.name
    around = inboxes(delivered, moment)
    for inbox in around:
        close(inbox, moment, session_of(delivered.report), but=hook.tool_key, final=name in _ENDS)
    if name in _ENDS:
        _look_back(delivered, moment)
    if name == report.PROMPT:
        turns.submit(hook, moment, delivered.report.parent)
    elif name == report.BEFORE:
        _before(delivered, moment)
    elif name == report.AFTER or (name == report.FAILED and delivered.report.command is not None):
        _read_files(delivered, moment)
        _after(delivered, moment)
    elif name == report.FAILED:
        for inbox in around:
            intents.drop(inbox, hook.tool_key)
    elif name == report.STOP:
        _stop(delivered, moment)
    elif name == report.START:
        turns.session_started(hook, moment)


_ENDS = (report.PROMPT, report.STOP)


def _look_back(delivered: Delivered, moment: Moment) -> None:
    """Mark the turns of a session whose prompts were taken back since."""
    path, ids = delivered.report.transcript, delivered.report.abandoned
    place = turns.home(delivered.report.hook, moment)
    if place is None or not (ids or (path and delivered.agent == "gemini")):
        return
    from gitprov.flow.capture.sessions import rewinds

    rewinds.mark_ids(inbox_of(place), session_of(delivered.report), ids)
    if path and delivered.agent == "gemini":
        rewinds.mark_gemini(inbox_of(place), session_of(delivered.report), path)


def _read_files(delivered: Delivered, moment: Moment) -> None:
    """Add plans that a tool has read to the instructions of the turn."""
    hook = delivered.report.hook
    paths = reads_of(hook.tool, hook.input)
    place = turns.home(hook, moment) if paths else None
    turn = None if place is None else inbox_of(place).sessions.latest(session_of(delivered.report))
    if place is not None and turn is not None:
        cwd = directory_of(delivered.report, moment)
        briefs.add(inbox_of(place), turn.key, turn.turn, paths, cwd, moment)


def close(inbox: Inbox, moment: Moment, session: str | None, *, but: str = "", final: bool = False) -> None:
    """Record the open intents (of one session, except `but`) whose edits are in the files.

    `final`: the others were refused or failed, and are dropped.
    """
    for intent in intents.open_intents(inbox, session):
        if intent.key == but:
            continue
        delivered = read(intent.agent, intent.event, dict(intent.payload), moment)
        if delivered is not None and _happened(
            delivered.report, inbox, intent, moment._replace(cwd=intent.cwd)
        ):
            _after(delivered, moment._replace(cwd=intent.cwd))
        elif final:
            intents.drop(inbox, intent.key)


def _happened(announced: HookReport, inbox: Inbox, intent: Intent, moment: Moment) -> bool:
    """Whether every file is exactly as the announced edits make it, and one of them was not so before."""
    changed = False
    for target in targets_of(announced, moment):
        if inbox_of(target.place).root != inbox.root or not target.edit.is_exact:
            return False
        before = _announced_content(target, inbox, intent)
        disk = content_of(target.place)
        try:
            after = report.applied(target.edit, before if isinstance(before, bytes) else None, disk)
        except ValueError:
            return False
        if after != disk or isinstance(before, ContentRef):
            return False
        changed = changed or before != disk
    return changed


def close_at_commit(inbox: Inbox, env: Mapping[str, str], above: int, now: float) -> None:
    """Record the open intents whose edits are in the files, before a commit is made of them.

    `above` is the commit's parent process: what a shell command has done so far is recorded only if the
    command itself makes the commit, since others may have changed files while it runs.
    """
    from gitprov.git.user import parent_command

    ancestors = {process.token for process in parent_command.above(above)}
    for intent in intents.open_intents(inbox):
        moment = Moment(now, env, intent.cwd, above=above)
        delivered = read(intent.agent, intent.event, dict(intent.payload), moment)
        if delivered is None:
            continue
        if intent.walk is not None and intent.process in ancestors:
            _record_walk(delivered, inbox, intent, moment, f"{intent.key}\0{intent.nonce}\0{now}")
            intents.drop(inbox, intent.key)
            _announce(delivered, inbox, [], moment, intent.process)
        elif _happened(delivered.report, inbox, intent, moment):
            _after(delivered, moment)


def _before(delivered: Delivered, moment: Moment) -> None:
    process = None if delivered.report.command is None else _agent_process(moment.above)
    for inbox, targets in by_inbox(delivered, moment):
        _announce(delivered, inbox, targets, moment, process)


def _announce(
    delivered: Delivered, inbox: Inbox, targets: list[EditTarget], moment: Moment, process: str | None
) -> None:
    """Store the intent of a tool use with the files as they are. `process`: that of a shell tool's agent."""
    hook = delivered.report.hook
    snapshots = []
    for place in places_of(targets):
        content = content_of(place)
        snapshots.append(Snapshot(place.path, None if content is None else inbox.put_blob(content)))
    tree = shell_place(delivered, moment)
    walk = None
    if tree is not None and inbox_of(tree).root == inbox.root:
        from gitprov.flow.capture import shell

        walk = shell.look(tree, inbox, moment.env).to_json()
    intent = Intent(
        key=hook.tool_key,
        session=session_of(delivered.report),
        agent=delivered.agent,
        event=delivered.event,
        cwd=moment.cwd,
        payload=delivered.payload,
        nonce=os.urandom(8).hex(),
        seq=inbox.next_seq() - 1,
        snapshots=tuple(snapshots),
        walk=walk,
        process=process,
    )
    intents.put(inbox, intent)


def _after(delivered: Delivered, moment: Moment) -> None:
    hook = delivered.report.hook
    for inbox, targets in by_inbox(delivered, moment):
        intent = intents.get(inbox, hook.tool_key)
        if inbox.marks.is_done(hook.tool_key) and (intent is None or hook.tool_use_id):
            continue
        key = (
            hook.tool_key
            if hook.tool_use_id
            else f"{hook.tool_key}\0{intent.nonce if intent else moment.now}"
        )
        done = hook.name in (report.AFTER, report.FAILED)
        if intent is not None and intent.walk is not None and done:
            close(inbox, moment, None, but=intent.key)
            _record_walk(delivered, inbox, intent, moment, key)
        elif targets:
            record_edits(delivered, inbox, list(_changes(targets, inbox, intent, moment)), key, moment)
        intents.drop(inbox, hook.tool_key)
        with inbox.marks.hold(hook.tool_key) as mark:
            if not mark.done:
                mark.finish()


def _record_walk(delivered: Delivered, inbox: Inbox, intent: Intent, moment: Moment, key: str) -> None:
    """Record what a shell command changed since it was announced."""
    place = shell_place(delivered, moment)
    if place is None or intent.walk is None:
        return
    from gitprov.flow.capture import shell

    walk = shell.Walk.from_json(intent.walk)
    command = delivered.report.command or ""
    mixed = edited_meanwhile(inbox, intent, moment)
    changes = list(shell.changes(walk, command, intent.seq, place, inbox, moment.env))
    changes = [change for change in changes if change.path not in mixed]
    record_edits(delivered, inbox, changes, key, moment)


def _agent_process(above: int) -> str | None:
    """The nearest process above a hook that is no shell: the agent. None where processes cannot be read."""
    from gitprov.git.user import parent_command

    for process in parent_command.above(above):
        name = os.path.basename(process.words[0]).lstrip("-") if process.words else ""
        if name and name not in _SHELLS:
            return process.token
    return None


_SHELLS = frozenset(("sh", "bash", "dash", "zsh", "fish", "ksh", "busybox", "env", "nu"))


def _changes(
    targets: list[EditTarget], inbox: Inbox, intent: Intent | None, moment: Moment
) -> Iterator[edit_contents.EditedFile]:
    """The changes of the files in order; those of one file follow each other."""
    latest: dict[str, bytes | None] = {}
    for target in targets:
        place = target.place
        try:
            before = _content_before(target, inbox, intent, moment, latest)
            yield from edit_contents.changes(
                target.edit, place.path, before, content_of(place), intent is not None
            )
        except ValueError as error:
            log(f"an edit of {place.path} was not recorded: {error}", moment, inbox)
            continue
        if target.edit.removed:
            latest[place.path] = None


def _content_before(
    target: EditTarget, inbox: Inbox, intent: Intent | None, moment: Moment, latest: dict[str, bytes | None]
) -> bytes | ContentRef | None:
    """The file before an edit, from the most reliable source. ValueError where there is none."""
    source = target.source or target.place
    disk = content_of(target.place)
    seen = _announced_content(target, inbox, intent) if intent is not None else None
    stated = edit_contents.stated(target.edit, seen if isinstance(seen, bytes) else None, disk)
    if stated is not None:
        return stated.content
    if source.path in latest:
        return latest[source.path]
    if intent is not None:
        return seen
    undone = edit_contents.undone(target.edit, disk)
    if undone is not None:
        return undone
    from gitprov.flow.capture.last_known import last_known

    # A person may have typed since the last recorded content, so it proves only that there was no file.
    content = last_known(inbox, source, moment.env)
    if content is not None and content != disk:
        raise ValueError("the content of the file before the edit is unknown")
    return content


def _announced_content(target: EditTarget, inbox: Inbox, intent: Intent | None) -> bytes | ContentRef | None:
    """The file when the edit was announced, or after the newest event since; None where there was none.

    Of two edits of a file that were announced together, the second's file is the first's result.
    """
    if intent is None:
        return None
    path = (target.source or target.place).path
    event = inbox.last_event(path)
    if event is not None and event.seq > intent.seq:
        ref = event.after
    else:
        snapshot = intent.snapshot(path)
        if snapshot is None:
            raise ValueError("the content of the file before the edit is unknown")
        ref = snapshot.content
    return ref if ref is None or not ref.stored else inbox.get_blob(ref)


def record_edits(
    delivered: Delivered,
    inbox: Inbox,
    changes: list[edit_contents.EditedFile],
    key: str,
    moment: Moment,
    submitted: Turn | None = None,
) -> None:
    """Add the events of one tool use, in its turn: `submitted`, where it is known."""
    hook = delivered.report.hook
    if not changes:
        return
    turn = turns.current(hook, inbox, moment, None, submitted)
    model = _model(delivered, inbox, turn)
    text = f"[tool {hook.tool}]\n{_shown(hook.input)}"
    shared: dict[str, Any] = {
        "at": moment.at,
        "session": hook.session,
        "subagent": turns.subagent(hook),
        "key": turn.key,
        "turn": turn.turn,
        "tool": hook.tool,
        "tool_use_id": hook.tool_use_id,
        "input": inbox.put_text(text).to_json(),
        "human": None,
    }
    rows = [
        {
            **shared,
            "path": change.path,
            "type": change.type,
            "before": inbox.reference(change.before),
            "after": inbox.reference(change.after),
            "agent": hook.agent if change.type == "ai" else None,
            "model": model if change.type == "ai" else None,
            "request_id": None,
            "user_modified": change.type == "ai" and change.modified,
            **(LATE if change.late else {}),
        }
        for change in changes
    ]
    inbox.append_once(key, rows)


def _stop(delivered: Delivered, moment: Moment) -> None:
    """End a turn, with the model and the version that the agent's record names."""
    hook = delivered.report.hook
    turns.stop(hook, moment)
    place = turns.home(hook, moment)
    turn = None if place is None else inbox_of(place).sessions.latest(session_of(delivered.report))
    if place is not None and turn is not None:
        facts = _facts(delivered)
        model, version = hook.model or facts.model, delivered.report.version or facts.version
        if model or version or facts.host:
            end = Turn(turn.key, turn.turn, model=model, agent_version=version, host=facts.host)
            inbox_of(place).sessions.finish(end)


def _model(delivered: Delivered, inbox: Inbox, turn: Turn) -> str | None:
    """The model of a tool use: of the payload, else of the agent's record, else of the session's start."""
    named = delivered.report.hook.model or _facts(delivered).model or turn.model
    note = None if named else inbox.sessions.noted(turn.key, "session").get("model")
    return named or (note if isinstance(note, str) and note else None)


def _facts(delivered: Delivered) -> report.RecordFacts:
    path = delivered.report.transcript
    size = None if path is None else files.size(path)
    if path is None or not size:
        return report.RecordFacts()
    try:
        record_of_session = files.read_range(path, max(0, size - _TAIL), _TAIL) or b""
        head = files.read_range(path, 0, 1 << 16) or b"" if size > _TAIL else b""
    except OSError:
        return report.RecordFacts()
    return adapters.facts(delivered.agent, head + b"\n" + record_of_session)


def _shown(arguments: dict[str, Any]) -> str:
    import json

    return json.dumps(arguments, ensure_ascii=False, indent=1)
