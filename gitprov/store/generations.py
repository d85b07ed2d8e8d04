"""The generations ref: prompts, raw outputs and edits, content-addressed, one directory per trace id."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from gitprov.errors import Damaged
from gitprov.model import canonical
from gitprov.model.generation import Edit, Generation, Instruction

if TYPE_CHECKING:
    from gitprov.git.repo import Repository

REF = "refs/gitprov/generations"


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
    found = repo.objects.get_many(names)
    return {
        trace: None if obj is None else _record(trace, obj.data)
        for trace, obj in zip(traces, found, strict=True)
    }


def load(repo: Repository, trace: str) -> Generation | None:
    """A whole generation; contents that the privacy tier or `forget` left out are None."""
    known = record(repo, trace)
    if known is None:
        return None
    top = f"{REF}:{directory(trace)}"
    edits = [_edit(repo, top, n, row) for n, row in enumerate(known.get("edits") or ())]
    standing = [_instruction(repo, row) for row in known.get("instructions") or ()]
    prompt, output = _bytes(repo, f"{top}/prompt.txt"), _bytes(repo, f"{top}/output.txt")
    return Generation(known, prompt, output, tuple(edits), tuple(standing))


def _record(trace: str, data: bytes) -> dict[str, canonical.Json]:
    try:
        known = json.loads(data)
    except ValueError as error:
        raise Damaged(f"the record of {trace} cannot be read: {error}", "gitprov doctor") from error
    if not isinstance(known, dict):
        raise Damaged(f"the record of {trace} is not a JSON object", "gitprov doctor")
    return known


def _edit(repo: Repository, top: str, n: int, row: dict[str, canonical.Json]) -> Edit:
    return Edit(
        path=row["path"],
        before=_bytes(repo, f"{top}/files/{n}.before"),
        after=_bytes(repo, f"{top}/files/{n}.after"),
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
    found = repo.objects.get(name)
    return found.data if found is not None else None
