"""Grades the corpus of a feature: how many small changes of its function the cases notice."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from gitprov.errors import GitprovError, UsageError
from gitprov.flow.behaviour.features import SOURCES, code_of, content, feature_of
from gitprov.model.answers.behaviour.grade import CorpusGrade
from gitprov.sandbox.grade import grade

if TYPE_CHECKING:
    from gitprov.git.repo import Repository
    from gitprov.sandbox.functions import FunctionBox


def graded(repo: Repository, name: str, most: int, box: FunctionBox) -> CorpusGrade:
    """Grade the corpus of a feature, in the sandbox, on at most `most` mutants.

    GitprovError where the function cannot be run, or nothing of it can be changed.
    """
    feature = feature_of(repo, name)
    corpus = content(repo, feature.cases)
    path, source = _module(repo, feature.function.partition(":")[0])
    done = grade(code_of(repo, feature.function, source), corpus, most, box)
    if done.problem or not done.rows:
        reason = done.problem or "it has nothing that can be changed"
        raise GitprovError(f"{feature.function} cannot be graded in {done.box.backend}: {reason}")
    return CorpusGrade(path, done.rows, done.total, done.box.backend)


def _module(repo: Repository, module: str) -> tuple[str, bytes]:
    """Path and text of a module in the work tree. UsageError where it is in no file."""
    stem = module.replace(".", "/")
    for path in (f"{top}/{stem}{end}".lstrip("/") for top in SOURCES for end in (".py", "/__init__.py")):
        if os.path.isfile(os.path.join(repo.worktree or repo.cwd, path)):
            return path, content(repo, path)
    raise UsageError(f"there is no file of the module {module}", "gitprov baseline grade -h")
