"""Resolves names of traces, commits and turns on the command line, and finds the commits of a trace."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, NamedTuple

from gitprov.errors import GitprovError
from gitprov.flow.capture.digest import open_inbox
from gitprov.git.history import search, survey
from gitprov.git.objects import is_commit
from gitprov.git.process import decode
from gitprov.interop.trailers import TRACE_KEY
from gitprov.model.event import Event
from gitprov.model.ids import TRACE_ID, is_trace_id
from gitprov.store import generations, notes
from gitprov.store.plan import load as load_plan

if TYPE_CHECKING:
    from gitprov.git.repo import Repository

_PREFIX = re.compile(r"gen_[0-9]{0,8}(?:_[0-9a-f]{0,10})?")
_HEX = re.compile(r"[0-9a-f]{4,10}")
_TURN = re.compile(r"([0-9a-f]{4,16})/([0-9a-z]+)")
#: The most names that a hint shows.
_SHOWN = 5


class Name(NamedTuple):
    """A resolved name: `kind` is `trace`, `commit` or `turn`; `value` is an id, or `<session key>/<turn>`."""

    kind: str
    value: str


class CommitsOfTrace(NamedTuple):
    """Commits that hold a trace, oldest first.

    `lost` are commits whose note has the trace, but that no ref leads to any more. `silent` are commits whose
    message names the trace, but that have no note of it in this clone.
    """

    commits: list[str]
    lost: list[str]
    silent: list[str]


def find(repo: Repository, text: str) -> Name:
    """What `text` names: a trace (by id or its start), a commit, a turn, or a trace by its first hex digits.

    Hex digits are 4 to 10. GitprovError, with the nearest names as its hint, where `text` names nothing or
    more than one thing.
    """
    if is_trace_id(text):
        return Name("trace", text)
    if _PREFIX.fullmatch(text):
        return Name(
            "trace",
            _unique_trace(text, [trace for trace in all_traces(repo) if trace.startswith(text)], repo),
        )
    commit = repo.resolve(text)
    if commit is not None:
        return Name("commit", commit)
    turn = _turn(repo, text)
    if turn is not None:
        return Name("turn", turn)
    if _HEX.fullmatch(text):
        ends = [trace for trace in all_traces(repo) if trace.rpartition("_")[2].startswith(text)]
        if ends:
            return Name("trace", _unique_trace(text, ends, repo))
    raise GitprovError(f"{text!r} names no commit and no trace here", nearest(repo, text))


def holders(repo: Repository, trace: str) -> CommitsOfTrace:
    """The commits that hold a trace, by notes; by trailers if no commit on a ref has such a note."""
    paths = search.files_holding(repo, notes.REF, f'"{trace}"')
    oids = [path.replace("/", "") for path in paths]
    noted = [oid for oid, note in notes.read(repo, oids).items() if trace in note.traces]
    commits = [oid for oid in noted if _is_commit(repo, oid)]
    gone = survey.without(repo, commits, survey.REFERENCED)
    lost = sorted(gone | (set(noted) - set(commits)))
    living = [oid for oid in commits if oid not in gone]
    silent = [] if living else search.with_trailer(repo, TRACE_KEY, trace)
    return CommitsOfTrace(_by_age(repo, living), lost, [oid for oid in silent if oid not in noted])


def all_traces(repo: Repository) -> list[str]:
    """Every trace id in the notes, the store and the inbox, ascending."""
    matches = set(search.matches(repo, notes.REF, f'"id":"{TRACE_ID.pattern}"'))
    ids = {text[6:-1] for text in matches}
    stored = repo.try_run("ls-tree", "-r", "-d", "--name-only", "--full-tree", generations.REF)
    ids.update(path.rpartition("/")[2] for path in decode(stored.stdout).splitlines())
    ids.update(of_inbox(repo))
    return sorted(trace for trace in ids if is_trace_id(trace))


def of_inbox(repo: Repository) -> dict[str, set[int]]:
    """Trace id → seqs of the inbox events that a commit, or the plan of a running one, froze into it."""
    seqs_by_trace: dict[str, set[int]] = {}
    if repo.worktree is None:
        return seqs_by_trace
    inbox = open_inbox(repo.inbox_dir, repo.env)
    for event in inbox.events():
        trace = inbox.spent(event.seq).trace if isinstance(event, Event) else None
        if trace is not None and event.seq is not None:
            seqs_by_trace.setdefault(trace, set()).add(event.seq)
    plan = load_plan(repo.git_dir)
    for seq, spent in plan.spent.items() if plan is not None else ():
        if spent.trace is not None and os.path.exists(inbox.event_path(seq)):
            seqs_by_trace.setdefault(spent.trace, set()).add(seq)
    return seqs_by_trace


def nearest(repo: Repository, text: str) -> str:
    """A hint: the traces that share the longest beginning with `text`, or the commands that list traces."""
    traces = all_traces(repo)
    size = max((_alike(trace, text) for trace in traces), default=0)
    alike = [trace for trace in traces if _alike(trace, text) == size]
    if size > len("gen_2") and alike:
        return "nearest: " + ", ".join(alike[-_SHOWN:])
    return "git ai-log lists commits with their traces; gitprov status what is not committed yet"


def _alike(a: str, b: str) -> int:
    """How many characters two texts share at their start."""
    return next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))


def _unique_trace(text: str, traces: list[str], repo: Repository) -> str:
    if len(traces) == 1:
        return traces[0]
    if not traces:
        raise GitprovError(f"no trace begins with {text!r}", nearest(repo, text))
    more = f" and {len(traces) - _SHOWN} more" if len(traces) > _SHOWN else ""
    raise GitprovError(f"{text!r} begins several traces", ", ".join(traces[:_SHOWN]) + more)


def _turn(repo: Repository, text: str) -> str | None:
    """`<key>/<turn>` of the only turn with inbox events that `text` matches, else None.

    In `text` the key may be cut short, and leading zeros of the turn may be missing.
    """
    match = _TURN.fullmatch(text)
    if match is None or repo.worktree is None:
        return None
    turn = f"{int(match[2]):06d}" if match[2].isdecimal() else match[2]
    turns = {
        f"{event.key}/{event.turn}"
        for event in open_inbox(repo.inbox_dir, repo.env).events()
        if isinstance(event, Event) and event.key and event.key.startswith(match[1]) and event.turn == turn
    }
    return turns.pop() if len(turns) == 1 else None


def _is_commit(repo: Repository, oid: str) -> bool:
    git_object = repo.objects.get(oid)
    return is_commit(git_object)


def _by_age(repo: Repository, oids: list[str]) -> list[str]:
    """These commits ordered by committer date, oldest first."""
    if len(oids) < 2:
        return oids
    return decode(repo.run("rev-list", "--no-walk=sorted", "--reverse", *oids)).split()
