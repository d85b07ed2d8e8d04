"""Commits in which a formatter wrote lines in another layout or order: the parent's lines are still
theirs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from gitprov.flow.heal import memory as heal_memory

if TYPE_CHECKING:
    from gitprov.git.repo import Repository

#: What no formatter changes but for its case: words, without the one letter of a string's prefix, and
#: numbers, which may have zeros more or less at their ends.
_WORD = re.compile(rb"[a-z_\x80-\xff]{2,}|[1-9](?:[0-9]*[1-9])?")
#: What a formatter writes of its own: the comment at the end of a namespace.
_REMARK = re.compile(rb"//[ \t]*(?:end )?namespace[^\n]*")
#: White space, and the signs that formatters add and take away.
_LOOSE = b" \t\v\f\r,()\\;'\""
#: What no word consists of.
_SIGNS = bytes(n for n in range(0x80) if not (chr(n).isalnum() or chr(n) == "_"))
#: Letters that a formatter may put there or take away in the shortest of texts.
_FEW = 24
_SOME = 500
#: The file of commits that are known to have changed more than layout in each hunk, and in all of them
#: together.
_PLAIN = "heal-meant"


def rewrapped(repo: Repository, oids: Collection[str], tell: Callable[[int], None]) -> list[str]:
    """Those commits that have a hunk, or are on the whole, of the same words as before, or have a line of the
    same text but for its signs.

    Which of their lines are the parent's is then asked line by line, by the rules of each language. What a
    commit changes is always the same, so those that have nothing of the kind are remembered. `tell` hears how
    many were looked at.
    """
    plain = set(heal_memory.rows(repo, _PLAIN))
    new = [oid for oid in oids if oid not in plain]
    hits_in_order: list[str] = []
    for at in range(0, len(new), _SOME):
        some = new[at : at + _SOME]
        hits = _alike(repo, some)
        hits_in_order += [oid for oid in some if oid in hits]
        plain.update(oid for oid in some if oid not in hits)
        tell(at + len(some))
    if new:
        heal_memory.keep(repo, _PLAIN, sorted(plain))
    return hits_in_order


def _alike(repo: Repository, oids: Collection[str]) -> set[str]:
    """Those commits that take away and put there the same words, in one hunk or in all; order does not
    count.
    """
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
    # Counting letters is many times as fast as finding words, and most texts differ in that already.
    counts = [len(text.translate(None, _SIGNS)) for text in (old, new)]
    near = abs(counts[0] - counts[1]) <= _FEW + max(counts) // 16
    return near and _words(old) == _words(new)


def _words(text: bytes) -> list[bytes]:
    return sorted(_WORD.findall(_REMARK.sub(b"", text.lower())))


def _shares_line(old: bytes, new: bytes) -> bool:
    """Whether a line that has words stands on both sides, without white space and the signs that are
    layout.
    """
    lines = (set(text.lower().translate(None, _LOOSE).split(b"\n")) for text in (old, new))
    return any(_WORD.search(line) for line in next(lines) & next(lines))
