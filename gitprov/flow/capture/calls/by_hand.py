"""`gitprov record`: record a generation made by a script or by hand from the files that it wrote."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from gitprov.agents.payloads.protocol import EditReport, StatedContent
from gitprov.agents.payloads.protocol import moment as in_utc
from gitprov.errors import GitprovError, NotARepository, UsageError
from gitprov.flow.capture import protocol
from gitprov.flow.capture.delivery import Delivery
from gitprov.flow.capture.moment import Moment, place_of


class StatedGeneration(NamedTuple):
    """The facts of a generation besides its files; a fact that was not given is None."""

    agent: str
    model: str | None = None
    session: str | None = None
    turn: str | None = None
    prompt: str | None = None
    prompt_name: str | None = None
    prompt_version: str | None = None
    params: Mapping[str, object] = {}
    request_id: str | None = None
    output: str | None = None
    usage: Mapping[str, object] = {}
    at: str | None = None
    host: str | None = None


class Recorded(NamedTuple):
    """What was recorded: repo-relative paths, in the order of the arguments."""

    paths: tuple[str, ...]


def record(generation: StatedGeneration, paths: Sequence[str], moment: Moment) -> Recorded:
    """Record the present content of each path as generated; before it, the last recorded or committed one.

    All paths are checked before anything is recorded. UsageError for a path that is not a file of a work
    tree, NotARepository where neither the directory nor any path is in a work tree.
    """
    if not paths:
        raise UsageError("no file was named", "name the files that the model wrote: PATH ...")
    if place_of(moment.cwd, moment.cwd, moment.env) is None and not any(
        _place(path, moment) for path in paths
    ):
        raise NotARepository(f"not in a git work tree: {moment.cwd}", "run this inside your repository")
    with Delivery(moment.env) as delivery:
        return record_in(delivery, generation, paths, moment)


def record_in(
    delivery: Delivery, generation: StatedGeneration, paths: Sequence[str], moment: Moment
) -> Recorded:
    """Record files, with the errors of `record`, as a part of a delivery; without files the output waits."""
    for path in paths:
        _check(path, moment)
    try:
        generation = generation._replace(at=in_utc(generation.at))
        if not paths:
            protocol.record_output(_report(generation, ""), moment, delivery, waits=True)
        reports = (_report(generation, path) for path in paths)
        return Recorded(tuple(protocol.record_edit(report, moment, delivery).path for report in reports))
    except ValueError as error:
        raise UsageError(str(error)) from error
    except OSError as error:
        raise GitprovError(f"cannot record: {error}", "is the .git directory writable?") from error


def record_output(generation: StatedGeneration, moment: Moment, *, waits: bool = True) -> None:
    """Record a generation without files; if it `waits`, its output does, for a commit with lines of it.

    A generation with a turn that was recorded before completes it. NotARepository outside of work trees.
    """
    try:
        generation = generation._replace(at=in_utc(generation.at))
        with Delivery(moment.env) as delivery:
            protocol.record_output(_report(generation, ""), moment, delivery, waits=waits)
    except ValueError as error:
        raise UsageError(str(error)) from error
    except OSError as error:
        raise GitprovError(f"cannot record: {error}", "is the .git directory writable?") from error


def is_outside(path: str, moment: Moment) -> bool:
    """Whether an existing file is in no work tree."""
    return os.path.isfile(os.path.join(moment.cwd, path)) and _place(path, moment) is None


def _check(path: str, moment: Moment) -> None:
    if os.path.isdir(os.path.join(moment.cwd, path)):
        raise UsageError(f"{path} is a directory", "name the files that the model wrote")
    if not os.path.isfile(os.path.join(moment.cwd, path)):
        raise UsageError(f"{path} is not there", "name files that exist now")
    if not _place(path, moment):
        raise UsageError(f"{path} is not in a git work tree", "name files of this repository")


def _place(path: str, moment: Moment) -> str | None:
    try:
        place = place_of(os.path.join(moment.cwd, path), moment.cwd, moment.env)
    except OSError as error:
        raise UsageError(f"{path[:80]} cannot be looked at: {error.strerror}") from error
    return place.path if place is not None else None


def _report(generation: StatedGeneration, path: str) -> EditReport:
    return EditReport(
        type="ai",
        path=path,
        cwd=None,
        before=StatedContent(False, None),
        after=StatedContent(False, None),
        agent=generation.agent,
        agent_version=None,
        model=generation.model,
        session=generation.session,
        turn=generation.turn,
        tool="record",
        tool_use_id=None,
        prompt=generation.prompt,
        prompt_name=generation.prompt_name,
        prompt_version=generation.prompt_version,
        params=generation.params,
        request_id=generation.request_id,
        output=generation.output,
        usage=generation.usage,
        human=None,
        at=generation.at,
        host=generation.host,
    )
