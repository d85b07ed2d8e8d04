"""Sidecars: `.ai-trace/<path>.json` beside the code, for teams that want the facts as files in the tree."""

from __future__ import annotations

import json

from gitprov.errors import GateError, Obstructed
from gitprov.flow.context import CommitContext
from gitprov.git.files import tree_files
from gitprov.git.process import decode
from gitprov.model.finding import ERROR, Finding
from gitprov.model.ids import is_trace_id
from gitprov.model.notes.rows import TraceRow
from gitprov.model.sidecars import sidecar_path
from gitprov.model.untrusted.jsonvalue import loads_object
from gitprov.model.untrusted.printed import shell_quoted
from gitprov.store.plan import Plan


def stage_sidecars(context: CommitContext, plan: Plan) -> tuple[str, ...]:
    """Write and stage a sidecar for each file that has traces in the plan. Returns the changed paths."""
    staged = []
    for path in sorted({path for row in plan.traces for path in row.files}):
        place = sidecar_path(path)
        rows = [row for row in plan.traces if path in row.files]
        old = context.repo.objects.content(f":{place}")
        new = content(rows, old)
        if new != old:
            _stage(context, place, new)
            staged.append(place)
    return tuple(staged)


def content(rows: list[TraceRow], old: bytes | None) -> bytes:
    """A sidecar's bytes: the newest trace's facts, and the ids of all traces of the file so far."""
    before = _traces(old)
    newest = max(rows, key=lambda row: (row.at or "", row.id))
    facts = {
        "trace_id": newest.id,
        "prompt_version": newest.prompt_version,
        "model": newest.model,
        "generated_at": newest.at,
        "prompt_hash": newest.prompt,
        "reviewed_by": None,
        "delta_lines": newest.counted("edited") + newest.counted("dropped"),
        "traces": list(dict.fromkeys([*before, *(row.id for row in rows)])),
    }
    return json.dumps(facts, indent=2, ensure_ascii=True).encode("ascii") + b"\n"


def _traces(old: bytes | None) -> list[str]:
    traces = (loads_object(old) or {}).get("traces")
    return (
        [trace for trace in traces if isinstance(trace, str) and is_trace_id(trace)]
        if isinstance(traces, list)
        else []
    )


def _stage(context: CommitContext, place: str, data: bytes) -> None:
    """Put a sidecar into the work tree, then into the index. GateError where something else is in its way."""
    try:
        tree_files.write(context.repo.worktree or "", place, data, durable=False)
    except Obstructed as error:
        raise _refused(place, error.path, f"{error.path} is {error.what}") from error
    blocked = _in_index(context, place)
    if blocked is not None:
        raise _refused(place, blocked, f"git has {blocked} as a file or a link")
    oid = decode(context.repo.run("hash-object", "-w", "--no-filters", "--stdin", stdin=data)).strip()
    context.repo.run("update-index", "--add", "--cacheinfo", f"100644,{oid},{place}")


def _in_index(context: CommitContext, place: str) -> str | None:
    """A directory of this path that is an entry of the index, and so a file or a link; None where none is."""
    folders = place.split("/")[:-1]
    paths = ["/".join(folders[: n + 1]) for n in range(len(folders))]
    return next((path for path in paths if context.repo.objects.get(f":{path}")), None)


def _refused(place: str, path: str, what: str) -> GateError:
    """The refusal. The command that it names sets the obstacle aside; nothing is deleted."""
    from gitprov.output.findings import refusal

    shown = shell_quoted(path)
    mend = f"git --literal-pathspecs rm -q -r --cached --ignore-unmatch -- {shown}"
    mend += f"; mv -- {shown} {shell_quoted(path + '.aside')}"
    message = f"the sidecar cannot be written: {what}, and gitprov follows none in a work tree"
    return GateError(refusal([Finding("sidecar", ERROR, message, mend, path=place)]))
