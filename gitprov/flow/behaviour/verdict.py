"""Whether two versions of code behave alike on the cases that the project declares."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from gitprov.git.files import tree_files
from gitprov.model.answers.compare import SAME, UNKNOWN, AspectResult, CodeSource
from gitprov.model.untrusted.jsonvalue import loads_object

if TYPE_CHECKING:
    from gitprov.git.repo import Repository

BASELINE = "artifacts/baseline_hashes.json"
"""The file of a project's cases, relative to the top of the work tree."""

VERSION = 1
_LIMIT = 64 << 20

CaseRunner: TypeAlias = Callable[["Repository", CodeSource, CodeSource], "AspectResult | None"]
"""Runs the declared cases on two versions; None where it cannot run them, as without a sandbox."""

RUNNERS: tuple[CaseRunner, ...] = ()
"""The runners of this version, in the order in which they are tried."""


def behaviour(repo: Repository, old: CodeSource, new: CodeSource) -> AspectResult:
    """Whether two versions behave alike: unknown, with the reason, where no case can be run."""
    if old.files == new.files and not (old.unread or new.unread):
        return AspectResult(SAME, "the text is the same")
    for runner in RUNNERS:
        result = runner(repo, old, new)
        if result is not None:
            return result
    return AspectResult(UNKNOWN, _reason(repo))


def _reason(repo: Repository) -> str:
    """Why nothing was run, from the baseline file of the work tree."""
    try:
        data = tree_files.read(repo.worktree or "", BASELINE, _LIMIT) if repo.worktree else None
    except OSError as error:
        return f"{BASELINE} cannot be read: {error.strerror}"
    if data is None:
        return f"no cases are declared: there is no {BASELINE}"
    document = loads_object(data)
    if document is None:
        return f"{BASELINE} is not a JSON object, as after a merge that is not finished"
    cases = document.get("cases")
    if document.get("v") != VERSION or not isinstance(cases, dict):
        return f"{BASELINE} has another format than this gitprov reads"
    if not cases:
        return f"no cases are declared in {BASELINE}"
    count = f"{len(cases)} case{'' if len(cases) == 1 else 's'}"
    return f"the {count} of {BASELINE} cannot be run on these versions by this gitprov"
