"""post-rewrite: git says which commits became which, and their notes follow."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from gitprov.flow.carry.carry import carry
from gitprov.flow.carry.values import Rewrite
from gitprov.flow.carry.write_notes import is_copied, record
from gitprov.flow.git_state import rebasing
from gitprov.flow.share.incoming import take_in
from gitprov.git.history.reflog import steps
from gitprov.git.objects import parse_commit
from gitprov.git.process import decode
from gitprov.model.note import Note
from gitprov.store import files, notes
from gitprov.store.plan import rewritten

if TYPE_CHECKING:
    from gitprov.git.repo import Repository

#: Where a rebase keeps its pairs; they are still there when the hook runs, whoever has eaten its stdin.
_LISTS = (("rebase-merge", "rewritten-list"), ("rebase-apply", "rewritten"))
_PAIR = re.compile(rb"^([0-9a-f]{40}|[0-9a-f]{64}) ([0-9a-f]{40}|[0-9a-f]{64})(?= |$)", re.MULTILINE)
#: Entries of HEAD's reflog that are read at the most.
_STEPS = 5000


def post_rewrite(repo: Repository, command: str, data: bytes) -> list[str]:
    """Let notes follow an amendment or a rebase; the commits whose notes changed.

    `data` is git's `<old> <new>` lines; frameworks that pass none on lose nothing, the repository knows them
    too.
    """
    if command == "amend" and rebasing(repo):
        return []  # the rebase's own pairs come at its end, and count from the first commit to the last
    pairs = _parse(data) or _known(repo, command)
    if command == "amend":
        pairs = _unsettled(repo, pairs)
    earlier = _left(repo)
    if pairs:
        # Before anything else: git forgets the pairs with the end of this hook.
        _leave(repo, [*earlier, *pairs])
        if command != "amend":
            final = _to_the_end(repo, pairs)
            if final != pairs:
                _leave(repo, [*earlier, *final])
            pairs = final
    return _follow(repo, [*earlier, *pairs])


def finish(repo: Repository) -> list[str]:
    """Do what a killed or failed post-rewrite left undone; the commits whose notes changed."""
    return _follow(repo, _left(repo)) if os.path.exists(rewritten(repo.git_dir)) else []


def _follow(repo: Repository, pairs: list[Rewrite]) -> list[str]:
    head = repo.objects.get("HEAD")
    if not pairs or head is None:
        return []
    notes_of = {pair.new: Note() for pair in pairs}  # of a note that git copied, the commit's own comes back
    take_in(repo)  # a colleague's commits have their notes where a plain fetch put them
    notes_of.update(carry(repo, pairs, silent=True))
    changed = record(
        repo, notes_of, parse_commit(head).committer, f"gitprov: {len(notes_of)} notes follow their commits"
    )
    files.remove(rewritten(repo.git_dir))
    return changed


def _leave(repo: Repository, pairs: list[Rewrite]) -> None:
    home = os.path.dirname(rewritten(repo.git_dir))
    files.make_dir(home)
    files.replace(
        home, rewritten(repo.git_dir), "".join(f"{one.old} {one.new}\n" for one in pairs).encode("ascii")
    )


def _left(repo: Repository) -> list[Rewrite]:
    return _parse(files.read(rewritten(repo.git_dir)) or b"")


def _parse(data: bytes) -> list[Rewrite]:
    """The pairs in git's lines; what is none is left out: it may come from a damaged file."""
    return [Rewrite(decode(old), decode(new)) for old, new in _PAIR.findall(data)]


def _known(repo: Repository, command: str) -> list[Rewrite]:
    """The pairs as the repository has them."""
    if command != "amend":
        texts = (files.read(os.path.join(repo.git_dir, *place)) for place in _LISTS)
        return [pair for text in texts for pair in _parse(text or b"")]
    moves = steps(repo, 1)
    return [Rewrite(one.old, one.new) for one in moves if one.why.startswith("commit (amend)")]


def _unsettled(repo: Repository, pairs: list[Rewrite]) -> list[Rewrite]:
    """Amendments that post-commit did not write down itself, or whose note git has overwritten since."""
    raw_notes = notes.read(repo, [pair.new for pair in pairs])
    return [pair for pair in pairs if pair.new not in raw_notes or is_copied(pair.new, raw_notes[pair.new])]


def _to_the_end(repo: Repository, pairs: list[Rewrite]) -> list[Rewrite]:
    """Pairs with commits that the rebase, or what it ran, amended again before it was done.

    Git names the commit that a pick made. What `--exec` amended since is another one; and a commit on the way
    that got a note of its own hands it on.
    """
    became = _amended(repo, len(pairs))
    if not became:
        return pairs
    last = [Rewrite(pair.old, _last(pair.new, became)) for pair in pairs]
    noted = notes.read(repo, became)
    return last + [Rewrite(oid, _last(oid, became)) for oid in noted]


def _amended(repo: Repository, picks: int) -> dict[str, str]:
    """Commit → the one that took its place, for the moves of HEAD since the rebase began."""
    moves = steps(repo, min(_STEPS, 4 * picks + 200))
    begun = [n for n, one in enumerate(moves) if _action(one.why).endswith("(start)")]
    since = [one for one in moves[begun[-1] + 1 :] if not _jumps(one.why)] if begun else []
    oids = list(dict.fromkeys(oid for one in since for oid in (one.old, one.new)))
    objects = zip(oids, repo.objects.get_many(oids), strict=True)
    parents = {oid: parse_commit(obj).parents for oid, obj in objects if obj is not None}
    return {one.old: one.new for one in since if parents.get(one.old) == parents.get(one.new)}


def _jumps(why: str) -> bool:
    """Whether HEAD went elsewhere or on: two children of one commit are no amendment of each other."""
    return any(word in _action(why) for word in ("reset", "checkout", "finish", "abort", "pick"))


def _action(why: str) -> str:
    """Git's own word for a move, without the subject of a commit."""
    return why.partition(":")[0]


def _last(oid: str, became: dict[str, str]) -> str:
    seen = {oid}
    while became.get(oid, oid) not in seen:
        oid = became[oid]
        seen.add(oid)
    return oid
