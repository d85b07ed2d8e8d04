"""The gate's findings on a commit: each names the record that would be lost, and a command to keep it.

A finding with traces ends when the message drops all of them with a reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from gitprov.model.canonical import JsonObject
from gitprov.model.finding import ERROR, Finding
from gitprov.model.ids import TRACE_ID
from gitprov.model.lines import is_trivial, split_lines
from gitprov.model.ranges import Hunk
from gitprov.model.sidecars import sidecar_target
from gitprov.model.untrusted.jsonvalue import loads_object
from gitprov.model.untrusted.printed import path_quoted

_MARKER = re.compile(rb"ai-trace:[ \t]*(" + TRACE_ID.pattern.encode("ascii") + rb")")
_SIGNED = rb"(?:#+|//+|/\*+|--+|;|<!--)?[ \t]*" + _MARKER.pattern + rb"[ \t]*(?:\*/|-->)?"
_COMMENT = rb"\s*(?:(?:#|--|;|%|\*)(?:\s|$)|##|//|/\*|<!--|[\"]{3}|''')"
_SPACE = rb"\s+"


def removed_markers(
    path: str, old: bytes, new: bytes, changed: Iterable[Hunk], traces: Sequence[str]
) -> list[Finding]:
    """Findings on inline trace markers that a change removes or replaces while their code remains.

    `traces` are those with lines in this commit's version of the file: a marker of one of them may replace
    the old marker.
    """
    old_lines = split_lines(old)
    gone = {n for hunk in changed for n in range(hunk.old_start, hunk.old_end)}
    still = set(_MARKER.findall(new))
    return [
        _marker_refusal(path, n + 1, trace.decode("ascii"))
        for n in sorted(gone)
        for trace in _MARKER.findall(old_lines[n])
        if trace not in still and _code_lives(old_lines, n, gone, new) and not _replaced(still, old, traces)
    ]


def _marker_refusal(path: str, line: int, trace: str) -> Finding:
    return Finding(
        "marker",
        ERROR,
        f"the marker of {trace} (line {line} before this change) is removed or contradicted, but its code"
        " stays",
        f"git checkout HEAD -- {path_quoted(path)}    # or put the line 'ai-trace: {trace}' back",
        path=path,
        traces=(trace,),
    )


def _replaced(still: set[bytes], old: bytes, traces: Sequence[str]) -> bool:
    fresh = {marker.decode("ascii") for marker in still - set(_MARKER.findall(old))}
    return bool(fresh & set(traces))


def _code_lives(lines: list[bytes], n: int, gone: set[int], new: bytes) -> bool:
    """Whether the code of the marker in line `n` (0-based) remains: on its line, else the block below it."""
    code = _code(lines[n])
    if code:
        return code in {_code(line) for line in split_lines(new)}
    for k in range(n + 1, min(n + 60, len(lines))):
        if not lines[k].strip() or _MARKER.search(lines[k]):
            return False
        if k not in gone and not is_trivial(lines[k]):
            return True
    return False


def _code(line: bytes) -> bytes:
    """A line without white space, marker and the marker's comment signs; empty for a pure comment."""
    code = re.sub(_SPACE, b"", re.sub(_SIGNED, b"", line))
    return b"" if re.match(_COMMENT, line) else code


def lost_sidecar(path: str, old: bytes, new: bytes | None) -> Finding | None:
    """The finding if a changed or removed (`new` None) sidecar loses traces though its file remains."""
    before = _traces_of(old) or ()
    after = None if new is None else _traces_of(new)
    lost = tuple(trace for trace in before if trace not in (after or ()))
    if after is not None and not lost:
        return None
    target = sidecar_target(path)
    what = (
        "is removed"
        if new is None
        else "cannot be read"
        if after is None
        else f"no longer names {', '.join(lost)}"
    )
    return Finding(
        "sidecar",
        ERROR,
        f"the sidecar of {target} {what}, but the file stays",
        f"git checkout HEAD -- {path_quoted(path)}",
        path=path,
        traces=lost,
    )


def sidecar_traces(row: JsonObject) -> tuple[str, ...]:
    """The traces that a sidecar's JSON object names, the newest first, then all of the file."""
    names = row.get("traces")
    every = (row.get("trace_id"), *(names if isinstance(names, list) else ()))
    return tuple(dict.fromkeys(name for name in every if isinstance(name, str)))


def _traces_of(data: bytes) -> tuple[str, ...] | None:
    row = loads_object(data)
    return None if row is None or not isinstance(row.get("trace_id"), str) else sidecar_traces(row)
