"""Reads fields of JSON that other tools wrote: a value of the wrong type counts as absent."""

from __future__ import annotations

from collections.abc import Iterator

from gitprov.model.canonical import Json, JsonObject
from gitprov.model.ranges import MAX_LINE, LineSet
from gitprov.model.untrusted.plausible import is_name, is_text

#: Texts that stand for a model that nobody knows.
_UNKNOWN = ("", "unknown", "none", "null")


def text(value: Json) -> str | None:
    """A name of at most 4,096 characters; None for other values and empty text."""
    return value if is_text(value) and value else None


def model(value: Json) -> str | None:
    """The name of a model or an agent; None where the text means that it is not known."""
    name = text(value)
    return None if name is None or name.strip().lower() in _UNKNOWN else name


def path(value: Json) -> str | None:
    """A path relative to the top of the repository; None for other values, absolute paths and `..`."""
    if not is_name(value) or not value or value.startswith("/") or ".." in value.split("/"):
        return None
    name: str = value
    return name.removeprefix("./")


def objects(value: Json) -> Iterator[JsonObject]:
    """The objects in a list; nothing for other values."""
    if isinstance(value, list):
        yield from (entry for entry in value if isinstance(entry, dict))


def inner(value: Json, name: str) -> JsonObject:
    """The object in a field; an empty one where there is none."""
    entry = value.get(name) if isinstance(value, dict) else None
    return entry if isinstance(entry, dict) else {}


def between(first: Json, last: Json) -> LineSet:
    """The lines from `first` to `last`, both inclusive; none for values that are no lines in this order."""
    whole = all(isinstance(line, int) and not isinstance(line, bool) for line in (first, last))
    return LineSet.of_runs([(first, last)]) if whole and 1 <= first <= last <= MAX_LINE else LineSet()
