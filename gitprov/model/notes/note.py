"""A note: the claims about a commit's own lines, as JSON Lines whose order and repetition do not matter.

Rows keep their JSON objects, so that fields and kinds of later versions survive a rewrite. The union of two
notes is associative, commutative and idempotent: the results of concatenation, of `cat_sort_uniq` and of
gitprov's own merge are read as the same note.
"""

from __future__ import annotations

from collections.abc import Iterable

from gitprov.model import canonical
from gitprov.model.canonical import JsonObject
from gitprov.model.named import NamedTuple
from gitprov.model.notes.rows import CommitRow, HumanRow, LineRow, NoteRow, TraceRow, read, typed
from gitprov.model.ranges import MAX_TEXT, LineSet, readable, union
from gitprov.model.untrusted.jsonvalue import MAX_DEPTH, decode, is_deep, scan
from gitprov.model.untrusted.plausible import CLASSES, Implausible, is_row

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gitprov.model.notes.rows import R

_CLASSES = frozenset(CLASSES)
EVIDENCE = ("captured", "swept", "carried", "imported", "declared")
GATES = ("passed", "bypassed", "absent")
_ORDERS = {"evidence": EVIDENCE, "gate": GATES}


class Claim(NamedTuple):
    """Lines of one file in one class; `row` is the note row that claims them."""

    lines: LineSet
    cls: str
    row: LineRow


def _weakness(claim: Claim) -> int:
    return -CLASSES.index(claim.cls)


class Note:
    """The rows of one note by (kind, id), and its lines that are not gitprov rows (`foreign`), byte for byte.

    `implausible` are values that reading removed from the rows; they are neither written nor compared.
    A note is immutable once made.
    """

    __slots__ = ("_claims", "_kinds", "_last", "foreign", "implausible", "rows")

    def __init__(
        self,
        rows: Iterable[NoteRow] = (),
        foreign: Iterable[bytes] = (),
        implausible: Iterable[Implausible] = (),
    ) -> None:
        self.rows: dict[tuple[str, str], NoteRow] = {}
        self.foreign = tuple(sorted(set(foreign))) if foreign else ()
        self.implausible = tuple(dict.fromkeys(implausible)) if implausible else ()
        self._kinds: dict[type[NoteRow], dict[str, Any]] | None = None
        self._claims: dict[str, list[LineRow]] | None = None
        self._last: tuple[str, list[Claim]] | None = None
        repeated: dict[tuple[str, str], list[JsonObject]] = {}
        for row in rows:
            key = row.json["kind"], row.json["id"]
            if key in self.rows:
                repeated.setdefault(key, [self.rows[key].json]).append(row.json)
            else:
                self.rows[key] = row
        for key, same in repeated.items():
            self.rows[key] = typed(_unite_all(same))

    @classmethod
    def parse(cls, data: bytes) -> Note:
        """Read a note; never raises. Lines that are not gitprov rows end up in `foreign`, unusable values in
        `implausible`.
        """
        # git log leaves out the newline at the end, which makes no difference.
        return _parsed_large(data.removesuffix(b"\n")) if len(data) > _LARGE else _parsed(data)

    @classmethod
    def read(cls, text: str) -> Note:
        """Read a note from text, in which bytes that are not UTF-8 are surrogate escapes; never raises."""
        quick = _all_rows(text) if len(text) <= _LARGE and text.isascii() else None
        return cls.parse(text.encode("utf-8", "surrogateescape")) if quick is None else quick

    def dump(self) -> bytes:
        """Canonical bytes: rows sorted as text, then foreign lines."""
        ours = sorted(canonical.dump_line(row.json) for row in self.rows.values())
        return b"".join(ours) + b"".join(line + b"\n" for line in self.foreign)

    def __or__(self, other: Note) -> Note:
        return Note(
            (*self.rows.values(), *other.rows.values()),
            (*self.foreign, *other.foreign),
            (*self.implausible, *other.implausible),
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Note) and bool(self) == bool(other) and self.dump() == other.dump()

    def __hash__(self) -> int:
        return hash(self.dump())

    def __bool__(self) -> bool:
        return bool(self.rows or self.foreign)

    def of(self, kind: type[R]) -> dict[str, R]:
        """The rows of one kind by id, ordered by id."""
        if self._kinds is None:
            self._kinds = {}
            for key in sorted(self.rows):
                row = self.rows[key]
                self._kinds.setdefault(type(row), {})[row.id] = row
        return self._kinds.get(kind, {})

    @property
    def traces(self) -> dict[str, TraceRow]:
        """Trace rows by trace id."""
        return self.of(TraceRow)

    @property
    def commit(self) -> CommitRow | None:
        """The row about the commit itself; of several (a copied note) the first by id."""
        return next(iter(self.of(CommitRow).values()), None)

    def commit_row(self, oid: str) -> CommitRow | None:
        """The row about the commit `oid`, else that about another commit."""
        row = self.rows.get((CommitRow.KIND, oid))
        return row if isinstance(row, CommitRow) else self.commit

    def copied_from(self, oid: str) -> list[str]:
        """The other commits in this note of `oid`: git copied it, and its line numbers are for them."""
        return [name for kind, name in self.rows if kind == "commit" and name != oid]

    def claims(self, path: str) -> list[Claim]:
        """The claims of trace and human rows for one path, weakest class first: the first one for a line
        holds.

        Rows beyond MAX_TEXT characters of ranges for the path claim nothing. The answer for the last path is
        kept: carrying asks for it up to five times.
        """
        if self._last is None or self._last[0] != path:
            self._last = path, self._claims_on(path)
        return [*self._last[1]]

    def _claims_on(self, path: str) -> list[Claim]:
        claims: list[Claim] = []
        size = 0
        for row in self.rows_of(path):
            size += row.text_size(path)
            if size <= MAX_TEXT:
                claims += [Claim(lines, cls, row) for cls, lines in row.classes(path).items()]
        return sorted(claims, key=_weakness) if len(claims) > 1 else claims

    def rows_of(self, path: str) -> list[LineRow]:
        """Trace rows, then human rows, with an entry for a path. The index is built once for all paths."""
        if self._claims is None:
            self._claims = {}
            for row in self._line_rows():
                for name in row.files:
                    self._claims.setdefault(name, []).append(row)
        return self._claims.get(path, [])

    def paths(self) -> list[str]:
        """Every path that a trace or human row has an entry for, sorted."""
        return sorted({path for row in self._line_rows() for path in row.files})

    def _line_rows(self) -> list[LineRow]:
        return [*self.traces.values(), *self.of(HumanRow).values()]


def unite_rows(a: R, b: R) -> R:
    """The union of two rows of one (kind, id)."""
    return type(a)(unite_objects(a.json, b.json))


def unite_objects(a: JsonObject, b: JsonObject) -> JsonObject:
    """`unite_rows` for the rows' JSON objects."""
    return {
        key: _unite_field(key, a[key], b[key]) if key in a and key in b else {**a, **b}[key]
        for key in {**a, **b}
    }


def _unite_all(rows: list[JsonObject]) -> JsonObject:
    """The union of many rows of one (kind, id): the result of uniting them one by one, in less time."""
    if len(rows) == 2 or not all(_is_plain(row["files"]) for row in rows if "files" in row):
        return _by_halves(rows)
    values: dict[str, list[canonical.Json]] = {}
    for row in rows:
        for key, value in row.items():
            values.setdefault(key, []).append(value)
    return {key: _unite_values(key, _different(alternatives)) for key, alternatives in values.items()}


def _different(values: list[canonical.Json]) -> list[canonical.Json]:
    """The values whose canonical JSON differs, each once."""
    return list({one if isinstance(one, str) else canonical.dump(one): one for one in values}.values())


def _unite_values(key: str, values: list[canonical.Json]) -> canonical.Json:
    if len(values) == 1:
        return values[0]
    if key == "files":
        return _unite_files(values)
    if key in _ORDERS:
        return max(values, key=lambda claim: _rank(_ORDERS[key], claim))
    return _largest(values)


def _largest(values: list[canonical.Json]) -> canonical.Json:
    """The largest of many values in the order of `_larger`: objects are put together key by key."""
    if len(values) == 1:
        return values[0]
    objects = [entry for entry in values if isinstance(entry, dict)]
    if len(objects) < 2:
        return objects[0] if objects else max(values, key=_order)
    inner: dict[str, list[canonical.Json]] = {}
    for entry in objects:
        for key, value in entry.items():
            inner.setdefault(key, []).append(value)
    return {key: _largest(alternatives) for key, alternatives in inner.items()}


def _by_halves(rows: list[JsonObject]) -> JsonObject:
    while len(rows) > 1:
        pairs = [unite_objects(*rows[n : n + 2]) for n in range(0, len(rows) - 1, 2)]
        rows = [*pairs, *rows[2 * len(pairs) :]]
    return rows[0]


def _is_plain(files: canonical.Json) -> bool:
    return isinstance(files, dict) and all(isinstance(entry, dict) for entry in files.values())


def _unite_files(files: list[JsonObject]) -> JsonObject:
    entries: dict[str, list[JsonObject]] = {}
    for paths in files:
        for path, entry in paths.items():
            entries.setdefault(path, []).append(entry)
    return {path: _unite_entries(entries[path]) for path in sorted(entries)}


def _unite_field(key: str, a: canonical.Json, b: canonical.Json) -> canonical.Json:
    if a == b and (isinstance(a, str) or canonical.dump(a) == canonical.dump(b)):
        return a
    if key == "files" and isinstance(a, dict) and isinstance(b, dict):
        # An entry that only one row has is normalized as well: uniting it with itself later would normalize
        # it, and repetition must not change a note.
        both = {**a, **b}
        return {path: _unite_entry(a.get(path, both[path]), b.get(path, both[path])) for path in sorted(both)}
    return _largest([a, b]) if key == "files" else _unite_values(key, [a, b])


def _rank(order: tuple[str, ...], claim: canonical.Json) -> tuple[int, tuple[int, float, bytes]]:
    """Weaker is larger; a value of a later version counts as the weakest, so that the order is total."""
    return (order.index(claim) if claim in order else len(order), _order(claim))


def _unite_entry(a: canonical.Json, b: canonical.Json) -> canonical.Json:
    """The union of two entries of one path. A line that two classes claim goes to the weaker class."""
    if not isinstance(a, dict) or not isinstance(b, dict):
        value = _larger(a, b)
        return _unite_entry(value, value) if isinstance(value, dict) else value
    return _unite_entries([a, b])


def _unite_entries(entries: list[JsonObject]) -> JsonObject:
    out: JsonObject = {}
    taken = LineSet()
    for cls in reversed(CLASSES):
        claims = [_lines(entry[cls]) for entry in entries if cls in entry]
        lines = union(claims) - taken if claims else None
        if lines:
            taken = taken | lines
            out[cls] = str(lines)
    for key in sorted({key for entry in entries for key in entry.keys() - _CLASSES}):
        out[key] = _largest([entry[key] for entry in entries if key in entry])
    return out


def _larger(a: canonical.Json, b: canonical.Json) -> canonical.Json:
    """The larger of two JSON values, in a total order: null, numbers by value, then canonical text."""
    return _largest([a, b])


def _order(value: canonical.Json) -> tuple[int, float, bytes]:
    if value is None:
        return (0, 0, b"")
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    rank = 1 if number else 3 if isinstance(value, dict) else 2
    return (rank, value if number else 0, canonical.dump(value))


def _lines(text: canonical.Json) -> LineSet:
    return readable(text) if isinstance(text, str) else LineSet()


#: Objects and lists in the rows of a note: those of 25,000 traces with a file each, or of a trace with lines
#: in a hundred thousand files. Rows beyond stay lines, so that a note costs what its size costs and not more.
MAX_CONTAINERS = 100_000
#: Rows of a note; those beyond stay lines. A row that has few objects costs its readers as much as any other.
MAX_ROWS = 25_000


def _parsed(data: bytes) -> Note:
    try:
        quick = _all_rows(data.decode("utf-8"))
    except UnicodeDecodeError:
        quick = None
    return _by_line(data) if quick is None else quick


#: Bytes of a note above which the last one is kept: commands read the note of a commit up to eight times.
_LARGE = 1 << 20
_large: tuple[bytes, Note] = b"", Note()


def _parsed_large(data: bytes) -> Note:
    global _large
    if _large[0] != data:
        _large = data, _parsed(data)
    return _large[1]


def _all_rows(text: str) -> Note | None:
    """A note in the form that gitprov writes, read in one pass; None if each line needs its own check."""
    rows: list[NoteRow] = []
    taken: list[Implausible] = []
    if text.count("\n") > MAX_ROWS or text.count("[") + text.count("{") > MAX_CONTAINERS:
        return None
    try:
        for line in text.removesuffix("\n").split("\n"):
            row, end = scan(line, 0)
            if end != len(line) or not is_row(row):
                return None
            # Few brackets cannot be nested deep, so hardly any row is searched.
            if line.count("[") + line.count("{") > MAX_DEPTH and is_deep(row):
                return None
            usable = read(row, taken)
            if usable is None:
                return None
            rows.append(usable)
    except (ValueError, StopIteration, RecursionError):
        return None
    return Note(rows, (), taken)


def _by_line(data: bytes) -> Note:
    """A note some of whose lines may not be gitprov rows, or are beyond MAX_ROWS or MAX_CONTAINERS."""
    rows: list[NoteRow] = []
    foreign: list[bytes] = []
    taken: list[Implausible] = []
    room = MAX_CONTAINERS
    for line in data.split(b"\n"):
        if line.strip():
            brackets = line.count(b"[") + line.count(b"{")
            row = _row(line, brackets) if brackets <= room and len(rows) < MAX_ROWS else None
            usable = None if row is None else read(row, taken)
            if usable is None:
                foreign.append(line)
            else:
                rows.append(usable)
                room -= brackets
    return Note(rows, foreign, taken)


def _row(line: bytes, brackets: int) -> JsonObject | None:
    if line.lstrip()[:1] != b"{":
        return None
    try:
        row = decode(line.decode("utf-8"))
    except (ValueError, RecursionError):
        return None
    return row if is_row(row) and not (brackets > MAX_DEPTH and is_deep(row)) else None
