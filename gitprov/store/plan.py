"""The plan of a commit: what pre-commit worked out, kept until post-commit has written it down.

Files in the worktree's own git directory: `gitprov/plan.json`, beside it `plan.blobs`, the contents of new
generations, ready for git, and `ticket`, by which the shims of the message hooks know what Python would tell them. A
plan survives a kill: whatever command comes next finishes or forgets it.
"""

from __future__ import annotations

import json
import os
from typing import Any, NamedTuple

from gitprov.model.note import Row
from gitprov.model.untrusted.jsonvalue import loads
from gitprov.store import files

VERSION = 1


class Use(NamedTuple):
    """What a commit takes of one event: ranges over its `after`, and the trace it was frozen into.

    `path` is the file's name in the commit where that is not the event's.
    """

    lines: str
    dropped: str
    trace: str | None
    retire: bool
    path: str | None = None


class Plan(NamedTuple):
    """Everything about a coming commit that must not be worked out twice.

    `changes` is a digest of the change of files, which the finished commit must show too. `base` is the commit that HEAD was, `amend` says that it will be replaced. `rows` are the note's
    trace and human rows, `trailers` what the message must carry, each with the traces it stands for.
    `uses`: event seq → Use. `used`: (session key, turn, generation) to remember as parents.
    `stale` are trailers that an amended message must lose. `refusals` are lines for people. `gate` is "passed" once
    the gate has. `moment` is the author date git gave this attempt, `attempt` names the git process that made it.
    `inherited` is what the gate said of the commits whose lines these are, `dropped` the exceptions made there, `problem`
    why none could be found out. `sought` are traces that were looked for, and of which there is no line. `last` is the
    highest seq of the evidence at hand. `settled`: git has fixed what it commits, so a later index says nothing of it.
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
    """Where a worktree's plan is."""
    return os.path.join(git_dir, "gitprov")


def path(git_dir: str) -> str:
    """The plan's file; hook shims look for it by this name."""
    return os.path.join(directory(git_dir), "plan.json")


def blobs_path(git_dir: str) -> str:
    """The contents that go with the plan."""
    return os.path.join(directory(git_dir), "plan.blobs")


def rewritten(git_dir: str) -> str:
    """Pairs of commits whose notes have still to follow; hook shims look for it by this name."""
    return os.path.join(directory(git_dir), "rewritten")


def ticket_path(git_dir: str) -> str:
    """The ticket's file; hook shims look for it by this name."""
    return os.path.join(directory(git_dir), "ticket")


def save(git_dir: str, plan: Plan) -> None:
    """Keep a plan, durably; a ticket for the one before is void. OSError where it cannot be written."""
    files.remove(ticket_path(git_dir))
    row = {**plan._asdict(), "v": VERSION, "uses": {str(seq): list(use) for seq, use in plan.uses.items()}}
    data = json.dumps(row, separators=(",", ":"), sort_keys=True).encode("ascii")
    files.make_dir(directory(git_dir))
    files.replace(directory(git_dir), path(git_dir), data)


def issue(git_dir: str, plan: Plan) -> None:
    """Let the shims of the message hooks act on a saved plan by themselves.

    The first line names the attempt, each further one a trailer. A shim adds `+added` when it wrote the trailers and
    `+passed` when it saw them in the message.
    """
    rows = [_attempt(plan), *(f"{key}: {value}" for key, value, _ in plan.trailers)]
    data = "".join(row + "\n" for row in rows).encode("utf-8", "surrogateescape")
    files.replace(directory(git_dir), ticket_path(git_dir), data, durable=False)


def _attempt(plan: Plan) -> str:
    """What a shim knows of the attempt it serves: the id of the git process above it, and the author date."""
    return f"{(plan.attempt or '').partition('-')[0]} {plan.moment or ''}"


def _as_marked(git_dir: str, plan: Plan) -> Plan:
    """The plan with what shims did since."""
    rows = (files.read(ticket_path(git_dir)) or b"").decode("utf-8", "surrogateescape").splitlines()
    if not rows or rows[0] != _attempt(plan):
        return plan
    gate = "passed" if "+passed" in rows else plan.gate
    added = "+added" in rows
    return plan._replace(
        trailers_added=plan.trailers_added or added, settled=plan.settled or added, gate=gate
    )


def load(git_dir: str) -> Plan | None:
    """The plan, None where there is none or it cannot be read: then it is worked out anew."""
    try:
        row = loads(files.read(path(git_dir)) or b"null")
        if not isinstance(row, dict) or row.pop("v", None) != VERSION:
            return None
        return _as_marked(git_dir, _plan(row))
    except (OSError, ValueError, TypeError, AttributeError, KeyError, RecursionError):
        return None


def drop(git_dir: str) -> None:
    """Forget the plan, what goes with it last: without it a plan cannot be carried out, or not as the gate left it."""
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
