"""What post-commit's shim needs to write generations and note of a planned commit without Python (ADR 35).

`seal` has one value a line, in the order in which the shim reads them: the attempt, as in the ticket; the
tree and the parent that the commit must have; the ids of the generations ref and of the notes ref, zeros for
none; a scratch ref; the size in bytes of the blobs in `plan.blobs`; the reflog's words before the commit's
id; the size in bytes of the whole note; its first row before and after the commit's id. `seal.places` places
the blobs, and `seal.rows` are the note's other rows.
"""

from __future__ import annotations

import os

from gitprov.git.process import decode, encode
from gitprov.git.write import SCRATCH, packed_part, packed_size
from gitprov.model import canonical
from gitprov.model.notes.note import Note
from gitprov.model.notes.rows import CommitRow
from gitprov.store import files, generations, notes
from gitprov.store import plan as plans

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitprov.flow.change import CommitChange
    from gitprov.flow.context import CommitContext
    from gitprov.git.repo import Repository
    from gitprov.store.plan import Plan


def prepare(context: CommitContext, change: CommitChange, plan: Plan) -> None:
    """Write the files for the shim, where all that post-commit would add to the plan is the commit's id.

    `plan` is saved, and has a ticket. OSError where the files cannot be written.
    """
    repo = context.repo
    if not _is_complete(change, plan) or repo.env.get("TRACEPARENT"):
        return
    tree = decode(repo.try_run("write-tree").stdout).strip()
    row = CommitRow.of(repo.null_oid, "passed", plan.added, {})
    note = Note([*plan.rows, row]).dump()
    first = canonical.dump_line(row.json)
    if not tree or not note.startswith(first):
        return
    before, _, after = decode(first).rstrip("\n").partition(repo.null_oid)
    blobs = plans.blobs_path(repo.git_dir)
    places = b"".join(packed_part(blobs, places=True))
    values = [
        plans.attempt_of(plan),
        tree,
        change.parents[0],
        _tip(repo, generations.REF),
        _tip(repo, notes.REF),
        f"{SCRATCH}/{os.getpid()}-{os.urandom(5).hex()}",
        str(packed_size(blobs)),
        f"gitprov: {len(plan.traces)} traces of ",
        str(len(note)),
        before,
        after,
    ]
    files.make_dir(plans.sealed_dir(context.inbox.root))
    head = "".join(f"{value}\n" for value in values)
    for part, data in ((".places", places), (".rows", note[len(first) :]), ("", encode(head))):
        files.replace(plans.directory(repo.git_dir), plans.seal_path(repo.git_dir, part), data, durable=False)


def _is_complete(change: CommitChange, plan: Plan) -> bool:
    """Whether the plan of an ordinary commit has new generations, and nothing of other commits."""
    return (
        len(change.parents) == 1
        and bool(plan.used)
        and not (plan.inherited or plan.dropped or plan.noted or plan.problem or plan.sidecars)
    )


def _tip(repo: Repository, ref: str) -> str:
    """The commit of a ref, zeros for none."""
    commit = repo.objects.commit(ref)
    return repo.null_oid if commit is None else commit.oid
