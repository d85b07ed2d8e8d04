"""The valid values in rows of notes. Colleagues and strangers write notes too, so each row is checked when
read.

After that the types of the fields below are certain. A value that is not plausible is removed from its row;
unknown fields stay as they are, since no code of this version reads them. A row of a later version (`v` above
1) may give a field another meaning, so it is not changed: it counts as an unreadable line.
"""

from collections.abc import Callable, Mapping

from gitprov.model.canonical import Json, JsonObject
from gitprov.model.named import NamedTuple
from gitprov.model.ranges import MAX_LINE, MAX_TEXT

#: Characters of a name, a moment, a digest, a person.
MAX_NAME = 4096
#: Characters of prose.
MAX_PROSE = 1 << 16
#: The largest count of lines; a count may be over many files.
MAX_COUNT = 1 << 40

#: Patterns are compiled at their first use: every command imports this, few read such a character.
_HALVES = "[\ud800-\udfff]"
#: Surrogates that stand for no byte: `surrogateescape` makes only U+DC80 to U+DCFF.
_NO_BYTES = "[\ud800-\udc7f\udd00-\udfff]"

#: From the strongest claim to the weakest; where two rows disagree, the weaker one holds.
CLASSES = ("ai", "edited", "human", "declared", "unknown")
_COUNTS = ("raw", "kept", "edited", "dropped", "pending", "reformatted")


class Implausible(NamedTuple):
    """A value that is not used: kind and id of its row, its field, and the path if it is about a file."""

    kind: str
    id: str
    field: str
    path: str | None = None


def is_text(value: Json, most: int = MAX_NAME) -> bool:
    """Whether a value is text without surrogates, at most `most` characters long."""
    return isinstance(value, str) and len(value) <= most and (value.isascii() or not _has(_HALVES, value))


def is_name(value: Json) -> bool:
    """Whether a value is text, possibly from bytes that are not UTF-8: a path, a person, an id."""
    return (
        isinstance(value, str)
        and len(value) <= MAX_NAME
        and (value.isascii() or not _has(_NO_BYTES, value))
        and "\0" not in value
    )


def _has(pattern: str, text: str) -> bool:
    import re

    return re.search(pattern, text) is not None


def is_count(value: Json) -> bool:
    """Whether a value is a number of lines."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_COUNT


def is_prose(value: Json) -> bool:
    """Whether a value is text of several lines without surrogates, up to MAX_PROSE characters long."""
    return is_text(value, MAX_PROSE)


def is_object(value: Json) -> bool:
    """Whether a value is an object."""
    return isinstance(value, dict)


def is_reasons(value: Json) -> bool:
    """Whether a value gives reasons: trace id → text."""
    return isinstance(value, dict) and all(is_name(trace) and is_prose(why) for trace, why in value.items())


Check = Callable[[Json], bool]

#: Fields that hold no text.
_NO_TEXT = frozenset(("delta", "added", "dropped", "files", "v"))


def is_row(row: Json) -> bool:
    """Whether a value is a row at all: an object with a kind and an id."""
    return isinstance(row, dict) and is_name(row.get("kind")) and is_name(row.get("id"))


def plausible(
    row: JsonObject, fields: Mapping[str, Check], taken: list[Implausible], *, has_files: bool
) -> JsonObject | None:
    """The row without its unusable values, which are appended to `taken`; None for a later version's row that
    has such values. A row without any is returned as it is.

    `fields`: field → whether a value of it is usable. `has_files`: the row claims lines.
    """
    if _is_usual(row, fields):
        return row
    wrong = [
        name for name, fits in fields.items() if name in row and row[name] is not None and not fits(row[name])
    ]
    if "v" in row and not _is_version(row["v"]):
        wrong.append("v")
    kind, name = row["kind"], row["id"]
    out = [Implausible(kind, name, field) for field in wrong]
    files = _files(row, out) if has_files and "files" in row else None
    counts = _wrong_counts(row) if "delta" in fields else []
    out += [Implausible(kind, name, "delta")] if counts else []
    if not out:
        return row
    if _is_version(row.get("v")) and row["v"] > 1:
        return None
    taken += out
    kept = {field: value for field, value in row.items() if field not in wrong}
    if files is not None:
        kept["files"] = files
    if counts:
        kept["delta"] = {field: value for field, value in row["delta"].items() if field not in counts}
    return kept


def _is_usual(row: JsonObject, fields: Mapping[str, Check]) -> bool:
    """Whether a row has short ASCII text in text fields and small numbers in number fields, as nearly all
    rows have. A quick check: False means only that each field has to be checked.
    """
    for name, value in row.items():
        kind = type(value)
        if kind is str:
            if len(value) > MAX_NAME or name in _NO_TEXT or "\0" in value or not value.isascii():
                return False
        elif kind is int:
            if (
                not (name == "v") <= value <= MAX_LINE
                or (name in fields and name != "added")
                or name == "files"
            ):
                return False
        elif kind is dict:
            if not _is_usual_object(name, value, fields):
                return False
        elif value is not None or name in _NO_TEXT:
            return False
    return True


def _is_usual_object(name: str, value: JsonObject, fields: Mapping[str, Check]) -> bool:
    """`_is_usual` for an object in a row: `files` or `delta`. Objects in unknown fields are not checked."""
    if name == "delta":
        return all(type(count) is int and 0 <= count <= MAX_LINE for count in value.values())
    if name != "files":
        return name != "v" and name not in fields
    for path, entry in value.items():
        if not path.isascii() or "\0" in path or len(path) > MAX_NAME or type(entry) is not dict:
            return False
        for cls, ranges in entry.items():
            if cls == "deleted":
                if type(ranges) is not int or not 0 <= ranges <= MAX_LINE:
                    return False
            elif type(ranges) is not str or len(ranges) > MAX_TEXT:
                return False
    return True


def _wrong_counts(row: JsonObject) -> list[str]:
    """The names of the invalid counts in a trace's `delta`."""
    delta = row.get("delta")
    counts = delta if isinstance(delta, dict) else {}
    return [field for field in _COUNTS if field in counts and not is_count(counts[field])]


def _is_version(value: Json) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _files(row: JsonObject, out: list[Implausible]) -> JsonObject:
    """The plausible part of `files`; the other values are appended to `out`."""
    kind, name, files = row["kind"], row["id"], row["files"]
    if not isinstance(files, dict):
        out.append(Implausible(kind, name, "files"))
        return {}
    kept: JsonObject = {}
    for path, entry in files.items():
        if not is_name(path):
            out.append(Implausible(kind, name, "path"))
        elif not isinstance(entry, dict):
            out.append(Implausible(kind, name, "files", path))
        else:
            wrong = [field for field in entry if not _fits(field, entry[field])]
            out += [Implausible(kind, name, field, path) for field in wrong]
            kept[path] = {f: v for f, v in entry.items() if f not in wrong} if wrong else entry
    return kept


def _fits(field: str, value: Json) -> bool:
    """Whether a value of a file's entry is usable; invalid ranges are rejected later, when they are read."""
    if field in CLASSES:
        return isinstance(value, str) and len(value) <= MAX_TEXT
    if field == "bounded":
        return is_text(value)
    return field != "deleted" or (is_count(value) and value <= MAX_LINE)
