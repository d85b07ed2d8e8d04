"""Checkpoints of Entire: which agent took part in a commit, and which files it touched. No lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from gitprov.interop.formats import fields
from gitprov.model.exchange.exchange import ForeignLines, ForeignNote, ImportedMaker
from gitprov.model.ranges import MAX_LINE, LineSet
from gitprov.model.untrusted.jsonvalue import loads_object

TRAILER = "entire-checkpoint"
BRANCHES = ("refs/heads/entire/checkpoints/v1", "refs/remotes/origin/entire/checkpoints/v1")
_ID = re.compile(r"[0-9a-f]{12}|[0-9A-HJKMNP-TV-Z]{26}")
_WHOLE = LineSet.of_runs([(1, MAX_LINE)])


def checkpoints(trailers: Iterable[tuple[str, str]]) -> list[str]:
    """The ids of the checkpoints that the trailers of a commit name: 12 hex, or 26 characters of a ULID."""
    values = [value.strip() for key, value in trailers if key.lower() == TRAILER]
    return [name for name in dict.fromkeys(values) if _ID.fullmatch(name)]


def places(name: str, session: int) -> list[str]:
    """The names of the objects that may hold the metadata of a checkpoint's session, by number from 0."""
    inside = f"{session}/metadata.json"
    below = [f"{branch}:{name[:2]}/{name[2:]}/{inside}" for branch in BRANCHES]
    return [*below, f"refs/entire/checkpoints/{name[-2:]}/{name}:{inside}"]


def read(metadata: Sequence[bytes]) -> ForeignNote:
    """Claims of the class `declared` on whole files, from the metadata of the sessions of a commit. They hold
    for the lines that the commit adds there. Never raises.
    """
    claims: list[ForeignLines] = []
    problems: list[str] = []
    for data in metadata:
        about = loads_object(data)
        if about is None:
            problems.append("the metadata of a session cannot be read")
            continue
        session = fields.text(about.get("session_id"))
        key = f"{fields.text(about.get('checkpoint_id'))}/{session}"
        agent, at = fields.text(about.get("agent")), fields.text(about.get("created_at"))
        maker = ImportedMaker(key, _slug(agent), None, session, at)
        touched = about.get("files_touched")
        paths = map(fields.path, touched if isinstance(touched, list) else ())
        claims += [ForeignLines(path, "declared", _WHOLE, maker) for path in paths if path is not None]
    return ForeignNote(tuple(claims), tuple(problems))


def _slug(agent: str | None) -> str | None:
    return None if agent is None else agent.lower().replace(" ", "-")
