"""The plan of a commit: computed by pre-commit, kept until post-commit has written the records.

Files in the worktree's own git directory: `gitprov/plan.json`; beside it `plan.blobs`, the contents of new
generations as a stream for git; `ticket`, from which the shims of the message hooks act without Python; and
`seal`, `seal.places` and `seal.rows` for the shim of post-commit. A plan survives a kill: the next command
completes or discards it. Of a plan that the shim carried out, the files go to `sealed/` in the inbox.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence

from gitprov.model.named import NamedTuple
from gitprov.model.notes.rows import NoteRow, TraceRow, typed
from gitprov.model.notes.spent import Spent
from gitprov.model.ranges import readable
from gitprov.store import files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gitprov.model.finding import Finding
    from gitprov.store.inbox.inbox import Inbox

VERSION = 1
_WAIT = 10.0
"""Seconds to wait for another process that retires the evidence of the same plan."""


class Plan(NamedTuple):
    """The results for a coming commit that must not be computed twice.

    `changes` is a digest of the file changes, which must equal that of the finished commit. `base` is the
    commit of HEAD; `amend`: the commit replaces it. `rows` are the note's trace and human rows, `trailers`
    those that the message must contain, each with its traces. `spent`: event seq → what commits, with this
    one, have used of the event; of the `finished` events nothing remains. `used`: (session key, turn,
    generation) to record as parents. `stale` are trailers to remove from an amended message. `refusals` are
    the findings of the gate. `gate` is "passed" once it has passed. `moment` is the author date of git's
    attempt, `attempt` the token of the git process that makes it. `inherited` is the gate's outcome for the
    commits from which these lines come, `dropped` the exceptions made there, `problem` the reason why that is
    unknown. `noted`: the commits that this one repeats or replaces have notes, so it gets one even without
    rows. `last` is the highest seq of the evidence. `settled`: git has fixed the content of the commit, so a
    later index does not describe it.
    """

    changes: str
    base: str | None
    amend: bool
    rows: tuple[NoteRow, ...] = ()
    trailers: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
    spent: dict[int, Spent] = {}  # noqa: RUF012 - never written to
    finished: frozenset[int] = frozenset()
    used: tuple[tuple[str, str, str], ...] = ()
    added: int = 0
    refusals: tuple[Finding, ...] = ()
    stale: tuple[tuple[str, str], ...] = ()
    sidecars: tuple[str, ...] = ()
    gate: str | None = None
    trailers_added: bool = False
    moment: str | None = None
    attempt: str | None = None
    inherited: str | None = None
    dropped: dict[str, str] = {}  # noqa: RUF012 - never written to
    problem: str | None = None
    noted: bool = False
    last: int = 0
    settled: bool = False

    @property
    def traces(self) -> list[TraceRow]:
        """The trace rows."""
        return [row for row in self.rows if isinstance(row, TraceRow)]


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


def seal_path(git_dir: str, part: str = "") -> str:
    """The path of a file for post-commit's shim; hook shims check for these names."""
    return os.path.join(directory(git_dir), "seal" + part)


def sealed_dir(inbox_root: str) -> str:
    """The directory of an inbox to which the shim moves the files of a plan that it carried out."""
    return os.path.join(inbox_root, "sealed")


def save(git_dir: str, plan: Plan) -> None:
    """Durably write a plan and remove the ticket of the previous one. OSError where it cannot be written."""
    for old in (ticket_path(git_dir), seal_path(git_dir)):
        files.remove(old)
    row = {**plan._asdict(), "v": VERSION, "rows": [row.json for row in plan.rows]}
    spent, finished = row.pop("spent"), row.pop("finished")
    row["uses"] = {
        str(seq): [str(lines), str(dropped), trace, seq in finished, name]
        for seq, (lines, dropped, trace, name) in spent.items()
    }
    data = json.dumps(row, separators=(",", ":"), sort_keys=True).encode("ascii")
    room, place = directory(git_dir), path(git_dir)
    files.make_dir(room)
    files.replace(room, place, data)


def issue(git_dir: str, plan: Plan) -> None:
    """Write the ticket with which the shims of the message hooks act on a saved plan without Python.

    The first line identifies the attempt, each further line is a trailer. A shim appends `+added` when it
    wrote the trailers and `+passed` when it found them in the message.
    """
    rows = [attempt_of(plan), *(f"{key}: {value}" for key, value, _ in plan.trailers)]
    data = "".join(row + "\n" for row in rows).encode("utf-8", "surrogateescape")
    files.replace(directory(git_dir), ticket_path(git_dir), data, durable=False)


def attempt_of(plan: Plan) -> str:
    """The attempt as a shim can identify it: the id of its parent git process, and the author date."""
    return f"{(plan.attempt or '').partition('-')[0]} {plan.moment or ''}"


def _as_marked(git_dir: str, plan: Plan) -> Plan:
    """The plan, updated by the marks that shims appended to the ticket."""
    rows = (files.read(ticket_path(git_dir)) or b"").decode("utf-8", "surrogateescape").splitlines()
    if not rows or rows[0] != attempt_of(plan):
        return plan
    gate = "passed" if "+passed" in rows else plan.gate
    added = "+added" in rows
    return plan._replace(
        trailers_added=plan.trailers_added or added, settled=plan.settled or added, gate=gate
    )


def load(git_dir: str) -> Plan | None:
    """The plan, None where there is none or it cannot be read: then the caller computes a new one."""
    plan = _read(path(git_dir))
    try:
        return None if plan is None else _as_marked(git_dir, plan)
    except OSError:
        return None


def _read(place: str) -> Plan | None:
    try:
        row = json.loads(files.read(place) or b"{}")  # only gitprov writes it, so it is no hostile JSON
        return _plan(row) if row.pop("v", None) == VERSION else None
    except (OSError, ValueError, TypeError, AttributeError, KeyError, RecursionError):
        return None


def drop(git_dir: str) -> None:
    """Remove the plan first, then ticket and blobs: without them it could not be carried out correctly."""
    parts = [seal_path(git_dir, part) for part in ("", ".places", ".rows")]
    for old in [path(git_dir), ticket_path(git_dir), blobs_path(git_dir), *parts]:
        files.remove(old)


def retire(inbox: Inbox, plan: Plan) -> None:
    """Mark what a plan used of its evidence, and retire events of which nothing remains. Safe to repeat."""
    for seq, spent in plan.spent.items():
        if spent != inbox.spent(seq) and os.path.exists(inbox.event_path(seq)):
            inbox.mark_spent(seq, spent, durable=seq not in plan.finished)
    for key, turn, trace in plan.used:
        inbox.mark_used(key, turn, trace)
    inbox.retire(plan.finished)


def retire_sealed(inbox: Inbox) -> bool:
    """Retire the evidence of a commit whose note the shim wrote, if there is such a plan; to be called before
    an inbox is read.

    False where the plan cannot be read: its evidence stays. OSError where the inbox cannot be written.
    """
    room = sealed_dir(inbox.root)
    if not files.names(room):
        return True
    handle = os.open(room, os.O_RDONLY | os.O_CLOEXEC)
    try:
        files.lock(handle, wait=_WAIT)
        names = files.names(room)  # what the shim moves here later stays for the next time
        is_sealed = "plan.json" in names
        plan = _read(os.path.join(room, "plan.json")) if is_sealed else None
        if plan is not None:
            retire(inbox, plan)
        # The plan last: if this process is killed, another repeats it.
        for name in sorted(names, key=lambda name: name == "plan.json"):
            files.remove(os.path.join(room, name))
    finally:
        os.close(handle)
    return plan is not None or not is_sealed


def _plan(row: dict[str, Any]) -> Plan:
    uses = {int(seq): use for seq, use in row.pop("uses").items()}
    plan = Plan(**row)
    return plan._replace(
        rows=tuple(map(typed, row["rows"])),
        trailers=tuple((key, value, tuple(traces)) for key, value, traces in plan.trailers),
        spent={
            seq: Spent(readable(lines), readable(dropped), trace, name)
            for seq, (lines, dropped, trace, _, name) in uses.items()
        },
        finished=frozenset(seq for seq, use in uses.items() if use[3]),
        used=tuple((key, turn, trace) for key, turn, trace in plan.used),
        refusals=tuple(_finding(row) for row in plan.refusals),
        stale=tuple((key, value) for key, value in plan.stale),
        sidecars=tuple(plan.sidecars),
    )


def _finding(row: Sequence[Any]) -> Finding:
    from gitprov.model.finding import Finding, Risk

    finding, lines = Finding._make(row), None
    if finding.lines is not None:
        first, last = finding.lines
        lines = (first, last)
    risk = None if finding.risk is None else Risk._make(finding.risk)
    return finding._replace(traces=tuple(finding.traces), lines=lines, risk=risk)
