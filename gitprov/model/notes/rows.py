"""The rows of a note as typed, frozen values.

A row keeps the JSON object that it was read from, with the fields of later versions. `read` removes values
of the wrong type: after that each field below has its type, or is None where the row lacks it.
"""

from __future__ import annotations

from gitprov import __version__
from gitprov.model.canonical import Json, JsonObject
from gitprov.model.named import NamedTuple
from gitprov.model.ranges import LineSet, number_of, readable
from gitprov.model.untrusted.plausible import (
    CLASSES,
    Check,
    Implausible,
    is_count,
    is_name,
    is_object,
    is_prose,
    is_reasons,
    is_text,
    plausible,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar, Generic, TypeVar

    from typing_extensions import Self

    T = TypeVar("T")
    R = TypeVar("R", bound="NoteRow")

    class _Typed(Generic[T]):
        """The base of a field: it checks the type of its values."""

else:
    T, _Typed = None, {None: object}  # a running program does without `typing`

_NO_FILES: dict[str, JsonObject] = {}


class Field(_Typed[T]):
    """A field of a row: its value, None where the row lacks it. `fits`: whether a value is used when read."""

    if not TYPE_CHECKING:

        def __class_getitem__(cls, _type: object) -> type:
            return cls

    def __init__(self, fits: Check) -> None:
        self.fits = fits
        self._name = ""

    def __set_name__(self, _owner: type, name: str) -> None:
        self._name = name

    def __get__(self, row: NoteRow, _owner: type) -> T | None:
        value: T | None = row.json.get(self._name)
        return value


class NoteRow:
    """A row of any kind. `json` is its JSON object, which is never changed; it has a `kind` and an `id`."""

    __slots__ = ("json",)
    json: JsonObject
    KIND: ClassVar[str] = ""
    #: Field → whether a value of it is used.
    fields: ClassVar[dict[str, Check]] = {}

    def __init__(self, json: JsonObject) -> None:
        object.__setattr__(self, "json", json)

    def __init_subclass__(cls, kind: str = "") -> None:
        checks = {name: field.fits for name, field in vars(cls).items() if isinstance(field, Field)}
        cls.fields = {**cls.fields, **checks}
        cls.KIND = kind
        if kind:
            _KINDS[kind] = cls

    @classmethod
    def make(cls, name: str, **fields: Json) -> Self:
        """A new row of this kind with the id `name`."""
        return cls({"kind": cls.KIND, "v": 1, "id": name, **fields})

    @property
    def kind(self) -> str:
        """The kind: `trace`, `human`, `review`, `commit`, or one of a later version."""
        kind: str = self.json["kind"]
        return kind

    @property
    def id(self) -> str:
        """The id, unique among the rows of this kind in a note."""
        name: str = self.json["id"]
        return name

    @property
    def identity(self) -> tuple[str, str]:
        """(kind, id)."""
        return self.json["kind"], self.json["id"]

    def replace(self, **fields: Json) -> Self:
        """The row with these fields instead of its own."""
        return type(self)({**self.json, **fields})

    def __setattr__(self, name: str, _value: object) -> None:
        raise AttributeError(f"a row is not changed: {name}")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, NoteRow) and self.json == other.json

    __hash__ = None  # type: ignore[assignment]  # JSON objects have no hash

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.json!r})"


_KINDS: dict[str, type[NoteRow]] = {}


class LineRow(NoteRow):
    """A row that claims lines."""

    __slots__ = ()
    evidence = Field[str](is_text)
    at = Field[str](is_text)

    @property
    def files(self) -> dict[str, JsonObject]:
        """Path → entry: range texts by class, `deleted`, `bounded` and what later versions add."""
        files: dict[str, JsonObject] = self.json.get("files", _NO_FILES)
        return files

    def texts(self, path: str) -> dict[str, str]:
        """Class → range text for one path, in the order of CLASSES."""
        entry = self.files.get(path, _NO_FILES)
        return {cls: entry[cls] for cls in CLASSES if cls in entry}

    def text_size(self, path: str) -> int:
        """Characters of the range texts for one path."""
        return sum(map(len, self.texts(path).values()))

    def classes(self, path: str) -> dict[str, LineSet]:
        """Class → lines claimed for one path, without empty classes; unreadable ranges claim nothing."""
        claims = {cls: readable(text) for cls, text in self.texts(path).items()}
        return claims if all(claims.values()) else {cls: lines for cls, lines in claims.items() if lines}

    def count(self, *classes: str) -> int:
        """How many lines are claimed in the given classes, over all files."""
        number = 0
        for entry in self.files.values():
            for cls in classes:
                if cls in entry:
                    number += number_of(entry[cls])
        return number

    def deleted(self, path: str) -> int:
        """How many lines of the parent were removed from a file."""
        return int(self.files.get(path, _NO_FILES).get("deleted", 0))

    def bounded(self, path: str) -> str | None:
        """Why lines of a file were not compared; None where all were."""
        reason: str | None = self.files.get(path, _NO_FILES).get("bounded")
        return reason


class TraceRow(LineRow, kind="trace"):
    """Lines of a file that a model generated, and what they became. The id is the trace id."""

    __slots__ = ()
    agent = Field[str](is_text)
    model = Field[str](is_text)
    session = Field[str](is_text)
    prompt = Field[str](is_text)
    key = Field[str](is_text)
    prompt_version = Field[str](is_text)
    human = Field[str](is_name)
    delta = Field[JsonObject](is_object)

    def counted(self, name: str) -> int:
        """One count of the delta: `raw`, `kept`, `edited`, `dropped`, `pending` or `reformatted`."""
        return int((self.delta or {}).get(name, 0))


class HumanRow(LineRow, kind="human"):
    """Lines that a person typed."""

    __slots__ = ()
    author = Field[str](is_name)


class ReviewRow(NoteRow, kind="review"):
    """A review of a trace. The id is the trace id, `/` and the reviewer's address or name."""

    __slots__ = ()
    by = Field[str](is_name)
    at = Field[str](is_text)
    note = Field[str](is_prose)

    @property
    def trace(self) -> str:
        """The reviewed trace."""
        return self.id.partition("/")[0]


class CommitRow(NoteRow, kind="commit"):
    """The commit itself. `dropped`: trace id → reason, for traces that its message drops.

    `traceparent`: the span of OpenTelemetry in which the commit was made.
    """

    __slots__ = ()
    gate = Field[str](is_text)
    tool = Field[str](is_text)
    added = Field[int](is_count)
    dropped = Field["dict[str, str]"](is_reasons)
    traceparent = Field[str](is_text)

    @classmethod
    def of(cls, oid: str, gate: str, added: int, dropped: dict[str, str]) -> CommitRow:
        """The row about a commit."""
        more: dict[str, Any] = {"dropped": dropped} if dropped else {}
        return cls.make(oid, gate=gate, tool=f"gitprov {__version__}", added=added, **more)


class Inherited(NamedTuple):
    """Trace, human and review rows with the target's line numbers; the weakest gate of whole sources, and
    their `dropped` traces with reasons.

    `problem` is the reason why the result is incomplete. `noted`: no note of a source is missing, so where a
    trace has no row here the target has none of its lines.
    """

    rows: list[NoteRow]
    gate: str | None = None
    dropped: dict[str, str] = {}  # noqa: RUF012 - never written to
    problem: str | None = None
    noted: bool = False

    def __bool__(self) -> bool:
        return bool(self.rows or self.dropped or self.problem or self.noted)


def claimed_lines(row: NoteRow) -> int:
    """How many lines a row of any kind claims, whether a model or a person wrote them."""
    return row.count("ai", "edited", "human") if isinstance(row, LineRow) else 0


def typed(json: JsonObject) -> NoteRow:
    """The row of a JSON object that has been checked, or that this version made."""
    return _KINDS.get(json["kind"], NoteRow)(json)


def read(json: JsonObject, taken: list[Implausible]) -> NoteRow | None:
    """The row of a JSON object, without its unusable values, which are appended to `taken`.

    None for a row of a later version (`v` above 1) that has such values. Fields and kinds of later versions
    are not checked. The object must have a kind and an id.
    """
    cls = _KINDS.get(json["kind"])
    if cls is None:
        return NoteRow(json)
    usable = plausible(json, cls.fields, taken, has_files=issubclass(cls, LineRow))
    return None if usable is None else cls(usable)


def files_entry(classes: dict[str, LineSet], deleted: int = 0, bounded: str | None = None) -> JsonObject:
    """One value of a row's `files`: ranges text per class, the number of `deleted` lines, why `bounded`."""
    entry: JsonObject = {cls: str(lines) for cls, lines in classes.items() if lines}
    return {**entry, **({"deleted": deleted} if deleted else {}), **({"bounded": bounded} if bounded else {})}
