"""Runs one function on many inputs in the sandbox, in a world of set clock, chance and orders."""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import gitprov
from gitprov.model.behaviour.outcome import CallOutcome
from gitprov.sandbox import run as sandbox
from gitprov.sandbox.interpreter import Interpreter
from gitprov.sandbox.request import BoxFile, BoxLimits, BoxRequest, BoxResult

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(gitprov.__file__)))
_RUNNER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "inside", "runner.py")
_VARIABLES = {"PYTHONHASHSEED": "0", "TZ": "UTC", "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}
SAMPLE = "sample"
"""The name of the module that holds a function's code, where that comes as text."""


class FunctionJob(NamedTuple):
    """A function, and where its code is.

    Either `source` is the code, or `module` is imported from one of the directories `path`, or loaded from
    `file`. `cases` are lists of arguments, or objects of named ones.
    """

    function: str
    cases: tuple[Any, ...]
    module: str = SAMPLE
    path: tuple[str, ...] = ()
    file: str | None = None
    source: bytes | None = None
    hidden: tuple[str, ...] = ()


class Conditions(NamedTuple):
    """What is set for one run: environment variables, and fields of the runner's job."""

    variables: tuple[tuple[str, str], ...] = ()
    fields: tuple[tuple[str, Any], ...] = ()
    repeats: int = 1
    trace: bool = False


class FunctionRun(NamedTuple):
    """One run. `failed`: why the function could not be called at all, empty where it could; `missing`: the
    module that was not there; `uses`: what it asked for, with counts; `complete`: every call came back.
    """

    box: BoxResult
    outcomes: tuple[CallOutcome, ...]
    failed: str
    missing: str | None
    uses: Mapping[str, int]
    file: str
    complete: bool


class FunctionBox(NamedTuple):
    """The sandbox in which functions run."""

    python: Interpreter
    limits: BoxLimits
    backend: str


def call(job: FunctionJob, conditions: Conditions, box: FunctionBox) -> FunctionRun:
    """Call a function with each of its cases."""
    fields = {
        "module": job.module,
        "function": job.function,
        "path": list(job.path),
        "file": None if job.source is None else f"{SAMPLE}.py",
        "cases": list(job.cases),
        "package": _PACKAGE,
        "repeats": conditions.repeats,
        "trace": conditions.trace,
        **dict(conditions.fields),
    }
    if job.file is not None:
        fields["file"] = job.file
    files = [BoxFile("runner.py", _runner())]
    files += [] if job.source is None else [BoxFile(f"{SAMPLE}.py", job.source)]
    request = BoxRequest(
        (box.python.program, "-s", "runner.py"),
        stdin=json.dumps(fields).encode(),
        files=tuple(files),
        readable=_readable((*box.python.readable, *job.path, os.path.join(_PACKAGE, "gitprov"))),
        hidden=job.hidden,
        environment=tuple({**_VARIABLES, **dict(conditions.variables)}.items()),
        limits=box.limits,
    )
    return _parsed(sandbox.run(request, backend=box.backend))


@functools.cache
def _runner() -> bytes:
    with open(_RUNNER, "rb") as file:
        return file.read()


def _readable(paths: Sequence[str]) -> tuple[str, ...]:
    """Paths, each once, without those below others."""
    every = sorted({os.path.realpath(path) for path in paths} | {*paths})
    return tuple(path for path in every if not any(path.startswith(f"{top}/") for top in every))


def _parsed(result: BoxResult) -> FunctionRun:
    outcomes: list[CallOutcome] = []
    failed, missing, file, complete = "", None, "", False
    uses: Mapping[str, int] = {}
    for line in result.stdout.splitlines():
        try:
            row = json.loads(line)
        except ValueError:
            continue
        if not isinstance(row, dict):
            continue
        if "failed" in row:
            failed, missing = str(row["failed"]), row.get("missing")
        elif "uses" in row:
            uses, file, complete = row["uses"], row["file"], True
        elif "case" in row:
            outcomes.append(_outcome(row))
    if not complete and not failed:
        failed = result.detail
    return FunctionRun(result, tuple(outcomes), failed, missing, uses, file, complete)


def _outcome(row: Mapping[str, Any]) -> CallOutcome:
    steps = tuple((int(line), str(state)) for line, state in row.get("steps", ()))
    return CallOutcome(
        int(row["case"]),
        int(row["turn"]),
        str(row["kind"]),
        row["digest"],
        row["order"],
        str(row["text"]),
        tuple(row["unknown"]),
        steps,
    )
