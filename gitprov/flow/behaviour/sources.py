"""The text of a file as it was in a commit, or as a generation wrote it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from gitprov.errors import UsageError
from gitprov.git.repo import Repository
from gitprov.store import generations

_FORMS = "gen_<date>_<hex>:function or REV:path:function"


class FunctionSource(NamedTuple):
    """A file's text, its path in the repository, and the name of a function in it."""

    text: bytes
    path: str
    function: str


def source(name: str, directory: str, env: Mapping[str, str]) -> FunctionSource:
    """The text that `gen_…:function` or `REV:path:function` names. UsageError where there is none."""
    parts = name.split(":")
    with Repository.discover(directory, env) as repo:
        if len(parts) == 2 and parts[0].startswith("gen_"):
            return _of_generation(repo, *parts)
        if len(parts) >= 3:
            return _of_revision(repo, parts[0], ":".join(parts[1:-1]), parts[-1])
    raise UsageError(f"{name} names no function of another version", f"write {_FORMS}")


def _of_revision(repo: Repository, rev: str, path: str, function: str) -> FunctionSource:
    commit = repo.resolve(rev)
    if commit is None:
        raise UsageError(f"{rev} names no commit")
    text = repo.objects.content(f"{commit}:{path}")
    if text is None:
        raise UsageError(f"{rev} has no file {path}")
    return FunctionSource(text, path, function)


def _of_generation(repo: Repository, trace: str, function: str) -> FunctionSource:
    """The last content that a generation wrote which defines the function."""
    generation = generations.load(repo, trace)
    if generation is None:
        raise UsageError(f"this clone has no generation {trace}", "gitprov sync brings those of a remote")
    definition = re.compile(rb"^(?:async )?def " + re.escape(function.encode()) + rb"\b", re.MULTILINE)
    for edit in reversed(generation.edits):
        if edit.after is not None and definition.search(edit.after):
            return FunctionSource(edit.after, edit.path, function)
    raise UsageError(f"{trace} wrote no function {function}, or its contents are not kept")
