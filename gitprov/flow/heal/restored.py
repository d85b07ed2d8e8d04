"""Lines that commits take over from their own history: whole files brought back, and re-wrapped lines.

Git does not record the origin of a restored file (`git checkout COMMIT -- FILE`). It equals the earlier file
byte for byte, so by git's diff of the two commits its lines are unchanged; to type it again means to type the
whole file exactly as it was.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from gitprov.attribution.diff import hunks
from gitprov.flow.heal import memory
from gitprov.flow.heal.scope import BOUND, Source, Sources
from gitprov.flow.heal.search import Ancestry
from gitprov.git.files.arrivals import arrivals, below
from gitprov.model.lines import is_trivial, split_lines
from gitprov.model.notes.note import Note
from gitprov.model.untrusted.jsonvalue import loads

if TYPE_CHECKING:
    from gitprov.flow.heal.search import Search
    from gitprov.git.repo import Repository

#: Source commit → the files that the target commit has exactly as this one.
_Files = dict[str, frozenset[str]]

#: At least so many restored lines of a file must have words: fewer are easily typed again.
_LEAST = 2
#: At most so many earlier commits with the same file are checked for one commit.
_FEW = 12
#: At most so many commits with restored files are reported in one run, the newest ones.
_MOST = 500
#: The file of the restored files of each commit.
_RETURNED = "heal-returned"

#: Text of which a formatter changes only the case: words, without one-letter prefixes of strings, and numbers
#: without zeros at their ends, which a formatter may add or remove.
_WORD = re.compile(rb"[a-z_\x80-\xff]{2,}|[1-9](?:[0-9]*[1-9])?")
#: Text that a formatter adds: the comment at the end of a namespace.
_REMARK = re.compile(rb"//[ \t]*(?:end )?namespace[^\n]*")
#: White space, and the signs that formatters add and remove.
_LOOSE = b" \t\v\f\r,()\\;'\""
#: ASCII characters that are not part of words.
_SIGNS = bytes(n for n in range(0x80) if not (chr(n).isalnum() or chr(n) == "_"))
#: Letters that a formatter may add or remove even in the shortest text.
_LETTERS = 24
#: Commits whose hunks are read at once.
_SOME = 500
#: The file of commits that changed more than layout, in each hunk and in all hunks together.
_PLAIN = "heal-meant"


def brought_back(search: Search) -> Sources:
    """Commit → the newest ancestors with files that it restores, without files in which its note has lines.

    Only for commits with one parent. A commit's history never changes, so each commit is checked once.
    """
    files_of = _stored(search.repo)
    new = [oid for oid, commit in search.commits.items() if len(commit.parents) == 1 and oid not in files_of]
    if new:
        search.tell("looking for files brought back", 0, len(new))
        history = _history(search)
        files_of.update({oid: {} for oid in new} | _restored(search.repo, new, history))
        # Results of a search that was cut short are not stored, so that a later search can be complete.
        if not search.repo.cut_off and (search.scope.deep >= BOUND or len(history) < search.scope.deep):
            _store(search.repo, files_of)
    sources_of: Sources = {}
    for oid in [oid for oid in search.commits if files_of.get(oid)][:_MOST]:
        claimed = {*Note.read(search.commits[oid].note).paths()}
        sources = [
            Source(old, "file brought back", paths - claimed, whole=False)
            for old, paths in files_of[oid].items()
            if paths - claimed
        ]
        if sources:
            sources_of[oid] = sources
    return sources_of


def _history(search: Search) -> list[str]:
    """The commits that may contain the earlier states of restored files, newest first."""
    commits, deep = search.commits, search.scope.deep
    if len(commits) < deep and any(
        old not in commits for commit in commits.values() for old in commit.parents
    ):
        return list(dict.fromkeys([*below(search.repo, search.tips, deep), *commits]))
    return list(commits)


def _restored(repo: Repository, new: Collection[str], history: Sequence[str]) -> dict[str, _Files]:
    """Commit → the newest ancestors with files that it restores, for `new`; one process lists all changes."""
    came: dict[tuple[str, str], list[tuple[str, str | None]]] = {}
    for oid, changes in arrivals(repo, history):
        for change in changes:
            came.setdefault((change.path, change.new), []).append((oid, change.old))
    targets = set(new)
    cases = [
        (oid, path, [earlier for earlier, _ in rows[n + 1 :][:_FEW]])
        for (path, blob), rows in came.items()
        for n, (oid, old) in enumerate(rows[:-1])
        if oid in targets and _adds_words(repo, old, blob)
    ]
    kin = Ancestry(repo, {(oid, old) for oid, _, olds in cases for old in olds})
    files_of: dict[str, _Files] = {}
    for oid, path, olds in cases:
        nearest = next((old for old in olds if kin.descends(oid, old)), None)
        if nearest is not None:
            files = files_of.setdefault(oid, {})
            files[nearest] = files.get(nearest, frozenset()) | {path}
    return files_of


def _adds_words(repo: Repository, old: str | None, new: str) -> bool:
    """Whether at least `_LEAST` lines with words are added between the blobs `old` and `new`."""
    before, after = (obj.data if oid and (obj := repo.objects.get(oid)) else b"" for oid in (old, new))
    lines = split_lines(after)
    added = (line for hunk in hunks(before, after) for line in lines[hunk.new_start : hunk.new_end])
    return sum(not is_trivial(line) for line in added) >= _LEAST


def _stored(repo: Repository) -> dict[str, _Files]:
    """The stored results; commits whose row cannot be read are left out and so checked again."""
    files_of: dict[str, _Files] = {}
    for row in memory.rows(repo, _RETURNED):
        oid, _, text = row.partition(" ")
        if not text:
            files_of[oid] = {}
            continue
        with contextlib.suppress(ValueError, AttributeError, TypeError):
            files_of[oid] = {old: frozenset(map(str, paths)) for old, paths in loads(text).items()}
    return files_of


def _store(repo: Repository, files_of: Mapping[str, _Files]) -> None:
    rows_of = {oid: {old: sorted(paths) for old, paths in files.items()} for oid, files in files_of.items()}
    rows = (f"{oid} {json.dumps(row)}" if row else oid for oid, row in sorted(rows_of.items()))
    memory.keep(repo, _RETURNED, rows)


def rewrapped(search: Search) -> Sources:
    """The parents of open commits without a note that re-wrapped some lines."""
    bare = [candidate.commit for candidate in search.open() if candidate.bare]
    return _rewrapped(search, {commit.oid: commit.parents[0] for commit in bare if len(commit.parents) == 1})


def rewrapped_beside(search: Search) -> Sources:
    """The parents of commits with a note of their own that re-wrapped some lines."""
    return _rewrapped(search, {oid: commit.parents[0] for oid, commit in search.partial.items()})


def _rewrapped(search: Search, parent_of: Mapping[str, str]) -> Sources:
    """The parents of those commits of which one hunk, or all hunks together, remove and add the same words.

    Also of those of which a hunk removes and adds a line that differs only in case, signs and white space.
    Which lines are from the parent is decided later, by the rules of each language. A commit's content never
    changes, so the other commits are stored and not checked again.
    """
    plain = set(memory.rows(search.repo, _PLAIN))
    new = [oid for oid in parent_of if oid not in plain]
    sources_of: Sources = {}
    for at in range(0, len(new), _SOME):
        some = new[at : at + _SOME]
        hits = _same_text(search.repo, some)
        sources_of.update(
            (oid, [Source(parent_of[oid], "re-wrapped", whole=False)]) for oid in some if oid in hits
        )
        plain.update(oid for oid in some if oid not in hits)
        search.tell("looking for re-wrapped lines", at + len(some), len(parent_of))
    if new:
        memory.keep(search.repo, _PLAIN, sorted(plain))
    return sources_of


def _same_text(repo: Repository, oids: Collection[str]) -> set[str]:
    """The commits of `oids` of which sides have the same words in any order, or a line but for its layout."""
    from gitprov.git.files import patches

    hits: set[str] = set()
    whole: dict[str, tuple[list[bytes], list[bytes]]] = {}
    for oid, old, new in patches.sides(repo, oids):
        if oid in hits:
            continue
        if old and new and (_same_words(old, new) or _shares_line(old, new)):
            hits.add(oid)
        for side, text in zip(whole.setdefault(oid, ([], [])), (old, new), strict=True):
            side.append(text)
    return hits | {oid for oid, (old, new) in whole.items() if _same_words(b"\n".join(old), b"\n".join(new))}


def _same_words(old: bytes, new: bytes) -> bool:
    # Counting letters is many times as fast as finding words, and already separates most texts.
    counts = [len(text.translate(None, _SIGNS)) for text in (old, new)]
    near = abs(counts[0] - counts[1]) <= _LETTERS + max(counts) // 16
    return near and _words(old) == _words(new)


def _words(text: bytes) -> list[bytes]:
    return sorted(_WORD.findall(_REMARK.sub(b"", text.lower())))


def _shares_line(old: bytes, new: bytes) -> bool:
    """Whether both sides contain a line with words that is equal but for case and characters of _LOOSE."""
    lines = (set(text.lower().translate(None, _LOOSE).split(b"\n")) for text in (old, new))
    return any(_WORD.search(line) for line in next(lines) & next(lines))
