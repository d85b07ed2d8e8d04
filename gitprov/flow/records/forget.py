"""`gitprov forget`: erases the contents of a generation, keeps its record and leaves a tombstone.

A journal (`<git dir>/gitprov/forgetting.json`) lists what is to be erased; it is written first and removed
last. The next `gitprov forget`, of any trace, finishes an erasure that was interrupted.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from gitprov.errors import Damaged, GitprovError, UsageError
from gitprov.flow.capture.moment import utc_second
from gitprov.flow.read.resolve import CommitsOfTrace, find, holders, nearest
from gitprov.flow.records import erasable
from gitprov.flow.records.erasable import InboxErasure
from gitprov.git.history import reachability
from gitprov.git.objects import person
from gitprov.git.remotes.remote import STAGING
from gitprov.git.write import SCRATCH, RefChange, write
from gitprov.model import canonical
from gitprov.model.untrusted.jsonvalue import loads_object
from gitprov.model.untrusted.printed import argument_quoted, shell_quoted
from gitprov.store import files, generations
from gitprov.store import plan as plans
from gitprov.store.inbox import retention, spool

if TYPE_CHECKING:
    from gitprov.git.repo import Repository

JOURNAL = "forgetting.json"
_WHY = "a tombstone names who forgot"

#: Prefixes of the refs that `forget` cleans, or that hold no generations.
_OURS = (
    generations.REF,
    STAGING + "/",
    SCRATCH + "/",
    "refs/heads/",
    "refs/tags/",
    "refs/notes/",
    "refs/remotes/",
)


class Remaining(NamedTuple):
    """A place that still holds forgotten contents. `what` is a sentence, `mend` a command or None."""

    what: str
    mend: str | None = None


class Forgetting(NamedTuple):
    """One erasure. `name` is a trace id, or `<session key>/<turn>` of a turn that no commit holds.

    `stored` are paths in the store (or its history) whose contents are erased, `rooms` what is erased from
    the inboxes. `has_record`: the trace has a tombstone, a record or a commit and not only inbox events, so a
    tombstone is left. `done`: nothing was left to erase. `kept` lists what still has the contents.
    """

    name: str
    at: str
    by: str
    reason: str | None
    stored: tuple[str, ...]
    rooms: tuple[InboxErasure, ...]
    has_record: bool
    done: bool = False
    kept: tuple[Remaining, ...] = ()


def look(repo: Repository, text: str, reason: str | None, now: float) -> Forgetting:
    """What forgetting `text` (a trace, the unique start of one, or a turn) would erase; changes nothing.

    GitprovError where `text` names nothing that can be forgotten, UsageError where it names a commit. `now`
    is seconds since 1970.
    """
    name = find(repo, text)
    if name.kind == "commit":
        raise UsageError(
            f"{text!r} is a commit: traces are forgotten",
            f"gitprov show {argument_quoted(text)} lists its traces",
        )
    at = utc_second(now)
    committer = repo.identity(_WHY)
    by = person(committer)
    if name.kind == "turn":
        key, _, turn = name.value.partition("/")
        rooms = erasable.of_turn(repo, key, turn)
        kept = _transcripts(repo, rooms)
        return Forgetting(name.value, at, by, reason, (), rooms, has_record=False, kept=kept)
    trace = name.value
    listed = generations.listing(repo)
    record = _record(repo, trace)
    trace_commits = holders(repo, trace)
    rooms = erasable.of_trace(repo, trace, record)
    stored = generations.contents(listed, trace)
    if not stored and reachability.ever_held(repo, generations.REF, _everything(trace)):
        stored = [f"{generations.directory(trace)} (in older commits of {generations.REF})"]
    buried = generations.tombstone(repo, trace) is not None
    needs_tombstone = buried or record is not None or any(trace_commits)
    if not (needs_tombstone or rooms):
        raise GitprovError(f"no trace {trace} is known here", nearest(repo, trace))
    done = not (stored or rooms) and (buried or not needs_tombstone)
    kept = _kept(repo, trace, listed, [listed[path] for path in stored if path in listed], trace_commits)
    kept += _transcripts(repo, rooms)
    return Forgetting(trace, at, by, reason, tuple(stored), rooms, needs_tombstone, done, kept)


def _record(repo: Repository, trace: str) -> dict[str, canonical.Json] | None:
    """The stored record; empty where it is damaged: the contents beside it are still erased."""
    try:
        return generations.record(repo, trace)
    except Damaged:
        return {}


def forget(repo: Repository, what: Forgetting) -> None:
    """Erase `what`. Safe to repeat; `finish` completes an interrupted erasure."""
    files.make_dir(repo.home)
    files.replace(repo.home, _journal(repo), json.dumps(_to_json(what)).encode("ascii"))
    _carry_out(repo, what)


def finish(repo: Repository) -> str | None:
    """Finish an interrupted erasure; returns the name of what was forgotten, None where there was none."""
    what = pending(repo)
    if what is None:
        files.remove(_journal(repo))
        return None
    _carry_out(repo, what)
    return what.name


def pending(repo: Repository) -> Forgetting | None:
    """The interrupted erasure in the journal, None where there is none."""
    try:
        row = loads_object(files.read(_journal(repo)))
        return None if row is None else _of_json(row)
    except (ValueError, TypeError, KeyError):
        return None  # `forget` writes the journal atomically, so another program wrote this file


def prune(repo: Repository) -> None:
    """Have git remove every unreachable object."""
    repo.run("gc", "--quiet", "--prune=now")


def _to_json(what: Forgetting) -> dict[str, Any]:
    """The journal of an erasure: enough to finish it."""
    return {
        "v": 1,
        "name": what.name,
        "at": what.at,
        "by": what.by,
        "reason": what.reason,
        "stored": list(what.stored),
        "rooms": [room.to_json() for room in what.rooms],
        "known": what.has_record,
    }


def _of_json(row: dict[str, Any]) -> Forgetting:
    rooms = tuple(InboxErasure.from_json(one) for one in row["rooms"])
    return Forgetting(
        row["name"], row["at"], row["by"], row["reason"], tuple(row["stored"]), rooms, bool(row["known"])
    )


def _carry_out(repo: Repository, what: Forgetting) -> None:
    if what.has_record:
        _bury(repo, what)
    for room in what.rooms:
        retention.erase(erasable.inbox_at(repo, room.worktree), room.erasure)
        git_dir = erasable.git_dir_of(repo, room.worktree)
        if git_dir is not None and room.plan:
            plans.drop(git_dir)
    for worktree in files.names(os.path.join(repo.home, "inbox")):
        spool.erase(erasable.inbox_at(repo, worktree))
    for name in files.names(repo.home):
        if name.startswith("index.sqlite"):
            files.remove(os.path.join(repo.home, name))  # derived, and rebuilt from the remaining data
    files.remove(_journal(repo))


def _bury(repo: Repository, what: Forgetting) -> None:
    """Replace the contents by a tombstone; if the ref's history has them, start a new history."""
    trace, ref = what.name, generations.REF
    stone: dict[str, canonical.Json] = {
        "v": 1,
        "id": trace,
        "at": what.at,
        "by": what.by,
        "reason": what.reason,
    }
    path = f"{generations.directory(trace)}/{generations.TOMBSTONE}"

    def build(refs: dict[str, str]) -> list[RefChange]:
        base = refs.get(ref)
        listed = generations.listing(repo, base) if base else {}
        gone: dict[str, bytes | None] = dict.fromkeys(generations.contents(listed, trace))
        has_tombstone = path in listed
        gone |= dict.fromkeys(_idle_instructions(repo, listed, trace))
        fresh = base is not None and (bool(gone) or reachability.ever_held(repo, base, _everything(trace)))
        if has_tombstone and not fresh:
            return []
        new = gone if has_tombstone else {**gone, path: canonical.dump_line(stone)}
        if not new and base is not None:
            new = {path: repo.objects.blob(listed[path])}
        tree = reachability.tree_of(repo, base) if fresh and base else None
        return [RefChange(ref, base, f"gitprov: forget {trace}", new, fresh=tree)]

    write(repo, repo.identity(_WHY), build, [ref])
    reachability.drop_reflog(repo, ref)
    for copy in _copies(repo, trace):
        # The state of a remote at the last fetch; the next fetch restores what the remote has then.
        reachability.drop_ref(repo, copy)


def _copies(repo: Repository, trace: str) -> list[str]:
    """Refs of gitprov with copies of a remote's refs that hold contents of this generation."""
    names = reachability.refs_below(repo, STAGING + "/")
    return [name for name in names if reachability.ever_held(repo, name, _everything(trace))]


def _idle_instructions(repo: Repository, listed: dict[str, str], trace: str) -> list[str]:
    """Paths of the instruction texts that this generation used and that no other living generation used."""
    record = listed.get(f"{generations.directory(trace)}/record.json")
    instructions = generations.instructions_of(repo, [record]) & set(listed) if record else set()
    if not instructions:
        return []
    others = [oid for oid in generations.living_records(listed) if oid != record]
    return sorted(instructions - generations.instructions_of(repo, others))


def _everything(trace: str) -> list[str]:
    """Paths at or below which a generation has contents."""
    top = generations.directory(trace)
    return [f"{top}/prompt.txt", f"{top}/output.txt", f"{top}/files"]


def _kept(
    repo: Repository, trace: str, listed: dict[str, str], gone: Iterable[str], trace_commits: CommitsOfTrace
) -> tuple[Remaining, ...]:
    """What still holds contents of this generation after it is forgotten; `gone` are the erased blob ids."""
    blob_ids = set(gone)
    others: dict[str, set[str]] = {}
    for path, oid in listed.items():
        owner = generations.trace_of(path)
        if oid in blob_ids and owner not in (None, trace):
            others.setdefault(str(owner), set()).add(path.split("/", 2)[2])
    out = [
        Remaining(f"{other} keeps the same {_texts(names)}", f"gitprov forget {argument_quoted(other)}")
        for other, names in sorted(others.items())
    ]
    elsewhere = reachability.reachable(repo, blob_ids, without=(generations.REF, SCRATCH, STAGING))
    code = sorted({path for path in elsewhere.values() if path and generations.trace_of(path) is None})
    if code:
        more = f" and {len(code) - 3} more" if len(code) > 3 else ""
        out.append(Remaining(f"commits hold the code itself: {', '.join(code[:3])}{more}"))
    out += [
        Remaining(f"{ref} holds the generation", f"git update-ref -d {shell_quoted(ref)}")
        for ref in reachability.refs_below(repo, "refs/")
        if not ref.startswith(_OURS) and reachability.holds(repo, ref, _everything(trace))
    ]
    if trace_commits.commits or trace_commits.silent:
        out.append(Remaining("notes and messages keep its name, model, moment and line numbers, and no text"))
    return tuple(out)


def _transcripts(repo: Repository, rooms: tuple[InboxErasure, ...]) -> tuple[Remaining, ...]:
    return tuple(
        Remaining(f"the agent's own transcript {path}") for path in erasable.transcripts(repo, rooms)
    )


def _texts(names: set[str]) -> str:
    """The files of a generation in words for a message."""
    words = [word for word in ("prompt", "output") if f"{word}.txt" in names]
    versions = sum(name.startswith("files/") for name in names)
    if versions:
        words.append("version of a file" if versions == 1 else f"{versions} versions of files")
    return " and ".join(words) or "record"


def _journal(repo: Repository) -> str:
    return os.path.join(repo.home, JOURNAL)
