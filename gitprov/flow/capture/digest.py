"""Digestion: reports in an inbox's spool become events, before anybody reads the inbox or adds to it.

The evidence of a commit that hooks in sh have sealed is retired before that.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from gitprov.errors import GitprovError
from gitprov.store import plan as plans
from gitprov.store.inbox import spool
from gitprov.store.inbox.inbox import Inbox
from gitprov.store.inbox.spool import SpoolEntry


def open_inbox(root: str, env: Mapping[str, str]) -> Inbox:
    """The inbox at `root` with all reports that its spool had. `env` is for git processes.

    Where this process may not write to it, the reports stay in the spool, and the inbox is returned without.
    """
    inbox = Inbox(root)
    try:
        digest(inbox, env)
    except OSError:
        if inbox.can_write():
            raise
    return inbox


def digest(inbox: Inbox, env: Mapping[str, str]) -> None:
    """Retire what a sealed commit used, then record every report in the spool, in order.

    Safe to interrupt and to repeat. A report that cannot be understood is logged and set aside. OSError where
    the inbox cannot be written: the remaining reports stay.
    """
    if not plans.retire_sealed(inbox):
        _log(inbox, "sealed/plan.json could not be read, so the evidence of a commit was not retired")
    if not spool.names(inbox):
        return
    handle = spool.take_lock(inbox)
    try:
        for name in spool.names(inbox):
            _digest_entry(inbox, name, env)
    finally:
        os.close(handle)


def _digest_entry(inbox: Inbox, name: str, env: Mapping[str, str]) -> None:
    try:
        entry = spool.read(inbox, name)
        if entry is not None:
            _record(entry, env)
            spool.remove(inbox, name)
    except (OSError, ValueError, RecursionError, GitprovError) as error:
        if isinstance(error, OSError) and _is_of(error, inbox):
            raise
        spool.set_aside(inbox, name)
        _log(inbox, f"capture: spool/{name} was set aside: {error}")


def _log(inbox: Inbox, text: str) -> None:
    import time

    from gitprov.flow.capture.moment import utc_second

    inbox.log_problem(text, utc_second(time.time()))


def _is_of(error: OSError, inbox: Inbox) -> bool:
    """Whether the inbox could not be written, or the system is out of something: no entry is to blame."""
    name = error.filename
    return name is None or os.path.realpath(os.fsdecode(name)).startswith(os.path.realpath(inbox.root))


def _record(entry: SpoolEntry, env: Mapping[str, str]) -> None:
    """The events of one report. ValueError where it is not of the file whose content was stored with it."""
    from gitprov.flow.capture import claude_code
    from gitprov.flow.capture.moment import Moment, load

    outer = {key: value for key, value in env.items() if key not in spool.VARIABLES}
    moment = Moment(entry.at, {**outer, **entry.env}, entry.cwd, entry.file)
    claude_code.record_hook(claude_code.read_hook(load(entry.payload), moment), moment)
