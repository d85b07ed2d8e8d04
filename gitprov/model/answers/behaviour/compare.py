"""The answer of `gitprov compare`: what differs between two versions of code, in three respects."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

SAME, DIFFERS, UNKNOWN = "same", "differs", "unknown"

ADDED, REMOVED, MOVED, RENAMED, CHANGED = "added", "removed", "moved", "renamed", "changed"


class AspectResult(NamedTuple):
    """The result in one respect: `state` is `same`, `differs` or `unknown`. `reason` is why it is unknown, or
    how it is determined.
    """

    state: str
    reason: str | None = None


class CodeSource(NamedTuple):
    """One version of code. `name` is what the user named, `files` maps each path to its bytes.

    `unread`: path → why its content is not available. `trace` is the generation's id, None for a commit's
    file.
    """

    name: str
    files: Mapping[str, bytes]
    unread: Mapping[str, str] = MappingProxyType({})
    trace: str | None = None


class StructureChange(NamedTuple):
    """One definition that differs. `change` is one of the five above; `kind` is function, class, method,
    assignment, statements or another of the language.

    `name` and `path` are those of the new version, of the old one where the definition was removed;
    `old_name` and `old_path` are set where they differ. `line` is the first line, 1-based. `signature` is
    (old, new) where the signature changed.
    """

    change: str
    kind: str
    name: str
    path: str
    line: int
    old_name: str | None = None
    old_path: str | None = None
    signature: tuple[str, str] | None = None


class UnreadFile(NamedTuple):
    """A file whose structure could not be determined, and why."""

    path: str
    reason: str


class StructureAnswer(NamedTuple):
    """What differs by definition. Changes are in the order: changed signatures, other changes, renamed,
    moved, removed, added.
    """

    changes: tuple[StructureChange, ...] = ()
    unread: tuple[UnreadFile, ...] = ()

    @property
    def comparison(self) -> AspectResult:
        """The result: unknown where nothing differs but a file could not be read."""
        if self.changes:
            return AspectResult(DIFFERS)
        if self.unread:
            return AspectResult(UNKNOWN, f"{self.unread[0].path}: {self.unread[0].reason}")
        return AspectResult(SAME)


class TextChange(NamedTuple):
    """One path whose text differs: lines added and removed, None for a file that is not text.

    `change` is added, removed or changed; `old_path` is set where the old version has another path.
    """

    change: str
    path: str
    added: int | None
    removed: int | None
    old_path: str | None = None


class DefinitionTrial(NamedTuple):
    """One definition of both versions that was run; `name` and `path` are those of the new version.

    `same` means no difference in `inputs` inputs (0 for a value at the top of a file). `text` is the
    difference, or why it is unknown.
    """

    path: str
    name: str
    state: str
    inputs: int = 0
    text: str = ""


class BehaviourAnswer(NamedTuple):
    """What running both versions showed; `sandbox` is the backend, None where nothing was run."""

    result: AspectResult
    trials: tuple[DefinitionTrial, ...] = ()
    sandbox: str | None = None


class CompareAnswer(NamedTuple):
    """`patch` is git's diff, as bytes."""

    old: CodeSource
    new: CodeSource
    text: AspectResult
    files: tuple[TextChange, ...]
    patch: bytes
    structure: AspectResult
    definitions: StructureAnswer
    behaviour: BehaviourAnswer

    @property
    def differs(self) -> bool:
        """Whether the versions differ in some respect."""
        return DIFFERS in (self.text.state, self.structure.state, self.behaviour.result.state)
