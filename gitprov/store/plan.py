"""The plan of a commit: computed by pre-commit, kept until post-commit has written the records.

Files in the worktree's own git directory: `gitprov/plan.json`; beside it `plan.blobs`, the contents of new
generations as a stream for git; and `ticket`, from which the shims of the message hooks act without Python. A
plan survives a kill: the next command completes or discards it.
"""

from __future__ import annotations

import json
import os
from typing import Any, NamedTuple

from gitprov.model.note import Row
from gitprov.store import files

VERSION = 1


class Use(NamedTuple):
    """The part of one event that a commit uses: ranges over its `after`, and the trace it was frozen into.

    `path` is the file's path in the commit where that differs from the event's.
    """

    lines: str
    dropped: str
    trace: str | None
    retire: bool
    path: str | None = None


class Plan(NamedTuple):
    """The results for a coming commit that must not be computed twice.

    `changes` is a digest of the file changes, which must equal that of the finished commit. `base` is the
    commit of HEAD; `amend`: the commit replaces it. `rows` are the note's trace and human rows, `trailers`
    those that the message must contain, each with its traces. `uses`: event seq → Use. `used`: (session
    key, turn, generation) to record as parents. `stale` are trailers to remove from an amended message.
    `refusals` are lines for the user. `gate` is "passed" once the gate has passed. `moment` is the author
    date of git's attempt, `attempt` the token of the git process that makes it. `inherited` is the gate's
    outcome for the commits from which these lines come, `dropped` the exceptions made there, `problem` the
    reason why that is unknown. `sought` are traces of commits that this one repeats or replaces, searched
    for without finding a line. `last` is the highest seq of the evidence. `settled`: git has fixed the
    content of the commit, so a later index does not describe it.
    """

    changes: str
    base: str | None
    amend: bool
    rows: tuple[Row, ...] = ()
    trailers: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
    uses: dict[int, Use] = {}  # noqa: RUF012 - never written to
    used: tuple[tuple[str, str, str], ...] = ()
    added: int = 0
    refusals: tuple[Row, ...] = ()
    stale: tuple[tuple[str, str], ...] = ()
    sidecars: tuple[str, ...] = ()
    gate: str | None = None
    trailers_added: bool = False
    moment: str | None = None
    attempt: str | None = None
    inherited: str | None = None
    dropped: dict[str, str] = {}  # noqa: RUF012 - never written to
    problem: str | None = None
    sought: tuple[str, ...] = ()
    last: int = 0
    settled: bool = False

    @property
    def traces(self) -> list[Row]:
        """The trace rows."""
        return [row for row in self.rows if row.get("kind") == "trace"]


def directory(git_dir: str) -> str:
    """The directory of a worktree's plan."""
    return os.path.join(git_dir, "gitprov")


def path(git_dir: str) -> str:
    """The path of the plan; hook shims check for this name."""
    return os.path.join(directory(git_dir), "plan.json")


def blobs_path(git_dir: str) -> str:
    """The path of the contents that belong to the plan."""
    return os.path.join(directory(git_dir), "plan.blobs")


def rewritten(git_dir: str) -> str:
    """The path of the commit pairs whose notes have yet to be copied; hook shims check for this name."""
    return os.path.join(directory(git_dir), "rewritten")


def ticket_path(git_dir: str) -> str:
    """The path of the ticket; hook shims check for this name."""
    return os.path.join(directory(git_dir), "ticket")


def save(git_dir: str, plan: Plan) -> None:
    """Durably write a plan and remove the ticket of the previous one. OSError where it cannot be written."""
    files.remove(ticket_path(git_dir))
    row = {**plan._asdict(), "v": VERSION, "uses": {str(seq): list(use) for seq, use in plan.uses.items()}}
    data = json.dumps(row, separators=(",", ":"), sort_keys=True).encode("ascii")
    files.make_dir(directory(git_dir))
    files.replace(directory(git_dir), path(git_dir), data)


def issue(git_dir: str, plan: Plan) -> None:
    """Write the ticket with which the shims of the message hooks act on a saved plan without Python.

    The first line identifies the attempt, each further line is a trailer. A shim appends `+added` when it
    wrote the trailers and `+passed` when it found them in the message.
    """
    rows = [_attempt(plan), *(f"{key}: {value}" for key, value, _ in plan.trailers)]
    data = "".join(row + "\n" for row in rows).encode("utf-8", "surrogateescape")
    files.replace(directory(git_dir), ticket_path(git_dir), data, durable=False)


def _attempt(plan: Plan) -> str:
    """The attempt as a shim can identify it: the id of its parent git process, and the author date."""
    return f"{(plan.attempt or '').partition('-')[0]} {plan.moment or ''}"


def _as_marked(git_dir: str, plan: Plan) -> Plan:
    """The plan, updated by the marks that shims appended to the ticket."""
    rows = (files.read(ticket_path(git_dir)) or b"").decode("utf-8", "surrogateescape").splitlines()
    if not rows or rows[0] != _attempt(plan):
        return plan
    gate = "passed" if "+passed" in rows else plan.gate
    added = "+added" in rows
    return plan._replace(
        trailers_added=plan.trailers_added or added, settled=plan.settled or added, gate=gate
    )


def load(git_dir: str) -> Plan | None:
    """The plan, None where there is none or it cannot be read: then the caller computes a new one."""
    try:
        row = files.read_object(path(git_dir)) or {}
        return _as_marked(git_dir, _plan(row)) if row.pop("v", None) == VERSION else None
    except (OSError, ValueError, TypeError, AttributeError, KeyError):
        return None


def drop(git_dir: str) -> None:
    """Remove the plan first, then ticket and blobs: without them it could not be carried out correctly."""
    files.remove(path(git_dir))
    files.remove(ticket_path(git_dir))
    files.remove(blobs_path(git_dir))


def _plan(row: dict[str, Any]) -> Plan:
    plan = Plan(**row)
    return plan._replace(
        rows=tuple(plan.rows),
        trailers=tuple((key, value, tuple(traces)) for key, value, traces in plan.trailers),
        uses={int(seq): Use(*use) for seq, use in row["uses"].items()},
        used=tuple((key, turn, trace) for key, turn, trace in plan.used),
        refusals=tuple(plan.refusals),
        stale=tuple((key, value) for key, value in plan.stale),
        sidecars=tuple(plan.sidecars),
        sought=tuple(plan.sought),
    )
