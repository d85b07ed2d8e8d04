"""What is run: a function by its name or a feature of the configuration, its inputs, and the sandbox."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, NamedTuple

from gitprov.errors import UsageError
from gitprov.flow.behaviour.features import PRIVATE, SOURCES, feature_of
from gitprov.model.untrusted.jsonvalue import loads
from gitprov.sandbox import run as sandbox
from gitprov.sandbox.functions import FunctionBox, FunctionJob
from gitprov.sandbox.interpreter import interpreter
from gitprov.sandbox.request import BoxLimits
from gitprov.store import files

if TYPE_CHECKING:
    from gitprov.git.repo import Repository

_LARGEST = 64 << 20


class Target(NamedTuple):
    """A function that is run. `label` names it for people; `expected` are axes that are fine."""

    label: str
    job: FunctionJob
    expected: tuple[str, ...] = ()
    seconds: int = 10


class BoxOptions(NamedTuple):
    """What the command line sets about the sandbox. `python`: another interpreter than ours."""

    allow_weak: bool = False
    python: str | None = None


def target(repo: Repository, name: str, corpus: str | None) -> Target:
    """The function that `MODULE:FUNCTION` or a feature's name means. `corpus`: a file of inputs, relative to
    the current directory; without it the feature's, else one call without arguments.
    """
    if ":" in name:
        cases = read_cases(corpus) if corpus else ([],)
        return Target(name, job_of(repo, name, cases))
    feature = feature_of(repo, name)
    cases = read_cases(corpus or os.path.join(_top(repo), feature.cases))
    return Target(name, job_of(repo, feature.function, cases), feature.expected, feature.seconds)


def job_of(repo: Repository, function: str, cases: tuple[Any, ...]) -> FunctionJob:
    """The job for `MODULE:FUNCTION` of the work tree. UsageError where it is not of this form."""
    module, _, name = function.rpartition(":")
    if not module or not all(part.isidentifier() for part in name.split(".")):
        raise UsageError(f"{function} is not MODULE:FUNCTION", "gitprov check nondeterminism -h")
    top = _top(repo)
    path = tuple(os.path.join(top, part).rstrip("/") for part in SOURCES)
    hidden = tuple(os.path.join(top, part) for part in PRIVATE)
    existing = tuple(filter(os.path.isdir, path))
    if not module.endswith(".py"):
        return FunctionJob(name, cases, module, existing, hidden=hidden)
    file = next(
        (full for base in (os.getcwd(), top) if os.path.isfile(full := os.path.join(base, module))), None
    )
    if file is None:
        raise UsageError(f"there is no file {module}")
    stem = os.path.basename(module).removesuffix(".py")
    return FunctionJob(name, cases, stem, (*existing, os.path.dirname(file)), file=file, hidden=hidden)


def box_for(options: BoxOptions, seconds: int) -> FunctionBox:
    """The best sandbox of this machine. GitprovError without one, unless the weak one is allowed."""
    limits = BoxLimits(seconds=float(seconds), cpu_seconds=seconds)
    return FunctionBox(interpreter(options.python), limits, sandbox.choose(options.allow_weak))


def read_cases(path: str) -> tuple[Any, ...]:
    """The inputs in a file of JSON lines. UsageError, with the line, for a file that is none."""
    try:
        data = files.read(path, _LARGEST)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from None
    if data is None:
        raise UsageError(f"there is no corpus {path}")
    cases = []
    for number, line in enumerate(data.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith(b"//"):
            continue
        try:
            row = loads(line)
        except ValueError as error:
            raise UsageError(f"{path}:{number}: not valid JSON: {error}") from None
        if not isinstance(row, list | dict):
            raise UsageError(f"{path}:{number}: a list of arguments, or an object of named ones, is expected")
        cases.append(row)
    if not cases:
        raise UsageError(f"{path} has no inputs")
    return tuple(cases)


def shown_input(case: Any) -> str:  # noqa: ANN401 - JSON
    """An input in one short line."""
    row = case.get("input", case.get("python", case)) if isinstance(case, dict) else case
    text = row if isinstance(row, str) else json.dumps(row, ensure_ascii=False)
    return text if len(text) <= 120 else text[:119] + "…"


def _top(repo: Repository) -> str:
    return repo.worktree or repo.cwd
