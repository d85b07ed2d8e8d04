"""Large contents after an edit, made from the content before and the text that the agent replaced in it.

That costs less than to decompress them. Such a content is used only if it has the digest of the event.
In all other cases the stored one is read.
"""

from __future__ import annotations

from gitprov.errors import Damaged
from gitprov.model.event import Event
from gitprov.model.untrusted.jsonvalue import loads_object
from gitprov.store.inbox.inbox import Inbox

_LARGE = 1 << 16
"""Bytes of a content from which on this saves time."""
_SHORT = 1 << 16
"""Bytes of the longest report that is read for it."""


def make_after(inbox: Inbox, event: Event) -> None:
    """Put the content after an edit into the memory of the inbox, if the event's own report gives it."""
    before, after, report = event.before, event.after, event.input
    if before is None or after is None or report is None or report.size > _SHORT:
        return
    if after.size < _LARGE or not after.stored or inbox.blobs.holds(after.digest):
        return
    try:
        old, new = _replacement(inbox.get_blob(report))
        content = inbox.get_blob(before)
    except Damaged:
        return  # code that needs these contents reports why they cannot be read
    at = content.find(old) if old else -1
    if at >= 0:
        view = memoryview(content)
        inbox.blobs.offer(after.digest, b"".join((view[:at], new, view[at + len(old) :])))


def _replacement(report: bytes) -> tuple[bytes, bytes]:
    """The replaced text and the new one, as most reports name them; empty where there are none."""
    row = loads_object(report[report.find(b"{") :]) or {}
    old, new = row.get("old_string"), row.get("new_string")
    if not isinstance(old, str) or not isinstance(new, str):
        return b"", b""
    return old.encode("utf-8", "surrogatepass"), new.encode("utf-8", "surrogatepass")
