"""post-rewrite: carries notes from rewritten commits to those that git lists as their replacements."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from gitprov.flow.carry.carry import carry
from gitprov.flow.carry.values import Rewrite
from gitprov.flow.carry.write_notes import record
from gitprov.flow.git_state import rebasing
from gitprov.flow.share.incoming import take_in
from gitprov.git import notes as git_notes
from gitprov.git.history.reflog import steps
from gitprov.git.process import decode
from gitprov.model.notes.note import Note
from gitprov.store import files, notes
from gitprov.store.plan import rewritten

if TYPE_CHECKING:
    from gitprov.git.repo import Repository

#: Files in which a rebase keeps its pairs; they still exist when the hook runs, even if its stdin was read.
_LISTS = (("rebase-merge", "rewritten-list"), ("rebase-apply", "rewritten"))
_PAIR = re.compile(rb"^([0-9a-f]{40}|[0-9a-f]{64}) ([0-9a-f]{40}|[0-9a-f]{64})(?= |$)", re.MULTILINE)
#: The most entries of HEAD's reflog to read.
_STEPS = 5000


def post_rewrite(repo: Repository, command: str, data: bytes) -> list[str]:
    """Carry notes over an amendment or a rebase; returns the commits whose notes changed.

    `data` is git's `<old> <new>` lines. Where a framework passes none on, the pairs are read from the
    repository.
    """
    if command == "amend" and rebasing(repo):
        return []  # at its end the rebase lists its own pairs, from the first commit to the last
    pairs = _parse(data) or _repository_pairs(repo, command)
    if command == "amend":
        pairs = _unsettled(repo, pairs)
    earlier = _journal_pairs(repo)
    if pairs:
        # Before anything else: git deletes its list of pairs when this hook ends.
        _leave(repo, [*earlier, *pairs])
        if command != "amend":
            final = _to_the_end(repo, pairs)
            if final != pairs:
                _leave(repo, [*earlier, *final])
            pairs = final
    return _follow(repo, [*earlier, *pairs])


def finish(repo: Repository) -> list[str]:
    """Complete a killed or failed post-rewrite; returns the commits whose notes changed."""
    return _follow(repo, _journal_pairs(repo)) if os.path.exists(rewritten(repo.git_dir)) else []


def _follow(repo: Repository, pairs: list[Rewrite]) -> list[str]:
    head = repo.objects.commit("HEAD")
    if not pairs or head is None:
        return []
    notes_of = {pair.new: Note() for pair in pairs}  # an empty one still undoes a copy by git: see `record`
    take_in(repo)  # the notes of a colleague's commits may still be where a plain fetch put them
    notes_of.update(carry(repo, pairs, always=True))
    changed = record(repo, notes_of, head.committer, f"gitprov: {len(notes_of)} notes follow their commits")
    files.remove(rewritten(repo.git_dir))
    return changed


def _leave(repo: Repository, pairs: list[Rewrite]) -> None:
    home = os.path.dirname(rewritten(repo.git_dir))
    files.make_dir(home)
    files.replace(
        home, rewritten(repo.git_dir), "".join(f"{one.old} {one.new}\n" for one in pairs).encode("ascii")
    )


def _journal_pairs(repo: Repository) -> list[Rewrite]:
    """The pairs in the journal of a hook that did not end; none without a journal."""
    return _parse(files.read(rewritten(repo.git_dir)) or b"")


def _parse(data: bytes) -> list[Rewrite]:
    """The pairs in git's lines. Other lines are skipped, as a damaged file may have some."""
    return [Rewrite(decode(old), decode(new)) for old, new in _PAIR.findall(data)]


def _repository_pairs(repo: Repository, command: str) -> list[Rewrite]:
    """The pairs from the repository: of a rebase from its list, of an amendment from HEAD's reflog."""
    if command != "amend":
        texts = (files.read(os.path.join(repo.git_dir, *place)) for place in _LISTS)
        return [pair for text in texts for pair in _parse(text or b"")]
    moves = steps(repo, 1)
    return [Rewrite(one.old, one.new) for one in moves if one.why.startswith("commit (amend)")]


def _unsettled(repo: Repository, pairs: list[Rewrite]) -> list[Rewrite]:
    """The amendments for which post-commit wrote no note, or whose note git has overwritten since."""
    raw = git_notes.read(repo, notes.REF, [pair.new for pair in pairs])
    return [pair for pair in pairs if pair.new not in raw or _may_be_copied(pair.new, raw[pair.new])]


def _may_be_copied(oid: str, note: bytes) -> bool:
    """Whether git copied a raw note from another commit; usually it has one commit row, which names `oid`."""
    usual = note.count(b'"commit"') == 1 and f'"id":"{oid}"'.encode("ascii") in note
    return not usual and bool(Note.parse(note).copied_from(oid))


def _to_the_end(repo: Repository, pairs: list[Rewrite]) -> list[Rewrite]:
    """The pairs with final commits in place of those that were amended again before the rebase ended.

    Git lists the commit that a pick made, which `--exec` may have amended since. Pairs from intermediate
    commits that have a note of their own are added, so that it is carried too.
    """
    became = _amended(repo, len(pairs))
    if not became:
        return pairs
    last = [Rewrite(pair.old, _last(pair.new, became)) for pair in pairs]
    noted = notes.read(repo, became)
    return last + [Rewrite(oid, _last(oid, became)) for oid in noted]


def _amended(repo: Repository, picks: int) -> dict[str, str]:
    """Commit → the one that replaced it, by HEAD's moves since the start of a rebase of `picks` commits."""
    moves = steps(repo, min(_STEPS, 4 * picks + 200))
    begun = [n for n, one in enumerate(moves) if _action(one.why).endswith("(start)")]
    since = [one for one in moves[begun[-1] + 1 :] if not _jumps(one.why)] if begun else []
    commits = repo.objects.commits(oid for one in since for oid in (one.old, one.new))
    parents = {oid: commit.parents for oid, commit in commits.items()}
    return {one.old: one.new for one in since if parents.get(one.old) == parents.get(one.new)}


def _jumps(why: str) -> bool:
    """Whether a move of HEAD is no amendment, even if old and new commit have the same parents."""
    return any(word in _action(why) for word in ("reset", "checkout", "finish", "abort", "pick"))


def _action(why: str) -> str:
    """Git's term for a move of HEAD in a reflog message, without the subject of a commit."""
    return why.partition(":")[0]


def _last(oid: str, became: dict[str, str]) -> str:
    seen = {oid}
    while became.get(oid, oid) not in seen:
        oid = became[oid]
        seen.add(oid)
    return oid
