"""Finds commits in which a formatter changed the layout or order of lines that are from the parent."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from gitprov.flow.heal import memory as heal_memory

if TYPE_CHECKING:
    from gitprov.git.repo import Repository

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
_FEW = 24
_SOME = 500
#: The file of commits that changed more than layout, in each hunk and in all hunks together.
_PLAIN = "heal-meant"


def rewrapped(repo: Repository, oids: Collection[str], tell: Callable[[int], None]) -> list[str]:
    """The commits of which one hunk, or all hunks together, remove and add the same words.

    Also those of which a hunk removes and adds a line that differs only in case, signs and white space.
    Their reformatted lines are found later, by the rules of each language. A commit's content never changes,
    so the other commits are stored and not checked again. `tell` gets the number of commits checked so far.
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
    """`rewrapped` without stored results, for some commits; the order of words does not count."""
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
    near = abs(counts[0] - counts[1]) <= _FEW + max(counts) // 16
    return near and _words(old) == _words(new)


def _words(text: bytes) -> list[bytes]:
    return sorted(_WORD.findall(_REMARK.sub(b"", text.lower())))


def _shares_line(old: bytes, new: bytes) -> bool:
    """Whether both sides contain a line with words that is equal but for case and characters of _LOOSE."""
    lines = (set(text.lower().translate(None, _LOOSE).split(b"\n")) for text in (old, new))
    return any(_WORD.search(line) for line in next(lines) & next(lines))
