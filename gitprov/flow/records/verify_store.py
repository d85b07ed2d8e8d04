"""Reads the store of generations and the sidecars of a commit in bulk, and checks them one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from gitprov.checks.verify import store as checks
from gitprov.checks.verify.store import Stored, World
from gitprov.git.history import verified
from gitprov.git.process import decode
from gitprov.model.canonical import JsonObject
from gitprov.model.finding import FINDING, Finding
from gitprov.model.ids import is_trace_id
from gitprov.model.rows import TraceRow
from gitprov.store import generations as stores

if TYPE_CHECKING:
    from gitprov.git.repo import Repository

SIDECARS = ".ai-trace"
_READ = ("record.json", stores.TOMBSTONE, *checks.TEXTS)


class Store:
    """The generations ref. `traces`: trace → its directory; `buried`: the traces that have a tombstone."""

    def __init__(self, repo: Repository) -> None:
        self.repo = repo
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
        names = {trace_id: self.below[top].get("record.json") for trace_id, top in self.traces.items()}
        record_ids = {trace_id: oid for trace_id, oid in names.items() if oid is not None}
        objects = zip(record_ids, repo.objects.get_many(record_ids.values()), strict=True)
        self._records = {
            trace_id: checks.parse(obj.data if obj is not None else None) for trace_id, obj in objects
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
        verified.is_partial(store.repo),
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
    shown = repo.try_run("ls-tree", "-r", "-z", "--full-tree", tree, "--", SIDECARS)
    rows = (row.partition("\t") for row in decode(shown.stdout).split("\0"))
    return {path: facts.split(" ")[2] for facts, _, path in rows if path.endswith(".json")}


def of_sidecars(
    repo: Repository, tree: str, blob_ids: Mapping[str, str], rows: Mapping[str, TraceRow] | None
) -> Iterator[Finding]:
    """Findings of a commit's sidecars; `blob_ids`: path → blob id."""
    shown = repo.run("ls-tree", "-r", "-z", "--name-only", "--full-tree", tree)
    files = set(decode(shown).split("\0"))
    for path, obj in zip(blob_ids, repo.objects.get_many(blob_ids.values()), strict=True):
        yield from checks.sidecar(path, obj.data if obj is not None else None, files, rows)


def _missing(store: Store, chosen: Iterable[str]) -> set[str]:
    """Blob ids of the listing without an object; empty in a partial clone, where checking would fetch."""
    if verified.is_partial(store.repo):
        return set()
    tops = [store.traces[trace] for trace in chosen]
    return verified.missing(store.repo, (oid for top in tops for oid in store.below[top].values()))


def _read(store: Store, chosen: list[str]) -> Iterator[Stored]:
    """Generations one by one, with the contents that have to be checked."""
    places = [(trace, name) for trace in chosen for name in _READ if name in store.below[store.traces[trace]]]
    oids = (store.below[store.traces[trace]][name] for trace, name in places)
    objects = store.repo.objects.get_many(oids)
    data: dict[str, bytes | None] = {}
    at = 0
    for trace in chosen:
        while at < len(places) and places[at][0] == trace:
            obj = next(objects)
            data[places[at][1]] = obj.data if obj is not None else None
            at += 1
        top = store.traces[trace]
        yield Stored(trace, top, store.below[top], data)
        data = {}


def _parent(store: Store, generation: Stored, named: set[str]) -> Iterator[Finding]:
    """A finding if a generation continues another that is not in the store."""
    record = store.record(generation.trace)
    parent = record.get("parent") if record is not None else None
    if isinstance(parent, str) and is_trace_id(parent) and parent not in store.traces:
        more = "" if parent in named else ", and no note names it"
        what = f"it continues {parent}, which is not in the store{more}"
        mend = "fetch refs/gitprov/generations from a clone that has it"
        yield Finding("no-parent", FINDING, what, mend, path=generation.top, trace=generation.trace)


def _instructions(store: Store, world: World) -> Iterator[Finding]:
    paths = sorted(world.instructions)
    for path, obj in zip(
        paths, store.repo.objects.get_many(store.files[path] for path in paths), strict=True
    ):
        finding = checks.instruction(path, obj.data if obj is not None else None, world)
        if finding is not None:
            yield finding
