"""What capture records for commits: edit events, turns, and references to their contents.

Values read from JSON keep unknown fields (`extra`), so that an older gitprov never strips what a newer one
wrote. Wrong types raise ValueError that names the field.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from gitprov.model.untrusted.jsonvalue import optional_text

#: A NUL within so many leading bytes makes content binary, as git decides it.
_BINARY_PROBE = 8000
VERSION = 1
"""`v` of event and turn files."""

_NOTHING: Mapping[str, Any] = MappingProxyType({})


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
        return cls(
            digest,
            _number(row, "size"),
            _flag(row, "stored", True),
            optional_text(row, "why"),
            _rest(row, _REF_FIELDS),
        )

    def to_json(self) -> dict[str, Any]:
        """The reference as a JSON object."""
        fields = {"digest": self.digest, "size": self.size, "stored": self.stored, "why": self.why}
        return {**self.extra, **fields}


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
        row = _object(value, "event")
        _check_version(row)
        kind = _text(row, "type")
        if kind not in ("ai", "human"):
            raise ValueError(f"type is neither ai nor human: {kind[:80]!r}")
        return cls(
            seq=_number(row, "seq"),
            type=kind,
            path=_text(row, "path"),
            before=_ref(row, "before"),
            after=_ref(row, "after"),
            at=_text(row, "at"),
            agent=optional_text(row, "agent"),
            session=optional_text(row, "session"),
            subagent=_maybe_object(row, "subagent"),
            key=optional_text(row, "key"),
            turn=optional_text(row, "turn"),
            tool=optional_text(row, "tool"),
            tool_use_id=optional_text(row, "tool_use_id"),
            model=optional_text(row, "model"),
            request_id=optional_text(row, "request_id"),
            user_modified=_flag(row, "user_modified", False),
            human=optional_text(row, "human"),
            input=_ref(row, "input"),
            extra=_rest(row, _EVENT_FIELDS),
        )

    def to_json(self) -> dict[str, Any]:
        """The event as a JSON object."""
        row = {**self.extra, **self._asdict(), "v": VERSION}
        del row["extra"]
        row["subagent"] = None if self.subagent is None else dict(self.subagent)
        for name in ("before", "after", "input"):
            row[name] = _ref_json(row[name])
        return row


class Turn(NamedTuple):
    """One turn of a model: a prompt, and the output until the next prompt.

    `turn` is unique within its session `key`. The turn starts at byte `offset` of the agent's own record,
    `transcript`; `prompt_id` is the prompt's id in that record. `output` is the raw output as readable text,
    `tools` are the ids of the tool uses in it, `message` is the agent's last message alone. `parent` is the
    newest generation that a commit has already frozen for this turn.
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
    extra: Mapping[str, Any] = _NOTHING

    @classmethod
    def from_json(cls, value: object) -> Turn:
        """Read one turn or end file. ValueError for wrong types or an unreadable version."""
        row = _object(value, "turn")
        _check_version(row)
        offset = row.get("offset")
        return cls(
            key=_text(row, "key"),
            turn=_text(row, "turn"),
            agent=optional_text(row, "agent"),
            agent_version=optional_text(row, "agent_version"),
            session=optional_text(row, "session"),
            subagent=_maybe_object(row, "subagent"),
            prompt=_ref(row, "prompt"),
            prompt_name=optional_text(row, "prompt_name"),
            prompt_version=optional_text(row, "prompt_version"),
            prompt_id=optional_text(row, "prompt_id"),
            at=optional_text(row, "at"),
            params=_maybe_object(row, "params") or _NOTHING,
            cwd=optional_text(row, "cwd"),
            transcript=optional_text(row, "transcript"),
            offset=None if offset is None else _number(row, "offset"),
            instructions=tuple(InstructionFile.from_json(one) for one in _list(row, "instructions")),
            output=_ref(row, "output"),
            message=_ref(row, "message"),
            model=optional_text(row, "model"),
            usage=_maybe_object(row, "usage") or _NOTHING,
            request_ids=_texts(row, "request_ids"),
            tools=_texts(row, "tools"),
            parent=optional_text(row, "parent"),
            extra=_rest(row, _TURN_FIELDS),
        )

    def to_json(self) -> dict[str, Any]:
        """The turn as a JSON object."""
        row = {**self.extra, **self._asdict(), "v": VERSION}
        del row["extra"]
        row["subagent"] = None if self.subagent is None else dict(self.subagent)
        row["params"], row["usage"] = dict(self.params), dict(self.usage)
        row["request_ids"], row["tools"] = list(self.request_ids), list(self.tools)
        row["instructions"] = [one.to_json() for one in self.instructions]
        for name in ("prompt", "output", "message"):
            row[name] = _ref_json(row[name])
        return row

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


_REF_FIELDS = frozenset(ContentRef._fields)
_EVENT_FIELDS = frozenset(Event._fields) | {"v"}
_TURN_FIELDS = frozenset(Turn._fields) | {"v"}


def _object(value: object, what: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"{what} is not an object but {_kind(value)}")
    return value


def _check_version(row: Mapping[str, Any]) -> None:
    if row.get("v", VERSION) != VERSION:
        raise ValueError(f"v is {str(row['v'])[:20]!r}, this gitprov reads {VERSION}")


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


def _flag(row: Mapping[str, Any], name: str, default: bool) -> bool:
    value = row.get(name, default)
    if not isinstance(value, bool):
        raise ValueError(f"{name} is not true or false but {_kind(value)}")
    return value


def _maybe_object(row: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    return None if row.get(name) is None else _object(row[name], name)


def _list(row: Mapping[str, Any], name: str) -> list[Any]:
    value = row.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise ValueError(f"{name} is not a list but {_kind(value)}")
    return value


def _texts(row: Mapping[str, Any], name: str) -> tuple[str, ...]:
    values = _list(row, name)
    for value in values:
        if not isinstance(value, str):
            raise ValueError(f"{name} holds {_kind(value)}, not only text")
    return tuple(values)


def _ref(row: Mapping[str, Any], name: str) -> ContentRef | None:
    return None if row.get(name) is None else ContentRef.from_json(row[name])


def _ref_json(ref: ContentRef | None) -> dict[str, Any] | None:
    return None if ref is None else ref.to_json()


def _rest(row: Mapping[str, Any], fields: frozenset[str]) -> Mapping[str, Any]:
    return {name: value for name, value in row.items() if name not in fields} or _NOTHING


def _kind(value: object) -> str:
    return "missing or null" if value is None else type(value).__name__
