"""The generations ref: prompts, raw outputs and edits, content-addressed, one directory per trace id."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence

from gitprov.errors import Damaged
from gitprov.git.objects import tree_rows
from gitprov.model import canonical
from gitprov.model.canonical import JsonObject
from gitprov.model.generation import Edit, Generation, Instruction
from gitprov.model.untrusted.jsonvalue import loads, loads_object

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitprov.git.repo import Repository

REF = "refs/gitprov/generations"

#: The file that records who had a generation's contents erased, when and why.
TOMBSTONE = "tombstone.json"
#: The files that a forgotten generation keeps; its record contains only digests of the erased contents.
KEPT = ("record.json", TOMBSTONE)
INSTRUCTIONS = "instructions/"
#: Number of traces above which one listing of the store takes less time than to ask for each record.
_MANY = 2000

#: The files that `files` makes, and a tombstone.
_FILE = (
    r"[0-9a-f]{2}/[^/]+/"
    r"(?:record\.json|tombstone\.json|prompt\.txt|output\.txt|files/[0-9]+\.(?:before|after))"
    r"|instructions/[^/]+/[^/]+"
)
#: Names of the store's directories, at which nothing else stays.
_DIRECTORY = r"(?:[0-9a-f]{2}|instructions)(?:/[^/]+)?"
_TOMBSTONE = r"([0-9a-f]{2}/[^/]+)/tombstone\.json"


def directory(trace: str) -> str:
    """A generation's directory in the tree, below the first two hex digits of its digest."""
    return f"{trace.rpartition('_')[2][:2]}/{trace}"


def files(generation: Generation) -> dict[str, bytes]:
    """Path in the tree → bytes for all files of one generation."""
    top = directory(generation.id)
    out = {f"{top}/record.json": canonical.dump_line(generation.record)}
    for name, data in (("prompt.txt", generation.prompt), ("output.txt", generation.output)):
        if data is not None:
            out[f"{top}/{name}"] = data
    for n, edit in enumerate(generation.edits):
        for side, data in (("before", edit.before), ("after", edit.after)):
            if data is not None:
                out[f"{top}/files/{n}.{side}"] = data
    for instruction in generation.instructions:
        if instruction.text is not None:
            out[instruction_path(instruction.digest)] = instruction.text
    return out


def instruction_path(digest: str) -> str:
    """The path in the tree of an instruction file's text, shared by all generations that it applied to."""
    name = digest.removeprefix("sha256:")
    return f"instructions/{name[:2]}/{name[2:]}"


def record(repo: Repository, trace: str) -> JsonObject | None:
    """A generation's record, None where this clone does not have it; Damaged where it cannot be parsed."""
    return records(repo, [trace])[trace]


def records(repo: Repository, traces: list[str]) -> dict[str, JsonObject | None]:
    """Trace → record, None for each that this clone does not have; Damaged where one cannot be parsed."""
    names = [f"{REF}:{directory(trace)}/record.json" for trace in traces]
    objects = repo.objects.get_many(names)
    return {
        trace: None if obj is None else _record(trace, obj.data)
        for trace, obj in zip(traces, objects, strict=True)
    }


def present(repo: Repository, traces: Sequence[str]) -> set[str]:
    """Those of the traces (full ids) whose records this clone has, read in one batch.

    More than `_MANY` are looked up in a listing of the store: a record there whose object is missing counts.
    """
    if len(traces) > _MANY:
        paths = listing(repo)
        return {trace for trace in traces if f"{directory(trace)}/record.json" in paths}
    names = [f"{REF}:{directory(trace)}/record.json" for trace in traces]
    pairs = zip(traces, repo.objects.get_many(names), strict=True)
    return {trace for trace, record in pairs if record is not None}


def load(repo: Repository, trace: str) -> Generation | None:
    """A complete generation, None where this clone does not have it.

    Contents that the privacy tier or `forget` left out are None.
    """
    fields = record(repo, trace)
    if fields is None:
        return None
    top = directory(trace)
    # Git searches a whole directory for each path, and a generation may contain thousands of files.
    blobs = listing(repo, f"{REF}:{top}") if fields.get("edits") else {}

    def content(path: str) -> bytes | None:
        oid = blobs.get(path.removeprefix(top + "/"))
        if oid is None and path.startswith(f"{top}/files/"):
            return None
        return repo.objects.content(oid or f"{REF}:{path}")

    return assembled(fields, content)


def assembled(fields: JsonObject, content: Callable[[str], bytes | None]) -> Generation:
    """A generation from its record; `content` returns the bytes at a path of the store's tree, if any."""
    top = directory(fields["id"])
    edits = [
        Edit.of(row, content(f"{top}/files/{n}.before"), content(f"{top}/files/{n}.after"))
        for n, row in enumerate(fields.get("edits") or ())
    ]
    standing = [
        Instruction(str(row["path"]), str(row["digest"]), content(instruction_path(str(row["digest"]))))
        for row in fields.get("instructions") or ()
    ]
    prompt, output = content(f"{top}/prompt.txt"), content(f"{top}/output.txt")
    return Generation(fields, prompt, output, tuple(edits), tuple(standing))


def tombstone(repo: Repository, trace: str) -> JsonObject | None:
    """The tombstone of a forgotten generation (`at`, `by`, `reason`), None where it was not forgotten."""
    data = repo.objects.content(f"{REF}:{directory(trace)}/{TOMBSTONE}")
    if data is None:
        return None
    return loads_object(data) or {}


def listing(repo: Repository, ref: str = REF) -> dict[str, str]:
    """Path → blob id for everything below a generations ref, without submodules; empty where there is no
    such ref.
    """
    shown = repo.try_run("ls-tree", "-r", "-z", "--full-tree", ref).stdout
    return {entry.path: entry.oid for entry in tree_rows(shown) if entry.type == "blob"}


def contents_by_path(repo: Repository) -> Callable[[str], bytes | None]:
    """A function from a path of the store to its content, None for what is not here. One listing for all."""
    blobs = listing(repo)

    def content(path: str) -> bytes | None:
        oid = blobs.get(path)
        return None if oid is None else repo.objects.content(oid)

    return content


def trace_of(path: str) -> str | None:
    """The trace whose directory contains a path of the tree; None for the text of an instruction file."""
    parts = path.split("/")
    return parts[1] if len(parts) > 2 and not path.startswith(INSTRUCTIONS) else None


def contents(files: Mapping[str, str], trace: str) -> list[str]:
    """Those paths of a listing that `forget` removes from one generation."""
    top = directory(trace) + "/"
    kept = {top + name for name in KEPT}
    return [path for path in files if path.startswith(top) and path not in kept]


def instructions_of(repo: Repository, records: Sequence[str]) -> set[str]:
    """Paths of the instruction texts that records (blob ids) refer to; an unreadable record has none."""
    needed: set[str] = set()
    for obj in repo.objects.get_many(records):
        row = loads_object(obj.data if obj is not None else None)
        rows = row.get("instructions") if row is not None else None
        for instruction in rows if isinstance(rows, list) else ():
            if isinstance(instruction, dict) and isinstance(instruction.get("digest"), str):
                needed.add(instruction_path(instruction["digest"]))
    return needed


def living_records(files: Mapping[str, str]) -> list[str]:
    """Blob ids of the records in a listing whose generations were not forgotten."""
    dead = _forgotten(files)
    tops = ((path.rpartition("/"), oid) for path, oid in files.items())
    return [oid for (top, _, name), oid in tops if name == "record.json" and top not in dead]


def united(
    sides: Sequence[Mapping[str, str]],
    needed: Callable[[Sequence[str]], set[str]],
    genuine: Callable[[Mapping[str, Collection[str]], Collection[str]], Mapping[str, str]],
) -> dict[str, str]:
    """The union of several stores, each a `listing`, for merging with remotes.

    A tombstone on any side takes precedence over content: a forgotten generation keeps only its record and
    the tombstone, and instruction texts are kept only if the record of a generation that was not forgotten
    refers to them (`needed`: record blob ids → paths, see `instructions_of`; not called if nothing was
    forgotten). Where sides have different blobs at one path, the genuine one is kept (`genuine`: blob ids of
    every path, paths in doubt → genuine ids), else the smaller id; a file that has the name of a directory
    is left out. So the union is associative, commutative and idempotent, and no file
    of a generation gives way to one that somebody put in its place.
    """
    oids: dict[str, set[str]] = {}
    is_directory = re.compile(_DIRECTORY).fullmatch
    for side in sides:
        for path, oid in side.items():
            if not is_directory(path):
                oids.setdefault(path, set()).add(oid)
    doubtful = [path for path, choice in oids.items() if len(choice) > 1]
    chosen = genuine(oids, doubtful) if doubtful else {}
    merged = _in_one_tree({path: chosen.get(path) or min(choice) for path, choice in oids.items()})
    dead = _forgotten(merged)
    if not dead:
        return merged
    texts = needed(living_records(merged))

    def stays(path: str) -> bool:
        if path.startswith(INSTRUCTIONS):
            return path in texts
        top = "/".join(path.split("/")[:2])
        return top not in dead or path.removeprefix(top + "/") in KEPT

    return {path: oid for path, oid in merged.items() if stays(path)}


def _forgotten(files: Mapping[str, str]) -> set[str]:
    """The directories of the generations in a listing that have a tombstone."""
    matches = map(re.compile(_TOMBSTONE).fullmatch, files)
    return {match[1] for match in matches if match}


def _in_one_tree(files: dict[str, str]) -> dict[str, str]:
    """The files that can lie in one tree: below a file of a generation there is nothing, any other gives
    way.
    """
    out: set[str] = set()
    for path in files:
        end = path.find("/")
        while end > 0:
            above = path[:end]
            if above in files:
                out.add(path if re.fullmatch(_FILE, above) else above)
            end = path.find("/", end + 1)
    return {path: oid for path, oid in files.items() if path not in out} if out else files


def parsed(trace: str, data: bytes | None) -> JsonObject | None:
    """The record in the bytes of a record.json; None without bytes, and for bytes that are no record."""
    try:
        return None if data is None else _record(trace, data)
    except Damaged:
        return None


def _record(trace: str, data: bytes) -> JsonObject:
    try:
        fields = loads(data)
    except ValueError as error:
        raise Damaged(
            f"the record of {trace} cannot be read: {str(error)[:200]}", "gitprov doctor"
        ) from error
    if not isinstance(fields, dict):
        raise Damaged(f"the record of {trace} is not a JSON object", "gitprov doctor")
    # The directory determines the id; `verify` checks the id that the record itself contains.
    from gitprov.model.untrusted.plausible_record import plausible_record

    return {**plausible_record(fields), "id": trace}
