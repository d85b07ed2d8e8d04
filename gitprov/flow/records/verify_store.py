"""Reads the store of generations and the sidecars of a commit in bulk, and checks them one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from gitprov.checks.verify import store as checks
from gitprov.checks.verify.store import Stored, World
from gitprov.git import notes
from gitprov.git.files.tree import blobs
from gitprov.git.remotes.partial_clone import promisors
from gitprov.model.canonical import JsonObject
from gitprov.model.finding import ERROR, Finding
from gitprov.model.ids import is_trace_id
from gitprov.model.notes.rows import TraceRow
from gitprov.model.sidecars import FOLDER, sidecar_target
from gitprov.model.untrusted.jsonvalue import loads_object
from gitprov.model.untrusted.plausible_record import plausible_record
from gitprov.store import generations as stores

if TYPE_CHECKING:
    from gitprov.git.repo import Repository

_READ = ("record.json", stores.TOMBSTONE, *checks.TEXTS)


class Store:
    """The generations ref. `traces`: trace → its directory; `buried`: the traces that have a tombstone.
    `promised`: git fetches missing objects on demand, as this is a partial clone.
    """

    def __init__(self, repo: Repository) -> None:
        self.repo = repo
        self.promised = bool(promisors(repo.cwd, repo.env))
        self.files = stores.listing(repo)
        self.traces: dict[str, str] = {}
        self.below: dict[str, dict[str, str]] = {}
        for path, oid in self.files.items():
            trace = stores.trace_of(path)
            if trace is not None:
                top = "/".join(path.split("/")[:2])
                self.traces[trace] = top
                self.below.setdefault(top, {})[path[len(top) + 1 :]] = oid
        self.buried = {trace for trace, top in self.traces.items() if stores.TOMBSTONE in self.below[top]}
        # Read all at once: the object reader answers in order, so no other request may start before the last
        # answer.
        tops = {trace_id: self.below[top] for trace_id, top in self.traces.items()}
        record_ids = {trace_id: top["record.json"] for trace_id, top in tops.items() if "record.json" in top}
        objects = zip(record_ids, repo.objects.get_many(record_ids.values()), strict=True)
        self._records = {
            trace_id: plausible_record(row)
            for trace_id, obj in objects
            if obj is not None and (row := loads_object(obj.data)) is not None
        }

    def record(self, trace: str) -> JsonObject | None:
        """The record of a trace, None where it is missing or cannot be parsed."""
        return self._records.get(trace)


def generations(
    store: Store, named: set[str], every: bool, tell: Callable[[str, int, int], None]
) -> Iterator[Finding]:
    """Findings of every generation (`every`), or only of the generations that notes name (`named`)."""
    chosen = [trace for trace in store.traces if every or trace in named]
    gone = _missing(store, chosen)
    world = World(
        lambda oid: oid not in gone,
        {path for path in store.files if path.startswith(stores.INSTRUCTIONS)},
        store.promised,
        stores.directory,
        stores.instruction_path,
    )
    for n, generation in enumerate(_read(store, chosen)):
        yield from checks.generation(generation, world)
        yield from _parent(store, generation, named)
        tell("generations", n + 1, len(chosen))
    if every:
        yield from _instructions(store, world)


def sidecars(repo: Repository, tree: str) -> dict[str, str]:
    """Path → blob id of the sidecars in a commit."""
    blobs = stores.listing(repo, f"{tree}:{FOLDER}")
    return {f"{FOLDER}/{path}": oid for path, oid in blobs.items() if path.endswith(".json")}


def of_sidecars(
    repo: Repository, tree: str, blob_ids: Mapping[str, str], rows: Mapping[str, TraceRow] | None
) -> Iterator[Finding]:
    """Findings of a commit's sidecars; `blob_ids`: path → blob id."""
    files = blobs(repo, tree, filter(None, map(sidecar_target, blob_ids)))
    for path, obj in zip(blob_ids, repo.objects.get_many(blob_ids.values()), strict=True):
        yield from checks.sidecar(path, obj.data if obj is not None else None, files, rows)


def _missing(store: Store, chosen: Iterable[str]) -> set[str]:
    """Blob ids of the listing without an object; empty in a partial clone, where checking would fetch."""
    if store.promised:
        return set()
    blob_ids = {oid for trace in chosen for oid in store.below[store.traces[trace]].values()}
    return notes.missing(blob_ids, cwd=store.repo.cwd, env=store.repo.env)


def _read(store: Store, chosen: list[str]) -> Iterator[Stored]:
    """Generations one by one, with the contents that have to be checked."""
    parts = [(trace, store.traces[trace], store.below[store.traces[trace]]) for trace in chosen]
    oids = (below[name] for _, _, below in parts for name in _READ if name in below)
    objects = store.repo.objects.get_many(oids)
    for trace, top, below in parts:
        names = [name for name in _READ if name in below]
        # The names come first in zip: it asks for no object after the last name.
        data = {
            name: obj.data if obj is not None else None for name, obj in zip(names, objects, strict=False)
        }
        yield Stored(trace, top, below, data)


def _parent(store: Store, generation: Stored, named: set[str]) -> Iterator[Finding]:
    """A finding if a generation continues another that is not in the store."""
    record = store.record(generation.trace)
    parent = record.get("parent") if record is not None else None
    if parent is not None and is_trace_id(parent) and parent not in store.traces:
        more = "" if parent in named else ", and no note names it"
        what = f"it continues {parent}, which is not in the store{more}"
        mend = "fetch refs/gitprov/generations from a clone that has it"
        yield Finding("no-parent", ERROR, what, mend, path=generation.top, traces=(generation.trace,))


def _instructions(store: Store, world: World) -> Iterator[Finding]:
    paths = sorted(world.instructions)
    for path, obj in zip(
        paths, store.repo.objects.get_many(store.files[path] for path in paths), strict=True
    ):
        finding = checks.instruction(path, obj.data if obj is not None else None, world)
        if finding is not None:
            yield finding
