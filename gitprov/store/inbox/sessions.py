"""Turns of agents' sessions, as their hooks reported them: `sessions/<key>/{turn,end,used}-<turn>.json`."""

from __future__ import annotations

import json
import os

from gitprov.model.canonical import sha256_hex
from gitprov.model.event import VERSION, InstructionFile, Problem, Turn
from gitprov.model.untrusted.jsonvalue import loads
from gitprov.store import files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FORGOTTEN = "forgotten"
"""Field of a turn that `gitprov forget` blanked: it must not be filled again from the agent's transcript."""

ABANDONED = "abandoned"
"""Field of a turn whose prompt was taken back: the session went on from before it."""

PARENT_SESSION = "parent_session"
"""Field of a turn that another session started: that session."""

CONNECTION = "connection"
"""Field of a turn of an agent that an editor drives: a name of the connection between the two.

Agents may name their sessions alike in each connection.
"""

UNREAD_END = "unread_end"
"""Field of a turn whose transcript did not contain the agent's last answer when the turn ended."""

SWEPT_TURN = "swept"
"""Field of a turn that no hook announced: its facts are those of the agent's transcript."""


def session_key(agent: str, session: str, subagent: str | None = None) -> str:
    """16 hex digits that identify one agent's session, or one subagent within it."""
    text = f"{agent}\0{session}\0{subagent or ''}"
    return sha256_hex(text.encode("utf-8", "surrogatepass"))[:16]


def derived_turn(prefix: str, text: str) -> str:
    """The id of a turn that no hook announced: a letter and 12 hex digits of the digest of `text`."""
    return prefix + sha256_hex(text.encode("utf-8", "surrogatepass"))[:12]


class Sessions:
    """The `sessions/` directory of one inbox."""

    def __init__(self, root: str, tmp: str) -> None:
        self.root = root
        self._tmp = tmp

    def start(self, turn: Turn) -> Turn:
        """Durably add a turn after the session's last numbered one; returns it with its number."""
        number = self._last_number(turn.key) + 1
        while True:
            turn = turn._replace(turn=f"{number:06d}")
            if files.create(
                self._tmp, self._path(turn.key, "turn", turn.turn), files.json_line(turn.to_json())
            ):
                return turn
            number += 1

    def put(self, turn: Turn) -> Turn:
        """Add a turn under its own id, or fill in the fields that an earlier report of it lacks."""
        path = self._path(turn.key, "turn", turn.turn)
        if files.create(self._tmp, path, files.json_line(turn.to_json())):
            return turn
        return self._fill(path, turn)

    def finish(self, end: Turn) -> None:
        """Record the end of a turn; fields of an earlier end that this one lacks are kept."""
        path = self._path(end.key, "end", end.turn)
        old = self._load(path)
        if isinstance(old, Turn):
            end = end.filled_from(old)
        files.replace(self._tmp, path, files.json_line(end.to_json()))

    def extend(self, key: str, turn: str, files_read: tuple[InstructionFile, ...]) -> None:
        """Add instruction files to a turn that is stored; those that it has stay as they are."""
        path = self._path(key, "turn", turn)
        old = self._load(path)
        names = {entry.path for entry in old.instructions} if isinstance(old, Turn) else set()
        more = tuple(entry for entry in files_read if entry.path not in names)
        if isinstance(old, Turn) and more and not old.extra.get(FORGOTTEN):
            row = old._replace(instructions=old.instructions + more).to_json()
            files.replace(self._tmp, path, files.json_line(row))

    def blank(self, turn: Turn) -> None:
        """Reduce a turn to its session and its position there; prompt and output are removed."""
        place = {
            name: getattr(turn, name) for name in ("agent", "session", "subagent", "transcript", "offset")
        }
        bare = Turn(turn.key, turn.turn, **place, extra={FORGOTTEN: True})
        files.replace(self._tmp, self._path(turn.key, "turn", turn.turn), files.json_line(bare.to_json()))

    def read(self, key: str, turn: str) -> Turn | Problem | None:
        """The union of a turn's turn and end files, with `parent` from its used file; None without both."""
        start = self._load(self._path(key, "turn", turn))
        end = self.end(key, turn)
        if isinstance(start, Problem):
            return start
        entry = start or end
        if entry is None:
            return None
        if end is not None:
            entry = entry.filled_from(end)
        return entry._replace(parent=self.used(key, turn))

    def end(self, key: str, turn: str) -> Turn | None:
        """The end of a turn as Stop reported it, None if there is none or it cannot be read."""
        entry = self._load(self._path(key, "end", turn))
        return entry if isinstance(entry, Turn) else None

    def latest(self, key: str) -> Turn | None:
        """The session's last numbered turn, None if there is none or it cannot be read."""
        number = self._last_number(key)
        entry = self._load(self._path(key, "turn", f"{number:06d}")) if number else None
        return entry if isinstance(entry, Turn) else None

    def turns(self, key: str) -> list[str]:
        """Ids of the session's turns, with numbered ones in order."""
        rows = files.names(os.path.join(self.root, key))
        return [name[5:-5] for name in rows if name.startswith("turn-") and name.endswith(".json")]

    def mark_used(self, key: str, turn: str, generation: str) -> None:
        """Record the newest generation that a commit froze for a turn."""
        data = json.dumps({"v": VERSION, "id": generation}).encode("utf-8")
        # Not durable: a power failure can lose only the parent of a continuation.
        files.replace(self._tmp, self._path(key, "used", turn), data, durable=False)

    def used(self, key: str, turn: str) -> str | None:
        """The newest generation that a commit froze for a turn, None if none is recorded."""
        name = (files.read_object(self._path(key, "used", turn)) or {}).get("id")
        return name if isinstance(name, str) else None

    def note(self, key: str, name: str, row: dict[str, Any]) -> None:
        """Write a small cache (`cursor`, `session`) whose loss is harmless."""
        path = os.path.join(self.root, key, f"{name}.json")
        files.replace(self._tmp, path, json.dumps(row).encode("ascii"), durable=False)

    def noted(self, key: str, name: str) -> dict[str, Any]:
        """A small cache, empty if it is missing or damaged."""
        return files.read_object(os.path.join(self.root, key, f"{name}.json")) or {}

    def _fill(self, path: str, turn: Turn) -> Turn:
        old = self._load(path)
        merged = old.filled_from(turn) if isinstance(old, Turn) else turn
        if merged != old:
            files.replace(self._tmp, path, files.json_line(merged.to_json()))
        return merged

    def _last_number(self, key: str) -> int:
        return max((int(one) for one in self.turns(key) if one.isdecimal() and one.isascii()), default=0)

    def _path(self, key: str, kind: str, turn: str) -> str:
        if not (key.isalnum() and turn.isalnum()):
            raise ValueError(f"not a turn: {key[:40]!r} {turn[:40]!r}")
        return os.path.join(self.root, key, f"{kind}-{turn}.json")

    def _load(self, path: str) -> Turn | Problem | None:
        try:
            data = files.read(path)
            return None if data is None else Turn.from_json(loads(data))
        except (OSError, ValueError, RecursionError) as error:
            return Problem("sessions/" + os.path.relpath(path, self.root), str(error)[:500])
