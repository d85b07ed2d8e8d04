"""Fetches newer copies of the lists, checks that each is what it should be, and puts it in place at once."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from gitprov.feeds import addresses, lists
from gitprov.feeds.client import Client

#: Bytes of a list, and the fewest entries that make one: an error page is none.
_LARGEST, _FEWEST = 64 << 20, 100
_NAME = re.compile(r"[A-Za-z0-9@][\w@/.~-]{0,213}")
#: A list as it is kept, its date and its source, as far as the content has them.
_Checked = tuple[bytes, str | None, str | None]


def refresh(client: Client, name: str, address: str, folder: str, today: str) -> None:
    """Fetch a list from an address into `folder`, dated by its content, else `today` (`YYYY-MM-DD`).

    ValueError with the reason where no list comes; the copy in use stays. OSError where it cannot be written.
    """
    parts = urlsplit(address)
    above, _, last = parts.path.rpartition("/")
    registry = addresses.registry(urlunsplit((parts.scheme, parts.netloc, above, "", "")), "[feeds]")
    if registry is None:
        raise ValueError("its address cannot be read")
    path = f"{last}?{parts.query}" if parts.query else last
    answer = client.get(registry, path, "application/json, text/plain;q=0.9, */*;q=0.1", most=_LARGEST)
    if answer.reason or answer.absent:
        raise ValueError(answer.reason or f"HTTP {answer.status}")
    if answer.cut:
        raise ValueError(f"it is larger than {_LARGEST >> 20} MiB")
    data, date, source = _CHECKS[name](answer.data)
    # A query may have a key; `registry` leaves out user and password.
    facts = f"{date or today}\n{source or f'{registry.address}/{last}'}\n"
    _place(os.path.join(folder, lists.file_of(name)), data, facts)


def _place(path: str, data: bytes, facts: str) -> None:
    """Without its date a copy is not used: the file of date and source goes first and comes last."""
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    dated, fresh = f"{path}.date", f"{path}.{os.getpid()}"
    with open(fresh, "wb") as file:
        file.write(data)
    with open(f"{fresh}.date", "w", encoding="utf-8") as file:
        file.write(facts)
    try:
        os.remove(dated)
    except FileNotFoundError:
        pass
    os.replace(fresh, path)
    os.replace(f"{fresh}.date", dated)


def _names(data: bytes) -> _Checked:
    """A name a line; or JSON: a list of names, or rows with `project` or `name` and a date of their own."""
    text = data.decode("utf-8")
    date = None
    if text.lstrip()[:1] in ("[", "{"):
        value = _json(data)
        date = _day(value.get("last_update")) if isinstance(value, dict) else None
        rows = value.get("rows") if isinstance(value, dict) else value
        names = [_name(row) for row in rows] if isinstance(rows, list) else []
    else:
        names = text.split()
    kept = list(dict.fromkeys(name for name in names if _NAME.fullmatch(name)))
    if len(kept) < _FEWEST or len(kept) * 2 < len(names):
        raise ValueError("it is no list of names")
    return "".join(f"{name}\n" for name in kept).encode(), date, None


def _name(row: object) -> str:
    if isinstance(row, dict):
        row = row.get("project") or row.get("name")
    return row if isinstance(row, str) else ""


def _modules(data: bytes) -> _Checked:
    """An object: module → names of packages."""
    table = _object(data)
    kept = {
        module: names
        for module, names in table.items()
        if isinstance(names, list) and names and all(isinstance(name, str) for name in names)
    }
    if len(kept) < _FEWEST:
        raise ValueError("it is no table of modules")
    return json.dumps(kept, sort_keys=True).encode(), None, None


def _advisories(data: bytes) -> _Checked:
    """An object with `source`, `date` and `advisories`: package → entries with `id` and `ranges`."""
    table = _object(data)
    date, source, entries = _day(table.get("date")), table.get("source"), table.get("advisories")
    if date is None or not isinstance(source, str) or not isinstance(entries, dict):
        raise ValueError("it is no list of advisories with source and date")
    rows = [row for rows in entries.values() for row in (rows if isinstance(rows, list) else [None])]
    if not rows or not all(isinstance(row, dict) and row.get("id") and _ranges(row) for row in rows):
        raise ValueError("it has entries that are no advisories")
    return data, date, " ".join(source.split())


def _ranges(row: dict[str, Any]) -> bool:
    """Whether the ranges of an entry are lists of (event, version) pairs."""
    ranges = row.get("ranges")
    return isinstance(ranges, list) and all(
        isinstance(events, list) and all(isinstance(event, list) and len(event) == 2 for event in events)
        for events in ranges
    )


def _json(data: bytes) -> object:
    try:
        return json.loads(data)
    except ValueError as error:
        raise ValueError(f"it is no JSON: {error}") from error


def _object(data: bytes) -> dict[str, Any]:
    value = _json(data)
    if not isinstance(value, dict):
        raise ValueError("it is no JSON object")
    return value


def _day(text: object) -> str | None:
    """The day of an ISO date or moment; None where there is none."""
    try:
        return datetime.fromisoformat(str(text)[:10]).date().isoformat()
    except ValueError:
        return None


_CHECKS: dict[str, Callable[[bytes], _Checked]] = {
    lists.PYPI_POPULAR: _names,
    lists.NPM_POPULAR: _names,
    lists.IMPORT_MAP: _modules,
    lists.PYPI_ADVISORIES: _advisories,
}
