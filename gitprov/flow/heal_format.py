"""Commits in which a formatter wrote lines in another layout or order: the parent's lines are still theirs."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from gitprov.flow import heal_memory

if TYPE_CHECKING:
    from gitprov.git.repo import Repository

#: What no formatter changes but for its case: words, without the one letter of a string's prefix, and numbers, which may
#: have zeros more or less at their ends.
_WORD = re.compile(rb"[a-z_\x80-\xff]{2,}|[1-9](?:[0-9]*[1-9])?")
#: What a formatter writes of its own: the comment at the end of a namespace.
_REMARK = re.compile(rb"//[ \t]*(?:end )?namespace[^\n]*")
#: White space, and the signs that formatters add and take away.
_LOOSE = b" \t\v\f\r,()\\;'\""
_SOME = 500
#: The file of commits that are known to have changed more than layout in each hunk, and in all of them together.
_PLAIN = "heal-meant"


def rewrapped(repo: Repository, oids: Collection[str], tell: Callable[[int], None]) -> list[str]:
    """Those commits that have a hunk, or are on the whole, of the same words as before, or have a line of the same text
    but for its signs.

    Which of their lines are the parent's is then asked line by line, by the rules of each language. What a commit
    changes is always the same, so those that have nothing of the kind are remembered. `tell` hears how many were
    looked at.
    """
    plain = set(heal_memory.rows(repo, _PLAIN))
    new = [oid for oid in oids if oid not in plain]
    found: list[str] = []
    for at in range(0, len(new), _SOME):
        some = new[at : at + _SOME]
        hits = _alike(repo, some)
        found += [oid for oid in some if oid in hits]
        plain.update(oid for oid in some if oid not in hits)
        tell(at + len(some))
    if new:
        heal_memory.keep(repo, _PLAIN, sorted(plain))
    return found


def _alike(repo: Repository, oids: Collection[str]) -> set[str]:
    """Those commits that take away and put there the same words, in one hunk or in all; order does not count."""
    from gitprov.git import patches

    hits: set[str] = set()
    whole: dict[str, tuple[list[bytes], list[bytes]]] = {}
    for oid, old, new in patches.sides(repo, oids):
        if oid in hits:
            continue
        words = _words(old), _words(new)
        if old and new and (words[0] == words[1] or not _lines(old).isdisjoint(_lines(new))):
            hits.add(oid)
        old_words, new_words = whole.setdefault(oid, ([], []))
        old_words += words[0]
        new_words += words[1]
    return hits | {oid for oid, (old, new) in whole.items() if old and sorted(old) == sorted(new)}


def _words(text: bytes) -> list[bytes]:
    return sorted(_WORD.findall(_REMARK.sub(b"", text.lower())))


def _lines(text: bytes) -> set[bytes]:
    """The lines that have words, without white space and the signs that are layout."""
    return {line for line in text.lower().translate(None, _LOOSE).split(b"\n") if _WORD.search(line)}
