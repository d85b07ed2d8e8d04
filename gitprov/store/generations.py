"""The generations ref: prompts, raw outputs and edits, content-addressed, one directory per trace id."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from gitprov.errors import Damaged
from gitprov.model import canonical
from gitprov.model.generation import Edit, Generation, Instruction
from gitprov.model.untrusted.jsonvalue import loads, loads_object
from gitprov.model.untrusted.plausible_record import plausible_record

if TYPE_CHECKING:
    from gitprov.git.repo import Repository

REF = "refs/gitprov/generations"

#: What a forgotten generation keeps: its record, which names digests, and who had its contents erased, when and why.
TOMBSTONE = "tombstone.json"
KEPT = ("record.json", TOMBSTONE)
INSTRUCTIONS = "instructions/"

#: The files that `files` makes, and a tombstone.
_FILE = re.compile(
    r"[^/]+/[^/]+/(?:record\.json|tombstone\.json|prompt\.txt|output\.txt|files/[0-9]+\.(?:before|after))"
    r"|instructions/[^/]+/[^/]+"
)


def directory(trace: str) -> str:
    """Where a generation lies in the tree: spread by the first two hex digits of its digest."""
    return f"{trace.rpartition('_')[2][:2]}/{trace}"


def files(generation: Generation) -> dict[str, bytes]:
    """Path in the tree → bytes for everything that one generation keeps."""
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
    """Where the text of an instruction file lies, once for all generations it was in force for."""
    name = digest.removeprefix("sha256:")
    return f"instructions/{name[:2]}/{name[2:]}"


def record(repo: Repository, trace: str) -> dict[str, canonical.Json] | None:
    """The record of a generation, None where this clone does not have it; Damaged where it cannot be read."""
    return records(repo, [trace])[trace]


def records(repo: Repository, traces: list[str]) -> dict[str, dict[str, canonical.Json] | None]:
    """Records of many generations, None for each that this clone does not have."""
    names = [f"{REF}:{directory(trace)}/record.json" for trace in traces]
    objects = repo.objects.get_many(names)
    return {
        trace: None if obj is None else _record(trace, obj.data)
        for trace, obj in zip(traces, objects, strict=True)
    }


def present(repo: Repository, traces: Sequence[str]) -> set[str]:
    """Those of some traces whose records this clone has, asked for together; each is a whole id."""
    names = [f"{REF}:{directory(trace)}/record.json" for trace in traces]
    pairs = zip(traces, repo.objects.get_many(names), strict=True)
    return {trace for trace, record in pairs if record is not None}


def load(repo: Repository, trace: str) -> Generation | None:
    """A whole generation; contents that the privacy tier or `forget` left out are None."""
    fields = record(repo, trace)
    if fields is None:
        return None
    top = f"{REF}:{directory(trace)}"
    # Git walks through a whole directory for each path it is asked for, and a generation may hold thousands of files.
    blobs = listing(repo, top) if fields.get("edits") else {}
    edits = [_edit(repo, blobs, n, row) for n, row in enumerate(fields.get("edits") or ())]
    standing = [_instruction(repo, row) for row in fields.get("instructions") or ()]
    prompt, output = _bytes(repo, f"{top}/prompt.txt"), _bytes(repo, f"{top}/output.txt")
    return Generation(fields, prompt, output, tuple(edits), tuple(standing))


def tombstone(repo: Repository, trace: str) -> dict[str, canonical.Json] | None:
    """What `gitprov forget` left of a generation (`at`, `by`, `reason`), None where nobody forgot it."""
    data = _bytes(repo, f"{REF}:{directory(trace)}/{TOMBSTONE}")
    if data is None:
        return None
    return loads_object(data) or {}


def listing(repo: Repository, ref: str = REF) -> dict[str, str]:
    """Path → blob id for everything below a generations ref, without submodules; empty where there is no such ref."""
    result = repo.try_run("ls-tree", "-r", "-z", "--full-tree", ref)
    rows = (row.partition("\t") for row in result.stdout.decode("utf-8", "surrogateescape").split("\0"))
    return {path: facts.split(" ")[2] for facts, _, path in rows if path and " blob " in facts}


def trace_of(path: str) -> str | None:
    """The trace whose directory a path of the tree is in; None for the text of an instruction file."""
    parts = path.split("/")
    return parts[1] if len(parts) > 2 and not path.startswith(INSTRUCTIONS) else None


def contents(files: Mapping[str, str], trace: str) -> list[str]:
    """Those paths of a listing that `forget` takes from one generation."""
    top = directory(trace) + "/"
    kept = {top + name for name in KEPT}
    return [path for path in files if path.startswith(top) and path not in kept]


def instructions_of(repo: Repository, records: Sequence[str]) -> set[str]:
    """Paths of the instruction texts that records (blob ids) name; what cannot be read names none."""
    needed: set[str] = set()
    for obj in repo.objects.get_many(records):
        row = loads_object(obj.data if obj is not None else None)
        rows = row.get("instructions") if row is not None else None
        for instruction in rows if isinstance(rows, list) else ():
            if isinstance(instruction, dict) and isinstance(instruction.get("digest"), str):
                needed.add(instruction_path(instruction["digest"]))
    return needed


def living_records(files: Mapping[str, str]) -> list[str]:
    """Blob ids of the records in a listing that nobody forgot."""
    dead = {path.rpartition("/")[0] for path in files if path.endswith("/" + TOMBSTONE)}
    tops = ((path.rpartition("/"), oid) for path, oid in files.items())
    return [oid for (top, _, name), oid in tops if name == "record.json" and top not in dead]


def united(sides: Sequence[Mapping[str, str]], needed: Callable[[Sequence[str]], set[str]]) -> dict[str, str]:
    """The union of several stores, each a `listing`: what sharing merges by.

    A tombstone wins over content, whichever side has it: of a forgotten generation only its record and the tombstone
    stay, and of the instruction texts only those that a living record names (`needed`: ids of records → paths, see
    `instructions_of`; not asked where nothing was forgotten). Where sides have different blobs at one path, the smaller
    id stays; where the name of a file is that of a directory, the files that a generation has. So the union is
    associative, commutative and idempotent, and no file of a generation gives way to one that somebody put in its place.
    """
    merged: dict[str, str] = {}
    for side in sides:
        for path, oid in side.items():
            merged[path] = min(oid, merged.get(path, oid))
    merged = _in_one_tree(merged)
    dead = {path.rpartition("/")[0] for path in merged if path.endswith("/" + TOMBSTONE)}
    if not dead:
        return merged
    texts = needed(living_records(merged))

    def stays(path: str) -> bool:
        if path.startswith(INSTRUCTIONS):
            return path in texts
        top = "/".join(path.split("/")[:2])
        return top not in dead or path.removeprefix(top + "/") in KEPT

    return {path: oid for path, oid in merged.items() if stays(path)}


def _in_one_tree(files: dict[str, str]) -> dict[str, str]:
    """The files that can lie in one tree: below a file of a generation there is nothing, any other gives way."""
    out: set[str] = set()
    for path in files:
        end = path.find("/")
        while end > 0:
            above = path[:end]
            if above in files:
                out.add(path if _FILE.fullmatch(above) else above)
            end = path.find("/", end + 1)
    return {path: oid for path, oid in files.items() if path not in out} if out else files


def _record(trace: str, data: bytes) -> dict[str, canonical.Json]:
    try:
        fields = loads(data)
    except ValueError as error:
        raise Damaged(
            f"the record of {trace} cannot be read: {str(error)[:200]}", "gitprov doctor"
        ) from error
    if not isinstance(fields, dict):
        raise Damaged(f"the record of {trace} is not a JSON object", "gitprov doctor")
    # Its name is where it lies; what it says of itself is for `verify`.
    return {**plausible_record(fields), "id": trace}


def _edit(repo: Repository, blobs: Mapping[str, str], n: int, row: dict[str, canonical.Json]) -> Edit:
    """One edit; `blobs` is the listing of its generation's directory."""
    before, after = (blobs.get(f"files/{n}.{side}") for side in ("before", "after"))
    return Edit(
        path=row["path"],
        before=None if before is None else _bytes(repo, before),
        after=None if after is None else _bytes(repo, after),
        before_oid=row.get("before"),
        after_oid=row.get("after"),
        raw_lines=row.get("raw_lines", 0),
        tool=row.get("tool"),
        user_modified=bool(row.get("user_modified")),
    )


def _instruction(repo: Repository, row: dict[str, canonical.Json]) -> Instruction:
    digest = str(row["digest"])
    return Instruction(str(row["path"]), digest, _bytes(repo, f"{REF}:{instruction_path(digest)}"))


def _bytes(repo: Repository, name: str) -> bytes | None:
    obj = repo.objects.get(name)
    return obj.data if obj is not None else None
