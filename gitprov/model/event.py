"""What capture records for commits: edit events, turns, and references to their contents.

Values read from JSON keep unknown fields (`extra`), so that an older gitprov never strips what a newer one
wrote. Wrong types raise ValueError that names the field.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from gitprov.model.named import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

#: A NUL within so many leading bytes makes content binary, as git decides it.
_BINARY_PROBE = 8000
VERSION = 1
"""`v` of event and turn files."""

_NOTHING: Mapping[str, Any] = MappingProxyType({})
SWEPT: Mapping[str, Any] = MappingProxyType({"evidence": "swept"})
"""Further field of an event that was read from an agent's transcript; events of hooks do not have it."""
LATE: Mapping[str, Any] = MappingProxyType({"late": True})
"""Further field of an event that was recorded after the event of a later edit of its file."""


def is_binary(data: bytes) -> bool:
    """Whether git would call a content binary: there is a NUL in its first 8000 bytes."""
    return b"\0" in data[:_BINARY_PROBE]


class ContentRef(NamedTuple):
    """Names one content by digest, whether or not its bytes are kept.

    `digest` is `sha256:<64 hex>` of the raw bytes, `size` counts bytes. `why` is the reason if the bytes
    are not `stored`: `large` or `binary`.
    """

    digest: str
    size: int
    stored: bool = True
    why: str | None = None
    extra: Mapping[str, Any] = _NOTHING

    @classmethod
    def from_json(cls, value: object) -> ContentRef:
        """Read one reference. ValueError for wrong types."""
        row = _object(value, "content reference")
        digest = _text(row, "digest")
        if not digest.startswith("sha256:") or len(digest) != 71 or digest[7:].strip("0123456789abcdef"):
            raise ValueError(f"digest is not sha256:<64 hex>: {digest[:80]!r}")
        return cls(**_read(row, _REF_FIELDS))

    def to_json(self) -> dict[str, Any]:
        """The reference as a JSON object."""
        return _written(self)


class InstructionFile(NamedTuple):
    """One instruction file in force during a turn: repo-relative path (or `~/…`), and its text."""

    path: str
    ref: ContentRef

    @classmethod
    def from_json(cls, value: object) -> InstructionFile:
        """Read one instruction. ValueError for wrong types."""
        row = _object(value, "instruction")
        return cls(_text(row, "path"), ContentRef.from_json(row.get("ref")))

    def to_json(self) -> dict[str, Any]:
        """The instruction as a JSON object."""
        return {"path": self.path, "ref": self.ref.to_json()}


class Event(NamedTuple):
    """One edit as an agent, a script or a person's tool reported it.

    `path` is repo-relative with `/`, UTF-8 with surrogate escapes. `before` and `after` are `None`
    where the file did not exist. `key` and `turn` name the `Turn`; both are `None` for events
    of people. `input` is the model's raw tool input as text. `at` is UTC, `…Z`.
    """

    seq: int
    type: str
    path: str
    before: ContentRef | None
    after: ContentRef | None
    at: str
    agent: str | None = None
    session: str | None = None
    subagent: Mapping[str, Any] | None = None
    key: str | None = None
    turn: str | None = None
    tool: str | None = None
    tool_use_id: str | None = None
    model: str | None = None
    request_id: str | None = None
    user_modified: bool = False
    human: str | None = None
    input: ContentRef | None = None
    extra: Mapping[str, Any] = _NOTHING

    @classmethod
    def from_json(cls, value: object) -> Event:
        """Read one event. ValueError for wrong types or a version this code cannot read."""
        row = _versioned(value, "event")
        kind = _text(row, "type")
        if kind not in ("ai", "human"):
            raise ValueError(f"type is neither ai nor human: {kind[:80]!r}")
        return cls(**_read(row, _EVENT_FIELDS))

    @property
    def is_swept(self) -> bool:
        """Whether the event was read from an agent's transcript, and reported by no hook."""
        return bool(self.extra.get("evidence") == SWEPT["evidence"])

    @property
    def is_unordered(self) -> bool:
        """Whether the contents of the event, and not its seq, show its place among those of its file."""
        return self.is_swept or self.extra.get("late") is True

    def to_json(self) -> dict[str, Any]:
        """The event as a JSON object."""
        return {**_written(self), "v": VERSION}


class Turn(NamedTuple):
    """One turn of a model: a prompt, and the output until the next prompt.

    `turn` is unique within its session `key`. The turn starts at byte `offset` of the agent's own record,
    `transcript`; `prompt_id` is the prompt's id in that record. `output` is the raw output as readable text,
    `tools` are the ids of the tool uses in it, `message` is the agent's last message alone. `parent` is the
    newest generation that a commit has already frozen for this turn. `host` is what the agent runs
    in, such as `acp`; None where its reports do not name it.
    """

    key: str
    turn: str
    agent: str | None = None
    agent_version: str | None = None
    session: str | None = None
    subagent: Mapping[str, Any] | None = None
    prompt: ContentRef | None = None
    prompt_name: str | None = None
    prompt_version: str | None = None
    prompt_id: str | None = None
    at: str | None = None
    params: Mapping[str, Any] = _NOTHING
    cwd: str | None = None
    transcript: str | None = None
    offset: int | None = None
    instructions: tuple[InstructionFile, ...] = ()
    output: ContentRef | None = None
    message: ContentRef | None = None
    model: str | None = None
    usage: Mapping[str, Any] = _NOTHING
    request_ids: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    parent: str | None = None
    host: str | None = None
    extra: Mapping[str, Any] = _NOTHING

    @classmethod
    def from_json(cls, value: object) -> Turn:
        """Read one turn or end file. ValueError for wrong types or an unreadable version."""
        row = _versioned(value, "turn")
        return cls(**_read(row, _TURN_FIELDS))

    def to_json(self) -> dict[str, Any]:
        """The turn as a JSON object."""
        return {**_written(self), "v": VERSION}

    def filled_from(self, other: Turn) -> Turn:
        """The turn with its empty fields taken from `other`. Fields with a value are never replaced."""
        missing = {
            name: getattr(other, name)
            for name in self._fields
            if name != "extra" and not getattr(self, name) and getattr(self, name) != 0
        }
        return self._replace(**missing, extra={**other.extra, **self.extra})


class Problem(NamedTuple):
    """Something capture could not read or do. `where` names a file or step, `message` is one line."""

    where: str
    message: str
    seq: int | None = None
    at: str | None = None

    def __str__(self) -> str:
        return f"{self.where}: {self.message}"


def _object(value: object, what: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"{what} is not an object but {_kind(value)}")
    return value


def _part(row: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    return _object(row.get(name), name)


def _versioned(value: object, what: str) -> Mapping[str, Any]:
    row = dict(_object(value, what))
    version = row.pop("v", VERSION)
    if version != VERSION:
        raise ValueError(f"v is {str(version)[:20]!r}, this gitprov reads {VERSION}")
    return row


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    if not isinstance(value, str):
        raise ValueError(f"{name} is not text but {_kind(value)}")
    return value


def _number(row: Mapping[str, Any], name: str) -> int:
    value = row.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"{name} is not a whole number but {_kind(value)}")
    return value


def _flag(row: Mapping[str, Any], name: str) -> bool:
    value = row[name]
    if not isinstance(value, bool):
        raise ValueError(f"{name} is not true or false but {_kind(value)}")
    return value


def _list(row: Mapping[str, Any], name: str) -> list[Any]:
    value = row.get(name)
    if not isinstance(value, list):
        raise ValueError(f"{name} is not a list but {_kind(value)}")
    return value


def _texts(row: Mapping[str, Any], name: str) -> tuple[str, ...]:
    values = _list(row, name)
    for value in values:
        if not isinstance(value, str):
            raise ValueError(f"{name} holds {_kind(value)}, not only text")
    return tuple(values)


def _instructions(row: Mapping[str, Any], name: str) -> tuple[InstructionFile, ...]:
    return tuple(InstructionFile.from_json(entry) for entry in _list(row, name))


_Reader = Callable[[Mapping[str, "Any"], str], "Any"]


def _or(default: object, read: _Reader) -> _Reader:
    """Reads a field that may be absent or null, or else has the default."""
    return lambda row, name: default if row.get(name) is None else read(row, name)


_maybe_text = _or(None, _text)
_ref = _or(None, lambda row, name: ContentRef.from_json(row[name]))
#: Field → how it is read. A flag that is absent has its default.
_REF_FIELDS: Mapping[str, _Reader] = {"digest": _text, "size": _number, "stored": _flag, "why": _maybe_text}
_EVENT_FIELDS: Mapping[str, _Reader] = {
    **dict.fromkeys(("type", "path", "at"), _text),
    **dict.fromkeys(("agent", "session", "key", "turn", "tool", "tool_use_id", "model"), _maybe_text),
    **dict.fromkeys(("request_id", "human"), _maybe_text),
    **dict.fromkeys(("before", "after", "input"), _ref),
    "seq": _number,
    "subagent": _or(None, _part),
    "user_modified": _flag,
}
_TURN_FIELDS: Mapping[str, _Reader] = {
    **dict.fromkeys(("key", "turn"), _text),
    **dict.fromkeys(("agent", "agent_version", "session", "prompt_name", "prompt_version"), _maybe_text),
    **dict.fromkeys(("prompt_id", "at", "cwd", "transcript", "model", "parent", "host"), _maybe_text),
    **dict.fromkeys(("prompt", "output", "message"), _ref),
    **dict.fromkeys(("params", "usage"), _or(_NOTHING, _part)),
    **dict.fromkeys(("request_ids", "tools"), _or((), _texts)),
    "subagent": _or(None, _part),
    "offset": _or(None, _number),
    "instructions": _or((), _instructions),
}


def _read(row: Mapping[str, Any], fields: Mapping[str, _Reader]) -> dict[str, Any]:
    """The values of these fields, and `extra`: all other fields."""
    values = {name: read(row, name) for name, read in fields.items() if read is not _flag or name in row}
    extra = {name: value for name, value in row.items() if name not in fields and name != "extra"}
    return {**values, "extra": extra or _NOTHING}


def _written(record: ContentRef | Event | Turn) -> dict[str, Any]:
    """All fields as JSON, those of `extra` beside the others."""
    row = {**record.extra, **record._asdict()}
    del row["extra"]
    return {name: _as_json(value) for name, value in row.items()}


def _as_json(value: object) -> object:
    if isinstance(value, (ContentRef, InstructionFile)):
        return value.to_json()
    if isinstance(value, tuple):
        return [_as_json(part) for part in value]
    return dict(value) if isinstance(value, Mapping) else value


def _kind(value: object) -> str:
    return "missing or null" if value is None else type(value).__name__
