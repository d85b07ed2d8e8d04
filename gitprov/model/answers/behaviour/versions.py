"""The answer of `gitprov versions`: what a prompt produced each time, and what changed from time to time."""

from __future__ import annotations

from typing import NamedTuple

from gitprov.model.answers.behaviour.compare import AspectResult, StructureChange

FIRST, EQUAL, ALTERED, DELETED, UNREAD = "first", "same", "changed", "deleted", "unread"


class FileVersion(NamedTuple):
    """One file as a generation wrote it, compared with the generation `against` that wrote it before.

    `state` is one of the words above. `added` and `removed` count lines, None where there is nothing to
    compare or no text.
    """

    path: str
    state: str
    against: str | None = None
    added: int | None = None
    removed: int | None = None
    structure: AspectResult | None = None
    changes: tuple[StructureChange, ...] = ()
    reason: str | None = None


class OutputVersion(NamedTuple):
    """One generation. `restored`: the files were brought back from the generation `parent`.

    `commits` are those whose notes have the generation; `delta_lines` of `raw_lines` were changed or dropped
    before they were committed.
    """

    trace: str
    at: str | None
    agent: str | None
    prompt_version: str | None
    parent: str | None
    restored: bool
    commits: tuple[str, ...]
    raw_lines: int
    delta_lines: int
    files: tuple[FileVersion, ...]


class PromptSeries(NamedTuple):
    """All generations of one prompt and model, oldest first. `prompt` is the first line of the prompt."""

    key: str | None
    model: str | None
    name: str | None
    prompt: str | None
    versions: tuple[OutputVersion, ...]


class VersionsAnswer(NamedTuple):
    """`kind` is what the query names: key, name, path (of an output), prompt (its file) or trace."""

    query: str
    kind: str
    series: tuple[PromptSeries, ...]
