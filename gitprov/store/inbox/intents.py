"""Intents: tool uses that an agent announced and has not reported as done.

An intent is `spool/intent-<hash>`, so that the hooks of a commit start Python while there is one. It has the
payload that announced the tool use and the files as they were then; `retention` removes it after a day.
"""

import json
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from gitprov.model.canonical import sha256_hex
from gitprov.model.event import VERSION, ContentRef
from gitprov.model.named import NamedTuple
from gitprov.store import files
from gitprov.store.inbox import spool
from gitprov.store.inbox.snapshots import Snapshot

if TYPE_CHECKING:
    from gitprov.store.inbox.inbox import Inbox


class Intent(NamedTuple):
    """An announced tool use.

    `key` is that of the tool use, `session` that of the session; `nonce` differs between intents of one key.
    `agent`, `event`, `cwd` and `payload` are what the adapter read. `seq` is the newest event's at that
    moment; `walk` is the state of the work tree before a shell command; `process` names the agent's process.
    """

    key: str
    session: str
    agent: str
    event: str | None
    cwd: str
    payload: Mapping[str, Any]
    nonce: str
    seq: int
    snapshots: tuple[Snapshot, ...] = ()
    walk: Mapping[str, Any] | None = None
    process: str | None = None

    def snapshot(self, path: str) -> Snapshot | None:
        """The file at a repo-relative path as it was; None where the intent does not name it."""
        return next((snapshot for snapshot in self.snapshots if snapshot.path == path), None)


def put(inbox: "Inbox", intent: Intent) -> None:
    """Store an intent unless there is one with its key. OSError where it cannot be written."""
    spool.open_for_reports(inbox)
    snapshots = [
        {"path": path, "content": None if content is None else content.to_json()}
        for path, content in intent.snapshots
    ]
    row = {**intent._asdict(), "snapshots": snapshots, "v": VERSION}
    files.create(inbox.tmp, _path(inbox, intent.key), json.dumps(row, sort_keys=True).encode("ascii"))


def get(inbox: "Inbox", key: str) -> Intent | None:
    """The open intent of a tool use; None if there is none or it cannot be read."""
    return _read(_path(inbox, key))


def drop(inbox: "Inbox", key: str) -> None:
    """Close an intent."""
    files.remove(_path(inbox, key))


def names(inbox: "Inbox") -> list[str]:
    """Paths of the open intents."""
    return spool.announced(inbox)


def open_intents(inbox: "Inbox", session: str | None = None) -> list[Intent]:
    """The open intents, those of one session if it is named, in the order of their events."""
    intents = [intent for intent in map(_read, names(inbox)) if intent is not None]
    chosen = [intent for intent in intents if session in (None, intent.session)]
    return sorted(chosen, key=lambda intent: (intent.seq, intent.nonce))


def _read(path: str) -> Intent | None:
    try:
        row = files.read_object(path)
        if row is None or row.pop("v", None) != VERSION:
            return None
        snapshots = tuple(
            Snapshot(
                str(entry["path"]),
                None if entry["content"] is None else ContentRef.from_json(entry["content"]),
            )
            for entry in row.pop("snapshots")
        )
        intent = Intent(**row, snapshots=snapshots)
        return intent if isinstance(intent.payload, dict) and isinstance(intent.seq, int) else None
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _path(inbox: "Inbox", key: str) -> str:
    name = sha256_hex(key.encode("utf-8", "surrogatepass"))[:40]
    return os.path.join(spool.directory(inbox), spool.INTENT + name)
