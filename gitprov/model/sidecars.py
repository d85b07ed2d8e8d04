"""The paths of sidecars: `.ai-trace/<path>.json` has the facts of the file at `path`."""

from __future__ import annotations

FOLDER = ".ai-trace"
_END = ".json"


def sidecar_path(path: str) -> str:
    """The path of the sidecar of the file at `path`."""
    return f"{FOLDER}/{path}{_END}"


def sidecar_target(path: str) -> str | None:
    """The path of the file that a sidecar describes; None if `path` is not a sidecar's."""
    inside = path.removeprefix(f"{FOLDER}/")
    return inside.removesuffix(_END) if inside != path and inside.endswith(_END) else None
