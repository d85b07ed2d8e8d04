"""Chooses among different blobs at one path of the generations ref: the one that matches its own digest.

A record is genuine if its directory's trace id follows from it, a text if the record has its digest, a file
version if the record has its blob id. Nobody can make a second one, so a remote cannot replace ours.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING

from gitprov.model import canonical, generation
from gitprov.model.untrusted.jsonvalue import loads_object
from gitprov.store import generations

if TYPE_CHECKING:
    from gitprov.git.repo import Repository

_TEXTS = ("prompt.txt", "output.txt")


def genuine(
    repo: Repository, listings: Mapping[str, Collection[str]], paths: Collection[str]
) -> dict[str, str]:
    """Path → genuine blob id, for those of `paths` where one of the blobs is genuine.

    `listings`: path → blob ids in any of the stores.
    """
    records: dict[str, dict[str, canonical.Json]] = {}
    chosen: dict[str, str] = {}
    for trace in {trace for path in paths if (trace := generations.trace_of(path)) is not None}:
        path = f"{generations.directory(trace)}/record.json"
        for oid, data in _blobs(repo, listings.get(path, ())):
            record = loads_object(data)
            if record is not None and record.get("id") == trace and generation.intact(record):
                records[trace] = record
                chosen[path] = oid
    for path in paths:
        record = records.get(generations.trace_of(path) or "", {})
        for oid, data in _blobs(repo, listings[path]):
            if _matches(path, oid, data, record):
                chosen[path] = oid
    return {path: chosen[path] for path in paths if path in chosen}


def _blobs(repo: Repository, oids: Collection[str]) -> Iterator[tuple[str, bytes]]:
    names = sorted(oids)
    for oid, obj in zip(names, list(repo.objects.get_many(names)), strict=True):
        if obj is not None and obj.type == "blob":
            yield oid, obj.data


def _matches(path: str, oid: str, data: bytes, record: Mapping[str, canonical.Json]) -> bool:
    """Whether a content, other than a record, is what its path or its record names."""
    if path.startswith(generations.INSTRUCTIONS):
        return path == generations.instruction_path(canonical.digest(data))
    name = path.split("/", 2)[2] if path.count("/") > 1 else ""
    if name in _TEXTS:
        row = record.get(name.removesuffix(".txt"))
        return isinstance(row, dict) and row.get("digest") == canonical.digest(data)
    if not name.startswith("files/"):
        return False
    number, _, side = name.removeprefix("files/").partition(".")
    edits = record.get("edits")
    if not isinstance(edits, list) or not number.isdecimal() or len(number) > 9 or int(number) >= len(edits):
        return False
    edit = edits[int(number)]
    return isinstance(edit, dict) and edit.get(side) == oid
