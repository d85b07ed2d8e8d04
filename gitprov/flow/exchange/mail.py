"""Notes that came by mail: found again at the commits that `git am` made of the mails."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from gitprov.git.files import diff
from gitprov.git.process import decode
from gitprov.interop.formats import mail
from gitprov.model.exchange.exchange import ForeignNote
from gitprov.model.ranges import added_lines
from gitprov.store import files

if TYPE_CHECKING:
    from gitprov.git.repo import Repository
    from gitprov.interop.formats.mail import AddedLines, PatchMail

NAME = "mail"
MARK = b"Notes (gitprov):"
"""What every mail with a note contains."""
_LARGEST = 64 << 20


def read(repo: Repository, data: bytes, oids: Sequence[str]) -> dict[str, ForeignNote]:
    """Commit → the note that came with its mail, for those of the commits that have the author and the moment
    of authorship of a mail. `data`: mails, one after the other.
    """
    letters: dict[tuple[str, int], list[PatchMail]] = {}
    for letter in mail.mails(data):
        if letter.author is not None and letter.at is not None:
            letters.setdefault((letter.author, letter.at), []).append(letter)
    out: dict[str, ForeignNote] = {}
    for oid, author, at in _authors(repo, oids) if letters else ():
        notes = [mail.read(letter, _Added(repo, oid)) for letter in letters.get((author, at), ())]
        if notes:
            out[oid] = max(notes, key=lambda note: (len(note.claims), -len(note.problems)))
    return out


def stored(repo: Repository) -> bytes:
    """The mails of the `git am` in progress, as a mailbox."""
    place = f"{repo.git_dir}/rebase-apply"
    last = (files.read(f"{place}/last", 20) or b"").strip()
    numbers = range(1, int(last) + 1) if last.isdigit() else range(0)
    mails = (files.read(f"{place}/{number:04d}", _LARGEST) or b"" for number in numbers)
    return b"".join(mail.SEPARATOR + data + b"\n" for data in mails)


def _authors(repo: Repository, oids: Sequence[str]) -> Iterator[tuple[str, str, int]]:
    """Each commit with the address of its author and the moment of authorship."""
    form = "--format=%H%x00%ae%x00%at"
    words = ("--no-walk=unsorted", "--no-show-signature", "--no-color", "--stdin")
    shown = repo.run("log", form, *words, stdin="".join(f"{oid}\n" for oid in oids).encode())
    for line in decode(shown).splitlines():
        oid, author, at = line.split("\0")
        yield oid, author, int(at)


class _Added:
    """The lines that a commit adds, by path."""

    def __init__(self, repo: Repository, oid: str) -> None:
        self._repo, self._oid = repo, oid
        old = repo.resolve(f"{oid}^")
        self._changes = {change.path: change for change in diff.between(repo, old, oid) if change.has_text}

    def __call__(self, path: str) -> AddedLines:
        change = self._changes.get(path)
        if change is None:
            return ()
        content = (self._repo.objects.content(change.new_oid) or b"").split(b"\n")
        numbers = added_lines(change.hunks)
        return [(number, content[number - 1].rstrip(b"\r")) for number in numbers if number <= len(content)]
