"""Whether two versions of code behave alike: what both define is run in the sandbox on the same inputs."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from gitprov.behaviour.runnable import runnable
from gitprov.errors import GitprovError
from gitprov.flow.behaviour.features import SOURCES, code_of
from gitprov.flow.behaviour.targets import BoxOptions, box_for
from gitprov.git.files import tree_files
from gitprov.model.answers.behaviour.compare import (
    CHANGED,
    DIFFERS,
    RENAMED,
    SAME,
    UNKNOWN,
    AspectResult,
    BehaviourAnswer,
    DefinitionTrial,
    StructureAnswer,
)
from gitprov.sandbox import versus
from gitprov.sandbox.cases import CasesRun, CodeUnderTest, run_cases
from gitprov.sandbox.versus import NamePair, VersionPair
from gitprov.store import pins
from gitprov.store.config import load_config

if TYPE_CHECKING:
    from gitprov.git.repo import Repository
    from gitprov.sandbox.functions import FunctionBox

MOST = 100
"""Definitions that are run at most."""
SECONDS = 60
"""How long they may take together."""
_LIMIT = 16 << 20
#: Modules that the sandbox's own program needs.
_TAKEN = frozenset({*sys.stdlib_module_names, "gitprov", "hypothesis", "sortedcontainers", "attr"})


class VersionFiles(NamedTuple):
    """Path → bytes of both versions, those that are compared under one path; `unread`: path → why not."""

    old: Mapping[str, bytes]
    new: Mapping[str, bytes]
    unread: Mapping[str, str]


class _Subject(NamedTuple):
    """A definition that is run: its path in the new version, and its names in both. `changed`: a result
    that is unknown counts; it does not for a class in which nothing changed.
    """

    path: str
    pair: NamePair
    changed: bool = True


def behaviour(
    repo: Repository, files: VersionFiles, structure: StructureAnswer, options: BoxOptions
) -> BehaviourAnswer:
    """Run what both versions define. `same` means no difference in the inputs that were tried.

    Unknown, with the reason, where something that differs cannot be run.
    """
    if files.old == files.new and not files.unread:
        return BehaviourAnswer(AspectResult(SAME, "the text is the same"))
    subjects, trials = _subjects(repo, files, structure)
    sandbox = None
    if subjects:
        try:
            box = box_for(options, SECONDS)
            trials = [*_run(repo, files, subjects, box), *trials]
            sandbox = box.backend
        except GitprovError as error:
            return BehaviourAnswer(AspectResult(UNKNOWN, error.message), tuple(trials))
    trials += [DefinitionTrial(path, "file", UNKNOWN, 0, why) for path, why in sorted(files.unread.items())]
    return BehaviourAnswer(_result(trials), tuple(trials), sandbox)


def _result(trials: list[DefinitionTrial]) -> AspectResult:
    """The result of all: a difference counts most, then what is unknown."""
    inputs = sum(row.inputs for row in trials if row.state == SAME)
    count = sum(row.state == SAME and row.inputs > 0 for row in trials)
    alike = (
        f"no difference in {inputs} input{'' if inputs == 1 else 's'}"
        f" of {count} function{'' if count == 1 else 's'}"
    )
    for state in (DIFFERS, UNKNOWN):
        rows = [row for row in trials if row.state == state]
        if rows:
            more = f" ({alike})" if state == UNKNOWN and count else ""
            return AspectResult(state, f"{rows[0].name}: {rows[0].text}{more}")
    if not trials:
        return AspectResult(UNKNOWN, "no definition of Python is in both versions")
    return AspectResult(SAME, alike if count else "the values at the top of the file are the same")


def _subjects(
    repo: Repository, files: VersionFiles, structure: StructureAnswer
) -> tuple[list[_Subject], list[DefinitionTrial]]:
    """What is run, and what of the differences is not."""
    renamed = {(row.path, row.name): row.old_name for row in structure.changes if row.change == RENAMED}
    classes = {(row.path, row.name.partition(".")[0]) for row in structure.changes}
    corpora = _corpora(repo)
    subjects: list[_Subject] = []
    trials: list[DefinitionTrial] = []
    for path in sorted(files.old.keys() & files.new.keys()):
        old, new = files.old[path], files.new[path]
        before, after = (runnable(text) if path.endswith(".py") else None for text in (old, new))
        if old == new:
            continue
        if before is None or after is None:
            reason = "not valid Python" if path.endswith(".py") else "only Python is run"
            trials.append(DefinitionTrial(path, os.path.basename(path), UNKNOWN, 0, reason))
            continue
        module = module_of(path)
        for new_names, old_names in zip(after, before, strict=True):
            for name in new_names:
                front, dot, member = name.partition(".")
                previous = renamed.get((path, name)) or (renamed.get((path, front)) or front) + dot + member
                if previous in old_names:
                    corpus = corpora.get(f"{module}:{name}")
                    changed = new_names is not after.members or (path, front) in classes
                    subjects.append(_Subject(path, NamePair(module, previous, module, name, corpus), changed))
    trials += [
        DefinitionTrial(row.path, row.name, UNKNOWN, 0, f"a {row.kind} inside another definition is not run")
        for row in structure.changes
        if row.kind in ("class", "method")
        and row.change in (CHANGED, RENAMED)
        and row.name.count(".") > (row.kind == "method")
    ]
    trials += [
        DefinitionTrial(row.path, row.pair.new, UNKNOWN, 0, f"more than {MOST} definitions")
        for row in subjects[MOST:]
    ]
    return subjects[:MOST], trials


def module_of(path: str) -> str:
    """The name under which a file is imported: `src/shop/sums.py` is `shop.sums`."""
    parts = path.removesuffix(".py").split("/")
    parts = parts[1:] if len(parts) > 1 and parts[0] in SOURCES else parts
    parts = parts[:-1] if len(parts) > 1 and parts[-1] == "__init__" else parts
    if not all(part.isidentifier() for part in parts) or parts[0] in _TAKEN:
        return "module_under_test_" + "_".join(filter(str.isalnum, "".join(parts)))
    return ".".join(parts)


def _corpora(repo: Repository) -> dict[str, bytes]:
    """`module:function` → the cases of the feature with this function, else those of its newest pin."""
    out: dict[str, bytes] = {}
    features = load_config(repo.worktree, repo.config("gitprov.")).features or {}
    for name, feature in features.items():
        try:
            data = tree_files.plain(repo.worktree or repo.cwd, feature.cases, _LIMIT)
        except (GitprovError, OSError):
            data = None
        data = data or repo.objects.content(f"{pins.TOP}{name}:cases.jsonl")
        if data:
            out.setdefault(feature.function, data)
    return out


def _run(
    repo: Repository, files: VersionFiles, subjects: list[_Subject], box: FunctionBox
) -> Iterator[DefinitionTrial]:
    """A row for each subject."""
    code = code_of(repo, "")
    old, new = (
        {module_of(path): text for path, text in side.items() if path.endswith(".py")}
        for side in (files.old, files.new)
    )
    pairs = tuple(subject.pair for subject in subjects)
    packages = frozenset(module_of(path) for path in files.new if os.path.basename(path) == "__init__.py")
    done = versus.compare(VersionPair(old, new, pairs, code.tops, code.hidden, packages), box)
    for subject, answer in zip(subjects, done.rows, strict=True):
        row = DefinitionTrial(subject.path, subject.pair.new, *answer)
        if subject.pair.corpus is not None and row.state != DIFFERS:
            row = _on_cases(row, subject.pair, (old, new), code, box)
        if subject.changed or row.state != UNKNOWN:
            yield row


def _on_cases(
    row: DefinitionTrial,
    pair: NamePair,
    sides: tuple[Mapping[str, bytes], Mapping[str, bytes]],
    code: CodeUnderTest,
    box: FunctionBox,
) -> DefinitionTrial:
    """The row with what the declared cases show; these may have named arguments, files or a set clock."""
    runs: list[CasesRun] = []
    for text, module, name in (
        (sides[0][pair.old_module], pair.old_module, pair.old),
        (sides[1][pair.new_module], pair.new_module, pair.new),
    ):
        subject = code._replace(function=f"{module}:{name}", code=text)
        runs.append(run_cases(subject, pair.corpus or b"", box))
    problem = runs[0].problem or runs[1].problem
    if problem:
        return row._replace(state=UNKNOWN, text=problem)
    before = {case.case: case for case in runs[0].rows}
    for case in runs[1].rows:
        old = before.get(case.case)
        if old is None or old.digest is None or case.digest is None:
            reason = case.problem or (old.problem if old else None) or "it has another name"
            return row._replace(state=UNKNOWN, text=f"the case {case.case}: {reason}")
        if old.digest != case.digest:
            change = f"for the case {case.case}: {old.value} → {case.value}"
            return row._replace(state=DIFFERS, inputs=len(before), text=change)
    return row._replace(state=SAME, inputs=max(row.inputs, len(before)), text="")
