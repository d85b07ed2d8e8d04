"""Runs one function on many inputs, in a world whose clock, chance and orders are set.

Reads a JSON object from standard input, writes one JSON object a line to what was standard output; whatever
the function prints goes to standard error. It is started as a file beside which nothing else need be.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from gitprov.sandbox.inside.world import SetWorld

_ROOM = 2000


def function_of(job: dict[str, Any]) -> tuple[Callable[..., Any], str]:
    """The function of a job, and the file that it is in."""
    sys.path[1:1] = job["path"]
    if job.get("file"):
        spec = importlib.util.spec_from_file_location(job["module"], job["file"])
        if spec is None or spec.loader is None:
            raise ImportError(f"{job['file']} is no module")
        module = importlib.util.module_from_spec(spec)
        sys.modules[job["module"]] = module
        spec.loader.exec_module(module)
    else:
        module = importlib.import_module(job["module"])
    value: Any = module
    for name in job["function"].split("."):
        value = getattr(value, name)
    code = getattr(value, "__code__", None) or getattr(getattr(value, "__wrapped__", None), "__code__", None)
    return value, getattr(code, "co_filename", None) or module.__file__ or ""


def arguments_of(row: Any) -> Any:  # noqa: ANN401
    """The arguments of a case: a sequence, or an object of named ones."""
    if isinstance(row, dict) and isinstance(row.get("python"), str):
        parse = importlib.import_module("gitprov.behaviour.text").parse
        return importlib.import_module("gitprov.behaviour.build").build(parse(row["python"]))
    if isinstance(row, dict) and isinstance(row.get("input"), list):
        return row["input"]
    return row


def called(function: Callable[..., Any], arguments: Any) -> tuple[str, object]:  # noqa: ANN401
    """What a call returns, or what it raises."""
    args, fields = ((), arguments) if isinstance(arguments, dict) else (arguments, {})
    try:
        value = function(*args, **fields)
        if hasattr(value, "__await__"):
            import asyncio

            value = asyncio.run(_awaited(value))
    except SystemExit as error:
        return "exited", error.code
    except Exception as error:  # noqa: BLE001 - it is the result
        return "raised", error
    return "returned", value


async def _awaited(value: Any) -> Any:  # noqa: ANN401
    return await value


def main() -> None:
    """Run the job."""
    job = json.loads(sys.stdin.read())
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8", errors="backslashreplace")
    os.dup2(2, 1)
    sys.path.append(job["package"])
    canonical = importlib.import_module("gitprov.behaviour.canonical").canonical
    render = importlib.import_module("gitprov.behaviour.text").render
    world: SetWorld = importlib.import_module("gitprov.sandbox.inside.world").SetWorld(job)
    world.build()
    try:
        function, file = function_of(job)
    except BaseException as error:  # noqa: BLE001 - it is reported
        _write(
            answers,
            {
                "failed": f"{type(error).__name__}: {error}"[:500],
                "missing": getattr(error, "name", None) if isinstance(error, ImportError) else None,
            },
        )
        return
    world.shuffle_tasks()
    world.interleave(file)
    for turn in range(job.get("repeats", 1)):
        for number, arguments in enumerate(job["cases"]):
            inputs = arguments_of(json.loads(json.dumps(arguments)))
            row = _case(world, function, file if job.get("trace") else None, inputs)
            seen = canonical(row.pop("value"))
            row |= {"case": number, "turn": turn, "digest": seen.digest, "order": seen.order}
            row |= {"text": render(seen.node, _ROOM), "unknown": list(seen.unknown)}
            _write(answers, row)
    _write(answers, {"uses": dict(world.uses), "file": file})


def _case(world: SetWorld, function: Callable[..., Any], file: str | None, arguments: Any) -> dict[str, Any]:  # noqa: ANN401
    world.prepared()
    steps = importlib.import_module("gitprov.sandbox.inside.steps").Steps(file) if file else None
    if steps is not None:
        sys.settrace(steps)
    try:
        kind, value = called(function, arguments)
    finally:
        sys.settrace(None)
        world.finished()
    row: dict[str, Any] = {"kind": kind, "value": value}
    return row if steps is None else {**row, "steps": steps.rows}


def _write(answers: TextIO, row: dict[str, Any]) -> None:
    answers.write(json.dumps(row, sort_keys=True) + "\n")
    answers.flush()


if __name__ == "__main__":
    main()
